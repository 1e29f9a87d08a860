"""`serve`: web and worker in one tree, stopped together."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import environment, lifeline, preparing
from config.first_run import first_run_link

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 10.0  # seconds given to each child to end what it is doing


class Command(BaseCommand):
    help = "Sert l’application : le web et le travailleur, arrêtés ensemble (Ctrl-C)."
    needs_database = False  # it prepares by itself, with the static files
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--host", default="127.0.0.1", help="adresse d’écoute (une adresse publique demande EGARDS_URL en https)"
        )

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        signal.signal(signal.SIGINT, lambda number, frame: sys.exit(130))  # a Ctrl-C while preparing needs no traceback
        refuse_address(host, port)
        preparing.prepare(serving=True)
        link = first_run_link()
        connections.close_all()
        self.say(f"Base : {describe_kind()}")
        tree = Tree(addresses(host, port))
        signal.signal(signal.SIGTERM, tree.ask_to_stop)
        signal.signal(signal.SIGINT, tree.ask_to_stop)
        tree.start_web()
        if tree.wait_until_answering(port):
            tree.start_worker()  # only now: the first page does not wait behind it
            self.say(f"Égards est ouvert : {settings.PUBLIC_URL}")
            if link:
                self.say(f"Première connexion (ce lien ne sert qu’une fois) : {link}")
            self.say("Ctrl-C pour tout arrêter.")
        sys.exit(tree.watch())

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def describe_kind() -> str:
    """The database served and why, in words."""
    words = {"real": "réelle", "demo": "démonstration", "bench": "banc d’essai"}
    return f"{words[settings.INSTALLATION_KIND]} ({environment.reason()})."


def refuse_address(host: str, port: int) -> None:
    """Plain http is served on loopback only; a port already taken is said before anything starts."""
    if host not in LOOPBACK and not settings.HTTPS:
        raise CommandError(
            f"--host {host} : en http simple, Égards n’écoute que sur cette machine (127.0.0.1). "
            "Placez-le derrière un serveur TLS et donnez EGARDS_URL=https://… (docs/install.md)."
        )
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise CommandError(
                f"Le port {port} n’est pas libre sur {host} ({trouble.strerror}). Égards est peut-être déjà ouvert ; "
                f"sinon choisissez-en un autre : ./run --port {port + 1}."
            ) from trouble


def addresses(host: str, port: int) -> list[str]:
    """What to bind: the address asked for and, for this machine, its IPv6 twin when it has one."""
    if host not in LOOPBACK:
        return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    found = [f"127.0.0.1:{port}"]
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("::1", port))
        found.append(f"[::1]:{port}")
    except OSError:  # no IPv6 here
        pass
    return found


class Tree:
    """gunicorn and the worker: started, watched and stopped together."""

    def __init__(self, binds: list[str]):
        self.binds = binds
        self.stopping = False
        self.signals = 0
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_web(self) -> None:
        """Start gunicorn, in a session of its own: Ctrl-C reaches only us, and we stop everything in order."""
        binds = [word for bind in self.binds for word in ("--bind", bind)]
        self.web = self.spawn("-m", "gunicorn", "--config", "python:config.gunicorn", *binds)

    def start_worker(self) -> None:
        """Start the worker, likewise."""
        self.worker = self.spawn(str(settings.BASE_DIR / "manage.py"), "worker")

    def spawn(self, *words: str) -> subprocess.Popen[bytes]:
        """One child, on the same database as us, that will not outlive us."""
        told = {
            **lifeline.environment_for_child(),
            "EGARDS_KIND": settings.INSTALLATION_KIND,
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        return subprocess.Popen([sys.executable, *words], env=told, start_new_session=True)

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """A first signal stops in order, a second one at once."""
        self.signals += 1
        self.stopping = True
        if self.signals > 1:
            self.kill()

    def wait_until_answering(self, port: int) -> bool:
        """Wait for /healthz to answer anything; False when the web server has died or we are being stopped."""
        while not self.stopping and self.web and self.web.poll() is None:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status in (200, 503)
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        return False

    def watch(self) -> int:
        """Until a signal or the death of the web server: bring a dead worker back. Gives the exit code."""
        while not self.stopping:
            if self.web and self.web.poll() is not None:
                break
            if self.worker and self.worker.poll() is not None:
                self.start_worker()
            time.sleep(0.2)
        asked = self.stopping
        self.stop()
        return 0 if asked else 1

    def stop(self) -> None:
        """SIGTERM to both, then SIGKILL to what is left of their groups."""
        children = [child for child in (self.web, self.worker) if child]
        for child in children:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + PATIENCE
        for child in children:
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the groups of both children."""
        for child in (self.web, self.worker):
            if child:
                with suppress(ProcessLookupError):  # nothing is left of it
                    os.killpg(child.pid, signal.SIGKILL)
