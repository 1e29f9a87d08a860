"""A gesture on many customers: done once, carried on after a stop, undone as it was done."""

from datetime import timedelta

import pytest

from crm import bulk
from crm.bulk import carry_on_unfinished, change_many, forget, undo_many
from crm.customers import assign_owner, find_tag, set_tags, tag_customers
from crm.models import BulkChange, Customer, Interaction, Tag
from lib.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(camille):
    keys = [f"client {number:02}" for number in range(12)]
    Customer.objects.bulk_create([Customer(reference=f"T{key[-2:]}", name=key, sort_name=key, name_key=key) for key in keys])
    return list(Customer.objects.order_by("sort_name"))


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk, "_BATCH", 5)


def tagged():
    return set(Customer.tags.through.objects.values_list("customer_id", flat=True))


def test_tagging_many_is_undone_only_where_it_changed_something(rows, camille):
    vip = find_tag("VIP")
    tag_customers(rows[:3], tag=vip, by=camille)
    change = change_many([row.pk for row in rows], action="tag", tag=vip, by=camille)
    assert (change.state, len(change.former), tagged()) == ("done", 9, {row.pk for row in rows})
    undo_many(change, by=camille)
    assert undo_many(change, by=camille).state == "undone"
    assert tagged() == {row.pk for row in rows[:3]}


def test_untagging_many_is_undone(rows, camille):
    vip = find_tag("VIP")
    tag_customers(rows[:7], tag=vip, by=camille)
    change = change_many([row.pk for row in rows], action="untag", tag=vip, by=camille)
    assert (len(change.former), tagged()) == (7, set())
    undo_many(change, by=camille)
    assert tagged() == {row.pk for row in rows[:7]}


def test_each_record_s_history_says_it_once(rows, camille, karim):
    """Who and when, on those that really changed; which tag, a typed word, is for the record to say."""
    vip = find_tag("VIP")
    tag_customers(rows[:3], tag=vip, by=karim)
    change = change_many([row.pk for row in rows], action="tag", tag=vip, by=camille)
    told = Interaction.objects.order_by("pk").values_list("customer__name", "kind", "summary", "author__name", "data")
    assert list(told) == [
        (row.name, "customer_changed", "Étiquettes changées", "Karim" if row in rows[:3] else "Camille", {"fields": ["tags"]})
        for row in rows
    ]
    undo_many(change, by=camille)
    assert Interaction.objects.count() == 12 + 9


def test_a_year_later_the_list_of_what_was_asked_goes(rows, camille):
    done = change_many([row.pk for row in rows], action="tag", tag=find_tag("VIP"), by=camille)
    stuck = BulkChange.objects.create(action="untag", tag=find_tag("VIP"), by=camille, ids=[rows[0].pk])
    year_after = done.finished_at + timedelta(days=365)
    assert forget(year_after) == 0
    assert [forget(year_after + timedelta(minutes=1)), forget(year_after + timedelta(minutes=1))] == [1, 0]
    assert list(BulkChange.objects.all()) == [stuck]
    assert (len(tagged()), Interaction.objects.count()) == (12, 12)


def test_giving_many_to_somebody_is_undone_but_not_where_somebody_else_went_on(rows, camille, karim, nadia):
    assign_owner(rows[:4], owner=karim, by=nadia)
    change = change_many([row.pk for row in rows], action="owner", owner=camille, by=nadia)
    assert set(Customer.objects.values_list("owner", flat=True)) == {camille.pk}
    assign_owner([rows[0]], owner=nadia, by=nadia)
    undo_many(change, by=nadia)
    owners = list(Customer.objects.order_by("sort_name").values_list("owner", flat=True))
    assert owners == [nadia.pk, karim.pk, karim.pk, karim.pk] + [None] * 8
    assert Interaction.objects.filter(customer=rows[0]).count() == 3


def test_what_a_stopped_worker_left_is_finished_once(rows, camille):
    vip = find_tag("VIP")
    change = BulkChange.objects.create(action="tag", tag=vip, by=camille, ids=[row.pk for row in rows])
    change.position = 5
    change.save()
    assert [carry_on_unfinished(), carry_on_unfinished()] == [1, 0]
    assert tagged() == {row.pk for row in rows[5:]}


def test_beyond_a_thousand_the_worker_does_it(rows, camille, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    with django_capture_on_commit_callbacks() as called:
        change = change_many([row.pk for row in rows], action="tag", tag=find_tag("VIP"), by=camille)
    assert (change.state, change.position, len(called)) == ("running", 0, 1)
    with pytest.raises(Refusal):
        undo_many(change, by=camille)
    called[0]()
    change.refresh_from_db()
    assert (change.state, len(tagged())) == ("done", 12)


@pytest.mark.parametrize(("ids", "action"), [([], "tag"), ([1], "tag"), ([1] * 100_001, "owner")])
def test_what_makes_no_sense_is_refused(camille, ids, action):
    with pytest.raises(Refusal):
        change_many(ids, action=action, by=camille)
    assert not BulkChange.objects.exists()


def test_a_tag_is_one_word_whatever_its_accents(rows, camille):
    assert set_tags(rows[0], names=["À rappeler", "VIP", "a rappeler"], by=camille) == ["VIP", "À rappeler"]
    assert set_tags(rows[1], names=["A RAPPELER"], by=camille) == ["À rappeler"]
    assert set_tags(rows[0], names=[], by=camille) == []
    assert Tag.objects.count() == 2
    for wrong in ("", "a, b", "x" * 41, "a\x00b"):
        with pytest.raises(Refusal):
            find_tag(wrong)
