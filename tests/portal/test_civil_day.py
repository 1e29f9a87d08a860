"""The day of a client's act is the firm's civil day, overseas too: at the hours when Paris already has, or still has, another."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import User
from billing.models import TransferNotice
from billing.questions import answer_by
from complaints.models import Complaint
from config import jobs
from crm import access
from crm.company import civil_zone
from crm.models import Commitment, Company, Contact
from desk.frame import read_frame
from lib import clock
from tests.api.test_api import Api
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
# The zone, the hour in Paris and how many days after today; then which day it is there.
CASES = {
    "La Réunion, the evening before in Paris": ("Indian/Reunion", time(22, 30), 0, 1),
    "Guadeloupe, the night after in Paris": ("America/Guadeloupe", time(2), 1, 0),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def here(request, invoice, monkeypatch) -> date:
    """The firm's own day, when Paris has another."""
    zone, hour, later, ours = request.param
    day = clock.today()
    instant = datetime.combine(day + timedelta(later), hour, ZoneInfo(clock.PARIS)).astimezone(UTC)
    Company.objects.update(time_zone=zone)
    monkeypatch.setattr(clock, "now", lambda: instant)
    assert clock.today() != clock.today(zone) == day + timedelta(ours)
    return day + timedelta(ours)


@pytest.fixture
def his(invoice, nadia):
    """The browser of M. Diallo, in his space."""
    return signed_in(access.invite(Contact.objects.get(customer=invoice.customer), by=nadia).user)


def test_a_complaint_and_a_question_written_in_the_space(his, here, invoice):
    his.post("/espace/messages/", {"matter": "complaint", "subject": "Étagère fendue", "words": "Elle s’est fendue hier."})
    fact = Complaint.objects.get().facts.get()
    assert (fact.on, fact.received_on) == (here, here)
    his.post(f"/espace/documents/{invoice.public_id}/question/", {"line": 1, "words": "Le vernis est-il compris ?"})
    asked = Commitment.objects.get(owed_by="us", nature="primary")
    assert asked.due_on == answer_by(here, Company.objects.get().holiday_zone)


def test_a_transfer_announced_at_a_mailed_link(reader, here):
    browser, place = reader
    assert browser.post(f"{place}virement/").status_code == 302
    assert TransferNotice.objects.get().announced_on == here


@pytest.mark.parametrize(("days", "noted"), [(0, True), (30, True), (31, False)])
def test_a_day_promised_is_counted_from_the_firm_s_today(reader, here, days, noted):
    browser, place = reader
    browser.post(f"{place}en-parler/", {"help": "time", "on": (here + timedelta(days)).isoformat()})
    promised = Commitment.objects.open().filter(owed_by="them", nature="primary")
    assert [row.due_on for row in promised] == ([here + timedelta(days)] if noted else [])


def test_the_desk_and_the_api_have_the_same_day(here, invoice, nadia: User, as_nadia):
    api = Api(nadia)
    said = {"customer": invoice.customer.public_id, "subject": "Volet", "body": "Il gonfle.", "channel": "email"}
    assert api("POST", "complaints/", said)[1]["sent_on"] == here.isoformat()
    shown = as_nadia.get(reverse("complaint_receive", args=[invoice.customer.public_id]))
    assert shown.context["form"].initial["received_on"] == here


def test_what_is_due_today_is_counted_on_the_firm_s_day(here, invoice, nadia, as_nadia):
    Commitment.objects.create(
        customer=invoice.customer, owed_by="us", nature="primary", what="Rappeler", due_on=here, owner=nadia, made_at=clock.now()
    )
    Commitment.objects.create(
        customer=invoice.customer, owed_by="us", nature="primary", what="Revoir", due_on=here + timedelta(1), owner=nadia,
        made_at=clock.now(),
    )  # fmt: skip
    assert as_nadia.get("/profil/jetons/").wsgi_request.frame.counts["due"] == 1
    with clock.in_zone(civil_zone):
        assert read_frame(nadia).counts["due"] == 1


def test_a_job_has_it_too_and_gives_the_zone_back(here):
    seen = []
    jobs.at_home(lambda: seen.append(clock.today()))()
    assert (seen, clock.zone()) == ([here], clock.PARIS)


def test_who_asks_no_day_asks_no_zone(django_assert_num_queries):
    with django_assert_num_queries(0), clock.in_zone(civil_zone):
        clock.now()
