"""The self-check names what is wrong and how to mend it; each check is shown finding its fault."""

import os
import shutil
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import Installation, User
from accounts.tokens import hash_of
from config import checks, errors, first_run, health
from config.jobs import HEARTBEAT, beat
from config.launch import machine
from config.management.commands import serve
from crm.models import Email
from lib import clock


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://localhost:8000", []),
        ("http://127.0.0.1:8000", []),
        ("http://[::1]:8000", []),
        ("https://crm.exemple.fr", []),
        ("crm.exemple.fr", ["egards.E001"]),
        ("https://crm.exemple.fr/egards", ["egards.E001"]),
        ("ftp://crm.exemple.fr", ["egards.E001"]),
        ("http://crm.exemple.fr", ["egards.E002"]),
        ("http://192.168.1.10:8000", ["egards.E002"]),
    ],
)
def test_the_public_address(settings, url, found):
    settings.PUBLIC_URL = url
    assert ids(checks.public_url()) == found


@pytest.mark.parametrize(
    ("kind", "key", "secret", "found"),
    [
        ("real", "", "", []),
        ("real", "sk_" + "live_x", "whsec_x", []),
        ("real", "sk_" + "live_x", "", ["egards.W003"]),
        ("real", "", "whsec_x", ["egards.W003"]),
        ("real", "sk_test_x", "whsec_x", ["egards.W004"]),
        ("demo", "sk_test_x", "whsec_x", []),
    ],
)
def test_the_keys_of_cards(settings, kind, key, secret, found):
    settings.INSTALLATION_KIND, settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = kind, key, secret
    assert ids(checks.cards()) == found


@pytest.mark.parametrize(
    ("today", "kind", "found"),
    [
        ("", "real", []),
        ("2027-01-05", "demo", []),
        ("2027-01-05", "bench", []),
        ("2027-01-05", "real", ["egards.E004"]),
        ("demain", "demo", ["egards.E003"]),
    ],
)
def test_a_moved_clock(settings, monkeypatch, today, kind, found):
    monkeypatch.setenv("EGARDS_TODAY", today)
    settings.INSTALLATION_KIND = kind
    assert ids(checks.moved_clock()) == found


@pytest.mark.parametrize(
    ("kind", "url", "found"),
    [
        ("real", "http://localhost:8000", ["egards.E006"]),
        ("real", "https://crm.exemple.fr", []),
        ("demo", "http://localhost:8000", []),
    ],
)
def test_links_to_this_machine_are_no_links_for_a_client(settings, kind, url, found):
    settings.INSTALLATION_KIND, settings.PUBLIC_URL = kind, url
    assert ids(checks.links_in_mails()) == found


def test_pango_and_a_font(monkeypatch):
    assert ids(checks.documents()) == []
    monkeypatch.setattr(machine, "count_fonts", lambda: 0)
    (found,) = checks.documents()
    assert (found.id, found.hint) == ("egards.W001", "apt-get install --no-install-recommends fonts-dejavu-core")


def test_a_full_disk_and_a_closed_folder(settings, monkeypatch, tmp_path):
    settings.DATA_DIR = tmp_path
    assert ids(checks.disk()) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 4_000_000))
    (found,) = checks.disk()
    assert (found.id, found.msg) == ("egards.W002", f"Il reste 3 Mo sur le disque des données ({tmp_path}).")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert ids(checks.disk()) == ["egards.E005"]


def test_sqlite_answers_what_we_asked_of_it(committing):
    if connection.vendor != "sqlite":
        assert checks.engine(databases=["default"]) == []
        return
    assert checks.read_pragmas() == checks.PRAGMAS
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA recursive_triggers=OFF")
    (found,) = checks.engine(databases=["default"])
    assert found.id == "egards.E008"
    assert "synchronous = 1 au lieu de 2, recursive_triggers = 0 au lieu de 1" in found.msg


@pytest.mark.django_db
@pytest.mark.parametrize("recorded", ["demo", "real", "bench"])
def test_a_database_is_served_as_what_it_is(settings, recorded):
    settings.INSTALLATION_KIND = "demo"
    Installation.objects.update(kind=recorded)
    assert ids(checks.kind(databases=["default"])) == ([] if recorded == "demo" else ["egards.E009"])


