"""Money received: what it pays, what is left, what is undone, what follows. Rows are only added."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import F, Sum

from billing import collecting, crediting, refunding, seals, thanks
from billing.correcting import credit_invoice
from billing.leftovers import left_of_client
from billing.models import Allocation, LedgerEntry, Payment, TransferNotice
from config import jobs
from crm import commitments, outbox
from crm.merging import merge_customers
from crm.models import Commitment, Email, Interaction
from lib import clock
from lib.errors import Conflict, Refusal
from tests.billing.house import issued as really_issued
from tests.billing.house import open_firm, settle
from tests.billing.money import customer_balance, issued
from tests.tact.owing import Nowhere

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = clock.today()


def pay(customer, amount, *invoices, method="transfer", paid_on=None, **more):
    return collecting.record_payment(
        customer=customer, amount=D(amount), method=method, paid_on=paid_on or TODAY, by=more.pop("by", None),
        invoices=invoices, **more,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _the_books_agree(db):
    """Whatever a test did: every posting balances, the clients' accounts say what the rows say, and all is sealed."""
    yield
    books = {
        row["account"]: row["sum"]
        for row in LedgerEntry.objects.order_by().values("account").annotate(sum=Sum(F("debit") - F("credit")))
    }
    paid = Allocation.objects.filter(payment__isnull=False).aggregate(sum=Sum("amount"))["sum"] or D(0)
    free = sum(
        (payment.unallocated() for payment in Payment.objects.filter(refunds_credit=None, refunds=None).with_surplus()), D(0)
    )
    back = Payment.objects.filter(refunds_credit__isnull=False).aggregate(sum=Sum("amount"))["sum"] or D(0)
    assert (books.get("411000", D(0)), books.get("419100", D(0))) == (-paid - back, -free)
    assert sum(books.values()) == 0
    documents = ("Facture", "Avoir")  # rows of these tests, made without the gesture that seals them
    assert [label for _place, label, _words in seals.verify() if label and not label.startswith(documents)] == []


def balance(customer):
    found = customer_balance(customer, today=TODAY)
    return found.due, found.surplus


class TestRecording:
    def test_the_exact_amount_pays_and_keeps_the_due_date(self, diallo, karim):
        invoice = issued(diallo, "860.00")
        payment = pay(diallo, "860.00", invoice, by=karim)
        assert (invoice.balance(), payment.unallocated(), balance(diallo)) == (D(0), D(0), (D(0), D(0)))
        due = Commitment.objects.get(about_ref=invoice.public_id)
        assert (due.kept_at is not None, due.kept_by) == (True, karim)

    def test_a_part_leaves_the_rest_due(self, diallo):
        invoice = issued(diallo, "860.00")
        pay(diallo, "500.00", invoice)
        assert (invoice.balance(), balance(diallo)) == (D("360.00"), (D("360.00"), D(0)))
        assert Commitment.objects.get(about_ref=invoice.public_id).amount == D("360.00")
        assert Email.objects.count() == 0

    def test_what_is_too_much_stays_the_clients(self, diallo):
        first, second = issued(diallo, "100.00"), issued(diallo, "50.00")
        payment = pay(diallo, "170.00", first, second)
        assert (first.balance(), second.balance(), payment.unallocated()) == (D(0), D(0), D("20.00"))
        assert balance(diallo) == (D(0), D("20.00"))

    def test_the_invoices_are_paid_in_the_order_given(self, diallo):
        first, second = issued(diallo, "100.00"), issued(diallo, "50.00")
        pay(diallo, "60.00", second, first)
        assert (first.balance(), second.balance()) == (D("90.00"), D(0))

    def test_shares_are_counted_exactly_as_asked(self, diallo):
        first, second = issued(diallo, "100.00"), issued(diallo, "50.00")
        payment = collecting.record_payment(
            customer=diallo, amount=D("60.00"), method="cheque", paid_on=TODAY, by=None,
            allocations=[(second, D("10.00")), (first, D("40.00"))],
        )  # fmt: skip
        assert (first.balance(), second.balance(), payment.unallocated()) == (D("60.00"), D("40.00"), D("10.00"))

    def test_it_may_precede_the_invoice_and_the_history_says_its_day(self, diallo):
        payment = pay(diallo, "30.00", paid_on=TODAY - timedelta(days=12))
        row = Interaction.objects.get(kind="payment_received")
        assert (row.about_ref, row.audience, clock.local(row.occurred_at).date()) == (
            payment.public_id,
            "customer",
            payment.paid_on,
        )
        assert row.data["amount"] == "30.00"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"paid_on": TODAY + timedelta(days=1)}, "paid_on"),
            ({"paid_on": date(1999, 12, 31)}, "paid_on"),
            ({"amount": D(0)}, "amount"),
            ({"amount": D("-5")}, "amount"),
            ({"amount": D("1.001")}, "amount"),
            ({"method": "barter"}, "method"),
            ({"reference": "x" * 141}, "reference"),
        ],
    )
    def test_what_is_refused_writes_nothing(self, diallo, change, field):
        told = {"amount": D("10.00"), "method": "transfer", "paid_on": TODAY, **change}
        with pytest.raises(Refusal) as refused:
            collecting.record_payment(customer=diallo, by=None, **told)
        assert (refused.value.field, Payment.objects.count(), Interaction.objects.filter(kind="payment_received").count()) == (
            field,
            0,
            0,
        )

    def test_someone_elses_invoice_a_draft_and_a_credit_note_are_not_paid(self, diallo, le_goff):
        foreign, own = issued(le_goff, "10.00"), issued(diallo, "10.00")
        note = issued(diallo, "5.00", kind="credit_note", credit_of=own)
        draft = type(own).objects.create(customer=diallo)
        for invoice in (foreign, note, draft):
            with pytest.raises(Refusal):
                pay(diallo, "10.00", invoice)
        assert Payment.objects.count() == 0

    def test_an_alias_pays_for_its_head(self, diallo, le_goff, nadia):
        invoice = issued(le_goff, "40.00")
        merge_customers(diallo, le_goff, by=nadia, reason="la même")
        le_goff.refresh_from_db()
        payment = pay(le_goff, "40.00", invoice)
        assert (payment.customer, invoice.balance()) == (diallo, D(0))


