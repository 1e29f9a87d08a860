"""Everything that is a person's here, as plain data they can take away (RGPD art. 15 and 20)."""

from typing import Any

from billing.models import Payment
from crm.models import Commitment, Interaction
from lib import clock
from portal.correspondence import told_rows
from portal.space import Space

FORMAT = "egards-portal-1"


def everything_of(space: Space) -> dict[str, Any]:
    """The person, the customer they stand for, and what they may read of it: documents, payments, messages, complaints,
    questions, promises. Amounts are decimal texts in EUR, days ISO dates, instants ISO in UTC."""
    contact, customer = space.contact, space.customer
    return {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "house": space.company.name,
        "person": {
            name: getattr(contact, name)
            for name in ("civility", "first_name", "last_name", "job_title", "email", "phone", "mobile", "language")
        },
        "customer": {
            name: getattr(customer, name)
            for name in (
                "reference", "name", "type", "email", "phone", "address", "address_extra", "postal_code", "city", "country",
                "siren", "siret", "vat_number", "language", "preferred_channel", "preferred_moment",
            )
        },
        "documents": [_document(row) for row in space.documents().with_balance().prefetch_related("questions").order_by("pk")],
        "payments": [
            {
                "paid_on": row.paid_on.isoformat(), "amount": str(row.amount), "method": row.method, "reference": row.reference,
            }
            for row in _payments(space)
        ],
        "messages": [_row(row) for row in told_rows(space).select_related("email").order_by("occurred_at", "pk")],
        "complaints": [
            {
                "reference": row.reference, "subject": row.subject, "body": row.body,
                "recorded_at": row.recorded_at.isoformat(),
            }
            for row in space.complaints().not_void()
        ],
        "promises": [
            {"what": row.told, "owed_by": row.owed_by, "due_on": row.due_on.isoformat(), "kept": row.kept_at is not None}
            for row in _promises(space)
        ],
    }  # fmt: skip


def _promises(space: Space) -> Any:
    """What an exchange they may read promised: what colleagues note for themselves, of this person or another, stays ours."""
    return Commitment.objects.of_family(space.ids).filter(contact=space.contact, interaction__in=told_rows(space)).order_by("pk")


def _payments(space: Space) -> Any:

    return Payment.objects.of_family(space.ids).order_by("paid_on", "pk")


def _document(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "total_excl_tax": str(row.total_excl_tax),
        "total_incl_tax": str(row.total_incl_tax),
        "balance_due": str(row.balance()) if not row.is_credit_note else "0.00",
        "content": row.snapshot,
        "questions": [
            {"words": one.words, "asked_at": one.asked_at.isoformat(), "answer": one.answer} for one in row.questions.all()
        ],
    }


def _row(row: Interaction) -> dict[str, Any]:
    mail = getattr(row, "email", None)
    return {
        "at": row.occurred_at.isoformat(),
        "kind": row.kind,
        "direction": row.direction,
        "about": row.about_told,
        "subject": mail.subject if mail is not None and not mail.erased_at else "",
        "words": row.body or (mail.text if mail is not None and not mail.erased_at else ""),
    }
