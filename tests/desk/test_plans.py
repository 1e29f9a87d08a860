"""How the engine finds the rows of a page, whatever their number: never by reading a whole table."""

import pytest
from django.db import connection

from crm.models import Interaction
from desk import questions
from desk.invoice_page import ABOUT
from desk.payment_list import ORDER, payments_seen


def plan_of(rows) -> str:
    """What the engine would do, with the figures of a house in service on SQLite and without reading whole tables on PostgreSQL."""
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", values)
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.fixture
def in_service(db):
    """SQLite has counted: a hundred thousand invoices and payments, none of them undone, and no question."""
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
            cursor.execute("ANALYZE sqlite_schema")
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")


def test_the_history_of_a_thing_by_its_short_index(nadia):
    for kinds in (ABOUT, ("commitment",)):
        rows = Interaction.objects.visible_to(nadia).about("x" * 26, *kinds).newest_first()[:30]
        assert "history_about" in plan_of(rows)


def test_the_payments_of_a_page_without_reading_them_all(nadia, in_service):
    rows = payments_seen(nadia).order_by(*ORDER)[:51]
    plan = plan_of(rows)
    assert "payment_by_date" in plan
    assert not [line for line in plan.splitlines() if line.startswith("SCAN T")]  # another look at payments, for each of them


def test_the_questions_that_wait_without_reading_the_invoices(nadia, in_service):
    assert "question_waiting" in plan_of(questions._waiting(nadia)[:6])
