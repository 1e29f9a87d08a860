"""The gesture that issues: one number, one ledger posting, one seal, one due date, one mail, or nothing at all."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django_q.conf import Conf
from django_q.models import OrmQ

from billing import auditing, ledger
from billing.correcting import credit_invoice
from billing.issuing import Incomplete, issue_invoice
from billing.models import Invoice, LedgerEntry, Seal, Series
from config import jobs
from crm.merging import merge_customers
from crm.models import Commitment, Email, Interaction
from lib import clock
from lib.errors import Refusal
from lib.typography import long_date
from tests.billing.house import drafted, issued, open_firm, settle

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = clock.today()


@pytest.fixture(autouse=True)
def firm():
    return open_firm()


@pytest.fixture
def diallo(diallo):
    return settle(diallo)


@pytest.fixture
def le_goff(le_goff):
    return settle(le_goff)


def test_a_draft_becomes_an_invoice(diallo, karim):
    invoice = issue_invoice(drafted(diallo), by=karim, on=TODAY)
    assert invoice.number == f"F{TODAY.year}-000001"
    found = Invoice.objects.get(pk=invoice.pk)
    assert (found.total_excl_tax, found.total_tax, found.total_incl_tax) == (D("397.50"), D("63.75"), D("461.25"))
    assert (found.issued_on, found.issued_by, found.due_on) == (TODAY, karim, TODAY + timedelta(days=30))
    assert (found.snapshot["number"], found.snapshot["buyer"]["name"]) == (invoice.number, "M. Diallo")
    entries = [(row.account, row.debit, row.credit) for row in LedgerEntry.objects.order_by("position")]
    assert entries == [
        ("411000", D("461.25"), D(0)),
        ("706000", D(0), D("240.00")),
        ("445712000", D(0), D("48.00")),
        ("706000", D(0), D("157.50")),
        ("445711000", D(0), D("15.75")),
    ]
    due = Commitment.objects.get()
    assert (due.nature, due.owed_by, due.amount, due.due_on) == ("projected", "them", D("461.25"), found.due_on)
    assert [(seal.kind, seal.about_label) for seal in Seal.objects.all()] == [("invoice", f"Facture {invoice.number}")]
    told = Interaction.objects.get(kind="invoice_issued")
    assert (told.summary, told.about_label, told.audience, told.author) == (
        "Facture émise",
        f"Facture {invoice.number}",
        "customer",
        karim,
    )
    mail = Email.objects.get()
    assert (mail.recipient_email, mail.subject, mail.guard) == (
        "diallo@example.org",
        f"Votre facture {invoice.number}",
        "invoice",
    )
    assert "461,25\u00a0€" in mail.text
    assert "{" not in mail.text


def test_issued_twice_is_issued_once(diallo, karim):
    draft = drafted(diallo)
    first = issue_invoice(draft, by=karim, on=TODAY)
    again = issue_invoice(draft, by=None, on=TODAY)
    stale = Invoice(pk=draft.pk)
    assert {first.number, again.number, issue_invoice(stale, by=None, on=TODAY).number} == {first.number}
    assert (Email.objects.count(), Seal.objects.count(), Series.objects.get().last_number) == (1, 1, 1)


def test_a_key_names_one_request(diallo):
    first, other = drafted(diallo), drafted(diallo)
    invoice = issue_invoice(first, by=None, on=TODAY, key="k" * 200)
    assert issue_invoice(first, by=None, on=TODAY, key="k" * 200).number == invoice.number
    with pytest.raises(Refusal) as refusal:
        issue_invoice(other, by=None, on=TODAY, key="k" * 200)
    assert refusal.value.field == "key"
    assert Invoice.objects.drafts().get() == other


def test_numbers_follow_and_start_again_with_the_year(diallo):
    days = [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 1)]
    with clock.travelling(datetime(2027, 1, 1, 9, tzinfo=UTC)):
        numbers = [issued(diallo, on=on).number for on in days]
    assert numbers == ["F2026-000001", "F2026-000002", "F2027-000001", "F2027-000002"]


def test_a_day_to_come_is_refused(diallo):
    draft = drafted(diallo)
    with pytest.raises(Refusal) as refusal:
        issue_invoice(draft, by=None, on=TODAY + timedelta(days=1))
    assert refusal.value.field == "on"
    assert Invoice.objects.get().is_draft


def test_a_series_never_goes_back_in_time(diallo):
    late = issued(diallo, on=date(2026, 11, 20))
    draft = drafted(diallo)
    with pytest.raises(Refusal) as refusal:
        issue_invoice(draft, by=None, on=date(2026, 11, 19))
    assert refusal.value.field == "on"
    assert issue_invoice(Invoice.objects.get(pk=late.pk), by=None, on=date(2026, 11, 1)).number == "F2026-000001"  # a late retry
    assert issue_invoice(draft, by=None, on=date(2026, 11, 20)).number == "F2026-000002"


def test_the_series_of_a_year_that_is_over_never_goes_back_either(diallo):
    with clock.travelling(datetime(2027, 1, 4, 9, tzinfo=UTC)):
        assert issued(diallo, on=date(2026, 12, 30)).number == "F2026-000001"
        assert issued(diallo, on=date(2026, 12, 31)).number == "F2026-000002"  # the books of the old year still open
        issued(diallo, on=date(2027, 1, 2))
        draft = drafted(diallo)
        for day in (date(2026, 12, 31), date(2025, 6, 1)):  # a series of its own, and numbers of later days were given
            with pytest.raises(Refusal) as refusal:
                issue_invoice(draft, by=None, on=day)
            assert (refusal.value.field, long_date(date(2027, 1, 2)) in refusal.value.message) == ("on", True)
        assert issue_invoice(draft, by=None, on=date(2027, 1, 2)).number == "F2027-000002"


def test_what_is_missing_is_a_list_and_nothing_is_used(diallo, firm):
    open_firm(siren="", siret="", vat_number="", mediator_name="")
    settle(diallo, city="")
    draft = drafted(diallo)
    with pytest.raises(Incomplete) as refusal:
        issue_invoice(draft, by=None, on=TODAY)
    assert {one.where for one in refusal.value.missing} == {
        "company.siren", "company.vat_number", "customer.city", "company.mediator_name",
    }  # fmt: skip
    assert set(refusal.value.errors) == {one.where for one in refusal.value.missing}
    assert Invoice.objects.get().is_draft
    assert [model for model in (Seal, LedgerEntry, Email, Commitment) if model.objects.exists()] == []
    assert not Series.objects.filter(last_number__gt=0).exists()


def test_an_unknown_type_is_a_question(le_goff):
    settle(le_goff, type="unknown")
    with pytest.raises(Incomplete) as refusal:
        issue_invoice(drafted(le_goff), by=None, on=TODAY)
    assert [one.where for one in refusal.value.missing] == ["customer.type"]
    assert issued(le_goff, client_type="consumer").client_type == "consumer"


def test_a_total_of_nothing_is_refused(diallo):
    with pytest.raises(Incomplete) as refusal:
        issued(diallo, [{"description": "Geste commercial", "unit_price": "0", "vat_rate": "20"}])
    assert [one.where for one in refusal.value.missing] == ["lines"]


def test_goods_and_every_rate_have_their_account(diallo):
    rates = ["20", "10", "5.5", "2.1", "8.5"]
    lines = [{"description": f"À {rate}", "unit_price": "100", "vat_rate": rate} for rate in rates]
    issued(diallo, lines, nature="goods")
    rows = {row.account: row.credit for row in LedgerEntry.objects.filter(account__startswith="4457")}
    assert rows == {
        "445712000": D(20), "445711000": D(10), "445710550": D("5.50"), "445710210": D("2.10"), "445710850": D("8.50"),
    }  # fmt: skip
    assert set(LedgerEntry.objects.filter(account__startswith="70").values_list("account", flat=True)) == {ledger.GOODS}


def test_the_client_s_own_address_is_that_of_the_main_person(diallo):
    issued(settle(diallo))
    mail = Email.objects.get()
    assert (mail.recipient_email, mail.contact, mail.text.splitlines()[0]) == (
        "diallo@example.org", diallo.contacts.get(), "Bonjour Monsieur Diallo,",
    )  # fmt: skip


def test_no_address_no_mail(diallo):
    settle(diallo, email="")
    diallo.contacts.update(email="", email_key="")
    assert issued(diallo).number == f"F{TODAY.year}-000001"
    assert not Email.objects.exists()


def test_issuing_costs_at_most_25_statements(le_goff, karim, django_assert_max_num_queries):
    issued(le_goff)
    draft = drafted(le_goff)
    with django_assert_max_num_queries(25):
        issue_invoice(draft, by=karim, on=TODAY, key="une-demande")


def test_the_mail_leaves_once_its_facts_are_read_again(diallo):
    issued(diallo)
    mail = Email.objects.get()
    assert jobs.MAIL_GUARDS[mail.guard](mail) == ""
    Email.objects.update(key="invoice:nothing")
    assert jobs.MAIL_GUARDS[mail.guard](Email.objects.get()) == "La facture de ce message n’existe pas."


def test_a_record_reunited_since_the_draft_gives_way(diallo, le_goff, camille):
    draft = drafted(diallo)
    merge_customers(le_goff, diallo, reason="Le même", by=camille)
    invoice = issue_invoice(draft, by=None, on=TODAY)
    assert (invoice.customer, Invoice.objects.get().customer, invoice.snapshot["buyer"]["name"]) == (
        le_goff,
        le_goff,
        le_goff.name,
    )
    note = credit_invoice(invoice, reason="Erreur", by=None, on=TODAY)
    assert (note.customer, auditing.verify()) == (le_goff, [])


def test_an_invoice_of_a_record_reunited_later_is_credited_to_the_one_that_answers(diallo, le_goff, camille):
    invoice = issued(diallo)
    merge_customers(le_goff, diallo, reason="Le même", by=camille)
    note = credit_invoice(invoice, reason="Erreur", by=None, on=TODAY)
    assert (note.customer, Invoice.objects.get(pk=invoice.pk).customer, auditing.verify()) == (le_goff, diallo, [])


def test_the_bell_of_the_papers_is_in_the_transaction_of_the_document(diallo, settings, monkeypatch):
    """Seen by the worker once the number is there, by nobody when it is not; broken, it keeps nothing from being issued."""
    settings.PAPERS_DOORBELL = "config.jobs.make_papers"
    monkeypatch.setattr(Conf, "SYNC", False)
    with transaction.atomic():
        issued(diallo)
        assert OrmQ.objects.count() == 1
        transaction.set_rollback(True)
    assert (OrmQ.objects.count(), Invoice.objects.issued().count()) == (0, 0)
    first = issued(diallo)
    rung = OrmQ.objects.get().task
    assert (rung["func"], rung["args"]) == ("config.jobs.make_papers", (first.pk,))
    with clock.travelling(clock.now()):  # an invented past: nobody waits for its papers
        issued(diallo)
    assert OrmQ.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_q_ormq")
    assert issued(diallo).number.endswith("-000003")
