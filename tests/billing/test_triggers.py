"""The database refuses to change what was issued, received, booked or sealed, by any path, on both engines."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations import Migration
from django.db.models.deletion import Collector, ProtectedError

from billing import collecting
from billing.models import Allocation, ChainHead, Invoice, InvoiceFile, InvoiceLine, LedgerEntry, Payment, Seal, Series
from billing.triggers import GUARDS
from config import checks
from crm import triggers
from lib import clock
from tests.billing.house import drafted, issued, open_firm, settle

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


def dump():
    """Every protected row."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def refused(attempt):
    """Whether the database, or Django before it, refuses; nothing of the attempt stays."""
    try:
        with transaction.atomic():
            attempt()
    except (DatabaseError, ProtectedError):
        return True
    return False


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def paths(model, change):
    """The twelve ways of trust.md A4 to change or remove one row of `model`."""
    row = model.objects.order_by("pk").first()
    table, pk = model._meta.db_table, row.pk
    (name, value), every = next(iter(change.items())), model.objects.filter(pk=pk)
    columns = [field.column for field in model._meta.concrete_fields]

    def save():
        setattr(row, name, value)
        row.save()

    def bulk_update():
        setattr(row, name, value)
        model.objects.bulk_update([row], [name])

    def upsert():
        setattr(row, name, value)
        model.objects.bulk_create([row], update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=[name])

    def cascade():
        collector = Collector(using="default")
        collector.add(list(every))
        collector.delete()

    yield "save", save
    yield "update", lambda: every.update(**change)
    yield "bulk_update", bulk_update
    yield "delete", every.delete
    yield "raw delete of the ORM", lambda: every._raw_delete("default")
    yield "cascade", cascade
    yield "upsert", upsert
    yield "raw update", lambda: run(f"UPDATE {table} SET {name} = %s WHERE {model._meta.pk.column} = %s", str(value), pk)
    yield "raw delete", lambda: run(f"DELETE FROM {table} WHERE {model._meta.pk.column} = %s", pk)
    if connection.vendor == "sqlite":
        copied = ", ".join("%s" if column == name else column for column in columns)
        replace = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) SELECT {copied} FROM {table} WHERE {model._meta.pk.column} = %s"
        yield "replace", lambda: run(replace, str(value), pk)
        yield "delete of everything", lambda: run(f"DELETE FROM {table}")
    else:
        yield "truncate", lambda: run(f"TRUNCATE {table} CASCADE")
        yield (
            "merge",
            lambda: run(
                f"DELETE FROM {table} USING {table} AS other WHERE {table}.{model._meta.pk.column} = other.{model._meta.pk.column}"
            ),
        )
    if model is Invoice:
        yield "back to a draft", lambda: every.update(number=None)


def all_refused():
    before = dump()
    passed = [
        (model.__name__, path)
        for model, change in CHANGES.items()
        for path, attempt in paths(model, change)
        if not refused(attempt)
    ]
    assert passed == []
    assert dump() == before


@pytest.mark.django_db
def test_twelve_paths_on_each_protected_table(books):
    all_refused()


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


def rebuild(model, name):
    """A migration that alters a column of `model`, with all that `migrate` does around it."""
    field = model._meta.get_field(name)
    other = field.clone()
    if isinstance(field, models.CharField):
        other.max_length = field.max_length + 1
    else:
        other.null = not field.null
    other.set_attributes_from_name(name)
    other.model = model
    if connection.vendor == "sqlite":
        triggers.remove(connection, GUARDS)
    with connection.schema_editor() as editor:
        editor.alter_field(model, field, other)
        editor.alter_field(model, other, field)
    triggers.install(connection, GUARDS)


def test_again_after_each_table_was_built_again(committing, diallo, karim, request):
    invoice = request.getfixturevalue("books")
    assert invoice.number
    for model, change in CHANGES.items():
        rebuild(model, next(iter(change)))
    assert triggers.missing(connection, GUARDS) == []
    all_refused()


def test_the_signals_of_migrate_take_them_away_and_bring_them_back(committing):
    emit_pre_migrate_signal(0, False, "default", plan=[])
    assert triggers.missing(connection, GUARDS) == []  # nothing to do: nothing is taken away
    emit_pre_migrate_signal(0, False, "default", plan=[(Migration("something", "billing"), False)])
    gone = {guard.table for guard in triggers.missing(connection, GUARDS)}
    assert gone == (set(TABLES) if connection.vendor == "sqlite" else set())
    emit_post_migrate_signal(0, False, "default", plan=[])
    assert triggers.missing(connection, GUARDS) == []


@pytest.mark.django_db
def test_nothing_starts_without_them():
    assert checks.guards(databases=["default"]) == []
    guard = next(guard for guard in GUARDS if guard.table == "billing_seal")
    where = "" if connection.vendor == "sqlite" else " ON billing_seal"
    run(f"DROP TRIGGER {guard.name}{where}")
    (told,) = checks.guards(databases=["default"])
    assert (told.id, "billing_seal" in told.msg) == ("egards.E010", True)
    triggers.install(connection, GUARDS)
    assert checks.guards(databases=["default"]) == []


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