class TestTwice:
    def test_the_same_key_gives_back_the_first(self, diallo):
        invoice = issued(diallo, "100.00")
        first, second = (pay(diallo, "60.00", invoice, key="k") for _time in range(2))
        assert (first, Payment.objects.count(), invoice.balance()) == (second, 1, D("40.00"))

    def test_a_key_never_hides_another_payment(self, diallo, le_goff):
        pay(diallo, "60.00", key="k")
        for other in ((diallo, "61.00"), (le_goff, "60.00")):
            with pytest.raises(Conflict):
                pay(*other, key="k")
        assert Payment.objects.count() == 1

    def test_a_key_of_one_invoice_is_not_that_of_another(self, diallo):
        one, other = issued(diallo, "100.00"), issued(diallo, "100.00")
        pay(diallo, "60.00", one, key="k")
        with pytest.raises(Conflict):
            pay(diallo, "60.00", other, key="k")
        assert (Payment.objects.count(), one.balance(), other.balance()) == (1, D("40.00"), D("100.00"))

    def test_what_a_provider_names_is_counted_once_and_names_of_two_providers_differ(self, diallo):
        invoice = issued(diallo, "100.00")
        for _time in range(3):
            pay(diallo, "100.00", invoice, method="card", provider="stripe", external_id="pi_1")
        assert (Payment.objects.count(), Allocation.objects.count()) == (1, 1)
        pay(diallo, "5.00", method="card", provider="other", external_id="pi_1")
        assert Payment.objects.count() == 2


