"""How long a long chain of seals takes to verify, by this process alone and with helpers; memory, and one row altered.

    python -m benchmarks.seals [--customers 3600]

A bench world of that many customers (ten invoices each, most of them paid) in a throwaway database: a new SQLite file, or
with `DATABASE_URL` a new database on that PostgreSQL server. Every row is sealed in bulk, link by link as `billing.seals` does.
"""

import argparse
import resource
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from benchmarks.mail_kills import throwaway


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=3_600)
    asked = parser.parse_args()
    throwaway()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    print(f"{connection.vendor}: {fill(asked.customers)} links")
    from billing.models import InvoiceLine
    from billing.signatures import helpers_for
    from demo.bulk_money import unguarded

    answers = [verified(helpers) for helpers in (0, helpers_for(10**6), 0, helpers_for(10**6))]
    with unguarded():
        InvoiceLine.objects.filter(pk=InvoiceLine.objects.latest("pk").pk).update(description="Autre chose")
    answers += [verified(helpers) for helpers in (0, helpers_for(10**6))]
    for place, label, words in answers[-1]:
        print(f"   {place} ({label}): {words}")
    sys.exit(0 if answers[:4] == [[]] * 4 and answers[4] == answers[5] and len(answers[5]) == 1 else 1)


def verified(helpers: int) -> list[tuple[int, str, str]]:
    """What is wrong; what it took is printed."""
    from billing import seals

    began, own, others = time.perf_counter(), time.process_time(), spent_by_children()
    found = seals.verify(helpers=helpers)
    clock, own, others = time.perf_counter() - began, time.process_time() - own, spent_by_children() - others
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told = f"{helpers} helpers: {clock:.1f} s, processor {own:.1f} s here and {others:.1f} s in the helpers"
    print(f"{told}, at most {most} MiB here, {len(found)} wrong")
    return found


def spent_by_children() -> float:
    """Seconds of processor of the processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fill(customers: int) -> int:
    """A world with its money, then a seal for each document, payment and allocation; returns how many."""
    from billing import seal_keys
    from billing.models import ChainHead, Seal
    from config.management.commands.world import open_house
    from demo.bulk import write_world
    from demo.bulk_money import write_money
    from demo.world import invent
    from demo.world_money import invent_money
    from lib import clock

    house, yesterday = open_house(), clock.now() - timedelta(days=1)
    written = write_world(invent(customers=customers, interactions=2 * customers, seed=1, now=yesterday), house=house)
    write_money(invent_money(customers=customers, seed=1, now=yesterday), written, house=house)
    chain = secrets.token_hex(13)
    made, position, digest = links(chain), 0, ""
    while rows := list(islice(made, 500)):
        Seal.objects.bulk_create(rows)
        position, digest = rows[-1].position, rows[-1].digest
    ChainHead.objects.update_or_create(pk=1, defaults={"chain": chain, "position": position, "digest": digest})
    seal_keys.keep_head(chain, position, digest)
    return position


def links(chain: str) -> Iterator[Any]:
    """Each row's link, in the order of their kinds."""
    from billing import seal_keys, seals, verifier
    from billing.models import Seal
    from lib import clock

    previous, position, at = verifier.beginning_of(chain), 0, clock.now()
    for kind, (rows, record) in seals._KINDS.items():
        for row in rows().order_by("pk").iterator(500):
            position += 1
            envelope = {"position": position, "kind": kind, "about_ref": row.public_id, "about_label": str(row.about_label)[:120],
                        "sealed_at": at}  # fmt: skip
            text = verifier.canonical({**envelope, "format_version": verifier.FORMAT_VERSION, "record": record(row)})
            salt = secrets.token_hex(32)
            commitment = verifier.commitment_of(salt, text)
            digest = verifier.digest_of(previous, commitment)
            signature = seal_keys.sign(bytes.fromhex(digest), begun=position > 1)
            yield Seal(
                **envelope, format_version=verifier.FORMAT_VERSION, salt=salt, payload=text, commitment=commitment,
                previous=previous, digest=digest, signature=signature,
            )  # fmt: skip
            previous = digest


if __name__ == "__main__":
    main()
