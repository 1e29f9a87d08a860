"""Money under fire: messages repeated, shuffled and forged, many clicks at once, processes killed. The books tell the truth.

`EGARDS_FULL=1` before `pytest tests/faults/test_payments.py` runs B3 with 200 invoices and B4 25 times at each point."""

import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import F, Sum

from billing import collecting, stripe_checkout
from billing.models import Allocation, CheckoutSession, Invoice, LedgerEntry, Payment, StripeEvent
from billing.reconciling import apply_waiting, reconcile_stripe
from billing.stripe_events import receive
from config.environment import ROOT
from crm.company import update_company
from crm.customers import create_customer
from crm.models import Email
from demo.stripe_standin import signature
from lib import clock
from tests.billing.money import customer_balance, issued
from tests.harness.stripe import API_KEY, SECRET

D = Decimal
FULL = os.environ.get("EGARDS_FULL") == "1"  # the figures of trust.md: minutes more
PAIRS, TIMES = (200, range(25)) if FULL else (40, range(1))
AUTHORITY = f"Bearer {API_KEY}"


def address(ref):
    return f"http://localhost:8000/paiement/{ref}/"


def clients(number):
    update_company(by=None, name="Atelier Morvan", sender_email="bonjour@atelier.example")
    return [create_customer(by=None, name=f"Client {place}", email=f"c{place}@client.example") for place in range(number)]


def opened(customers, number):
    """`number` invoices of 10,00 € and more, each with its payment page."""
    invoices = [issued(customers[place % len(customers)], D(10) + place) for place in range(number)]
    return [(invoice, stripe_checkout.open_checkout(invoice, address=address)) for invoice in invoices]


def ask(url, method, path, body=b"", **headers):
    """One real call of the server; its status."""
    parts = urlsplit(url)
    line = HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        line.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def together(tasks, threads):
    """What each of `tasks` answers, `threads` at a time, each thread with a connection of its own."""

    def run(task):
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, tasks))


def truth(server):
    """What Stripe knows: EUR paid by payment, EUR given back by refund."""
    paid = {
        one["payment_intent"]: D(one["amount_total"]) / 100
        for one in everything(server, "checkout/sessions")
        if one["payment_intent"]
    }
    back = {one["id"]: -D(one["amount"]) / 100 for one in everything(server, "refunds")}
    return paid | back


def everything(server, what):
    return server.standin.call("GET", f"/v1/{what}", "limit=100000", "", AUTHORITY)[1]["data"]


def counted():
    return dict(Payment.objects.filter(provider="stripe").values_list("external_id", "amount"))


def books_agree():
    """The ledger says of the clients what the rows say."""
    sums = LedgerEntry.objects.filter(account="411000").aggregate(sum=Sum(F("credit") - F("debit")))["sum"] or D(0)
    paid = Allocation.objects.filter(payment__isnull=False).aggregate(sum=Sum("amount"))["sum"] or D(0)
    return round(sums, 2) == round(paid, 2)


def messages(server, chance, *, real, lies):
    """Every message of Stripe several times, and forged ones, in no order: bodies with their signature and whether it is true."""
    events = server.standin.events()
    true = [(*server.standin.signed(event), True) for event in events]
    shuffled = true + [chance.choice(true) for _time in range(max(0, real - len(true)))]
    for place in range(lies):
        body, header, _real = chance.choice(true)
        ways = [
            (body, signature(body, "whsec_guess")),
            (body, signature(body, server.standin.webhook_secret, at=0)),
            (body + b" ", header),
            (body, ""),
        ]
        shuffled.append((*ways[place % len(ways)], False))
    chance.shuffle(shuffled)
    return shuffled


