"""What hangs on one document, in one statement: what counts on it, its credit notes, what was given back, its files, what its
client has with us, and what weighs on it (`tact.one_invoice`)."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from billing.models import Allocation, Invoice, InvoiceFile, Payment
from crm.models import Customer
from lib.money import ZERO
from tact import one_invoice, traces
from tact.one_invoice import Weighing
from tact.traces import Row, part

EMPTY = Value("")


@dataclass
class Pieces:
    """What was read. `uses`: money or credits that count (their day, the day it was paid, where it is told); `notes`: credit
    notes; `backs`: money given back of a credit note."""

    uses: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    backs: list[Row] = field(default_factory=list)
    files: list[InvoiceFile] = field(default_factory=list)
    weighing: Weighing = field(default_factory=Weighing)

    @property
    def counted(self) -> Decimal:
        """EUR that count on it, or that a credit note is used for."""
        return sum((row.amount for row in self.uses), ZERO)

    @property
    def given_back(self) -> Decimal:
        """EUR of a credit note that went back (negative)."""
        return sum((row.amount for row in self.backs), ZERO)

    @property
    def credited(self) -> Decimal:
        """EUR that its credit notes take back."""
        return sum((row.amount for row in self.notes), ZERO)

    @property
    def left(self) -> Decimal:
        """EUR of its client that count on nothing yet."""
        return sum(self.weighing.past.left.values(), ZERO)


def read_pieces(invoice: Invoice, *, today: date) -> Pieces:
    """What hangs on `invoice`; nothing on a draft. One statement, and one for its balance when it was not read with it."""
    found = Pieces()
    if invoice.is_draft:
        return found
    for kind, row in traces.rows_of(_parts(invoice, today)):
        if kind == "use":
            found.uses.append(row)
        elif kind == "note":
            found.notes.append(row)
        elif kind == "back":
            found.backs.append(row)
        elif kind == "file":
            found.files.append(InvoiceFile(kind=row.name, checks=json.loads(row.text), sha256=row.state, size=row.count))
        else:
            found.weighing.take(kind, row)
    found.uses.sort(key=lambda row: (row.on, row.place))
    found.backs.sort(key=lambda row: (row.on, row.place))
    return found


def _parts(invoice: Invoice, today: date) -> list[QuerySet[Any]]:
    due = not invoice.is_credit_note and invoice.balance() > 0
    head = invoice.customer.merged_into_id or invoice.customer_id
    family = Customer.objects.filter(Q(pk=head) | Q(merged_into=head)).values("pk")
    parts = [*one_invoice.parts(invoice, family, today=today, due=due), _files(invoice)]
    parts += [_served(invoice), _backs(invoice)] if invoice.is_credit_note else [_uses(invoice), _notes(invoice)]
    return [*parts, traces.surplus(family), traces.credit(family)] if due else parts


def _uses(invoice: Invoice) -> QuerySet[Any]:
    """Payments and credit notes that count on an invoice."""
    said = Coalesce(NullIf("payment__reference", EMPTY), NullIf("payment__reason", EMPTY), "credit_note__credit_reason", EMPTY)
    return part(
        Allocation.objects.filter(invoice=invoice), "use", ref=Coalesce("payment__public_id", "credit_note__public_id"),
        on="made_on", until="payment__paid_on", name=Coalesce("credit_note__number", EMPTY), text=said,
        state=Coalesce("payment__method", EMPTY), amount="amount", count="payment_id", late="payment__reverses_id", place="pk",
    )  # fmt: skip


def _served(note: Invoice) -> QuerySet[Any]:
    """The invoices that a credit note counts on."""
    rows = Allocation.objects.filter(credit_note=note)
    return part(rows, "use", ref="invoice__public_id", on="made_on", name="invoice__number", amount="amount", place="pk")


def _notes(invoice: Invoice) -> QuerySet[Any]:
    rows = Invoice.objects.issued().filter(credit_of=invoice)
    return part(rows, "note", ref="public_id", name="number", amount="total_incl_tax", place="pk")


def _backs(note: Invoice) -> QuerySet[Any]:
    rows = Payment.objects.filter(refunds_credit=note)
    return part(rows, "back", ref="public_id", on="paid_on", state="method", amount="amount", count="reverses_id", place="pk")


def _files(invoice: Invoice) -> QuerySet[Any]:
    rows = InvoiceFile.objects.filter(invoice=invoice)
    return part(rows, "file", name="kind", text=Cast("checks", TextField()), state="sha256", count="size", place="pk")
