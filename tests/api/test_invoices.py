"""Invoices by the API: the same totals and the same refusals as the screens, once for one request."""

import hashlib
import threading
import time
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.models import Right, User
from billing import documents
from billing.models import Allocation, Invoice, InvoiceFile, Payment
from crm.models import Customer
from lib import clock
from tests.api.test_api import Api
from tests.billing import house
from tests.desk.test_invoice_drafts import HOURS, SHELF, form
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
LINES = [
    {"description": "Étagère en chêne", "quantity": "2", "unit_price": "1240.50", "discount": "10", "vat_rate": "20"},
    {"description": "Pose", "quantity": 3.5, "unit": "HUR", "unit_price": 45, "vat_rate": "10"},
]


@pytest.fixture
def api(karim: User) -> Api:
    return Api(karim)


@pytest.fixture
def client_of_ours(le_goff: Customer) -> Customer:
    house.open_firm()
    return house.settle(le_goff)


@pytest.fixture
def draft(api: Api, client_of_ours: Customer) -> dict[str, Any]:
    return api("POST", "invoices/", {"customer": client_of_ours.public_id, "lines": LINES, "subject": "La bibliothèque"})[1]


def test_an_invoice_is_drafted_issued_paid_and_credited(api: Api, draft: dict[str, Any]) -> None:
    totals = ("total_excl_tax", "total_tax", "total_incl_tax", "balance_due", "status", "number")
    assert [draft[name] for name in totals] == ["2390.40", "462.33", "2852.73", "0.00", "draft", None]
    assert [line["total_excl_tax"] for line in draft["lines"]] == ["2232.90", "157.50"]
    assert [(row["vat_rate"], row["base"], row["tax"]) for row in draft["vat"]] == [
        ("20", "2232.90", "446.58"), ("10", "157.50", "15.75"),
    ]  # fmt: skip
    status, issued = api("POST", f"invoices/{draft['id']}/issue/", {})
    year = clock.today().year
    assert (status, issued["number"], issued["status"], issued["balance_due"]) == (200, f"F{year}-000001", "issued", "2852.73")
    invoice = Invoice.objects.get()
    payment = Payment.objects.create(customer=invoice.customer, amount=Decimal(1000), method="card", paid_on=clock.today())
    Allocation.objects.create(payment=payment, invoice=invoice, amount=Decimal(1000), made_on=clock.today())
    seen = api("GET", f"invoices/{draft['id']}/")[1]
    assert (seen["status"], seen["balance_due"]) == ("partly_paid", "1852.73")
    status, note = api(
        "POST", f"invoices/{draft['id']}/credit/", {"reason": "Étagère abîmée", "lines": [{"position": 1, "amount": "100.00"}]}
    )
    assert (status, note["kind"], note["number"], note["total_incl_tax"], note["credit_of"]) == (
        201, "credit_note", f"A{year}-000001", "120.00", draft["id"],
    )  # fmt: skip
    assert api("GET", f"invoices/{draft['id']}/")[1]["balance_due"] == "1732.73"


def test_the_api_and_the_screens_come_to_the_same(api: Api, draft: dict[str, Any], karim: User, client_of_ours: Customer) -> None:
    browser = signed_in(karim)
    browser.post(
        reverse("invoice_new", query={"client": client_of_ours.public_id}), form(SHELF, HOURS, subject="La bibliothèque")
    )
    by_api, by_hand = Invoice.objects.order_by("id")
    names = ("total_excl_tax", "total_tax", "total_incl_tax", "subject", "nature", "client_type", "payment_days")
    assert [getattr(by_api, name) for name in names] == [getattr(by_hand, name) for name in names]
    line = ("position", "description", "quantity", "unit", "unit_price", "discount", "vat_rate", "vat_category", "net")
    assert list(by_api.lines.values_list(*line)) == list(by_hand.lines.values_list(*line))
    Customer.objects.update(type="unknown", city="")
    refused = api("POST", f"invoices/{draft['id']}/issue/", {})[1]
    page = browser.get(reverse("invoice_edit", args=[by_hand.public_id]))
    shown = [todo.words for todo in page.context["editor"].todo]
    assert sorted({words for texts in refused["errors"].values() for words in texts}) == sorted(shown)
    wrong = {**LINES[0], "unit_price": "douze"}
    by_api_words = api("POST", "invoices/", {"customer": client_of_ours.public_id, "lines": [wrong]})[1]["errors"]
    by_hand_words = browser.post(
        reverse("invoice_new", query={"client": client_of_ours.public_id}), form({**SHELF, "unit_price": "douze"})
    ).context["editor"]
    assert by_api_words == {"lines.0.unit_price": [by_hand_words.lines[0].errors["unit_price"]]}


