"""What a client has left with us: the list of it, and what is done with the rest of a credit note."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing import crediting
from billing.leftovers import leftovers_of
from billing.models import Allocation, Invoice
from crm.models import Customer
from desk.forms.payments import GiveBackForm, UseForm
from desk.invoice_page import find_invoice
from desk.views.payments import due_of, tell_unshown
from lib import clock
from lib.errors import Refusal


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def at_hand(request: HouseRequest) -> HttpResponse:
    """What one client has left, source by source; `facture` is the invoice to use it on, when one is meant."""
    ref = request.GET.get("client", "")
    if not ref:
        return redirect(f"{reverse('payments')}?voir=a-affecter")
    client = get_object_or_404(Customer.objects.visible_to(request.user), public_id=ref).head
    found = Invoice.objects.visible_to(request.user).of_family(client.family_ids()).unpaid()
    context = {
        "client": client,
        "left": leftovers_of(client.family_ids()),
        "chosen": found.filter(public_id=request.GET.get("facture", "")).first(),
    }
    return render(request, "desk/payments/left.html", context)


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def rest(request: HouseRequest, ref: str) -> HttpResponse:
    """What is left of a credit note, what it served for, what can be done."""
    note = note_of(request, ref)
    return show(request, note) if note else redirect("invoice", ref)


def note_of(request: HouseRequest, ref: str) -> Invoice | None:
    """The credit note of a public id as this person may see it; None for an invoice, 404 for what is not there."""
    found = find_invoice(ref, user=request.user)
    return found if found.is_credit_note and not found.is_draft else None


def show(request: HouseRequest, note: Invoice, **bound: Any) -> HttpResponse:
    """The page, with the form that was refused under the name of its gesture."""
    left, may = crediting.left_of(note), request.user.may(Right.MANAGE_PAYMENTS)
    uses = note.uses.select_related("invoice", "reversed_by").order_by("pk")
    context: dict[str, Any] = {
        "note": note, "left": left, "may_pay": may, "refunds": list(note.refunded_by.order_by("pk")),
        "rows": [(use, may and crediting.may_release(use, note)) for use in uses],
    }  # fmt: skip
    if may and left > 0:
        due = due_of(request, note.customer)
        use = (
            UseForm(by=request.user, due=due, left=left, chosen=request.GET.get("facture", ""), auto_id="use_%s") if due else None
        )
        context["use"] = bound.get("use") or use
        context["give_back"] = bound.get("give_back") or GiveBackForm(
            by=request.user, source=note, left=left, today=clock.today(), auto_id="back_%s"
        )
    tell_unshown(request, bound, context)
    return render(request, "desk/invoices/rest.html", context, status=422 if bound else 200)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def use(request: HouseRequest, ref: str) -> HttpResponse:
    """Use what is left of it on an invoice."""
    note = note_of(request, ref)
    if note is None:
        return redirect("invoice", ref)
    due = due_of(request, note.customer)
    form = UseForm(request.POST, by=request.user, due=due, left=crediting.left_of(note), auto_id="use_%s")
    if form.is_valid() and (made := form.act(note)):
        messages.success(request, _("L’avoir compte maintenant sur la facture %(number)s.") % {"number": made.invoice.number})
        return redirect("credit_rest", ref)
    return show(request, note, use=form)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def give_back(request: HouseRequest, ref: str) -> HttpResponse:
    """Note that what is left of it went back to the client."""
    note = note_of(request, ref)
    if note is None:
        return redirect("invoice", ref)
    left, today = crediting.left_of(note), clock.today()
    form = GiveBackForm(request.POST, by=request.user, source=note, left=left, today=today, auto_id="back_%s")
    if form.is_valid() and form.act(note):
        messages.success(request, _("Le remboursement est enregistré."))
        return redirect("credit_rest", ref)
    return show(request, note, give_back=form)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def release(request: HouseRequest, ref: str, allocation: str) -> HttpResponse:
    """Take back what it counts on an invoice."""
    note = note_of(request, ref)
    if note is None:
        return redirect("invoice", ref)
    row = get_object_or_404(Allocation.objects.select_related("invoice", "credit_note"), public_id=allocation, credit_note=note)
    try:
        crediting.release_credit(row, by=request.user)
        messages.success(request, _("La somme ne compte plus sur la facture %(number)s.") % {"number": row.invoice.number})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("credit_rest", ref)
