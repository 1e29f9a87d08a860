"""Many writers issue at once, some of them failing after the number is taken: no gap, no number twice, books right.

    python benchmarks/issue_writers.py --writers 32 --each 200
    python benchmarks/issue_writers.py --writers 32 --each 20 --without-lock     the negative control: must end in 1

Runs on a throwaway database: a new SQLite file, or with `DATABASE_URL` a new database on that PostgreSQL server. Each
writer is a process of its own; one issue in twenty is made to fail inside its transaction, once the number is taken.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FAILS_EVERY = 20  # one issue in twenty: five per cent
CLIENTS = 30


@dataclass
class Account:
    """What became of every draft. `gaps`, `twice`, `errors`, `wrong` must be empty."""

    asked: int
    failed: int = 0
    issued: int = 0
    gaps: int = 0
    twice: int = 0
    mails: int = 0
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    slow: float = 0.0
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Every draft issued or made to fail, numbers from 1 without a gap, one mail each, books and seals right."""
        whole = self.issued + self.failed == self.asked and self.mails == self.issued
        return whole and not (self.gaps or self.twice or self.errors or self.wrong)

    def __str__(self) -> str:
        return (
            f"{self.asked} drafts, {self.failed} made to fail, {self.issued} issued in {self.seconds:.1f} s "
            f"({self.issued / max(self.seconds, 0.001):.0f}/s, p99 {self.slow:.2f} s): {self.gaps} gaps, {self.twice} twice, "
            f"{self.mails} mails, {len(self.errors)} errors, {len(self.wrong)} wrong rows"
        )


def fill(drafts: int) -> list[int]:
    """A firm, thirty clients and `drafts` drafts of one line; returns their primary keys. One in twenty has its due date
    written already: the database refuses the second one, once the number is taken."""
    from billing.models import Invoice, InvoiceLine
    from billing.projecting import WHAT
    from crm.customers import create_customer
    from crm.models import Commitment
    from lib import clock
    from tests.billing.house import open_firm, settle

    open_firm()
    clients = [
        settle(create_customer(by=None, name=f"Client {number}", type="consumer", email=f"n{number}@client.example"))
        for number in range(CLIENTS)
    ]
    rows = Invoice.objects.bulk_create(Invoice(customer=clients[number % CLIENTS]) for number in range(drafts))
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=row, position=1, description="Pose", unit_price=100, vat_rate=20, net=100) for row in rows
    )
    Commitment.objects.bulk_create(
        Commitment(
            customer=row.customer, owed_by="them", nature="projected", what=str(WHAT), due_on=clock.today(), amount=1,
            about_kind="invoice", about_ref=row.public_id,
        )
        for row in rows
        if row.pk % FAILS_EVERY == 0
    )  # fmt: skip
    return [row.pk for row in rows]


def write(keys: list[int], on: date, lock: bool, results: Any) -> None:
    """One writer: issue these drafts, one in twenty failing once the number is taken."""
    from django.db import IntegrityError, connection

    from billing.issuing import issue_invoice
    from billing.models import Invoice

    if not lock:
        remove_locks()
    failed, errors, times = 0, [], []
    for key in keys:
        began = time.monotonic()
        try:
            issue_invoice(Invoice(pk=key), by=None, on=on)
        except IntegrityError as trouble:
            failed += key % FAILS_EVERY == 0
            errors += [] if key % FAILS_EVERY == 0 else [str(trouble)]
        except Exception as trouble:  # noqa: BLE001 — whatever it is, it is counted and shown
            errors.append(f"{type(trouble).__name__}: {trouble}"[:200])
        times.append(time.monotonic() - began)
    connection.close()
    results.put((failed, errors, times))


def remove_locks() -> None:
    """For the negative control, in this writer alone: nothing is locked any more, on either engine."""
    from django.conf import settings
    from django.db import connection, transaction
    from django.db.models import QuerySet

    from billing import issuing

    issuing.in_turn = transaction.atomic
    QuerySet.select_for_update = lambda self, *words, **more: self
    connection.close()
    for told in (settings.DATABASES["default"], connection.settings_dict):
        if "transaction_mode" in told.get("OPTIONS", {}):
            told["OPTIONS"] = {**told["OPTIONS"], "transaction_mode": "DEFERRED", "timeout": 0.1}


def run(writers: int, each: int, *, lock: bool = True) -> Account:
    """Fill the database in force, let the writers issue all at once, count."""
    from django.db import connections

    from lib import clock

    keys = fill(writers * each)
    connections.close_all()  # a child shares nothing of ours
    forked = multiprocessing.get_context("fork")
    results = forked.Queue()
    began = time.monotonic()
    team = [forked.Process(target=write, args=(keys[number::writers], clock.today(), lock, results)) for number in range(writers)]
    for writer in team:
        writer.start()
    told = [results.get(timeout=1800) for _writer in team]
    for writer in team:
        writer.join(60)
    return account(len(keys), told, time.monotonic() - began)


def account(asked: int, told: Iterable[tuple[int, list[str], list[float]]], seconds: float) -> Account:
    """Read the database again: numbers, mails, books, seals."""
    from billing import auditing, seals
    from billing.models import Invoice
    from crm.models import Email

    told = list(told)
    numbers = sorted(int(name.rpartition("-")[2]) for name in Invoice.objects.issued().values_list("number", flat=True))
    times = sorted(one for _failed, _errors, times in told for one in times)
    return Account(
        asked=asked,
        failed=sum(failed for failed, _errors, _times in told),
        issued=len(numbers),
        gaps=len(set(range(1, (numbers or [0])[-1] + 1)) - set(numbers)),
        twice=len(numbers) - len(set(numbers)),
        mails=Email.objects.filter(purpose="invoice").count(),
        errors=[error for _failed, errors, _times in told for error in errors],
        wrong=[str(problem) for problem in auditing.verify()] + seals.labels(seals.verify()),
        slow=times[int(len(times) * 0.99)] if times else 0.0,
        seconds=seconds,
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--without-lock", action="store_true", help="the negative control")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from benchmarks.mail_kills import throwaway

    throwaway()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    found = run(asked.writers, asked.each, lock=not asked.without_lock)
    print(f"{connection.vendor}: {found}")
    for line in [*found.errors[:3], *found.wrong[:3]]:
        print("  ", line)
    sys.exit(0 if found.is_right else 1)


if __name__ == "__main__":
    main()
