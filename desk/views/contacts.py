"""The forms of the people to speak to at a customer's."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import Right, policy
from crm.contacts import add_contact, archive_contact, edit_contact, restore_contact
from crm.models import Contact, Customer
from desk.forms.customers import ContactForm
from desk.versions import changed_values, meet
from lib.errors import Conflict


@policy(right=Right.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a person to a customer."""
    rows = Customer.objects.visible_to(request.user).select_related("merged_into")
    customer = get_object_or_404(rows, public_id=ref).head
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_contact(customer, by=request.user, **form.values)
        messages.success(request, _("Le contact est ajouté."))
        return redirect("customer", customer.public_id)
    context = {"form": form, "customer": customer}
    return render(request, "desk/customers/contact.html", context, status=422 if form.errors else 200)


@policy(right=Right.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a person; a colleague's change meanwhile is shown beside one's own."""
    contact = _contact(request, ref)
    form = ContactForm(request.POST or None, existing=contact)
    context: dict[str, Any] = {"form": form, "contact": contact, "customer": contact.customer}
    if request.method == "POST" and form.is_valid():
        try:
            edit_contact(contact, by=request.user, version=form.cleaned_data["version"], **changed_values(form))
        except Conflict as conflict:
            context["conflict"] = conflict.message
            contact.refresh_from_db()
            context["form"], context["differences"] = meet(form, contact)
            return render(request, "desk/customers/contact.html", context, status=409)
        messages.success(request, _("Le contact est à jour."))
        return redirect("customer", contact.customer.head.public_id)
    return render(request, "desk/customers/contact.html", context, status=422 if form.errors else 200)


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a person aside."""
    contact = archive_contact(_contact(request, ref), by=request.user)
    messages.success(request, _("Le contact est archivé : ses échanges restent."))
    return redirect("customer", contact.customer.head.public_id)


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def restore(request: HttpRequest, ref: str) -> HttpResponse:
    """Bring a person back."""
    contact = restore_contact(_contact(request, ref), by=request.user)
    messages.success(request, _("Le contact est de retour."))
    return redirect("customer", contact.customer.head.public_id)


def _contact(request: HttpRequest, ref: str) -> Contact:
    rows = Contact.objects.visible_to(request.user).select_related("customer__merged_into")
    return get_object_or_404(rows, public_id=ref)
