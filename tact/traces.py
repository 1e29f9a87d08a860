"""The small facts that bear on what a customer owes, in one statement: each part is read by its own index, and none deserves a
journey of its own."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, RowNumber, Substr

from billing import promised
from billing.models import Allocation, Invoice, Payment, Question, TransferNotice
from crm.models import Customer
from lib.money import cents
from tact import facts, prepared
from tact.decide import BETWEEN_DAYS
from tact.models import LEAVING, NOT_DONE, Hold, Reminder, ReminderLine, Scenario

HABITS = 200  # the last invoices of a client, from which its habits are known
ASKED = 400  # signs of a question: enough to recognise it
INVOICE = "invoice"
Ids = Sequence[int] | QuerySet[Any]  # of customers, or the statement that gives them
MONEY = DecimalField(max_digits=14, decimal_places=2)
_EMPTY: dict[str, Combinable] = {
    "ref": Value("", output_field=TextField()),
    "customer": Cast(Value(None), BigIntegerField()),
    "invoice": Cast(Value(None), BigIntegerField()),
    "on": Cast(Value(None), DateField()),
    "until": Cast(Value(None), DateField()),
    "at": Cast(Value(None), DateTimeField()),
    "text": Value("", output_field=TextField()),
    "name": Value("", output_field=TextField()),
    "state": Value("", output_field=TextField()),
    "amount": Cast(Value(None), MONEY),
    "count": Cast(Value(None), BigIntegerField()),
    "late": Cast(Value(None), BigIntegerField()),
    "flag": Value(False, output_field=BooleanField()),
    "place": Cast(Value(None), BigIntegerField()),
}  # fmt: skip
_COLUMNS = ("trace_kind", *(f"trace_{name}" for name in _EMPTY))


@dataclass
class Habits:
    """How a customer paid: of its last invoices, those settled by their due date and after it; the day of its first one."""

    on_time: int = 0
    late: int = 0
    first: date | None = None


@dataclass(frozen=True)
class Asked:
    """A question on an invoice that waits for us: `customer` by primary key, `invoice` and `exchange` (the row of history it
    came as) by public id, `number` of the document; `words` begin it."""

    customer: int
    invoice: str
    number: str
    exchange: str
    at: datetime
    answer_by: date
    words: str
    on_credit_note: bool = False

    @property
    def about_label(self) -> str:
        """«Facture F2026-000123»"""
        kind = Invoice.Kind.CREDIT_NOTE if self.on_credit_note else Invoice.Kind.INVOICE
        return Invoice(kind=kind, number=self.number).about_label


@dataclass
class Traces:
    """What one statement says of some customers, by customer (pk, aliases apart) or by invoice (pk)."""

    scenario: facts.Scenario = field(default_factory=facts.Scenario)
    transits: dict[int, list[facts.Transit]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[tuple[int, int | None], list[facts.DatedHold]] = field(default_factory=lambda: defaultdict(list))
    reminders: dict[int, list[facts.PastReminder]] = field(default_factory=lambda: defaultdict(list))
    lately: dict[int, list[facts.PastReminder]] = field(default_factory=lambda: defaultdict(list))  # by customer
    questions: list["Asked"] = field(default_factory=list)  # unanswered, the oldest first
    received: list[promised.Part] = field(default_factory=list)
    left: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))  # EUR of theirs that count on no invoice
    habits: dict[int, Habits] = field(default_factory=lambda: defaultdict(Habits))


def read(
    ids: Sequence[int],
    invoices: Sequence[int],
    *,
    today: date,
    since: datetime | None = None,
    purse: bool = False,
    alone: bool = False,
) -> Traces:
    """The traces of these customers (`ids`, aliases included) and of their unpaid `invoices` (pk) on the civil day `today`.

    `since`: the oldest promise of money, when there is one: what was received from then on is read too. `alone`: the ids are
    one family. One statement.
    """
    if since is not None:
        rows = list(_all(ids, invoices, today, alone, _received(ids, since)))
    else:
        rows = prepared.rows(_all, ids, invoices, kept=(today, alone))
    found = Traces()
    for kind, told in _sorted(rows):
        _READERS[kind](found, told)
    return found


def _all(ids: Sequence[int], invoices: Sequence[int], today: date, alone: bool, *more: QuerySet[Any]) -> QuerySet[Any]:
    first, *others = (
        scenario(), _habits(ids, alone), _first_invoices(ids), transits(invoices, today), holds(ids, today), _reminders(invoices),
        _lately(ids, today), _questions(ids), surplus(ids), credit(ids),
    )  # fmt: skip
    return first.union(*others, *more, all=True)


def rows_of(parts: Sequence[QuerySet[Any]]) -> list[tuple[str, "Row"]]:
    """The rows of these parts, each with its kind, by kind then place. One statement."""
    return _sorted(parts[0].union(*parts[1:], all=True))


def _sorted(rows: Iterable[tuple[Any, ...]]) -> list[tuple[str, "Row"]]:
    return [(row[0], Row(*row[1:])) for row in sorted(rows, key=lambda row: (row[0], row[-1] or 0))]


def take(found: Traces, kind: str, row: "Row") -> bool:
    """Put a row where it belongs; false for a kind that is somebody else's."""
    if kind not in _READERS:
        return False
    _READERS[kind](found, row)
    return True


