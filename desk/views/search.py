"""Search: one page, and the same answer in the Ctrl K dialog."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.policy import Right, policy
from crm import search as index
from crm.models import Customer
from desk.number_search import Numbers, find_numbers
from lib import clock


@policy(right=Right.SEE_RECORDS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What a number names, people by name, then what was said and written, newest first."""
    typed = request.GET.get("q", "")[:200].replace("\x00", "")
    numbers = find_numbers(request.user, typed, today=clock.today())
    if not request.htmx and numbers.sure:
        return redirect(numbers.sure)
    found = index.find(request.user, typed)
    if not request.htmx and not numbers and (sure := _named(found, typed)):
        return redirect("customer", sure.public_id)
    if not request.htmx and "ouvrir" in request.GET and (first := _first(found, numbers)):
        return redirect(first)
    context = {
        "q": typed,
        "found": found,
        "numbers": numbers,
        "short": bool(typed.strip()) and not index.read(typed),
        "may_edit": request.user.may(Right.EDIT_CUSTOMERS),
    }
    return render(request, "desk/search/results.html" if request.htmx else "desk/search/page.html", context)


def _first(found: index.Found, numbers: Numbers) -> str:
    """The page of the first thing that the dialog shows, in its order; nothing when nothing answers."""
    named = [*numbers.documents, *numbers.complaints, *numbers.payments]
    if named:
        return named[0].url
    people = [hit.customer for hit in (*found.customers, *found.contacts) if hit.customer]
    if people:
        return reverse("customer", args=[people[0].public_id])
    pages = [("exchange", hit.ref) for hit in found.exchanges] + [("mail", hit.ref) for hit in found.emails]
    return reverse(pages[0][0], args=[pages[0][1]]) if pages else ""


def _named(found: index.Found, typed: str) -> Customer | None:
    """The one client that a whole reference or telephone number names: who types it wants the record, not a list."""
    customer = found.customers[0].customer if len(found.customers) == 1 else None
    exact = customer is not None and typed.strip().upper() == customer.reference
    return customer if exact or re.fullmatch(r"\s*\+?(?:[\s.()/-]*\d){8,15}\s*", typed) else None
