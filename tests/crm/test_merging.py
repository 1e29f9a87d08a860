"""Two records of one client become one by alias; undo gives back identical rows, in any order."""

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from crm.customers import create_customer
from crm.duplicates import ask_again, keep_apart, queue_candidates
from crm.merging import merge_customers, merges_of, undo_merge
from crm.models import Contact, Customer, CustomerMerge, DuplicateCandidate, Interaction
from crm.models.timeline import Kind
from lib.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def karim():
    return User.objects.create_user("karim@demo.example", name="Karim", role=Role.ACCOUNTANT)


@pytest.fixture
def three(karim):
    return [create_customer(by=karim, name=name, type="professional") for name in ("Le Goff", "Legoff", "Goff")]


def export():
    """Everything a merge may touch, as it stands; the history itself only ever grows."""
    return [list(model.objects.order_by("pk").values()) for model in (Customer, Contact, DuplicateCandidate)]


def heads():
    return dict(Customer.objects.order_by("pk").values_list("pk", "merged_into"))


def merge(kept, alias, by):
    return merge_customers(kept, alias, by=by, reason="même SIREN")


def test_nothing_moves_and_both_sides_are_told(karim, three):
    kept, alias, _other = three
    made = merge(kept, alias, karim)
    assert heads() == {kept.pk: None, alias.pk: kept.pk, three[2].pk: None}
    assert kept.family_ids() == [kept.pk, alias.pk] == Customer.objects.get(pk=alias.pk).family_ids()
    rows = Interaction.objects.filter(kind=Kind.CUSTOMERS_MERGED).order_by("pk")
    assert list(rows.values_list("customer_id", "summary", "body", "about_ref", "about_label")) == [
        (kept.pk, "Fiche réunie avec C00002", "même SIREN", alias.public_id, "Fiche C00002"),
        (alias.pk, "Fiche réunie avec C00001", "même SIREN", kept.public_id, "Fiche C00001"),
    ]
    assert merges_of(kept) == [made] == merges_of(alias)


def test_undo_gives_back_identical_rows(karim, three):
    kept, alias, _other = three
    queue_candidates(three)
    before = export()
    made = merge(kept, alias, karim)
    assert export() != before
    undo_merge(made, by=karim)
    undo_merge(made, by=karim)
    assert export() == before
    assert Interaction.objects.filter(kind=Kind.MERGE_UNDONE).count() == 2


def test_a_chain_is_carried_and_undone_from_its_middle(karim, three):
    a, b, c = three
    first, second = merge(b, a, karim), merge(c, b, karim)
    assert heads() == {a.pk: c.pk, b.pk: c.pk, c.pk: None}
    undo_merge(first, by=karim)
    assert heads() == {a.pk: None, b.pk: c.pk, c.pk: None}
    undo_merge(second, by=karim)
    assert heads() == {a.pk: None, b.pk: None, c.pk: None}


def test_undoing_the_last_of_a_chain_gives_the_alias_its_own_aliases_back(karim, three):
    a, b, c = three
    merge(b, a, karim)
    undo_merge(merge(c, b, karim), by=karim)
    assert heads() == {a.pk: b.pk, b.pk: None, c.pk: None}


def test_a_merge_that_makes_no_sense_is_refused_with_a_sentence(karim, three):
    a, b, c = three
    merge(b, a, karim)
    cases = {
        (b, b): "Une fiche ne peut pas être réunie à elle-même. Choisissez l’autre fiche.",
        (c, a): "La fiche C00001 est déjà réunie à C00002. Choisissez C00002, ou séparez-les d’abord.",
        (a, c): "La fiche C00001 est déjà réunie à C00002. Choisissez C00002, ou séparez-les d’abord.",
        (a, b): "La fiche C00001 est déjà réunie à C00002. Choisissez C00002, ou séparez-les d’abord.",
    }
    for (kept, alias), sentence in cases.items():
        with pytest.raises(Refusal) as caught:
            merge(kept, alias, karim)
        assert caught.value.message == sentence
    with pytest.raises(Refusal) as caught:
        merge_customers(b, c, by=karim, reason=" ")
    assert caught.value.field == "reason"
    assert CustomerMerge.objects.count() == 1


def test_a_pair_settled_by_a_merge_comes_back_with_its_undo_and_a_refusal_stays(karim):
    one, two, three = (create_customer(by=karim, name="Le Goff", type="professional") for _number in range(3))
    queue_candidates([one, two, three])
    keep_apart(DuplicateCandidate.objects.get(first=one, second=three), by=karim, reason="père et fils")
    made = merge(one, two, karim)
    decisions = DuplicateCandidate.objects.order_by("first_id", "second_id").values_list("first_id", "second_id", "decision")
    assert list(decisions) == [(one.pk, two.pk, "merged"), (one.pk, three.pk, "distinct"), (two.pk, three.pk, "")]
    undo_merge(made, by=karim)
    assert [decision for _first, _second, decision in decisions.all()] == ["", "distinct", ""]
    ask_again(DuplicateCandidate.objects.get(first=one, second=three), by=karim)
    assert [decision for _first, _second, decision in decisions.all()] == ["", "", ""]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), steps=st.integers(1, 14))
@example(seed=84376, steps=4)  # a pair held together by two merges, undone one after the other
def test_whatever_was_merged_undoing_it_all_gives_back_identical_rows(karim, seed, steps):
    chance = random.Random(seed)
    with transaction.atomic():
        rows = [create_customer(by=karim, name=f"Goff {number % 3}", type="professional") for number in range(6)]
        queue_candidates(rows)
        before, merges = export(), []
        for _step in range(steps):
            if merges and chance.random() < 0.35:
                undo_merge(merges.pop(chance.randrange(len(merges))), by=karim)
            else:
                kept, alias = chance.sample(rows, 2)
                try:
                    merges.append(merge(kept, alias, karim))
                except Refusal:
                    continue
            now = heads()
            assert all(now[head] is None for head in now.values() if head is not None)
        chance.shuffle(merges)
        for made in merges:
            undo_merge(made, by=karim)
        assert export() == before
        transaction.set_rollback(True)
