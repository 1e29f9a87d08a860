"""The API says and does what the screens say and do."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tokens import create_token
from crm.commitments import promise
from crm.exchanges import log_interaction
from crm.merging import merge_customers
from crm.models import Commitment, Customer, Interaction
from lib import clock
from tact import situation
from tact.brief import compose


class Api:
    """A caller with a credential."""

    def __init__(self, user: User):
        self.client = Client(headers={"authorization": f"Bearer {create_token(user=user, name='test', by=None)}"})

    def __call__(self, verb: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.client.generic(
            verb, f"/api/v1/{path}", *([] if body is None else [json.dumps(body), "application/json"]), headers=headers
        )
        return answer.status_code, answer.json() if answer.content else None


@pytest.fixture
def api(camille: User) -> Api:
    return Api(camille)


@pytest.fixture
def made(api: Api) -> dict[str, Any]:
    return api("POST", "customers/", {"name": "Menuiserie Le Goff", "type": "professional", "city": "Nantes"})[1]


def test_a_customer_goes_in_and_comes_out(api: Api) -> None:
    status, made = api(
        "POST",
        "customers/",
        {"name": "Garage Perrin", "type": "professional", "phone": "02 40 12 34 56", "postal_code": "44000", "city": "Nantes"},
    )
    assert status == 201
    assert (made["phone"], made["reference"]) == ("+33240123456", "C00001")
    assert len(made["id"]) == 26
    assert api("GET", f"customers/{made['id']}/")[1] == made
    status, listed = api("GET", "customers/?search=garage")
    assert [row["id"] for row in listed["results"]] == [made["id"]]
    assert listed["next"] is None
    assert api("GET", "customers/?search=boulanger")[1]["results"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "X", "siren": "123456789"}, "siren"),
        ({"name": "X", "email": "a@x.fr, b@y.fr"}, "email"),
        ({"name": "X", "type": "martian"}, "type"),
        ({"name": ["X"]}, "name"),
        ({"name": "X", "is_staff": True}, "is_staff"),
        ({"name": "X", "reference": "C99999"}, "reference"),
        ({"name": "X", "owner": "nobody@demo.example"}, "owner"),
        ({"name": "X" * 10_000}, "name"),
    ],
)
def test_each_wrong_field_is_named_and_nothing_is_written(api: Api, body: dict[str, Any], field: str) -> None:
    status, answer = api("POST", "customers/", body)
    assert (status, list(answer["errors"])) == (400, [field])
    assert answer["detail"]
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("body", [b"[1,2]", b"{", b"null", b'"text"', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused_in_words(api: Api, body: bytes) -> None:
    answer = api.client.post("/api/v1/customers/", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_the_second_writer_is_told(api: Api, made: dict[str, Any]) -> None:
    assert api("PATCH", f"customers/{made['id']}/", {"city": "Rennes", "version": made["version"]})[0] == 200
    status, answer = api("PATCH", f"customers/{made['id']}/", {"city": "Brest", "version": made["version"]})
    assert (status, "Quelqu’un" in answer["detail"]) == (409, True)
    assert Customer.objects.get().city == "Rennes"


def test_a_call_is_logged_once_with_its_next_step(api: Api, made: dict[str, Any]) -> None:
    call = {
        "customer": made["id"],
        "kind": "call",
        "direction": "in",
        "body": "Deux charnières manquent.",
        "next_step": {"what": "Rappeler avec une date", "due_on": "2026-12-01"},
    }
    first = api("POST", "interactions/", call, **{"Idempotency-Key": "one"})
    again = api("POST", "interactions/", call, **{"Idempotency-Key": "one"})
    assert (first[0], first[1]["id"]) == (201, again[1]["id"])
    assert first[1]["summary"] == "Appel reçu"
    assert Interaction.objects.filter(kind="call").count() == 1
    _, owed = api("GET", f"commitments/?customer={made['id']}&open=true")
    assert [(row["what"], row["due_on"], row["owed_by"], row["owner"]) for row in owed["results"]] == [
        ("Rappeler avec une date", "2026-12-01", "us", "camille@demo.example")
    ]
    _, timeline = api("GET", f"customers/{made['id']}/timeline/")
    assert [row["kind"] for row in timeline["results"]][:2] == ["call", "customer_created"]
    assert set(timeline["results"][0]) >= {"kind", "occurred_at", "summary"}


def test_the_house_s_own_rows_are_not_logged_by_hand(api: Api, made: dict[str, Any]) -> None:
    status, answer = api("POST", "interactions/", {"customer": made["id"], "kind": "customers_merged", "body": "x"})
    assert (status, list(answer["errors"])) == (400, ["kind"])


def test_a_commitment_is_kept_moved_released_with_the_gestures_words(api: Api, made: dict[str, Any]) -> None:
    body = {"customer": made["id"], "owed_by": "them", "what": "Régler l’acompte", "due_on": "2026-12-05", "amount": "420.00"}
    status, owed = api("POST", "commitments/", body)
    assert (status, owed["amount"]) == (201, "420.00")
    assert api("POST", f"commitments/{owed['id']}/move/", {"due_on": "2026-12-10"})[1]["due_on"] == "2026-12-10"
    assert api("POST", f"commitments/{owed['id']}/release/", {"reason": ""})[0] == 400
    assert api("POST", f"commitments/{owed['id']}/keep/")[1]["kept_at"]
    status, answer = api("POST", f"commitments/{owed['id']}/move/", {"due_on": "2026-12-11"})
    assert (status, answer["detail"]) == (400, "Cet engagement est déjà tenu.")
    assert api("POST", "commitments/", {**body, "amount": "0"})[0] == 400
    assert Commitment.objects.count() == 1


def test_a_foreign_object_and_a_missing_one_look_alike(api: Api, camille: User, nadia: User, made: dict[str, Any]) -> None:
    customer = Customer.objects.get()
    secret = log_interaction(customer, by=nadia, kind="note", body="Réservé à Nadia", visibility="me")
    assert api("GET", f"interactions/{secret.public_id}/") == api("GET", f"interactions/{'0' * 26}/")
    answers = [
        api("POST", "interactions/", {"customer": ref, "kind": "call", "body": "x"})
        for ref in ("0" * 26, "x", 1, None, ["a"], {"a": 1})
    ]
    assert [status for status, _ in answers] == [400] * 6
    assert "Réservé" not in str(api("GET", f"customers/{made['id']}/timeline/")[1])


def test_an_alias_answers_with_the_record_it_became(api: Api, karim: User, made: dict[str, Any]) -> None:
    _, other = api("POST", "customers/", {"name": "Menuiserie Legoff"})
    alias, kept = (Customer.objects.get(public_id=row["id"]) for row in (other, made))
    log_interaction(alias, by=karim, kind="call", direction="in", body="Un appel d’avant")
    merge_customers(kept, alias, by=karim, reason="Même maison")
    assert api("GET", f"customers/{other['id']}/")[1]["id"] == made["id"]
    _, timeline = api("GET", f"customers/{made['id']}/timeline/")
    assert "Un appel d’avant" in [row["body"] for row in timeline["results"]]
    _, logged = api("POST", "interactions/", {"customer": other["id"], "kind": "note", "body": "Depuis"})
    assert logged["customer"] == made["id"]


def test_who_only_reads_writes_nothing(lecture: User, made: dict[str, Any]) -> None:
    reader = Api(lecture)
    assert reader("GET", f"customers/{made['id']}/")[0] == 200
    assert reader("PATCH", f"customers/{made['id']}/", {"city": "Brest"})[0] == 403
    assert reader("POST", "interactions/", {"customer": made["id"], "kind": "call", "body": "x"})[0] == 403
    assert Customer.objects.get().city == "Nantes"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic abc", "Bearer eg_é"])
def test_no_credential_no_answer(db: None, header: str) -> None:
    answer = Client(headers={"authorization": header} if header else {}).get("/api/v1/customers/")
    assert answer.status_code == 401


def test_pages_of_fifty_follow_each_other_without_a_count(api: Api, camille: User, django_assert_max_num_queries: Any) -> None:
    for number in range(52):
        api("POST", "customers/", {"name": f"Client {number:02d}"})
    with django_assert_max_num_queries(8):
        _, first = api("GET", "customers/")
    assert len(first["results"]) == 50
    second = api.client.get(first["next"]).json()
    assert [row["name"] for row in second["results"]] == ["Client 01", "Client 00"]
    assert second["next"] is None


def test_a_page_is_as_long_as_asked_or_refused(api: Api, made: dict[str, Any]) -> None:
    for number in range(2):
        api("POST", "customers/", {"name": f"Garage {number}"})
    first = api("GET", "customers/?page_size=2")[1]
    rest = api("GET", first["next"].partition("/api/v1/")[2])[1]
    assert [len(page["results"]) for page in (first, rest, api("GET", "customers/?page_size=200")[1])] == [2, 1, 3]
    for wrong in ("0", "201", "-1", "vingt", "", "9" * 5000, "²"):
        status, told = api("GET", f"customers/?page_size={wrong}")
        assert (status, told["errors"]) == (400, {"page_size": ["«\xa0page_size\xa0» va de 1 à 200."]})


def test_a_customer_is_named_by_what_is_printed_too(api: Api, made: dict[str, Any], nadia: User) -> None:
    for name in (made["reference"], made["reference"].lower()):
        assert api("GET", f"customers/{name}/") == (200, made)
    assert api("PATCH", "customers/C00001/", {"city": "Rezé"})[1]["city"] == "Rezé"
    told = {"customer": "C00001", "owed_by": "us", "what": "Rappeler", "due_on": clock.today().isoformat()}
    assert api("POST", "commitments/", told)[1]["customer"] == made["id"]
    assert [row["customer"] for row in api("GET", "commitments/?customer=C00001")[1]["results"]] == [made["id"]]
    assert api("GET", "commitments/?customer=C00002")[1]["results"] == []
    missing = api("GET", "customers/C00002/")
    assert (missing[0], missing) == (404, api("GET", f"customers/{'0' * 26}/"))


def test_wrong_filters_are_told_never_a_failure(api: Api, made: dict[str, Any]) -> None:
    assert api("GET", "customers/?type=martian")[0] == 400
    assert api("GET", "interactions/?since=hier")[0] == 400
    assert api("GET", "customers/?cursor=%00%ff")[0] == 404
    assert api("GET", "interactions/?customer=%00")[0] == 400
    assert api("GET", "interactions/?customer=unknown")[1]["results"] == []


def test_the_firm_is_read_by_all_and_written_by_who_may(api: Api, nadia: User) -> None:
    assert api("PATCH", "company/", {"name": "Menuiserie Duval"})[0] == 403
    status, firm = Api(nadia)(
        "PATCH", "company/", {"name": "Menuiserie Duval", "mediator": {"name": "CM2C", "website": "https://cm2c.example"}}
    )
    assert (status, firm["name"], firm["mediator"]["name"]) == (200, "Menuiserie Duval", "CM2C")
    status, answer = Api(nadia)("PATCH", "company/", {"name": "Autre", "colour": "blue"})
    assert (status, sorted(answer["errors"])) == (400, ["colour"])
    assert api("GET", "company/")[1]["name"] == "Menuiserie Duval"
    assert "smtp" not in str(api("GET", "company/")[1]).lower()


def test_the_mentions_of_a_trade_are_read_and_written(company, nadia):
    api = Api(nadia)
    insured = {
        "insurance_name": "Assurances du Pont-Levis",
        "insurance_contact": "2 place du Modèle",
        "insurance_coverage": "France",
    }
    status, told = api("PATCH", "company/", {"vat_on_debits": True, **insured})
    assert (status, {key: told[key] for key in ("vat_on_debits", *insured)}) == (200, {"vat_on_debits": True, **insured})
    assert api("PATCH", "company/", {"vat_on_debits": "oui"})[1]["errors"] == {
        "vat_on_debits": ["Ce champ attend true ou false."]
    }
    assert list(api("PATCH", "company/", {"insurance_contact": ""})[1]["errors"]) == ["insurance_contact"]
    assert api("PATCH", "company/", {"vat_on_debits": False})[1]["changed"] == ["vat_on_debits"]
    assert {key: api("GET", "company/")[1][key] for key in insured} == insured


def test_search_finds_words_said(api: Api, made: dict[str, Any]) -> None:
    api(
        "POST",
        "interactions/",
        {"customer": made["id"], "kind": "call", "direction": "in", "body": "Les charnières arrivent jeudi."},
    )
    _, found = api("GET", "search/?q=charniere")
    assert [(hit["kind"], hit["customer"]) for hit in found["results"]] == [("interaction", made["id"])]
    assert found["next"] is None


def test_the_openapi_description_names_every_route(db: None) -> None:
    text = Client().get("/api/schema/?format=json").json()
    assert {"/api/v1/customers/", "/api/v1/customers/{id}/brief/", "/api/v1/search/", "/api/v1/commitments/{id}/keep/"} <= set(
        text["paths"]
    )


def test_the_brief_says_what_the_record_says(api: Api, camille: User, made: dict[str, Any]) -> None:
    today = clock.today()
    promise(Customer.objects.get(), owed_by="us", what="Rappeler avec une date", due_on=today, by=camille)
    status, brief = api("GET", f"customers/{made['id']}/brief/")
    known = situation.read(Customer.objects.get(), user=camille, now=clock.now())
    said = compose(known, today=today, now=clock.now())
    assert status == 200
    assert (brief["rule"], brief["headline"], brief["advice"]) == (2, said.headline, said.advice)
    assert [line["code"] for line in brief["lines"]] == ["ours_today"]
    assert brief["lines"][0]["ref"]["kind"] == "commitment"


def test_the_brief_costs_a_constant_number_of_statements(
    api: Api, camille: User, made: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    customer = Customer.objects.get()
    for _number in range(30):
        log_interaction(customer, by=camille, kind="call", direction="in", body="Un mot.")
    with django_assert_max_num_queries(12):  # two more rooms: complaints, and whether something is due
        assert api("GET", f"customers/{made['id']}/brief/")[0] == 200


def test_a_mail_is_queued_once_and_can_be_taken_back(api: Api, made: dict[str, Any]) -> None:
    letter = {"customer": made["id"], "subject": "Votre date de pose", "text": "Bonjour,\n\nNous passons jeudi à 14 h."}
    status, answer = api("POST", "emails/", letter)
    assert (status, list(answer["errors"])) == (400, ["customer"])
    api("PATCH", f"customers/{made['id']}/", {"email": "anne@legoff.example"})
    first = api("POST", "emails/", letter, **{"Idempotency-Key": "k"})
    again = api("POST", "emails/", letter, **{"Idempotency-Key": "k"})
    assert (first[0], first[1]["state"], first[1]["recipient_email"]) == (201, "queued", "anne@legoff.example")
    assert first[1]["id"] == again[1]["id"]
    assert api("POST", f"emails/{first[1]['id']}/cancel/")[1]["state"] == "cancelled"
    assert api("POST", "emails/", {**letter, "text": "Bonjour {inconnu}"})[0] == 400
    assert api("POST", "emails/", {**letter, "recipient_email": "autre@x.example"})[0] == 400
    assert [mail["subject"] for mail in api("GET", f"emails/?customer={made['id']}")[1]["results"]] == ["Votre date de pose"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, ("Votre rôle", "Cet objet")),
        ({"Accept-Language": "fr-FR,fr;q=0.9"}, ("Votre rôle", "Cet objet")),
        ({"Accept-Language": "en-GB,en;q=0.9"}, ("Your role", "This object")),
    ],
)
def test_every_refusal_has_one_shape_in_the_language_asked_for(
    lecture: User, asked: dict[str, str], words: tuple[str, str]
) -> None:
    reader = Api(lecture)
    unknown = Client().get("/api/v1/customers/", headers=asked)
    answers = [
        reader("POST", "customers/", {"name": "X"}, **asked),
        reader("GET", "customers/nobody/", **asked),
        reader("PUT", "customers/", {}, **asked),
        (unknown.status_code, unknown.json()),
    ]
    assert [status for status, _answer in answers] == [403, 404, 403, 401]
    assert [(sorted(answer), answer["errors"]) for _status, answer in answers] == [(["detail", "errors"], {})] * 4
    assert [answer["detail"].startswith(first) for (_status, answer), first in zip(answers, words, strict=False)] == [True, True]


def test_a_choice_that_is_none_is_answered_with_those_there_are(api: Api) -> None:
    status, answer = api("POST", "customers/", {"name": "X", "type": "martian"})
    assert (status, answer["errors"]["type"]) == (
        400,
        ["«\u00a0martian\u00a0» n’en fait pas partie\u00a0: consumer, professional, non_professional, public, unknown."],
    )
    assert api("PUT", "customers/", {})[1]["detail"].startswith("Cette adresse ne connaît pas ce verbe")
