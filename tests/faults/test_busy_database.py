"""The database is busy for longer than people like: they wait, and nobody reads «database is locked» (trust.md D1)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from accounts.tokens import create_token
from crm.models import Interaction
from tests.harness.personas import member

HELD = 6.5  # seconds: more than the five after which SQLite gives up by default
PEOPLE = 12


def hold(ready, release):
    """Somebody writes for a long time."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            if connection.vendor != "sqlite":
                cursor.execute("LOCK TABLE crm_interaction IN EXCLUSIVE MODE")
            ready.set()
            release.wait(60)
            cursor.execute("ROLLBACK")
    finally:
        connections.close_all()


def note(token, customer, number):
    try:
        return (
            Client()
            .post(
                "/api/v1/interactions/",
                {"customer": customer.public_id, "kind": "note", "direction": "in", "body": f"Note {number}"},
                content_type="application/json",
                headers={"authorization": f"Bearer {token}"},
            )
            .status_code
        )
    finally:
        connections.close_all()


@pytest.mark.faults
def test_twelve_people_write_while_somebody_holds_the_database(committing, le_goff):
    token = create_token(user=member("Nadia", "manager"), name="essai", by=None)
    ready, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(ready, release))
    holder.start()
    assert ready.wait(30)
    threading.Timer(HELD, release.set).start()
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(lambda number: note(token, le_goff, number), range(PEOPLE)))
    holder.join()
    assert answers == [201] * PEOPLE
    assert Interaction.objects.filter(kind="note").count() == PEOPLE


@pytest.mark.faults
def test_with_the_patience_of_django_s_defaults_they_would_be_refused(committing, le_goff):
    """The negative control, in one writer of half a second's patience: on SQLite it is refused, on PostgreSQL it says so too."""
    ready, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(ready, release))
    holder.start()
    assert ready.wait(30)
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout = 500")
            else:
                cursor.execute("SET lock_timeout = '500ms'")
        with pytest.raises(OperationalError, match=r"locked|lock timeout"):
            Interaction.objects.create(
                customer=le_goff, kind="note", summary="x", occurred_at="2026-11-22T10:00Z", recorded_at="2026-11-22T10:00Z"
            )
    finally:
        release.set()
        holder.join()


@pytest.mark.django_db
def test_whoever_waited_in_vain_reads_words_and_not_the_engine_s(as_camille, le_goff, monkeypatch):
    """Half a minute was not enough: the page says that it is our fault, never what the engine says."""

    def busy(*args, **kwargs):
        raise OperationalError("database is locked")

    as_camille.raise_request_exception = False
    monkeypatch.setattr("crm.models.customers.CustomerQuerySet.visible_to", busy)
    answer = as_camille.get(f"/clients/{le_goff.public_id}/")
    text = answer.content.decode()
    assert (answer.status_code, "locked" in text, "OperationalError" in text) == (500, False, False)
