"""What a page costs does not grow with the rows: the same statements in a small world and in one ten times as large, for a
record of ten interactions and for one of ten thousand. No time is measured here (`./run manage bench` does)."""

from datetime import timedelta

import pytest
from django.db import connection

from benchmarks.pages import Page, chosen_pages, measured
from benchmarks.report import LARGEST, STATEMENTS
from config.management.commands.world import open_house
from config.statistics import refresh_statistics
from crm.models import Customer
from demo.bulk import write_world
from demo.bulk_money import write_money
from demo.world import invent
from demo.world_money import invent_money
from lib import clock

MONEY = ("list of payments", "list of complaints", "queue of reminders")
RARE = ("search, rare word", "search, no hit")


@pytest.fixture
def house(db):
    return open_house()


def costs() -> dict[str, Page]:
    pages = chosen_pages()
    measured(pages)
    return {page.name: page for page in pages}


def grown(customers: int, interactions: int, house, *, bills: bool = False) -> None:
    yesterday = clock.now() - timedelta(days=1)
    written = write_world(invent(customers=customers, interactions=interactions, seed=customers, now=yesterday), house=house)
    if bills:
        write_money(invent_money(customers=customers, seed=customers, now=yesterday), written, house=house)
    refresh_statistics()


def test_statements_do_not_grow_with_the_rows(house):
    grown(20, 600, house)
    small, last = costs(), Customer.objects.latest("pk").pk  # PostgreSQL numbers on from the tests before
    grown(180, 11_500, house)
    large = costs()
    biggest = Customer.objects.filter(pk__gt=last).order_by("pk")[2]
    assert biggest.interactions.count() == 10_000
    record = Page("record, 10 000 interactions", f"/clients/{biggest.public_id}/")
    measured([record])
    # PostgreSQL looks at the newest three thousand entries before its index of words: one statement more, once and for all
    looks = connection.vendor == "postgresql"
    assert {name: page.statements - (looks and name in RARE) for name, page in large.items()} == {
        name: page.statements for name, page in small.items()
    }
    records = [record, *(page for name, page in large.items() if name.startswith("record"))]
    assert len({page.statements for page in records[:3]}) == 1
    for page in (*large.values(), record):
        budget = next(limit for word, limit in STATEMENTS.items() if word in page.name)
        more = looks * (page.name.startswith("search") + (page.name in RARE))  # the edge of the newest is read first
        assert page.statements - more <= budget, page.name
        assert page.octets <= LARGEST, page.name


def test_what_is_owed_costs_the_same_whatever_was_issued(house):
    """Twenty clients and two hundred invoices, then two hundred and two thousand: the clients of three and of sixty invoices, in
    the house and in their space, the lists, the queue, the board."""
    grown(20, 120, house, bills=True)
    small = {page.name: page for page in costs().values() if "invoice" in page.name or page.name in MONEY}
    grown(180, 1_080, house, bills=True)
    large = {name: page for name, page in costs().items() if name in small}
    assert {name: page.statements for name, page in large.items()} == {name: page.statements for name, page in small.items()}
    assert len(small) == 17
    for name, page in large.items():
        budget = next(limit for word, limit in STATEMENTS.items() if word in name)
        assert (page.statements <= budget, page.octets <= LARGEST) == (True, True), (name, page.statements, page.octets)
