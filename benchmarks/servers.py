"""The servers that the bench asks: ours and the floor's, each gunicorn with two workers on a free port of the loopback."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
WAIT = 60.0  # seconds for a server to answer


@dataclass
class World:
    """One bench world in its own folder (or PostgreSQL database), and the floor's copy of it."""

    customers: int
    interactions: int
    folder: Path
    floor: Path | None = None
    pages: list[dict[str, Any]] = field(default_factory=list)
    cookie: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a process must be told to work on this world."""
        told = {
            **os.environ,
            "EGARDS_DATA": str(self.folder),
            "EGARDS_KIND": "bench",
            "PYTHONPATH": str(ROOT),
            "EGARDS_URL": "http://localhost:8000",
        }
        if os.environ.get("DATABASE_URL"):
            told["DATABASE_URL"] = with_name(f"egards_bench_{self.customers}")
        return told

    @property
    def floor_environment(self) -> dict[str, str]:
        """The same for the floor, whose settings speak of their own database."""
        told = {**os.environ, "PYTHONPATH": str(self.floor), "DB": "sqlite", "SQLITE": str(self.folder / "floor.sqlite3")}
        told["DJANGO_SETTINGS_MODULE"] = "floor.settings"
        if url := os.environ.get("DATABASE_URL"):
            told |= {"DB": "pg", "PGDB": f"egards_floor_{self.customers}", "PGPORT": str(urlsplit(url).port or 5432)}
        return told

    def prepare(self) -> None:
        """Write the world when it is not there yet, then look at its pages from inside."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if url := os.environ.get("DATABASE_URL"):
            create_database(url, f"egards_bench_{self.customers}")
        if not (self.folder / "written").exists():
            size = ["--customers", str(self.customers), "--interactions", str(self.interactions), "--again"]
            run([str(ROOT / "manage.py"), "world", *size], {**self.environment, "EGARDS_PREPARE": "1"})
            (self.folder / "written").touch()
        found = json.loads(run(["-m", "benchmarks.pages"], self.environment))
        self.cookie, self.pages = found["cookie"], found["pages"]

    def prepare_floor(self) -> None:
        """Load the floor with the same customers and interactions."""
        if self.floor is None or (self.folder / "floor-loaded").exists():
            return
        if url := os.environ.get("DATABASE_URL"):
            create_database(url, f"egards_floor_{self.customers}")
        corpus = self.folder / "corpus"
        run(["-m", "benchmarks.floor_corpus", str(self.floor / "gen_corpus.py"), str(corpus)], self.environment)
        run(["-m", "floor.load", str(corpus)], self.floor_environment)
        (self.folder / "floor-loaded").touch()


@dataclass(frozen=True)
class Server:
    """A gunicorn that answers on `port`; `master` is its first process."""

    port: int
    master: int

    def spent(self) -> int:
        """Nanoseconds of processor that its workers have used so far (Linux), 0 where the kernel does not say."""
        total = 0
        for worker in Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split():
            for thread in Path(f"/proc/{worker}/task").glob("*/schedstat"):
                total += int(thread.read_text().split()[0])
        return total


def run(words: list[str], environment: dict[str, str]) -> str:
    """Run Python on `words`, showing what it says of its progress; returns the last line of its output."""
    done = subprocess.run([sys.executable, *words], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:2])} failed:\n{done.stdout}")
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def with_name(name: str) -> str:
    """DATABASE_URL with another database's name."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def create_database(url: str, name: str) -> None:
    """Create the database `name` on the server of `url` when it is not there."""
    import psycopg  # inline: optional library or step
    from psycopg import sql  # inline: optional library or step

    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def serving(application: str, environment: dict[str, str], *, path: str) -> Iterator[Server]:
    """A server of `application`, until the block ends; given once `path` answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "gunicorn", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "30", "--preload"]
    words += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", application]
    server = subprocess.Popen([sys.executable, *words], env=environment, cwd=ROOT)
    try:
        wait_for(port, path, server)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int, path: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers anything at all."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise SystemExit("a server of the bench did not start")
