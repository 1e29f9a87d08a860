"""Records that may be one client: the queue, the decision, the merge from a record, its undo."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import Right, policy
from crm import search
from crm.duplicates import ask_again, find_near, keep_apart
from crm.merging import merge_customers, merges_of, undo_merge
from crm.models import Customer, CustomerMerge, DuplicateCandidate
from desk.comparing import compare
from desk.paging import page
from lib.errors import Refusal
from lib.public_ids import PATTERN

PAIRS = 10
FOUND = 8
_BOTH = ("first__owner", "second__owner", "first__merged_into__owner", "second__merged_into__owner")


@policy(right=Right.MERGE_CUSTOMERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The pairs to decide, the likeliest first."""
    rows = DuplicateCandidate.objects.filter(decision="").select_related(*_BOTH)
    shown = page(rows, request, ("-score", "id"), size=PAIRS)
    pairs = compare((row.first.head, row.second.head, row.reasons, row) for row in shown.rows)
    done = {"apart": _kept_apart(request.GET.get("fait")), "merged": _just_merged(request.GET.get("reunies"))}
    return render(request, "desk/duplicates/queue.html", {"page": shown, "pairs": pairs, **done})


@policy(right=Right.MERGE_CUSTOMERS)
@require_POST
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """One client or two: a person says."""
    row = get_object_or_404(DuplicateCandidate.objects.select_related(*_BOTH), public_id=ref)
    first, second, reason = row.first.head, row.second.head, request.POST.get("reason", "")
    decision = request.POST.get("decision", "")
    try:
        if decision == "apart":
            keep_apart(row, by=request.user, reason=reason)
            return redirect(f"{reverse('duplicates')}?fait={ref}")
        kept, alias = (first, second) if decision == "first" else (second, first)
        if decision not in ("first", "second"):
            raise Refusal(_("Choisissez : une seule fiche, ou deux clients distincts."))
        made = merge_customers(kept, alias, by=request.user, reason=reason)
        return redirect(f"{reverse('duplicates')}?reunies={made.public_id}")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("duplicates")


@policy(right=Right.MERGE_CUSTOMERS)
@require_POST
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """Undo «two clients»: the pair comes back."""
    ask_again(get_object_or_404(DuplicateCandidate, public_id=ref), by=request.user)
    messages.success(request, _("La paire est revenue dans la file."))
    return redirect("duplicates")


@policy(right=Right.MERGE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, ref: str) -> HttpResponse:
    """From a record: find the other one, compare, make them one."""
    customer, other = _customers(request, ref, _ref(request.POST.get("other") or request.GET.get("avec")))
    context: dict[str, Any] = {
        "customer": customer,
        "other": other,
        "merges": merges_of(customer),
        "typed": request.POST.get("reason", ""),
    }
    if request.method == "POST" and other is not None:
        kept, alias = (other, customer) if request.POST.get("keep") == "other" else (customer, other)
        try:
            merge_customers(kept, alias, by=request.user, reason=request.POST.get("reason", ""))
        except Refusal as refusal:
            context["refusal"] = refusal.message
        else:
            messages.success(request, _("Les deux fiches n’en font plus qu’une ; cela s’annule sur cette page."))
            return redirect("customer_merge", kept.public_id)
    context |= _comparison(customer, other) if other else _proposals(request, customer)
    template = "desk/duplicates/found.html" if request.htmx and not other else "desk/duplicates/merge.html"
    return render(request, template, context, status=422 if "refusal" in context else 200)


@policy(right=Right.MERGE_CUSTOMERS)
@require_POST
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Separate two records again."""
    made = get_object_or_404(CustomerMerge.objects.select_related("alias", "kept"), public_id=ref)
    try:
        undo_merge(made, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("customer_merge", made.kept.public_id)
    messages.success(request, _("Les fiches sont séparées, telles qu’elles étaient."))
    return redirect("customer", made.alias.public_id)


def _kept_apart(typed: str | None) -> DuplicateCandidate | None:
    """The pair just said to be two clients, to offer its undo."""
    ref = _ref(typed)
    rows = DuplicateCandidate.objects.filter(decision="distinct").select_related("first", "second")
    return rows.filter(public_id=ref).first() if ref else None


def _just_merged(typed: str | None) -> CustomerMerge | None:
    """The two records just made one, to offer their undo."""
    ref = _ref(typed)
    return CustomerMerge.objects.filter(public_id=ref, undone_at=None).select_related("kept", "alias").first() if ref else None


def _proposals(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """Whom to compare with: what was typed, else those that look alike."""
    typed = request.GET.get("q", "")[:200]
    rows = Customer.objects.visible_to(request.user).heads().exclude(pk=customer.pk)
    if typed:
        return {
            "q": typed,
            "found": list(rows.filter(pk__in=search.head_ids(request.user, typed)).order_by("sort_name", "pk")[:FOUND]),
        }
    fields = {name: getattr(customer, name) for name in ("name", "siren", "siret", "email", "phone", "postal_code", "address")}
    return {"q": "", "found": [near for near, _reasons in find_near(fields, but=[customer.pk])], "alike": True}


def _comparison(customer: Customer, other: Customer) -> dict[str, Any]:
    pair = compare([(customer, other, [], None)])[0]
    return {"pair": pair, "itself": customer == other}


def _customers(request: HttpRequest, ref: str, other: str) -> tuple[Customer, Customer | None]:
    """The heads that two references lead to; the second may not be given, but what is given must exist."""
    rows = Customer.objects.visible_to(request.user).select_related("owner", "merged_into__owner").order_by("pk")
    found = {row.public_id: row.head for row in rows.filter(public_id__in=[ref, other])}
    if ref not in found or (other and other not in found):
        raise Http404
    return found[ref], found.get(other)


def _ref(typed: str | None) -> str:
    """A public id that a person's address or form gave; empty when it is none."""
    return typed if typed and re.fullmatch(PATTERN, typed) else ""
