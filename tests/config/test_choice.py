"""Which database is served, and what a command makes ready before it runs."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config import environment, prelude
from config.environment import ROOT

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """A data folder with nothing in it, and nothing asked for."""
    monkeypatch.setenv("EGARDS_DATA", str(tmp_path))
    for name in ("EGARDS_KIND", "DATABASE_URL", "EGARDS_PREPARE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_demo_until_a_real_one_exists(own_folder):
    assert environment.chosen_kind() == "demo"
    (own_folder / "demo.sqlite3").touch()
    (own_folder / "bench.sqlite3").touch()
    assert environment.chosen_kind() == "demo"
    (own_folder / "real.sqlite3").touch()
    assert environment.chosen_kind() == "real"


@pytest.mark.parametrize("kind", ["real", "demo", "bench"])
def test_what_is_asked_for_wins(kind, monkeypatch, own_folder):
    (own_folder / "real.sqlite3").touch()
    monkeypatch.setenv("EGARDS_KIND", kind)
    assert environment.chosen_kind() == kind
    assert environment.reason() == "choisie à la main"
    assert environment.database()["NAME"] == own_folder / f"{kind}.sqlite3"


def test_a_kind_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("EGARDS_KIND", "prod")
    with pytest.raises(SystemExit, match="EGARDS_KIND vaut 'prod'"):
        environment.chosen_kind()


@pytest.mark.parametrize(("recorded", "served"), [("real", "real"), ("bench", "bench"), ("", "demo")])
def test_postgresql_serves_what_it_was_born_as(monkeypatch, recorded, served):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@localhost/egards")
    monkeypatch.setattr(environment, "recorded_kind", lambda url: recorded)
    assert environment.chosen_kind() == served


def test_another_engine_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://app@localhost/egards")
    with pytest.raises(SystemExit, match="postgresql://"):
        environment.database()


@pytest.mark.parametrize(
    ("command", "files", "kind"),
    [
        ("createsuperuser", [], "real"),
        ("company", [], "real"),
        ("createsuperuser", ["demo"], None),
        ("import_customers", [], None),
        ("world", ["real"], "bench"),
        ("bench", [], "bench"),
        ("demo", ["real"], "demo"),
    ],
)
def test_a_command_may_say_which_database_it_is_for(own_folder, monkeypatch, command, files, kind):
    for name in files:
        (own_folder / f"{name}.sqlite3").touch()
    monkeypatch.setenv("EGARDS_KIND", "")
    prelude.choose_kind(command)
    assert (os.environ["EGARDS_KIND"] or None) == kind


def manage(folder, *words, **variables):
    """What `./run manage words` turns into, in a data folder of its own."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("EGARDS_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        env={**told, "EGARDS_DATA": str(folder), "EGARDS_PREPARE": "1", **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("words", [["help"], ["version"], ["makemigrations", "--check"], ["diagnose", "--help"], ["check"]])
def test_a_command_that_needs_no_database_makes_none(own_folder, words):
    done = manage(own_folder, *words)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in own_folder.iterdir()} <= {"secret-key"}


def test_diagnose_looks_and_makes_nothing(own_folder):
    done = manage(own_folder, "diagnose")
    assert done.returncode == 1
    assert "n’existe pas encore : ./run la crée" in done.stdout
    assert {path.name for path in own_folder.iterdir()} == {"secret-key"}


def test_a_database_knows_what_it_was_born_as(own_folder):
    script = "from accounts.models import Installation; print(Installation.objects.get().kind)"
    done = manage(own_folder, "shell", "-c", script, EGARDS_KIND="real")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "real"), done.stderr
    assert (own_folder / "real.sqlite3").exists()
    assert (own_folder / "secret-key").stat().st_mode & 0o777 == 0o600
    told = manage(own_folder, "shell", "-c", script)
    assert told.stdout.splitlines()[-1] == "real"
    moved = manage(own_folder, "shell", "-c", "print(1)", EGARDS_TODAY="2027-01-01")
    assert moved.returncode == 1
    assert "egards.E004" in moved.stderr
    (own_folder / "real.sqlite3").rename(own_folder / "demo.sqlite3")
    taken_for_demo = manage(own_folder, "shell", "-c", "print(1)")
    assert taken_for_demo.returncode == 1
    assert "egards.E009" in taken_for_demo.stderr


def test_the_suite_runs_as_a_demo():
    assert settings.INSTALLATION_KIND == "demo"
