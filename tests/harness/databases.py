"""Databases for tests that really commit: several processes, threads, crashes.

Each gets its own copy of the migrated database (a file copy on SQLite, `CREATE DATABASE … TEMPLATE` on
PostgreSQL) and throws it away: nothing is ever flushed, so the triggers need no bypass.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import modify_settings
from psycopg import sql
from pytest_django.live_server_helper import LiveServer

from config.environment import data_folder


@dataclass(frozen=True)
class Copy:
    """One database of its own. `environment` makes a child process use it."""

    environment: dict[str, str]
    folder: Path


@pytest.fixture(scope="session")
def sqlite_template(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The migrated, empty database as a file; None on PostgreSQL, which copies by itself."""
    if connection.vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    return path


@pytest.fixture
def transactional_db() -> None:
    """Only a name, by which pytest-django knows that a database must be made; its own would flush."""


@pytest.fixture
def committing(transactional_db: None, sqlite_template: Path | None, django_db_blocker: Any, tmp_path: Path) -> Iterator[Copy]:
    """Run this test on its own copy of the database, where commits are real."""
    with django_db_blocker.unblock():
        maker = copy_of_file(sqlite_template, tmp_path) if sqlite_template else copy_of_server(tmp_path)
        name, told, drop = maker
        shared = connections.settings["default"]
        before, kept = connections["default"], {"NAME": shared["NAME"], "TEST": shared["TEST"]}
        shared["NAME"] = name
        del connections["default"]
        try:
            yield Copy({**os.environ, **told}, tmp_path)
        finally:
            connections["default"].close()
            shared.update(kept)
            connections["default"] = before
            drop()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database of this test, whichever it is: a copy of its own when it commits, else a transaction undone."""
    request.getfixturevalue("committing" if commits(request.node) else "db")


def commits(test: pytest.Item) -> bool:
    """Whether a test works on a copy of its own."""
    return "committing" in getattr(test, "fixturenames", ())


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database`, for the second engine."""
    parser.addoption("--database", action="store_true", help="leave out what says the same on any engine")


def hears_the_engine(test: pytest.Item) -> bool:
    """Whether a test may tell one engine from another: it opens a database (pytest-django refuses it to the others) and is
    not marked `one_engine`, or it is one of config."""
    if test.nodeid.startswith("tests/config/"):
        return True
    if test.get_closest_marker("one_engine"):
        return False
    asked = set(getattr(test, "fixturenames", ()))
    return test.get_closest_marker("django_db") is not None or bool(asked & {"db", "committing", "django_db_setup"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse `transaction=True`, whose flush deletes rows that our triggers protect; mark who uses the database; with
    `--database`, keep them only."""
    for test in items:
        marks = list(test.iter_markers("django_db"))
        if any(mark.kwargs.get("transaction") for mark in marks):
            raise pytest.UsageError(f"{test.nodeid}: use the `committing` fixture instead of django_db(transaction=True)")
        if marks and commits(test):
            raise pytest.UsageError(f"{test.nodeid}: a test that commits takes no django_db mark, its database is a copy")
        if "database" in getattr(test, "fixturenames", ()) and not commits(test):
            test.add_marker(pytest.mark.django_db)
    if config.getoption("database"):
        kept = {test: hears_the_engine(test) for test in items}
        config.hook.pytest_deselected(items=[test for test, here in kept.items() if not here])
        items[:] = [test for test, here in kept.items() if here]


@pytest.fixture
def live_server(committing: Copy) -> Iterator[LiveServer]:
    """The product served by a thread of this process, on this test's own database; `live_server.url` is where."""
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture(autouse=True)
def _live_server_helper() -> None:
    """pytest-django's own would ask for its flushing database."""


def copy_of_file(template: Path, folder: Path) -> tuple[str, dict[str, str], Any]:
    """A copy of the SQLite file, under the name that a process with `EGARDS_DATA=folder` looks for."""
    path = folder / f"{settings.INSTALLATION_KIND}.sqlite3"
    shutil.copyfile(template, path)
    return str(path), house_of(folder), lambda: None


def house_of(folder: Path) -> dict[str, str]:
    """What makes a process keep its files in `folder`, the collected static ones excepted."""
    static = data_folder() / f"static-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # collected once, not per test
    static.mkdir(exist_ok=True)
    (folder / "static").symlink_to(static)
    return {"EGARDS_DATA": str(folder), "EGARDS_KIND": settings.INSTALLATION_KIND}


def copy_of_server(folder: Path, template: str = "") -> tuple[str, dict[str, str], Any]:
    """A copy of the database in force (or of `template`) made by the PostgreSQL server itself; nobody may be connected meanwhile."""
    parameters = connection.get_connection_params()
    template = template or parameters["dbname"]
    name = f"{template}_{secrets.token_hex(4)}"
    connection.close()
    server = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    execute(server, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    user = f"{server.get('user', '')}:{server.get('password', '')}@".replace(":@", "@")
    url = f"postgresql://{user}{server.get('host', '')}:{server.get('port', '5432')}/{name}"

    def drop() -> None:
        execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    return name, {"DATABASE_URL": url, **house_of(folder)}, drop


def execute(server: dict[str, Any], statement: sql.Composed) -> None:
    """Run one statement on the server's own database, outside any transaction."""
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as session:
        session.execute(statement)