def read_left(ids: Sequence[int]) -> Traces:
    """Only what these customers have with us and since when they are billed, for those of whom nothing is due. One statement."""
    found = Traces()
    for row in prepared.rows(_left, ids):
        _READERS[row[0]](found, Row(*row[1:]))
    return found


def _left(ids: Sequence[int]) -> QuerySet[Any]:
    return _first_invoices(ids).union(surplus(ids), credit(ids), all=True)


@dataclass(frozen=True, slots=True)
class Row:
    ref: str
    customer: int
    invoice: int
    on: date
    until: date
    at: datetime
    text: str
    name: str
    state: str
    amount: Decimal
    count: int
    late: int
    flag: bool
    place: int


def part(rows: QuerySet[Any], kind: str, **told: str | Combinable) -> QuerySet[Any]:
    """`rows` as one part of the statement: the columns it does not tell are empty."""
    named = {name: F(value) if isinstance(value, str) else value for name, value in told.items()}
    columns = {f"trace_{name}": value for name, value in {**_EMPTY, **named}.items()}
    return rows.order_by().annotate(trace_kind=Value(kind, output_field=TextField()), **columns).values_list(*_COLUMNS)


# --- each part, and what becomes of its rows


def scenario() -> QuerySet[Any]:
    """The steps in force."""
    rows = Scenario.objects.filter(is_current=True)
    return part(rows, "scenario", text=Cast("steps", TextField()), count="version", late="transit_days")


def _read_scenario(found: Traces, row: Row) -> None:
    steps = tuple(facts.Step(step["code"], step["days"]) for step in json.loads(row.text))
    found.scenario = facts.Scenario(steps, row.count, row.late)


def _habits(ids: Sequence[int], alone: bool) -> QuerySet[Any]:
    """Of the last two hundred invoices of each family: how many were settled in time, how many late."""
    issued = Invoice.objects.invoices().filter(customer_id__in=ids)
    if alone:
        last = issued.order_by("-issued_on", "-id").values("pk")[:HABITS]
    else:
        family = Coalesce("customer__merged_into_id", "customer_id")
        place = Window(RowNumber(), partition_by=[family], order_by=[F("issued_on").desc(), F("id").desc()])
        last = issued.order_by().annotate(nth=place).filter(nth__lte=HABITS).values("pk")
    paid = Allocation.objects.filter(invoice=OuterRef("pk"), payment__isnull=False).order_by().values("invoice")
    rows = (
        Invoice.objects.filter(pk__in=last)
        .with_balance()
        .annotate(last_paid=Subquery(paid.annotate(last=Max("payment__paid_on")).values("last")))
        .filter(Q(open_balance__lte=0))
        .order_by()
        .values("customer_id")
    )
    in_time, late = Count("pk", filter=Q(last_paid__lte=F("due_on"))), Count("pk", filter=Q(last_paid__gt=F("due_on")))
    return part(rows, "habits", customer="customer_id", count=in_time, late=late)


def _read_habits(found: Traces, row: Row) -> None:
    found.habits[row.customer].on_time, found.habits[row.customer].late = row.count, row.late


def _first_invoices(ids: Sequence[int]) -> QuerySet[Any]:
    """The day of each customer's first invoice."""
    issued = Invoice.objects.invoices().filter(customer=OuterRef("pk")).order_by("issued_on", "id").values("issued_on")
    return part(Customer.objects.filter(pk__in=ids), "first", customer="pk", on=Subquery(issued[:1]))


def _read_first(found: Traces, row: Row) -> None:
    found.habits[row.customer].first = row.on


def transits(invoices: Sequence[int], today: date) -> QuerySet[Any]:
    """Transfers that the client announced, until the last day one still waits for them, the last announced first."""
    rows = TransferNotice.objects.in_transit(today).filter(invoice_id__in=invoices)
    return part(rows, "transit", ref="public_id", invoice="invoice_id", on="announced_on", until="expected_by", place="pk")


def _read_transit(found: Traces, row: Row) -> None:
    told = found.transits[row.invoice]
    told.append(facts.Transit(facts.Link("transfer", row.ref), row.on, row.until))
    told.sort(key=lambda one: one.announced_on, reverse=True)