class TestCash:
    def test_up_to_the_ceiling_over_all_payments_of_one_debt(self, diallo):
        invoice = issued(diallo, "1500.00")
        pay(diallo, "600.00", invoice, method="cash")
        with pytest.raises(Refusal) as refused:
            pay(diallo, "400.01", invoice, method="cash")
        assert "1\u00a0000,00\u00a0€" in refused.value.message
        assert "L112-6" in refused.value.message
        pay(diallo, "400.00", invoice, method="cash")
        assert invoice.balance() == D("500.00")

    def test_what_is_kept_without_an_invoice_is_counted_too(self, diallo):
        with pytest.raises(Refusal):
            pay(diallo, "1000.01", method="cash")

    def test_a_consumer_who_lives_abroad_has_another_ceiling(self, diallo, le_goff):
        diallo.country = le_goff.country = "BE"
        ceilings = [D(collecting.cash_ceiling(one, TODAY)["amount"]) for one in (diallo, le_goff)]
        assert ceilings == [D(15000), D(1000)]

    def test_a_cash_payment_undone_frees_its_part(self, diallo):
        invoice = issued(diallo, "1500.00")
        collecting.reverse_payment(pay(diallo, "1000.00", invoice, method="cash"), reason="erreur", by=None)
        assert pay(diallo, "1000.00", invoice, method="cash").unallocated() == D(0)

    def test_given_back_in_cash_the_ceiling_holds_over_all_the_parts(self, diallo, karim):
        """L112-6 speaks of any debt: what a firm owes back too."""
        payment = pay(diallo, "2500.00")
        for amount, method in (("1000.01", "cash"), ("2500.00", "cash")):
            with pytest.raises(Refusal) as refused:
                collecting.refund(payment, D(amount), reason="rendu", by=karim, method=method)
            assert (refused.value.field, "L112-6" in refused.value.message) == ("method", True)
        first = collecting.refund(payment, D("600.00"), reason="rendu", by=karim, method="cash")
        with pytest.raises(Refusal):
            collecting.refund(payment, D("400.01"), reason="rendu", by=karim, method="cash")
        refunding.undo_refund(first, reason="resté en caisse", by=karim)
        collecting.refund(payment, D("1000.00"), reason="rendu", by=karim, method="cash")
        assert collecting.refund(payment, D("1500.00"), reason="rendu", by=karim, method="transfer").amount == D("-1500.00")

    def test_a_credit_note_is_not_given_back_in_cash_beyond_it_either(self, diallo, karim):
        note = issued(diallo, "1500.00", kind="credit_note", credit_of=issued(diallo, "1500.00"))
        with pytest.raises(Refusal) as refused:
            crediting.refund_credit(note, D("1000.01"), method="cash", paid_on=TODAY, reason="rendu", by=karim)
        assert refused.value.field == "method"
        crediting.refund_credit(note, D("1000.00"), method="cash", paid_on=TODAY, reason="rendu", by=karim)
        assert crediting.left_of(note) == D("500.00")


class TestSurplus:
    def test_it_is_used_on_a_later_invoice(self, diallo):
        payment = pay(diallo, "100.00")
        invoice = issued(diallo, "70.00")
        made = collecting.allocate(payment, invoice, by=None)
        assert (made.amount, invoice.balance(), payment.unallocated()) == (D("70.00"), D(0), D("30.00"))

    def test_no_more_than_is_left_nor_than_is_due(self, diallo):
        payment, invoice = pay(diallo, "50.00"), issued(diallo, "70.00")
        for wanted in ("50.01", "70.01", "0", "-1"):
            with pytest.raises(Refusal):
                collecting.allocate(payment, invoice, D(wanted), by=None)
        collecting.allocate(payment, invoice, D("50.00"), by=None)
        with pytest.raises(Refusal):
            collecting.allocate(payment, invoice, by=None)

    def test_what_counted_may_be_taken_back_once(self, diallo):
        invoice = issued(diallo, "70.00")
        payment = pay(diallo, "70.00", invoice)
        row = Allocation.objects.get()
        first, second = (collecting.release(row, by=None) for _time in range(2))
        assert (first, invoice.balance(), payment.unallocated()) == (second, D("70.00"), D("70.00"))


class TestUndoing:
    def test_an_opposite_row_makes_the_invoices_due_again(self, diallo, karim):
        invoice = issued(diallo, "70.00")
        payment = pay(diallo, "100.00", invoice)
        first, second = (collecting.reverse_payment(payment, reason="Chèque sans provision", by=karim) for _time in range(2))
        assert (first, first.amount, first.reverses, invoice.balance()) == (second, D("-100.00"), payment, D("70.00"))
        assert balance(diallo) == (D("70.00"), D(0))
        assert Commitment.objects.get(about_ref=invoice.public_id).kept_at is None
        row = Interaction.objects.get(kind="payment_reversed")
        assert (row.body, row.author) == ("Chèque sans provision", karim)

    def test_it_needs_a_reason_and_an_undoing_is_not_undone(self, diallo):
        payment = pay(diallo, "10.00")
        with pytest.raises(Refusal):
            collecting.reverse_payment(payment, reason="  ", by=None)
        opposite = collecting.reverse_payment(payment, reason="erreur", by=None)
        with pytest.raises(Refusal):
            collecting.reverse_payment(opposite, reason="erreur", by=None)
        with pytest.raises(Refusal):
            collecting.allocate(payment, issued(diallo, "5.00"), by=None)

    def test_a_surplus_is_given_back_up_to_what_is_left(self, diallo):
        invoice = issued(diallo, "70.00")
        payment = pay(diallo, "100.00", invoice)
        with pytest.raises(Refusal):
            collecting.refund(payment, D("30.01"), reason="trop-perçu", by=None)
        row = collecting.refund(payment, D("30.00"), reason="trop-perçu", by=None)
        assert (row.amount, row.refunds, balance(diallo), invoice.balance()) == (D("-30.00"), payment, (D(0), D(0)), D(0))
        with pytest.raises(Refusal):
            collecting.reverse_payment(payment, reason="erreur", by=None)

    def test_money_that_left_at_the_bank_makes_the_invoice_due_again(self, diallo):
        invoice = issued(diallo, "70.00")
        payment = pay(diallo, "100.00", invoice)
        for _time in range(2):
            collecting.refund(payment, D("50.00"), reason="rendu", by=None, provider="stripe", external_id="re_1", reopen=True)
        assert (invoice.balance(), payment.unallocated(), Payment.objects.count()) == (D("20.00"), D(0), 2)
        with pytest.raises(Refusal):
            collecting.refund(payment, D("50.01"), reason="rendu", by=None, reopen=True)