def test_an_invoice_is_named_by_its_number_too(api: Api, draft: dict[str, Any], client_of_ours: Customer, karim: User) -> None:
    number = api("POST", f"invoices/{draft['id']}/issue/", {}, **{"idempotency-key": "k"})[1]["number"]
    told = api("GET", f"invoices/{draft['id']}/")
    assert api("GET", f"invoices/{number}/") == api("GET", f"invoices/{number.lower()}/") == told
    assert api("POST", f"invoices/{number}/issue/", {}, **{"idempotency-key": "k"})[1]["number"] == number
    assert [row["id"] for row in api("GET", f"invoices/?customer={client_of_ours.reference}")[1]["results"]] == [draft["id"]]
    books = Api(karim)
    paid = books(
        "POST", "payments/", {"invoice": number, "amount": "1.00", "method": "cheque", "paid_on": clock.today().isoformat()}
    )[1]
    assert paid["invoice"] == draft["id"]
    assert [row["id"] for row in books("GET", f"payments/?invoice={number}")[1]["results"]] == [paid["id"]]
    assert api("GET", "invoices/F1999-000001/")[0] == 404


def test_one_key_one_draft(api: Api, client_of_ours: Customer) -> None:
    body, key = {"customer": client_of_ours.public_id, "lines": LINES}, {"Idempotency-Key": "first"}
    made, again = (api("POST", "invoices/", body, **key) for _twice in (1, 2))
    assert (made[0], made, Invoice.objects.count()) == (201, again, 1)
    status, other = api("POST", "invoices/", {**body, "subject": "Autre"}, **key)
    assert (status, list(other["errors"])) == (409, ["Idempotency-Key"])
    number = api("POST", f"invoices/{made[1]['id']}/issue/", {})[1]["number"]
    assert api("POST", "invoices/", body, **key)[1]["number"] == number
    assert api("POST", "invoices/", body, **{"Idempotency-Key": "second"})[1]["id"] != made[1]["id"]
    assert [api("POST", "invoices/", body)[0] for _twice in (1, 2)] == [201, 201]
    assert Invoice.objects.count() == 4


def test_one_key_one_invoice(api: Api, draft: dict[str, Any], client_of_ours: Customer) -> None:
    path, key = f"invoices/{draft['id']}/issue/", {"Idempotency-Key": "one"}
    first, again = api("POST", path, {}, **key), api("POST", path, {}, **key)
    assert (first[0], first) == (200, again)
    status, other = api("POST", path, {"issued_on": "2026-01-01"}, **key)
    assert (status, list(other["errors"])) == (409, ["Idempotency-Key"])
    second = api("POST", "invoices/", {"customer": client_of_ours.public_id, "lines": LINES})[1]
    assert api("POST", f"invoices/{second['id']}/issue/", {}, **key)[0] == 409
    assert api("GET", f"invoices/{second['id']}/")[1]["number"] is None
    body = {"reason": "Annulée"}
    notes = [api("POST", f"invoices/{draft['id']}/credit/", body, **{"Idempotency-Key": "two"}) for _twice in (1, 2)]
    assert notes[0] == notes[1]
    assert api("POST", f"invoices/{draft['id']}/credit/", {"reason": "Autre"}, **{"Idempotency-Key": "two"})[0] == 409
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_the_same_key_of_two_people_is_two_drafts(api: Api, client_of_ours: Customer, nadia: User) -> None:
    body, key = {"customer": client_of_ours.public_id, "lines": LINES}, {"Idempotency-Key": "1"}
    made = [caller("POST", "invoices/", body, **key) for caller in (api, Api(nadia))]
    assert ([status for status, _answer in made], Invoice.objects.count()) == ([201, 201], 2)
    issued = [
        caller("POST", f"invoices/{draft['id']}/issue/", {}, **key)
        for caller, (_status, draft) in zip((api, Api(nadia)), made, strict=True)
    ]
    assert [status for status, _answer in issued] == [200, 200]


