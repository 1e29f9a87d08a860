"""Paying: the card page opened and come back from, the transfer announced, and what Stripe tells us."""

import logging
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.models import AuditEntry
from accounts.policy import policy
from billing import stripe_checkout, stripe_events
from billing.models import CheckoutSession
from billing.stripe_client import Forged
from crm.company import company_of_page
from lib import clock
from lib.errors import Refusal

logger = logging.getLogger(__name__)

NOTED_AN_HOUR = 20  # lines of the journal for false messages; beyond, only the log has them


def return_address(ref: str) -> str:
    """Where the client comes back from the payment page `ref`."""
    return settings.PUBLIC_URL + reverse("payment_return", args=[ref])


def leave_for(page: CheckoutSession) -> HttpResponse:
    """From the form «Payer» to the payment page. A form may only lead to our own addresses (form-action of our CSP), so that
    one elsewhere is reached by a page of ours."""
    ours = page.url.startswith(f"{settings.PUBLIC_URL}/")
    return HttpResponseRedirect(page.url if ours else reverse("payment_go", args=[page.public_id]))


@policy(public=True)
@require_safe
def payment_go(request: HttpRequest, ref: str) -> HttpResponse:
    """Lead to the payment page of Stripe, at once or by its link."""
    page = get_object_or_404(CheckoutSession.objects.live().exclude(url="").select_related("invoice"), public_id=ref)
    response = render(request, "billing/portal/go.html", {"page": page, "invoice": page.invoice, "company": company_of_page()})
    response["Refresh"] = f"1; url={page.url}"
    return closed(response)


@policy(public=True)
@require_safe
def payment_return(request: HttpRequest, ref: str) -> HttpResponse:
    """What became of a payment page, as Stripe has it now. Only an accelerator: the webhook says the same. Whoever holds the
    address sees an amount and no name."""
    page = get_object_or_404(CheckoutSession.objects.select_related("invoice"), public_id=ref)
    trouble = ""
    try:
        page = stripe_checkout.refresh(page)
    except Refusal:
        trouble = "unreachable"
    state = page.outcome or trouble or "open"
    shown = {"page": page, "state": state, "invoice": page.invoice, "company": company_of_page()}
    return closed(render(request, "billing/portal/return.html", shown))


def closed(answer: HttpResponse) -> HttpResponse:
    """Nothing of these pages is kept, or told to the next site."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "same-origin"  # «no-referrer» would make browsers send our own forms without origin
    return answer


@csrf_exempt
@policy(public=True)
@require_POST
def stripe_messages(request: HttpRequest) -> HttpResponse:
    """Take in a message of Stripe. 400 for what it did not sign; any failure of ours is a 500, and Stripe tells us again."""
    try:
        stripe_events.receive(request.body, request.headers.get("Stripe-Signature", ""))
    except Forged as forged:
        note_forged(str(forged))
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def note_forged(why: str) -> None:
    """Keep a trace of a false message, a few lines an hour at most: nobody fills our journal from outside."""
    logger.warning("stripe: message refused (%s)", why)
    since = clock.now() - timedelta(hours=1)
    if AuditEntry.objects.filter(at__gte=since, event="stripe.refused").count() < NOTED_AN_HOUR:
        audit.note("stripe.refused", by=None, subject=why)
