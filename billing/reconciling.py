"""Put our books right with Stripe's, whatever was lost in between: a message, an answer, a process."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing import stripe_client
from billing.models import CheckoutSession, Payment, StripeEvent
from billing.stripe_events import Verdict, close, judge, settle, settle_refund, write_verdict
from billing.stripe_facts import of_refund, of_session
from lib import clock

BACK = timedelta(days=7)  # how far back everything is read again when a person asks
GONE = timedelta(hours=25)  # a page that Stripe does not know after this was never opened


@dataclass
class Reconciled:
    """What one run found: `pages` read, `payments` and `refunds` that were missing, what a person must look at."""

    pages: int = 0
    payments: int = 0
    refunds: int = 0
    closed: int = 0
    troubles: int = 0


def reconcile_stripe(now: datetime, *, since: datetime | None = None) -> Reconciled:
    """Read again what Stripe knows since `since` (aware; by default a week before `now`) and record what is missing. Safe to
    run at any time, any number of times; Refusal when Stripe does not answer, what was done so far being kept."""
    import stripe  # inline: heavy

    done, since = Reconciled(), since or now - BACK
    asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    api, before = stripe_client.client().v1, Payment.objects.filter(provider=stripe_client.PROVIDER).count()
    try:
        for found in api.checkout.sessions.list(asked).auto_paging_iter():
            done.pages += 1
            data = found.to_dict()
            _apply(done, lambda data=data: settle(of_session(data, data.get("livemode") is True, data["created"])), found.id)
        paid = Payment.objects.filter(provider=stripe_client.PROVIDER).count()
        for refund in api.refunds.list(asked).auto_paging_iter():
            data = refund.to_dict()
            _apply(done, lambda data=data: settle_refund(of_refund(data, data["created"])), refund.id)
    except stripe.StripeError as trouble:
        raise stripe_client.unreachable(trouble) from None
    done.payments = paid - before
    done.refunds = Payment.objects.filter(provider=stripe_client.PROVIDER).count() - paid
    apply_waiting()
    done.closed = close_lost(now)
    return done


def reconcile_open(now: datetime) -> Reconciled:
    """The same for the pages still open only, without a call when there are none: for the recurring job."""
    apply_waiting()
    oldest = CheckoutSession.objects.live().order_by("opened_at").values_list("opened_at", flat=True).first()
    if oldest is None or not stripe_client.is_on():
        return Reconciled()
    return reconcile_stripe(now, since=oldest - timedelta(minutes=10))


def apply_waiting() -> int:
    """Apply the messages that came before their payment and that its transaction could not see. Returns how many."""
    known = Payment.objects.filter(provider=stripe_client.PROVIDER, external_id=OuterRef("subject"))
    rows = StripeEvent.objects.filter(Exists(known), state=StripeEvent.State.WAITING).order_by("pk")
    for found in rows:
        with transaction.atomic(), override("fr"):
            row = StripeEvent.objects.select_for_update(of=("self",)).get(pk=found.pk)
            event = json.loads(row.raw)
            write_verdict(row, judge(event, event["type"], event["data"]["object"]))
    return len(rows)


def close_lost(now: datetime) -> int:
    """Close the rows that Stripe never opened: nobody can pay there."""
    lost = CheckoutSession.objects.live().filter(external_id=None, opened_at__lt=now - GONE)
    with transaction.atomic():
        rows = list(lost.select_for_update(of=("self",)))
        for page in rows:
            close(page, CheckoutSession.Outcome.EXPIRED)
    return len(rows)


def _apply(done: Reconciled, gesture: Any, name: str) -> None:
    """One object in its own transaction; a disagreement becomes a message to look at, once."""
    with transaction.atomic(), override("fr"):
        verdict: Verdict = gesture()
        if verdict.state == StripeEvent.State.TROUBLE:
            done.troubles += 1
            StripeEvent.objects.get_or_create(
                external_id=f"reconciled:{name}"[:120],
                defaults={
                    "kind": "reconciled", "state": verdict.state, "trouble": verdict.trouble, "subject": verdict.subject[:120],
                    "invoice": verdict.invoice, "raw": "", "received_at": clock.now(),
                },
            )  # fmt: skip


def describe(done: Reconciled) -> str:
    """The run, one count after the other."""
    return _(
        "Pages de paiement relues chez Stripe : %(pages)s. Paiements qui manquaient, enregistrés : %(payments)s. Remboursements qui "
        "manquaient, enregistrés : %(refunds)s. Pages jamais ouvertes, closes : %(closed)s. Messages à vérifier : %(troubles)s."
    ) % {name: getattr(done, name) for name in ("pages", "payments", "refunds", "closed", "troubles")}
