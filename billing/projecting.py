"""The due date of an invoice as a commitment of the client: a projection of the document, opened when it is issued.

What moves a balance later keeps or reopens it (`billing.consequences.settle_due_date`).
"""

from django.utils.translation import gettext_lazy

from billing.models import Invoice
from crm import timeline
from crm.models import Commitment

WHAT = gettext_lazy("Régler la facture")


def open_due_date(invoice: Invoice) -> Commitment | None:
    """Write that the client owes this invoice for its due date; none for an invoice that asks for nothing. Once: the
    database refuses a second one."""
    found = due_date_of(invoice)
    if found is not None:
        found.save(force_insert=True)
    return found


def due_date_of(invoice: Invoice) -> Commitment | None:
    """The due date of an issued invoice, not yet saved; none for an invoice that asks for nothing."""
    if invoice.total_incl_tax <= 0 or invoice.due_on is None:
        return None
    return Commitment(
        customer=invoice.customer, contact=invoice.contact, owed_by=Commitment.Owed.THEM, nature=Commitment.Nature.PROJECTED,
        what=timeline.frozen(WHAT), amount=invoice.total_incl_tax, due_on=invoice.due_on, about_kind="invoice",
        about_ref=invoice.public_id, about_label=label_of(invoice),
    )  # fmt: skip


def label_of(invoice: Invoice) -> str:
    """«Facture F2026-000123», «Avoir A2026-000001»: in the house's language, frozen."""
    words = gettext_lazy("Avoir %(number)s") if invoice.is_credit_note else gettext_lazy("Facture %(number)s")
    return timeline.frozen(words) % {"number": invoice.number}
