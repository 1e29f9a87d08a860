"""Texts people write or paste: bounded, on clean lines, without hidden characters, and mails turned to plain words."""

import html
import re
import unicodedata
from dataclasses import dataclass

import nh3

from lib.errors import Refusal
from lib.typography import number
from lib.wording import say as _


@dataclass(frozen=True)
class Limits:
    """The most characters each kind of text may hold; what the database columns and the refusals agree on."""

    name: int = 160
    line: int = 240
    text: int = 100_000
    mail: int = 500_000


LIMITS = Limits()

_BLOCKS = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote|hr)\b[^<>]{0,1000}>")
_LINKS = re.compile(r"""(?is)<a\b[^<>]{0,1000}?\bhref ?= ?["'](https?://[^"'<>\s]{1,1000})["'][^<>]{0,1000}>(.{0,1000}?)</a>""")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"»”)\u00a0 ]*(?=\s+[\"«“(]?[^\W\d_a-zà-öø-ÿ]|\s*\n|\s*$)")
_NOT_AN_END = re.compile(r"(?:^|[\s(])(?:M|MM|Mr|Dr|Me|St|Ste|av|bd|tél|réf|n|p|ex|cf|[A-Z])\.$", re.IGNORECASE)
_GAPS = re.compile(r"[^\S\u00a0]+")
_AROUND_NBSP = re.compile(r"[^\S\u00a0]*[\u00a0\u202f][\s\u00a0\u202f]*")  # the house fonts have no U+202F
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_text(text: str, *, most: int = LIMITS.text) -> str:
    """A text ready to store: normal lines, no hidden character, at most `most` characters. Refusal otherwise.

    The refusal says the size and that nothing was kept of it: a text is never cut behind its author's back.
    """
    if len(text) > most:
        raise Refusal(
            _(
                "Ce texte compte {size} caractères ; {most} au plus sont gardés. Rien n’a été enregistré : "
                "raccourcissez-le, ou joignez-le en fichier.",
                size=number(len(text)),
                most=number(most),
            )
        )
    return refuse_control_characters(normal_lines(text))


def single_line(text: str) -> str:
    """`text` on one line, its words apart by one space; a no-break space stays where typography put it («Bonjour\u00a0!»)."""
    return _GAPS.sub(" ", _AROUND_NBSP.sub("\u00a0", text)).strip()


def normal_lines(text: str) -> str:
    """Composed letters (NFC), « \\n » line ends, no spaces at line ends, at most two empty lines in a row, trimmed."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", unicodedata.normalize("NFC", text)).split("\n")
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def refuse_control_characters(text: str) -> str:
    """`text` as it is, unless it hides control characters or overrides of writing direction (Trojan Source): Refusal."""
    hidden = [char for char in text if char in _BIDI or (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t")]
    if hidden:
        raise Refusal(
            _(
                "Ce texte contient un caractère invisible (U+{code}). Recopiez-le sans mise en forme.",
                code=f"{ord(hidden[0]):04X}",
            )
        )
    return text


def shorten(text: str, length: int) -> str:
    """`text` on one line, in at most `length` characters, cut between words and ended by « … » when something is left out."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[:length]
    if not line[length - 1].isspace():
        words = cut[: length - 1].rpartition(" ")[0]
        cut = words or cut[: length - 1]
    return cut.rstrip(" ,;:.–—-\u00a0")[: max(length - 1, 0)] + "…" if length > 0 else ""


def first_sentence(text: str) -> str:
    """The first sentence, on one line: up to « . », « ! », « ? » before a capital, or the end of the line.

    « M. Diallo a appelé. Il rappellera. » gives « M. Diallo a appelé. »
    """
    opening = shorten(next((line for line in text.splitlines() if line.strip()), ""), 1000)
    for end in _SENTENCE_END.finditer(opening):
        if not _NOT_AN_END.search(opening[: end.start()]):
            return opening[: end.end()]
    return opening


def strip_html(text: str) -> str:
    """The words of an HTML mail as plain text: no tag, image, style or script; lines kept, links written after their words.

    The result is text, not safe HTML: escape it like any other.
    """
    linked = _LINKS.sub(_link, " ".join(text.split()))
    bare = nh3.clean(_BLOCKS.sub("\n", linked), tags=set(), clean_content_tags={"script", "style", "title", "head"})
    lines = (" ".join(line.split()) for line in html.unescape(bare).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _link(found: re.Match[str]) -> str:
    """« words (address) », or the address alone when the words already are it."""
    address, words = html.unescape(found[1]), found[2]
    shown = re.sub(r"<[^>]*>", "", words).strip()
    return words if not shown or shown.rstrip("/") in address else f"{words} ({html.escape(address)})"
