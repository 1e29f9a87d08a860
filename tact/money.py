"""Reads, in bulk and from the real tables, what a reminder is decided on. Nothing is copied down.

A constant number of statements for a batch of customers, whatever their number (`tests/tact/test_money.py` counts them).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from billing import promised
from billing.models import Invoice
from complaints.models import Complaint
from crm.addresses import refused_among, with_refusal
from crm.models import BadAddress, Commitment, Company, Contact, Customer, Interaction
from crm.models.timeline import Kind, Visibility
from crm.writing import CUSTOMER, Recipient
from lib import clock
from lib.money import cents
from tact import facts, traces
from tact.contacts import as_contact, written_or_spoken
from tact.traces import first_name

PAST_DAYS = 90  # how far back exchanges are read
BATCH = 2000  # customers read together
INVOICE = "invoice"
MONEY = Q(owed_by="them", nature="primary") & (Q(amount__isnull=False) | Q(about_kind=INVOICE))  # a promise to pay
REQUESTS = (Kind.TIME_REQUESTED, Kind.MESSAGE)
DEBT = ("pk", "public_id", "customer_id", "number", "subject", "total_incl_tax", "open_balance", "issued_on", "due_on")


@dataclass
class Family:
    """A customer with the ids of its aliases and the people who may be written to."""

    head: Customer
    ids: list[int] = field(default_factory=list)
    people: list[Contact] = field(default_factory=list)


@dataclass(frozen=True)
class Owing:
    """A customer who owes: the facts, the people, and to whom one writes (nobody when no address answers)."""

    situation: facts.MoneySituation
    family: Family
    to: Recipient | None


def owing(*, until: date | None = None) -> list[int]:
    """The customers (heads) of whom something is due, on invoices due by `until` when given. One statement."""
    rows = Invoice.objects.unpaid()
    if until is not None:
        rows = rows.filter(due_on__lte=until)
    pairs = rows.order_by().values_list("customer_id", "customer__merged_into_id").distinct()
    return sorted({head or own for own, head in pairs})


def batches(heads: Sequence[int]) -> Iterator[Sequence[int]]:
    """`heads` by slices that one statement can carry."""
    for start in range(0, len(heads), BATCH):
        yield heads[start : start + BATCH]


@dataclass(frozen=True)
class Loaded:
    """What a page of one client already read, so that nothing is read twice: the family and its people, which of their
    addresses answer no more, and, unless None, what is open. `commitments` with author, interaction and its author;
    `complaints` with invoice, line and owner, whoever may read them; `contacts` the exchanges of the last `PAST_DAYS`."""

    family: "Family"
    bad: dict[str, BadAddress]
    zone: str = ""
    debts: Sequence[Any] | None = None
    commitments: Sequence[Commitment] | None = None
    complaints: Sequence[Complaint] | None = None
    contacts: Sequence[facts.Contact] | None = None
    found: list[traces.Traces] = field(default_factory=list)  # filled as it is read


def read_money(heads: Sequence[int], *, today: date, now: datetime) -> list[facts.MoneySituation]:
    """What bears on reminding each of these customers (ids of heads), on the civil day `today` at `now`; in their order.
    A constant number of statements."""
    return [row.situation for row in read_owing(heads, today=today, now=now)]


def read_owing(heads: Sequence[int], *, today: date, now: datetime, zone: str = "", loaded: Loaded | None = None) -> list[Owing]:
    """The same with the people of each customer; `zone` of the firm's holidays, when it is known; `loaded` for one head."""
    if loaded is not None:
        families, bad = {loaded.family.head.pk: loaded.family}, loaded.bad
    else:
        families, bad = _families(heads)
    owners = {member: family.head.pk for family in families.values() for member in family.ids}
    reader = _Reader(families, owners, bad, today, now, zone or (loaded.zone if loaded else ""), loaded)
    return [reader.owing(families[head]) for head in heads if head in families]


def zone_of_firm() -> str:
    """Where the firm's public holidays are decided. One statement."""
    return Company.objects.filter(pk=1).values_list("holiday_zone", flat=True).first() or "national"


def recipient_of(family: Family, bad: dict[str, BadAddress]) -> Recipient | None:
    """To whom a reminder is written: who receives reminders, then invoices, then the main person, then the customer's own
    address; never an address that was refused."""
    ranked = sorted(
        family.people, key=lambda one: (not one.receives_reminders, not one.receives_invoices, not one.is_main, one.pk)
    )
    for person in ranked:
        if person.email and person.email_key not in bad and (person.receives_reminders or not family.head.email):
            return Recipient(person.public_id, person.full_name, person.email, person, None)
    if family.head.email and family.head.email_key not in bad:
        main = next((person for person in ranked if person.is_main and not person.email), None)
        return Recipient(CUSTOMER, main.full_name if main else family.head.name, family.head.email, main, None)
    for person in ranked:
        if person.email and person.email_key not in bad:
            return Recipient(person.public_id, person.full_name, person.email, person, None)
    return None


