"""Kill the mail worker while it works, and count: none twice, each accounted for.

    python benchmarks/mail_kills.py --mails 600 --kills 50

Runs on a throwaway database: a new SQLite file, or with `DATABASE_URL` a new database on that PostgreSQL server.
A real SMTP server listens on this machine and counts what it receives; real worker processes are killed (SIGKILL)
at random moments, most of them while handing a message over. Then one worker finishes, and the account is printed.
"""

import argparse
import atexit
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Account:
    """What became of every mail. `twice` and `lost` must be empty, `in_doubt` at most the number of kills."""

    mails: int
    kills: int
    sent: int
    in_doubt: int
    in_doubt_arrived: int
    twice: int
    lost: int
    elsewhere: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.mails} mails, {self.kills} kills, {self.seconds:.0f} s: {self.sent} sent, {self.in_doubt} uncertain "
            f"({self.in_doubt_arrived} of them had arrived), {self.twice} twice, {self.lost} lost, {self.elsewhere} in another state"
        )


def fill(mails: int) -> None:
    """Queue `mails` letters to thirty clients, due at once."""
    from django.db import transaction

    from crm.customers import create_customer
    from crm.models import Company
    from crm.outbox import queue_mail

    Company.objects.update_or_create(pk=1, defaults={"name": "Atelier Morvan", "email": "bonjour@atelier-morvan.example"})
    customers = [create_customer(by=None, name=f"Client {number}") for number in range(30)]
    for number in range(mails):
        with transaction.atomic():
            queue_mail(
                key=f"kill-{number}", to=f"n{number}@client.example", subject=f"Message {number}", text="Bonjour.", by=None,
                customer=customers[number % 30], delay=timedelta(0),
            )  # fmt: skip


def run_and_kill(mails: int, kills: int, environment: Mapping[str, str], *, workers: int = 2, seed: int = 1) -> Account:
    """Fill the database that `environment` and this process share, kill `kills` workers, let one finish, count."""
    from tests.harness.smtp import Sink

    began = time.monotonic()
    fill(mails)
    chance = random.Random(seed)
    with Sink(pause=0.02) as sink:
        team = [Worker(sink.port, environment) for _number in range(workers)]
        for _kill in range(kills):
            wait_for_work(sink, team, chance)
            victim = chance.choice(team)
            victim.kill()
            team[team.index(victim)] = Worker(sink.port, environment)
        for worker in team:
            worker.finish()
        expire_leases()
        Worker(sink.port, environment).finish()
        arrived = Counter(received.recipients[0] for received in sink.received)
    return account(mails, kills, arrived, time.monotonic() - began)


def wait_for_work(sink, team, chance: random.Random) -> None:
    """Until some more mail has arrived, then a random instant inside the handing over of the next one."""
    seen, limit = len(sink.received), time.monotonic() + 60
    while len(sink.received) < seen + 3 and time.monotonic() < limit and any(worker.alive for worker in team):
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.06))


class Worker:
    """One process that drains the outbox until nothing is due."""

    def __init__(self, port: int, environment: Mapping[str, str]):
        words = [sys.executable, str(Path(__file__).resolve()), "--work", str(port)]
        self.process = subprocess.Popen(
            words, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
        )

    @property
    def alive(self) -> bool:
        """Whether it still works."""
        return self.process.poll() is None

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def finish(self) -> None:
        """Let it end by itself."""
        if self.process.wait(300) != 0:
            raise RuntimeError(f"a worker ended with {self.process.returncode}")


def work(port: int) -> None:
    """The worker process itself: sweep until nothing is left to claim."""
    from crm import outbox
    from crm.models import Email
    from crm.transport import Smtp, SmtpSettings
    from lib import clock

    for _sweep in range(1000):
        outbox.drain(now=clock.real_now(), way=Smtp(SmtpSettings("127.0.0.1", port, "none")), seconds=5)
        if not Email.objects.due(clock.real_now()).exists():
            return


def expire_leases() -> None:
    """Put the end of every lease in the past: as if the five minutes had gone by."""
    from crm.models import Email
    from lib import clock

    Email.objects.filter(state=Email.State.SENDING).update(lease_until=clock.real_now() - timedelta(seconds=1))


def account(mails: int, kills: int, arrived: Counter[str], seconds: float) -> Account:
    """Compare what the database says with what the server received."""
    from crm.models import Email

    states = dict(Email.objects.values_list("recipient_email", "state"))
    sent = {address for address, state in states.items() if state == Email.State.SENT}
    doubt = {address for address, state in states.items() if state == Email.State.UNCERTAIN}
    return Account(
        mails=mails,
        kills=kills,
        sent=len(sent),
        in_doubt=len(doubt),
        in_doubt_arrived=len([address for address in doubt if arrived[address]]),
        twice=len([address for address, number in arrived.items() if number > 1]),
        lost=len([address for address in sent if not arrived[address]]),
        elsewhere=len(states) - len(sent) - len(doubt),
        seconds=seconds,
    )


def throwaway() -> dict[str, str]:
    """The environment of a new, empty database, put in force here too."""
    folder = tempfile.mkdtemp(prefix="egards-kills-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    told = {
        "EGARDS_DATA": folder,
        "EGARDS_KIND": "demo",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    told |= {"EGARDS_TESTING": "1", "EGARDS_SECRET_KEY": "only-for-kills" * 4}
    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        name = f"egards_kills_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        told["DATABASE_URL"] = url.rpartition("/")[0] + "/" + name
        atexit.register(drop, url, name)
    os.environ.update(told)
    return dict(os.environ)


def drop(url: str, name: str) -> None:
    """Throw the database away."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    environment = {} if asked.work else throwaway()
    import django

    django.setup()
    if asked.work:
        work(asked.work)
        return
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found = run_and_kill(asked.mails, asked.kills, environment, seed=asked.seed)
    print(f"{connection.vendor}: {found}")
    sys.exit(0 if not (found.twice or found.lost or found.elsewhere) and found.in_doubt <= asked.kills else 1)


if __name__ == "__main__":
    main()