def holds(ids: Ids, today: date) -> QuerySet[Any]:
    """What a person keeps back until a day, of a whole customer or of one invoice."""
    rows = Hold.objects.in_force(today).filter(customer_id__in=ids)
    return part(
        rows, "hold", ref="public_id", customer="customer_id", invoice="invoice_id", until="resume_on", text="reason",
        name=Coalesce("by__name", Value("")), flag="tomorrow", place="pk",
    )  # fmt: skip


def _read_hold(found: Traces, row: Row) -> None:
    told = found.holds[row.customer, row.invoice]
    told.append(facts.DatedHold(facts.Link("hold", row.ref), row.until, row.text, first_name(row.name), bool(row.flag)))
    told.sort(key=lambda one: one.resume_on)


def _reminders(invoices: Sequence[int]) -> QuerySet[Any]:
    """What was done about each invoice: a mail that did not leave did nothing."""
    done = ~Q(reminder__mail__state__in=NOT_DONE)
    rows = ReminderLine.objects.filter(done | Q(reminder__mail=None), invoice_id__in=invoices)
    return part(
        rows, "reminder", ref="reminder__public_id", invoice="invoice_id", on="reminder__on", text="step", name="reminder__how",
        state=Coalesce("reminder__mail__state", Value("")), place="pk",
    )  # fmt: skip


def _lately(ids: Sequence[int], today: date) -> QuerySet[Any]:
    """What was done about these customers in the last days, on invoices that may have been paid since."""
    done = ~Q(mail__state__in=NOT_DONE) | Q(mail=None)
    rows = Reminder.objects.filter(done, customer_id__in=ids, on__gt=today - timedelta(days=BETWEEN_DAYS))
    return part(
        rows, "lately", ref="public_id", customer="customer_id", on="on", text="step", name="how",
        state=Coalesce("mail__state", Value("")), place="pk",
    )  # fmt: skip


def _read_lately(found: Traces, row: Row) -> None:
    past = facts.PastReminder(facts.Link("reminder", row.ref), row.text, row.on, row.name, row.state in LEAVING)
    found.lately[row.customer].append(past)


def _read_reminder(found: Traces, row: Row) -> None:
    told = found.reminders[row.invoice]
    told.append(facts.PastReminder(facts.Link("reminder", row.ref), row.text, row.on, row.name, row.state in LEAVING))
    told.sort(key=lambda one: one.on)


def _questions(ids: Sequence[int]) -> QuerySet[Any]:
    rows = Question.objects.filter(answered_at=None, invoice__customer_id__in=ids)
    return part(
        rows, "question", ref=Coalesce("commitment__interaction__public_id", Value("")), customer="invoice__customer_id",
        name="invoice__public_id", state=Coalesce("invoice__number", Value("")), at="asked_at", until="answer_by", place="pk",
        text=Substr("words", 1, ASKED), flag=ExpressionWrapper(Q(invoice__kind=Invoice.Kind.CREDIT_NOTE), BooleanField()),
    )  # fmt: skip


def _read_question(found: Traces, row: Row) -> None:
    found.questions.append(Asked(row.customer, row.name, row.state, row.ref, row.at, row.until, row.text, bool(row.flag)))


def _received(ids: Sequence[int], since: datetime) -> QuerySet[Any]:
    """What counted on their invoices from an instant on (`billing.promised`)."""
    return part(
        promised.parts(ids, since), "received", customer="invoice__customer_id", name="invoice__public_id", at="made_at",
        amount="amount", on="payment__paid_on", count="payment_id", late="payment__reverses_id", place="pk",
    )  # fmt: skip


def _read_received(found: Traces, row: Row) -> None:
    found.received.append(promised.Part(row.count, row.late, row.customer, row.at, row.on, row.name, row.amount))


def surplus(ids: Ids) -> QuerySet[Any]:
    """What each customer paid that counts on no invoice and was not given back, by payment."""
    rows = Payment.objects.filter(customer_id__in=ids).to_use()
    return part(rows, "left", customer="customer_id", amount="surplus")


def credit(ids: Ids) -> QuerySet[Any]:
    """The same of their credit notes."""
    rows = Invoice.objects.filter(customer_id__in=ids).credits_to_use()
    return part(rows, "left", customer="customer_id", amount="credit_left")


def _read_left(found: Traces, row: Row) -> None:
    found.left[row.customer] += cents(row.amount)


def first_name(name: str | None) -> str:
    """The first name of a colleague."""
    return (name or "").split(" ")[0]


_READERS = {
    "scenario": _read_scenario, "habits": _read_habits, "first": _read_first, "transit": _read_transit, "hold": _read_hold,
    "reminder": _read_reminder,
    "lately": _read_lately, "question": _read_question, "received": _read_received, "left": _read_left,
}  # fmt: skip
