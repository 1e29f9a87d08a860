"""Commitments: the lists, one of them, and what people do of it."""

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
from crm import commitments
from crm.models import Commitment
from desk import phrases
from desk.dates import read_due, read_moment
from desk.promise_list import read_list
from desk.promise_page import promise_page
from desk.promises import just_done
from desk.promising import DelegateForm, MoveForm, PromiseForm, ReleaseForm, back, beyond_due, seen_version, with_done
from desk.record import find_family, present_contacts
from lib import clock
from lib.errors import Conflict, Refusal

FORMS = {"move": MoveForm, "delegate": DelegateForm, "release": ReleaseForm}


@policy(right=Right.SEE_RECORDS)
@require_safe
def index(request: HouseRequest) -> HttpResponse:
    """What is owed: mine, everyone's, late."""
    page = read_list(request, today=clock.today(), now=clock.now())
    return render(
        request, "desk/commitments/list.html", {"page": page, "done": just_done(request), "may_log": request.user.may(Right.LOG)}
    )


@policy(right=Right.SEE_RECORDS)
@require_safe
def commitment(request: HouseRequest, ref: str) -> HttpResponse:
    """One commitment, its course, and what can be done of it."""
    return _page(request, _row(request, ref))


@policy(right=Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HouseRequest, ref: str) -> HttpResponse:
    """Take a commitment on a record."""
    family = find_family(ref, user=request.user)
    if family.head:
        return redirect("commitment_add", family.head)
    contacts = list(present_contacts(family.ids, user=request.user))
    form = PromiseForm(request.POST or None, by=request.user, contacts=contacts, colleagues=User.objects.holding(Right.LOG))
    if form.is_valid() and (made := form.promise(family.customer)):
        messages.success(
            request, " ".join(filter(None, [_("L’engagement est pris."), beyond_due(made, family.ids, request.user)]))
        )
        return redirect("customer", ref)
    context = {"form": form, "customer": family.customer}
    return render(request, "desk/commitments/add.html", context, status=422 if form.is_bound else 200)


@policy(right=Right.LOG)
@require_POST
def keep(request: HouseRequest, ref: str) -> HttpResponse:
    """It is done."""
    row = _row(request, ref)
    try:
        commitments.keep(row, by=request.user, version=seen_version(request))
    except Refusal as refusal:
        return _refused(request, row, refusal)
    return redirect(with_done(back(request, reverse("customer", args=[row.customer.public_id])), ref))


@policy(right=Right.LOG)
@require_POST
def reopen(request: HouseRequest, ref: str) -> HttpResponse:
    """Take back what was kept or lifted by mistake."""
    row = _row(request, ref)
    try:
        commitments.reopen(row, by=request.user)
    except Refusal as refusal:
        return _refused(request, row, refusal)
    messages.success(request, _("L’engagement est de nouveau ouvert."))
    return redirect(back(request, reverse("commitment", args=[ref])))


@policy(right=Right.LOG)
@require_POST
def change(request: HouseRequest, ref: str, gesture: str) -> HttpResponse:
    """Move it, hand it over, or lift it."""
    row = _row(request, ref)
    extra: dict[str, Any] = {"colleagues": User.objects.holding(Right.LOG)} if gesture == "delegate" else {}
    form = FORMS[gesture](request.POST, by=request.user, **extra)
    if form.is_valid():
        try:
            form.act(row, seen_version(request))
        except Conflict as refusal:
            return _refused(request, row, refusal)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            here = back(request, reverse("customer", args=[row.customer.public_id]))
            if gesture == "release":
                return redirect(with_done(here, ref))
            messages.success(request, form.done())
            return redirect(here)
    return _page(request, row, status=422, **{gesture: form})


@policy(right=Right.LOG)
@require_safe
def read_date(request: HouseRequest) -> HttpResponse:
    """What a date typed in plain French means, said before it is saved. Reads whichever field sent it."""
    given = request.GET
    past = given.get("when", "") if "past" in given else ""
    text = past or given.get("next_when", "") or given.get("when", "") or given.get("next_what", "")
    context: dict[str, str] = {"understood": "", "refused": ""}
    if text.strip():
        try:
            context["understood"] = _moment(text) if past else str(read_due(text, now=clock.now()))
        except Refusal as refusal:
            typed_elsewhere = not past and not given.get("next_when", "") and "next_what" in given
            context["refused"] = "" if typed_elsewhere else refusal.message
    return render(request, "desk/commitments/date.html", context)


def _moment(text: str) -> str:
    found = read_moment(text, now=clock.now())
    return phrases.moment(found, clock.today()) if found else ""


def _row(request: HouseRequest, ref: str) -> Commitment:
    rows = Commitment.objects.visible_to(request.user).select_related("customer", "owner", "author", "interaction", "contact")
    return get_object_or_404(rows, public_id=ref)


def _page(request: HouseRequest, row: Commitment, *, status: int = 200, **bound: Any) -> HttpResponse:
    here = back(request, "")
    return render(
        request,
        "desk/commitments/commitment.html",
        promise_page(row, user=request.user, now=clock.now(), here=here, **bound),
        status=status,
    )


def _refused(request: HouseRequest, row: Commitment, refusal: Refusal) -> HttpResponse:
    messages.error(request, refusal.message)
    return redirect("commitment", row.public_id)
