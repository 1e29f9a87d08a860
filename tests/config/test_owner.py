"""On PostgreSQL the application's account owns nothing: the schema is the owner's (`DATABASE_OWNER_URL`)."""

import secrets

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config import environment, preparing
from tests.harness.databases import Copy

ON_POSTGRESQL = environment.database()["ENGINE"].endswith("postgresql")


@pytest.fixture
def app_account(committing: Copy, monkeypatch):
    """An account of the server with no right at all yet; gives the URL under which it reaches the database."""
    owner = committing.environment["DATABASE_URL"]
    name = f"app_{secrets.token_hex(4)}"
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    url = owner.replace("://postgres@", f"://{name}@")
    monkeypatch.setenv("DATABASE_URL", url)
    yield owner, url
    with psycopg.connect(owner, autocommit=True) as session:
        session.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


if ON_POSTGRESQL:  # there are no accounts in an embedded database

    def test_the_application_writes_rows_and_nothing_more(app_account):
        owner, url = app_account
        connection.close()
        preparing.migrate_as(owner)
        with psycopg.connect(url, autocommit=True) as session:
            session.execute("INSERT INTO accounts_team (name) VALUES ('Atelier')")
            assert session.execute("SELECT name FROM accounts_team").fetchall() == [("Atelier",)]
            for forbidden in (
                "TRUNCATE accounts_team",
                "DROP TABLE accounts_team",
                "ALTER TABLE accounts_team DISABLE TRIGGER ALL",
                "CREATE TABLE mine (id int)",
                "SET session_replication_role = replica",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(forbidden)
