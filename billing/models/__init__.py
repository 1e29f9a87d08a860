"""Invoices, what was paid, and the two books that prove it: the ledger and the chain of seals."""

from billing.models.books import ChainHead, LedgerEntry, Seal
from billing.models.invoices import Invoice, InvoiceFile, InvoiceLine, Series
from billing.models.links import AccessLink
from billing.models.payments import Allocation, Method, Payment, TransferNotice
from billing.models.questions import Question
from billing.models.stripe import CheckoutSession, StripeEvent

__all__ = [
    "AccessLink",
    "Allocation",
    "ChainHead",
    "CheckoutSession",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "LedgerEntry",
    "Method",
    "Payment",
    "Question",
    "Seal",
    "Series",
    "StripeEvent",
    "TransferNotice",
]
