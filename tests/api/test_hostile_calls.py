"""Calls that no honest program makes: each is refused in words, and none is a failure of ours."""

import base64
import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.tokens import create_token
from crm.commitments import promise
from crm.models import Commitment, Company, Customer, Email, Interaction
from crm.timeline import record
from lib import clock
from lib.errors import Refusal
from tact.models import Hold
from tact.reminding import hold
from tests.api.test_api import Api


@pytest.fixture
def raw(camille: User) -> Client:
    return Client(headers={"authorization": f"Bearer {create_token(user=camille, name='test', by=None)}"})


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name":' * 50_000,
        b'{"name": "\\ud800"}',
        b'{"name": "A", "type": "\\ud800"}',
        b'{"name": NaN}',
        b"\xff\xfe",
        b"{",
        b'{"payment_days":' + b"9" * 6000 + b"}",
        b'{"name": "A", "type": "consumer", "name": "B"}',
    ],
    ids=[
        "nested lists",
        "nested objects",
        "half a character",
        "half a choice",
        "no number",
        "no text",
        "cut",
        "endless number",
        "one name twice",
    ],
)
def test_what_is_no_json_is_refused_in_words(raw: Client, body: bytes) -> None:
    answer = raw.post("/api/v1/customers/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Ce texte n’est pas du JSON lisible")
    assert not Customer.objects.exists()


def test_a_call_of_nine_megabytes_is_not_read_to_its_end(camille: User, le_goff: Customer) -> None:
    status, answer = Api(camille)(
        "POST", "interactions/", {"customer": le_goff.public_id, "kind": "note", "body": "x" * 9_000_000}
    )
    assert (status, answer["detail"]) == (
        413,
        "Cet envoi est trop lourd\u00a0: rien n’a été gardé. Coupez le texte en deux, ou joignez-le en fichier.",
    )


def test_a_moment_of_another_age_is_a_mistake(camille: User, le_goff: Customer) -> None:
    body = {"customer": le_goff.public_id, "kind": "note", "body": "x", "occurred_at": "1500-01-01T00:00:00Z"}
    status, answer = Api(camille)("POST", "interactions/", body)
    assert (status, answer["errors"]) == (400, {"occurred_at": ["L’année 1500 surprend ici. Vérifiez la date."]})


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("interactions/?since=0001-01-01T00:00:00%2B14:00", "since"),
        ("interactions/?until=9999-12-31T23:59:59-14:00", "until"),
        ("reminders/?on=0001-01-01", "on"),
        ("reminders/?on=9999-12-31", "on"),
    ],
)
def test_a_day_beyond_the_calendar_is_refused_in_words(karim: User, place: str, field: str) -> None:
    status, answer = Api(karim)("GET", place)
    assert (status, list(answer["errors"])) == (400, [field])


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_that_nobody_means_is_kept_nowhere(nadia: User, diallo: Customer, company: Company, day: str) -> None:
    """One promise of the year 9999 stopped the plan of every reminder, its client's record and its owner's calendar."""
    api, whose = Api(nadia), {"customer": diallo.public_id}
    year = int(day[:4])
    row = promise(diallo, owed_by="us", what="Rappeler", due_on=clock.today(), by=nadia)
    line = {"description": "Pose", "quantity": "1", "unit_price": "10", "vat_rate": "20"}
    made = api("POST", "complaints/", {**whose, "subject": "Volet", "body": "Il grince.", "channel": "post"})[1]
    asked = [
        ("commitments/", {**whose, "what": "Payer", "owed_by": "them", "due_on": day}, "due_on"),
        (f"commitments/{row.public_id}/move/", {"due_on": day}, "due_on"),
        ("invoices/", {**whose, "lines": [line], "supply_on": day}, "supply_on"),
    ]
    if year > 2000:
        kept = {"decision": "favourable", "words": "Oui.", "way": "post", "until": day}
        asked.append((f"complaints/{made['id']}/answer/", kept, "until"))
        asked.append(
            (f"complaints/{made['id']}/facts/", {"kind": "referred", "on": clock.today().isoformat(), "until": day}, "until")
        )
    for place, body, field in asked:
        status, answer = api("POST", place, body)
        assert (place, status, answer["errors"]) == (place, 400, {field: [f"L’année {year} surprend ici. Vérifiez la date."]})


def test_reminders_are_not_held_for_ever(karim: User, diallo: Customer) -> None:
    with pytest.raises(Refusal) as refusal:
        hold(diallo, resume_on=date(9999, 12, 31), reason="Deuil", by=karim, today=clock.today())
    assert refusal.value.field == "resume_on"
    assert not Hold.objects.exists()


def test_a_reason_is_one_sentence(camille: User, le_goff: Customer) -> None:
    row = promise(le_goff, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille)
    status, answer = Api(camille)("POST", f"commitments/{row.public_id}/move/", {"due_on": "2030-01-01", "reason": "x" * 200_000})
    assert (status, list(answer["errors"])) == (400, ["reason"])


def test_the_same_key_of_two_people_is_two_letters(camille: User, karim: User, le_goff: Customer, company: Company) -> None:
    letter = {"customer": le_goff.public_id, "subject": "Bonjour", "text": "Bonjour Madame", "visibility": "me"}
    first = Api(camille)("POST", "emails/", letter, **{"Idempotency-Key": "1"})
    assert [first[0], Api(karim)("POST", "emails/", letter, **{"Idempotency-Key": "1"})[0]] == [201, 201]
    assert sorted(Email.objects.values_list("author__name", flat=True)) == ["Camille", "Karim"]
    assert Api(camille)("POST", "emails/", letter, **{"Idempotency-Key": "1"}) == first


