"""The bench world: what is written in bulk is what the gestures write, column by column."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models, transaction

from accounts.models import Role, User
from crm import commitments, contacts, customers, exchanges, outbox
from crm.company import update_company
from crm.models import Commitment, Contact, Customer, Email, Interaction, SearchEntry, Tag
from demo.bulk import TAG, write_world
from demo.scene import Quiet
from demo.world import PEOPLE, World, invent
from lib import clock

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
# Chance and the machine's own instants: never twice the same, and told by no page.
NEVER_ALIKE = {
    "id", "public_id", "about_ref", "ref", "key", "claim", "claimed_at", "send_after", "message_id", "lease_until",
    "data",
}  # fmt: skip


def house() -> list[User]:
    update_company(by=None, name="Banc d’essai", email="bonjour@banc.example")
    return [User.objects.create_user(f"p{n}@banc.example", name=f"Personne {n}", role=Role.RECEPTION) for n in range(PEOPLE)]


def by_gestures(world: World, people: list[User]) -> None:
    """The same facts, one gesture at a time, in the order of time."""
    rows: dict[int, Customer] = {}
    for fact in world.clients:
        with clock.travelling(fact.at):
            rows[fact.number] = customers.create_customer(by=people[fact.by], **fact.fields)
            if fact.contact:
                contacts.add_contact(rows[fact.number], by=people[fact.by], **fact.contact)
            if fact.tagged:
                customers.tag_customers([rows[fact.number]], tag=customers.find_tag(TAG), by=people[fact.by])
    for fact in world.said:
        said_by_gestures(fact, rows[fact.client], people[fact.by])
    for fact in world.mails:
        with clock.travelling(fact.at), transaction.atomic():
            customer = rows[fact.client]
            outbox.queue_mail(
                key=f"gesture:{fact.client}:{fact.at}", to=customer.email, to_name=customer.name, subject=fact.subject, text=fact.text,
                by=people[fact.by], customer=customer,
            )  # fmt: skip
            outbox.drain(now=clock.real_now() + timedelta(minutes=2), way=Quiet())


def said_by_gestures(fact: Any, customer: Customer, by: User) -> None:
    step = None
    if fact.promise:
        due_on = (clock.local(fact.at) + timedelta(days=fact.promise.days)).date()
        step = exchanges.NextStep(fact.promise.what, due_on, owed_by=fact.promise.owed_by)
    with clock.travelling(fact.at):
        row = exchanges.log_interaction(
            customer,
            by=by,
            kind=fact.kind,
            direction=fact.direction,
            body=fact.body,
            mood=fact.mood,
            minutes=fact.minutes,
            next_step=step,
        )
    if fact.promise and fact.promise.kept_at:
        with clock.travelling(fact.promise.kept_at):
            commitments.keep(row.commitments.get(), by=by)


def written() -> dict[str, list[tuple]]:
    """Every column of every row, keys of other rows told by what they are; sorted, because the order of writing differs."""
    tables: dict[str, list[tuple]] = {}
    for model in (Customer, Contact, Interaction, Commitment, Email, SearchEntry, Tag):
        rows = model._default_manager.select_related(*[f.name for f in model._meta.fields if f.is_relation])
        tables[model.__name__] = sorted(repr(row_of(row)) for row in rows)
    tables["tagged"] = sorted(Customer.tags.through.objects.values_list("customer__reference", "tag__name"))
    details = (
        {name: value for name, value in data.items() if name != "contact"}
        for data in Interaction.objects.values_list("data", flat=True)
    )
    tables["details"] = sorted(repr(sorted(data.items())) for data in details)
    return tables


def row_of(row: models.Model) -> list[tuple[str, Any]]:
    return [(field.name, told(getattr(row, field.name))) for field in row._meta.fields if field.name not in NEVER_ALIKE]


def told(value: Any) -> Any:
    if isinstance(value, Customer):
        return value.reference
    return str(value) if isinstance(value, models.Model) else value


@pytest.mark.django_db
def test_bulk_rows_are_the_gestures_rows(settings):
    settings.OUTBOX_DOORBELL = ""
    world = invent(customers=12, interactions=150, seed=8, now=NOW)
    assert world.mails
    assert [fact for fact in world.said if fact.promise and fact.promise.kept_at]
    people = house()
    with transaction.atomic():
        by_gestures(world, people)
        wanted = written()
        transaction.set_rollback(True)
    write_world(world, house=people)
    found = written()
    for table, rows in wanted.items():
        assert found[table] == rows, table
    assert len(wanted["Interaction"]) == 150


@pytest.mark.django_db
def test_the_search_finds_in_bulk_what_it_finds_by_gestures():
    world = invent(customers=6, interactions=60, seed=3, now=NOW)
    people = house()
    write_world(world, house=people)
    entries = {(row.kind, row.ref): row.pk for row in SearchEntry.objects.all()}
    models_of = {"customer": Customer, "contact": Contact, "email": Email}
    refs = {kind: set(model.objects.values_list("public_id", flat=True)) for kind, model in models_of.items()}
    for kind, wanted in refs.items():
        assert {ref for found, ref in entries if found == kind} == wanted


def test_the_same_seed_gives_the_same_world_and_the_fixed_records():
    one, again = (invent(customers=40, interactions=1000, seed=5, now=NOW) for _turn in range(2))
    assert (one.said, one.mails, one.told) == (again.said, again.mails, again.told)
    assert (one.told[0], one.told[1], sum(one.told)) == (10, 500, 1000)
    assert max(one.told[2:]) > 4 * sorted(one.told)[len(one.told) // 2], "few have much"
    assert all(fact.at < NOW for fact in (*one.said, *one.mails))
