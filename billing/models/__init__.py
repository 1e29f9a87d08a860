"""Invoices, what was paid, and the two books that prove it: the ledger and the chain of seals."""

from billing.models.books import ChainHead, LedgerEntry, Seal
from billing.models.invoices import Invoice, InvoiceFile, InvoiceLine, Series
from billing.models.payments import Allocation, Payment

__all__ = [
    "Allocation",
    "ChainHead",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "LedgerEntry",
    "Payment",
    "Seal",
    "Series",
]
