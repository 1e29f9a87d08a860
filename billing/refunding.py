"""Give a surplus back: on the card by Stripe, or by the means a person used."""

from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from billing import stripe_client
from billing.collecting import refund
from billing.models import Payment
from billing.stripe_facts import euros, in_cents, of_refund
from lib.errors import Refusal


def refund_card(payment: Payment, amount: Decimal, *, reason: str, by: User, once: str) -> Payment | None:
    """Have Stripe give `amount` EUR of a card payment back, then record it; outside any transaction. None when the bank
    takes its time: the row comes with Stripe's message. `once` names the form: sent twice, it is one refund."""
    import stripe  # inline: heavy

    if payment.provider != stripe_client.PROVIDER:
        raise Refusal(_("Ce paiement n’est pas venu par carte : rendez-le par virement ou par chèque, puis notez-le."))
    if amount <= 0 or amount > payment.unallocated():
        raise Refusal(_("On ne rend que ce qui ne compte sur aucune facture."), field="amount")
    try:
        made = stripe_client.client().v1.refunds.create(
            {"payment_intent": payment.external_id, "amount": in_cents(amount), "metadata": {"reason": reason[:240]}},
            options={"idempotency_key": f"refund-{payment.public_id}-{once}"[:255]},
        )
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None
    facts = of_refund(made.to_dict(), 0)
    if facts.status != "succeeded":
        return None
    return refund(
        payment, euros(facts.amount), reason=reason, by=by, provider=stripe_client.PROVIDER, external_id=facts.external_id, reopen=True
    )  # fmt: skip
