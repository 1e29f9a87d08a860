"""Addresses and hidden fields that nobody's browser made."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Team, User
from crm.models import Company, Customer, DuplicateCandidate, Email, Interaction
from lib.public_ids import public_id

FIRST_DAY, LAST_DAY = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_a_day_that_no_clock_can_show_is_the_first_page(as_nadia: Client, day: str) -> None:
    place = base64.urlsafe_b64encode(json.dumps([day, 1]).encode()).decode()
    assert as_nadia.get("/courrier/", {"apres": place}).status_code == 200
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


NUL = "a\x00b"


def test_a_nul_in_an_address_is_no_name(as_nadia: Client, le_goff: Customer) -> None:
    page = f"/clients/{le_goff.public_id}/ecrire/"
    assert [as_nadia.get(page, {name: NUL}).status_code for name in ("texte", "reprendre", "a")] == [200, 200, 200]
    assert as_nadia.post(page, {"action": "preview", "taken": NUL}).status_code == 200


def test_a_nul_in_a_reason_or_a_name_is_refused_in_words(as_nadia: Client, le_goff: Customer, diallo: Customer) -> None:
    pair = DuplicateCandidate.objects.create(first=le_goff, second=diallo, score=1, reasons=[])
    form = {"other": diallo.public_id, "keep": "this", "reason": NUL}
    assert as_nadia.post(f"/clients/{le_goff.public_id}/reunir/", form).status_code == 422
    for decision in ("apart", "first"):
        answer = as_nadia.post(f"/doublons/{pair.public_id}/", {"decision": decision, "reason": NUL}, follow=True)
        assert "caractère invisible" in answer.content.decode()
    assert "caractère invisible" in as_nadia.post("/personnes/equipes/", {"team-name": NUL}, follow=True).content.decode()
    pair.refresh_from_db()
    assert (pair.decision, Customer.objects.exclude(merged_into=None).count(), Team.objects.count()) == ("", 0, 0)


def test_what_is_too_heavy_is_read_away_so_that_the_answer_is_read(as_nadia: Client, le_goff: Customer) -> None:
    answer = as_nadia.post(f"/clients/{le_goff.public_id}/consigner/", {"kind": "note", "body": "a" * 6_000_000})
    assert answer.status_code == 413
    assert answer.wsgi_request.read() == b""
    assert not Interaction.objects.filter(kind="note").exists()
