"""Lines, rates and totals: vectors B-01 to B-08 (EN 16931, BR-CO-10 to BR-CO-17)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import vat
from lib.money import ZERO, cents


@dataclass(frozen=True)
class Sold:
    net: Decimal
    vat_rate: Decimal
    vat_category: str = "S"


def several(count: int, price: str, rate: str) -> vat.Totals:
    return vat.totals([Sold(Decimal(price), Decimal(rate))] * count)


@pytest.mark.parametrize(
    ("count", "price", "rate", "base", "tax"),
    [
        (3, "10.03", "20", "30.09", "6.02"),  # B-01
        (3, "9.90", "5.5", "29.70", "1.63"),  # B-02
        (3, "7.70", "8.5", "23.10", "1.96"),  # B-03
        (5, "1.10", "2.1", "5.50", "0.12"),  # B-04
    ],
)
def test_tax_is_computed_per_rate(count: int, price: str, rate: str, base: str, tax: str) -> None:
    found = several(count, price, rate)
    assert (str(found.excl_tax), str(found.tax)) == (base, tax)
    assert found.incl_tax == Decimal(base) + Decimal(tax) == found.payable


@pytest.mark.parametrize(
    ("price", "rate", "told"),
    [
        ("100.00", "5.5", ("94.79", "5.21", "0.00")),  # B-05
        ("29.97", "20", ("24.98", "5.00", "-0.01")),  # B-06
    ],
)
def test_a_price_with_tax_is_told_to_the_cent(price: str, rate: str, told: tuple[str, str, str]) -> None:
    assert tuple(str(part) for part in vat.split_incl_tax(Decimal(price), Decimal(rate))) == told


def test_a_rounding_leaves_what_was_agreed() -> None:  # B-06
    found = vat.totals([Sold(Decimal("24.98"), Decimal(20))], rounding=Decimal("-0.01"))
    assert (str(found.incl_tax), str(found.payable)) == ("29.98", "29.97")


def test_a_deposit_is_taken_off_what_is_left() -> None:  # B-08
    found = vat.totals([Sold(Decimal("1000.00"), Decimal(20))], prepaid=Decimal("360.00"))
    assert (str(found.incl_tax), str(found.prepaid), str(found.payable)) == ("1200.00", "360.00", "840.00")


def test_rates_are_apart_and_come_from_the_highest() -> None:
    found = vat.totals(
        [
            Sold(Decimal("10.00"), Decimal("5.50")),
            Sold(Decimal("20.00"), Decimal("20.00")),
            Sold(Decimal("1.00"), Decimal("5.5")),
            Sold(Decimal("7.00"), Decimal("0"), "E"),
        ]
    )
    assert [(group.category, str(group.rate), str(group.base), str(group.tax)) for group in found.groups] == [
        ("S", "20", "20.00", "4.00"),
        ("S", "5.5", "11.00", "0.61"),
        ("E", "0", "7.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "net", "allowance"),
    [
        ("2", "170", "0", "340.00", "0.00"),
        ("3", "10.03", "10", "27.08", "3.01"),
        ("0.3333", "29.995", "0", "10.00", "0.00"),
        ("1", "0.005", "0", "0.01", "0.00"),
        ("1.5", "33.33", "33.33", "33.33", "16.67"),
        ("1", "100", "100", "0.00", "100.00"),
    ],
)
def test_a_line_is_rounded_once(quantity: str, price: str, discount: str, net: str, allowance: str) -> None:
    given_ = (Decimal(quantity), Decimal(price), Decimal(discount))
    assert (str(vat.line_net(*given_)), str(vat.line_allowance(*given_))) == (net, allowance)


CENTS = st.integers(0, 10**9).map(lambda value: Decimal(value) / 100)
RATES = st.sampled_from(["20", "10", "5.5", "2.1", "8.5", "13", "0.9"]).map(Decimal)


@given(st.lists(st.tuples(CENTS, RATES), max_size=40))
def test_totals_are_the_sums_of_what_is_printed(lines: list[tuple[Decimal, Decimal]]) -> None:
    found = vat.totals([Sold(*line) for line in lines])
    assert found.excl_tax == sum((net for net, _rate in lines), ZERO)
    assert found.tax == sum((cents(group.base * group.rate / 100) for group in found.groups), ZERO)
    assert found.incl_tax == found.excl_tax + found.tax


@given(st.integers(0, 10**8).map(lambda v: Decimal(v) / 10**4), st.integers(0, 10**8).map(lambda v: Decimal(v) / 10**6), CENTS)
def test_gross_less_allowance_is_net(quantity: Decimal, price: Decimal, discount: Decimal) -> None:
    discount = min(discount, Decimal(100))
    gross = vat.line_gross(quantity, price)
    assert gross - vat.line_allowance(quantity, price, discount) == vat.line_net(quantity, price, discount)
    assert vat.line_net(quantity, price, discount) >= 0


def test_only_lawful_rates() -> None:
    today = date(2026, 11, 21)
    lawful = [rate for rate in ("20", "10", "5.5", "2.1", "8.5", "13", "0.9", "1.05", "1.75", "20.00") if
              vat.is_lawful_rate(Decimal(rate), on=today)]  # fmt: skip
    assert len(lawful) == 10
    assert [rate for rate in ("19.6", "7", "0", "21", "55", "5.05") if vat.is_lawful_rate(Decimal(rate), on=today)] == []


@pytest.mark.parametrize(("rate", "plain"), [("20.00", "20"), ("2E+1", "20"), ("5.50", "5.5"), ("0.00", "0"), ("100", "100")])
def test_a_rate_has_no_useless_zero(rate: str, plain: str) -> None:
    assert str(vat.plain_rate(Decimal(rate))) == plain
