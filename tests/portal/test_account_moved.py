"""The firm has changed bank since an invoice was issued: its page gives the account of today and says so, mails give none."""

import pytest

from billing import transfer
from billing.accounts import has_moved, moved_among
from billing.models import Invoice
from crm.models import Company
from tests.desk.reading import words

pytestmark = pytest.mark.django_db
PRINTED, TODAYS = "FR7630006000011234567890189", "FR7614508059411234567890167"


def moved(iban: str = TODAYS) -> Company:
    Company.objects.update(iban=iban, bic="", account_holder="DUVAL ET FILS")
    return Company.objects.get()


def test_the_same_account_is_not_remarked_upon(reader):
    browser, place = reader
    assert not has_moved("FR76 3000 6000 0112 3456 7890 189", Company.objects.get())
    said = words(browser.get(place))
    assert ("FR76 3000 6000 0112 3456 7890 189" in said, "Notre compte a changé" in said) == (True, False)


def test_the_page_gives_the_account_of_today_and_warns(reader):
    browser, place = reader
    moved()
    page = browser.get(place)
    said = words(page)
    assert "FR76 1450 8059 4112 3456 7890 167" in said
    assert "DUVAL ET FILS" in said
    assert ("0112 3456" in said, "qui finit par 0189, n’est plus le nôtre : n’y virez rien." in said) == (False, True)
    assert "Avant de virer sur celui-ci, appelez-nous au numéro que vous connaissez déjà, et faites-vous-le redire." in said
    paper = page.context["paper"]
    expected = transfer.epc_payload(
        holder="DUVAL ET FILS", iban=TODAYS, bic="", amount=paper.due, reference=paper.document.payment.reference
    )
    assert paper.qr == transfer.qr_svg(expected)
    assert paper.qr in page.content.decode()


def test_an_account_closed_without_another_is_said_and_nothing_is_offered(reader):
    browser, place = reader
    moved("")
    page = browser.get(place)
    said = words(page)
    assert "n’est plus le nôtre : n’y virez rien. Appelez-nous : nous vous dirons comment régler." in said
    assert ("IBAN" in said, "qr-code" in page.content.decode()) == (False, False)


def test_which_papers_bear_another_account(reader, django_assert_num_queries):
    refs = {Invoice.objects.get().public_id}
    company = Company.objects.get()
    with django_assert_num_queries(1):
        assert moved_among(refs, company) == set()
    assert moved_among(refs, moved()) == refs
    with django_assert_num_queries(0):
        assert moved_among(set(), company) == set()
