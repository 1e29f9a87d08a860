"""What the OpenAPI description says is what the API answers: the same names, the same types."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft4Validator

from accounts.models import User
from complaints.models import Complaint
from complaints.replying import acknowledge
from crm.models import Company, Customer
from lib import clock
from tests.api.test_api import Api
from tests.billing import house as firm

pytestmark = pytest.mark.django_db
LINES = [{"description": "Pose", "quantity": 2, "unit_price": "100.00", "vat_rate": 20}]


@pytest.fixture
def api(nadia: User) -> Api:
    return Api(nadia)


@pytest.fixture
def described(api: Api) -> dict[str, Any]:
    return api.client.get("/api/schema/", headers={"accept": "application/json"}).json()


def answer_of(described: dict[str, Any], verb: str, path: str, status: int) -> dict[str, Any]:
    """The schema of that answer, with where the others are found."""
    told = described["paths"][f"/api/v1/{path}"][verb]["responses"][str(status)]["content"]["application/json"]["schema"]
    return {**told, "components": described["components"]}


def nullable(schema: Any) -> Any:
    """OpenAPI 3.0's «nullable» as JSON Schema says it, and every object closed."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: nullable(value) for name, value in schema.items() if name != "nullable"}
    if "properties" in told and isinstance(told["properties"], dict) and told.get("type") == "object":
        told["additionalProperties"] = False
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told


def wrong(described: dict[str, Any], verb: str, path: str, answer: tuple[int, Any]) -> list[str]:
    """What the answer holds that its description does not say, or says otherwise."""
    status, body = answer
    schema = nullable(answer_of(described, verb, path, status))
    return [f"{'.'.join(map(str, error.path))}: {error.message[:200]}" for error in Draft4Validator(schema).iter_errors(body)]


@pytest.fixture
def client_of_ours(le_goff: Customer) -> Customer:
    firm.open_firm()
    return firm.settle(le_goff)


def invoices(api: Api, who: Customer) -> Iterator[tuple[str, str, tuple[int, Any]]]:
    draft = api("POST", "invoices/", {"customer": who.public_id, "lines": LINES})
    yield "post", "invoices/", draft
    path = f"invoices/{draft[1]['id']}/"
    yield "get", "invoices/{id}/", api("GET", path)
    yield "post", "invoices/{id}/issue/", api("POST", f"{path}issue/", {})
    yield "post", "invoices/{id}/credit/", api("POST", f"{path}credit/", {"lines": [{"position": 1, "quantity": 1}]})
    yield "get", "invoices/", api("GET", "invoices/")
    body = {"invoice": draft[1]["id"], "amount": 500, "method": "transfer", "paid_on": clock.today().isoformat()}
    paid = api("POST", "payments/", body)
    yield "post", "payments/", paid
    yield "get", "payments/", api("GET", "payments/")
    yield "post", "payments/{id}/reverse/", api("POST", f"payments/{paid[1]['id']}/reverse/", {"reason": "Erreur"})
    later = api("POST", "invoices/", {"customer": who.public_id, "lines": LINES})[1]["id"]
    api("POST", f"invoices/{later}/issue/", {})
    yield "get", "reminders/", api("GET", "reminders/?on=2027-01-05")


def test_the_names_and_the_length_of_a_page_are_described(described: dict[str, Any]) -> None:
    paths = described["paths"]
    for path in ("customers", "invoices", "complaints"):
        assert "`F2026-000123`" in paths[f"/api/v1/{path}/{{id}}/"]["get"]["description"]
        asked = {one["name"]: one for one in paths[f"/api/v1/{path}/"]["get"]["parameters"]}
        assert (asked["page_size"]["in"], asked["page_size"]["description"]) == ("query", "1–200.")


def test_invoices_payments_and_reminders_are_as_described(api: Api, described: dict[str, Any], client_of_ours: Customer) -> None:
    seen = [(verb, path, wrong(described, verb, path, answer)) for verb, path, answer in invoices(api, client_of_ours)]
    assert [row for row in seen if row[2]] == []
    assert len(seen) == 9


def test_complaints_are_as_described(
    api: Api, described: dict[str, Any], company: Company, diallo: Customer, nadia: User
) -> None:
    given = {"customer": diallo.public_id, "subject": "Volet", "body": "Il gonfle.", "channel": "letter"}
    made = api("POST", "complaints/", given)
    assert (made[0], made[1]["channel"]) == (201, "post")
    acknowledge(Complaint.objects.get(), by=nadia, today=clock.today())
    spoken = api("POST", "complaints/", {**given, "channel": "phone"})
    assert wrong(described, "post", "complaints/", made) == []
    assert wrong(described, "post", "complaints/", spoken) == []
    assert wrong(described, "get", "complaints/{id}/", api("GET", f"complaints/{made[1]['id']}/")) == []
    assert wrong(described, "get", "complaints/", api("GET", "complaints/")) == []


def test_a_wrong_answer_is_seen(api: Api, described: dict[str, Any], client_of_ours: Customer) -> None:
    status, draft = api("POST", "invoices/", {"customer": client_of_ours.public_id, "lines": LINES})
    for change in ({"total_incl_tax": 240.0}, {"margin": "1.00"}, {"status": "lost"}, {"due_on": 3}):
        assert wrong(described, "post", "invoices/", (status, {**draft, **change})) != []


def test_two_shapes_never_share_a_name(described: dict[str, Any]) -> None:
    reasons = described["components"]["schemas"]
    assert sorted(reasons["ReminderReason"]["properties"]) == ["code", "ref", "text"]
    assert sorted(reasons["Reason"]["properties"]) == ["reason"]
