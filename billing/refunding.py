"""Give a surplus back on the card by Stripe; undo a refund that was noted by mistake."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing import consequences, stripe_client
from billing.collecting import check_reason, lock_customer, refund
from billing.models import Payment
from billing.payment_books import book_payment
from billing.stripe_facts import euros, in_cents, of_refund
from lib import clock
from lib.errors import Refusal


def refund_card(payment: Payment, amount: Decimal, *, reason: str, by: User, once: str) -> Payment | None:
    """Have Stripe give `amount` EUR of a card payment back, then record it; outside any transaction. None when the bank
    takes its time: the row comes with Stripe's message. `once` names the form: sent twice, it is one refund."""
    import stripe  # inline: heavy

    if payment.provider != stripe_client.PROVIDER:
        raise Refusal(_("Ce paiement n’est pas venu par carte : rendez-le par virement ou par chèque, puis notez-le."))
    if amount <= 0 or amount > payment.unallocated():
        raise Refusal(_("On ne rend que ce qui ne compte sur aucune facture."), field="amount")
    reason = check_reason(reason)  # before the money leaves, not after
    try:
        made = stripe_client.client().v1.refunds.create(
            {"payment_intent": payment.external_id, "amount": in_cents(amount), "metadata": {"reason": reason}},
            options={"idempotency_key": f"refund-{payment.public_id}-{once}"[:255]},
        )
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble, of_refund=True) from None
    facts = of_refund(made.to_dict(), 0)
    if facts.status != "succeeded":
        return None
    return refund(
        payment, euros(facts.amount), reason=reason, by=by, provider=stripe_client.PROVIDER, external_id=facts.external_id, reopen=True
    )  # fmt: skip


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
