"""What a credit note leaves once its own invoice asks for nothing more: used on another invoice, or given back."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from billing import consequences
from billing.collecting import check_money, check_reason, lock_customer, lock_invoices, refuse_beyond, refuse_foreign
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


def use_credit(note: Invoice, invoice: Invoice, amount: Decimal | None = None, *, by: User | None) -> Allocation:
    """Count `amount` EUR of a credit note on another invoice of the client, by default as much as both allow."""
    with transaction.atomic():
        locked = lock_invoices([note, invoice])
        current, target = locked[note.pk], locked[invoice.pk]
        client = lock_customer(current.customer)
        refuse_foreign([target], client)
        free, due = _left(current), target.balance()
        wanted = min(free, due) if amount is None else cents(amount)
        refuse_beyond(wanted, due, target)
        if wanted > free:
            raise Refusal(_("Il ne reste que %(free)s de cet avoir.") % {"free": in_words(free)}, field="amount")
        made = Allocation.objects.create(credit_note=current, invoice=target, amount=wanted, made_on=clock.today(), made_by=by)
        consequences.follow(client, [target], by=by)
        book_allocation(made)
    return made


def refund_credit(
    note: Invoice, amount: Decimal, *, method: str, paid_on: date, reason: str, by: User | None, key: str = ""
) -> Payment:
    """Write that `amount` EUR of a credit note went back to the client on `paid_on`. The same `key` gives the same row."""
    reason = check_reason(reason)
    with transaction.atomic():
        (current,) = lock_invoices([note]).values()
        client = lock_customer(current.customer)
        if key and (found := Payment.objects.filter(key=key).first()):
            return found
        amount, _reference = check_money(amount, method, paid_on, "")
        free = _left(current)
        if amount > free:
            raise Refusal(_("Il ne reste que %(free)s de cet avoir.") % {"free": in_words(free)}, field="amount")
        row = Payment.objects.create(
            customer=client, amount=-amount, method=method, paid_on=paid_on, refunds_credit=current, reason=reason, key=key or None,
            recorded_by=by,
        )  # fmt: skip
        consequences.tell_refunded(row, [], by=by)
        book_payment(row, [])
    return row


def _left(note: Invoice) -> Decimal:
    if note.is_draft or not note.is_credit_note:
        raise Refusal(_("Ce document n’est pas un avoir émis."))
    return left_of(note)