class TestCredits:
    def test_what_a_credit_note_leaves_is_used_or_given_back(self, diallo, karim):
        invoice = issued(diallo, "100.00")
        note = issued(diallo, "60.00", kind="credit_note", credit_of=invoice)
        other = issued(diallo, "25.00")
        crediting.use_credit(note, other, by=karim)
        assert (other.balance(), customer_balance(diallo, today=TODAY).credit) == (D(0), D("35.00"))
        with pytest.raises(Refusal):
            crediting.refund_credit(note, D("35.01"), method="transfer", paid_on=TODAY, reason="rendu", by=karim)
        row = crediting.refund_credit(note, D("35.00"), method="transfer", paid_on=TODAY, reason="rendu", by=karim)
        assert (row.amount, row.refunds_credit, customer_balance(diallo, today=TODAY).credit) == (
            D("-35.00"),
            note,
            D(0),
        )
        with pytest.raises(Refusal):
            crediting.use_credit(note, invoice, D("1.00"), by=karim)


class TestTransfers:
    def test_it_is_awaited_for_its_working_days_and_said_once(self, diallo):
        invoice = issued(diallo, "70.00")
        friday = date(2026, 11, 20)
        assert collecting.arrival("transfer", friday) == date(2026, 11, 25)
        first, second = (collecting.announce_transfer(invoice, contact=None, on=TODAY) for _time in range(2))
        assert (first, TransferNotice.objects.count(), first.expected_by) == (second, 1, collecting.arrival("transfer", TODAY))
        assert Interaction.objects.filter(kind="transfer_announced", audience="customer").count() == 1
        assert TransferNotice.objects.in_transit(first.expected_by).count() == 1
        assert TransferNotice.objects.in_transit(first.expected_by + timedelta(days=1)).count() == 0

    def test_neither_for_a_day_to_come_nor_for_a_paid_invoice(self, diallo):
        invoice = issued(diallo, "70.00")
        with pytest.raises(Refusal):
            collecting.announce_transfer(invoice, contact=None, on=TODAY + timedelta(days=1))
        pay(diallo, "70.00", invoice)
        with pytest.raises(Refusal):
            collecting.announce_transfer(invoice, contact=None, on=TODAY)
        assert TransferNotice.objects.count() == 0


def promise_of(customer, amount, due_on=TODAY):
    return commitments.promise(customer, owed_by="them", what="Régler", amount=D(amount), due_on=due_on, by=None)


def kept_of(*promises):
    return [row.kept_at is not None for row in (Commitment.objects.get(pk=one.pk) for one in promises)]


