"""What weighs on one invoice, in the very words of the queue: a complaint, a request, a promise, a transfer, a hold.

Its parts are read with the rest of the page, in one statement (`traces.rows_of`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from billing.models import Invoice, InvoiceLine
from complaints.models import Complaint
from crm.models import Commitment
from crm.models.timeline import Kind, Visibility
from lib import clock
from lib.money import ZERO, cents
from lib.wording import speaking
from tact import facts, traces
from tact.decide_words import Words, civil_day
from tact.keeping import kept_of
from tact.money import REQUESTS
from tact.traces import Row, first_name, part

ABOUT = "invoice"


@dataclass
class Weighing:
    """What was read of one invoice; `past`, what the other pages of money read the same way."""

    past: traces.Traces = field(default_factory=traces.Traces)
    complaints: list[Row] = field(default_factory=list)
    promises: list[facts.MoneyPromise] = field(default_factory=list)
    requests: list[facts.OpenQuestion] = field(default_factory=list)

    def take(self, kind: str, row: Row) -> bool:
        """Put a row where it belongs; false for a kind that is somebody else's."""
        reader = _READERS.get(kind)
        if reader is None:
            return traces.take(self.past, kind, row)
        reader(self, row)
        return True


@dataclass(frozen=True)
class Weight:
    """One thing that weighs: why, in the queue's words, and the EUR of the invoice that wait because of it."""

    reason: facts.Reason
    kept: Decimal


def parts(invoice: Invoice, family: QuerySet[Any], *, today: date, due: bool) -> list[QuerySet[Any]]:
    """The parts that tell it, `family` giving the keys of its customer and aliases; `due`, whether something is still to be
    paid: nothing else can be promised, on its way or held."""
    complaints = Complaint.objects.on_invoices([invoice.pk]).open_on(today)
    found = [
        part(complaints, "complaint", ref="public_id", text="reference", at="recorded_at", name=Coalesce("owner__name", Value("")),
             count="line_id", place="pk"),
    ]  # fmt: skip
    if not due:
        return found
    owed = Commitment.objects.open().filter(customer_id__in=family)
    promised = owed.filter(owed_by="them", nature="primary", about_kind=ABOUT, about_ref=invoice.public_id)
    asked = owed.filter(
        owed_by="us", interaction__kind__in=REQUESTS, interaction__about_kind=ABOUT, interaction__about_ref=invoice.public_id
    )
    return [
        *found, traces.scenario(), traces.transits([invoice.pk], today), traces.holds(family, today),
        part(promised, "promise", ref="public_id", on="due_on", at="made_at", amount="amount",
             name=Coalesce("author__name", Value("")), place="pk"),
        part(asked, "request", ref="interaction__public_id", at="interaction__occurred_at", text="interaction__kind",
             state="interaction__visibility", name=Coalesce("interaction__author__name", Value("")), place="pk"),
    ]  # fmt: skip


def _take_complaint(found: Weighing, row: Row) -> None:
    found.complaints.append(row)


def _take_promise(found: Weighing, row: Row) -> None:
    day = clock.local(row.at).date()
    found.promises.append(
        facts.MoneyPromise(facts.Link("commitment", row.ref), row.on, row.amount, promised_on=day, noted_by=first_name(row.name))
    )


def _take_request(found: Weighing, row: Row) -> None:
    found.requests.append(
        facts.OpenQuestion(
            facts.Link("interaction", row.ref), clock.local(row.at).date(),
            kind="time" if row.text == Kind.TIME_REQUESTED else "question",
            hidden=row.state != Visibility.EVERYONE, colleague=first_name(row.name),
        )
    )  # fmt: skip


_READERS: dict[str, Callable[[Weighing, Row], None]] = {
    "complaint": _take_complaint, "promise": _take_promise, "request": _take_request,
}  # fmt: skip


def weights(
    found: Weighing, invoice: Invoice, *, balance: Decimal, lines: Mapping[int, InvoiceLine], now: datetime, language: str
) -> list[Weight]:
    """What weighs on `invoice`, of which `balance` EUR are still due, complaints first. No statement."""
    today = civil_day(now)
    say = Words(today, language)
    debt = facts.Debt(
        link=facts.Link(ABOUT, invoice.public_id),
        number=invoice.number or "",
        label=invoice.subject,
        amount=invoice.total_incl_tax,
        balance=max(balance, ZERO),
        issued_on=invoice.issued_on or today,
        due_on=invoice.due_on or today,
        complaints=tuple(_complaint(row, lines) for row in found.complaints),
        questions=tuple(found.requests),
        promises=tuple(sorted(found.promises, key=lambda one: one.due_on)),
        transits=tuple(found.past.transits[invoice.pk]),
        holds=tuple(one for (_who, pk), rows in found.past.holds.items() for one in rows if pk in (None, invoice.pk)),
    )
    situation = facts.MoneySituation(
        link=facts.Link("customer", invoice.customer.public_id), name=invoice.customer.name, scenario=found.past.scenario
    )
    with speaking(language):
        return [Weight(reason, kept) for reason, kept in kept_of(debt, situation, on=today, say=say)]


def _complaint(row: Row, lines: Mapping[int, InvoiceLine]) -> facts.OpenComplaint:
    """As the queue knows it; a line disputes its own amount."""
    line = lines.get(row.count) if row.count else None
    return facts.OpenComplaint(
        facts.Link("complaint", row.ref),
        Complaint(reference=row.text).about_label,
        clock.local(row.at).date(),
        cents(line.net * (1 + line.vat_rate / 100)) if line else None,
        owner=first_name(row.name),
    )
