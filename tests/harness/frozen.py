"""Rows that the database keeps as they are: the twelve ways of trust.md A4 to change them all the same, and a migration
that builds their table again. `left_open` names the ways that pass."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.db.models.deletion import Collector, ProtectedError

from crm import triggers

Changes = Mapping[type[models.Model], Mapping[str, Any]]  # on each frozen table, a column to change and to what


def refused(attempt: Callable[[], Any]) -> bool:
    """Whether the database, or Django before it, refuses; nothing of the attempt stays."""
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except (DatabaseError, ProtectedError):
        return True
    return False


def run(statement: str, *values: Any) -> None:
    """One statement, by hand."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def paths(model: type[models.Model], change: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The ways to change or remove one row of `model`, by name."""
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"no {model.__name__} to try"
    table, pk, key = model._meta.db_table, row.pk, model._meta.pk.column
    (name, value), every = next(iter(change.items())), model._default_manager.filter(pk=pk)
    columns = [field.column for field in model._meta.concrete_fields]

    def save() -> None:
        setattr(row, name, value)
        row.save()

    def bulk_update() -> None:
        setattr(row, name, value)
        model._default_manager.bulk_update([row], [name])

    def upsert() -> None:
        setattr(row, name, value)
        model._default_manager.bulk_create(
            [row], update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=[name]
        )

    def cascade() -> None:
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
    yield "raw update", lambda: run(f'UPDATE {table} SET "{name}" = %s WHERE {key} = %s', str(value), pk)
    yield "raw delete", lambda: run(f"DELETE FROM {table} WHERE {key} = %s", pk)
    if connection.vendor == "sqlite":
        into = ", ".join(f'"{column}"' for column in columns)
        copied = ", ".join("%s" if column == name else f'"{column}"' for column in columns)
        replace = f"INSERT OR REPLACE INTO {table} ({into}) SELECT {copied} FROM {table} WHERE {key} = %s"
        yield "replace", lambda: run(replace, str(value), pk)
        yield "delete of everything", lambda: run(f"DELETE FROM {table}")
    else:
        yield "truncate", lambda: run(f"TRUNCATE {table} CASCADE")
        yield "merge", lambda: run(f"DELETE FROM {table} USING {table} AS other WHERE {table}.{key} = other.{key}")
    if any(field.name == "number" and field.null for field in model._meta.concrete_fields):
        yield "back to a draft", lambda: every.update(number=None)


def left_open(changes: Changes) -> list[tuple[str, str]]:
    """The ways that pass, and whatever they changed: table and way."""
    before = dump(changes)
    passed = [
        (model.__name__, path)
        for model, change in changes.items()
        for path, attempt in paths(model, change)
        if not refused(attempt)
    ]
    after = dump(changes)
    return passed + [(table, "changed all the same") for table in before if before[table] != after[table]]


def dump(changes: Changes) -> dict[str, list[Any]]:
    """Every row of those tables."""
    found = {}
    with connection.cursor() as cursor:
        for model in changes:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")
            found[model._meta.db_table] = cursor.fetchall()
    return found


def build_again(changes: Changes, guards: Iterable[triggers.Guard]) -> None:
    """Alter a column of each table and back, with what `migrate` does around it: on SQLite each table is made anew."""
    guards = list(guards)
    if connection.vendor == "sqlite":
        triggers.remove(connection, guards)
    for model, change in changes.items():
        name = next(iter(change))
        field = model._meta.get_field(name)
        other = field.clone()
        if isinstance(field, models.CharField):
            other.max_length = (field.max_length or 0) + 1
        else:
            other.null = not field.null
        if field.remote_field:
            other.remote_field = field.remote_field
        other.set_attributes_from_name(field.name)
        other.model = model
        with connection.schema_editor() as editor:
            editor.alter_field(model, field, other)
            editor.alter_field(model, other, field)
    triggers.install(connection, guards)
