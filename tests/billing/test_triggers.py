"""The database refuses to change what was issued, received, booked or sealed, by any path, on both engines."""

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.checks import ERROR
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, transaction
from django.db.migrations import Migration

from billing import collecting
from billing.models import Allocation, ChainHead, Invoice, InvoiceFile, InvoiceLine, LedgerEntry, Payment, Seal, Series
from billing.triggers import GUARDS
from config import checks
from config.environment import ROOT
from crm import triggers
from lib import clock
from tests.billing.house import drafted, issued, open_firm, settle
from tests.harness.frozen import build_again, left_open, paths, refused, run

TODAY = clock.today()
TABLES = sorted({guard.table for guard in GUARDS})
# What may be tried on each frozen row: a column to change, and to what.
CHANGES = {
    Invoice: {"total_incl_tax": Decimal("1.00")},
    InvoiceLine: {"description": "Autre chose"},
    InvoiceFile: {"sha256": "0" * 64},
    Payment: {"amount": Decimal("1.00")},
    Allocation: {"amount": Decimal("1.00")},
    LedgerEntry: {"label": "Autre chose"},
    Seal: {"payload": "{}"},
    Series: {"last_number": 0},
    ChainHead: {"position": 0},
}


@pytest.fixture
def books(database, diallo, karim):
    """One of each: an invoice, its file, a payment that pays it, what they write in the books."""
    open_firm()
    invoice = issued(settle(diallo))
    InvoiceFile.objects.create(invoice=invoice, kind="pdf", stored_as="x", sha256="a" * 64, size=1)
    collecting.record_payment(
        customer=diallo, amount=invoice.total_incl_tax, method="transfer", paid_on=TODAY, by=karim, invoices=[invoice]
    )
    return invoice


@pytest.mark.django_db
def test_twelve_paths_on_each_protected_table(books):
    assert {model._meta.db_table for model in CHANGES} == set(TABLES)
    assert left_open(CHANGES) == []


@pytest.mark.django_db
def test_without_the_triggers_the_same_paths_are_open(books):
    """The negative control: what refuses is the database, not the test."""
    triggers.remove(connection, GUARDS)
    free = {(model.__name__, path) for model in CHANGES for path in ("save", "update", "bulk_update", "upsert", "raw update")}
    assert free <= set(left_open(CHANGES))
    assert len(list(paths(Invoice, CHANGES[Invoice]))) == 12


@pytest.mark.django_db
def test_lines_neither_come_nor_move_into_an_issued_invoice(books, diallo):
    draft = drafted(diallo)
    line = draft.lines.first()
    assert refused(lambda: InvoiceLine.objects.filter(pk=line.pk).update(invoice=books, position=9))
    assert refused(lambda: InvoiceLine.objects.create(invoice=books, position=9, description="x", unit_price=1, vat_rate=20))
    assert not refused(lambda: InvoiceLine.objects.filter(pk=line.pk).update(description="Encore un brouillon"))
    assert not refused(draft.delete)


@pytest.mark.django_db
def test_the_message_says_what_to_do(books):
    with pytest.raises(IntegrityError, match="un avoir la corrige"), transaction.atomic():
        Invoice.objects.update(note="x")


@pytest.mark.django_db
def test_series_and_head_go_forward_only(books):
    series, head = Series.objects.get(), ChainHead.objects.get()
    tries = [
        lambda: Series.objects.update(last_issued_on=TODAY - timedelta(days=1)),
        lambda: Series.objects.update(last_issued_on=None),
        lambda: Series.objects.update(name="F1999"),
        lambda: ChainHead.objects.update(digest="0" * 64),
        lambda: ChainHead.objects.update(chain="0" * 26, position=head.position + 1),
    ]
    assert [refused(attempt) for attempt in tries] == [True] * len(tries)
    assert not refused(lambda: Series.objects.update(last_number=series.last_number + 1))


@pytest.mark.django_db
def test_a_lawful_erasure_empties_a_seal_and_touches_nothing_else(books):
    seal = Seal.objects.order_by("position").first()
    mine = Seal.objects.filter(pk=seal.pk)
    assert refused(lambda: mine.update(payload=""))
    assert refused(lambda: mine.update(salt="", payload="", about_label="x"))
    assert not refused(lambda: mine.update(salt="", payload=""))


def test_again_after_each_table_was_built_again(committing, diallo, karim, request):
    assert request.getfixturevalue("books").number
    build_again(CHANGES, GUARDS)
    assert triggers.missing(connection, GUARDS) == []
    assert left_open(CHANGES) == []


def test_the_signals_of_migrate_take_them_away_and_bring_them_back(committing):
    emit_pre_migrate_signal(0, False, "default", plan=[])
    assert triggers.missing(connection, GUARDS) == []  # nothing to do: nothing is taken away
    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("something", "billing"), False)])
    gone = {guard.table for guard in triggers.missing(connection, GUARDS)}
    assert gone == (set(TABLES) if connection.vendor == "sqlite" else set())
    emit_post_migrate_signal(0, False, "default", plan=[])
    assert triggers.missing(connection, GUARDS) == []


EVERY = [guard for guard in triggers.declared() if guard.event != triggers.TRUNCATE]  # SQLite has no TRUNCATE


def drop(guard):
    run(f"DROP TRIGGER {guard.name}" + ("" if connection.vendor == "sqlite" else f" ON {guard.table}"))


@pytest.mark.django_db
@pytest.mark.parametrize("guard", EVERY, ids=[f"{guard.table}-{guard.event.lower()}-{guard.name[-6:]}" for guard in EVERY])
def test_nothing_starts_without_each_of_them(guard):
    assert checks.guards(databases=["default"]) == []
    drop(guard)
    (told,) = checks.guards(databases=["default"])
    assert (told.id, told.level, guard.table in told.msg) == ("egards.E010", ERROR, True)
    triggers.install(connection, triggers.declared())
    assert checks.guards(databases=["default"]) == []


SOUND = "Les comptes sont justes : chaque écriture s’équilibre et dit ce que disent les documents.\n"


def started(committing, *words):
    """The product started for a command, as `./run manage …` does."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, text=True, capture_output=True, check=False, timeout=300,
        env={**committing.environment, "EGARDS_PREPARE": "1"},
    )  # fmt: skip


def test_the_product_refuses_to_start_without_one_and_the_verifiers_read_on(committing):
    assert started(committing, "plan_reminders").returncode == 0
    drop(EVERY[0])
    refusal = started(committing, "plan_reminders")
    assert (refusal.returncode, refusal.stdout) == (1, "")
    assert ("egards.E010" in refusal.stderr, EVERY[0].table in refusal.stderr) == (True, True)
    for command, answer in (("verify_seals", "0 scellé, intact.\n"), ("verify_ledger", SOUND)):
        read = started(committing, command)
        assert (read.returncode, read.stdout, "egards.E010" in read.stderr) == (0, answer, True)


@pytest.mark.django_db
def test_one_that_says_something_else_is_missing_too():
    guard = next(guard for guard in GUARDS if guard.table == "billing_payment")
    if connection.vendor == "sqlite":
        run(f"DROP TRIGGER {guard.name}")
        run(f"CREATE TRIGGER {guard.name} BEFORE UPDATE ON billing_payment BEGIN SELECT 1; END")
    else:
        run(f"ALTER TABLE billing_payment DISABLE TRIGGER {guard.name}")
    assert triggers.missing(connection, GUARDS) == [guard]
    triggers.install(connection, GUARDS)
    assert triggers.missing(connection, GUARDS) == []
