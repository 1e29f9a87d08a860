"""A statement whose words are kept asks for whom it is asked, and finds what making it anew would find."""

from decimal import Decimal

import pytest
from django.db import connection

from billing.collecting import record_payment
from lib import clock
from tact import prepared, traces
from tests.billing.money import issued

pytestmark = pytest.mark.django_db


def seen(rows):
    return sorted(map(repr, rows))


@pytest.fixture
def moving(company, le_goff, diallo, nadia):
    """Two clients: one has paid too much, the other owes three bills."""
    paid, due = issued(le_goff, "50.00"), [issued(diallo, "10.00") for _turn in range(3)]
    record_payment(customer=le_goff, amount=Decimal("80.00"), method="transfer", paid_on=clock.today(), by=nadia, invoices=[paid])
    return [le_goff.pk, diallo.pk], [bill.pk for bill in due]


def test_the_rows_are_those_of_the_statement_made_anew(moving):
    ids, bills = moving
    today = clock.today()
    for some in ([ids[0]], [ids[1]], ids, [*ids, ids[0]]):
        for alone in (True, False):
            for invoices in ([], bills[:1], bills[:2], bills):
                made = traces._all(some, invoices, today, alone)
                for _turn in range(2):  # put into words, then asked again
                    found = prepared.rows(traces._all, some, invoices, kept=(today, alone))
                    assert seen(found) == seen(made)
        assert seen(prepared.rows(traces._left, some)) == seen(traces._left(some))


def test_another_client_is_never_answered_with_the_first_ones_rows(moving):
    (paid, owing), _bills = moving
    left = [dict(traces.read_left([who]).left) for who in (paid, owing, paid)]
    assert left == [{paid: Decimal("30.00")}, {}, {paid: Decimal("30.00")}]


def test_it_is_one_statement_and_more_keys_than_a_page_has_are_asked_as_ever(moving, django_assert_num_queries):
    ids, _bills = moving
    many = [*ids, *range(10**6, 10**6 + prepared.MOST)]
    for keys in (ids, ids, many):
        with django_assert_num_queries(1):
            found = prepared.rows(traces._left, keys)
        assert seen(found) == seen(traces._left(ids))
    assert prepared.rows(traces._left, []) == []


def test_no_key_it_was_made_with_is_ever_asked_for(moving):
    ids, bills = moving
    asked = []

    def watch(execute, sql, params, many, context):
        asked.extend(params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        prepared.rows(traces._all, ids, bills, kept=(clock.today(), False))
    numbers = {value for value in asked if type(value) is int}
    assert {*ids, *bills} <= numbers
    assert not [value for value in numbers if value < 0]
