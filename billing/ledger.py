"""The double-entry ledger: balanced lines of the plan comptable général, written with the fact they book.

| account | what |
|---|---|
| 411000 | clients: what invoices ask, less credit notes and what was allocated |
| 419100 | clients' money that counts on no invoice yet |
| 706000, 707000 | services, goods |
| 44571rrrr | VAT collected at rr,rr % (20 % is 445712000, 5,5 % is 445710550) |
| 512000, 511200, 511500, 530000 | bank, cheques to cash in, cards, cash |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Invoice, LedgerEntry
from billing.models.invoices import Nature
from crm.models import Customer
from lib import clock
from lib.money import ZERO, cents
from lib.vat import Totals, VatGroup

CLIENTS = "411000"
ADVANCES = "419100"
SERVICES = "706000"
GOODS = "707000"
COLLECTED_TAX = "44571"
BANK, CHEQUES, CARDS, CASH = "512000", "511200", "511500", "530000"
TREASURY = (BANK, CHEQUES, CARDS, CASH)
SALES, RECEIPTS, TILL, OTHERS = "VE", "BQ", "CA", "OD"  # journals


@dataclass(frozen=True)
class Line:
    """One line of a posting: EUR on one side. A negative amount is written on the other one."""

    account: str
    label: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO


def post(
    *, posting: str, journal: str, on: date, customer: Customer, about_kind: str, about_ref: str, about_label: str,
    lines: Iterable[Line],
) -> list[LedgerEntry]:  # fmt: skip
    """Write one balanced posting, in the caller's transaction; returns its entries.

    `posting` (at most 32 characters) names the fact and is written once: a second posting of that name is refused by the
    database. Lines of nothing are left out. ValueError when debits and credits differ, or when nothing is left.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ledger.post is called inside the transaction of the fact it books")
    kept = [side for line in lines if (side := _one_side(line)).debit or side.credit]
    debit, credit = sum((line.debit for line in kept), ZERO), sum((line.credit for line in kept), ZERO)
    if debit != credit or not kept:
        raise ValueError(f"posting {posting} does not balance: debit {debit}, credit {credit}")
    now = clock.now()
    return LedgerEntry.objects.bulk_create(
        LedgerEntry(
            posting=posting, position=place, journal=journal, account=line.account, label=line.label[:120], debit=line.debit,
            credit=line.credit, on=on, customer=customer, about_kind=about_kind, about_ref=about_ref,
            about_label=about_label[:120], recorded_at=now,
        )
        for place, line in enumerate(kept, 1)
    )  # fmt: skip


def post_document(document: Invoice, sums: Totals) -> list[LedgerEntry]:
    """Book an issued invoice, or a credit note on the other side, from its totals. A document of nothing books nothing."""
    with translation.override(settings.LANGUAGE_CODE):
        label = document.about_label
        lines = [
            Line(CLIENTS, label, debit=sums.incl_tax),
            *(line for group in sums.groups for line in _of_group(document, group)),
        ]
    if document.is_credit_note:
        lines = [Line(line.account, line.label, line.credit, line.debit) for line in lines]
    if not any(line.debit or line.credit for line in lines):
        return []
    assert document.number is not None  # it has just been given
    assert document.issued_on is not None
    return post(
        posting=document.number, journal=SALES, on=document.issued_on, customer=document.customer, about_kind=document.kind,
        about_ref=document.public_id, about_label=label, lines=lines,
    )  # fmt: skip


def sales_account(nature: str) -> str:
    """Goods alone are 707; services, and goods that go with them, 706."""
    return GOODS if nature == Nature.GOODS else SERVICES


def tax_account(rate: Decimal) -> str:
    """The account of VAT collected at `rate` percent: 44571, then the rate in hundredths on four digits."""
    return f"{COLLECTED_TAX}{int(cents(rate) * 100):04d}"


def _of_group(document: Invoice, group: VatGroup) -> Sequence[Line]:
    rate = f"{group.rate:f}".replace(".", ",")
    return (
        Line(sales_account(document.nature), str(document.about_label), credit=group.base),
        Line(tax_account(group.rate), _("TVA %(rate)s %%") % {"rate": rate}, credit=group.tax),
    )


def _one_side(line: Line) -> Line:
    """The same line with one positive amount: what is negative goes to the other side."""
    amount = line.debit - line.credit
    return Line(line.account, line.label, max(amount, ZERO), max(-amount, ZERO))
