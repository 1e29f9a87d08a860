"""What is still open about an invoice, on its page: the queue's own words, what each keeps back, the date that falls."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from billing import questions
from billing.collecting import announce_transfer, record_payment
from billing.models import Invoice
from complaints.handling import close, open_complaint
from complaints.replying import acknowledge
from crm.models import Contact
from desk.invoice_page import find_invoice, read_invoice
from lib import clock
from portal import talking
from tact import reminding
from tact.planning import plan_one, planning_day
from tests.billing import house
from tests.desk.reading import words
from tests.harness.personas import signed_in
from tests.tact.owing import promised

pytestmark = pytest.mark.django_db
HEAVIEST = 12  # statements, session and user among them


@pytest.fixture
def bill(company, diallo) -> Invoice:
    """461,25 €: the shelf for 288,00 and its fixing for 173,25."""
    house.open_firm()
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    return house.issued(house.settle(diallo, type="consumer"))


def complained(bill, nadia, *, line=None, ago=0, **more):
    today = clock.today()
    return open_complaint(
        customer=bill.customer, subject="L’étagère penche", body="Elle penche d’un centimètre.", channel="post", by=nadia, today=today,
        sent_on=today - timedelta(days=ago), invoice=bill, line=line, owner=nadia, **more,
    )  # fmt: skip


def seen(bill, user):
    return read_invoice(find_invoice(bill.public_id, user=user, to_read=True), user=user, now=clock.now()).waits


def queued(bill):
    """What the queue says of this invoice."""
    planned = plan_one(bill.customer, on=planning_day(clock.today()), now=clock.now())
    claims = (*planned.decision.claims, *planned.decision.waiting)
    return [(reason.text, claim.kept) for claim in claims for reason in claim.reasons if claim.debt.number == bill.number]


ONE = {
    "complaint": complained,
    "complaint on a line": lambda bill, nadia: complained(bill, nadia, line=bill.lines.get(position=1)),
    "promise": lambda bill, nadia: promised(bill, due_on=clock.today() + timedelta(days=4), amount="461.25", author=nadia),
    "time": lambda bill, nadia: talking.ask_for_parts(bill, parts=3, words="", contact=None),
    "word": lambda bill, nadia: talking.leave_word(bill, words="Merci.", contact=None),
    "transfer": lambda bill, nadia: announce_transfer(bill, contact=None, on=clock.today()),
    "hold": lambda bill, nadia: reminding.hold(
        bill.customer, resume_on=clock.today() + timedelta(days=9), reason="Décès dans la famille", by=nadia, today=clock.today(), invoice=bill,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fact", ONE)
def test_each_is_told_in_the_words_of_the_queue(bill, nadia, fact):
    assert seen(bill, nadia).rows == []
    ONE[fact](bill, nadia)
    told = [(row.text, row.kept) for row in seen(bill, nadia).rows]
    assert told == queued(bill)
    assert len(told) == 1


def test_a_hold_on_the_whole_client_is_told_too(bill, nadia):
    day = clock.today() + timedelta(days=9)
    reminding.hold(bill.customer, resume_on=day, reason="Décès dans la famille", by=nadia, today=clock.today())
    (row,) = seen(bill, nadia).rows
    assert ("Décès dans la famille" in row.text, row.kept) == (True, Decimal("461.25"))


def test_a_complaint_is_named_with_its_link_its_next_date_and_what_it_keeps(bill, nadia, as_nadia, as_lecture):
    made = complained(bill, nadia, line=bill.lines.get(position=1), ago=3)
    acknowledge(made, by=nadia, today=clock.today(), way="post")
    url = reverse("invoice", args=[bill.public_id])
    page = as_nadia.get(url)
    told = words(page, 'id="open"', "</section>")
    assert f"Réclamation {made.reference} sur 288,00 € de cette facture, suivie par Nadia" in told
    assert "288,00 € attendent" in told
    assert "L’étagère penche : " in told
    assert "jours, pour répondre" in told
    assert "Le reste, 173,25 €, n’est pas concerné." in told
    assert f'href="{reverse("complaint", args=[made.public_id])}"' in page.content.decode()
    read = as_lecture.get(url)  # who reads no complaint knows that one is there, as in the queue, and no more
    assert f"Réclamation {made.reference} sur 288,00 €" in words(read)
    assert ("penche" in words(read, 'id="open"', "</section>"), "pour répondre" in words(read)) == (False, False)


def test_a_date_of_law_that_is_past_is_red(bill, nadia, as_nadia):
    complained(bill, nadia, ago=70)
    page = as_nadia.get(reverse("invoice", args=[bill.public_id])).content.decode()
    assert '<span class="past">' in page[page.index('id="open"') :].partition("</section>")[0]


def test_a_paid_invoice_still_names_its_complaint_until_it_is_closed(bill, nadia):
    made = complained(bill, nadia)
    record_payment(
        customer=bill.customer, amount=Decimal("461.25"), method="transfer", paid_on=clock.today(), by=nadia, invoices=[bill]
    )
    (row,) = seen(bill, nadia).rows
    assert (row.kept, row.subject) == (Decimal(0), "L’étagère penche")
    close(made, satisfied=True, reason="Redressée", by=nadia, today=clock.today())
    assert seen(bill, nadia).rows == []


def test_of_another_invoice_nothing_is_told(bill, nadia):
    other = house.issued(bill.customer)
    for fact in ONE.values():
        fact(other, nadia)
    assert seen(bill, nadia).rows == []


def test_the_heaviest_invoice_keeps_the_budget(
    bill, nadia, as_nadia, as_camille, as_karim, as_lecture, django_assert_max_num_queries
):
    for fact in ONE.values():
        fact(bill, nadia)
    complained(bill, nadia, ago=12, key="second")
    asked = questions.ask(bill, words="Quand ?", contact=None)
    questions.answer(asked, words="Demain.", by=nadia)
    questions.ask(bill, words="Et la pose ?", contact=None, line=bill.lines.get(position=2))
    record_payment(
        customer=bill.customer, amount=Decimal("100.00"), method="transfer", paid_on=clock.today(), by=nadia, invoices=[bill]
    )
    record_payment(customer=bill.customer, amount=Decimal("7.00"), method="cheque", paid_on=clock.today(), by=nadia, invoices=[])
    url = reverse("invoice", args=[bill.public_id])
    for client in (as_nadia, as_camille, as_karim, as_lecture):
        client.get(url)
        with django_assert_max_num_queries(HEAVIEST):
            page = client.get(url)
        assert "Réclamation" in words(page, 'id="open"', "</section>")
    assert "d’avance ou d’avoir qui ne comptent encore sur rien" in words(as_karim.get(url))


def test_who_may_not_see_records_gets_no_dead_link(bill, nadia, camille):
    promised(bill, due_on=clock.today() + timedelta(days=4), amount="461.25", author=nadia)
    camille.taken = ["see_records"]
    camille.save()
    assert [row.url for row in seen(bill, camille).rows] == [""]
    assert signed_in(camille).get(reverse("invoice", args=[bill.public_id])).status_code == 200
