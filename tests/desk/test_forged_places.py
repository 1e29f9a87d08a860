"""Addresses and hidden fields that nobody's browser made."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from crm.models import Company, Customer, Email, Interaction
from lib.public_ids import public_id

FIRST_DAY, LAST_DAY = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_a_day_that_no_clock_can_show_is_the_first_page(as_nadia: Client, day: str) -> None:
    assert as_nadia.get("/courrier/", {"avant": f"{day}~1"}).status_code == 200
    place = base64.urlsafe_b64encode(json.dumps([day, 1]).encode()).decode()
    assert as_nadia.get("/clients/", {"tri": "recents", "apres": place}).status_code == 200


def test_other_words_under_a_used_key_are_kept_and_logged_the_second_time(as_camille: Client, le_goff: Customer) -> None:
    page, form = f"/clients/{le_goff.public_id}/consigner/", {"key": public_id(), "kind": "note", "body": "Premier"}
    assert as_camille.post(page, form).status_code == 302
    answer = as_camille.post(page, {**form, "body": "Second"})
    again = answer.context["form"]
    assert (answer.status_code, again["body"].value()) == (422, "Second")
    assert again["key"].value() != form["key"]
    assert as_camille.post(page, {**form, "body": "Second", "key": again["key"].value()}).status_code == 302
    assert sorted(Interaction.objects.filter(kind="note").values_list("body", flat=True)) == ["Premier", "Second"]


def test_another_letter_under_a_used_key_is_kept_and_leaves_the_second_time(
    as_camille: Client, camille: User, le_goff: Customer, company: Company
) -> None:
    page = f"/clients/{le_goff.public_id}/ecrire/"
    to = as_camille.get(page).context["form"]["to"].initial
    form: dict[str, Any] = {"once": public_id(), "to": to, "visibility": "everyone", "subject": "Bonjour", "body": "Premier"}
    assert [as_camille.post(page, form).status_code for _click in range(2)] == [302, 302]
    answer = as_camille.post(page, {**form, "body": "Second"})
    again = answer.context["form"]
    assert (answer.status_code, again["body"].value()) == (422, "Second")
    assert as_camille.post(page, {**form, "body": "Second", "once": again["once"].value()}).status_code == 302
    assert sorted(Email.objects.values_list("text", flat=True)) == ["Premier", "Second"]
