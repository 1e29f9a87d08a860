"""The one door to Stripe: the official SDK, pointed in the demonstration at a stand-in of ours on this machine.

The keys come from the environment and are never stored, shown nor written in a log.
"""

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from lib.errors import Refusal

if TYPE_CHECKING:
    from stripe import StripeClient

logger = logging.getLogger(__name__)

PROVIDER = "stripe"
PATIENCE = 20  # seconds for one answer of Stripe
TOLERANCE = 300  # seconds a signature is good for


class Forged(Exception):
    """A message whose signature is not Stripe's, or too old."""


class Unreachable(Refusal):
    """Stripe did not answer, or refused the call."""


def is_on() -> bool:
    """Whether the firm takes cards: both keys are there."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET)


def is_live() -> bool:
    """Whether the key moves real money."""
    return "_live_" in settings.STRIPE_SECRET_KEY[:12]


def client() -> "StripeClient":
    """A client of the API. Refusal when no key is set."""
    import stripe  # inline: heavy

    if not is_on():
        raise Refusal(_("Le paiement par carte n’est pas ouvert ici : réglez par virement, ou appelez-nous."))
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API} if settings.STRIPE_API else None,
        max_network_retries=2,  # with our idempotency keys, trying again never charges twice
        http_client=stripe.RequestsClient(timeout=PATIENCE),
    )


def unconfirmed() -> str:
    """What to tell somebody of a refund that Stripe was asked, and has not said done."""
    return _(
        "Stripe n’a pas confirmé ce remboursement. S’il est parti, il s’inscrira ici de lui-même : regardez dans quelques minutes "
        "avant de recommencer."
    )


def unreachable(trouble: Exception, *, of_refund: bool = False) -> Unreachable:
    """What to tell somebody when a call failed; the log keeps its kind, never the key. A refund whose answer was lost may have
    left: Stripe's message will say so."""
    logger.warning("Stripe: %s (%s)", type(trouble).__name__, getattr(trouble, "code", "") or "")
    if of_refund:
        return Unreachable(unconfirmed())
    return Unreachable(_("La page de paiement par carte ne répond pas. Rien n’a été débité : réessayez dans quelques minutes."))


def verify(payload: bytes, signature: str) -> None:
    """Raises `Forged` unless `payload` was signed by Stripe for us, less than five minutes ago."""
    import stripe  # inline: heavy

    try:
        stripe.WebhookSignature.verify_header(payload, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE)
    except (stripe.SignatureVerificationError, UnicodeError) as trouble:
        raise Forged(type(trouble).__name__) from None
