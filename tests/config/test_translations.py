"""Every marked sentence is French as it is printed in France, and has its English as it is printed in England."""

import re
import shutil
import subprocess
import sys

import polib
import pytest

from config import messages
from config.environment import ROOT
from tests.config.sources import PACKAGES

NBSP = "\u00a0"
ENGLISH = polib.pofile(str(messages.path_of(ROOT, "en")))
# Every translation beside what it translates, both numbers of those that count.
PAIRS = [
    pair
    for entry in ENGLISH
    for pair in (
        [(entry.msgid, entry.msgstr)]
        if not entry.msgid_plural
        else [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]
    )
]
# Words that no English sentence holds, whatever it speaks of.
FRENCH = re.compile(
    r"\b(?:le|la|les|l’|des|du|de|un|une|est|sont|pas|pour|avec|dans|sur|par|qui|que|ce|cette|ces|votre|vos|nous|vous"
    r"|aux|au|ou|et|sans|plus|fiche|fil|maison|avant|depuis|hier|demain)\b|[àâçéèêëîïôûùüœ]",
    re.IGNORECASE,
)
# Of France, and so French in English too: names of places, of papers and of the law.
NAMES = ("Égards", "Réunion", "Saint Barthélemy", "départements", "département", "réel normal", "réel simplifié")
HOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w*\}|</?\w+[^>]*>")


def test_nothing_is_without_english():
    assert [f"{one.file}: {one.message.sentence}" for one in messages.missing()] == []


def test_the_catalogues_hold_what_is_said_and_nothing_else():
    said = {(one.message.context, one.message.sentence, one.message.plural) for one in messages.marked()}
    assert {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in ENGLISH} == said, "./run manage messages --update"
    french = polib.pofile(str(messages.path_of(ROOT, "fr")))
    assert {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in french} == {one for one in said if one[2]}
    assert [entry.msgid for entry in [*ENGLISH, *french] if entry.fuzzy or entry.obsolete] == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is missing: apt-get install --no-install-recommends gettext")
def test_gettext_finds_nothing_that_we_do_not(tmp_path):
    for name in [*PACKAGES, "templates"]:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    (tmp_path / "locale").mkdir()
    made = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "en", "--no-location", "--no-obsolete"],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    found = {entry.msgid.replace("\\u00a0", NBSP) for entry in polib.pofile(str(messages.path_of(tmp_path, "en")))}
    assert found - {entry.msgid for entry in ENGLISH} == set()
    assert len(found) > 0.8 * len(ENGLISH)


def wrong(rule) -> list[tuple[str, str]]:
    """The translations that break `rule` (French, English → bool: whether it is right)."""
    return [pair for pair in PAIRS if not rule(*pair)]


def test_english_keeps_what_is_filled_in_and_the_tags():
    assert wrong(lambda french, english: sorted(HOLDERS.findall(french)) == sorted(HOLDERS.findall(english))) == []


def test_english_keeps_the_spaces_and_lines_at_both_ends():
    def ends(text):
        bare = text.strip()
        before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
        return ("" if bare[:1] in ";:!?»" else before.replace(NBSP, " ")), after.replace(NBSP, " ")

    assert wrong(lambda french, english: ends(french)[1] == ends(english)[1]) == []
    assert wrong(lambda french, english: french.strip()[:1] in ";:!?»" or ends(french)[0] == ends(english)[0]) == []


def test_english_begins_and_ends_its_sentences_as_french_does():
    def end(text):
        return text.rstrip()[-1:] if text.rstrip()[-1:] in ".:?!…" and text != "M." else ""

    assert wrong(lambda french, english: end(french) == end(english)) == []


def bare(text: str) -> str:
    """`text` without what is filled in, its tags and the names that stay French."""
    for name in NAMES:
        text = text.replace(name, "x").replace(name.replace(" ", NBSP), "x")
    return HOLDERS.sub("x", text)


def test_english_is_set_as_in_england():
    loose = re.compile(rf"[«»'\"‘]|[{NBSP} ][;:!?]|\d{NBSP}?h\b|\d,\d(?!\d\d)| {{2}}|e-mail")
    assert wrong(lambda french, english: not loose.search(bare(english))) == []


def test_english_is_english():
    assert wrong(lambda french, english: not FRENCH.search(bare(english))) == []


def test_english_is_spelled_as_in_england():
    american = re.compile(
        r"\b(?:color|favorite|center|canceled|canceling|apologiz|organiz|recogniz|authoriz|customiz|summariz|finaliz|license[ds]? to"
        r"|check(?:ing)? account|zip code|gray|catalog|dialog|fulfill|labeled|modeled|behavior|honor|neighbor)\w*",
        re.IGNORECASE,
    )
    assert wrong(lambda french, english: not american.search(english)) == []


def test_one_word_a_thing():
    """The vocabulary of docs/vocabulaire.md, so that a thing has one name on every page."""
    others = re.compile(
        r"\b(?:exchanges?|clients?|engagements?|obligations?|threads?|pledges?|sign(?:ed)? (?:in|out)|log ?on|house|company’s)\b",
        re.IGNORECASE,
    )
    assert wrong(lambda french, english: not others.search(english)) == []


def is_set_as_in_france(text: str) -> bool:
    """No straight apostrophe or quotation mark; a no-break space before ; : ! ? » and after «; e-mail as one writes it."""
    text = HOLDERS.sub("x", re.sub(r"https?:\S*|&\w+;", "x", text))
    loose = re.compile(
        rf"['\"“”]|\u202f|(?<![{NBSP}\s/;:!?…])[;:!?»](?=\s|$)|[ ][;:!?»]|«(?!{NBSP})|\bemails?\b|(?<![eE]-)\bmails?\b|[a-z] {{2}}"
    )
    return not loose.search(text)


def test_french_is_set_as_in_france():
    loose = [french for french, _english in PAIRS if not is_set_as_in_france(french)]
    assert loose == [], "\n".join(loose)


def test_letters_in_french_are_set_as_in_france():
    files = sorted(path for app in ("crm", "complaints", "tact") for path in (ROOT / app / "texts" / "fr").glob("*.txt"))
    lines = {
        f"{path.name}:{number}: {line}": re.sub(
            r"\{[^{}]*\}", "x", re.sub(r"^[a-z_]+: ", "", line)
        )  # without our key, nor words to fill in
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
    }
    assert [where for where, line in lines.items() if not is_set_as_in_france(line)] == []
    assert len(files) > 20