def promised_and_asked(ids: Sequence[int]) -> list[Commitment]:
    """Promises of money of these customers (aliases included), also those kept or released, which took their part of what came;
    and open requests that we owe an answer to, about an invoice or not. One statement."""
    asked = Q(kept_at=None, released_at=None, owed_by=Commitment.Owed.US, interaction__kind__in=REQUESTS)
    rows = Commitment.objects.filter(customer_id__in=ids).filter(MONEY | asked)
    return list(rows.select_related("author", "interaction__author").order_by("due_on", "pk"))


def read_families(heads: Iterable[int]) -> dict[int, Family]:
    """Each head with its aliases and people. Two statements."""
    return _families(list(heads))[0]


def _families(heads: Sequence[int]) -> tuple[dict[int, Family], dict[str, BadAddress]]:
    """Each head with its aliases and people, and which of their addresses answer no more."""
    rows = Customer.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).select_related("owner").order_by("pk")
    members = list(with_refusal(rows))
    families = {row.pk: Family(row) for row in members if row.merged_into_id is None}
    for row in members:
        family = families.get(row.merged_into_id or row.pk)
        if family is not None:
            family.ids.append(row.pk)
    owners = {member: family for family in families.values() for member in family.ids}
    people = list(with_refusal(Contact.objects.present().filter(customer_id__in=list(owners))).order_by("-is_main", "pk"))
    for person in people:
        owners[person.customer_id].people.append(person)
    return families, refused_among([*(family.head for family in families.values()), *people])