def test_a_credit_note_without_a_word_says_what_it_corrects(api: Api, draft: dict[str, Any]) -> None:
    number = api("POST", f"invoices/{draft['id']}/issue/", {})[1]["number"]
    status, note = api("POST", f"invoices/{draft['id']}/credit/")
    assert (status, note["credit_reason"], note["total_incl_tax"]) == (201, f"Correction de la facture {number}", "2852.73")


def test_what_is_missing_is_named_as_the_caller_wrote_it(api: Api, client_of_ours: Customer) -> None:
    lines = [LINES[0], {**LINES[1], "vat_rate": "21"}, {**LINES[1], "vat_rate": "0"}]
    draft = api("POST", "invoices/", {"customer": client_of_ours.public_id, "lines": lines})[1]
    path = f"invoices/{draft['id']}/issue/"
    status, refused = api("POST", path, {})
    assert (status, sorted(refused["errors"])) == (400, ["lines.1.vat_rate", "vat_exemption"])
    assert refused["detail"].startswith("Il manque 2 choses avant d’émettre\u00a0: Ligne 2\u00a0: 21 %")
    Customer.objects.update(address="", postal_code="", city="")
    api("PATCH", f"invoices/{draft['id']}/", {"lines": LINES})
    refused = api("POST", path, {})[1]
    assert sorted(refused["errors"]) == ["customer.address", "customer.city", "customer.postal_code"]
    assert refused["detail"] == (
        "Il manque une chose avant d’émettre\u00a0: L’adresse du client est incomplète\u00a0: complétez-la dans sa fiche."
    )
    assert list(api("POST", path, {"issued_on": "2999-01-01"})[1]["errors"]) == ["issued_on"]


def test_papers_of_a_document_just_issued_are_waited_for(
    api: Api, draft: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api("POST", f"invoices/{draft['id']}/issue/", {})
    settings.PAPERS_DOORBELL = "config.jobs.make_papers"
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            documents.make_files(Invoice.objects.get())

    monkeypatch.setattr(documents, "time", SimpleNamespace(sleep=nap, monotonic=time.monotonic))
    answer = api.client.get(f"/api/v1/invoices/{draft['id']}/pdf/")
    assert (answer.status_code, answer.content[:5], len(naps)) == (200, b"%PDF-", 3)
    xml = api.client.get(f"/api/v1/invoices/{draft['id']}/xml/")
    assert (xml.status_code, xml.content[:5], len(naps)) == (200, b"<?xml", 3)


def test_papers_of_an_old_document_are_not_waited_for(
    api: Api, draft: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api("POST", f"invoices/{draft['id']}/issue/", {})
    settings.PAPERS_DOORBELL = "config.jobs.make_papers"
    monkeypatch.setattr(documents, "JUST_ISSUED", timedelta(0))
    monkeypatch.setattr(
        documents, "time", SimpleNamespace(sleep=lambda seconds: pytest.fail("it waited"), monotonic=time.monotonic)
    )
    assert api("GET", f"invoices/{draft['id']}/pdf/")[0] == 202


def test_few_callers_wait_at_once(api: Api, draft: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    api("POST", f"invoices/{draft['id']}/issue/", {})
    settings.PAPERS_DOORBELL = "config.jobs.make_papers"
    monkeypatch.setattr(
        documents, "time", SimpleNamespace(sleep=lambda seconds: pytest.fail("it waited"), monotonic=time.monotonic)
    )
    monkeypatch.setattr(documents, "_waiting", threading.BoundedSemaphore(1))
    with documents._waiting:
        assert api("GET", f"invoices/{draft['id']}/pdf/")[0] == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "customer"),
        ({"customer": "0" * 26}, "customer"),
        ({"lines": [{"description": "x", "unit_price": True, "vat_rate": "20"}]}, "lines.0.unit_price"),
        ({"lines": [{"description": " ", "unit_price": "1", "vat_rate": "20"}]}, "lines.0.description"),
        ({"lines": [{"description": "x", "unit_price": "1", "vat_rate": "20", "price": "1"}]}, "lines.0.price"),
        ({"number": "F2026-000009"}, "number"),
        ({"total_incl_tax": "1.00"}, "total_incl_tax"),
        ({"payment_days": 4000}, "payment_days"),
    ],
)
def test_each_wrong_field_is_named_and_nothing_is_written(
    api: Api, client_of_ours: Customer, body: dict[str, Any], field: str
) -> None:
    whole = body if field == "customer" else {"customer": client_of_ours.public_id, **body}
    status, answer = api("POST", "invoices/", whole)
    assert (status, list(answer["errors"]), Invoice.objects.count()) == (400, [field], 0)


