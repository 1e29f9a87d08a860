"""The list of invoices, one document and its files."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing import documents, questions
from billing.models import Invoice, InvoiceFile, Question
from desk.asking import AskedForm, asked_form, noted
from desk.invoice_credit import credit as make_credit
from desk.invoice_credit import credit_page
from desk.invoice_list import STATES, invoice_list
from desk.invoice_page import find_invoice, read_invoice
from desk.paging import export_url, first_page_url
from desk.passing_on import Passing, read_passing
from desk.questions import answer_url
from lib import clock
from lib.errors import Refusal
from lib.public_ids import public_id

TYPES = {InvoiceFile.Kind.PDF: "application/pdf", InvoiceFile.Kind.XML: "application/xml"}


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def index(request: HouseRequest) -> HttpResponse:
    """The list: what is to be paid, then the rest by state."""
    shown = invoice_list(request, today=clock.today())
    client = shown.filter.customer
    context = {
        "list": shown,
        "client": client,
        "states": [(label, first_page_url(request, etat=state), state == shown.state) for state, label in STATES.items()],
        "searching": bool(request.GET.get("q") or request.GET.get("periode")),
        "without_client": first_page_url(request, client=""),
        "nothing": _("Aucune facture ici : %(state)s.") % {"state": STATES[shown.state]},
        "may_draft": request.user.may(Right.DRAFT_DOCUMENTS),
        "export_url": export_url(request, "invoices_export") if shown.rows else "",
    }
    return render(request, "desk/invoices/list.html", context)


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def invoice(request: HouseRequest, ref: str) -> HttpResponse:
    """One document."""
    found = find_invoice(ref, user=request.user, to_read=True)
    if found.is_draft and request.user.may(Right.DRAFT_DOCUMENTS):
        return redirect("invoice_edit", ref)
    return _page(request, found)


@policy(right=Right.LOG)
@require_POST
def answer(request: HouseRequest, ref: str) -> HttpResponse:
    """Answer a client's question: they are written to, and the answer stands with the invoice."""
    asked = get_object_or_404(Question.objects.visible_to(request.user).select_related("invoice"), public_id=ref)
    found, words = find_invoice(asked.invoice.public_id, user=request.user), request.POST.get("answer", "")
    try:
        questions.answer(asked, words=words, by=request.user)
    except Refusal as refusal:
        return _page(request, found, refused=ref, refusal=refusal.message, typed=words[: questions.LONGEST_ANSWER])
    messages.success(request, _("La réponse est envoyée, et reste lisible avec la facture."))
    return redirect("invoice", found.public_id)


@policy(right=Right.LOG)
@require_POST
def asked(request: HouseRequest, ref: str) -> HttpResponse:
    """Note a question that the client asked by telephone or at the counter. Nothing is sent."""
    found = find_invoice(ref, user=request.user, to_read=True)
    form = asked_form(request, found)
    if form is None:
        raise Http404
    question = form.note(by=request.user) if form.is_valid() else None
    if question is None:
        return _page(request, found, asking=form)
    messages.success(request, noted(question, today=clock.today()))
    return redirect(answer_url(question))


def _page(request: HouseRequest, found: Invoice, *, asking: AskedForm | None = None, **told: str) -> HttpResponse:
    """The page of a document; `told`: the refused question, why, and what was typed."""
    page = read_invoice(found, user=request.user, now=clock.now())
    wrong = bool(told) or asking is not None
    lacks_hands = _lacks_hands(request.user, found, page.balance)
    context: dict[str, Any] = {
        "page": page,
        "refused": "",
        "refusal": "",
        "typed": "",
        **told,
        "asking": asking or (None if wrong else asked_form(request, found)),
        "may_credit": request.user.may(Right.ISSUE_DOCUMENTS) and page.creditable,
        "lacks_hands": lacks_hands,
        "passing": _passing(request, found) if lacks_hands else None,
        "may_pay": request.user.may(Right.MANAGE_PAYMENTS),
        "may_log": request.user.may(Right.LOG),
    }
    return render(request, "desk/invoices/invoice.html", context, status=422 if wrong else 200)


def _lacks_hands(user: User, found: Invoice, balance: Decimal) -> bool:
    """Whether a payment is awaited that this person may not record."""
    return balance > 0 and not found.is_draft and not found.is_credit_note and not user.may(Right.MANAGE_PAYMENTS)


def _passing(request: HouseRequest, found: Invoice) -> Passing | None:
    """Who records a payment, for who asks it (`?prevenir=`): one statement more than a page of money may cost."""
    return read_passing(found.customer.head, user=request.user, invoice=found.public_id) if "prevenir" in request.GET else None


@policy(right=Right.ISSUE_DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: HouseRequest, ref: str) -> HttpResponse:
    """Take back an invoice, or a part of it."""
    found = find_invoice(ref, user=request.user)
    if found.is_draft or found.is_credit_note:
        return redirect("invoice", ref)
    page = credit_page(found, request.POST if request.method == "POST" else None)
    key = request.POST.get("key", "") or public_id()
    if request.method == "POST" and (note := make_credit(page, user=request.user, today=clock.today(), key=key)):
        messages.success(request, _("L’avoir %(number)s est émis.") % {"number": note.number})
        return redirect("invoice", note.public_id)
    return render(request, "desk/invoices/credit.html", {"page": page, "key": key}, status=422 if page.wrong else 200)


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def file(request: HouseRequest, ref: str, kind: str) -> HttpResponse:
    """The PDF or the XML of an issued document, from the store."""
    found = find_invoice(ref, user=request.user)
    kept = documents.file_of(found, kind)
    if kept is None:
        raise Http404
    try:
        content = documents.bytes_of(kept)
    except (FileNotFoundError, documents.Altered):
        messages.error(request, _("Ce fichier n’est plus tel qu’il a été fait : il n’est pas donné. Prévenez un responsable."))
        return redirect("invoice", ref)
    answer = HttpResponse(content, content_type=TYPES[InvoiceFile.Kind(kind)])
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.{kind}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
