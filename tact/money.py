"""Reads, in bulk and from the real tables, what a reminder is decided on. Nothing is copied down.

A constant number of statements for a batch of customers, whatever their number (`tests/tact/test_money.py` counts them).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery

from billing import promised
from billing.collecting import money_kept
from billing.models import Allocation, Invoice, Question, TransferNotice
from complaints.models import Complaint
from crm.addresses import bad_among
from crm.models import BadAddress, Commitment, Company, Contact, Customer, Email, Interaction
from crm.models.timeline import Kind, Visibility
from crm.writing import CUSTOMER, Recipient
from lib import clock
from lib.money import cents
from tact import facts
from tact.contacts import as_contact, written_or_spoken
from tact.models import LEAVING, Hold, ReminderLine, Scenario

PAST_DAYS = 90  # how far back exchanges are read
BATCH = 2000  # customers read together
INVOICE = "invoice"


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


def read_money(heads: Sequence[int], *, today: date, now: datetime) -> list[facts.MoneySituation]:
    """What bears on reminding each of these customers (ids of heads), on the civil day `today` at `now`; in their order.
    A constant number of statements."""
    return [row.situation for row in read_owing(heads, today=today, now=now)]


def read_owing(heads: Sequence[int], *, today: date, now: datetime) -> list[Owing]:
    """The same with the people of each customer."""
    families = _families(heads)
    owners = {member: family.head.pk for family in families.values() for member in family.ids}
    reader = _Reader(families, owners, today, now)
    return [reader.owing(families[head]) for head in heads if head in families]


def scenario_in_force() -> facts.Scenario:
    """The firm's, or the one of the house. One statement."""
    row = Scenario.objects.filter(is_current=True).first()
    return row.as_facts() if row else facts.Scenario()


def zone_of_firm() -> str:
    """Where the firm's public holidays are decided. One statement."""
    return Company.objects.filter(pk=1).values_list("holiday_zone", flat=True).first() or "national"


def zone_of_firm_time() -> str:
    """The firm's civil time. One statement."""
    return Company.objects.filter(pk=1).values_list("time_zone", flat=True).first() or clock.PARIS


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


def read_families(heads: Iterable[int]) -> dict[int, Family]:
    """Each head with its aliases and people. Two statements."""
    return _families(list(heads))


def _families(heads: Sequence[int]) -> dict[int, Family]:
    rows = Customer.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).select_related("owner").order_by("pk")
    members = list(rows)
    families = {row.pk: Family(row) for row in members if row.merged_into_id is None}
    for row in members:
        family = families.get(row.merged_into_id or row.pk)
        if family is not None:
            family.ids.append(row.pk)
    owners = {member: family for family in families.values() for member in family.ids}
    for person in Contact.objects.present().filter(customer_id__in=list(owners)).order_by("-is_main", "pk"):
        owners[person.customer_id].people.append(person)
    return families


