"""The strict harness: what would be a silent defect elsewhere is a red test here.

- a template variable that does not exist fails (ours; not those of libraries' own templates);
- every HTML answer of the test client is read: markup, ids, inline styles, handlers and scripts;
- rows fetched without an order come in a random one;
- opening a socket or a process inside a transaction fails, and so does leaving this machine at any time;
- every test begins on a clean slate (`tests.harness.slate`);
- a page that runs one statement per row fails (django-zeal);
- committing tests use a copied database, never `transaction=True`, whose flush the triggers refuse.
"""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import zeal
from django.db import connections
from django.db.models.query import QuerySet
from django.template import engines
from django.template.base import Node
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from zeal.constants import initialize_app_registry
from zeal.patch import patch as patch_zeal

from config import translations
from tests.harness import html

# A machine that is busy is no defect: no test leans on a stopwatch.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")

LOOPBACK = {"localhost", "127.0.0.1", "::1", "::"}


@pytest.fixture(scope="session", autouse=True)
def strict_house() -> Iterator[None]:
    """Put every strictness in place for the whole run."""
    translations.compile_all()
    initialize_app_registry()
    patch_zeal()
    for engine in engines.all():
        engine.engine.string_if_invalid = Undefined()  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", read_answers(Client.request))
        patch.setattr(QuerySet, "_fetch_all", shuffle_unordered(QuerySet._fetch_all))
        patch.setattr(socket.socket, "connect", no_slow_work(refuse_distance(socket.socket.connect)))
        patch.setattr(subprocess.Popen, "__init__", no_slow_work(subprocess.Popen.__init__))
        yield


class Undefined(str):
    """What Django prints for a variable that does not exist: here, a failure that names it."""

    __slots__ = ()

    def __new__(cls) -> "Undefined":
        return super().__new__(cls, "%s")

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        template = template_being_rendered()
        if template is None or "site-packages" in template:
            return ""
        raise AssertionError(f"{template}: the variable {variable} does not exist")


def template_being_rendered() -> str | None:
    """The file of the innermost template node at work."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
    return None


def read_answers(original: Any) -> Any:
    """Read every HTML answer of the test client, and count its statements per row."""

    def request(client: Client, **kwargs: Any) -> Any:
        with zeal.zeal_context():
            answer = original(client, **kwargs)
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            found = html.problems(answer.content.decode())
            assert not found, f"{kwargs.get('PATH_INFO')}:\n  " + "\n  ".join(found[:20])
        return answer

    return request


def shuffle_unordered(original: Any) -> Any:
    """Rows that nobody ordered come in a random order, as a database is free to give them."""

    def fetch_all(queryset: QuerySet[Any]) -> None:
        fresh = queryset._result_cache is None
        original(queryset)
        if fresh and not queryset.ordered and len(queryset._result_cache) > 1:
            random.shuffle(queryset._result_cache)

    return fetch_all


def in_transaction() -> bool:
    """Whether code under test holds a transaction open; the one a test itself runs in does not count."""
    return any(
        not getattr(block, "_from_testcase", False)
        for alias in connections
        for block in getattr(connections[alias], "atomic_blocks", [])
    )


def no_slow_work(original: Any) -> Any:
    """Fail when called inside a transaction: a request would keep the database locked meanwhile."""

    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if in_transaction():
            raise AssertionError(f"{original.__qualname__} inside a transaction (do it after the commit)")
        return original(self, *args, **kwargs)

    wrapped.__qualname__ = original.__qualname__
    return wrapped


def refuse_distance(original: Any) -> Any:
    """Fail when a test would talk to another machine."""

    def connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tries to reach {address[0]}")
        return original(self, address)

    connect.__qualname__ = "socket.connect"
    return connect
