"""What judgement reads, as plain data. Pure: `tact.situation` fills it from the real tables, tests by hand.

Instants are aware datetimes; `*_on` are civil dates of the firm; names are ready to be shown.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal


@dataclass(frozen=True)
class Link:
    """Where a fact can be read: the kind and the public id of what it points to (`customer`, `interaction`,
    `commitment`, `email`, `contact` …); pages turn it into a URL."""

    kind: str
    ref: str


@dataclass(frozen=True)
class Promise:
    """An open commitment of ours or theirs."""

    link: Link
    ours: bool
    what: str
    due_on: date
    due_at: time | None = None
    due_before: bool = False  # «avant 10 h» rather than «à 10 h»
    amount: Decimal | None = None  # EUR
    owner: str = ""  # the colleague who owes it, by first name
    promised_by: str = ""  # the colleague who took or noted it, by first name
    promised_on: date | None = None


@dataclass(frozen=True)
class Contact:
    """A moment when people spoke or wrote to each other. `hidden` when the reader may not see its words: then
    `words` and `mood` are empty and only the date, the direction, the channel and the colleague are known."""

    link: Link
    at: datetime
    kind: str  # call, visit, meeting, message, letter, email
    direction: str  # in, out or nothing
    colleague: str = ""  # first name
    person: str = ""  # whom they spoke to
    words: str = ""
    mood: str = ""  # happy, calm, worried, upset or nothing
    hidden: bool = False


@dataclass(frozen=True)
class LostMail:
    """A mail to the customer that did not leave or whose fate is unknown, not settled by anybody."""

    link: Link
    on: date
    state: str  # failed, uncertain, held
    subject: str
    hidden: bool = False


@dataclass(frozen=True)
class RefusedAddress:
    """An address that a server refused, or that a colleague marked."""

    link: Link
    address: str
    holder: str  # whose address it is
    since_on: date
    reason: str = ""


@dataclass(frozen=True)
class Situation:
    """Everything known of one customer that matters before speaking. `contacts` and `moods` are newest first."""

    link: Link
    name: str  # how one speaks of them: «Mme Lemoine», «Garage Perrin»
    since_on: date | None = None
    phone: str = ""
    promises: tuple[Promise, ...] = ()
    contacts: tuple[Contact, ...] = ()  # the last human contacts, at least the last one
    moods: tuple[Contact, ...] = ()  # contacts of the last 90 days that carry a mood the reader may see
    lost_mails: tuple[LostMail, ...] = ()
    refused: tuple[RefusedAddress, ...] = ()
    has_usable_email: bool = False
    preferred_channel: str = ""  # phone, email, visit, post, message, portal or nothing
    preferred_moment: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the brief: its code (stable, for tests and the API), its words, its link."""

    code: str
    text: str
    link: Link
    late: bool = False


@dataclass(frozen=True)
class Brief:
    """What to know before speaking: a headline, one sentence of advice, at most six lines. `rule` is the number of
    the rule of `docs/brief.md` that gave the headline."""

    rule: int
    headline: str
    advice: str
    link: Link
    phone: str = ""  # to call now, when the advice is to call
    lines: tuple[Line, ...] = field(default=())
