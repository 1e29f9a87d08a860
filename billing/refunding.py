"""Give a surplus back on the card by Stripe; undo a refund that was noted by mistake."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from billing import consequences, stripe_client
from billing.collecting import check_reason, lock_customer, refund
from billing.models import Payment, StripeEvent
from billing.payment_books import book_payment
from billing.stripe_facts import euros, in_cents, of_refund
from lib import clock
from lib.errors import Conflict, Refusal


def refund_card(
    payment: Payment, amount: Decimal, *, reason: str, by: User, once: str = "", seen: Decimal | None = None
) -> Payment | None:
    """Have Stripe give `amount` EUR of a card payment back, then record it; outside any transaction. None when the bank takes its
    time: the row comes with Stripe's message.

    `once` names the form: sent twice, it is one refund. However many forms ask at once, one refund leaves: what is asked of
    Stripe bears a key that says which refund of this payment it is, read under the client's lock with what is left.
    `seen` is what the person saw left: Conflict when it is not so any more, and nothing leaves.
    """
    import stripe  # inline: heavy

    if payment.provider != stripe_client.PROVIDER:
        raise Refusal(_("Ce paiement n’est pas venu par carte : rendez-le par virement ou par chèque, puis notez-le."))
    reason = check_reason(reason)  # before the money leaves, not after
    own = f"card-{payment.public_id}-{once}"[:80] if once else ""
    with transaction.atomic():
        lock_customer(payment.customer)
        if own and (done := Payment.objects.filter(key=own).first()) is not None:
            return done
        key = _key_of_next(payment, amount, seen)
    try:
        made = stripe_client.client().v1.refunds.create(
            {"payment_intent": payment.external_id, "amount": in_cents(amount), "metadata": {"reason": reason}},
            options={"idempotency_key": key},
        )
    except stripe.IdempotencyError:
        raise Conflict(_another()) from None
    except stripe.StripeError as trouble:
        if trouble.http_status is not None and 400 <= trouble.http_status < 500 and trouble.http_status not in (409, 429):
            audit.note("refund.refused", by=by, subject=payment.public_id, code=str(trouble.code or ""))
        raise stripe_client.unreachable(trouble, of_refund=True) from None
    facts = of_refund(made.to_dict(), 0)
    _refuse_undone(facts.status, payment, by=by)
    if facts.status != "succeeded":
        return None
    return refund(
        payment, euros(facts.amount), reason=reason, by=by, provider=stripe_client.PROVIDER, external_id=facts.external_id,
        key=own, reopen=True,
    )  # fmt: skip


def _refuse_undone(status: str, payment: Payment, *, by: User) -> None:
    """Refuse, and note, a refund that the bank refused at once: the next one bears another name."""
    if status in ("failed", "canceled"):
        audit.note("refund.refused", by=by, subject=payment.public_id, code=status)
        raise Refusal(_("Un remboursement n’a pas abouti : voyez avec le client."))


def _key_of_next(payment: Payment, amount: Decimal, seen: Decimal | None) -> str:
    """The name, at Stripe, of the next refund of `payment`: how many were written, or came to nothing, and how much went back
    (in the caller's transaction, the client locked). Two who read the same state name the same refund; Stripe makes it once,
    and refuses the name with another sum. Refuses a sum above what counts on no invoice."""
    current = Payment.objects.get(pk=payment.pk)
    free = current.unallocated()
    if seen is not None and free != seen:
        raise Conflict(_another())
    if amount <= 0 or amount > free:
        raise Refusal(_("On ne rend que ce qui ne compte sur aucune facture."), field="amount")
    rows = list(current.refunded_by.values_list("amount", flat=True))
    failed = StripeEvent.objects.filter(kind="refund.failed", subject=payment.external_id).count()
    refused = AuditEntry.objects.filter(event="refund.refused", subject=payment.public_id).count()
    return f"refund-{payment.public_id}-{len(rows) + failed + refused}-{in_cents(-sum(rows, Decimal(0)))}"


def _another() -> str:
    return _(
        "Un autre remboursement de ce paiement vient d’être demandé : rien de plus n’est parti. Rechargez la page, regardez ce qui "
        "reste, puis recommencez s’il le faut."
    )


def undo_refund(row: Payment, *, reason: str, by: User | None, key: str = "") -> Payment:
    """Undo a refund that was noted and did not leave: an opposite row, and the sum is the client's again, to use or to give
    back. Returns the opposite row; twice is once. Refuses what Stripe gave back, which has really left."""
    reason = check_reason(reason)
    with transaction.atomic():
        client = lock_customer(row.customer)
        if found := Payment.objects.filter(reverses=row).first():
            return found
        if not row.is_refund:
            raise Refusal(_("Cette ligne n’est pas un remboursement."))
        if row.provider:
            raise Refusal(_("Ce remboursement est parti par la carte : il ne s’annule pas d’ici."))
        opposite = Payment.objects.create(
            customer=row.customer, amount=-row.amount, method=row.method, paid_on=clock.today(), reverses=row, refunds=row.refunds,
            refunds_credit=row.refunds_credit, reason=reason, key=key or None, recorded_by=by,
        )  # fmt: skip
        consequences.tell_reversed(opposite, [], by=by)
        book_payment(opposite, [])
        consequences.settle_promises(client)
    return opposite
