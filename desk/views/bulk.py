"""One gesture on many customers of the list: ask, follow, undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.policy import Right, policy
from crm import bulk
from crm.customers import find_tag
from crm.models import BulkChange
from desk.customer_list import customer_filter
from lib.errors import Refusal

MOST_LINES = 200  # references a form of one page can hold


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Tag, untag or give an owner to the lines ticked, the page, or all that the filters leave."""
    try:
        asked = _asked(request)
        done = bulk.change_many(_ids(request), by=request.user, **asked)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(_list_url(request))
    return redirect(_list_url(request, fait=done.public_id))


@policy(right=Right.EDIT_CUSTOMERS)
@require_safe
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """How far it is, for the notice on the list."""
    done = get_object_or_404(BulkChange.objects.visible_to(request.user).select_related("tag", "owner"), public_id=ref)
    return render(request, "desk/customers/bulk_done.html", {"change": done, "query": request.GET.urlencode()})


@policy(right=Right.EDIT_CUSTOMERS)
@require_POST
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take it back where nobody changed anything since."""
    done = get_object_or_404(BulkChange.objects.visible_to(request.user), public_id=ref)
    try:
        bulk.undo_many(done, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect(_list_url(request, fait=ref))


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The action of the button pressed, with its tag or its owner."""
    action = request.POST.get("action", "")
    if action == BulkChange.Action.OWNER:
        owner = request.POST.get("owner", "")
        person = next((one for one in User.objects.staff() if str(one.pk) == owner), None)
        if owner and person is None:
            raise Refusal(_("Cette personne ne fait pas partie de l’équipe. Choisissez-en une autre."))
        return {"action": action, "owner": person}
    if action not in (BulkChange.Action.TAG, BulkChange.Action.UNTAG):
        raise Refusal(_("Choisissez ce qu’il faut faire des clients choisis."))
    return {"action": action, "tag": find_tag(request.POST.get("tag", ""))}


def _ids(request: HttpRequest) -> list[int]:
    """The customers chosen, among those the filters leave: never one the person cannot see."""
    chosen = customer_filter(request)
    rows = chosen.rows().order_by("pk")
    scope = request.POST.get("scope", "")
    if scope == "all":
        if chosen.faults:
            raise Refusal(_("Un filtre n’est pas valable : rien n’a été changé. Corrigez-le, puis recommencez."))
        return list(rows.values_list("pk", flat=True)[: bulk.MOST + 1])
    refs = request.POST.getlist("line" if scope == "page" else "ref")[:MOST_LINES]
    known = chosen.queryset.order_by("pk").filter(public_id__in=[ref for ref in refs if ref.isalnum()])
    return list(known.values_list("pk", flat=True))


def _list_url(request: HttpRequest, **more: str) -> str:
    query = request.GET.copy()
    query.pop("fait", None)
    for name, value in more.items():
        query[name] = value
    return reverse("customers") + (f"?{query.urlencode()}" if query else "")
