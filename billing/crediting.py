"""What a credit note leaves once its own invoice asks for nothing more: used on another invoice, or given back."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing import consequences
from billing.collecting import (
    check_money,
    check_reason,
    lock_customer,
    lock_invoices,
    refuse_beyond,
    refuse_cash_back,
    refuse_foreign,
    refuse_moved,
)
from billing.models import Allocation, Invoice, Payment
from billing.payment_books import book_allocation, book_payment
from lib import clock
from lib.errors import Refusal
from lib.money import ZERO, cents
from lib.typography import amount as in_words


def left_of(note: Invoice) -> Decimal:
    """EUR of an issued credit note that count on no invoice and were not given back. Two statements."""
    used = note.uses.aggregate(sum=Sum("amount"))["sum"] or ZERO
    back = note.refunded_by.aggregate(sum=Sum("amount"))["sum"] or ZERO
    return cents(note.total_incl_tax - used + back)


def use_credit(
    note: Invoice, invoice: Invoice, amount: Decimal | None = None, *, by: User | None, seen: Decimal | None = None
) -> Allocation:
    """Count `amount` EUR of a credit note on another invoice of the client, by default as much as both allow. `seen` is what
    the person saw left of it: refused when it is not so any more."""
    with transaction.atomic():
        locked = lock_invoices([note, invoice])
        current, target = locked[note.pk], locked[invoice.pk]
        client = lock_customer(current.customer)
        refuse_foreign([target], client)
        free, due = _left(current), target.balance()
        if free <= 0:
            raise Refusal(_("Il ne reste rien de cet avoir."))
        refuse_moved(free, seen)
        wanted = min(free, due) if amount is None else cents(amount)
        refuse_beyond(wanted, due, target)
        if wanted > free:
            raise Refusal(_("Il ne reste que %(free)s de cet avoir.") % {"free": in_words(free)}, field="amount")
        made = Allocation.objects.create(credit_note=current, invoice=target, amount=wanted, made_on=clock.today(), made_by=by)
        consequences.tell_used(made, client, lazy("Avoir utilisé"), by=by)
        consequences.follow(client, [target], by=by)
        book_allocation(made)
    return made


def may_release(allocation: Allocation, note: Invoice) -> bool:
    """Whether what a credit note counts on an invoice may be taken back: not from the invoice it corrects."""
    return allocation.amount > 0 and allocation.invoice_id != note.credit_of_id and not hasattr(allocation, "reversed_by")


def release_credit(allocation: Allocation, *, by: User | None) -> Allocation:
    """Take back what a credit note counts on another invoice than its own: it is the client's again. Twice is once."""
    with transaction.atomic():
        note = allocation.credit_note
        if note is None or allocation.reverses_id or allocation.amount < 0:
            raise Refusal(_("Cette ligne ne se reprend pas."))
        invoice = lock_invoices([note, allocation.invoice])[allocation.invoice_id]
        client = lock_customer(invoice.customer)
        if done := Allocation.objects.filter(reverses=allocation).first():
            return done
        if invoice.pk == note.credit_of_id:
            raise Refusal(_("Un avoir compte d’abord sur la facture qu’il corrige : cela ne se reprend pas."))
        made = Allocation.objects.create(
            credit_note=note, invoice=invoice, amount=-allocation.amount, reverses=allocation, made_on=clock.today(), made_by=by
        )  # fmt: skip
        consequences.tell_released(made, client, by=by)
        consequences.follow(client, [invoice], by=by)
        book_allocation(made)
    return made


def refund_credit(
    note: Invoice,
    amount: Decimal,
    *,
    method: str,
    paid_on: date,
    reason: str,
    by: User | None,
    reference: str = "",
    key: str = "",
) -> Payment:
    """Write that `amount` EUR of a credit note went back to the client on `paid_on`. The same `key` gives the same row."""
    reason = check_reason(reason)
    with transaction.atomic():
        (current,) = lock_invoices([note]).values()
        client = lock_customer(current.customer)
        if key and (found := Payment.objects.filter(key=key).first()):
            return found
        amount, reference = check_money(amount, method, paid_on, reference)
        free = _left(current)
        if amount > free:
            raise Refusal(_("Il ne reste que %(free)s de cet avoir.") % {"free": in_words(free)}, field="amount")
        refuse_cash_back(current.refunded_by.all(), amount, method, paid_on)
        row = Payment.objects.create(
            customer=client, amount=-amount, method=method, paid_on=paid_on, refunds_credit=current, reason=reason,
            reference=reference, key=key or None, recorded_by=by,
        )  # fmt: skip
        consequences.tell_refunded(row, [], by=by)
        book_payment(row, [])
    return row


def _left(note: Invoice) -> Decimal:
    if note.is_draft or not note.is_credit_note:
        raise Refusal(_("Ce document n’est pas un avoir émis."))
    return left_of(note)