def test_the_second_writer_is_told_and_an_issued_one_never_changes(api: Api, draft: dict[str, Any]) -> None:
    path = f"invoices/{draft['id']}/"
    assert api("PATCH", path, {"subject": "La grande", "version": draft["version"]})[1]["version"] == 2
    assert api("PATCH", path, {"subject": "La petite", "version": draft["version"]})[0] == 409
    api("POST", f"{path}issue/", {})
    assert api("PATCH", path, {"subject": "Une autre"})[0] == 400
    assert api("DELETE", path)[0] == 400
    assert Invoice.objects.get().subject == "La grande"


def test_lists_are_filtered_by_status_and_customer(api: Api, draft: dict[str, Any], diallo: Customer) -> None:
    api("POST", f"invoices/{draft['id']}/issue/", {})
    other = api("POST", "invoices/", {"customer": diallo.public_id, "lines": LINES[:1]})[1]
    found = {
        query: [row["id"] for row in api("GET", f"invoices/?{query}")[1]["results"]]
        for query in (
            "status=issued",
            "status=unpaid",
            "status=draft",
            "status=paid",
            "status=overdue",
            f"customer={diallo.public_id}",
        )
    }
    assert list(found.values()) == [[draft["id"]], [draft["id"]], [other["id"]], [], [], [other["id"]]]
    assert api("GET", "invoices/?status=lost")[0] == 400


def test_the_list_costs_the_same_whatever_it_holds(
    api: Api, client_of_ours: Customer, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        house.drafted(client_of_ours)
    api("GET", "invoices/")
    with django_assert_max_num_queries(6):
        assert len(api("GET", "invoices/")[1]["results"]) == 12


def test_papers_are_given_as_they_are_kept(api: Api, draft: dict[str, Any]) -> None:
    assert api("GET", f"invoices/{draft['id']}/pdf/")[0] == 404
    invoice = Invoice.objects.get()
    api("POST", f"invoices/{draft['id']}/issue/", {})
    path = f"/api/v1/invoices/{draft['id']}/pdf/"
    waiting = api.client.get(path, headers={"accept": "application/pdf"})
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "2")
    stored = default_storage.save("factures/x.pdf", ContentFile(b"%PDF-1.7"))
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    InvoiceFile.objects.create(invoice=invoice, kind="pdf", stored_as=stored, sha256=digest, size=8)
    for accept in ("application/pdf", "*/*"):
        answer = api.client.get(path, headers={"accept": accept})
        assert (answer.status_code, answer["Content-Type"], answer.content) == (
            200,
            "application/pdf",
            b"%PDF-1.7",
        )


def test_rights_are_those_of_the_screens(draft: dict[str, Any], camille: User, lecture: User) -> None:
    reception, reader = Api(camille), Api(lecture)
    assert reception("POST", f"invoices/{draft['id']}/issue/", {})[0] == 403
    assert reader("PATCH", f"invoices/{draft['id']}/", {"subject": "x"})[0] == 403
    assert reader("GET", f"invoices/{draft['id']}/")[0] == 200
    lecture.taken = [Right.SEE_AMOUNTS]
    lecture.save()
    assert reader("GET", f"invoices/{draft['id']}/")[0] == 403


def test_the_description_tells_every_route(api: Api) -> None:
    described = api.client.get("/api/schema/", headers={"accept": "application/json"}).json()["paths"]
    verbs = {
        path.removeprefix("/api/v1/invoices/"): sorted(set(verbs)) for path, verbs in described.items() if "/invoices/" in path
    }
    assert verbs == {
        "": ["get", "post"], "{id}/": ["delete", "get", "patch"], "{id}/issue/": ["post"], "{id}/credit/": ["post"],
        "{id}/pdf/": ["get"], "{id}/xml/": ["get"],
    }  # fmt: skip
