"""Cards: one payment page per invoice, money counted once whatever Stripe says and how often, nothing believed that differs."""

import json
import time
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from billing import collecting, refunding, stripe_checkout, stripe_client
from billing.models import CheckoutSession, Payment, StripeEvent
from billing.reconciling import reconcile_open, reconcile_stripe
from demo.stripe_standin import signature
from lib import clock
from lib.errors import Refusal
from portal import paying
from tests.billing.money import customer_balance, issued
from tests.harness.stripe import SECRET

pytestmark = pytest.mark.django_db
D = Decimal


def address(ref):
    return f"http://localhost:8000/paiement/{ref}/"


def open_page(invoice):
    return stripe_checkout.open_checkout(invoice, address=address)


def deliver(payload, header):
    return Client().post("/stripe/messages/", payload, content_type="application/json", headers={"stripe-signature": header})


def tell(server, event, **how):
    return deliver(*server.standin.signed(event, **how))


def tell_all(server):
    return {tell(server, event).status_code for event in server.standin.events()}


@pytest.fixture
def invoice(diallo):
    return issued(diallo, "860.00")


@pytest.fixture
def paid_page(invoice, stripe_server):
    """A page on which the client has paid, of which we know nothing yet."""
    page = open_page(invoice)
    stripe_server.standin.pay(page.external_id)
    return page


