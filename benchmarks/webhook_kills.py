"""Messages of Stripe repeated, shuffled and forged, by many clients at once, while web workers are killed: the books tell the truth.

    python benchmarks/webhook_kills.py --deliveries 10000 --kills 20 --clients 16

Runs on a throwaway database: a new SQLite file, or with `DATABASE_URL` a new database on that PostgreSQL server. A gunicorn of
two workers answers; one delivery in ten is forged (wrong secret, stale, altered, unsigned). As Stripe does, a client whose
delivery was not answered tells it again. Ends in 1 when a forged one is believed, a true one is not answered, or the ledger
differs from what Stripe knows.
"""

import argparse
import os
import queue
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATH = "/stripe/messages/"


@dataclass
class Account:
    """What became of every delivery."""

    deliveries: int
    forged: int
    kills: int = 0
    seconds: float = 0.0
    answers: Counter[tuple[bool, int]] = field(default_factory=Counter)  # (true, status) of the last answer of each
    told_again: int = 0
    times: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Every true one answered 2xx, every forged one 400, the books equal to what Stripe knows."""
        expected = Counter({(True, 200): self.deliveries - self.forged, (False, 400): self.forged})
        return self.answers == expected and not self.wrong

    def __str__(self) -> str:
        times = sorted(self.times)
        answers = [
            f"{count} {'true' if true else 'forged'} answered {status}" for (true, status), count in sorted(self.answers.items())
        ]
        p95 = times[int(len(times) * 0.95)] * 1000 if times else 0
        return (
            f"{self.deliveries} deliveries, {self.forged} of them forged, {self.kills} workers killed, {self.seconds:.0f} s "
            f"({self.deliveries / max(self.seconds, 0.001):.0f}/s, p95 {p95:.0f} ms): {', '.join(answers)}, "
            f"{self.told_again} told again, {len(self.wrong)} differences"
        )


def fill(server: Any, pages: int, chance: random.Random) -> None:
    """`pages` invoices of thirty clients with a payment page each, nine in ten paid, one paid in six half refunded."""
    from billing.stripe_checkout import open_checkout
    from crm.customers import create_customer
    from tests.billing.house import SHELF, issued, open_firm, settle
    from tests.faults.test_payments import AUTHORITY, address, everything

    open_firm()
    people = [settle(create_customer(by=None, name=f"Client {place}", email=f"c{place}@client.example")) for place in range(30)]
    for person in people:
        settle(person, type="consumer")
    made = [
        open_checkout(issued(people[place % 30], [{**SHELF, "unit_price": str(10 + place)}]), address=address)
        for place in range(pages)
    ]
    for page in made[: pages * 9 // 10]:
        server.standin.pay(page.external_id)
    paid = [one for one in everything(server, "checkout/sessions") if one["payment_intent"]]
    for one in chance.sample(paid, len(paid) // 6):
        body = f"payment_intent={one['payment_intent']}&amount={one['amount_total'] // 2}"
        server.standin.call("POST", "/v1/refunds", body, "", AUTHORITY)


def deliver(port: int, waiting: "queue.SimpleQueue[Any]", found: Account, lock: threading.Lock) -> None:
    """One client: each of its deliveries until it is answered."""
    while True:
        try:
            body, header, true = waiting.get_nowait()
        except queue.Empty:
            return
        again, status = -1, 0
        while again < 200 and not 200 <= status < 500:
            again += 1
            began = time.monotonic()
            line = HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                line.request("POST", PATH, body, {"Content-Type": "application/json", "Stripe-Signature": header})
                status = line.getresponse().status
            except (OSError, HTTPException):  # the worker died under it: told again
                time.sleep(0.2)
            finally:
                line.close()
        with lock:
            found.answers[true, status] += 1
            found.told_again += again
            found.times.append(time.monotonic() - began)


def kill_workers(master: int, kills: int, found: Account, over: threading.Event, chance: random.Random) -> None:
    """SIGKILL to a web worker at random moments, `kills` times."""
    for _kill in range(kills):
        if over.wait(chance.uniform(0.3, 2.5)):
            return
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        if workers:
            os.kill(int(chance.choice(workers)), signal.SIGKILL)
            found.kills += 1


def run(deliveries: int, kills: int, clients: int, *, seed: int = 7) -> Account:
    """Fill the database in force, serve it, deliver and kill, then compare the books with what Stripe knows."""
    from django.conf import settings

    from benchmarks.servers import serving
    from tests.faults.test_payments import messages
    from tests.harness.stripe import API_KEY, Server

    chance, lies = random.Random(seed), deliveries // 10
    server = Server(Path(tempfile.mkdtemp(dir=os.environ["EGARDS_DATA"])))
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API = API_KEY, server.url
    server.standin.webhook_secret = settings.STRIPE_WEBHOOK_SECRET  # the one that the web workers of a demonstration know
    fill(server, deliveries // 6, chance)
    tasks = messages(server, chance, real=deliveries - lies, lies=lies)
    found, lock, over = Account(len(tasks), lies), threading.Lock(), threading.Event()
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    with serving("config.wsgi:application", dict(os.environ), path="/healthz") as web:
        began = time.monotonic()
        team = [threading.Thread(target=deliver, args=(web.port, waiting, found, lock)) for _client in range(clients)]
        killer = threading.Thread(target=kill_workers, args=(web.master, kills, found, over, random.Random(seed + 1)))
        for thread in [*team, killer]:
            thread.start()
        for thread in team:
            thread.join()
        found.seconds = time.monotonic() - began
        over.set()
        killer.join()
    found.wrong = differences(server)
    server.stop()
    return found


def differences(server: Any) -> list[str]:
    """How our books differ from what Stripe knows."""
    from billing import auditing, seals
    from billing.models import StripeEvent
    from billing.reconciling import apply_waiting
    from tests.faults.test_payments import counted, truth

    apply_waiting()
    ours, theirs = counted(), truth(server)
    wrong = [f"{name}: {ours.get(name)} here, {theirs.get(name)} at Stripe" for name in ours.keys() ^ theirs.keys()]
    wrong += [
        f"{name}: {ours[name]} here, {theirs[name]} at Stripe"
        for name in ours.keys() & theirs.keys()
        if ours[name] != theirs[name]
    ]
    if left := StripeEvent.objects.exclude(state__in=["applied", "ignored"]).count():
        wrong.append(f"{left} messages left to look at")
    return wrong + [str(problem) for problem in auditing.verify()] + seals.labels(seals.verify())


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--clients", type=int, default=16)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from benchmarks.mail_kills import throwaway

    throwaway()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    found = run(asked.deliveries, asked.kills, asked.clients)
    print(f"{connection.vendor}: {found}")
    for line in found.wrong[:5]:
        print("  ", line)
    sys.exit(0 if found.is_right else 1)


if __name__ == "__main__":
    main()