@pytest.mark.faults
def test_1000_messages_repeated_shuffled_and_forged(committing, live_server, stripe_server):
    """Trust B1 and B2, quick: 900 true deliveries of some 330 messages, 100 forged, eight clients at once."""
    chance = random.Random(7)
    pages = opened(clients(12), 150)
    for _invoice, page in pages[:140]:
        stripe_server.standin.pay(page.external_id)
    for one in chance.sample(everything(stripe_server, "checkout/sessions"), 25):
        if one["payment_intent"]:
            body = f"payment_intent={one['payment_intent']}&amount={one['amount_total'] // 2}"
            stripe_server.standin.call("POST", "/v1/refunds", body, "", AUTHORITY)
    tasks = messages(stripe_server, chance, real=900, lies=100)
    told = together(
        [
            lambda body=body, header=header: ask(
                live_server.url, "POST", "/stripe/messages/", body, **{"Stripe-Signature": header}
            )
            for body, header, _true in tasks
        ],
        8,
    )
    apply_waiting()
    assert {(status, true) for status, (_body, _header, true) in zip(told, tasks, strict=True)} == {(200, True), (400, False)}
    assert counted() == truth(stripe_server)
    assert StripeEvent.objects.exclude(state__in=["applied", "ignored"]).count() == 0
    assert books_agree()


@pytest.mark.faults
def test_the_return_page_and_the_message_at_once(committing, live_server, stripe_server):
    """Trust B3: one payment and one mail of thanks for each invoice (40; 200 in full)."""
    pages = opened(clients(PAIRS), PAIRS)
    for _invoice, page in pages:
        stripe_server.standin.pay(page.external_id)
    bodies = {event["data"]["object"]["id"]: stripe_server.standin.signed(event) for event in stripe_server.standin.events()}
    tasks = []
    for _invoice, page in pages:
        body, header = bodies[page.external_id]
        tasks += [
            lambda ref=page.public_id: ask(live_server.url, "GET", f"/paiement/{ref}/"),
            lambda body=body, header=header: ask(
                live_server.url, "POST", "/stripe/messages/", body, **{"Stripe-Signature": header}
            ),
        ]
    assert set(together(tasks, 6)) == {200}
    assert (Payment.objects.count(), Email.objects.filter(purpose="receipt").count()) == (PAIRS, PAIRS)
    assert [invoice.balance() for invoice in Invoice.objects.with_balance()] == [D(0)] * PAIRS


def test_eight_clicks_are_one_open_page(committing, stripe_server):
    """Trust B5."""
    invoice = issued(clients(1)[0], "860.00")
    start = threading.Barrier(8)

    def click():
        start.wait()
        return stripe_checkout.open_checkout(invoice, address=address).external_id

    names = together([click] * 8, 8)
    assert len(set(names)) == 1
    assert [one["status"] for one in everything(stripe_server, "checkout/sessions")] == ["open"]
    assert CheckoutSession.objects.live().count() == 1


def test_two_pages_would_be_seen(committing, stripe_server):
    """The negative control: without the row that all share, as many pages as clicks are open."""
    invoice = issued(clients(1)[0], "860.00")
    for _click in range(3):
        stripe_checkout.open_checkout(invoice, address=address)
        CheckoutSession.objects.update(closed_at=clock.real_now(), outcome="expired")
    assert [one["status"] for one in everything(stripe_server, "checkout/sessions")] == ["open"] * 3


def test_card_and_transfer_at_once_leave_one_paid_invoice_and_a_surplus(committing, stripe_server):
    ((invoice, page),) = opened(clients(1), 1)
    stripe_server.standin.pay(page.external_id)
    start = threading.Barrier(2)

    def by_hand():
        start.wait()
        collecting.record_payment(
            customer=invoice.customer, amount=D(10), method="transfer", paid_on=clock.today(), by=None, invoices=[invoice]
        )

    def by_card():
        start.wait()
        stripe_checkout.refresh(CheckoutSession.objects.get())

    together([by_hand, by_card], 2)
    assert (Payment.objects.count(), Invoice.objects.get().balance()) == (2, D(0))
    assert customer_balance(invoice.customer, today=clock.today()).surplus == D(10)
    assert books_agree()


