"""The client's space, as staff open and close it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from crm import access
from crm.models import ContactAccess
from desk.portal_access import InviteForm, accesses_of
from desk.record import find_family, present_contacts
from lib import clock


@policy(right=Right.SEE_RECORDS, write=Right.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_access(request: HouseRequest, ref: str) -> HttpResponse:
    """Who may come in for this client; one more is invited."""
    family = find_family(ref, user=request.user)
    if family.head:
        return redirect("customer_access", family.head)
    people = list(present_contacts(family.ids, user=request.user))
    form = InviteForm(request.POST if request.method == "POST" else None, customer=family.customer, people=people)
    if request.method == "POST" and form.is_valid() and (made := form.invite(family.customer, by=request.user)):
        messages.success(request, _("L’espace est ouvert : %(name)s reçoit un e-mail.") % {"name": made.contact.full_name})
        return redirect("customer_access", ref)
    context = {
        "customer": family.customer,
        "form": form,
        "accesses": accesses_of(family.ids, user=request.user, today=clock.today()),
        "may_edit": request.user.may(Right.EDIT_CUSTOMERS),
    }
    return render(request, "desk/customers/access.html", context, status=422 if form.errors else 200)


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def end_access(request: HouseRequest, ref: str) -> HttpResponse:
    """Close one person's access; what they wrote stays."""
    rows = ContactAccess.objects.visible_to(request.user).select_related("customer__merged_into", "contact")
    found = get_object_or_404(rows, public_id=ref)
    access.end(found, by=request.user)
    messages.success(request, _("L’accès de %(name)s est fermé, ses visites en cours aussi.") % {"name": found.contact.full_name})
    return redirect("customer_access", found.customer.head.public_id)
