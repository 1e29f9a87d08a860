"""The floor's corpus, written from one of our worlds: `python -m benchmarks.floor_corpus GENERATOR OUT`.

The same customers and the same interactions under the same keys; as many invoices, unpaid in the same proportion, come from the
floor's own generator, which has its own columns for them.
"""

import csv
import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Write `customers.csv`, `events.csv` and `invoices.csv` into the folder named second."""
    generator, out = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # inline: Django is set up here

    django.setup()
    from crm.models import Customer, Interaction  # inline: Django is set up here

    customers = Customer.objects.order_by("pk")
    count = customers.count()
    words = ["--customers", str(count), "--invoices", str(10 * count), "--events", "0"]
    subprocess.run([sys.executable, str(generator), str(out), *words], check=True)
    with (out / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow("id code name contact email phone address zip town siren vat created".split())
        for row in customers.iterator():
            rows.writerow(
                [
                    row.pk,
                    row.reference,
                    row.name,
                    "",
                    row.email,
                    row.phone,
                    row.address,
                    row.postal_code,
                    row.city,
                    "",
                    "",
                    row.created_at.date(),
                ]
            )
    with (out / "events.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow("id customer kind at subject body user".split())
        for row in Interaction.objects.order_by("pk").iterator():
            at = f"{row.occurred_at:%Y-%m-%d %H:%M:%S}"
            rows.writerow([row.pk, row.customer_id, row.kind[:12], at, row.summary, row.body, row.author_id or 0])


if __name__ == "__main__":
    main()