class _Reader:
    """The facts of a batch, sorted by customer and by invoice."""

    def __init__(
        self, families: dict[int, Family], owners: dict[int, int], bad: dict[str, BadAddress], today: date, now: datetime, zone: str,
        loaded: Loaded | None,
    ):  # fmt: skip
        self.families, self.owners, self.bad, self.today, self.now = families, owners, bad, today, now
        self.ids = list(owners)
        self.zone = zone or zone_of_firm()
        known = loaded or Loaded(Family(Customer()), {})
        self.debts = self._by_head(known.debts if known.debts is not None else self._unpaid())
        self.refs = {row.public_id: row.pk for rows in self.debts.values() for row in rows}
        owed = known.commitments if known.commitments is not None else promised_and_asked(self.ids)
        promises = sorted((row for row in owed if _is_money(row)), key=lambda row: (row.due_on, row.pk))
        standing = {self.owners[row.customer_id] for row in promises if row.is_open}
        since = min((row.made_at for row in promises if self.owners[row.customer_id] in standing), default=None)
        self.traces = traces.read(self.ids, list(self.refs.values()), today=today, since=since, alone=len(families) == 1)
        known.found.append(self.traces)
        self.promises = self._promises(promises, standing)
        self.kept = self._kept()
        self.complaints = self._complaints(known.complaints)
        self.questions = self._questions(row.interaction for row in owed if _is_request(row))
        self.holds = self._holds()
        self.contacts = self._contacts(known.contacts)
        self.history = self._history()

    # --- one statement each, or none when it is already read

    def _unpaid(self) -> list[Any]:
        rows = Invoice.objects.unpaid_of(self.ids).order_by("due_on", "number")
        return list(rows.values_list(*DEBT, named=True))

    def _promises(self, rows: Sequence[Commitment], standing: set[int]) -> dict[tuple[int, str], list[facts.MoneyPromise]]:
        """Open promises to pay, by customer and by the invoice they name (or none), each with what came towards it: a schedule
        is paid part after part."""
        received = self._received(rows, standing)
        found: dict[tuple[int, str], list[facts.MoneyPromise]] = defaultdict(list)
        for row in rows:
            if not row.is_open:
                continue
            head, invoice = self.owners[row.customer_id], row.about_ref if row.about_kind == INVOICE else ""
            found[head, invoice if invoice in self.refs else ""].append(
                facts.MoneyPromise(
                    facts.Link("commitment", row.public_id),
                    row.due_on,
                    row.amount,
                    received[row.pk],
                    clock.local(row.made_at).date(),
                    row.author.first_name if row.author else "",
                )
            )
        return found

    def _received(self, rows: Sequence[Commitment], standing: set[int]) -> dict[int, Decimal]:
        """EUR that came towards each promise, by its primary key; `standing`: the heads of whom a promise is open."""
        came: dict[int, list[promised.Receipt]] = defaultdict(list)
        for receipt in promised.merged(self.traces.received):
            came[self.owners[receipt.customer]].append(receipt)
        theirs: dict[int, list[Commitment]] = defaultdict(list)
        for row in rows:
            theirs[self.owners[row.customer_id]].append(row)
        found: dict[int, Decimal] = defaultdict(Decimal)
        for head in standing:
            for key, parts in promised.counted(theirs[head], came[head]).items():
                found[key] = sum((part.amount for part in parts), Decimal(0))
        return found

    def _kept(self) -> dict[int, Decimal]:
        """Money of theirs that counts on no invoice yet, by customer."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for customer, amount in self.traces.left.items():
            found[self.owners[customer]] += amount
        return found

    def _complaints(self, rows: Iterable[Complaint] | None) -> dict[tuple[int, str], list[facts.OpenComplaint]]:
        """Open complaints, by customer and by the invoice they are about (or none); a line disputes its own amount."""
        found: dict[tuple[int, str], list[facts.OpenComplaint]] = defaultdict(list)
        if rows is None:
            rows = (
                Complaint.objects.filter(customer_id__in=self.ids).open_on(self.today).select_related("invoice", "line", "owner")
            )
        for row in sorted(rows, key=lambda row: row.pk):
            about = row.invoice.public_id if row.invoice and row.invoice.public_id in self.refs else ""
            disputed = cents(row.line.net * (1 + row.line.vat_rate / 100)) if row.line and about else None
            told = facts.OpenComplaint(
                facts.Link("complaint", row.public_id),
                row.about_label,
                clock.local(row.recorded_at).date(),
                disputed,
                owner=row.owner.first_name if row.owner else "",
            )
            found[self.owners[row.customer_id], about].append(told)
        return found

    def _contacts(self, rows: Sequence[facts.Contact] | None) -> dict[int, list[facts.Contact]]:
        """Human exchanges of the last months, newest first. A reserved one keeps its words and its mood, for everybody."""
        found: dict[int, list[facts.Contact]] = defaultdict(list)
        if rows is not None:
            return defaultdict(list, {head: list(rows) for head in self.families})
        past = (
            written_or_spoken(Interaction.objects.of_family(self.ids))
            .filter(occurred_at__gte=self.now - timedelta(days=PAST_DAYS), occurred_at__lte=self.now)
            .order_by("-occurred_at", "-pk")
        )
        columns = (
            "public_id",
            "customer_id",
            "occurred_at",
            "kind",
            "channel",
            "direction",
            "data",
            "visibility",
            "author__name",
        )
        for row in past.values_list(*columns, named=True):
            found[self.owners[row.customer_id]].append(contact_of(row))
        return found

    # --- sorted from what was read

    def _questions(self, requests: Iterable[Interaction | None]) -> dict[tuple[int, str], list[facts.OpenQuestion]]:
        """Questions and requests (time, several payments, a word) that wait for an answer of ours: on their invoice while
        something is due on it; about a paid one, still the customer's."""
        found: dict[tuple[int, str], list[facts.OpenQuestion]] = defaultdict(list)

        def put(customer: int, invoice: str, told: facts.OpenQuestion) -> None:
            found[self.owners[customer], invoice if invoice in self.refs else ""].append(told)

        for row in self.traces.questions:
            link = facts.Link("interaction", row.exchange) if row.exchange else facts.Link(INVOICE, row.invoice)
            put(row.customer, row.invoice, facts.OpenQuestion(link, clock.local(row.at).date()))
        for request in requests:
            if request is not None and request.customer_id is not None:
                put(request.customer_id, request.about_ref, _request(request))
        return found

    def _holds(self) -> dict[tuple[int, int | None], list[facts.DatedHold]]:
        found: dict[tuple[int, int | None], list[facts.DatedHold]] = defaultdict(list)
        for (customer, invoice), rows in self.traces.holds.items():
            found[self.owners[customer], invoice] += rows
        return defaultdict(list, {key: sorted(rows, key=lambda one: one.resume_on) for key, rows in found.items()})

    def _history(self) -> dict[int, traces.Habits]:
        """How each customer paid, its aliases together."""
        found: dict[int, traces.Habits] = defaultdict(traces.Habits)
        for customer, habits in self.traces.habits.items():
            told = found[self.owners[customer]]
            told.on_time, told.late = told.on_time + habits.on_time, told.late + habits.late
            told.first = min(filter(None, (told.first, habits.first)), default=None)
        return found

    # --- one customer

    def owing(self, family: Family) -> Owing:
        """Everything that bears on reminding this customer."""
        to = recipient_of(family, self.bad)
        return Owing(self._situation(family, to), family, to)

    def _situation(self, family: Family, to: Recipient | None) -> facts.MoneySituation:
        head = family.head
        habits = self.history[head.pk]
        numbers = [head.phone, *(number for person in family.people for number in (person.mobile, person.phone))]
        return facts.MoneySituation(
            link=facts.Link("customer", head.public_id),
            name=head.name,
            client_type=head.type,
            zone=self.zone,
            scenario=self.traces.scenario,
            debts=tuple(self._debt(head.pk, row) for row in self.debts[head.pk]),
            complaints=tuple(self.complaints[head.pk, ""]),
            questions=tuple(self.questions[head.pk, ""]),
            promises=tuple(self.promises[head.pk, ""]),
            holds=tuple(self.holds[head.pk, None]),
            contacts=tuple(self.contacts[head.pk]),
            kept=self.kept[head.pk],
            reminders=tuple(past for pk in family.ids for past in self.traces.lately[pk]),
            email=to.address if to else "",
            refused=self._refused(family),
            phone=next((number for number in numbers if number), ""),
            preferred_channel=head.preferred_channel,
            paid_on_time=habits.on_time,
            paid_late=habits.late,
            client_since=min(filter(None, (head.since_on, habits.first)), default=None),
            owner=head.owner.first_name if head.owner else "",
        )

    def _debt(self, head: int, row: Any) -> facts.Debt:
        ref, pk = row.public_id, row.pk
        return facts.Debt(
            link=facts.Link(INVOICE, ref),
            number=row.number,
            label=row.subject,
            amount=row.total_incl_tax,
            balance=row.open_balance,
            issued_on=row.issued_on,
            due_on=row.due_on,
            complaints=tuple(self.complaints[head, ref]),
            questions=tuple(self.questions[head, ref]),
            promises=tuple(self.promises[head, ref]),
            transits=tuple(self.traces.transits[pk]),
            holds=tuple(self.holds[head, pk]),
            reminders=tuple(self.traces.reminders[pk]),
        )

    def _refused(self, family: Family) -> tuple[facts.RefusedAddress, ...]:
        held = {family.head.email_key: family.head.name} | {one.email_key: one.full_name for one in family.people}
        return tuple(
            facts.RefusedAddress(
                facts.Link("address", address),
                address,
                name,
                clock.local(self.bad[address].since_at).date(),
                self.bad[address].reason,
            )
            for address, name in held.items()
            if address in self.bad
        )

    def _by_head(self, rows: Iterable[Any]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in rows:
            found[self.owners[row.customer_id]].append(row)
        return found


def contact_of(row: Any) -> facts.Contact:
    """A contact as reminders know it: never its words, and of a reserved one neither its mood, for everybody."""
    hidden = row.visibility != Visibility.EVERYONE
    return facts.Contact(
        facts.Link("interaction", row.public_id), row.occurred_at, as_contact(row.kind, row.channel), row.direction,
        first_name(row.author__name), mood="" if hidden else row.data.get("mood", ""), hidden=hidden,
    )  # fmt: skip


def _is_money(row: Commitment) -> bool:
    """A promise of the client's to pay: `MONEY` on a row already read."""
    theirs = row.owed_by == Commitment.Owed.THEM and row.nature == Commitment.Nature.PRIMARY
    return theirs and (row.amount is not None or row.about_kind == INVOICE)


def _is_request(row: Commitment) -> bool:
    """What we owe an answer to: a request for time, a word about an invoice."""
    asked = row.interaction
    ours = row.is_open and row.owed_by == Commitment.Owed.US
    return ours and asked is not None and asked.kind in REQUESTS and asked.about_kind == INVOICE


def _request(row: Interaction) -> facts.OpenQuestion:
    return facts.OpenQuestion(
        link=facts.Link("interaction", row.public_id),
        asked_on=clock.local(row.occurred_at).date(),
        kind="time" if row.kind == Kind.TIME_REQUESTED else "question",
        hidden=row.visibility != Visibility.EVERYONE,
        colleague=row.author.first_name if row.author else "",
    )


__all__ = ["Family", "Loaded", "batches", "owing", "read_families", "read_money", "recipient_of"]