class TestPromises:
    def test_a_promise_of_money_is_kept_when_its_amount_is_reached(self, diallo):
        invoice, promise = issued(diallo, "700.00"), promise_of(diallo, "300.00")
        pay(diallo, "299.99", invoice)
        promise.refresh_from_db()
        assert promise.is_open
        pay(diallo, "0.01", invoice)
        promise.refresh_from_db()
        assert promise.kept_at is not None

    def test_what_came_before_it_does_not_count(self, diallo):
        invoice = issued(diallo, "700.00")
        pay(diallo, "300.00", invoice)
        promise = promise_of(diallo, "300.00")
        pay(diallo, "1.00", invoice)
        promise.refresh_from_db()
        assert promise.is_open

    @pytest.mark.parametrize(("late", "kept"), [(0, True), (1, False)])
    def test_in_its_day_and_the_days_of_transit_or_it_is_released(self, diallo, late, kept):
        due_on = TODAY - timedelta(days=30)
        promise = promise_of(diallo, "300.00", due_on)
        last = collecting.arrival("transfer", due_on)
        pay(diallo, "300.00", issued(diallo, "700.00"), paid_on=last + timedelta(days=late))
        promise.refresh_from_db()
        assert (promise.kept_at is not None, promise.released_at is not None) == (kept, not kept)

    def test_a_payment_undone_opens_it_again(self, diallo):
        promise = promise_of(diallo, "300.00")
        payment = pay(diallo, "300.00", issued(diallo, "700.00"))
        collecting.reverse_payment(payment, reason="Chèque sans provision", by=None)
        promise.refresh_from_db()
        assert promise.is_open

    def test_a_late_payment_undone_gives_the_promise_back_as_it_was(self, diallo):
        due_on = TODAY - timedelta(days=30)
        promise = promise_of(diallo, "300.00", due_on)
        invoice = issued(diallo, "700.00")
        for method in ("cheque", "transfer"):
            payment = pay(diallo, "300.00", invoice, method=method)
            promise.refresh_from_db()
            assert (promise.is_open, promise.release_code) == (False, "paid_late")
            collecting.reverse_payment(payment, reason="Sans provision", by=None)
            promise.refresh_from_db()
            assert (promise.is_open, promise.due_on, promise.amount, promise.released_because) == (True, due_on, D("300.00"), "")
            assert promise.is_broken(clock.now())

    def test_a_promise_on_an_invoice_due_again_is_given_back_too(self, diallo):
        invoice = issued(diallo, "700.00")
        promise = promise_of(diallo, "900.00", TODAY + timedelta(days=5))
        Commitment.objects.filter(pk=promise.pk).update(about_kind="invoice", about_ref=invoice.public_id)
        payment = pay(diallo, "700.00", invoice)
        promise.refresh_from_db()
        assert promise.release_code == "nothing_due"
        collecting.reverse_payment(payment, reason="Erreur", by=None)
        promise.refresh_from_db()
        assert (promise.is_open, promise.is_broken(clock.now())) == (True, False)

    def test_what_a_person_released_stays_so(self, diallo, nadia):
        promise = promise_of(diallo, "300.00", TODAY - timedelta(days=30))
        commitments.release(promise, by=nadia, reason="Un geste")
        collecting.reverse_payment(pay(diallo, "300.00", issued(diallo, "700.00")), reason="Erreur", by=None)
        promise.refresh_from_db()
        assert (promise.is_open, promise.released_because) == (False, "Un geste")

    def test_each_euro_counts_for_one_promise_the_nearest_first(self, diallo):
        invoice = issued(diallo, "700.00")
        later, nearer = promise_of(diallo, "300.00", TODAY + timedelta(days=40)), promise_of(diallo, "300.00", TODAY)
        first = pay(diallo, "300.00", invoice)
        assert kept_of(nearer, later) == [True, False]
        pay(diallo, "300.00", invoice)
        assert kept_of(nearer, later) == [True, True]
        collecting.reverse_payment(first, reason="Chèque sans provision", by=None)
        assert kept_of(nearer, later) == [True, False]

    def test_what_served_a_former_promise_is_not_asked_of_the_next(self, diallo):
        invoice, former = issued(diallo, "700.00"), promise_of(diallo, "300.00")
        pay(diallo, "300.00", invoice)
        following = promise_of(diallo, "200.00", TODAY + timedelta(days=9))
        pay(diallo, "200.00", invoice)
        assert kept_of(former, following) == [True, True]

    def test_a_promise_on_one_invoice_is_not_served_by_another(self, diallo):
        named, other = issued(diallo, "700.00"), issued(diallo, "700.00")
        promise = promise_of(diallo, "300.00")
        Commitment.objects.filter(pk=promise.pk).update(about_kind="invoice", about_ref=named.public_id)
        pay(diallo, "300.00", other)
        assert kept_of(promise) == [False]
        pay(diallo, "300.00", named)
        assert kept_of(promise) == [True]


class TestKept:
    def test_surplus_and_credit_of_a_client_in_one_statement(self, diallo, le_goff, django_assert_num_queries):
        invoice = issued(diallo, "300.00")
        pay(diallo, "500.00", invoice)
        note = issued(diallo, "300.00", kind="credit_note", credit_of=invoice)
        pay(le_goff, "10.00", issued(le_goff, "10.00"))
        with django_assert_num_queries(1):
            assert left_of_client([diallo.pk, le_goff.pk]) == D("500.00")
        crediting.refund_credit(note, D("100.00"), method="transfer", paid_on=TODAY, reason="Rendu", by=None)
        crediting.use_credit(note, issued(diallo, "50.00"), by=None)
        assert left_of_client([diallo.pk]) == D("350.00")


