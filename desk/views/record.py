"""The pages of one client and of one exchange."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from crm import exchanges
from crm.handing import hand_back
from crm.models import Attachment, Commitment, Interaction
from desk.composing import ExchangeForm, exchange_form
from desk.exchange import exchange_page
from desk.promises import calls_promised, just_done
from desk.record import Family, find_family, present_contacts, read_record
from desk.thread import Place
from lib import clock
from lib.errors import Refusal


@policy(right=Right.SEE_RECORDS)
@require_safe
def customer(request: HouseRequest, ref: str) -> HttpResponse:
    """The record."""
    family = find_family(ref, user=request.user)
    if family.head:
        return redirect("customer", family.head)
    return _show(request, family)


@policy(right=Right.LOG)
@require_POST
def log(request: HouseRequest, ref: str) -> HttpResponse:
    """Log an exchange on a record."""
    family = find_family(ref, user=request.user)
    if family.head:
        raise Http404
    contacts = list(present_contacts(family.ids, user=request.user))
    owed = Commitment.objects.visible_to(request.user).open().of_family(family.ids).order_by("due_on", "due_at", "id")
    form = exchange_form(request, contacts=contacts, colleagues=User.objects.holding(Right.LOG), calls=calls_promised(owed))
    row = form.log(family.customer) if form.is_valid() else None
    if row is None:
        return _show(request, family, form=form)
    messages.success(request, _("C’est consigné."))
    return redirect(f"{reverse('customer', args=[ref])}#e-{row.public_id}")


def _show(request: HouseRequest, family: Family, *, form: ExchangeForm | None = None) -> HttpResponse:
    page = read_record(
        family, user=request.user, now=clock.now(), today=clock.today(), chosen=request.GET.get("fil", ""),
        before=Place.read(request.GET.get("avant", "")), zone=request.frame.company.holiday_zone,
    )  # fmt: skip
    context: dict[str, Any] = {
        "page": page,
        "may_log": request.user.may(Right.LOG),
        "may_complain": request.user.may(Right.HANDLE_COMPLAINTS),
        "may_edit": request.user.may(Right.EDIT_CUSTOMERS),
        "may_draft": request.user.may(Right.DRAFT_DOCUMENTS),
        "done": just_done(request),
    }
    if context["may_log"]:
        colleagues = User.objects.holding(Right.LOG)
        context["form"] = form or exchange_form(request, contacts=page.contacts, colleagues=colleagues, calls=page.calls)
    return render(request, "desk/record/record.html", context, status=422 if form else 200)


@policy(right=Right.SEE_RECORDS)
@require_safe
def exchange(request: HouseRequest, ref: str) -> HttpResponse:
    """One exchange in full: every word, its former wordings, its files, and what its author may do."""
    row = _exchange(request, ref)
    return render(request, "desk/record/exchange.html", exchange_page(row, user=request.user, today=clock.today()))


@policy(right=Right.LOG)
@require_POST
def correct(request: HouseRequest, ref: str) -> HttpResponse:
    """Correct the words of an exchange."""
    row, body, seen = _exchange(request, ref), request.POST.get("body", ""), request.POST.get("seen", "0")
    try:
        exchanges.correct_words(
            row, by=request.user, body=body, seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0
        )
    except Refusal as refusal:
        context = exchange_page(row, user=request.user, today=clock.today(), refusal=refusal, typed=body[: exchanges.MAX_WORDS])
        return render(request, "desk/record/exchange.html", context, status=422)
    messages.success(request, _("Les mots sont corrigés. Les mots d’avant restent lisibles."))
    return redirect("exchange", ref)


@policy(right=Right.LOG)
@require_POST
def erase(request: HouseRequest, ref: str) -> HttpResponse:
    """Erase the words and files of an exchange."""
    row, reason = _exchange(request, ref), request.POST.get("reason", "")
    try:
        exchanges.erase_interaction(row, by=request.user, reason=reason)
    except Refusal as refusal:
        context = exchange_page(row, user=request.user, today=clock.today(), refusal=refusal)
        return render(request, "desk/record/exchange.html", context, status=422)
    messages.success(request, _("Les mots et les pièces sont effacés. La ligne reste, avec votre raison."))
    return redirect("exchange", ref)


@policy(right=Right.LOG)
@require_POST
def visibility(request: HouseRequest, ref: str) -> HttpResponse:
    """Change who may read an exchange."""
    row = _exchange(request, ref)
    try:
        changed = exchanges.change_visibility(row, by=request.user, visibility=request.POST.get("visibility", ""))
    except Refusal as refusal:
        context = exchange_page(row, user=request.user, today=clock.today(), refusal=refusal)
        return render(request, "desk/record/exchange.html", context, status=422)
    messages.success(request, _("Désormais lisible par %(who)s.") % {"who": changed.get_visibility_display()})
    return redirect("exchange", ref)


@policy(right=Right.SEE_RECORDS)
@require_safe
def attachment(request: HouseRequest, ref: str) -> HttpResponse | FileResponse:
    """A file, handed back inert: never shown in the page, never run (trust.md F4)."""
    return hand_back(get_object_or_404(Attachment.objects.visible_to(request.user), public_id=ref))


def _exchange(request: HouseRequest, ref: str) -> Interaction:
    rows = Interaction.objects.visible_to(request.user).select_related("author", "contact", "customer", "email")
    return get_object_or_404(rows, public_id=ref)
