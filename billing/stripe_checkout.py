"""Open the payment page of an invoice at Stripe: one live page per invoice, its row and key written before Stripe is called."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import stripe_client
from billing.models import CheckoutSession, Invoice
from billing.stripe_events import close, settle
from billing.stripe_facts import INVOICE, OURS, in_cents, of_session
from lib import clock
from lib.errors import Refusal

FRESH = timedelta(minutes=45)  # a page younger than this is given again; older, a new one is asked
LIFE = timedelta(hours=2)  # how long Stripe keeps a page open
TRIES = 4


def open_checkout(invoice: Invoice, *, address: Callable[[str], str], back: str = "") -> CheckoutSession:
    """The live payment page of what is due on `invoice`, opened at Stripe when there is none; outside any transaction.

    `address` gives the absolute URL where the client comes back, from our public id of the page; `back` is the path of
    ours from which they leave. However many ask at once, there is one page: they share one row, hence one idempotency
    key. Refusal when nothing is due, when cards are not taken, or when Stripe does not answer.
    """
    for _try in range(TRIES):
        page = reserve(invoice, back)
        if is_usable(page, invoice):
            if page.external_id is None:
                page = ask(page, address)
            if page.closed_at is None:
                return page
        else:
            end(page)
    raise Refusal(_("Cette page de paiement vient de changer. Rechargez la facture, puis recommencez."))


def reserve(invoice: Invoice, back: str = "") -> CheckoutSession:
    """The live row of the invoice, made when there is none."""
    if not stripe_client.is_on():
        raise Refusal(_("Le paiement par carte n’est pas ouvert ici : réglez par virement, ou appelez-nous."))
    with transaction.atomic():
        current = Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=invoice.pk)
        due = current.balance()
        if current.is_draft or current.is_credit_note or due <= 0:
            raise Refusal(_("Cette facture est déjà réglée : merci. Il n’y a rien à payer."))
        live = CheckoutSession.objects.live().filter(invoice=current).first()
        return live or CheckoutSession.objects.create(invoice=current, amount=due, back=back[:200])


def is_usable(page: CheckoutSession, invoice: Invoice) -> bool:
    """Whether the page asks for what is due now, and has time left."""
    return page.amount == Invoice.objects.get(pk=invoice.pk).balance() and clock.real_now() - page.opened_at < FRESH


def ask(page: CheckoutSession, address: Callable[[str], str]) -> CheckoutSession:
    """Have Stripe open the page; the same row always makes the same call."""
    import stripe  # inline: heavy

    try:
        made = stripe_client.client().v1.checkout.sessions.create(
            call_of(page, address),  # type: ignore[arg-type]  # a plain mapping, as the API takes it
            options={"idempotency_key": page.key},
        )
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None
    CheckoutSession.objects.filter(pk=page.pk, external_id=None).update(external_id=made.id, url=made.url or "")
    page.refresh_from_db()
    if page.closed_at is not None and page.outcome == CheckoutSession.Outcome.EXPIRED:
        expire(made.id)  # somebody ended our row meanwhile: nobody must pay there
    return page


def call_of(page: CheckoutSession, address: Callable[[str], str]) -> dict[str, Any]:
    """What Stripe is asked, computed from the row alone (its amount, its names, its time): the same key always comes with
    the same call, whoever asks and in whatever language."""
    with translation.override(page.invoice.customer.language):
        label = _("Facture %(number)s") % {"number": page.invoice.number}
    names = {OURS: page.public_id, INVOICE: page.invoice.public_id}
    back = address(page.public_id)
    return {
        "mode": "payment",
        "client_reference_id": page.public_id,
        "payment_method_types": ["card"],
        "locale": "auto",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": in_cents(page.amount), "product_data": {"name": label}},
            }
        ],
        "metadata": names,
        "payment_intent_data": {"metadata": names, "description": label},
        "success_url": back,
        "cancel_url": back,
        "expires_at": int((page.opened_at + LIFE).timestamp()),
    }


def end(page: CheckoutSession) -> None:
    """End a page that no longer asks for what is due: at Stripe first, then here. One that was just paid is recorded."""
    remote = expire(page.external_id) if page.external_id else seek(page)
    with transaction.atomic():
        if remote is not None:
            settle(of_session(remote, remote.get("livemode") is True, int(clock.real_now().timestamp())))
        current = CheckoutSession.objects.select_for_update(of=("self",)).get(pk=page.pk)
        if current.closed_at is None and (remote is None or remote.get("status") == "expired"):
            close(current, CheckoutSession.Outcome.EXPIRED)


def expire(external_id: str) -> dict[str, Any]:
    """The page at Stripe, ended; as it is when it was over already."""
    import stripe  # inline: heavy

    sessions = stripe_client.client().v1.checkout.sessions
    try:
        return sessions.expire(external_id).to_dict()
    except stripe.InvalidRequestError:
        return read(external_id)
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None


def read(external_id: str) -> dict[str, Any]:
    """The page as Stripe has it now."""
    import stripe  # inline: heavy

    try:
        return stripe_client.client().v1.checkout.sessions.retrieve(external_id).to_dict()
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None


def seek(page: CheckoutSession) -> dict[str, Any] | None:
    """A page whose answer never came back to us: looked for by our own name, and ended if Stripe had opened it."""
    import stripe  # inline: heavy

    since = int((page.opened_at - timedelta(minutes=10)).timestamp())
    try:
        listed = stripe_client.client().v1.checkout.sessions.list({"created": {"gte": since}, "limit": 100})
        for found in listed.auto_paging_iter():
            if found.client_reference_id == page.public_id:
                return expire(found.id)
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None
    return None


def refresh(page: CheckoutSession) -> CheckoutSession:
    """Look at Stripe whether the page was paid, and record it: what the return page does, only sooner than the webhook."""
    if page.external_id is None or page.closed_at is not None:
        return page
    remote = read(page.external_id)
    with transaction.atomic():
        settle(of_session(remote, remote.get("livemode") is True, int(clock.real_now().timestamp())))
    page.refresh_from_db()
    return page
