"""Complaints: the board, one of them, and what people do of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing.models import Invoice
from complaints import handling
from complaints.models import Complaint
from crm.models import Contact, ContactAccess
from desk.choosing import offer_clients
from desk.complaint_board import read_board, read_closed, read_open
from desk.complaint_case import read_case
from desk.complaint_forms import complaint_forms, done_words
from desk.forms.complaints import ComplaintForm
from desk.record import find_family, present_contacts
from lib import clock

INVOICES_OFFERED = 60


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
def board(request: HouseRequest) -> HttpResponse:
    """Which date falls first?"""
    today = clock.today()
    if request.GET.get("voir") == "closes":
        return render(request, "desk/complaints/closed.html", {"rows": read_closed(request.user, today=today)})
    return render(request, "desk/complaints/board.html", {"page": read_board(request.user, today=today)})


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
def case(request: HouseRequest, ref: str) -> HttpResponse:
    """One complaint, what to do now, its dates."""
    return _show(request, find_complaint(request, ref))


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
def begin(request: HouseRequest) -> HttpResponse:
    """Receive a complaint from the board: choose who complains first."""
    choice = offer_clients(
        request.GET.get("q", ""), user=request.user, title=_("Nouvelle réclamation"), answer=_("Qui se plaint ?"),
        lead=lambda row: reverse("complaint_receive", args=[row.public_id]),
    )  # fmt: skip
    return render(request, "desk/customers/choose.html", {"choice": choice})


@policy(right=Right.HANDLE_COMPLAINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HouseRequest, ref: str) -> HttpResponse:
    """Receive a complaint, from the record."""
    family = find_family(ref, user=request.user)
    if family.head:
        return redirect("complaint_receive", family.head)
    chosen = request.POST.get("invoice") or request.GET.get("facture", "")
    form = ComplaintForm(
        request.POST or None, request.FILES or None, customer=family.customer, by=request.user,
        contacts=who_may_complain(family.ids, user=request.user), invoices=invoices_offered(family.ids, chosen, user=request.user),
        colleagues=User.objects.holding(Right.HANDLE_COMPLAINTS), initial={"received_on": clock.today(), "invoice": chosen},
    )  # fmt: skip
    if form.is_valid() and (made := form.receive(family.customer, today=clock.today())):
        messages.success(request, _("C’est enregistré sous la référence %(reference)s.") % {"reference": made.reference})
        return redirect("complaint", made.public_id)
    opened = read_open(family.ids, user=request.user, today=clock.today())
    context = {"form": form, "customer": family.customer, "opened": opened}
    return render(request, "desk/complaints/receive.html", context, status=422 if form.is_bound else 200)


def who_may_complain(ids: list[int], *, user: User) -> list[Contact]:
    """The people of the family, and those of other clients who stand for it in its space."""
    others = Contact.objects.visible_to(user).present().exclude(customer_id__in=ids)
    return [
        *present_contacts(ids, user=user),
        *others.filter(pk__in=ContactAccess.objects.living().filter(customer_id__in=ids).values("contact")),
    ]


def invoices_offered(ids: list[int], chosen: str, *, user: User) -> list[Invoice]:
    """The newest invoices of the family, and the one already chosen however old it is."""
    rows = Invoice.objects.visible_to(user).of_family(ids).invoices().order_by("-issued_on", "-id")
    offered = list(rows[:INVOICES_OFFERED])
    older = rows.filter(public_id=chosen).first() if chosen and chosen not in {row.public_id for row in offered} else None
    return [*offered, *([older] if older else [])]


@policy(right=Right.HANDLE_COMPLAINTS)
@require_POST
def change(request: HouseRequest, ref: str, gesture: str) -> HttpResponse:
    """Note a fact, another letter, or entrust it."""
    complaint = find_complaint(request, ref)
    forms = complaint_forms(request, complaint, bound=gesture)
    form = forms[gesture]
    if form.is_valid() and _act(request, complaint, gesture, form) is not None:
        messages.success(request, done_words(gesture))
        return redirect("complaint", ref)
    return _show(request, complaint, forms=forms, status=422)


@policy(right=Right.CLOSE_COMPLAINTS)
@require_POST
def end(request: HouseRequest, ref: str, gesture: str) -> HttpResponse:
    """Close it, or open it again."""
    complaint = find_complaint(request, ref)
    forms = complaint_forms(request, complaint, bound=gesture)
    form = forms[gesture]
    if form.is_valid() and _act(request, complaint, gesture, form) is not None:
        messages.success(request, done_words(gesture))
        return redirect("complaint", ref)
    return _show(request, complaint, forms=forms, status=422)


def _act(request: HouseRequest, complaint: Complaint, gesture: str, form: Any) -> Any:
    """What the gesture made; None when it refused, and the form says why."""
    today, by, data = clock.today(), request.user, form.cleaned_data
    if gesture == "writing":
        return form.add_to(complaint, by=by, today=today)
    if gesture == "fact":
        return form.note(complaint, by=by, today=today)
    if gesture == "owner":
        return form.attempt(lambda: handling.entrust(complaint, to=form.colleagues[data["owner"]], by=by, today=today))
    if gesture == "closing":
        satisfied = data["satisfied"] == "yes"
        return form.attempt(lambda: handling.close(complaint, satisfied=satisfied, reason=data["words"], by=by, today=today))
    return form.attempt(lambda: handling.reopen(complaint, reason=data["words"], by=by, today=today))


def find_complaint(request: HouseRequest, ref: str) -> Complaint:
    """The complaint of a public id, ready for its page; 404 when it is not there for this person."""
    return get_object_or_404(Complaint.objects.read_by(request.user), public_id=ref)


def _show(request: HouseRequest, complaint: Complaint, *, forms: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    page = read_case(complaint, user=request.user, today=clock.today())
    context = {
        "page": page,
        "forms": forms or complaint_forms(request, complaint),
        "may_close": request.user.may(Right.CLOSE_COMPLAINTS),
        "customer_url": reverse("customer", args=[complaint.customer.public_id]),
        "bound": next((name for name, form in (forms or {}).items() if form.is_bound), ""),
    }
    return render(request, "desk/complaints/case.html", context, status=status)
