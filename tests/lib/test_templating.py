"""Words between braces: those of the closed list are replaced, nothing else, and never twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refusal
from lib.templating import check_template, fill, placeholders, unknown

ALLOWED = ("client", "prénom", "date de rendez-vous", "montant_dû")
VALUES = {"client": "Menuiserie Le Goff", "prénom": "Anne", "date de rendez-vous": "lundi", "montant_dû": "12,00 €"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Bonjour {prénom},", "Bonjour Anne,"),
        ("Bonjour {Prenom},", "Bonjour Anne,"),
        ("{client}{client}", "Menuiserie Le GoffMenuiserie Le Goff"),
        ("le {date de rendez-vous}", "le lundi"),
        ("{montant dû}, {montant_du}", "12,00 €, 12,00 €"),
        ("{inconnu}", "{inconnu}"),
        ("{{ client }} {{client}}", "{{ client }} {{client}}"),
        ("{% client %} {%client%}", "{% client %} {%client%}"),
        ("${client} %(client)s %{client}", "${client} %(client)s %{client}"),
        (
            "{0} {0.__class__} {client.__class__} {client!r} {client:>9}",
            "{0} {0.__class__} {client.__class__} {client!r} {client:>9}",
        ),
        ("{ client }", "{ client }"),
        ("{}", "{}"),
        ("{client", "{client"),
        ("{_client}", "{_client}"),
        ("", ""),
    ],
)
def test_fill(text: str, filled: str) -> None:
    assert fill(text, VALUES, ALLOWED) == filled


def test_only_the_closed_list_is_replaced() -> None:
    assert fill("{client} {secret}", {"client": "a", "secret": "b"}, ["client"]) == "a {secret}"


def test_a_promised_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill("{client}", {}, ["client"])


def test_placeholders() -> None:
    assert placeholders("{client}, {x y} {{non}} {client} {0}") == ["client", "x y"]


def test_unknown_words_come_with_a_suggestion() -> None:
    assert unknown("{cliant} {prenom} {chaussette}", ALLOWED) == {"cliant": "client", "chaussette": ""}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{cliant}", "« {cliant} » n’est pas un mot connu. Vouliez-vous écrire « {client} » ?"),
        (
            "{chaussette}",
            (
                "« {chaussette} » n’est pas un mot connu. Ceux que l’on peut écrire : {client}, {prénom}, "
                "{date de rendez-vous} et {montant_dû}."
            ),
        ),
    ],
)
def test_a_text_with_unknown_words_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_template(text, ALLOWED)
    assert refused.value.message.replace("\u00a0", " ") == said


def test_a_right_text_is_kept() -> None:
    assert check_template("Bonjour {prénom} {{x}}", ALLOWED) == "Bonjour {prénom} {{x}}"


pieces = st.lists(st.sampled_from(["{client}", "{prénom}", "{", "}", "{{", "client", "$", "%", " "]) | st.text(max_size=3))


@given(pieces.map("".join), pieces.map("".join), pieces.map("".join))
def test_values_are_never_read_again(before: str, after: str, value: str) -> None:
    """Whatever a value holds, it is found as it is between the same two texts."""
    marked = fill(f"{before} {{client}} {after}", {"client": "\0", "prénom": "\1"}, ["client", "prénom"])
    filled = fill(f"{before} {{client}} {after}", {"client": value, "prénom": value}, ["client", "prénom"])
    assert filled == marked.replace("\1", "\0").replace("\0", value) or "\0" in before + after or "\1" in before + after
