"""The editor of a draft, its preview, and the two ways it ends: issued, or thrown away."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing import drafting
from billing.issuing import Incomplete, issue_invoice
from billing.models import Invoice
from desk import invoice_lines
from desk.choosing import offer_clients
from desk.invoice_confirm import confirmation
from desk.invoice_draft import Editor, find_draft, found_customer, open_draft, open_new, reckoned, save
from desk.invoice_page import find_invoice, read_invoice
from lib import clock
from lib.errors import Refusal


@policy(right=Right.DRAFT_DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HouseRequest) -> HttpResponse:
    """Begin an invoice: choose the client, then write; nothing is kept before «Enregistrer»."""
    ref = request.GET.get("client", "")
    if not ref:
        return _choose(request)
    customer = found_customer(ref, user=request.user)
    data = request.POST if request.method == "POST" else None
    company, today = request.frame.company, clock.today()
    return _answer(request, open_new(customer, user=request.user, company=company, today=today, data=data))


@policy(right=Right.DRAFT_DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, ref: str) -> HttpResponse:
    """Change a draft."""
    draft = find_draft(ref, user=request.user)
    if not draft.is_draft:
        return redirect("invoice", ref)
    data = request.POST if request.method == "POST" else None
    company, today = request.frame.company, clock.today()
    return _answer(request, open_draft(draft, user=request.user, company=company, today=today, data=data))


def _answer(request: HouseRequest, editor: Editor) -> HttpResponse:
    """The editor as asked: reckoned again, with a line more or less, or saved."""
    what = request.POST.get("do", "save") if request.method == "POST" else ""
    if what == "save":
        return _save(request, editor)
    if what and what != "totals":
        editor.lines = invoice_lines.changed(editor.lines, what, regime=editor.company.vat_regime)
        reckoned(editor, user=request.user, today=clock.today())
    if what:
        editor.form.errors.clear()  # adding up is not saving: what is not yet filled in is not a mistake
    if request.htmx and what:
        part = "reckoning" if what == "totals" else "lines"
        return render(request, f"desk/invoices/edit.html#{part}", {"editor": editor, "partial": part})
    return render(request, "desk/invoices/edit.html", _context(request, editor))


def _save(request: HouseRequest, editor: Editor) -> HttpResponse:
    saved = save(editor, user=request.user, today=clock.today())
    if saved is not None:
        messages.success(request, _("Le brouillon est enregistré."))
        to = "invoice_issue" if request.POST.get("then") == "issue" else "invoice_edit"
        return redirect(to, saved.public_id)
    reckoned(editor, user=request.user, today=clock.today(), strict=True)
    return render(request, "desk/invoices/edit.html", _context(request, editor), status=409 if editor.conflict else 422)


def _context(request: HouseRequest, editor: Editor) -> dict[str, Any]:
    may_issue = request.user.may(Right.ISSUE_DOCUMENTS)
    return {"editor": editor, "customer": editor.customer, "may_issue": may_issue, "partial": ""}


def _choose(request: HouseRequest) -> HttpResponse:
    choice = offer_clients(
        request.GET.get("q", ""), user=request.user, title=_("Nouvelle facture"), answer=_("Pour qui est-elle ?"),
        lead=lambda row: reverse("invoice_new", query={"client": row.public_id}),
    )  # fmt: skip
    return render(request, "desk/customers/choose.html", {"choice": choice})


@policy(right=Right.DRAFT_DOCUMENTS)
@require_safe
def preview(request: HouseRequest, ref: str) -> HttpResponse:
    """The draft as it would read."""
    draft = find_draft(ref, user=request.user)
    if not draft.is_draft:
        return redirect("invoice", ref)
    page = read_invoice(find_invoice(ref, user=request.user), user=request.user, now=clock.now())
    return render(request, "desk/invoices/preview.html", {"page": page, "company": request.frame.company})


@policy(right=Right.ISSUE_DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HouseRequest, ref: str) -> HttpResponse:
    """Say what will happen, then issue."""
    draft = find_draft(ref, user=request.user)
    if not draft.is_draft:
        return redirect("invoice", ref)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            invoice = issue_invoice(draft, by=request.user, on=clock.today())
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("La facture %(number)s est émise.") % {"number": invoice.number})
            return redirect("invoice", ref)
    page = confirmation(draft, user=request.user, company=request.frame.company, today=clock.today())
    told = refusal.message if refusal and not isinstance(refusal, Incomplete) else ""
    return render(request, "desk/invoices/issue.html", {"page": page, "told": told}, status=422 if refusal else 200)


@policy(right=Right.DRAFT_DOCUMENTS)
@require_POST
def discard(request: HouseRequest, ref: str) -> HttpResponse:
    """Throw a draft away."""
    draft: Invoice = find_draft(ref, user=request.user)
    try:
        drafting.discard_draft(draft, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("invoice", ref)
    messages.success(request, _("Le brouillon est jeté. Rien n’en reste."))
    return redirect("customer", draft.customer.public_id)
