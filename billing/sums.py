"""What a document comes to, rate by rate: as it was issued, or as the lines of a draft now make it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from billing.models import Invoice
from lib.vat import Line as Sold
from lib.vat import Totals, VatGroup, totals


def sums_of(invoice: Invoice, lines: Iterable[Sold] | None = None) -> Totals:
    """The totals of a document: those it bears once issued, else those of its `lines` (read when not given). A row read by
    `with_vat` may leave its snapshot where it is."""
    told = invoice.vat_told if hasattr(invoice, "vat_told") else (invoice.snapshot or {}).get("vat")
    if groups := _groups(told):
        return Totals(groups, invoice.total_excl_tax, invoice.total_tax, invoice.total_incl_tax)
    return totals(invoice.lines.all() if lines is None else lines)


def taken_back(invoice: Invoice) -> list[VatGroup]:
    """What the credit notes issued on an invoice took back, rate by rate and note by note. One statement."""
    notes = invoice.credit_notes.issued().order_by("pk").values_list("snapshot__vat", flat=True)
    return [group for told in notes for group in _groups(told)]


def _groups(told: Iterable[Mapping[str, Any]] | None) -> tuple[VatGroup, ...]:
    """The breakdown of VAT as a snapshot tells it (`billing.document.VatGroup`)."""
    return tuple(VatGroup(row["category"], Decimal(row["rate"]), Decimal(row["base"]), Decimal(row["tax"])) for row in told or ())
