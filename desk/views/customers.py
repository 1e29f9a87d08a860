"""The list of customers, and the forms that create and change one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import User
from accounts.policy import Right, policy
from complaints import regimes
from crm.customers import archive_customer, create_customer, edit_customer, restore_customer, set_tags
from crm.duplicates import REASONS, find_near
from crm.models import Customer
from desk.customer_list import customer_filter, customer_list, export_lines
from desk.filters import ORDERS
from desk.forms.customers import CustomerForm
from desk.paging import first_page_url
from desk.versions import changed_values, meet
from lib import clock
from lib.errors import Conflict


@policy(right=Right.SEE_RECORDS)
@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """The list."""
    shown = customer_list(request)
    active = [(label, value, first_page_url(request, **{name: ""})) for label, value, name in shown.filter.active]
    context = {
        "list": shown,
        "active": active,
        "orders": [(key, label) for key, (label, _order) in ORDERS.items()],
        "query": request.GET.urlencode(),
        "may_edit": request.user.may(Right.EDIT_CUSTOMERS),
        "may_import": request.user.may(Right.IMPORT_CUSTOMERS),
        "may_export": request.user.may(Right.EXPORT_LISTS),
    }
    return render(request, "desk/customers/list.html", context)


@policy(right=Right.EXPORT_LISTS)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The list as the filters leave it, in CSV."""
    rows = customer_filter(request).rows()
    audit.note("customers.exported", by=request.user, filters=request.GET.urlencode()[:500])
    answer = StreamingHttpResponse(export_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="clients-{clock.today():%Y-%m-%d}.csv"'
    return answer


@policy(right=Right.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Write down a new customer; when one like it exists, say so first."""
    form = CustomerForm(request.POST or None, staff=list(User.objects.staff()))
    context: dict[str, Any] = {"form": form, "near": [], "anyway": ""}
    if request.method == "POST" and form.is_valid():
        near = find_near(form.values)
        known = request.POST.get("anyway", "").split(",")
        if all(customer.public_id in known for customer, _reasons in near):
            customer = create_customer(by=request.user, **form.values)
            set_tags(customer, names=form.cleaned_data["tags"], by=request.user)
            messages.success(request, _("La fiche %(reference)s est créée.") % {"reference": customer.reference})
            return redirect("customer", customer.public_id)
        context["near"] = [(customer, [REASONS[reason] for reason in reasons]) for customer, reasons in near]
        context["anyway"] = ",".join(customer.public_id for customer, _reasons in near)
    return render(request, "desk/customers/form.html", context, status=422 if form.errors else 200)


@policy(right=Right.EDIT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a customer; a colleague's change meanwhile is shown beside one's own."""
    customer = _customer(request, ref)
    worn = ", ".join(tag.name for tag in customer.tags.all())
    form = CustomerForm(request.POST or None, existing=customer, staff=_staff(customer), initial={"tags": worn})
    context: dict[str, Any] = {"form": form, "customer": customer, "may_merge": request.user.may(Right.MERGE_CUSTOMERS)}
    context["complaints_told"] = regimes.before_correcting(customer, today=clock.today())
    if request.method == "POST" and form.is_valid():
        try:
            corrected = edit_customer(customer, by=request.user, version=form.cleaned_data["version"], **changed_values(form))
        except Conflict as conflict:
            context["conflict"] = conflict.message
            customer.refresh_from_db()
            context["form"], context["differences"] = meet(form, customer)
            return render(request, "desk/customers/form.html", context, status=409)
        set_tags(customer, names=form.cleaned_data["tags"], by=request.user)
        messages.success(request, _("La fiche est à jour."))
        for sentence in regimes.sentences(regimes.moved(corrected, former=customer.type, today=clock.today())):
            messages.warning(request, sentence)
        return redirect("customer", ref)
    return render(request, "desk/customers/form.html", context, status=422 if form.errors else 200)


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a record aside."""
    archive_customer(_customer(request, ref), by=request.user)
    messages.success(request, _("La fiche est archivée : elle quitte les listes et garde toute son histoire."))
    return redirect("customer", ref)


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def restore(request: HttpRequest, ref: str) -> HttpResponse:
    """Bring a record back."""
    restore_customer(_customer(request, ref), by=request.user)
    messages.success(request, _("La fiche est de retour dans les listes."))
    return redirect("customer", ref)


def _customer(request: HttpRequest, ref: str) -> Customer:
    """The head that `ref` names, or that its alias belongs to: what is written goes to the record people read."""
    rows = Customer.objects.visible_to(request.user).select_related("merged_into", "owner")
    return get_object_or_404(rows, public_id=ref).head


def _staff(customer: Customer) -> list[User]:
    """The colleagues who can follow a customer; who follows it now stays even when they have left."""
    staff = list(User.objects.staff())
    return staff if customer.owner is None or customer.owner in staff else [*staff, customer.owner]