class TestThanks:
    def test_once_when_nothing_is_left_with_every_payment(self, diallo, company):
        invoice = issued(diallo, "860.00")
        pay(diallo, "500.00", invoice, method="cheque")
        pay(diallo, "380.00", invoice)
        mail = Email.objects.get()
        assert (mail.recipient_email, mail.purpose) == ("diallo@example.org", "receipt")
        assert mail.subject == f"Merci\u00a0: la facture {invoice.number} est réglée"
        assert "par chèque : 500,00\u00a0€" in mail.text
        assert "par virement : 360,00\u00a0€" in mail.text
        assert "20,00\u00a0€ de votre paiement ne comptent encore sur aucune facture" in mail.text

    def test_in_the_clients_language_and_to_nobody_refused(self, diallo, company):
        diallo.language = "en"
        diallo.save()
        pay(diallo, "10.00", issued(diallo, "10.00"))
        assert Email.objects.get().language == "en"

    def test_a_payment_of_old_papers_is_not_thanked_for(self, diallo):
        pay(diallo, "10.00", issued(diallo, "10.00"), paid_on=TODAY - timedelta(days=31))
        assert Email.objects.count() == 0

    def test_nobody_to_write_to_stops_nothing(self, diallo):
        diallo.email = ""
        diallo.save()
        diallo.contacts.update(email="", email_key="")
        invoice = issued(diallo, "10.00")
        pay(diallo, "10.00", invoice)
        assert (invoice.balance(), Email.objects.count()) == (D(0), 0)

    @pytest.mark.parametrize(
        ("gesture", "why"),
        [
            (lambda payment: collecting.reverse_payment(payment, reason="Erreur", by=None), "annulé"),
            (lambda payment: collecting.release(payment.allocations.get(), by=None), "de nouveau due"),
        ],
    )
    def test_nobody_is_thanked_for_what_was_undone_since(self, diallo, company, gesture, why):
        payment = pay(diallo, "700.00", issued(diallo, "700.00"))
        mail = Email.objects.get(purpose=thanks.PURPOSE)
        guard = jobs.MAIL_GUARDS[mail.guard]
        assert guard(mail) == ""
        gesture(payment)
        assert why in guard(mail)
        outbox.drain(now=clock.real_now() + timedelta(minutes=2), guards=jobs.MAIL_GUARDS, way=Nowhere())
        mail.refresh_from_db()
        assert (mail.state, why in mail.reason, [entry["what"] for entry in mail.decisions]) == ("cancelled", True, ["moot"])
        assert (mail.interaction.audience, Email.objects.to_decide().count()) == ("house", 0)

    def test_one_of_two_invoices_due_again_is_enough(self, diallo):
        first, second = issued(diallo, "100.00"), issued(diallo, "200.00")
        payment = pay(diallo, "300.00", first, second)
        mail = Email.objects.get(purpose=thanks.PURPOSE)
        collecting.release(payment.allocations.get(invoice=second), by=None)
        assert isinstance(jobs.MAIL_GUARDS[mail.guard](mail), outbox.Moot)

    def test_a_surplus_given_back_since_is_read_again_by_a_person(self, diallo, nadia):
        payment = pay(diallo, "750.00", issued(diallo, "700.00"))
        mail = Email.objects.get(purpose=thanks.PURPOSE)
        guard = jobs.MAIL_GUARDS[mail.guard]
        collecting.refund(payment, D("50.00"), reason="Trop versé", by=None)
        assert (guard(mail), isinstance(guard(mail), outbox.Moot)) == (
            "Une somme de ce paiement a été rendue depuis\u00a0: relisez ce message.", False,
        )  # fmt: skip
        mail.settled_at = clock.now()
        assert guard(mail) == ""

    def test_an_invoice_paid_before_its_mail_left_is_still_sent_and_one_taken_back_is_held(self, diallo, nadia, company):
        open_firm()
        bill = really_issued(settle(diallo))
        mail = Email.objects.get(purpose="invoice")
        pay(diallo, str(bill.balance()), bill)
        assert jobs.MAIL_GUARDS[mail.guard](mail) == ""
        credit_invoice(bill, reason="Annulée", by=nadia, on=clock.today())
        assert "Un avoir a annulé cette facture" in jobs.MAIL_GUARDS[mail.guard](mail)