@pytest.mark.django_db
def test_a_silent_database_is_said_in_words(monkeypatch):
    def silent(*args, **kwargs):
        raise DatabaseError("connection refused")

    monkeypatch.setattr(Installation.objects, "values_list", silent)
    assert ids(checks.kind(databases=["default"])) == ["egards.E007"]
    assert checks.kind() == []  # not asked about the database


@pytest.mark.django_db
class TestHealth:
    def test_all_is_well_while_the_queue_beats(self, client):
        beat()
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok")
        assert "no-store" in answer["Cache-Control"]

    def test_a_queue_that_never_beat_or_stopped_is_told(self, client):
        cache.delete(HEARTBEAT)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (503, b"worker")
        cache.set(HEARTBEAT, clock.real_now() - timedelta(seconds=61))
        assert client.get("/healthz").status_code == 503

    @pytest.mark.parametrize(("minutes", "found"), [(4, []), (6, ["outbox"])])
    def test_a_mail_that_waits_too_long_is_told(self, minutes, found):
        beat()
        now = clock.real_now()
        Email.objects.create(
            key="k", direction="out", state="queued", recipient_email="anne@legoff.example", subject="Bonjour", text="Bonjour",
            send_after=now - timedelta(minutes=minutes),
        )  # fmt: skip
        assert health.troubles(now) == found

    def test_a_database_that_does_not_answer_is_told(self, monkeypatch):
        def silent(key):
            raise DatabaseError("gone")

        monkeypatch.setattr(cache, "get", silent)
        assert health.troubles(clock.real_now()) == ["database"]

    def test_it_only_reads(self, client):
        assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
class TestFirstRun:
    def test_an_empty_real_database_gives_a_link_once_at_a_time(self, settings):
        settings.INSTALLATION_KIND, settings.PUBLIC_URL = "real", "https://crm.exemple.fr"
        link = first_run.first_run_link()
        token = link.removeprefix("https://crm.exemple.fr/bienvenue/").rstrip("/")
        assert Installation.objects.get().first_run_hash == hash_of(token)
        assert first_run.first_run_link() != link

    def test_no_link_once_somebody_is_in_nor_in_the_demo(self, settings):
        assert first_run.first_run_link() == ""
        settings.INSTALLATION_KIND = "real"
        User.objects.create_user("nadia@exemple.fr", name="Nadia")
        assert first_run.first_run_link() == ""


@pytest.mark.parametrize(
    ("view", "status"),
    [(errors.bad_request, 400), (errors.permission_denied, 403), (errors.page_not_found, 404), (errors.csrf_failure, 403)],
)
@pytest.mark.django_db
def test_an_error_page_is_a_page(view, status, client):
    request = RequestFactory().get("/nulle-part")
    request.user = User()
    request.session = client.session
    answer = view(request)
    assert answer.status_code == status
    assert b"</html>" in answer.content


def test_the_page_of_our_own_fault_needs_nothing_that_may_have_failed():
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"</html>" in answer.content


@pytest.mark.django_db
def test_a_missing_page_is_said_in_words(as_camille):
    answer = as_camille.get("/nulle-part-du-tout/")
    assert answer.status_code == 404
    assert b"</html>" in answer.content


def test_plain_http_is_for_this_machine_only(settings):
    settings.HTTPS = False
    with pytest.raises(CommandError, match="EGARDS_URL=https"):
        serve.refuse_address("0.0.0.0", 8000)


@pytest.mark.django_db
def test_diagnose_tells_everything(capsys, monkeypatch):
    monkeypatch.setattr("config.management.commands.diagnose.is_there", lambda: True)
    beat()
    with pytest.raises(SystemExit):
        call_command("diagnose")
    told = capsys.readouterr().out
    for word in (
        "schéma : à jour",
        "nature inscrite",
        "travailleur : dernier signe",
        "mails en retard de plus de cinq minutes : 0",
    ):
        assert word in told
    assert reverse("healthz") == "/healthz"
