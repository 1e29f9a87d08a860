"""Payments by the API: the gestures and refusals of the screens, once for one key."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.models import Payment
from lib import clock
from tests.api.test_api import Api
from tests.billing.money import issued

pytestmark = pytest.mark.django_db
TODAY = clock.today()


@pytest.fixture
def api(karim):
    return Api(karim)


@pytest.fixture
def invoice(diallo):
    return issued(diallo, "860.00")


def body(invoice, **changes):
    return {"invoice": invoice.public_id, "amount": "500.00", "method": "transfer", "paid_on": TODAY.isoformat(), **changes}


def test_a_payment_goes_in_and_comes_out(api, invoice, diallo, karim):
    before = (TODAY - timedelta(days=40)).isoformat()  # a deposit may precede its invoice
    status, made = api("POST", "payments/", body(invoice, amount="900.00", paid_on=before, reference="Virement Diallo"))
    assert status == 201
    assert made == {
        "id": made["id"], "customer": diallo.public_id, "invoice": invoice.public_id, "amount": "900.00", "method": "transfer",
        "paid_on": before, "reference": "Virement Diallo", "unallocated": "40.00", "reverses": None, "refunds": None, "reason": "",
        "allocations": [{"invoice": invoice.public_id, "number": invoice.number, "amount": "860.00"}],
        "recorded_by": karim.email, "recorded_at": made["recorded_at"],
    }  # fmt: skip
    assert api("GET", f"payments/{made['id']}/")[1] == made
    assert api("GET", f"payments/?invoice={invoice.public_id}&method=transfer")[1]["results"] == [made]
    assert api("GET", "payments/?method=cash")[1]["results"] == []


@pytest.mark.parametrize("amount", ["1,240", "1 240,50", "1,240.50", "12 €", "1e2", True, None, "NaN"])
def test_an_amount_is_a_strict_decimal(api, invoice, amount):
    status, told = api("POST", "payments/", body(invoice, amount=amount))
    assert (status, list(told["errors"]), Payment.objects.count()) == (400, ["amount"], 0)


@pytest.mark.parametrize("amount", ["12.50", "12,50", 12.5])
def test_an_amount_in_text_or_as_json_writes_it(api, invoice, amount):
    assert api("POST", "payments/", body(invoice, amount=amount))[1]["amount"] == "12.50"


def test_without_an_invoice_it_stays_the_clients(api, diallo):
    told = {"customer": diallo.public_id, "amount": "12.50", "method": "cheque", "paid_on": TODAY.isoformat()}
    status, made = api("POST", "payments/", told)
    assert (status, made["unallocated"], made["invoice"]) == (201, "12.50", None)


def test_the_same_key_is_one_payment_and_another_body_a_conflict(api, invoice):
    headers = {"idempotency-key": "k1"}
    first, second = (api("POST", "payments/", body(invoice), **headers) for _time in range(2))
    assert first == second
    assert api("POST", "payments/", body(invoice, amount="1.00"), **headers)[0] == 409
    assert (Payment.objects.count(), invoice.balance()) == (1, Decimal("360.00"))


def test_a_key_is_its_callers_own(api, invoice, nadia):
    headers = {"idempotency-key": "k1"}
    api("POST", "payments/", body(invoice, amount="1.00"), **headers)
    Api(nadia)("POST", "payments/", body(invoice, amount="2.00"), **headers)
    assert Payment.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"invoice": "0" * 26}, "invoice"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"method": "barter"}, "method"),
        ({"paid_on": (TODAY + timedelta(days=1)).isoformat()}, "paid_on"),
        ({"paid_on": "2026-02-31"}, "paid_on"),
        ({"customer_id": 1}, "customer_id"),
        ({"allocations": []}, "allocations"),
        ({"unallocated": "5"}, "unallocated"),
        ({"method": "cash", "amount": "860.00", "reference": "x" * 200}, "reference"),
    ],
)
def test_each_wrong_field_is_named_and_nothing_is_written(api, invoice, change, field):
    status, answer = api("POST", "payments/", {**body(invoice), **change})
    assert (status, list(answer["errors"]), Payment.objects.count()) == (400, [field], 0)


def test_the_ceiling_of_cash_is_told(api, diallo):
    status, answer = api("POST", "payments/", body(issued(diallo, "1500.00"), method="cash", amount="1000.01"))
    assert (status, list(answer["errors"])) == (400, ["amount"])


def test_undone_once_with_a_reason(api, invoice):
    made = api("POST", "payments/", body(invoice))[1]
    assert api("POST", f"payments/{made['id']}/reverse/", {})[0] == 400
    first, second = (api("POST", f"payments/{made['id']}/reverse/", {"reason": "Chèque sans provision"})[1] for _time in range(2))
    assert (first, first["amount"], first["reverses"], invoice.balance()) == (second, "-500.00", made["id"], Decimal("860.00"))


def test_only_who_manages_payments_may_write(invoice, camille, lecture):
    for person in (camille, lecture):
        assert Api(person)("POST", "payments/", body(invoice))[0] == 403
        assert Api(person)("GET", "payments/")[0] == 200
    assert Payment.objects.count() == 0


def test_a_page_costs_the_same_whatever_its_rows(api, diallo, django_assert_max_num_queries):
    for _row in range(8):
        api("POST", "payments/", body(issued(diallo, "5.00")))
    with django_assert_max_num_queries(6):
        assert len(api("GET", "payments/")[1]["results"]) == 8
