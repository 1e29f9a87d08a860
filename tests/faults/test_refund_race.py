"""Two refunds of one card payment asked in the same second, from two tabs: one leaves, and the books tell it."""

import threading
from contextlib import suppress
from decimal import Decimal

import pytest

from billing import collecting, refunding
from billing.models import Payment
from crm.company import update_company
from crm.customers import create_customer
from lib import clock
from lib.errors import Conflict, Refusal
from tests.billing.money import issued
from tests.faults.test_payments import books_agree, counted, everything, opened, together, truth

D = Decimal


@pytest.fixture
def surplus(committing, stripe_server):
    """A card payment of 10,00 € that counts on nothing any more."""
    update_company(by=None, name="Atelier Morvan", sender_email="bonjour@atelier.example")
    client = create_customer(by=None, name="Client", email="c@client.example")
    ((_invoice, page),) = opened([client], 1)
    stripe_server.standin.pay(page.external_id)
    from billing.reconciling import reconcile_stripe  # inline: after the settings of the stand-in

    reconcile_stripe(clock.real_now())
    payment = Payment.objects.get()
    collecting.release(payment.allocations.get(), by=None)
    return payment


def meet_at_stripe(server):
    """Both calls are at Stripe before either is answered: no tab may have read what the other wrote."""
    real, door = server.standin.call, threading.Barrier(2)

    def call(method, path, body, key, who):
        if (method, path) == ("POST", "/v1/refunds"):
            with suppress(threading.BrokenBarrierError):  # the other one did not come: it was refused before
                door.wait(timeout=5)
        return real(method, path, body, key, who)

    server.standin.call = call


def tabs(payment, *asked):
    """What each tab is answered: the row, or the refusal."""

    def tab(amount, reason, once, seen):
        def ask():
            try:
                return refunding.refund_card(
                    Payment.objects.get(pk=payment.pk), D(amount), reason=reason, by=None, once=once, seen=D(seen)
                )
            except Refusal as refusal:
                return refusal

        return ask

    return together([tab(*one) for one in asked], len(asked))


def given_back(server):
    return sorted(one["amount"] for one in everything(server, "refunds"))


def test_two_tabs_at_once_are_one_refund(surplus, stripe_server):
    meet_at_stripe(stripe_server)
    told = tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00"), ("5.00", "Trop-perçu", "b", "10.00"))
    assert (given_back(stripe_server), len({row.pk for row in told})) == ([500], 1)
    assert (surplus.unallocated(), counted() == truth(stripe_server), books_agree()) == (D("5.00"), True, True)


def test_two_tabs_with_two_sums_are_one_refund_and_one_clear_refusal(surplus, stripe_server):
    meet_at_stripe(stripe_server)
    told = tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00"), ("4.00", "Trop-perçu", "b", "10.00"))
    (kept,) = [row for row in told if isinstance(row, Payment)]
    (refused,) = [row for row in told if isinstance(row, Conflict)]
    assert given_back(stripe_server) == [int(-kept.amount * 100)]
    assert "rien de plus n’est parti" in refused.message
    assert counted() == truth(stripe_server)


def test_a_tab_opened_before_the_other_s_refund_gives_nothing_more(surplus, stripe_server):
    (row,) = tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00"))
    (late, again) = (*tabs(surplus, ("5.00", "Trop-perçu", "b", "10.00")), *tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00")))
    assert (isinstance(late, Conflict), again, given_back(stripe_server)) == (True, row, [500])
    (rest,) = tabs(surplus, ("5.00", "Trop-perçu", "c", "5.00"))
    assert (rest.amount, given_back(stripe_server), surplus.unallocated()) == (D("-5.00"), [500, 500], D(0))


def test_with_a_key_of_its_own_each_tab_would_give_back(surplus, stripe_server, monkeypatch):
    """The negative control."""
    names = iter("ab")
    monkeypatch.setattr(refunding, "_key_of_next", lambda *asked: next(names))
    meet_at_stripe(stripe_server)
    tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00"), ("5.00", "Trop-perçu", "b", "10.00"))
    assert given_back(stripe_server) == [500, 500]


def test_what_stripe_refused_may_be_asked_again(surplus, stripe_server):
    real = stripe_server.standin.call
    stripe_server.standin.call = lambda *asked: (
        400,
        {"error": {"type": "invalid_request_error", "code": "balance_insufficient", "message": "Insufficient funds."}},
    )
    (refused,) = tabs(surplus, ("5.00", "Trop-perçu", "a", "10.00"))
    stripe_server.standin.call = real
    (row,) = tabs(surplus, ("5.00", "Trop-perçu", "b", "10.00"))
    assert (isinstance(refused, Refusal), row.amount) == (True, D("-5.00"))
    assert issued(surplus.customer, "5.00").balance() == D("5.00")
