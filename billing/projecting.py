"""The due date of an invoice as a commitment of the client: a projection, rebuilt from the facts by one function."""

from django.utils.translation import gettext_lazy

from billing.models import Invoice
from crm import timeline
from crm.models import Commitment
from lib import clock

WHAT = gettext_lazy("Régler la facture")


def project_due(invoice: Invoice, *, new: bool = False) -> None:
    """Make the client's commitment say what the invoice says: its due date and what is still due, kept once nothing is.

    Called by each gesture that moves a balance, inside its transaction, the invoice locked; `new`: none exists yet.
    A commitment that becomes due again (a payment undone) is open again. Safe to run twice.
    """
    if invoice.is_draft or invoice.is_credit_note:
        return
    due = invoice.total_incl_tax if new else invoice.balance()
    about = {"about_kind": "invoice", "about_ref": invoice.public_id, "what": timeline.frozen(WHAT)}
    row = None if new else Commitment.objects.filter(nature=Commitment.Nature.PROJECTED, **about).first()
    if row is None:
        if invoice.total_incl_tax <= 0:
            return
        row = Commitment(
            customer_id=invoice.customer_id, contact_id=invoice.contact_id, owed_by=Commitment.Owed.THEM,
            nature=Commitment.Nature.PROJECTED, due_on=invoice.due_on, about_label=label_of(invoice), amount=due, **about,
        )  # fmt: skip
    before = (row.pk, row.amount, row.kept_at is None)
    row.amount = due if due > 0 else row.amount
    row.kept_at = None if due > 0 else row.kept_at or clock.now()
    if (row.pk, row.amount, row.kept_at is None) != before or row.pk is None:
        row.save()


def label_of(invoice: Invoice) -> str:
    """«Facture F2026-000123», «Avoir A2026-000001»: in the house's language, frozen."""
    words = gettext_lazy("Avoir %(number)s") if invoice.is_credit_note else gettext_lazy("Facture %(number)s")
    return timeline.frozen(words) % {"number": invoice.number}
