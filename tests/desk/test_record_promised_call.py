"""A call that is logged knows who called, and may be the one that was promised."""

import pytest
import time_machine
from django.urls import reverse

from crm import commitments
from crm.customers import create_customer
from crm.models import Commitment, Interaction
from tests.desk import lemoine
from tests.desk.reading import words
from tests.harness.personas import signed_in

BACK = "Rappeler avec une date"


@pytest.fixture
def world(db):
    with time_machine.travel(lemoine.MONDAY, tick=False):
        yield lemoine.build()


@pytest.fixture
def client(world):
    return signed_in(world.camille)


def call(world):
    return Commitment.objects.get(what=BACK)


def form(client, world):
    return client.get(reverse("customer", args=[world.customer.public_id])).context["form"]


def log(client, world, **fields):
    sent = {"kind": "call", "direction": "out", "body": "Jeudi 14 h.", "visibility": "everyone", **fields}
    return client.post(reverse("exchange_log", args=[world.customer.public_id]), sent)


def test_we_call_when_we_promised_it_for_today_else_it_was_the_client(client, world):
    assert form(client, world)["direction"].value() == "out"
    commitments.keep(call(world), by=world.camille)
    assert form(client, world)["direction"].value() == "in"
    assert [label for _value, label in form(client, world).fields["direction"].choices] == ["Le client", "Nous"]


def test_only_the_promised_calls_are_offered(client, world):
    page = client.get(reverse("customer", args=[world.customer.public_id]))
    assert "C’était l’appel promis ? Rappeler avec une date, aujourd’hui avant 10 h" in words(
        page, 'id="consigner"', "</details>"
    )
    assert list(form(client, world).calls) == [call(world).public_id]


def test_ticked_it_is_kept_with_the_exchange(client, world):
    log(client, world, kept=[call(world).public_id])
    assert (call(world).kept_by, Interaction.objects.human().newest_first()[0].body) == (world.camille, "Jeudi 14 h.")


def test_not_ticked_it_stays_open(client, world):
    log(client, world)
    assert call(world).is_open is True


def test_sent_twice_it_is_once(client, world):
    sent = {"kept": [call(world).public_id], "key": "k" * 26}
    answers = [log(client, world, **sent).status_code for _time in range(2)]
    assert (answers, Interaction.objects.filter(body="Jeudi 14 h.").count()) == ([302, 302], 1)
    assert Interaction.objects.filter(kind="commitment_kept").count() == 1


def test_another_clients_promise_is_not_kept(client, world):
    stranger = create_customer(by=world.camille, name="M. Okafor")
    other = commitments.promise(stranger, owed_by="us", what="Rappeler", due_on=lemoine.MONDAY.date(), by=world.camille)
    log(client, world, kept=[other.public_id, "x"])
    other.refresh_from_db()
    assert (other.is_open, call(world).is_open) == (True, True)


def test_a_refusal_keeps_the_tick(client, world):
    page = log(client, world, kept=[call(world).public_id], direction="")
    assert (page.status_code, page.context["form"]["kept"].value()) == (422, [call(world).public_id])
    assert call(world).is_open is True
