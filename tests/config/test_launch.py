"""`./run` before Django: what the machine lacks, the lock, pip's configuration told to uv, the words after `./run`."""

import os
import subprocess
import sys

import pytest

from config.environment import ROOT
from config.launch import environment, machine, steps


def test_one_line_installs_all_that_is_missing(monkeypatch):
    monkeypatch.setattr(machine, "NEEDS", {name: (what, lambda: False, hard) for name, (what, _, hard) in machine.NEEDS.items()})
    assert machine.install_line(machine.missing()) == (
        "apt-get install --no-install-recommends python3-venv ca-certificates libpangoft2-1.0-0 fonts-dejavu-core"
    )


@pytest.mark.parametrize(("hard", "goes_on"), [(True, False), (False, True)])
def test_only_what_nothing_works_without_stops(monkeypatch, capsys, hard, goes_on):
    monkeypatch.setattr(machine, "NEEDS", {"some-package": ("une chose", lambda: False, hard)})
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(machine.shutil, "which", lambda name: "/usr/bin/apt-get")
    if goes_on:
        machine.mend()
    else:
        with pytest.raises(SystemExit) as stopped:
            machine.mend()
        assert stopped.value.code == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "sudo apt-get install --no-install-recommends some-package" in told.err


def test_this_machine_has_what_the_suite_needs():
    assert machine.missing() == []
    assert machine.count_fonts() > 0


def test_an_environment_is_made_again_only_when_its_lock_changes(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", sys.executable)
    (tmp_path / "requirements.txt").write_text("django==5.2.19")
    (tmp_path / "requirements-dev.txt").write_text("pytest==9.2")
    (tmp_path / "run").touch()
    done = []
    monkeypatch.setattr(environment, "mend", lambda: done.append("mend"))
    monkeypatch.setattr(environment, "create", lambda: done.append("create"))
    monkeypatch.setattr(environment, "install", done.append)
    environment.ensure("run")
    environment.ensure("run")
    assert done == ["mend", "create", "requirements.txt"]
    (tmp_path / "requirements.txt").write_text("django==5.2.20")
    environment.ensure("run")
    assert done[3:] == ["mend", "create", "requirements.txt"]
    environment.ensure("dev")
    environment.ensure("run")
    assert done[6:] == ["mend", "create", "requirements-dev.txt"]


def test_uv_looks_where_pip_looks():
    shown = (
        "global.index-url='https://mirror.example/simple'\n"
        "global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'\n"
        ":env:.find-links='/wheels /more'\n"
        "global.timeout='60'\n"
    )
    assert environment.translate(shown) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    assert environment.translate("") == {}


@pytest.mark.parametrize(
    ("trouble", "begins"),
    [
        ("ProxyError('Cannot connect to proxy.')", "Les bibliothèques n’ont pas pu être téléchargées"),
        ("error: error sending request for url", "Les bibliothèques n’ont pas pu être téléchargées"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "Une bibliothèque téléchargée n’a pas l’empreinte attendue"),
        ("error: No space left on device", "L’installation des bibliothèques a échoué"),
    ],
)
def test_a_failed_installation_says_what_to_do(trouble, begins):
    assert environment.explain(trouble).startswith(begins)


@pytest.fixture
def became(monkeypatch):
    """What `./run` would have turned into, instead of doing it."""
    words = []
    monkeypatch.setattr(steps, "become", lambda *given: words.append(list(given)))
    for name in ("EGARDS_KIND", "EGARDS_URL", "EGARDS_PORT"):
        monkeypatch.delenv(name, raising=False)
    return words


@pytest.mark.parametrize(
    ("words", "becomes", "kind", "url"),
    [
        ([], ["serve", "--port", "8000", "--host", "127.0.0.1"], None, "http://localhost:8000"),
        (["--port", "8123", "--demo"], ["serve", "--port", "8123", "--host", "127.0.0.1"], "demo", "http://localhost:8123"),
        (["--empty"], ["serve", "--port", "8000", "--host", "127.0.0.1"], "real", "http://localhost:8000"),
        (["manage", "diagnose"], ["diagnose"], None, None),
        (["--bench", "manage", "bench", "--json", "x"], ["bench", "--json", "x"], "bench", None),
        (["manage", "--demo", "company", "firm.json"], ["company", "firm.json"], "demo", None),
        (["manage"], ["help"], None, None),
    ],
)
def test_the_words_after_run(became, words, becomes, kind, url):
    steps.main(words)
    assert became == [becomes]
    assert os.environ.get("EGARDS_KIND") == kind
    assert os.environ.get("EGARDS_URL") == url


def test_a_public_address_is_kept(became, monkeypatch):
    monkeypatch.setenv("EGARDS_URL", "https://crm.example.fr")
    steps.main(["--port", "9000"])
    assert os.environ["EGARDS_URL"] == "https://crm.example.fr"


def run_script(*words, **variables):
    return subprocess.run([ROOT / "run", *words], env={**os.environ, **variables}, capture_output=True, text=True, check=False)


def test_without_a_python_that_will_do_the_line_to_paste_is_said(tmp_path):
    for name in ("sh", "dirname", "id"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}" if name != "sh" else "/bin/sh")
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "apt-get").chmod(0o755)
    told = run_script("help", PATH=str(tmp_path), EGARDS_PYTHON="", EGARDS_LAUNCHED="1")
    assert told.returncode == 1
    assert told.stderr == (
        "Égards demande Python 3.11, 3.12 ou 3.13, et n’en trouve pas ici.\n"
        "Installez-le, puis relancez : apt-get install --no-install-recommends "
        "python3 python3-venv ca-certificates libpangoft2-1.0-0 fonts-dejavu-core\n"
    )


def test_help_needs_no_environment(tmp_path):
    told = run_script("help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == steps.USAGE
