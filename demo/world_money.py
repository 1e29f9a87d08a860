"""The money of a bench world as plain facts: what was issued, for how much, and whether it was paid; who complained."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from demo.world import PEOPLE, YEARS

BILLED = (3, 60, 2_000)  # invoices of the fourth, fifth and sixth customers, where the world is large enough
FIRST = 3  # of those customers: the three before hold histories of a known length
EACH = 10  # invoices of a customer, on average
OPEN = 0.11  # of them still to be paid
COMPLAINS = 0.05
_SUBJECTS = ("La terrasse", "L’escalier", "Les volets", "La cuisine", "Le portail", "Entretien de l’année")


@dataclass(frozen=True)
class BillFact:
    """An invoice of one line to customer `client`, issued at `at`; paid in full at `paid_at`, or not."""

    client: int
    at: datetime
    by: int
    subject: str
    price: Decimal
    paid_at: datetime | None


@dataclass(frozen=True)
class ComplaintFact:
    """A complaint received in writing."""

    client: int
    at: datetime
    by: int
    subject: str
    body: str


@dataclass
class Money:
    """All of it, in the order of time."""

    bills: list[BillFact]
    complaints: list[ComplaintFact]


def invent_money(*, customers: int, seed: int, now: datetime) -> Money:
    """Ten invoices a customer on average, the fixed ones apart, and complaints of one customer in twenty."""
    chance = random.Random(seed)
    counts = [rows for rows in BILLED if rows <= EACH * customers // 2]
    clients = [FIRST + place for place, rows in enumerate(counts) for _row in range(rows)]
    first_free = FIRST + len(counts)
    while len(clients) < EACH * customers:
        clients.append(first_free + int((customers - first_free) * chance.random() ** 1.6))
    bills = sorted((_bill(chance, client, now) for client in clients), key=lambda fact: (fact.at, fact.client))
    angry = [_complaint(chance, chance.randrange(FIRST, customers), now) for _one in range(int(customers * COMPLAINS))]
    return Money(bills, sorted(angry, key=lambda fact: (fact.at, fact.client)))


def _bill(chance: random.Random, client: int, now: datetime) -> BillFact:
    late = chance.random() < OPEN
    days = chance.randint(1, 120) if late else chance.randint(60, YEARS * 365 - 30)
    at = _at(now, days, chance)
    paid_at = None if late else at + timedelta(days=chance.randint(5, 45))
    price = Decimal(chance.randint(4_000, 400_000)) / 100
    return BillFact(client, at, chance.randrange(PEOPLE), chance.choice(_SUBJECTS), price, paid_at)


def _complaint(chance: random.Random, client: int, now: datetime) -> ComplaintFact:
    return ComplaintFact(
        client, _at(now, chance.randint(1, 50), chance), chance.randrange(PEOPLE), chance.choice(_SUBJECTS), "Ce n’est pas fini."
    )


def _at(now: datetime, days: int, chance: random.Random) -> datetime:
    day = now - timedelta(days=days)
    return day.replace(hour=chance.randint(7, 16), minute=chance.randint(0, 59), second=chance.randint(0, 59), microsecond=0)
