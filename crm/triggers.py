"""What the database itself refuses: rows of law and money that nothing may change, whatever asks.

A `Guard` says on which table, for which event, under which condition. `install` makes the database have exactly those
asked for, on SQLite and PostgreSQL; run twice it changes nothing. SQLite drops the triggers of a table that a migration
rebuilds, and stumbles on those that name a table being rebuilt: `remove` takes them away before a migration that has
work, `install` puts them back after every one. `missing` says what is not there, or not as declared: nothing starts then.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

INSERT, UPDATE, DELETE, TRUNCATE = "INSERT", "UPDATE", "DELETE", "TRUNCATE"
PREFIX = "egards_guard_"
_declared: list["Guard"] = []


@dataclass(frozen=True)
class Guard:
    """Refuse `event` on `table` with `message` when `when` (SQL on OLD and NEW that both engines read; empty: always), which
    reads the tables `reads` of another room."""

    table: str
    event: str
    message: str
    when: str = ""
    reads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The trigger's own name, from what it guards."""
        mark = hashlib.sha256(f"{self.event} {self.when}".encode()).hexdigest()[:6]
        return f"{PREFIX}{self.table}_{self.event.lower()}_{mark}"

    def sqlite(self) -> str:
        """The statement that makes it on SQLite, as the engine gives it back."""
        condition = f" WHEN {self.when}" if self.when else ""
        message = self.message.replace("'", "''")
        return (
            f'CREATE TRIGGER {self.name} BEFORE {self.event} ON "{self.table}" FOR EACH ROW{condition} '
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )

    def postgresql(self) -> tuple[str, ...]:
        """The statements that make it on PostgreSQL; its comment tells its definition."""
        message = self.message.replace("'", "''").replace("%", "%%")
        row = self.event != TRUNCATE
        refuse = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
        body = f"IF {self.when} THEN {refuse} END IF;" if self.when else refuse
        back = "RETURN OLD;" if self.event in (DELETE, TRUNCATE) else "RETURN NEW;"
        back, each = (back, "ROW") if row else ("RETURN NULL;", "STATEMENT")
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN {body} {back} END $guard$",
            f'CREATE TRIGGER {self.name} BEFORE {self.event} ON "{self.table}" FOR EACH {each} EXECUTE FUNCTION {self.name}()',
            f"COMMENT ON TRIGGER {self.name} ON \"{self.table}\" IS '{self.mark()}'",
        )

    def mark(self) -> str:
        """The fingerprint of the whole definition."""
        return hashlib.sha256(f"{self.table} {self.event} {self.when} {self.message} 1".encode()).hexdigest()


def append_only(table: str, message: str, *, but: str = "") -> list[Guard]:
    """Rows of `table` are only added. `but` (SQL on OLD and NEW) is the one change that is allowed all the same."""
    return [
        Guard(table, UPDATE, message, f"NOT ({but})" if but else ""),
        Guard(table, DELETE, message),
        Guard(table, TRUNCATE, message),
    ]


def install(connection: Any, guards: Iterable[Guard]) -> None:
    """Make what is missing, and again what is not as declared. Guards whose table does not exist yet are left for later."""
    tables = set(connection.introspection.table_names())
    wanted = [guard for guard in _of_engine(connection, guards) if {guard.table, *guard.reads} <= tables]
    found = _found(connection)
    with connection.cursor() as cursor:
        for guard in wanted:
            if found.get(guard.name) == _definition(connection, guard):
                continue
            _drop(connection, cursor, guard.name, guard.table)
            for statement in [guard.sqlite()] if connection.vendor == "sqlite" else guard.postgresql():
                cursor.execute(statement)
        names, theirs = {guard.name for guard in wanted}, {guard.table for guard in guards}
        for name, table in _names(connection).items():
            if table in theirs and name not in names:  # of a former version of the code
                _drop(connection, cursor, name, table)


def remove(connection: Any, guards: Iterable[Guard]) -> None:
    """Take away every trigger of ours from the tables of `guards`."""
    tables = {guard.table for guard in guards}
    with connection.cursor() as cursor:
        for name, table in _names(connection).items():
            if table in tables:
                _drop(connection, cursor, name, table)


def missing(connection: Any, guards: Iterable[Guard]) -> list[Guard]:
    """The guards that are not there, are switched off, or are not as declared, among those whose table exists."""
    tables, found = set(connection.introspection.table_names()), _found(connection)
    return [
        guard
        for guard in _of_engine(connection, guards)
        if {guard.table, *guard.reads} <= tables and found.get(guard.name) != _definition(connection, guard)
    ]


def declared() -> list[Guard]:
    """Every guard that a room has asked to keep installed."""
    return list(_declared)


def keep_installed(app: AppConfig, guards: Sequence[Guard]) -> None:
    """For `AppConfig.ready`: away before a migration that has work (on SQLite), back after every one, checked at start."""
    _declared.extend(guards)

    def before(using: str, plan: Sequence[Any] = (), **kwargs: Any) -> None:
        if plan and connections[using].vendor == "sqlite":
            remove(connections[using], guards)

    def after(using: str, **kwargs: Any) -> None:
        install(connections[using], guards)

    _connect(pre_migrate, app, before)
    _connect(post_migrate, app, after)


def _connect(signal: Any, app: AppConfig, receiver: Callable[..., None]) -> None:
    signal.connect(receiver, sender=app, weak=False, dispatch_uid=f"{app.name}.guards")


def _of_engine(connection: Any, guards: Iterable[Guard]) -> list[Guard]:
    """SQLite has no TRUNCATE: it deletes."""
    return [guard for guard in guards if connection.vendor != "sqlite" or guard.event != TRUNCATE]


def _definition(connection: Any, guard: Guard) -> str:
    return guard.sqlite() if connection.vendor == "sqlite" else guard.mark()


def _found(connection: Any) -> dict[str, str]:
    """What is there: the text on SQLite, the comment on PostgreSQL (nothing when switched off)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'egards_guard_%%'")
        else:
            cursor.execute(
                "SELECT tgname, CASE WHEN tgenabled IN ('O', 'A') THEN obj_description(oid, 'pg_trigger') END "
                "FROM pg_trigger WHERE tgname LIKE 'egards_guard_%%'"
            )
        return dict(cursor.fetchall())


def _names(connection: Any) -> dict[str, str]:
    """Each trigger of ours with its table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'egards_guard_%%'")
        else:
            cursor.execute(
                "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE 'egards_guard_%%'"
            )
        return dict(cursor.fetchall())


def _drop(connection: Any, cursor: Any, name: str, table: str) -> None:
    if connection.vendor == "sqlite":
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    else:
        cursor.execute(f'DROP TRIGGER IF EXISTS {name} ON "{table}"')
        cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")
