"""Messages of one payment in every order, days late, while mail and papers are dead (trust.md B7, B8)."""

import json
import random
import time
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction
from django.test import Client

from billing import rendering, stripe_checkout
from billing.models import CheckoutSession, Payment, StripeEvent
from billing.reconciling import apply_waiting
from billing.stripe_events import receive
from crm import transport
from crm.models import Email
from tests.billing.money import issued
from tests.faults.test_payments import address, books_agree, clients
from tests.harness.stripe import API_KEY

D = Decimal


@pytest.fixture
def invoice(database):
    return issued(clients(1)[0], "860.00")


@pytest.fixture
def six(invoice, stripe_server):
    """What Stripe tells of one delayed payment, given back in part and contested: six messages."""
    page = stripe_checkout.open_checkout(invoice, address=address)
    server = stripe_server.standin
    server.pay(page.external_id)
    intent, session = (event["data"]["object"] for event in server.events())
    body = f"payment_intent={intent['id']}&amount=1000"
    refund = server.call("POST", "/v1/refunds", body, "", f"Bearer {API_KEY}")[1]
    told = [
        ("checkout.session.completed", session | {"payment_status": "unpaid"}),
        ("payment_intent.processing", intent | {"status": "processing", "amount_received": 0}),
        ("checkout.session.async_payment_succeeded", session),
        ("payment_intent.succeeded", intent),
        ("charge.dispute.created", {"id": "dp_1", "payment_intent": intent["id"]}),
        ("refund.updated", refund),
    ]
    return [
        {"id": f"evt_{place}", "type": kind, "created": int(time.time()), "livemode": False, "data": {"object": thing}}
        for place, (kind, thing) in enumerate(told)
    ]


def ends(invoice, server, order):
    """What the books say after these messages in this order, everything undone after."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        for event in order:
            receive(*server.standin.signed(event))
        apply_waiting()
        page = CheckoutSession.objects.get()
        found = (
            sorted(Payment.objects.values_list("amount", flat=True)),
            invoice.balance(),
            page.outcome,
            Email.objects.filter(purpose="receipt").count(),
            sorted(StripeEvent.objects.values_list("external_id", "state")),
            books_agree(),
        )
        transaction.set_rollback(True)
    return found


def truth():
    states = [
        (f"evt_{place}", state) for place, state in enumerate(["applied", "ignored", "applied", "applied", "trouble", "applied"])
    ]
    return ([D("-10.00"), D("860.00")], D("10.00"), "paid", 1, states, True)


def judged(invoice, server, orders):
    """The orders that do not end in the truth."""
    return [([event["type"] for event in order], found) for order in orders if (found := ends(invoice, server, order)) != truth()]


@pytest.mark.django_db
def test_thirty_orders_of_six_messages_end_alike(invoice, stripe_server, six):
    every = list(permutations(six))
    assert judged(invoice, stripe_server, random.Random(720).sample(every, 30)) == []


@pytest.mark.faults
@pytest.mark.django_db
def test_all_720_orders_of_six_messages_end_alike(invoice, stripe_server, six):
    assert judged(invoice, stripe_server, permutations(six)) == []


@pytest.mark.django_db
def test_an_order_without_the_money_would_be_seen(invoice, stripe_server, six):
    """The negative control: two messages that pay are left out, and the same judgement says so."""
    order = [
        event for event in six if event["type"] not in ("checkout.session.async_payment_succeeded", "payment_intent.succeeded")
    ]
    assert len(judged(invoice, stripe_server, [order])) == 1


@pytest.mark.django_db
def test_a_payment_that_fails_after_days_pays_nothing(invoice, stripe_server, six):
    failed = six[2] | {"id": "evt_f", "type": "checkout.session.async_payment_failed"}
    failed["data"] = {"object": six[0]["data"]["object"]}
    for order in permutations([six[0], six[1], failed]):
        with transaction.atomic():
            for event in order:
                receive(*stripe_server.standin.signed(event))
            assert (Payment.objects.count(), invoice.balance()) == (0, D("860.00"))
            assert CheckoutSession.objects.get().closed_at is not None
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_three_days_of_messages_told_again_at_last(invoice, stripe_server, six):
    """We were down for three days: Stripe signs each message again when it tells it, its own date stays old."""
    three_days = 3 * 24 * 3600
    for event in six[2:4]:
        body, header = stripe_server.standin.signed(event | {"created": int(time.time()) - three_days})
        answer = Client().post("/stripe/messages/", body, content_type="application/json", headers={"stripe-signature": header})
        assert answer.status_code == 200
    assert (Payment.objects.get().amount, invoice.balance()) == (D("860.00"), D(0))
    assert (json.loads(StripeEvent.objects.first().raw)["created"] < time.time() - three_days + 60, books_agree()) == (True, True)


@pytest.mark.django_db
def test_a_message_is_answered_while_mail_and_papers_are_dead(invoice, stripe_server, six, monkeypatch):
    """The answer waits neither for a mail server nor for the renderer: both are asked nothing."""
    asked = []

    def dead(*args, **kwargs):
        asked.append(args)
        raise OSError("dead")

    monkeypatch.setattr(transport.Smtp, "open", dead)
    monkeypatch.setattr(rendering, "render_pdf", dead)
    body, header = stripe_server.standin.signed(six[2])
    answer = Client().post("/stripe/messages/", body, content_type="application/json", headers={"stripe-signature": header})
    assert (answer.status_code, asked, Payment.objects.count()) == (200, [], 1)
    assert Email.objects.get(purpose="receipt").state == "queued"
