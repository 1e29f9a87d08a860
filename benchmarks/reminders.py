"""How long deciding takes for 10 000 open invoices, and with how many statements. Uses a throwaway database.

python -m benchmarks.reminders [--customers 2000] [--invoices 5]
"""

import argparse
import json
import time
from datetime import date, datetime, timedelta
from decimal import Decimal

from benchmarks.mail_kills import throwaway


def main() -> None:
    """Fill, plan, and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--invoices", type=int, default=5)
    asked = parser.parse_args()
    throwaway()
    import django  # inline: its settings are the throwaway's

    django.setup()
    from django.core.management import call_command  # inline: after Django has started

    call_command("migrate", verbosity=0)
    from tact.planning import plan  # inline: Django starts after its settings are known

    on = date(2026, 11, 23)
    fill(asked.customers, asked.invoices, on)
    found = []
    for _turn in range(3):
        began, processor = time.monotonic(), time.process_time()
        with counted() as statements:
            rows = plan(on=on, now=noon(on))
        found.append((time.monotonic() - began, time.process_time() - processor, len(statements)))
    wall, spent, number = min(found)
    told = {
        "customers": len(rows), "invoices": asked.customers * asked.invoices, "seconds": round(wall, 2),
        "processor": round(spent, 2), "statements": number,
    }  # fmt: skip
    print(json.dumps(told))
    if len(rows) != asked.customers:
        raise SystemExit("not everyone who owes was decided for")


def noon(on: date) -> datetime:
    """Noon of that day, aware."""
    from lib import clock  # inline: after Django has started

    return clock.local(datetime.fromisoformat(f"{on}T11:00:00+00:00"))


def counted():  # type: ignore[no-untyped-def]
    """The statements made inside."""
    from django.db import connection  # inline: after Django has started
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


def fill(customers: int, invoices: int, on: date) -> None:
    """So many customers, each with so many unpaid invoices of every age, and one promise in ten."""
    from billing.models import Invoice  # inline: after Django has started
    from billing.projecting import due_date_of
    from crm.models import Commitment, Customer
    from lib import clock

    made = Customer.objects.bulk_create(
        [
            Customer(
                reference=f"B{number:06d}", name=f"Client {number}", type="professional", sort_name=f"client {number}",
                name_key=f"client {number}", email=f"c{number}@client.example", email_key=f"c{number}@client.example",
            )
            for number in range(customers)
        ]
    )  # fmt: skip
    rows = []
    for place, customer in enumerate(made):
        for step in range(invoices):
            due_on = on - timedelta(days=(place * 7 + step * 11) % 60 - 10)
            rows.append(
                Invoice(
                    customer=customer, number=f"F2026-{place * invoices + step:06d}", issued_on=due_on - timedelta(days=30),
                    issued_at=clock.now(), due_on=due_on, total_excl_tax=Decimal(100), total_incl_tax=Decimal(120), snapshot={},
                )
            )  # fmt: skip
    bills = Invoice.objects.bulk_create(rows, batch_size=500)
    Commitment.objects.bulk_create([due for bill in bills if (due := due_date_of(bill))], batch_size=500)
    Commitment.objects.bulk_create(
        [
            Commitment(
                customer_id=bill.customer_id, owed_by="them", what="Régler", due_on=on, amount=Decimal(120), about_kind="invoice",
                about_ref=bill.public_id,
            )
            for bill in bills[::10]
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
