"""A hundred thousand keys guessed at the door of mailed links, and how long each kind of dead key takes to be answered.

    python benchmarks/link_guesses.py --guesses 100000 --addresses 50 --samples 200

Runs on a throwaway database: a new SQLite file, or with `DATABASE_URL` a new database on that PostgreSQL server, through the
whole of Django's handler. The guesses come from so many addresses: each address is answered sixty times in five minutes, then
told to wait without anything being looked up. Ends in 1 when a guess opens something, when an address is not made to wait, or when
the medians of the answers differ by more than a tenth and 5 ms.
"""

import argparse
import random
import secrets
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("unknown", "over", "revoked", "wrong")


def prepare() -> dict[str, str]:
    """A firm, an invoice, three links of it: a key of each kind; `living` opens."""
    from datetime import timedelta

    from billing import links
    from billing.models import AccessLink
    from crm.customers import create_customer
    from crm.personal_links import key_of
    from lib import clock
    from tests.billing.house import issued, open_firm, settle

    open_firm()
    customer = settle(create_customer(by=None, name="M. Diallo", type="consumer", email="diallo@client.example"))
    invoice = issued(customer)
    living, over, closed = (links.mint(invoice, contact=None, address="a@b.example", by=None, on=clock.today()) for _ in "abc")
    AccessLink.objects.filter(pk=over.pk).update(ends_on=clock.today() - timedelta(days=1))
    links.revoke(closed, by=None)
    key = key_of(living.public_id)
    wrong = ("B" if key[0] != "B" else "C") + key[1:]
    return {
        "living": key,
        "unknown": "A" * 43,
        "over": key_of(over.public_id),
        "revoked": key_of(closed.public_id),
        "wrong": wrong,
    }


def knock(key: str, address: str) -> tuple[int, float]:
    """The answer to a key from an address, and its seconds."""
    from django.test import Client

    browser = Client(REMOTE_ADDR=address)
    began = time.perf_counter()
    return browser.get(f"/f/{key}/").status_code, time.perf_counter() - began


def guess(guesses: int, addresses: int) -> tuple[Counter[int], float]:
    """Keys of chance from so many addresses in turn: the answers, and the seconds."""
    from django.test import Client

    browsers = [Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}") for number in range(addresses)]
    found: Counter[int] = Counter()
    began = time.monotonic()
    for number in range(guesses):
        found[browsers[number % addresses].get(f"/f/{secrets.token_urlsafe(32)}/").status_code] += 1
    return found, time.monotonic() - began


def measure(keys: dict[str, str], samples: int) -> dict[str, float]:
    """Median seconds of each kind of dead key, all in turn in an order of chance; none from an address that waits."""
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    chance = random.Random(1)
    for number in range(samples + 5):
        for kind in chance.sample(KINDS, len(KINDS)):
            status, seconds = knock(keys[kind], f"203.{number // 200}.{number % 200}.{KINDS.index(kind) + 1}")
            assert status == 404, (kind, status)
            if number >= 5:
                times[kind].append(seconds)
    return {kind: statistics.median(found) for kind, found in times.items()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guesses", type=int, default=100_000)
    parser.add_argument("--addresses", type=int, default=50)
    parser.add_argument("--samples", type=int, default=200)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from benchmarks.mail_kills import throwaway

    throwaway()
    import logging

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    logging.disable(logging.WARNING)
    setup_test_environment()
    keys = prepare()
    medians = measure(keys, asked.samples)
    low, high = min(medians.values()), max(medians.values())
    alike = high <= low * 1.1 or high - low <= 0.005
    found, seconds = guess(asked.guesses, asked.addresses)
    opened = sum(count for status, count in found.items() if status not in (404, 429))
    most = asked.addresses * 60 * (2 + int(seconds // 300))  # sixty in each window of five minutes
    told = ", ".join(f"{kind} {median * 1000:.2f} ms" for kind, median in medians.items())
    print(
        f"{connection.vendor}: {asked.guesses} guesses from {asked.addresses} addresses in {seconds:.0f} s: {opened} opened, "
        f"{found[404]} looked up (at most {most}), {found[429]} told to wait; medians of {asked.samples}: {told}, ratio {high / low:.3f}"
    )
    living = knock(keys["living"], "192.0.2.1")[0]
    print(f"a living key from elsewhere meanwhile: {living}")
    sys.exit(0 if not opened and found[404] <= most and alike and living == 302 else 1)


if __name__ == "__main__":
    main()
