"""What Stripe says happened, applied once whatever the order and the number of its messages.

A message is stored by its own name in the transaction that applies it; a payment and a refund are counted by theirs
(`Payment.external_id`), so that several messages of one fact count once. Nothing is paid unless amount, currency, invoice
and mode are those of the page we opened.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from billing import collecting
from billing.models import CheckoutSession, Invoice, Method, Payment, StripeEvent
from billing.stripe_client import PROVIDER, Forged, is_live, verify
from billing.stripe_facts import PageFacts, RefundFacts, euros, in_cents, of_intent, of_refund, of_session
from crm.turns import in_turn
from lib import clock
from lib.errors import Refusal

State = StripeEvent.State
PAGES = ("checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired")
FAILED = ("checkout.session.async_payment_failed",)
REFUNDS = ("refund.created", "refund.updated", "charge.refund.updated", "refund.failed")
DISPUTES = ("charge.dispute.created",)


@dataclass(frozen=True)
class Verdict:
    """What became of a message: `trouble` says in words what a person must look at; `subject` is the payment it is about."""

    state: str = State.APPLIED
    trouble: str = ""
    invoice: Invoice | None = None
    subject: str = ""


def receive(payload: bytes, signature: str) -> StripeEvent:
    """Take in one message as it came. Raises `Forged` when it is not Stripe's or is no message; a message already known is
    given back, not applied again."""
    verify(payload, signature)
    try:
        event = json.loads(payload)
        name, kind, thing = event["id"], event["type"], event["data"]["object"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Forged("no message") from None
    if not (isinstance(name, str) and isinstance(kind, str) and isinstance(thing, Mapping) and 0 < len(name) <= 120):
        raise Forged("no message")
    with in_turn():
        row, new = StripeEvent.objects.get_or_create(
            external_id=name, defaults={"kind": kind[:60], "state": State.IGNORED, "raw": payload.decode()}
        )
        if new:
            with override("fr"):  # what a person will read is kept in the house's language
                write_verdict(row, judge(event, kind, thing))
    return row


def judge(event: Mapping[str, Any], kind: str, thing: Mapping[str, Any]) -> Verdict:
    """Apply one message, in the caller's transaction."""
    if event.get("account"):
        return Verdict(State.TROUBLE, _("Ce message vient d’un autre compte Stripe que le vôtre."))
    livemode, at = event.get("livemode") is True, _seconds(event.get("created"))
    if kind in PAGES:
        return settle(of_session(thing, livemode, at))
    if kind == "payment_intent.succeeded":
        return settle(of_intent(thing, livemode, at))
    if kind in FAILED:
        return close_failed(of_session(thing, livemode, at))
    if kind in REFUNDS:
        return settle_refund(of_refund(thing, at))
    if kind in DISPUTES:
        return dispute(thing)
    return Verdict(State.IGNORED)


def settle(facts: PageFacts) -> Verdict:
    """Make our page and its invoice agree with what Stripe says of them; called in a transaction, any number of times."""
    page = find_page(facts)
    if page is None:
        if not facts.ref:
            return Verdict(State.IGNORED)  # the firm uses its account elsewhere too
        return Verdict(
            State.TROUBLE, _("Stripe parle d’une page de paiement que nous n’avons pas ouverte."), subject=facts.intent
        )
    invoice = Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=page.invoice_id)
    page = CheckoutSession.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if trouble := what_differs(facts, page, invoice):
        return Verdict(State.TROUBLE, trouble, invoice, facts.intent)
    if facts.external_id and page.external_id is None:
        page.external_id = facts.external_id
        page.save(update_fields=["external_id"])
    if facts.paid:
        take_payment(facts, page, invoice)
    elif facts.over and page.closed_at is None:
        close(page, CheckoutSession.Outcome.EXPIRED)
    return Verdict(invoice=invoice, subject=facts.intent)


def find_page(facts: PageFacts) -> CheckoutSession | None:
    """Our page, by the name Stripe gave it, else by ours."""
    if facts.external_id and (found := CheckoutSession.objects.filter(external_id=facts.external_id).first()):
        return found
    return CheckoutSession.objects.filter(public_id=facts.ref).first() if facts.ref else None


def what_differs(facts: PageFacts, page: CheckoutSession, invoice: Invoice) -> str:
    """Why what Stripe says is not what we asked for, in words; empty when all agrees."""
    if facts.external_id and page.external_id and page.external_id != facts.external_id:
        return _("Stripe parle d’une page de paiement que nous n’avons pas ouverte.")
    if facts.ref != page.public_id or facts.invoice != invoice.public_id:
        return _("Ce message désigne une autre facture que celle de sa page de paiement.")
    if facts.livemode != is_live():
        return _("Ce message est d’un autre mode (essai ou réel) que votre clé Stripe.")
    if facts.paid and facts.currency != "eur":
        return _("Le paiement n’est pas en euros.")
    if facts.paid and facts.amount != in_cents(page.amount):
        return _("Le montant payé n’est pas celui qui était demandé.")
    if facts.paid and not facts.intent:
        return _("Stripe annonce un paiement sans le nommer.")
    return ""


