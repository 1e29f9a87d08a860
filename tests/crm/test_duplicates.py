"""Records that may be one client are found by their keys, with reasons, at a constant cost."""

import pytest

from accounts.models import Role, User
from crm.contacts import add_contact
from crm.customers import create_customer
from crm.duplicates import find_near, find_near_bulk, keep_apart, keys_of, queue_candidates
from crm.merging import merge_customers
from crm.models import DuplicateCandidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def karim():
    return User.objects.create_user("karim@demo.example", name="Karim", role=Role.ACCOUNTANT)


@pytest.fixture
def le_goff(karim):
    return create_customer(
        by=karim,
        name="SARL Le Goff & Fils",
        type="professional",
        siren="732829320",
        siret="73282932000074",
        email="Contact@legoff.example",
        phone="+33639980045",
        postal_code="29000",
        city="Quimper",
        address="12, rue du Port",
    )


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"name": "LE GOFF ET FILS (SAS)"}, ["name"]),
        ({"name": "Fils Le Goff"}, ["name"]),
        ({"name": "Autre", "siret": "73282932000082"}, ["siren"]),
        ({"name": "Autre", "email": "contact@LEGOFF.example"}, ["email"]),
        ({"name": "Autre", "phone": "+33639980045"}, ["phone"]),
        ({"name": "Goff menuiserie", "postal_code": "29000", "address": "12 RUE DU PORT"}, ["address"]),
        ({"name": "Le Goff et Fils", "siren": "732829320", "phone": "+33639980045"}, ["siren", "phone", "name"]),
        ({"name": "Voisin", "postal_code": "29000", "address": "12 rue du Port"}, None),
        ({"name": "Goff"}, None),
        ({"name": "Autre", "email": "", "phone": "", "siren": ""}, None),
    ],
)
def test_each_key_is_a_reason(le_goff, fields, reasons):
    assert find_near(fields) == ([(le_goff, reasons)] if reasons else [])


def test_the_addresses_of_contacts_count_on_both_sides(le_goff, karim):
    add_contact(le_goff, by=karim, last_name="Lemoine", email="anne@exemple.fr", mobile="+33639980046")
    assert find_near({"name": "Autre", "email": "anne@exemple.fr"}) == [(le_goff, ["email"])]
    assert find_near({"name": "Autre"}, contacts=[{"phone": "+33639980046"}]) == [(le_goff, ["phone"])]


def test_an_alias_answers_with_its_head_and_never_pairs_with_it(le_goff, karim):
    alias = create_customer(by=karim, name="Kermadec", type="professional")
    merge_customers(le_goff, alias, by=karim, reason="rachat")
    assert find_near({"name": "Kermadec"}) == [(le_goff, ["name"])]
    alias.refresh_from_db()
    assert queue_candidates([alias, le_goff]) == 0


def test_a_pair_is_queued_once_and_a_decision_stays(le_goff, karim):
    second = create_customer(by=karim, name="Le Goff et fils", type="professional", postal_code="75001")
    third = create_customer(by=karim, name="Goff", type="professional", email="contact@legoff.example", phone="+33639980045")
    assert queue_candidates([second, third]) == 2
    pairs = DuplicateCandidate.objects.order_by("-score").values_list("first_id", "second_id", "reasons", "score")
    assert list(pairs) == [(le_goff.pk, third.pk, ["email", "phone"], 85), (le_goff.pk, second.pk, ["name"], 20)]
    keep_apart(DuplicateCandidate.objects.get(second=second), by=karim)
    assert queue_candidates([le_goff, second, third]) == 0


def test_a_name_that_everybody_has_tells_nothing(karim):
    for _number in range(21):
        create_customer(by=karim, name="Jean Martin", type="professional")
    assert find_near({"name": "Martin Jean"}) == []


def test_a_thousand_rows_cost_as_many_statements_as_one(le_goff, django_assert_num_queries):
    row = {
        "name": "Le Goff et Fils",
        "siren": "732829320",
        "email": "a@b.fr",
        "phone": "+33639980045",
        "postal_code": "1",
        "address": "x",
    }
    with django_assert_num_queries(9):
        find_near(row)
    with django_assert_num_queries(9):
        found = find_near_bulk([keys_of({**row, "email": f"{number}@b.fr"}) for number in range(1000)])
    assert [len(near) for near in found] == [1] * 1000
