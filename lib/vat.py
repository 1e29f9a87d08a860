"""What lines, rates and totals of an invoice come to: exact decimals, half a cent away from zero.

VAT is computed once per rate, on the sum of its lines, never line by line (EN 16931: BR-CO-10, BR-CO-13 to BR-CO-17,
BR-S-08, BR-S-09; CGI ann. II art. 242 nonies A). Rates are percentages: `Decimal("5.5")` is 5,5 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from lib import law
from lib.money import ZERO, cents

HUNDRED = Decimal(100)


class Line(Protocol):
    """What a line must tell: its net amount in EUR to the cent, its VAT category (EN 16931 BT-151) and its rate."""

    @property
    def net(self) -> Decimal: ...

    @property
    def vat_category(self) -> str: ...

    @property
    def vat_rate(self) -> Decimal: ...


@dataclass(frozen=True)
class VatGroup:
    """The lines of one category and rate: `base` without tax (BT-116) and `tax` (BT-117), in EUR."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """The sums of a document in EUR: without tax (BT-109), tax (BT-110), with tax (BT-112), already paid (BT-113),
    rounding (BT-114) and what is left to pay (BT-115)."""

    groups: tuple[VatGroup, ...]
    excl_tax: Decimal
    tax: Decimal
    incl_tax: Decimal
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def payable(self) -> Decimal:
        """What the document asks for (BR-CO-16)."""
        return self.incl_tax - self.prepaid + self.rounding


def line_gross(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity × unit price before any discount, to the cent (BT-137)."""
    return cents(quantity * unit_price)


def line_net(quantity: Decimal, unit_price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """Quantity × unit price less `discount` percent, rounded once to the cent (BT-131)."""
    return cents(quantity * unit_price * (HUNDRED - discount) / HUNDRED)


def line_allowance(quantity: Decimal, unit_price: Decimal, discount: Decimal = ZERO) -> Decimal:
    """What the discount takes off the line (BT-136): gross less net, so that the three always agree."""
    return line_gross(quantity, unit_price) - line_net(quantity, unit_price, discount)


def vat_of(base: Decimal, rate: Decimal) -> Decimal:
    """The tax on `base` at `rate` percent, to the cent (BR-CO-17)."""
    return cents(base * rate / HUNDRED)


def totals(lines: Iterable[Line], *, prepaid: Decimal = ZERO, rounding: Decimal = ZERO, taken: Iterable[VatGroup] = ()) -> Totals:
    """The totals of a document from its lines. Groups come by descending rate, then category.

    `taken` is what earlier credit notes took back of the same invoice (nothing for any other document): the tax of a group is
    then the tax on all that is taken back, less what they bear. Each is within a cent of its own rounding, their sum never
    passes the tax of the invoice, and the one that takes back the last of a rate takes exactly what remains of its tax.
    """
    before: dict[tuple[Decimal, str], tuple[Decimal, Decimal]] = {}
    for group in taken:
        base, tax = before.get((group.rate.normalize(), group.category), (ZERO, ZERO))
        before[group.rate.normalize(), group.category] = base + group.base, tax + group.tax
    bases: dict[tuple[Decimal, str], Decimal] = {}
    for line in lines:
        key = (line.vat_rate.normalize(), line.vat_category)
        bases[key] = bases.get(key, ZERO) + line.net
    groups = tuple(
        VatGroup(category, plain_rate(rate), base, _tax_after(base, rate, *before.get((rate, category), (ZERO, ZERO))))
        for (rate, category), base in sorted(bases.items(), key=lambda item: (-item[0][0], item[0][1]))
    )
    excl_tax = sum((group.base for group in groups), ZERO)
    tax = sum((group.tax for group in groups), ZERO)
    return Totals(groups, excl_tax, tax, excl_tax + tax, prepaid, rounding)


def _tax_after(base: Decimal, rate: Decimal, base_before: Decimal, tax_before: Decimal) -> Decimal:
    tax = vat_of(base_before + base, rate) - tax_before
    return max(tax, ZERO) if base > ZERO else tax  # rounding never turns the tax of a credit note against the client


def split_incl_tax(incl_tax: Decimal, rate: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """A price with tax told as (base, tax, rounding): base + tax + rounding = `incl_tax`.

    Some prices have no base to the cent (29,97 € at 20 %): the cent that remains is the rounding (BT-114).
    """
    base = cents(incl_tax * HUNDRED / (HUNDRED + rate))
    tax = vat_of(base, rate)
    return base, tax, incl_tax - base - tax


def plain_rate(rate: Decimal) -> Decimal:
    """`rate` without useless zeros nor exponent: 20.00 and 2E+1 are 20; 5.50 is 5.5."""
    whole = rate.normalize()
    return whole if whole == ZERO or whole.as_tuple().exponent <= 0 else whole.quantize(Decimal(1))  # type: ignore[operator]


def is_lawful_rate(rate: Decimal, *, on: date) -> bool:
    """Whether a French invoice may bear this percentage on that day (`lib/law/vat_rates.toml`; zero bears a category
    that says why)."""
    return any(Decimal(row["rate"]) == rate for row in law.table("vat_rates") if row.holds_on(on))