# Where a process dies, as the lines that kill it: around our call to Stripe, around the record of what Stripe says.
DEATHS = {
    "before the call": "stripe_checkout.ask = die",
    "after the call": (
        "from stripe.checkout._session_service import SessionService\n"
        "call = SessionService.create\n"
        "SessionService.create = lambda *a, **k: (call(*a, **k), die())"
    ),
    "before the commit": "collecting.book_payment = die",
    "after the commit": "after = die",
}
PROGRAM = """
import django, os, signal, sys
django.setup()
from django.conf import settings
from billing import collecting, stripe_checkout, stripe_events
from billing.models import Invoice
settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API = sys.argv[1:4]
def die(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)
def after():
    pass
DEATH
if len(sys.argv) == 4:
    stripe_checkout.open_checkout(Invoice.objects.get(), address=lambda ref: f"http://localhost:8000/paiement/{ref}/")
else:
    stripe_events.receive(open(sys.argv[4], "rb").read(), sys.argv[5])
after()
"""


def killed(place, server, environment, *words):
    program = PROGRAM.replace("DEATH", DEATHS[place])
    done = subprocess.run(
        [sys.executable, "-c", program, API_KEY, SECRET, server.url, *words], cwd=ROOT, check=False, capture_output=True,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()


@pytest.mark.faults
@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("place", ["before the call", "after the call"])
def test_killed_around_the_call_the_next_click_finds_the_same_page(committing, stripe_server, place, time):
    """Trust B4: never two pages to pay on, and what was paid meanwhile is recorded by one run of the command."""
    invoice = issued(clients(1)[0], "860.00")
    killed(place, stripe_server, committing.environment)
    known = everything(stripe_server, "checkout/sessions")
    assert len(known) == (place == "after the call")
    for one in known:
        stripe_server.standin.pay(one["id"])  # the client still had the page open
    if known:
        assert reconcile_stripe(clock.real_now()).payments == 1
    else:
        stripe_server.standin.pay(stripe_checkout.open_checkout(invoice, address=address).external_id)
        reconcile_stripe(clock.real_now())
    assert (len(everything(stripe_server, "checkout/sessions")), counted()) == (1, truth(stripe_server))
    assert invoice.balance() == D(0)


@pytest.mark.faults
@pytest.mark.parametrize("place", ["before the commit", "after the commit"])
@pytest.mark.parametrize("again", ["told again", "command"])
@pytest.mark.parametrize("time", TIMES)
def test_killed_around_the_record_it_is_recorded_once(committing, stripe_server, tmp_path, place, again, time):
    """Trust B4: between the charge and our record, Stripe tells us again, or the command looks."""
    ((invoice, page),) = opened(clients(1), 1)
    stripe_server.standin.pay(page.external_id)
    body, header = stripe_server.standin.signed(stripe_server.standin.events()[-1])
    (tmp_path / "message").write_bytes(body)
    killed(place, stripe_server, committing.environment, str(tmp_path / "message"), header)
    assert Payment.objects.count() == (place == "after the commit")
    if again == "command":
        reconcile_stripe(clock.real_now())
    else:
        receive(body, header)
    assert (counted(), invoice.balance()) == (truth(stripe_server), D(0))
    assert Email.objects.filter(purpose="receipt").count() == 1
    assert books_agree()


@pytest.mark.faults
def test_killed_after_the_call_and_found_when_the_key_is_forgotten(committing, stripe_server):
    """Trust B4: after a day Stripe forgets our key; the page is looked for by our own name before another is opened."""
    invoice = issued(clients(1)[0], "860.00")
    killed("after the call", stripe_server, committing.environment)
    (one,) = everything(stripe_server, "checkout/sessions")
    stripe_server.standin.forget_keys()
    CheckoutSession.objects.update(opened_at=clock.real_now() - timedelta(minutes=50))
    stripe_checkout.open_checkout(invoice, address=address)
    states = {row["id"]: row["status"] for row in everything(stripe_server, "checkout/sessions")}
    assert (states.pop(one["id"]), list(states.values())) == ("expired", ["open"])
