"""Two records reunited do not part while the money of one counts on an invoice of the other."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing import collecting, crediting
from billing.models import Allocation, Invoice, Payment
from crm.merging import merge_customers, undo_merge
from crm.models import Customer, Interaction
from lib import clock
from lib.errors import Refusal
from tests.billing.money import issued
from tests.desk.reading import words as text_of

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def merged(company, le_goff, diallo, nadia):
    """Le Goff answers for Diallo."""
    return merge_customers(le_goff, diallo, by=nadia, reason="même client")


def paid(customer, invoice, amount, by):
    return collecting.record_payment(
        customer=customer, amount=D(amount), method="transfer", paid_on=clock.today(), by=by, invoices=[invoice]
    )


def refused(merge, by) -> str:
    before = state()
    with pytest.raises(Refusal) as told:
        undo_merge(merge, by=by)
    assert state() == before
    return told.value.message.replace("\u00a0", " ")


def state() -> tuple:
    return (
        sorted(Customer.objects.values_list("pk", "merged_into")), Allocation.objects.count(), Payment.objects.count(),
        Interaction.objects.count(),
    )  # fmt: skip


def test_a_payment_of_one_on_an_invoice_of_the_other_keeps_them_together_until_it_is_taken_back(merged, le_goff, diallo, nadia):
    theirs = issued(diallo, "100.00")
    payment = paid(le_goff, theirs, "130.00", nadia)
    told = refused(merged, nadia)
    assert f"100,00 € sur la facture {theirs.number}, du paiement du" in told
    assert "reprenez ce qui compte sur cette facture" in told
    collecting.release(payment.allocations.get(), by=nadia)
    undo_merge(merged, by=nadia)
    assert Customer.objects.get(pk=diallo.pk).merged_into is None
    assert (payment.unallocated(), Invoice.objects.get(pk=theirs.pk).balance()) == (D("130.00"), D("100.00"))
    assert le_goff.family_ids() == [le_goff.pk]


def test_a_payment_undone_keeps_nobody_together(merged, le_goff, diallo, nadia):
    payment = paid(le_goff, issued(diallo, "100.00"), "100.00", nadia)
    refused(merged, nadia)
    collecting.reverse_payment(payment, reason="Autre client", by=nadia)
    assert undo_merge(merged, by=nadia).undone_at is not None


def test_each_side_s_own_money_keeps_nobody_together(company, le_goff, diallo, nadia):
    paid(diallo, issued(diallo, "100.00"), "100.00", nadia)
    merge = merge_customers(le_goff, diallo, by=nadia, reason="même client")
    paid(le_goff, issued(le_goff, "50.00"), "80.00", nadia)
    assert undo_merge(merge, by=nadia).undone_at is not None


def test_the_money_of_the_alias_on_an_invoice_of_the_head_is_seen_too(company, le_goff, diallo, nadia):
    surplus = paid(diallo, issued(diallo, "10.00"), "60.00", nadia)
    merge = merge_customers(le_goff, diallo, by=nadia, reason="même client")
    ours = issued(le_goff, "50.00")
    collecting.allocate(surplus, ours, by=nadia)
    assert f"50,00 € sur la facture {ours.number}, du paiement" in refused(merge, nadia)


def test_a_credit_note_of_one_on_an_invoice_of_the_other_too(merged, le_goff, diallo, nadia):
    note = issued(diallo, "40.00", kind="credit_note", credit_of=issued(diallo, "40.00"))
    ours = issued(le_goff, "50.00")
    use = crediting.use_credit(note, ours, by=nadia)
    assert f"40,00 € sur la facture {ours.number}, de l’avoir {note.number}" in refused(merged, nadia)
    crediting.release_credit(use, by=nadia)
    assert undo_merge(merged, by=nadia).undone_at is not None


def test_many_are_told_in_short(merged, le_goff, diallo, nadia):
    for _invoice in range(7):
        paid(le_goff, issued(diallo, "10.00"), "10.00", nadia)
    told = refused(merged, nadia)
    assert (told.count("sur la facture F"), "et 2 autres" in told) == (5, True)


def test_the_page_says_it_and_stays(merged, le_goff, diallo, nadia, as_nadia):
    theirs = issued(diallo, "100.00")
    paid(le_goff, theirs, "100.00", nadia)
    answer = as_nadia.post(reverse("merge_undo", args=[merged.public_id]), follow=True)
    assert answer.redirect_chain == [(reverse("customer_merge", args=[le_goff.public_id]), 302)]
    assert f"sur la facture {theirs.number}" in text_of(answer)
    assert Customer.objects.get(pk=diallo.pk).merged_into_id == le_goff.pk


def test_the_undo_of_one_link_of_a_chain_looks_at_the_two_families_that_part(company, le_goff, diallo, nadia):
    third = Customer.objects.create(reference="C09999", name="Troisième", type="consumer")
    first = merge_customers(diallo, third, by=nadia, reason="même client")
    merge_customers(le_goff, diallo, by=nadia, reason="même client")
    ours = issued(diallo, "20.00")
    paid(le_goff, ours, "20.00", nadia)  # of two records that stay together
    assert undo_merge(first, by=nadia).undone_at is not None
