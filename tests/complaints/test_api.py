"""Complaints by the API: the same dates, gestures and refusals as the screens."""

from typing import Any

import pytest

from accounts.models import User
from complaints.models import Complaint, ComplaintLetter
from crm.models import Company, Customer
from lib import clock
from lib.french_calendar import add_months
from tests.api.test_api import Api
from tests.complaints.conftest import days


@pytest.fixture
def api(nadia: User) -> Api:
    return Api(nadia)


@pytest.fixture
def given(house: Company, diallo: Customer) -> dict[str, Any]:
    sent = days(clock.today(), -3).isoformat()
    return {"customer": diallo.public_id, "subject": "Volet", "body": "Il gonfle.", "sent_on": sent, "channel": "email"}


def test_a_complaint_answers_its_dates(api, given):
    status, made = api("POST", "complaints/", given)
    sent = days(clock.today(), -3)
    assert status == 201
    assert (made["state"], made["written"], made["client_type"]) == ("written", True, "consumer")
    assert made["deadlines"]["answer_due"] == add_months(sent, 2).isoformat()
    assert made["deadlines"]["mediation_last_day"] == add_months(sent, 12).isoformat()
    assert made["next"]["code"] == "acknowledge"
    assert api("GET", f"complaints/{made['id']}/")[1] == made
    assert api("GET", "complaints/?open=true")[1]["results"] == [made]
    assert api("GET", "complaints/?open=false")[1]["results"] == []


def test_a_business_has_no_mediation(api, given, le_goff):
    dates = api("POST", "complaints/", {**given, "customer": le_goff.public_id})[1]["deadlines"]
    assert {name for name, value in dates.items() if value is None} == {
        "mediation_open_from", "mediation_last_day", "rejection_info_by", "mediation_outcome_by", "referral_in_time",
    }  # fmt: skip


def test_a_spoken_one_has_no_legal_date(api, given):
    made = api("POST", "complaints/", {**given, "channel": "phone"})[1]
    assert (made["state"], made["deadlines"], made["sent_on"], made["next"]["code"]) == ("oral", None, None, "invite")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sent_on": "2999-01-01"}, "sent_on"),
        ({"sent_on": "1999-01-01"}, "sent_on"),
        ({"sent_on": "hier"}, "sent_on"),
        ({"customer": "nobody"}, "customer"),
        ({"invoice": "nothing"}, "invoice"),
        ({"subject": ""}, "subject"),
        ({"channel": "pigeon"}, "channel"),
        ({"deadlines": {}}, "deadlines"),
        ({"state": "closed_satisfied"}, "state"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(api, given, change, field):
    status, told = api("POST", "complaints/", {**given, **change})
    assert (status, list(told["errors"])) == (400, [field])
    assert Complaint.objects.count() == 0


def test_the_same_call_twice_is_one(api, given):
    key = {"idempotency-key": "once"}
    assert api("POST", "complaints/", given, **key) == api("POST", "complaints/", given, **key)
    assert api("POST", "complaints/", {**given, "subject": "Autre"}, **key)[0] == 409
    assert Complaint.objects.count() == 1


def test_a_refusal_without_the_mediator_is_refused(api, given):
    Company.objects.update(mediator_website="")
    made = api("POST", "complaints/", given)[1]
    status, told = api("POST", f"complaints/{made['id']}/answer/", {"decision": "refused", "words": "Non."})
    assert (status, list(told["errors"]), ComplaintLetter.objects.count()) == (400, ["decision"], 0)
    Company.objects.update(mediator_website="https://www.mediation-estuaire.example")
    status, told = api("POST", f"complaints/{made['id']}/answer/", {"decision": "refused", "words": "Non."})
    assert (status, told["state"], told["deadlines"]["mediation_open_from"]) == (200, "mediation_open", clock.today().isoformat())


def test_the_course_and_who_may(api, given, camille):
    made = api("POST", "complaints/", given)[1]
    hers = Api(camille)
    today = clock.today().isoformat()
    assert hers("POST", f"complaints/{made['id']}/acknowledge/", {})[1]["state"] == "acknowledged"
    assert hers("POST", f"complaints/{made['id']}/close/", {"satisfied": True, "reason": "Fait"})[0] == 400
    assert hers("POST", f"complaints/{made['id']}/facts/", {"kind": "referred", "on": today})[1]["errors"]["kind"]
    assert api("POST", f"complaints/{made['id']}/facts/", {"kind": "referred", "on": today})[1]["state"] == "referred"
    shown = [fact["kind"] for fact in hers("GET", f"complaints/{made['id']}/")[1]["facts"]]
    assert shown == ["written", "acknowledged"]
    assert api("POST", f"complaints/{made['id']}/close/", {"satisfied": True, "reason": "Fait"})[1]["state"] == "closed_satisfied"


def test_a_reader_sees_nothing_of_it(api, given, lecture):
    made = api("POST", "complaints/", given)[1]
    assert Api(lecture)("GET", f"complaints/{made['id']}/")[0] == 403


def test_a_list_costs_the_same_whatever_its_length(api, given, django_assert_max_num_queries):
    for number in range(6):
        api("POST", "complaints/", {**given, "subject": f"Volet {number}"})
    with django_assert_max_num_queries(12):
        assert len(api("GET", "complaints/")[1]["results"]) == 6
