"""On PostgreSQL the application's account owns nothing: the schema is the owner's (`DATABASE_OWNER_URL`)."""

import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config import environment, moving, preparing
from config.environment import ROOT
from lib import clock
from tests.billing.house import issued, open_firm, settle
from tests.harness.databases import Copy, copy_of_server

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

    @pytest.mark.faults
    def test_a_house_read_under_the_owner_is_lived_in_by_the_application(app_account, committing, diallo, tmp_path):
        """As docs/install.md says: the file is read under the owner's account before the application's was ever used; then
        the application starts, gets its rows, issues, and still cannot put a guard away."""
        url = app_account[1]
        open_firm()
        issued(settle(diallo))
        moving.write_house(tmp_path / "house.jsonl.gz")
        folder = tmp_path / "there"
        folder.mkdir()
        shutil.copytree(seals_folder(committing), folder / "seals")
        empty = connection.settings_dict["NAME"].rpartition("_")[0]
        _name, told, drop = copy_of_server(folder, empty)
        mine = told["DATABASE_URL"].replace("://postgres@", f"://{url.split('://')[1].split('@')[0]}@")
        both = {**committing.environment, **told, "DATABASE_OWNER_URL": told["DATABASE_URL"]}
        try:
            refused = run(["manage.py", "read_house", str(tmp_path / "house.jsonl.gz")], {**both, "DATABASE_URL": mine})
            assert refused.returncode != 0
            assert ("Traceback" in refused.stderr, "sous le compte propriétaire" in refused.stderr) == (False, True)
            done = run(["manage.py", "read_house", str(tmp_path / "house.jsonl.gz")], both)
            assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 scellé, intact."), done.stderr
            with psycopg.connect(mine, autocommit=True) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("SELECT 1 FROM crm_customer")
            started = run(["-c", START], {**both, "DATABASE_URL": mine})
            assert started.returncode == 0, started.stderr
            assert started.stdout.split()[-1] == f"F{clock.today().year}-000002"
            with psycopg.connect(mine, autocommit=True) as session:
                assert session.execute("SELECT count(*) FROM billing_invoice").fetchall() == [(2,)]
                with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
                    session.execute("UPDATE billing_invoice SET subject = 'x' WHERE number IS NOT NULL")
                for forbidden in ("DROP TRIGGER x ON billing_invoice", "ALTER TABLE billing_invoice DISABLE TRIGGER ALL"):
                    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedObject)):
                        session.execute(forbidden)
            again = run(["manage.py", "read_house", str(tmp_path / "house.jsonl.gz")], {**both, "DATABASE_URL": mine})
            assert "n’est pas vide" in again.stderr
        finally:
            with psycopg.connect(told["DATABASE_URL"], autocommit=True) as session:
                session.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(url.split("://")[1].split("@")[0])))
            drop()


START = (
    "import os, django\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n"
    "django.setup()\n"
    "from config import preparing\n"
    "preparing.migrate()\n"
    "from crm.models import Customer\n"
    "from tests.billing.house import issued\n"
    "print(issued(Customer.objects.get(name='M. Diallo')).number)\n"
)


def seals_folder(copy: Copy) -> Path:
    """Where the keys and the heads of this copy's seals are."""
    return Path(copy.environment["EGARDS_DATA"]) / "seals"


def run(words: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A Python process of the product."""
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
