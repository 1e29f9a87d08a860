"""«J’ai fait le virement», «c’était une erreur»: what a client announces, takes back, and may not announce for ever."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing import collecting
from billing.models import TransferNotice
from crm import access
from crm.models import Contact, Interaction
from lib import clock
from lib.errors import Refusal
from tact.planning import plan_one, planning_day
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in
from tests.portal.conftest import on

pytestmark = pytest.mark.django_db
WAITS = "tant que nous attendons votre virement"
MISTAKEN = "C’était une erreur"


def kept(invoice) -> list[str]:
    """Why reminders leave it alone."""
    planned = plan_one(invoice.customer, on=planning_day(on(0)), now=clock.now())
    assert planned is not None
    return [reason.code for claim in planned.decision.waiting for reason in claim.reasons]


def test_it_is_taken_back_from_a_mailed_link_dated_and_reminders_resume(reader, invoice, as_karim):
    browser, place = reader
    assert MISTAKEN not in text_of(browser.get(place))
    browser.post(f"{place}virement/")
    shown = text_of(browser.get(place))
    assert (WAITS in shown, MISTAKEN in shown, "J’ai fait le virement" in shown, kept(invoice)) == (
        True,
        True,
        False,
        ["transit"],
    )
    assert [browser.post(f"{place}virement/erreur/").status_code for _click in range(2)] == [302, 302]
    shown = text_of(browser.get(place))
    assert (WAITS in shown, MISTAKEN in shown, "J’ai fait le virement" in shown, kept(invoice)) == (False, False, True, [])
    notice, row = TransferNotice.objects.get(), Interaction.objects.get(kind="transfer_withdrawn")
    assert (notice.withdrawn_at is not None, row.audience, row.contact, row.about_ref, row.data) == (
        True, "customer", notice.contact, invoice.public_id, {"on": on(0).isoformat()},
    )  # fmt: skip
    assert "virement annoncé par erreur" in text_of(as_karim.get(f"/clients/{invoice.customer.public_id}/"))
    assert "Un virement est annoncé" not in text_of(as_karim.get(f"/factures/{invoice.public_id}/"))


def test_said_again_the_same_day_it_is_awaited_again_and_the_space_tells_all_of_it(invoice, nadia):
    browser = signed_in(access.invite(Contact.objects.get(customer=invoice.customer), by=nadia).user)
    place = f"/espace/documents/{invoice.public_id}/"
    for gesture in ("virement/", "virement/erreur/", "virement/"):
        assert browser.post(f"{place}{gesture}")["Location"] == place
    assert ([row.withdrawn_at is None for row in TransferNotice.objects.order_by("pk")], kept(invoice)) == (
        [False, True],
        ["transit"],
    )
    shown = text_of(browser.get(place))
    assert (shown.count("Vous nous avez annoncé un virement"), shown.count("n’était pas parti")) == (2, 1)
    browser.post("/langue/", {"language": "en"}, headers={"referer": f"http://testserver{place}"})
    told = text_of(browser.get(place))
    assert ("this transfer had not left. Invoice " in told, "Facture " in told) == (True, False)


def test_another_client_takes_nothing_back(invoice, le_goff, nadia):
    collecting.announce_transfer(invoice, contact=None, on=on(0))
    other = Contact.objects.create(customer=le_goff, last_name="Le Goff", email="a@l.example", email_key="a@l.example")
    browser = signed_in(access.invite(other, by=nadia).user)
    assert browser.post(f"/espace/documents/{invoice.public_id}/virement/erreur/").status_code == 404
    assert TransferNotice.objects.get().withdrawn_at is None


def test_a_third_that_never_came_is_for_a_person(reader, invoice, karim):
    """Reminders do not wait for ever for money that is always on its way."""
    browser, place = reader
    for days in (20, 10):
        with clock.travelling(clock.now() - timedelta(days)):
            collecting.announce_transfer(invoice, contact=None, on=clock.today())
    answer = browser.post(f"{place}virement/")
    assert (answer.status_code, "nous n’en voyons pas trace" in text_of(answer), kept(invoice)) == (422, True, [])
    with pytest.raises(Refusal):
        collecting.announce_transfer(invoice, contact=None, on=on(0))
    collecting.announce_transfer(invoice, contact=None, on=on(0), by=karim)  # a person of the house decides
    assert kept(invoice) == ["transit"]


def test_what_came_since_makes_their_word_good_again(invoice, karim):
    for days in (20, 10):
        with clock.travelling(clock.now() - timedelta(days)):
            collecting.announce_transfer(invoice, contact=None, on=clock.today())
    collecting.record_payment(
        customer=invoice.customer, amount=Decimal(100), method="transfer", paid_on=on(0), by=karim, invoices=[invoice]
    )
    collecting.announce_transfer(invoice, contact=None, on=on(0))
    assert "transit" in kept(invoice)
