"""The days a client gives for an invoice: which are noted at once, and which a person answers."""

from datetime import timedelta
from decimal import Decimal

import pytest
import zeal

from billing import collecting
from crm.commitments import keep, promise
from crm.models import Commitment
from lib import clock
from lib.typography import long_date
from portal import talking
from tact.planning import plan_one, planning_day
from tests.desk.reading import words as text_of
from tests.portal.conftest import on

pytestmark = pytest.mark.django_db
NOTED, ASKED = "Les rappels attendent ce jour.", "Réponse sous deux jours ouvrés"


def give(browser, place, days: int, **more) -> str:
    """What the page answers to a day that many days from today."""
    said = {"help": "time", "on": on(days).isoformat(), **more}
    assert browser.post(f"{place}en-parler/", said)["Location"] == place
    return text_of(browser.get(place))


def promised() -> list:
    return [row.due_on for row in Commitment.objects.open().filter(owed_by="them", nature="primary").order_by("pk")]


def asked() -> int:
    return Commitment.objects.open().filter(owed_by="us", nature="primary").count()


def day(days: int) -> str:
    return long_date(on(days), language="fr").replace("\u00a0", " ")


def test_a_day_may_be_put_off_once_then_a_person_answers(reader, invoice):
    browser, place = reader
    assert f"Jusqu’au {day(30)}, le jour que vous donnez est noté aussitôt." in text_of(browser.get(place))
    shown = give(browser, place, 10)
    assert (NOTED in shown, f"Vous nous avez donné le {day(10)}. Vous pouvez le reculer une fois" in shown) == (True, True)
    shown = give(browser, place, 20)
    assert (NOTED in shown, "Pour un jour plus tard, une personne vous répond." in shown, promised(), asked()) == (
        True, True, [on(20)], 0,
    )  # fmt: skip
    shown = give(browser, place, 25)
    assert (ASKED in shown, promised(), asked()) == (True, [on(20)], 1)
    assert f"Un peu de temps, jusqu’au {day(25)}" in shown
    what = Commitment.objects.get(owed_by="us", nature="primary").what
    assert what.replace("\u00a0", " ") == f"Lui répondre sur la facture {invoice.number}, demande jusqu’au {day(25)}"
    assert NOTED in give(browser, place, 5)  # sooner is always taken at their word
    assert (promised(), asked()) == ([on(5)], 1)


def test_twenty_nine_days_for_ever_is_over(reader, invoice, karim):
    """What was possible: a day always moved before it comes. A person answers, and reminders then go by what was promised."""
    browser, place = reader
    give(browser, place, 29)
    with clock.travelling(clock.now() + timedelta(28)):
        assert NOTED in give(browser, place, 29)
        last = promised()
    with clock.travelling(clock.now() + timedelta(56)):
        assert ASKED in give(browser, place, 29)
        assert promised() == last
        keep(Commitment.objects.get(owed_by="us", nature="primary"), by=karim)  # answered: no
    with clock.travelling(clock.now() + timedelta(75)):
        planned = plan_one(invoice.customer, on=planning_day(clock.today()), now=clock.now())
        assert planned is not None
        assert (planned.decision.decision, planned.decision.reasons[0].code) == ("call", "promise_broken")


def test_a_day_that_passed_is_spoken_about(reader, invoice):
    browser, place = reader
    give(browser, place, 3)
    with clock.travelling(clock.now() + timedelta(5)):
        shown = text_of(browser.get(place))
        assert "Vous nous aviez donné le" in shown
        assert ASKED in give(browser, place, 4)
    assert (promised(), asked()) == ([on(3)], 1)


def test_what_a_colleague_agreed_to_is_put_off_by_a_person_only(reader, invoice, karim):
    browser, place = reader
    for days in (10, 40):
        made = promise(invoice.customer, owed_by="them", what="Régler", due_on=on(days), by=karim, amount=Decimal(200))
        Commitment.objects.filter(pk=made.pk).update(about_kind="invoice", about_ref=invoice.public_id)
    assert "Nous avons convenu du" in text_of(browser.get(place))
    assert ASKED in give(browser, place, 20)
    assert (promised(), asked()) == ([on(10), on(40)], 1)
    with zeal.zeal_ignore([{"model": "crm.Commitment", "field": "*"}]):  # each promise released is locked and told by itself
        assert NOTED in give(browser, place, 8)  # all of it, sooner
    assert promised() == [on(8)]


def test_beyond_thirty_days_a_person_answers(reader):
    browser, place = reader
    assert (ASKED in give(browser, place, 31), promised(), asked()) == (True, [], 1)
    assert NOTED in give(browser, place, 30)


def test_no_more_is_promised_than_is_due(invoice, karim):
    stale = type(invoice).objects.get(pk=invoice.pk)
    collecting.record_payment(
        customer=invoice.customer, amount=Decimal(100), method="transfer", paid_on=on(0), by=karim, invoices=[invoice]
    )
    talking.promise_to_pay(stale, on=on(5), words="", contact=None)
    assert Commitment.objects.get(owed_by="them", nature="primary").amount == invoice.balance() == Decimal("361.25")


def test_a_colleague_is_told_when_more_is_promised_than_is_due(invoice, as_karim, karim):
    """An advance may be promised before its invoice; reminders never wait for more than what is due."""
    place = f"/clients/{invoice.customer.public_id}/"
    for amount, told in (("461,25", False), ("900,00", True)):
        said = {
            "owed_by": "them", "what": "Régler", "when": "vendredi", "owner": karim.public_id, "amount": amount, "visibility": "everyone",
        }  # fmt: skip
        assert as_karim.post(f"{place}engagements/nouveau/", said).status_code == 302
        assert ("Ce client doit 461,25 € aujourd’hui : les rappels attendront" in text_of(as_karim.get(place))) == told


def test_what_is_asked_twice_is_asked_once(reader):
    browser, place = reader
    for _click in range(2):
        give(browser, place, 45, words="Ma prime.")
    assert asked() == 1