@pytest.mark.parametrize("changed", [{"text": "D’autres mots"}, {"subject": "Autre"}])
def test_a_key_never_hides_another_letter(camille: User, le_goff: Customer, company: Company, changed: dict[str, str]) -> None:
    letter = {"customer": le_goff.public_id, "subject": "Bonjour", "text": "Bonjour Madame"}
    Api(camille)("POST", "emails/", letter, **{"Idempotency-Key": "1"})
    assert Api(camille)("POST", "emails/", {**letter, **changed}, **{"Idempotency-Key": "1"})[0] == 409
    assert Email.objects.count() == 1


def test_a_key_never_hides_another_exchange(camille: User, le_goff: Customer, diallo: Customer) -> None:
    note: dict[str, Any] = {"customer": le_goff.public_id, "kind": "note", "body": "Un"}
    first = Api(camille)("POST", "interactions/", note, **{"Idempotency-Key": "1"})
    others = [{**note, "customer": diallo.public_id}, {**note, "body": "Deux"}]
    assert [Api(camille)("POST", "interactions/", other, **{"Idempotency-Key": "1"})[0] for other in others] == [409, 409]
    assert Api(camille)("POST", "interactions/", note, **{"Idempotency-Key": "1"}) == first
    assert Interaction.objects.filter(kind="note").count() == 1


def test_who_hands_over_what_they_may_no_longer_read_is_told_it_is_done(camille: User, karim: User, le_goff: Customer) -> None:
    step = {"what": "Rappeler", "due_on": "2030-01-01", "owner": karim.email}
    call = {"customer": le_goff.public_id, "kind": "call", "direction": "in", "body": "x", "visibility": "me", "next_step": step}
    assert Api(camille)("POST", "interactions/", call)[0] == 201
    row = Commitment.objects.get()
    assert Api(karim)("POST", f"commitments/{row.public_id}/delegate/", {"to": camille.email}) == (204, None)
    assert Api(karim)("GET", f"commitments/{row.public_id}/")[0] == 404
    assert json.dumps(Api(camille)("GET", f"commitments/{row.public_id}/")[1]["owner"]) == f'"{camille.email}"'


@pytest.mark.parametrize("extra", [{"a": "\x00"}, {"\x00": 1}, {"a": ["\x00"]}])
def test_what_postgresql_cannot_store_is_refused(camille: User, extra: dict[str, Any]) -> None:
    status, answer = Api(camille)("POST", "customers/", {"name": "Garage Perrin", "extra": extra})
    assert (status, list(answer["errors"])) == (400, ["extra"])


@pytest.mark.parametrize("route", ["customers/", "interactions/", "customers/{ref}/timeline/"])
@pytest.mark.parametrize(
    "place", ["p=abc", "p=\x00", "p=2026-13-45", "p=NaN", "p=9999-12-31T23:59:59-14:00", "p=2026-01-01T00:00:00", "p=", "r=1&p=x"]
)
def test_a_forged_cursor_leads_nowhere(camille: User, le_goff: Customer, route: str, place: str) -> None:
    cursor = base64.b64encode(place.replace("+", "%2B").encode()).decode()
    assert Api(camille)("GET", f"{route.format(ref=le_goff.public_id)}?cursor={quote(cursor)}")[0] == 404


def test_a_cursor_of_ours_leads_on(camille: User, le_goff: Customer) -> None:
    with transaction.atomic():
        for number in range(60):
            record(customer=le_goff, kind="note", summary="Note", body=str(number), by=camille)
    first = Api(camille)("GET", "interactions/")[1]
    rest = Api(camille)("GET", "interactions/?" + first["next"].partition("?")[2])[1]
    assert [len(first["results"]), len(rest["results"]), rest["next"]] == [50, Interaction.objects.count() - 50, None]
    assert Api(camille)("GET", "interactions/?" + rest["previous"].partition("?")[2])[1]["results"] == first["results"]


@pytest.mark.parametrize("version", ["\r\nSet-Cookie: a=b", "\t\n", "2"])
def test_the_version_asked_for_goes_into_no_header(client: Client, version: str) -> None:
    answer = client.get("/api/schema/", {"version": version})
    assert (answer.status_code, answer["Content-Disposition"]) == (200, client.get("/api/schema/")["Content-Disposition"])


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/customers/", "/api/v1/factures/", "/api/v1/customers/x/y/", "/api/%00"]
)
@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
def test_an_address_that_does_not_exist_answers_json(camille: User, path: str, verb: str) -> None:
    answer = Client().generic(verb, path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"detail": "Rien ne répond à cette adresse.", "errors": {}}


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Un client a un nom\u00a0: remplissez-le."), ("en", "A customer has a name: fill it in.")]
)
def test_a_refusal_is_told_in_the_language_asked_for_else_the_owner_s(camille: User, language: str, words: str) -> None:
    """A program that asks for a language has it; else who reads its logs is the person it works for."""
    other = "fr" if language == "en" else "en"
    told = (400, {"detail": words, "errors": {"name": [words]}})
    for owner, asked in ((language, {}), (language, {"accept-language": "*"}), (other, {"accept-language": language})):
        User.objects.filter(pk=camille.pk).update(language=owner)
        assert Api(camille)("POST", "customers/", {"name": ""}, **asked) == told
