"""Credit notes: whole or in part, never more than what is left, counted on the invoice, the rest kept to the client."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from billing import auditing, collecting, seals
from billing.correcting import credit_invoice, left_to_credit
from billing.invoice_mail import reason_to_hold
from billing.models import Allocation, Invoice, LedgerEntry, Series
from crm import commitments
from crm.models import Commitment, Email, Interaction
from lib import clock
from lib.errors import Refusal
from tests.billing.house import drafted, issued, open_firm, settle
from tests.billing.money import customer_balance

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = clock.today()


@pytest.fixture(autouse=True)
def firm():
    return open_firm()


@pytest.fixture
def invoice(diallo):
    return issued(settle(diallo))


def credit(invoice, *lines, reason="Geste commercial", on=TODAY, **more):
    return credit_invoice(invoice, lines=list(lines) or None, reason=reason, by=None, on=on, **more)


def test_the_whole_of_an_unpaid_invoice(invoice):
    note = credit(invoice)
    assert (note.number, note.kind, note.total_incl_tax) == (f"A{TODAY.year}-000001", "credit_note", D("461.25"))
    assert (invoice.balance(), note.credit_of, note.snapshot["preceding"]["number"]) == (D(0), invoice, invoice.number)
    assert [
        (row.account, row.debit, row.credit) for row in LedgerEntry.objects.filter(about_kind="credit_note").order_by("position")
    ] == [
        ("411000", D(0), D("461.25")),
        ("706000", D("240.00"), D(0)),
        ("445712000", D("48.00"), D(0)),
        ("706000", D("157.50"), D(0)),
        ("445711000", D("15.75"), D(0)),
    ]
    assert Commitment.objects.get(nature="projected").kept_at is not None
    told = Interaction.objects.get(kind="credit_note_issued")
    assert (told.summary, told.about_label, told.audience) == ("Avoir émis", f"Avoir {note.number}", "customer")
    assert (seals.Seal.objects.count(), auditing.verify()) == (3, [])


def test_a_part_by_quantity_and_by_amount(invoice):
    note = credit(invoice, {"position": 1, "quantity": "1"}, {"position": 2, "amount": "7,50"})
    assert (note.total_excl_tax, note.total_tax, note.total_incl_tax) == (D("127.50"), D("24.75"), D("152.25"))
    assert (invoice.balance(), left_to_credit(invoice)) == (D("309.00"), {1: D("120.00"), 2: D("150.00")})
    rest = credit(invoice)
    assert (rest.number, rest.total_excl_tax, invoice.balance()) == (f"A{TODAY.year}-000002", D("270.00"), D(0))
    with pytest.raises(Refusal, match="Il ne reste rien à créditer"):
        credit(invoice)
    assert auditing.verify() == []


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([{"position": 1, "quantity": "3"}], "lines.0"), ([{"position": 1, "amount": "240.01"}], "lines.0"),
        ([{"position": 3, "amount": "1"}], "lines.0"), ([{"position": 1, "amount": "0"}], "lines.0"),
        ([{"position": 1, "amount": "-1"}], "lines.0"), ([{"position": 1}], "lines.0"),
        ([{"position": 1, "quantity": "1"}, {"position": 1, "amount": "120.01"}], "lines.1"), ([], ""),
    ],
)  # fmt: skip
def test_never_more_than_what_is_left(invoice, lines, field):
    with pytest.raises(Refusal) as refusal:
        credit_invoice(invoice, lines=lines, reason="Geste", by=None, on=TODAY)
    assert set(refusal.value.errors) == ({field} if field else {"lines"})
    assert Invoice.objects.filter(kind="credit_note").count() == 0
    assert not Series.objects.filter(name__startswith="A", last_number__gt=0).exists()


def test_what_is_paid_already_stays_to_the_clients_credit(invoice, diallo):
    collecting.record_payment(customer=diallo, amount=D("400"), method="transfer", paid_on=TODAY, by=None, invoices=[invoice])
    note = credit(invoice)
    assert (Allocation.objects.get(credit_note=note).amount, invoice.balance()) == (D("61.25"), D(0))
    assert customer_balance(diallo, today=TODAY).credit == D("400.00")
    assert auditing.verify() == []


def test_one_request_one_credit_note(invoice, diallo):
    note = credit(invoice, key="k")
    assert credit(invoice, key="k") == note
    other = issued(diallo)
    with pytest.raises(Refusal) as refusal:
        credit(other, key="k")
    assert refusal.value.field == "key"


def test_what_cannot_be_credited(invoice, diallo):
    note = credit(invoice, {"position": 1, "amount": "1"})
    for wrong, words in ((note, "ne se corrige pas par un avoir"), (drafted(diallo), "n’a pas de numéro")):
        with pytest.raises(Refusal, match=words):
            credit(wrong)
    with pytest.raises(Refusal) as refusal:
        credit(invoice, reason=" ")
    assert refusal.value.field == "reason"
    with pytest.raises(Refusal) as refusal:
        credit(invoice, on=TODAY - timedelta(days=1))
    assert refusal.value.field == "on"


def test_the_mail_of_a_cancelled_invoice_waits_for_a_person(invoice):
    mail = Email.objects.get()
    assert reason_to_hold(mail) == ""
    credit(invoice, {"position": 1, "amount": "1"})
    assert reason_to_hold(mail) == ""
    note = credit(invoice)
    assert "avoir" in reason_to_hold(mail)
    own = Email.objects.get(key=f"invoice:{note.public_id}")
    assert (own.subject, reason_to_hold(own)) == (f"Votre avoir {note.number}", "")
    assert "Geste commercial" in own.text


def test_a_promise_on_an_invoice_wholly_credited_is_released(invoice, nadia):
    promise = commitments.promise(
        invoice.customer, owed_by="them", what="Régler", due_on=clock.today(), amount=D("100.00"), by=None
    )
    Commitment.objects.filter(pk=promise.pk).update(about_kind="invoice", about_ref=invoice.public_id)
    credit_invoice(invoice, reason="Un geste", by=nadia, on=clock.today(), lines=[{"position": 1, "amount": "10.00"}])
    assert Commitment.objects.get(pk=promise.pk).is_open
    credit_invoice(invoice, reason="Annulée", by=nadia, on=clock.today())
    released = Commitment.objects.get(pk=promise.pk)
    assert (released.release_code, released.release_reason) == ("nothing_due", "")
    assert released.released_because == "Plus rien n’est dû sur cette facture."
    with translation.override("en"):
        assert released.released_because == "Nothing more is due on this invoice."