def take_payment(facts: PageFacts, page: CheckoutSession, invoice: Invoice) -> Payment:
    """Record the money of a page. It has really come: what is too much stays the client's, and is proposed back."""
    payment = collecting.record_payment(
        customer=invoice.customer, amount=page.amount, method=Method.CARD, paid_on=civil_day(facts.at), by=None, invoices=[invoice],
        reference=facts.intent, provider=PROVIDER, external_id=facts.intent,
    )  # fmt: skip
    if page.outcome != CheckoutSession.Outcome.PAID:
        page.intent, page.payment = facts.intent, payment
        close(page, CheckoutSession.Outcome.PAID)
    for waiting in StripeEvent.objects.select_for_update().filter(state=State.WAITING, subject=facts.intent).order_by("pk"):
        event = json.loads(waiting.raw)
        write_verdict(waiting, judge(event, event["type"], event["data"]["object"]))
    return payment


def close_failed(facts: PageFacts) -> Verdict:
    """A payment promised by a bank did not come: the page is over, the invoice is still due."""
    page = find_page(facts)
    if page is None:
        return Verdict(State.IGNORED)
    invoice = Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=page.invoice_id)
    page = CheckoutSession.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if page.closed_at is None:
        close(page, CheckoutSession.Outcome.FAILED)
    return Verdict(invoice=invoice, subject=facts.intent)


def settle_refund(facts: RefundFacts) -> Verdict:
    """Money went back by Stripe, from here or from its own pages. Before its payment is known, the message waits for it."""
    payment = Payment.objects.filter(provider=PROVIDER, external_id=facts.intent).first() if facts.intent else None
    if payment is None:
        return Verdict(State.WAITING, subject=facts.intent)
    if facts.status in ("failed", "canceled"):
        return Verdict(State.TROUBLE, _("Un remboursement n’a pas abouti : voyez avec le client."), subject=facts.intent)
    if facts.status != "succeeded":
        return Verdict(State.IGNORED, subject=facts.intent)
    if Payment.objects.filter(provider=PROVIDER, external_id=facts.external_id).exists():
        return Verdict(subject=facts.intent)
    if facts.currency != "eur" or not facts.amount:
        return Verdict(State.TROUBLE, _("Le remboursement n’est pas en euros."), subject=facts.intent)
    try:
        collecting.refund(
            payment, euros(facts.amount), reason=facts.reason or _("Rendu depuis Stripe"), by=None, paid_on=civil_day(facts.at),
            provider=PROVIDER, external_id=facts.external_id, reopen=True,
        )  # fmt: skip
    except Refusal as refusal:
        return Verdict(State.TROUBLE, refusal.message, subject=facts.intent)
    return Verdict(subject=facts.intent)


def dispute(thing: Mapping[str, Any]) -> Verdict:
    """The client's bank contests a payment: a person must answer it."""
    subject = thing.get("payment_intent")
    words = _("La banque du client conteste un paiement par carte : répondez dans votre compte Stripe.")
    return Verdict(State.TROUBLE, words, subject=subject if isinstance(subject, str) else "")


def close(page: CheckoutSession, outcome: str) -> None:
    """The page is over."""
    page.outcome, page.closed_at = outcome, page.closed_at or clock.real_now()
    page.save(update_fields=["outcome", "closed_at", "intent", "payment"])


def write_verdict(row: StripeEvent, verdict: Verdict) -> None:
    """Keep on the message what became of it."""
    row.state, row.trouble, row.invoice, row.subject = verdict.state, verdict.trouble, verdict.invoice, verdict.subject[:120]
    row.save(update_fields=["state", "trouble", "invoice", "subject"])


def settle_trouble(row: StripeEvent, *, by: User) -> None:
    """A person has looked at a message that disagreed. Twice is once."""
    StripeEvent.objects.filter(pk=row.pk, state=State.TROUBLE, settled_at=None).update(settled_at=clock.now(), settled_by=by)


def civil_day(at: int) -> date:
    """The firm's civil day of an instant of Stripe's, moved like ours in a demonstration; never to come."""
    moment = datetime.fromtimestamp(at, UTC) + clock.shift()
    return min(clock.local(moment).date(), clock.today())


def _seconds(value: Any) -> int:
    known = isinstance(value, int) and not isinstance(value, bool) and 946_684_800 <= value < 2**32
    return value if known else int(clock.real_now().timestamp())
