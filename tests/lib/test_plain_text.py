"""Texts bounded, cleaned and shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refusal
from lib.plain_text import (
    LIMITS,
    check_text,
    first_sentence,
    normal_lines,
    refuse_control_characters,
    shorten,
    single_line,
    strip_html,
)


def test_a_note_of_fifty_megabytes_is_refused_with_its_size() -> None:
    with pytest.raises(Refusal) as refused:
        check_text("x" * 50_000_000)
    assert refused.value.message.replace("\u00a0", " ") == (
        "Ce texte compte 50 000 000 caractères ; 100 000 au plus sont gardés. Rien n’a été enregistré : "
        "raccourcissez-le, ou joignez-le en fichier."
    )


def test_a_text_at_the_limit_is_kept() -> None:
    assert check_text("x" * LIMITS.text) == "x" * LIMITS.text
    assert check_text("  Bonjour,\r\n\r\nMerci. \r\n") == "Bonjour,\n\nMerci."


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne"),
        ("a  \n\t\nb", "a\n\nb"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("e\u0301te\u0301", "été"),
        ("", ""),
    ],
)
def test_normal_lines(text: str, lines: str) -> None:
    assert normal_lines(text) == lines


@given(st.text())
def test_lines_are_normal_once_for_all(text: str) -> None:
    assert normal_lines(normal_lines(text)) == normal_lines(text)


@pytest.mark.parametrize(("hidden", "code"), [("\0", "0000"), ("\x1b", "001B"), ("\u202e", "202E"), ("\ud800", "D800")])
def test_hidden_characters_are_refused(hidden: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_control_characters(f"a{hidden}b")
    assert refused.value.message == (f"Ce texte contient un caractère invisible (U+{code}). Recopiez-le sans mise en forme.")


def test_ordinary_characters_are_not() -> None:
    assert refuse_control_characters("a\tb\nc 👩‍🔧 « é »") == "a\tb\nc 👩‍🔧 « é »"


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ("Bonjour", 7, "Bonjour"),
        ("Bonjour Madame", 10, "Bonjour…"),
        ("Bonjour Madame", 8, "Bonjour…"),
        ("Bonjour, Madame", 10, "Bonjour…"),
        ("Bonjour\nMadame", 20, "Bonjour Madame"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("", 5, ""),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_shorten(text: str, length: int, short: str) -> None:
    assert shorten(text, length) == short


@given(st.text(), st.integers(0, 50))
def test_what_is_shortened_fits(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Elle a appelé. Elle rappellera lundi.", "Elle a appelé."),
        ("M. Diallo a appelé. Il rappellera.", "M. Diallo a appelé."),
        ("Devis à 12.50 € accepté ! Merci.", "Devis à 12.50 € accepté !"),
        ("Vraiment ? Oui.", "Vraiment ?"),
        ("\n\nPremière ligne\nSeconde ligne.", "Première ligne"),
        ("Voir réf. C00017 demain", "Voir réf. C00017 demain"),
        ("Sans point", "Sans point"),
        ("Bien… Nous verrons.", "Bien…"),
        ("", ""),
    ],
)
def test_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour,</p><p>Merci&nbsp;!</p>", "Bonjour,\nMerci !"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>un</li><li>deux</li></ul>", "un\ndeux"),
        ("<style>p{}</style><script>alert(1)</script>Bonjour", "Bonjour"),
        ('<img src="http://x.fr/pixel.gif" alt="pisteur">Bonjour', "Bonjour"),
        ('<a href="https://x.fr/devis?a=1&amp;b=2">votre devis</a>', "votre devis (https://x.fr/devis?a=1&b=2)"),
        ('<a href="https://x.fr/">x.fr</a>', "x.fr"),
        ('<a href="javascript:alert(1)">ici</a>', "ici"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
        ("une\nphrase\ncoupée", "une phrase coupée"),
        ("<!-- caché -->vu", "vu"),
        ("", ""),
    ],
)
def test_strip_html(html: str, text: str) -> None:
    assert strip_html(html) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Votre\r\nprojet \t ici ", "Votre projet ici"),
        ("Votre question\u00a0: «\u00a0le vernis\u00a0»", "Votre question\u00a0: «\u00a0le vernis\u00a0»"),
        ("Bonjour \u00a0 !", "Bonjour\u00a0!"),
        ("Bonjour\u202f!", "Bonjour\u00a0!"),
        ("\u00a0a\u2028b\x0bc\x85d\u00a0", "a b c d"),
        ("", ""),
    ],
)
def test_one_line_keeps_the_no_break_spaces(text: str, line: str) -> None:
    assert single_line(text) == line


@given(st.text(max_size=60))
def test_a_line_is_one_and_stays_the_same(text: str) -> None:
    line = single_line(text)
    assert (single_line(line), len(line.splitlines()) <= 1) == (line, True)