class TestOpening:
    def test_what_stripe_is_asked_is_computed_by_us(self, invoice, stripe_server):
        collecting.record_payment(
            customer=invoice.customer, amount=D("60.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        page = open_page(invoice)
        remote = stripe_server.standin.page(page.external_id)
        assert (remote["amount_total"], remote["currency"], remote["client_reference_id"]) == (80000, "eur", page.public_id)
        assert remote["metadata"] == {"egards_session": page.public_id, "egards_invoice": invoice.public_id}
        assert (remote["success_url"], page.url) == (address(page.public_id), remote["url"])
        assert remote["label"] == f"Facture {invoice.number}"

    def test_asked_again_it_is_the_same_page(self, invoice, stripe_server):
        assert open_page(invoice) == open_page(invoice)
        assert stripe_server.calls.count("POST /v1/checkout/sessions") == 1

    def test_when_the_balance_has_moved_the_old_page_ends_first(self, invoice, stripe_server):
        old = open_page(invoice)
        collecting.record_payment(
            customer=invoice.customer, amount=D("60.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        new = open_page(invoice)
        old.refresh_from_db()
        assert (old.outcome, stripe_server.standin.page(old.external_id)["status"]) == ("expired", "expired")
        assert (new.amount, stripe_server.standin.page(new.external_id)["status"]) == (D("800.00"), "open")

    def test_an_old_page_that_was_just_paid_is_recorded_instead(self, paid_page, invoice):
        CheckoutSession.objects.update(opened_at=clock.real_now() - stripe_checkout.FRESH)
        with pytest.raises(Refusal):
            open_page(invoice)
        assert (Payment.objects.get().amount, invoice.balance()) == (D("860.00"), D(0))

    def test_nothing_is_opened_for_a_paid_invoice_nor_without_keys(self, invoice, stripe_server, settings):
        settings.STRIPE_WEBHOOK_SECRET = ""
        with pytest.raises(Refusal):
            open_page(invoice)
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        collecting.record_payment(
            customer=invoice.customer, amount=D("860.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        with pytest.raises(Refusal):
            open_page(invoice)
        assert (stripe_server.calls, CheckoutSession.objects.count()) == ([], 0)

    def test_when_stripe_is_silent_the_row_waits_with_its_key(self, invoice, stripe_server, settings):
        settings.STRIPE_API = "http://127.0.0.1:9"
        with pytest.raises(Refusal, match="Rien n’a été débité"):
            open_page(invoice)
        page = CheckoutSession.objects.get()
        settings.STRIPE_API = stripe_server.url
        assert (page.external_id, open_page(invoice)) == (None, page)


class TestLeaving:
    def test_a_page_elsewhere_is_reached_by_one_of_ours(self, invoice, stripe_server):
        page = stripe_checkout.open_checkout(invoice, address=address, back="/document/x/")
        assert paying.leave_for(page)["Location"] == f"/paiement/{page.public_id}/aller/"
        answer = Client().get(f"/paiement/{page.public_id}/aller/")
        assert answer["Refresh"] == f"1; url={page.url}"
        assert "form-action 'self'" in answer["Content-Security-Policy"]
        assert f'href="{page.url}"' in answer.content.decode()
        assert 'href="/document/x/"' in answer.content.decode()

    def test_the_stand_in_of_the_demonstration_is_one_of_ours(self, invoice, settings):
        page = CheckoutSession(invoice=invoice, url=f"{settings.PUBLIC_URL}/demonstration/payer/cs/")
        assert paying.leave_for(page)["Location"] == page.url

    def test_a_page_that_is_over_is_left_for_by_nobody(self, paid_page, stripe_server):
        tell_all(stripe_server)
        assert Client().get(f"/paiement/{paid_page.public_id}/aller/").status_code == 404


def test_budgets(paid_page, invoice, stripe_server, company, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        Client().get(f"/paiement/{paid_page.public_id}/aller/")
    tell_all(stripe_server)
    with django_assert_max_num_queries(5):
        Client().get(f"/paiement/{paid_page.public_id}/")
    again = stripe_server.standin.signed(stripe_server.standin.events()[-1])
    with django_assert_max_num_queries(6):  # a message told again costs what it takes to know it
        deliver(*again)


class TestMessages:
    def test_paid_by_the_webhook(self, paid_page, invoice, stripe_server, company):
        assert tell_all(stripe_server) == {200}
        payment = Payment.objects.get()
        paid_page.refresh_from_db()
        assert (payment.amount, payment.method, payment.provider, invoice.balance()) == (D("860.00"), "card", "stripe", D(0))
        assert (paid_page.outcome, paid_page.payment, paid_page.intent) == ("paid", payment, payment.external_id)

    @pytest.mark.parametrize("backwards", [False, True])
    def test_in_any_order_and_number_it_is_one_payment(self, paid_page, invoice, stripe_server, backwards):
        events = stripe_server.standin.events() * 3
        for event in reversed(events) if backwards else events:
            assert tell(stripe_server, event).status_code == 200
        assert (Payment.objects.count(), StripeEvent.objects.count(), invoice.balance()) == (1, 2, D(0))

    def test_the_return_page_says_it_sooner(self, paid_page, invoice):
        answer = Client().get(f"/paiement/{paid_page.public_id}/")
        assert (answer.status_code, Payment.objects.count()) == (200, 1)
        assert "Merci, votre paiement est bien arrivé" in answer.content.decode()
        assert answer["Referrer-Policy"] == "same-origin"

    def test_the_return_page_alone_pays_nothing(self, invoice, stripe_server):
        page = open_page(invoice)
        answer = Client().get(f"/paiement/{page.public_id}/?session_id=cs_forged&payment_status=paid")
        assert "Ce paiement n’est pas fait" in answer.content.decode()
        assert Client().get(f"/paiement/{'0' * 26}/").status_code == 404
        assert Payment.objects.count() == 0

    def test_the_return_page_when_stripe_is_silent(self, paid_page, settings):
        settings.STRIPE_API = "http://127.0.0.1:9"
        assert "Ne payez pas une deuxième fois" in Client().get(f"/paiement/{paid_page.public_id}/").content.decode()
        assert Payment.objects.count() == 0

    def test_an_expired_page_is_closed(self, invoice, stripe_server):
        page = open_page(invoice)
        stripe_checkout.expire(page.external_id)
        assert tell_all(stripe_server) == {200}
        page.refresh_from_db()
        assert (page.outcome, Payment.objects.count()) == ("expired", 0)
        assert "n’est plus valable" in Client().get(f"/paiement/{page.public_id}/").content.decode()

    def test_paid_twice_the_second_is_the_clients(self, paid_page, invoice, stripe_server):
        collecting.record_payment(
            customer=invoice.customer, amount=D("860.00"), method="transfer", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        tell_all(stripe_server)
        card = Payment.objects.get(provider="stripe")
        assert (card.unallocated(), invoice.balance()) == (D("860.00"), D(0))
        assert customer_balance(invoice.customer, today=clock.today()).surplus == D("860.00")


def forged(event, payload, header):
    """Each way to lie, by name: the bytes and the header sent."""
    now = time.time()
    other = json.dumps({**event, "id": "evt_other"}).encode()
    return {
        "no signature": (payload, ""),
        "another secret": (payload, signature(payload, "whsec_guess")),
        "an empty secret": (payload, signature(payload, "")),
        "too old": (payload, signature(payload, SECRET, at=now - 301)),
        "altered": (payload.replace(b"86000", b"1"), header),
        "another body": (other, header),
        "not utf-8": (b"\xff" + payload, header),
        "an old scheme": (payload, header.replace("v1=", "v0=")),
        "no time": (payload, "v1=" + header.partition("v1=")[2]),
    }


class TestForged:
    def test_what_stripe_did_not_sign_is_refused_and_told(self, paid_page, invoice, stripe_server):
        event = stripe_server.standin.events()[-1]
        payload, header = stripe_server.standin.signed(event)
        ways = forged(event, payload, header)
        for name, (body, told) in ways.items():
            assert deliver(body, told).status_code == 400, name
        assert (Payment.objects.count(), StripeEvent.objects.count()) == (0, 0)
        assert AuditEntry.objects.filter(event="stripe.refused").count() == len(ways)

    def test_nobody_fills_the_journal_from_outside(self, stripe_server):
        for _time in range(30):
            assert deliver(b"{}", "t=1,v1=0").status_code == 400
        assert AuditEntry.objects.filter(event="stripe.refused").count() == 20

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"id": 1, "type": "x", "data": {"object": {}}}', b"[" * 9000])
    def test_signed_but_no_message(self, stripe_server, body):
        assert deliver(body, signature(body, SECRET)).status_code == 400

    def test_only_by_post_and_without_a_token(self, stripe_server):
        assert Client().get("/stripe/messages/").status_code == 405
        assert Client(enforce_csrf_checks=True).post("/stripe/messages/").status_code == 400


def changed(**fields):
    return lambda event: event["data"]["object"].update(fields)


TAMPERED = {
    "less money": changed(amount_total=100),
    "more money": changed(amount_total=86001),
    "no amount": changed(amount_total=None),
    "another currency": changed(currency="usd"),
    "another page of ours": lambda event: event["data"]["object"].update(client_reference_id="0" * 26),
    "another page of Stripe": changed(id="cs_test_other"),
    "another invoice": lambda event: event["data"]["object"]["metadata"].update(egards_invoice="0" * 26),
    "no invoice": changed(metadata={}),
    "no payment": changed(payment_intent=None),
    "the other mode": lambda event: event.update(livemode=True),
    "another account": lambda event: event.update(account="acct_other"),
    "an amount as text": changed(amount_total="86000"),
}


class TestTampered:
    @pytest.mark.parametrize("name", TAMPERED)
    def test_what_differs_pays_nothing_and_is_shown(self, paid_page, invoice, stripe_server, name):
        event = stripe_server.standin.events()[-1]
        TAMPERED[name](event)
        assert tell(stripe_server, event).status_code == 200
        assert (Payment.objects.count(), invoice.balance()) == (0, D("860.00"))
        row = StripeEvent.objects.to_look_at().get()
        assert row.trouble.endswith(".")
        tell(stripe_server, stripe_server.standin.events()[-1] | {"id": "evt_true"})
        assert Payment.objects.count() == 1  # the true one still counts

    def test_a_page_not_paid_is_not_paid(self, invoice, stripe_server):
        open_page(invoice)
        stripe_server.standin.pay(CheckoutSession.objects.get().external_id)
        event = stripe_server.standin.events()[-1]
        changed(payment_status="unpaid")(event)
        tell(stripe_server, event)
        assert (Payment.objects.count(), StripeEvent.objects.to_look_at().count()) == (0, 0)

    def test_what_the_firm_does_elsewhere_with_its_account_is_not_ours(self, stripe_server):
        thing = {"id": "cs_shop", "payment_status": "paid", "amount_total": 1, "currency": "eur", "metadata": {}}
        event = {"id": "evt_shop", "type": "checkout.session.completed", "data": {"object": thing}, "livemode": False}
        assert tell(stripe_server, event).status_code == 200
        assert StripeEvent.objects.get().state == "ignored"

    def test_a_dispute_is_shown(self, paid_page, stripe_server):
        event = {
            "id": "evt_d",
            "type": "charge.dispute.created",
            "data": {"object": {"payment_intent": "pi_x"}},
            "livemode": False,
        }
        tell(stripe_server, event)
        assert "conteste" in StripeEvent.objects.to_look_at().get().trouble


def copies(payment, number):
    """The same payment as two forms opened together would have read it: its surplus is that of then."""
    return [Payment.objects.with_surplus().get(pk=payment.pk) for _form in range(number)]


class TestRefunds:
    def test_a_surplus_goes_back_on_the_card_once(self, paid_page, invoice, stripe_server, karim):
        collecting.record_payment(
            customer=invoice.customer, amount=D("60.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        tell_all(stripe_server)
        card = Payment.objects.get(provider="stripe")
        assert card.unallocated() == D("60.00")
        row, again = (
            refunding.refund_card(form, D("60.00"), reason="trop-perçu", by=karim, once="k") for form in copies(card, 2)
        )
        tell_all(stripe_server)
        assert (row, row.amount, row.recorded_by, card.unallocated()) == (again, D("-60.00"), karim, D(0))
        assert Payment.objects.filter(amount__lt=0).count() == 1
        with pytest.raises(Refusal):
            refunding.refund_card(Payment.objects.get(pk=card.pk), D("0.01"), reason="encore", by=karim, once="l")

    def test_what_would_be_refused_after_is_refused_before_the_money_leaves(self, paid_page, invoice, stripe_server, karim):
        collecting.record_payment(
            customer=invoice.customer, amount=D("60.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        tell_all(stripe_server)
        (card,) = copies(Payment.objects.get(provider="stripe"), 1)
        asked = len(stripe_server.calls)
        with pytest.raises(Refusal) as refused:
            refunding.refund_card(card, D("60.00"), reason=" ", by=karim, once="k")
        assert (list(refused.value.errors), len(stripe_server.calls)) == (["reason"], asked)
        assert Payment.objects.filter(amount__lt=0).count() == 0

    def test_a_refund_without_answer_never_says_that_nothing_left(self):
        told = str(stripe_client.unreachable(TimeoutError(), of_refund=True).message)
        assert ("Rien n’a été débité" in told, told.startswith("Stripe n’a pas confirmé ce remboursement.")) == (False, True)

    @pytest.mark.parametrize(
        ("status", "answered", "told", "asked_anew"),
        [
            ("pending", 302, "Stripe n’a pas confirmé ce remboursement.", 0),
            ("failed", 422, "Un remboursement n’a pas abouti", 1),
            ("canceled", 422, "Un remboursement n’a pas abouti", 1),
        ],
    )
    def test_one_that_the_bank_has_not_done_is_not_said_done(
        self, paid_page, invoice, stripe_server, as_karim, monkeypatch, status, answered, told, asked_anew
    ):
        collecting.record_payment(
            customer=invoice.customer, amount=D("60.00"), method="cheque", paid_on=clock.today(), by=None, invoices=[invoice]
        )
        tell_all(stripe_server)
        card, real = Payment.objects.get(provider="stripe"), stripe_server.standin._refund
        monkeypatch.setattr(stripe_server.standin, "_refund", lambda *args: {**real(*args), "status": status})
        sent = {"once": "k" * 26, "amount": "60,00", "seen": "60.00", "reason": "trop-perçu"}
        page = as_karim.post(reverse("payment_give_back", args=[card.public_id]), sent)
        said = " ".join(map(str, get_messages(page.wsgi_request))) + page.content.decode()
        assert (page.status_code, told in said, "est enregistré" in said) == (answered, True, False)
        assert Payment.objects.filter(amount__lt=0).count() == 0
        assert AuditEntry.objects.filter(event="refund.refused", subject=card.public_id).count() == asked_anew

    def test_a_refund_made_at_stripe_makes_the_invoice_due_again(self, paid_page, invoice, stripe_server):
        tell_all(stripe_server)
        intent = Payment.objects.get().external_id
        stripe_server.standin.call(
            "POST", "/v1/refunds", f"payment_intent={intent}&amount=86000", "", "Bearer sk_test_of_the_tests"
        )
        for _time in range(3):
            tell_all(stripe_server)
        assert (invoice.balance(), Payment.objects.count()) == (D("860.00"), 2)

    def test_told_before_its_payment_it_waits_for_it(self, paid_page, invoice, stripe_server):
        intent = stripe_server.standin.page(paid_page.external_id)["payment_intent"]
        stripe_server.standin.call(
            "POST", "/v1/refunds", f"payment_intent={intent}&amount=1000", "", "Bearer sk_test_of_the_tests"
        )
        for event in reversed(stripe_server.standin.events()):
            tell(stripe_server, event)
        assert (invoice.balance(), StripeEvent.objects.filter(state="waiting").count()) == (D("10.00"), 0)


class TestReconciling:
    def test_a_lost_message_is_made_up_for(self, paid_page, invoice):
        done = reconcile_stripe(clock.real_now())
        assert (done.payments, invoice.balance()) == (1, D(0))
        assert reconcile_stripe(clock.real_now()).payments == 0

    def test_an_answer_lost_between_the_call_and_its_record(self, invoice, stripe_server):
        page = open_page(invoice)
        stripe_server.standin.pay(page.external_id)
        CheckoutSession.objects.update(external_id=None, url="")  # as if we had died before writing it
        assert reconcile_open(clock.real_now()).payments == 1
        assert (invoice.balance(), CheckoutSession.objects.get().external_id) == (D(0), page.external_id)

    def test_the_same_when_the_key_is_forgotten_after_a_day(self, invoice, stripe_server):
        page = open_page(invoice)
        stripe_server.standin.pay(page.external_id)
        CheckoutSession.objects.update(external_id=None, url="", opened_at=clock.real_now() - stripe_checkout.FRESH)
        with pytest.raises(Refusal):  # the client clicks again: the page is looked for by our name first
            open_page(invoice)
        assert (Payment.objects.count(), invoice.balance()) == (1, D(0))

    def test_a_lost_refund_too(self, paid_page, invoice, stripe_server):
        tell_all(stripe_server)
        intent = Payment.objects.get().external_id
        stripe_server.standin.call(
            "POST", "/v1/refunds", f"payment_intent={intent}&amount=1000", "", "Bearer sk_test_of_the_tests"
        )
        assert reconcile_stripe(clock.real_now()).refunds == 1
        assert invoice.balance() == D("10.00")

    def test_a_page_that_stripe_never_opened_is_closed(self, invoice, stripe_server):
        CheckoutSession.objects.create(
            invoice=invoice, amount=D("860.00"), opened_at=clock.real_now() - 30 * stripe_checkout.LIFE
        )
        assert reconcile_stripe(clock.real_now()).closed == 1

    def test_nothing_open_nothing_asked(self, stripe_server):
        reconcile_open(clock.real_now())
        assert stripe_server.calls == []
