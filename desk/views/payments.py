"""« Encaissements »: what was received, one payment, and what is done with it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing import collecting
from billing.models import Allocation, Invoice, Payment, StripeEvent
from billing.stripe_client import PROVIDER, unconfirmed
from billing.stripe_events import settle_trouble
from crm.models import Customer
from desk.forms.payments import GiveBackForm, PaymentForm, UndoForm, UseForm
from desk.paging import export_url
from desk.payment_list import line_of, matches, payment_list, payments_seen
from lib import clock
from lib.errors import Refusal
from lib.money import ZERO


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def index(request: HouseRequest) -> HttpResponse:
    """What was received, newest first."""
    shown = payment_list(request, user=request.user)
    context = {
        "list": shown,
        "may_pay": request.user.may(Right.MANAGE_PAYMENTS),
        "export_url": export_url(request, "payments_export") if shown.lines else "",
    }
    return render(request, "desk/payments/list.html", context)


@policy(right=Right.MANAGE_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HouseRequest) -> HttpResponse:
    """Record a payment: for an invoice, for a client, or first find which."""
    customer, chosen = whose(request)
    if customer is None:
        text = request.GET.get("q", "").strip()
        return render(request, "desk/payments/choose.html", {"q": text, "found": matches(text, user=request.user)})
    due = due_of(request, customer)
    bound = request.POST if request.method == "POST" else None
    form = PaymentForm(bound, by=request.user, customer=customer, due=due, chosen=chosen, today=clock.today())
    if bound is not None and form.is_valid() and (payment := form.record()):
        messages.success(request, _("Le paiement est enregistré."))
        return redirect("payment", payment.public_id)
    context = {"form": form, "customer": customer, "chosen": chosen}
    return render(request, "desk/payments/add.html", context, status=422 if form.errors else 200)


def due_of(request: HouseRequest, customer: Customer) -> list[Invoice]:
    """What a client has to pay, the oldest due first."""
    rows = Invoice.objects.visible_to(request.user).unpaid_of(customer.family_ids())
    return list(rows.order_by("due_on", "id")[:60])


def whose(request: HouseRequest) -> tuple[Customer | None, Invoice | None]:
    """The client and the invoice that the address names; 404 for one that is not there."""
    if ref := request.GET.get("facture", ""):
        invoice = get_object_or_404(Invoice.objects.visible_to(request.user).unpaid().select_related("customer"), public_id=ref)
        return invoice.customer.head, invoice
    if ref := request.GET.get("client", ""):
        return get_object_or_404(Customer.objects.visible_to(request.user), public_id=ref).head, None
    return None, None


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def payment(request: HouseRequest, ref: str) -> HttpResponse:
    """One payment: what it pays, what is left of it, what can be done."""
    return show(request, find(request, ref))


def find(request: HouseRequest, ref: str) -> Payment:
    """The payment of a public id as this person may see it; 404 when there is none."""
    found = payments_seen(request.user).filter(public_id=ref).first()
    if found is None:
        raise Http404
    return found


def show(request: HouseRequest, found: Payment, **bound: Any) -> HttpResponse:
    """The page, with the form that was refused under the name of its gesture."""
    line, may = line_of(found), request.user.may(Right.MANAGE_PAYMENTS)
    rows = found.allocations.select_related("invoice", "reversed_by").order_by("pk")
    takes_back = may and found.amount > 0 and not found.reverses_id and not hasattr(found, "reversed_by")
    undoes = may and found.is_refund and not found.provider and not hasattr(found, "reversed_by")
    context: dict[str, Any] = {
        "line": line, "payment": found, "may_pay": may, "by_card": found.provider == PROVIDER, "open_form": next(iter(bound), ""),
        "refunds": [(row, abs(row.amount)) for row in found.refunded_by.order_by("pk")], "undone": getattr(found, "reversed_by", None),
        "rows": [(row, takes_back and row.amount > 0 and not hasattr(row, "reversed_by")) for row in rows],
    }  # fmt: skip
    if may and line.left > 0:
        due = due_of(request, found.customer)
        chosen = request.GET.get("facture", "")
        use = UseForm(by=request.user, due=due, left=line.left, chosen=chosen, auto_id="use_%s") if due else None
        context["use"] = bound.get("use") or use
        context["give_back"] = bound.get("give_back") or GiveBackForm(
            by=request.user, source=found, left=line.left, today=clock.today(), auto_id="back_%s"
        )
    given_back = sum((row.amount for row, _sum in context["refunds"]), ZERO)
    if undoes or (takes_back and not given_back):
        context["undo"] = bound.get("undo") or UndoForm(by=request.user, auto_id="undo_%s")
    tell_unshown(request, bound, context)
    return render(request, "desk/payments/payment.html", context, status=422 if bound else 200)


def tell_unshown(request: HouseRequest, bound: Mapping[str, Form], context: Mapping[str, Any]) -> None:
    """A refused form that the page has no more reason to show (another tab was quicker) still says why it was refused."""
    for name, form in bound.items():
        if name not in context:
            for words in dict.fromkeys(words for told in form.errors.values() for words in told):
                messages.error(request, words)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def use(request: HouseRequest, ref: str) -> HttpResponse:
    """Use what is left of it on an invoice."""
    found = find(request, ref)
    form = UseForm(request.POST, by=request.user, due=due_of(request, found.customer), left=line_of(found).left, auto_id="use_%s")
    if form.is_valid() and (made := form.act(found)):
        messages.success(request, _("C’est affecté à la facture %(number)s.") % {"number": made.invoice.number})
        return redirect("payment", ref)
    return show(request, found, use=form)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def release(request: HouseRequest, ref: str, allocation: str) -> HttpResponse:
    """Take back what counts on an invoice."""
    row = get_object_or_404(Allocation.objects.select_related("invoice"), public_id=allocation, payment=find(request, ref))
    try:
        collecting.release(row, by=request.user)
        messages.success(request, _("La somme ne compte plus sur la facture %(number)s.") % {"number": row.invoice.number})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("payment", ref)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def undo(request: HouseRequest, ref: str) -> HttpResponse:
    """Undo it by an opposite row."""
    found = find(request, ref)
    form = UndoForm(request.POST, by=request.user, auto_id="undo_%s")
    if form.is_valid() and form.act(found):
        messages.success(request, _("Le paiement est annulé : les factures qu’il réglait sont de nouveau dues."))
        return redirect("payment", ref)
    return show(request, found, undo=form)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def give_back(request: HouseRequest, ref: str) -> HttpResponse:
    """Give a surplus back."""
    found = find(request, ref)
    left = line_of(found).left
    form = GiveBackForm(request.POST, by=request.user, source=found, left=left, today=clock.today(), auto_id="back_%s")
    if form.is_valid() and form.act(found):
        if form.waits:
            messages.warning(request, unconfirmed())
        else:
            messages.success(request, _("Le remboursement est enregistré."))
        return redirect("payment", ref)
    return show(request, found, give_back=form)


@policy(right=Right.MANAGE_PAYMENTS)
@require_POST
def looked_at(request: HouseRequest, event: str) -> HttpResponse:
    """A message of Stripe that disagreed has been looked at."""
    settle_trouble(get_object_or_404(StripeEvent.objects.to_look_at(), external_id=event), by=request.user)
    messages.success(request, _("C’est noté."))
    return redirect("payments")
