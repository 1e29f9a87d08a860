"""Real processes of the product, for the tests that kill them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Installation
from config.environment import ROOT
from tests.harness.databases import Copy


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: Callable[[], object], seconds: float = 180) -> object:
    """The first true answer of `what`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing after {seconds} s")


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent, group … ; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether the process runs: a zombie does not."""
    fields = stat(pid)
    return bool(fields) and fields[0] != "Z"


def descendants(pid: int) -> list[int]:
    """Every living process under `pid`, nearest first."""
    parents = {int(path.name): int(fields[1]) for path in Path("/proc").glob("[0-9]*") if (fields := stat(int(path.name)))}
    found, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return [child for child in found if is_alive(child)]


class House:
    """The product run as a person runs it, on a database of its own."""

    def __init__(self, words: list[str], environment: dict[str, str], port: int = 0):
        told = {name: value for name, value in environment.items() if name != "EGARDS_TESTING"}
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env={**told, "EGARDS_URL": f"http://localhost:{port}"},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def status(self) -> int:
        """What /healthz answers; 0 when nothing listens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def tree(self) -> list[int]:
        """Its living processes, itself first."""
        return [self.process.pid, *descendants(self.process.pid)]

    def kill(self) -> None:
        """End everything, whatever state it is in."""
        for pid in reversed(self.tree()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def open_house(committing: Copy) -> Iterator[Callable[..., House]]:
    """`open_house("serve")` or `open_house("worker")`: the product's own processes; nothing is left of them after. The house
    is one of bench: a demonstration would first be built, and its papers drawn, for each of them."""
    houses: list[House] = []
    Installation.objects.update(kind="bench")
    if connection.vendor == "sqlite":
        (committing.folder / "bench.sqlite3").symlink_to(f"{settings.INSTALLATION_KIND}.sqlite3")
    asked = {**committing.environment, "EGARDS_KIND": "bench"}

    def open_one(command: str = "serve", **environment: str) -> House:
        port = free_port()
        words = [command, "--port", str(port)] if command == "serve" else [command]
        houses.append(House(words, {**asked, **environment}, port))
        return houses[-1]

    yield open_one
    for house in houses:
        house.kill()
