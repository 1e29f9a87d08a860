"""A house moved from one engine to the other and back (trust.md A6): not a value of it changes, books and seals verify."""

import gzip
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from billing import collecting
from billing.correcting import credit_invoice
from config import moving
from config.environment import ROOT
from crm.models import Customer
from lib import clock
from lib.errors import Refusal
from tests.billing.house import issued, open_firm, settle
from tests.harness.databases import copy_of_file, copy_of_server, house_of

TODAY = clock.today()


@pytest.fixture
def lived_in(committing, diallo, karim, nadia):
    """Invoices, money, a credit note, a person who reads and two clients that are one."""
    open_firm()
    first, second = (issued(settle(diallo), note="Ça, c’est « l’été » — 🙂 \\u0000 <b>") for _number in range(2))
    collecting.record_payment(
        customer=diallo, amount=Decimal("500.00"), method="cheque", paid_on=TODAY, by=karim, invoices=[first, second]
    )
    credit_invoice(second, lines=[{"position": 1, "amount": "10"}], reason="Geste", by=karim, on=TODAY)
    Customer.objects.create(name="L’autre", merged_into=diallo, reference="C90000")
    return committing


def manage(environment, *words):
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows_of(path):
    """Every row; PostgreSQL keeps the words of a JSON object in an order of its own."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def beside(environment, folder):
    """What is copied by hand: the keys and the heads of the seals, and the files."""
    for name in ("seals", "files"):
        if (Path(environment["EGARDS_DATA"]) / name).exists():
            shutil.copytree(Path(environment["EGARDS_DATA"]) / name, folder / name)


@pytest.mark.faults
def test_to_the_other_engine_and_back_nothing_changes(lived_in, tmp_path, sqlite_template):
    """On PostgreSQL: to SQLite, and back to PostgreSQL. On SQLite alone (no server there): to another SQLite, and back."""
    here, there, again = lived_in.environment, tmp_path / "there", tmp_path / "again"
    there.mkdir()
    again.mkdir()
    out, home, last = (tmp_path / f"{name}.jsonl.gz" for name in ("out", "home", "last"))
    manage(here, "write_house", str(out))
    embedded = {**here, **house_of(there)}
    embedded.pop("DATABASE_URL", None)
    manage(embedded, "migrate", "--verbosity", "0")
    manage(embedded, "createcachetable")
    beside(here, there)
    told = manage(embedded, "read_house", str(out))
    assert told.splitlines()[1:] == [
        "Les comptes sont justes : chaque écriture s’équilibre et dit ce que disent les documents.", "7 scellés, intacts."
    ]  # fmt: skip
    manage(embedded, "check", "--tag", "egards", "--database", "default")  # its triggers are there
    manage(embedded, "write_house", str(home))
    _name, back, drop = new_database(sqlite_template, again)
    try:
        beside(embedded, again)
        environment = {**here, **back}
        assert manage(environment, "read_house", str(home)).splitlines()[-1] == "7 scellés, intacts."
        manage(environment, "check", "--tag", "egards", "--database", "default")
        manage(environment, "write_house", str(last))
        assert manage(environment, "shell", "-v", "0", "-c", ISSUE).split() == [f"F{TODAY.year}-000003"]  # life goes on
        assert manage(environment, "verify_seals").startswith("8 scellés, intacts.")
    finally:
        drop()
    assert rows_of(out) == rows_of(home) == rows_of(last)
    assert len(rows_of(out)) > 40


def new_database(template, folder):
    """A migrated, empty database of the engine under test."""
    if template:
        return copy_of_file(template, folder)
    mine = connection.settings_dict["NAME"]  # this test's own copy, named after what it was copied from
    return copy_of_server(folder, mine.rpartition("_")[0])


ISSUE = (
    "from billing.models import Invoice\n"
    "from tests.billing.house import issued\n"
    "print(issued(Invoice.objects.order_by('pk').first().customer).number)\n"
)


def test_only_into_an_empty_house_and_only_what_we_wrote(lived_in, tmp_path):
    path = tmp_path / "house.jsonl.gz"
    moving.write_house(path)
    with pytest.raises(Refusal, match="existe déjà"):
        moving.write_house(path)
    with pytest.raises(Refusal, match="n’est pas vide"):
        moving.read_house(path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"not gzip", "ne se lit pas"),
        (gzip.compress(b"{}"), "ne vient pas d"),
        (gzip.compress(b"[1]"), "ne vient pas d"),
        (gzip.compress(b'{"egards": 1, "migrations": {}}\n'), "une autre version"),
        (gzip.compress(b'{"egards": 1}')[:-4], "ne se lit pas"),
    ],
    ids=["not compressed", "empty", "a list", "another version", "cut"],
)
def test_what_is_no_house_changes_nothing(tmp_path, content, why):
    path = tmp_path / "x.gz"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=why):
        moving.read_house(path)


def test_a_row_that_points_nowhere_changes_nothing(committing, tmp_path):
    """The whole or nothing: the last line is wrong, the first ones are not there either, and the triggers are."""
    path = tmp_path / "house.jsonl.gz"
    head = json.dumps({"egards": moving.VERSION, "migrations": moving.migrations()})
    rows = [
        {"model": "crm.customer", "pk": 1, "fields": {"name": "A", "reference": "C1", "public_id": "a" * 26}},
        {"model": "nothing.here", "pk": 1, "fields": {}},
    ]
    path.write_bytes(gzip.compress("\n".join([head, *map(json.dumps, rows)]).encode()))
    with pytest.raises(Refusal, match="ne se lit pas"):
        moving.read_house(path)
    assert Customer.objects.count() == 0
    assert moving.triggers.missing(connection, moving.triggers.declared()) == []


def test_an_instant_keeps_its_microseconds():
    assert json.dumps({"at": clock.real_now().replace(microsecond=123_456)}, cls=moving.Exact)[-15:-8] == ".123456"
