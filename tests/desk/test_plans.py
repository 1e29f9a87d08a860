"""How the engine finds the rows of a page, whatever their number: never by reading a whole table."""

import pytest
from django.db import connection

from billing.models import Invoice
from crm.models import Commitment, Interaction
from desk import questions
from desk.invoice_page import ABOUT
from desk.payment_list import payments_seen
from lib import clock

# What SQLite counts where eleven thousand of a hundred thousand invoices are still due.
COMMITMENTS = {
    "due_date_by_day": "10891 91 1 1", "due_date_of_customer": "10891 2 1 1 1", "owed_by_day": "12310 59 1",
    "owed_of_customer": "12310 2 1 1", "crm_commitment_customer_id_2d3b6d53": "116555 12", "projected_once_per_fact": "101000 50500 1 1",
}  # fmt: skip


def plan_of(rows) -> str:
    """What the engine would do, with the figures of a house in service on SQLite and without reading whole tables on PostgreSQL."""
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("ANALYZE")  # what other tests made it count, even undone, would decide instead
            cursor.execute(f"EXPLAIN {sql}", values)
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.fixture
def in_service(db):
    """SQLite has counted: a hundred thousand invoices and payments, none of them undone, no question, and what is due."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("DELETE FROM sqlite_stat1")
            for table in ("billing_payment", "billing_invoice"):
                cursor.execute("SELECT name FROM pragma_index_list(%s) WHERE NOT partial", [table])
                for (name,) in cursor.fetchall():
                    cursor.execute("SELECT name FROM pragma_index_info(%s)", [name])
                    columns = [column for (column,) in cursor.fetchall()]
                    each = "100000" if columns == ["reverses_id"] else " ".join("1" for _column in columns)
                    cursor.execute("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", [table, name, f"100000 {each}"])
            for name, each in COMMITMENTS.items():
                cursor.execute("INSERT INTO sqlite_stat1 VALUES ('crm_commitment', %s, %s)", [name, each])
            cursor.execute("ANALYZE sqlite_schema")
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")


@pytest.fixture
def busy_history(nadia, le_goff):
    """Three thousand calls about as many things: among three, PostgreSQL may as well read any index."""
    moment = clock.now()
    known = {"kind": "call", "direction": "in", "occurred_at": moment, "recorded_at": moment, "about_kind": "invoice"}
    count = 3000 if connection.vendor == "postgresql" else 3
    rows = [
        Interaction(**known, customer=le_goff, author=nadia, summary="Appel", body="x", about_ref=f"{number:026}")
        for number in range(count)
    ]
    Interaction.objects.bulk_create(rows)


def test_the_history_of_a_thing_by_its_short_index(nadia, busy_history):
    for kinds in (ABOUT, ("commitment",)):
        rows = Interaction.objects.visible_to(nadia).about("x" * 26, *kinds).newest_first()[:30]
        assert "history_about" in plan_of(rows)


def test_the_payments_of_a_page_without_reading_them_all(nadia, in_service):
    plan = plan_of(payments_seen(nadia).order_by("-paid_on", "-id")[:51])
    assert connection.vendor == "postgresql" or "payment_by_date" in plan  # PostgreSQL may sort the nothing it has
    wholly = ("SCAN T", "SCAN billing_payment LEFT", "Seq Scan on billing_payment")  # looked at again for each of them
    assert not [line for line in plan.splitlines() if any(words in line for words in wholly)]


def test_the_questions_that_wait_without_reading_the_invoices(nadia, in_service):
    assert "question_waiting" in plan_of(questions._waiting(nadia)[:6])


def test_what_is_owed_to_the_house_by_the_short_index_of_open_due_dates(nadia, in_service):
    for rows in (Commitment.objects.open_due_dates().order_by(), Invoice.objects.visible_to(nadia).unpaid()):
        plan = plan_of(rows)
        assert connection.vendor == "postgresql" or "due_date_by_day" in plan
        assert "Seq Scan on crm_commitment" not in plan
