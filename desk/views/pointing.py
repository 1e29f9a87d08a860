"""From a frozen reference (`about_kind`, `about_ref`) to the page where it can be read, rights checked at the click."""

import re
from collections.abc import Callable

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing.models import Invoice, Payment, TransferNotice
from complaints.models import Complaint
from crm.models import Commitment, Contact, Customer, Email, ImportBatch, Interaction
from lib.identifiers import email_key
from lib.public_ids import PATTERN
from tact.models import Hold, Reminder

# kind → (rows this person may read, name of the page of one row). A kind of a room not built yet answers as missing.
ROWS: dict[str, tuple[Callable[[User], QuerySet[Model]], str]] = {
    "customer": (Customer.objects.visible_to, "customer"),
    "commitment": (Commitment.objects.visible_to, "commitment"),
    "interaction": (Interaction.objects.visible_to, "exchange"),
    "email": (Email.objects.visible_to, "mail"),
    "payment": (Payment.objects.visible_to, "payment"),
    "reminder": (Reminder.objects.visible_to, "reminder"),
    "complaint": (Complaint.objects.visible_to, "complaint"),
    "import": (ImportBatch.objects.visible_to, "import"),
    "invoice": (Invoice.objects.visible_to, "invoice"),
    "credit_note": (Invoice.objects.visible_to, "invoice"),
}


@policy(right=Right.SEE_RECORDS)
@require_safe
def pointing(request: HouseRequest, kind: str, ref: str) -> HttpResponse:
    """Send to the page of `kind` and `ref`; a foreign one and a missing one look alike."""
    if kind == "address":
        return redirect("customer", _holder(request.user, email_key(ref)).public_id)
    if not re.fullmatch(PATTERN, ref):
        raise Http404
    if kind == "contact":
        contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("customer"), public_id=ref)
        return redirect("customer", contact.customer.public_id)
    if kind == "hold":
        held = get_object_or_404(Hold.objects.visible_to(request.user).select_related("customer"), public_id=ref)
        return redirect("customer", held.customer.public_id)
    if kind == "transfer":
        notice = get_object_or_404(TransferNotice, invoice__in=Invoice.objects.visible_to(request.user), public_id=ref)
        return redirect("invoice", notice.invoice.public_id)
    if kind not in ROWS:
        raise Http404
    rows, page = ROWS[kind]
    found = get_object_or_404(rows(request.user), public_id=ref)
    return redirect(page, found.public_id)  # type: ignore[attr-defined]


def _holder(user: User, address: str) -> Customer:
    if not address.isprintable():
        raise Http404
    contact = Contact.objects.visible_to(user).filter(email_key=address).select_related("customer").order_by("pk").first()
    found = contact.customer if contact else Customer.objects.visible_to(user).filter(email_key=address).order_by("pk").first()
    if found is None:
        raise Http404
    return found
