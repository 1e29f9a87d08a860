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
    source: str = ""  # public id of the exchange it was born with


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
    note: Contact | None = None  # the last one of the last days, when the reader may see it
    complaints: tuple["ComplaintNow", ...] = ()  # open ones, the nearest date first; none for who may not read them
    owed: "Owed | None" = None  # nothing for who may not see amounts


@dataclass(frozen=True)
class ComplaintNow:
    """An open complaint as it stands today: the date that falls next, if any."""

    link: Link
    label: str  # «Réclamation R2026-000007»
    since_on: date
    falls_on: date | None = None
    code: str = ""  # complaints.states.Next.code
    ours: bool = False  # a duty of ours, late once past
    owner: str = ""


@dataclass(frozen=True)
class Owed:
    """What a customer owes, and what the queue of reminders would do about it."""

    situation: "MoneySituation"
    decision: "Decision"


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


# --- money: what `tact.decide` reads (docs/reminders.md); amounts are EUR, tax included


@dataclass(frozen=True)
class Step:
    """One step of the scenario: `days` after the due date (negative: before)."""

    code: str  # information, first, second, call, formal_notice
    days: int


@dataclass(frozen=True)
class Scenario:
    """How a late invoice is followed, step by step. The house has one; its versions are kept."""

    steps: tuple[Step, ...] = (
        Step("information", -5),
        Step("first", 3),
        Step("second", 10),
        Step("call", 20),
        Step("formal_notice", 30),
    )
    version: int = 1
    transit_days: int = 2  # civil days that a payment promised for a day may still be on its way


@dataclass(frozen=True)
class OpenComplaint:
    """A complaint that is open, on an invoice, on some of its lines, or on none."""

    link: Link
    label: str  # «Réclamation R2026-000007»
    opened_on: date
    amount: Decimal | None = None  # the part of the invoice it disputes; None: the whole of it
    answer_by: date | None = None  # our next legal or promised date
    owner: str = ""  # the colleague who follows it, by first name


@dataclass(frozen=True)
class OpenQuestion:
    """A question, or a request for time, that waits for an answer of ours."""

    link: Link
    asked_on: date
    kind: str = "question"  # question, time
    hidden: bool = False  # a reserved exchange: `colleague` knows more
    colleague: str = ""


@dataclass(frozen=True)
class MoneyPromise:
    """An open promise to pay: how much, for when, and what arrived towards it since."""

    link: Link
    due_on: date
    amount: Decimal | None = None  # None: all that is owed
    received: Decimal = Decimal(0)
    promised_on: date | None = None
    noted_by: str = ""  # the colleague who noted it, by first name; nobody when it came by the client space


@dataclass(frozen=True)
class Transit:
    """Money announced by the client, or paid and not yet arrived."""

    link: Link
    announced_on: date
    until_on: date  # the last day on which one still waits for it
    amount: Decimal | None = None  # None: all that is owed


@dataclass(frozen=True)
class DatedHold:
    """A person decided that nothing goes out until a day."""

    link: Link
    resume_on: date  # the first day on which a reminder may leave again
    reason: str
    by: str = ""  # who decided, by first name
    tomorrow: bool = False  # «à demain»: put off by a day, no other reason


@dataclass(frozen=True)
class PastReminder:
    """What was already done for an invoice: a mail that left, a letter, a call made. `leaving` while its mail may still
    be taken back; `step` is empty when the invoice was only mentioned."""

    link: Link
    step: str
    on: date
    how: str = "mail"  # mail, call, letter
    leaving: bool = False


@dataclass(frozen=True)
class Satisfaction:
    """An answer to a survey, from 1 to 5."""

    link: Link
    score: int
    on: date


@dataclass(frozen=True)
class Debt:
    """One issued invoice of which something is still due, with what concerns it alone."""

    link: Link
    number: str
    label: str  # what it is for, in a few words
    amount: Decimal  # total, tax included
    balance: Decimal  # still due
    issued_on: date
    due_on: date
    complaints: tuple[OpenComplaint, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    promises: tuple[MoneyPromise, ...] = ()
    transits: tuple[Transit, ...] = ()
    holds: tuple[DatedHold, ...] = ()
    reminders: tuple[PastReminder, ...] = ()


@dataclass(frozen=True)
class MoneySituation:
    """Everything that bears on reminding one customer. What is tied to one invoice is in its `Debt`, the rest here.
    `contacts` are newest first; a reserved one is `hidden` for everybody, so that every reader gets one decision."""

    link: Link
    name: str
    client_type: str = "unknown"  # consumer, professional, non_professional, public, unknown
    zone: str = "national"  # public holidays (lib.french_calendar.Zone)
    scenario: Scenario = Scenario()
    debts: tuple[Debt, ...] = ()
    complaints: tuple[OpenComplaint, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    promises: tuple[MoneyPromise, ...] = ()
    transits: tuple[Transit, ...] = ()
    kept: Decimal = Decimal(0)  # EUR of theirs that we hold and that count on no invoice: surplus, credit notes
    reminders: tuple[PastReminder, ...] = ()  # of the last days, whatever became of their invoices
    holds: tuple[DatedHold, ...] = ()
    contacts: tuple[Contact, ...] = ()
    satisfaction: Satisfaction | None = None  # the last one
    email: str = ""  # a usable address; empty when there is none
    refused: tuple[RefusedAddress, ...] = ()
    phone: str = ""
    preferred_channel: str = ""
    paid_on_time: int = 0  # invoices settled by their due date
    paid_late: int = 0  # invoices settled after it
    client_since: date | None = None  # its first invoice, or the day of the record
    owner: str = ""  # the colleague who follows the client, by first name


@dataclass(frozen=True)
class Reason:
    """Why: a stable code, a plain sentence, the fact it rests on."""

    code: str
    text: str
    link: Link


@dataclass(frozen=True)
class Claim:
    """An invoice as a reminder speaks of it: `amount` is what may be asked today, `kept` what is left alone (under
    complaint, promised, on its way). `step` is its own step; empty when the mail only mentions it."""

    debt: Debt
    amount: Decimal
    kept: Decimal
    step: str
    step_on: date | None
    reasons: tuple[Reason, ...] = ()  # why a part, or the whole, is left alone


@dataclass(frozen=True)
class Decision:
    """What to do today about what one customer owes, and why."""

    customer: Link
    name: str
    decision: str  # send, soften, call, wait
    tone: str  # plain, delicate, helpful, factual, spoken, formal; empty when waiting
    emotion: str  # what the person should feel
    deduction: str  # what one infers from the facts
    step: str  # of the scenario, the firmest of its claims; empty when none falls today
    step_on: date | None
    claims: tuple[Claim, ...]  # what the mail, the call or the letter speaks of
    waiting: tuple[Claim, ...]  # what is left alone, each with its reasons
    reasons: tuple[Reason, ...]  # in order: the one that decided first
    would_change: tuple[str, ...]  # what would change the decision, in words
    resume_on: date | None = None  # when it will be looked at again by itself, if that is known
    late_days: int = 0  # how many days this step has been waiting for somebody
    held: bool = False  # a step falls today, and something keeps it back

    @property
    def amount(self) -> Decimal:
        """EUR that are asked for."""
        return sum((claim.amount for claim in self.claims), Decimal(0))
