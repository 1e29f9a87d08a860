"""The harness can fail: each strictness is shown refusing what it is there for."""

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.cache import cache
from django.db import transaction
from django.template import engines
from django.utils import timezone, translation

from accounts import audit
from accounts.models import User
from config.environment import ROOT
from config.jobs import HEARTBEAT
from lib import clock
from tests.harness import html, slate


def render(text: str, **context: object) -> str:
    template = engines["django"].from_string(text)
    template.template.origin.name = "templates/made-here.html"
    return template.render(context)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<p style='color:red'>x</p>", 'line 1: <p style="color:red">: the CSP refuses it'),
        ("<button onclick='x()'>x</button>", "line 1: <button onclick>: an inline handler, the CSP refuses it"),
        ("<div hx-on:click='x()'></div>", "line 1: <div hx-on:click>: an inline handler, the CSP refuses it"),
        ("<script>alert(1)</script>", "line 1: inline script: the CSP refuses it"),
        ("<style>p{}</style>", "line 1: <style>: the CSP refuses it"),
        ("<a href=' JavaScript:x()'>x</a>", "line 1: <a href> runs a script"),
        ("<i id=a></i>\n<i id=a></i>", 'line 2: id="a" is empty or used twice'),
        ("<div><span></div>", "line 1: </div> while <span> is open"),
        ("<div><p>x", "<div> is never closed"),
        ("</section>", "line 1: </section> closes nothing"),
        ("<div/>", "line 1: <div/> does not close itself"),
        ("<img src=x>", "line 1: <img> without alt"),
        ("<a href=x><button>x</button></a>", "line 1: <button> inside another link or button"),
        ("<form><form></form></form>", "line 1: <form> inside a form: browsers drop it"),
        ("<html><label for=z>x</label></html>", '<label for="z"> names nothing'),
        ("<p class=a class=b></p>", "line 1: <p> repeats an attribute"),
    ],
)
def test_a_fault_of_markup_is_found(text, problem):
    assert problem in html.problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><html lang=fr><body><ul><li>a<li>b</ul><p>x<p>y</body></html>",
        "<svg viewBox='0 0 1 1'><path d='M0 0'/></svg>",
        "<script src='/static/js/app.js' defer></script><script type=module src=x></script>",
        "<table><tr><td>1<td>2<tr><td>3</table>",
    ],
)
def test_good_markup_passes(text):
    assert html.problems(text) == []


@pytest.mark.parametrize("time", [1, 2])
def test_what_a_test_leaves_in_the_process_the_next_one_does_not_find(time):
    """Twice the same: the second would find what the first left."""
    assert (translation.get_language(), clock.zone(), "LEFT_BY_A_TEST" in os.environ) == ("fr", clock.PARIS, False)
    assert (timezone.get_current_timezone_name(), audit._address.get(), Path.cwd()) == ("Europe/Paris", None, ROOT)
    translation.activate("en")
    clock.use_zone("Pacific/Noumea")
    timezone.activate("Pacific/Noumea")
    audit.use_address("192.0.2.7")
    os.environ["LEFT_BY_A_TEST"] = "x"
    os.chdir("/")


def test_a_setting_left_changed_fails_its_test():
    class Left:
        pass

    slate_of_a_test = slate.clean_slate.__wrapped__()
    next(slate_of_a_test)
    kept, conf.SITE_ID = getattr(conf, "SITE_ID", None), Left()
    with pytest.raises(AssertionError, match="leaves settings changed: SITE_ID"):
        next(slate_of_a_test)
    conf.SITE_ID = kept


def test_a_variable_that_does_not_exist_fails():
    with pytest.raises(AssertionError, match=r"the variable customer\.nmae does not exist"):
        render("{{ customer.nmae }}", customer={"name": "Le Goff"})
    assert render("{{ customer.name }}", customer={"name": "Le Goff"}) == "Le Goff"
    assert render("{% if absent %}x{% endif %}") == ""


@pytest.mark.django_db
def test_rows_without_an_order_come_in_any_order():
    for number in range(12):
        User.objects.create_user(f"p{number}@demo.example", name=f"{number:02}")
    names = [user.name for user in User.objects.order_by("name")]
    assert [user.name for user in User.objects.all()] == names
    assert any([user.name for user in User.objects.order_by()] != names for _ in range(20))


@pytest.mark.django_db
def test_slow_work_inside_a_transaction_fails():
    subprocess.run([sys.executable, "-c", ""], check=True)
    with transaction.atomic():
        with pytest.raises(AssertionError, match="inside a transaction"):
            subprocess.run([sys.executable, "-c", ""], check=True)
        with socket.socket() as client, pytest.raises(AssertionError, match="inside a transaction"):
            client.connect(("127.0.0.1", 9))


def test_no_test_reaches_another_machine():
    with socket.socket() as client, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 80))


def test_a_committing_test_has_its_own_database_that_other_processes_see(committing):
    User.objects.create_user("seul@demo.example", name="Seul")
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "from accounts.models import User; print(User.objects.count())"],
        env=committing.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.splitlines()[-1] == "1"


@pytest.mark.django_db
def test_what_a_committing_test_wrote_is_gone():
    assert not User.objects.filter(email="seul@demo.example").exists()


def test_a_served_house_sees_what_the_test_commits(live_server, nadia):
    cache.set(HEARTBEAT, clock.real_now())
    with urllib.request.urlopen(f"{live_server.url}/healthz", timeout=60) as answer:
        assert (answer.status, answer.read()) == (200, b"ok")