class _Reader:
    """The facts of a batch, sorted by customer and by invoice."""

    def __init__(self, families: dict[int, Family], owners: dict[int, int], today: date, now: datetime):
        self.families, self.owners, self.today, self.now = families, owners, today, now
        self.ids = list(owners)
        self.scenario, self.zone = scenario_in_force(), zone_of_firm()
        addresses = [
            address
            for family in families.values()
            for address in (family.head.email_key, *(person.email_key for person in family.people))
            if address
        ]
        self.bad = bad_among(addresses) if addresses else {}
        self.debts = self._unpaid()
        self.refs = {row["public_id"]: row["pk"] for rows in self.debts.values() for row in rows}
        self.promises = self._promises()
        self.transits = self._transits()
        self.kept = self._kept()
        self.complaints = self._complaints()
        self.questions = self._questions()
        self.holds = self._holds()
        self.reminders = self._reminders()
        self.contacts = self._contacts()
        self.history = self._history()

    # --- one statement each

    def _unpaid(self) -> dict[int, list[dict[str, Any]]]:
        rows = Invoice.objects.unpaid().filter(customer_id__in=self.ids).order_by("due_on", "number")
        columns = ("pk", "public_id", "customer_id", "number", "subject", "total_incl_tax", "open_balance", "issued_on", "due_on")
        return self._by_head(rows.values(*columns))

    def _promises(self) -> dict[tuple[int, str], list[facts.MoneyPromise]]:
        """Open promises to pay, by customer and by the invoice they name (or none), each with what came towards it."""
        rows = list(
            Commitment.objects.filter(owed_by=Commitment.Owed.THEM, nature=Commitment.Nature.PRIMARY, customer_id__in=self.ids)
            .filter(Q(amount__isnull=False) | Q(about_kind=INVOICE))
            .select_related("author")
            .order_by("due_on", "pk")
        )
        received = self._received(rows)
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

    def _received(self, rows: list[Commitment]) -> dict[int, Decimal]:
        """EUR that came towards each promise, by its primary key: a schedule is paid part after part."""
        standing = {self.owners[row.customer_id] for row in rows if row.is_open}
        oldest = min((row.made_at for row in rows if self.owners[row.customer_id] in standing), default=None)
        came: dict[int, list[promised.Receipt]] = defaultdict(list)
        for receipt in promised.receipts(self.ids, oldest):
            came[self.owners[receipt.customer]].append(receipt)
        theirs: dict[int, list[Commitment]] = defaultdict(list)
        for row in rows:
            theirs[self.owners[row.customer_id]].append(row)
        found: dict[int, Decimal] = defaultdict(Decimal)
        for head in standing:
            for key, parts in promised.counted(theirs[head], came[head]).items():
                found[key] = sum((part.amount for part in parts), Decimal(0))
        return found

    def _transits(self) -> dict[str, list[facts.Transit]]:
        """Transfers that the client announced, until the last day one still waits for them."""
        found: dict[str, list[facts.Transit]] = defaultdict(list)
        rows = TransferNotice.objects.in_transit(self.today).filter(invoice_id__in=list(self.refs.values()))
        for ref, invoice, announced, expected in rows.order_by("-announced_on", "-pk").values_list(
            "public_id", "invoice__public_id", "announced_on", "expected_by"
        ):
            found[invoice].append(facts.Transit(facts.Link("transfer", ref), announced, expected))
        return found

    def _kept(self) -> dict[int, Decimal]:
        """Money of theirs that counts on no invoice yet, by customer."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for customer, amount in money_kept(self.ids).items():
            found[self.owners[customer]] += amount
        return found

    def _complaints(self) -> dict[tuple[int, str], list[facts.OpenComplaint]]:
        """Open complaints, by customer and by the invoice they are about (or none); a line disputes its own amount."""
        found: dict[tuple[int, str], list[facts.OpenComplaint]] = defaultdict(list)
        rows = Complaint.objects.filter(customer_id__in=self.ids).open_on(self.today).select_related("invoice", "line", "owner")
        for row in rows.order_by("pk"):
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

    def _questions(self) -> dict[tuple[int, str], list[facts.OpenQuestion]]:
        """Questions and requests (time, several payments, a word) that wait for an answer of ours."""
        found: dict[tuple[int, str], list[facts.OpenQuestion]] = defaultdict(list)
        asked = Question.objects.unanswered().filter(invoice__customer_id__in=self.ids).select_related("commitment__interaction")
        for question in asked.select_related("invoice").order_by("pk"):
            row = question.commitment.interaction if question.commitment else None
            link = facts.Link("interaction", row.public_id) if row else facts.Link(INVOICE, question.invoice.public_id)
            told = facts.OpenQuestion(link, clock.local(question.asked_at).date())
            self._put(found, question.invoice.customer_id, question.invoice.public_id, told)
        owed = Commitment.objects.open().filter(
            owed_by=Commitment.Owed.US, customer_id__in=self.ids, interaction__kind__in=(Kind.TIME_REQUESTED, Kind.MESSAGE),
            interaction__about_kind=INVOICE,
        )  # fmt: skip
        for owing in owed.select_related("interaction__author").order_by("pk"):
            if owing.interaction is not None:
                self._put(found, owing.customer_id, owing.interaction.about_ref, _request(owing.interaction))
        return found

    def _put(
        self, found: dict[tuple[int, str], list[facts.OpenQuestion]], customer: int, invoice: str, told: facts.OpenQuestion
    ) -> None:
        """On its invoice while something is due on it; a question on a paid one is still the customer's."""
        found[self.owners[customer], invoice if invoice in self.refs else ""].append(told)

    def _holds(self) -> dict[tuple[int, int | None], list[facts.DatedHold]]:
        found: dict[tuple[int, int | None], list[facts.DatedHold]] = defaultdict(list)
        rows = Hold.objects.in_force(self.today).filter(customer_id__in=self.ids).select_related("by")
        for row in rows:
            hold = facts.DatedHold(
                facts.Link("hold", row.public_id),
                row.resume_on,
                row.reason,
                row.by.first_name if row.by else "",
                row.tomorrow,
            )
            found[self.owners[row.customer_id], row.invoice_id].append(hold)
        return found

    def _reminders(self) -> dict[int, list[facts.PastReminder]]:
        found: dict[int, list[facts.PastReminder]] = defaultdict(list)
        done = ~Q(reminder__mail__state__in=(Email.State.CANCELLED, Email.State.HELD, Email.State.FAILED))
        rows = ReminderLine.objects.filter(done | Q(reminder__mail=None), invoice_id__in=list(self.refs.values()))
        columns = ("invoice_id", "step", "reminder__public_id", "reminder__on", "reminder__how", "reminder__mail__state")
        for invoice, step, ref, on, how, state in rows.order_by("reminder__on", "pk").values_list(*columns):
            link = facts.Link("reminder", ref)
            found[invoice].append(facts.PastReminder(link, step, on, how, state in LEAVING))
        return found

    def _contacts(self) -> dict[int, list[facts.Contact]]:
        """Human exchanges of the last months, newest first. A reserved one keeps its words and its mood, for everybody."""
        rows = (
            written_or_spoken(Interaction.objects.filter(customer_id__in=self.ids))
            .filter(occurred_at__gte=self.now - timedelta(days=PAST_DAYS), occurred_at__lte=self.now)
            .order_by("-occurred_at", "-pk")
        )
        found: dict[int, list[facts.Contact]] = defaultdict(list)
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
        for row in rows.values(*columns):
            hidden = row["visibility"] != Visibility.EVERYONE
            found[self.owners[row["customer_id"]]].append(
                facts.Contact(
                    facts.Link("interaction", row["public_id"]),
                    row["occurred_at"],
                    as_contact(row["kind"], row["channel"]),
                    row["direction"],
                    _first(row["author__name"]),
                    mood="" if hidden else row["data"].get("mood", ""),
                    hidden=hidden,
                )
            )
        return found

    def _history(self) -> dict[int, tuple[int, int, date | None]]:
        """By customer: invoices settled by their due date, after it, and the day of the first one."""
        paid = Allocation.objects.filter(invoice=OuterRef("pk"), payment__isnull=False).order_by().values("invoice")
        rows = (
            Invoice.objects.invoices()
            .filter(customer_id__in=self.ids)
            .with_balance()
            .annotate(last_paid=Subquery(paid.annotate(last=Max("payment__paid_on")).values("last")))
            .order_by()
            .values("customer_id")
            .annotate(
                on_time=Count("pk", filter=Q(open_balance__lte=0, last_paid__lte=F("due_on"))),
                late=Count("pk", filter=Q(open_balance__lte=0, last_paid__gt=F("due_on"))),
                first=Min("issued_on"),
            )
        )
        found: dict[int, tuple[int, int, date | None]] = {}
        for row in rows.values_list("customer_id", "on_time", "late", "first"):
            head = self.owners[row[0]]
            on_time, late, first = found.get(head, (0, 0, None))
            found[head] = (on_time + row[1], late + row[2], min(filter(None, (first, row[3])), default=None))
        return found

    # --- one customer

    def owing(self, family: Family) -> Owing:
        """Everything that bears on reminding this customer."""
        to = recipient_of(family, self.bad)
        return Owing(self._situation(family, to), family, to)

    def _situation(self, family: Family, to: Recipient | None) -> facts.MoneySituation:
        head = family.head
        on_time, late, first = self.history.get(head.pk, (0, 0, None))
        numbers = [head.phone, *(number for person in family.people for number in (person.mobile, person.phone))]
        return facts.MoneySituation(
            link=facts.Link("customer", head.public_id),
            name=head.name,
            client_type=head.type,
            zone=self.zone,
            scenario=self.scenario,
            debts=tuple(self._debt(head.pk, row) for row in self.debts[head.pk]),
            complaints=tuple(self.complaints[head.pk, ""]),
            questions=tuple(self.questions[head.pk, ""]),
            promises=tuple(self.promises[head.pk, ""]),
            kept=self.kept[head.pk],
            holds=tuple(self.holds[head.pk, None]),
            contacts=tuple(self.contacts[head.pk]),
            email=to.address if to else "",
            refused=self._refused(family),
            phone=next((number for number in numbers if number), ""),
            preferred_channel=head.preferred_channel,
            paid_on_time=on_time,
            paid_late=late,
            client_since=min(filter(None, (head.since_on, first)), default=None),
            owner=head.owner.first_name if head.owner else "",
        )

    def _debt(self, head: int, row: dict[str, Any]) -> facts.Debt:
        ref, pk = row["public_id"], row["pk"]
        return facts.Debt(
            link=facts.Link(INVOICE, ref),
            number=row["number"],
            label=row["subject"],
            amount=row["total_incl_tax"],
            balance=row["open_balance"],
            issued_on=row["issued_on"],
            due_on=row["due_on"],
            complaints=tuple(self.complaints[head, ref]),
            questions=tuple(self.questions[head, ref]),
            promises=tuple(self.promises[head, ref]),
            transits=tuple(self.transits[ref]),
            holds=tuple(self.holds[head, pk]),
            reminders=tuple(self.reminders[pk]),
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

    def _by_head(self, rows: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            found[self.owners[row["customer_id"]]].append(row)
        return found


def _request(row: Interaction) -> facts.OpenQuestion:
    return facts.OpenQuestion(
        link=facts.Link("interaction", row.public_id),
        asked_on=clock.local(row.occurred_at).date(),
        kind="time" if row.kind == Kind.TIME_REQUESTED else "question",
        hidden=row.visibility != Visibility.EVERYONE,
        colleague=row.author.first_name if row.author else "",
    )


def _first(name: str | None) -> str:
    """The first name of a colleague."""
    return (name or "").split(" ")[0]


__all__ = ["Family", "batches", "owing", "read_families", "read_money", "recipient_of"]
