"""The words of the letters of a complaint, in French and English: fixed sentences that the law or the house wants, around
the words a person types. The sentences are files (`complaints/texts`), with a version that every letter keeps.

A consumer's refusal always carries the mediator's paragraph (C. conso. L616-1, R616-1): it cannot be composed without it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from complaints.deadlines import MEDIATION_TYPES, Deadlines
from lib import law, typography
from lib.templating import fill

TEXT_VERSION = "2026-11"
LANGUAGES = ("fr", "en")
KINDS = ("acknowledgement", "holding", "favourable", "partial", "refusal", "closing", "invitation", "to_mediator")
NAMES_MEDIATOR = frozenset({"partial", "refusal"})  # the paragraph is mandatory there
# Which paragraph follows the words of a letter, for whoever may go to the mediator.
_CONSUMER_BLOCKS = {
    "acknowledgement": "mediator_known",
    "holding": "mediator_silence",
    "partial": "mediator",
    "refusal": "mediator",
}
_NAMES = (
    "ref", "objet", "responsable", "received_on", "sent_on", "said_on", "answer_due", "mediation_open_from", "mediation_last_day",
    "until", "today", "words", "amount", "amount_sentence", "until_sentence", "address", "number", "client", "mediator_name",
    "mediator_postal_address", "mediator_website", "business_mediator",
)  # fmt: skip


@dataclass(frozen=True)
class MediatorBlock:
    """The consumer mediator as a letter prints it."""

    name: str
    postal_address: str
    website: str

    @property
    def is_complete(self) -> bool:
        """Exact name, postal address and website: all three are wanted."""
        return bool(self.name and self.postal_address and self.website)


@dataclass(frozen=True)
class Content:
    """What a letter says. Dates are civil; `words` are typed; `dates` is None for a complaint that nobody wrote."""

    kind: str
    language: str
    client_type: str
    salutation: str
    closing: str
    signature: str
    reference: str
    subject: str
    address: str  # where to write to us, one line
    today: date
    client: str = ""
    responsible: str = ""
    words: str = ""
    received_on: date | None = None
    said_on: date | None = None
    dates: Deadlines | None = None
    until: date | None = None
    amount: Decimal | None = None  # EUR
    number: str = ""  # the mediator's reference
    mediator: MediatorBlock = field(default=MediatorBlock("", "", ""))


@dataclass(frozen=True)
class Composed:
    """A letter ready to be shown, typeset and sent. `block` is the paragraph on remedies, also inside `text`."""

    subject: str
    text: str
    block: str

    @property
    def paragraphs(self) -> list[str]:
        """The words of the letter, one paragraph each."""
        return self.text.split("\n\n")


class MediatorMissing(ValueError):
    """A refusal to a consumer was composed without the name, postal address or website of the mediator."""


def compose(content: Content) -> Composed:
    """The words of the letter. MediatorMissing for a refusal to a consumer without a complete mediator."""
    values = _values(content)
    subject, body = _text(content.kind, content.language)
    block = _block(content, values)
    paragraphs = [content.salutation, *(fill(part, values, _NAMES) for part in body.split("\n\n"))]
    paragraphs += [block, content.closing, content.signature]
    text = "\n\n".join(part.strip() for part in paragraphs if part.strip())
    return Composed(fill(subject, values, _NAMES), text, block)


def printed_website(url: str) -> str:
    """An address as people read it: without its scheme and last slash."""
    return re.sub(r"^https?://", "", url.strip()).rstrip("/")


def _block(content: Content, values: Mapping[str, str]) -> str:
    blocks = _blocks(content.language)
    if content.client_type in MEDIATION_TYPES:
        name = _CONSUMER_BLOCKS.get(content.kind, "")
        if name and content.mediator.is_complete and content.dates is not None:
            return fill(blocks[name], values, _NAMES)
        if content.kind in NAMES_MEDIATOR:
            raise MediatorMissing(content.kind)
        return ""
    if content.kind in NAMES_MEDIATOR:
        return fill(blocks["professional" if content.client_type == "professional" else "other"], values, _NAMES)
    return ""


def _values(content: Content) -> dict[str, str]:
    language, dates, blocks = content.language, content.dates, _blocks(content.language)

    def said(day: date | None) -> str:
        return typography.long_date(day, language=language) if day else ""

    values = {
        "ref": content.reference,
        "objet": typography.quoted(content.subject, language=language),
        "responsable": content.responsible,
        "received_on": said(content.received_on or (dates.sent_on if dates else None)),
        "sent_on": said(dates.sent_on if dates else content.said_on),
        "said_on": said(content.said_on),
        "answer_due": said(dates.answer_due if dates else None),
        "mediation_open_from": said(dates.mediation_open_from if dates else None),
        "mediation_last_day": said(dates.mediation_last_day if dates else None),
        "until": said(content.until),
        "today": said(content.today),
        "words": content.words,
        "amount": typography.amount(content.amount, language=language) if content.amount is not None else "",
        "address": content.address,
        "number": content.number,
        "client": content.client,
        "mediator_name": content.mediator.name,
        "mediator_postal_address": content.mediator.postal_address,
        "mediator_website": content.mediator.website,
        "business_mediator": str(law.row("complaints", "business-mediator", on=content.today)["website"]),
    }
    given = {"amount_sentence": content.amount, "until_sentence": content.until}
    return values | {name: fill(blocks[name], values, _NAMES) if value else "" for name, value in given.items()}


@cache
def _text(kind: str, language: str) -> tuple[str, str]:
    """Subject and body of a letter, with their names between braces."""
    subject, _empty, body = _read(kind, language).partition("\n\n")
    return subject.strip(), body.strip()


@cache
def _blocks(language: str) -> dict[str, str]:
    parts = re.split(r"^\[(\w+)\]\n", _read("blocks", language), flags=re.MULTILINE)[1:]
    return {name: words.strip() for name, words in zip(parts[::2], parts[1::2], strict=True)}


def _read(name: str, language: str) -> str:
    tongue = language if language in LANGUAGES else "fr"
    return (files("complaints") / "texts" / tongue / f"{name}.txt").read_text(encoding="utf-8")
