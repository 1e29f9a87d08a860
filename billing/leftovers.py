"""What a client has with us that counts on nothing yet: surpluses of their payments, and what is left of their credit notes."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from billing.models import Invoice, Payment
from lib.money import ZERO, cents


@dataclass(frozen=True)
class Leftovers:
    """The sources, the oldest first."""

    payments: list[Payment]
    notes: list[Invoice]

    @property
    def surplus(self) -> Decimal:
        """EUR of payments."""
        return sum((payment.unallocated() for payment in self.payments), ZERO)

    @property
    def credit(self) -> Decimal:
        """EUR of credit notes."""
        return sum((cents(note.credit_left) for note in self.notes), ZERO)  # type: ignore[attr-defined]

    @property
    def total(self) -> Decimal:
        """EUR in all, to use on an invoice or to give back."""
        return self.surplus + self.credit


def leftovers_of(ids: list[int]) -> Leftovers:
    """What one client (aliases included) has left. Two statements."""
    return Leftovers(
        payments=list(Payment.objects.of_family(ids).to_use().select_related("customer")),
        notes=list(Invoice.objects.of_family(ids).credits_to_use().select_related("customer", "credit_of").defer("snapshot")),
    )


def left_of_client(ids: Iterable[int] | QuerySet[Any]) -> Decimal:
    """EUR that one client (the keys of their record and its aliases) has left, of payments and credit notes together. One
    statement."""
    payments = Payment.objects.filter(customer__in=ids).to_use().order_by()
    notes = Invoice.objects.filter(customer__in=ids).credits_to_use().order_by()
    rows = payments.values_list(F("surplus")).union(notes.values_list(F("credit_left")), all=True)
    return sum((cents(left) for (left,) in rows), ZERO)
