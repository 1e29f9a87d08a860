"""«Où en suis-je ?», the documents, and what is between us."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import policy
from billing.models import Invoice
from crm.contacts import edit_contact
from crm.mail_words import salutation
from lib import clock
from lib.errors import Refusal
from lib.money import ZERO
from portal import reading
from portal.between import read_between
from portal.correspondence import hear, lines_of, received_words
from portal.exporting import everything_of
from portal.files import stored_file
from portal.forms import CoordinatesForm, MessageForm
from portal.once import form_key
from portal.space import Space, around, in_space
from portal.told_complaints import shown_and_open, tell, told_complaints
from tact.planning import planning_day
from ui.files import ask_files_again

PAGE = 30
SHOWN = 5  # of each thing beside the invoices


@policy(contact=True)
@in_space
@require_safe
def home(request: HttpRequest, space: Space) -> HttpResponse:
    """What is owed and when, what we owe them, what happened lately."""
    debts = list(Invoice.objects.unpaid_of(space.ids).defer("snapshot").order_by("due_on", "number"))
    today = clock.today()
    complaints = shown_and_open(space, most=SHOWN, on=planning_day(today, space.company.holiday_zone))
    between = read_between(space.reader, debts, today=today, complaints=complaints)
    context = {
        "open": debts,
        "due": sum((row.balance() for row in debts), ZERO),
        "late": any(row.due_on and row.due_on < today for row in debts),
        "next": next((row for row in debts if row.due_on and row.due_on >= today), None),
        "left": between.left,
        "hello": salutation(space.customer, space.contact, "warm").rstrip(","),
        "awaited": between.awaited,
        "waiting": between.questions[:SHOWN],
        "complaints": tell([row for row in complaints if space.reader.reads(row)][:SHOWN], today),
        "waits": [(row, between.waits.get(row.public_id, "")) for row in debts[:PAGE]],
        "more": len(debts) > PAGE,
        "lines": lines_of(space, limit=6),
        "today": today,
    }
    return render(request, "portal/home.html", {**context, **around(space, "home")})


@policy(contact=True)
@in_space
@require_safe
def documents(request: HttpRequest, space: Space) -> HttpResponse:
    """Every document, the newest first."""
    rows = space.documents().with_balance().order_by("-pk")
    before = request.GET.get("avant", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    following = f"?avant={shown[-1].pk}" if len(found) > PAGE else ""
    return render(
        request,
        "portal/documents.html",
        {"documents": shown, "following": following, "nothing": Decimal(0), **around(space, "documents")},
    )


def reading_of(space: Space, ref: str) -> reading.Reading:
    """The person in front of one of their documents; Http404, when it is read, for any other."""
    urls = {name: reverse(f"portal:document_{name}", args=[ref]) for name in reading.GESTURES}
    urls |= {kind: reverse("portal:document_file", args=[ref, kind]) for kind in ("pdf", "xml")}
    urls["page"] = reverse("portal:document", args=[ref])

    def page() -> dict[str, Any]:
        return {**around(space, "documents"), "lines": lines_of(space, limit=PAGE, about=ref)}

    def find() -> Invoice:
        return get_object_or_404(space.documents().select_related("customer"), public_id=ref)

    return reading.Reading(ref, space.contact, urls, "portal/document.html", find, lambda: space.reader, page)


@policy(contact=True)
@in_space
@require_safe
def document(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """One document."""
    return reading.show(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_safe
def document_file(request: HttpRequest, space: Space, ref: str, kind: str) -> HttpResponse:
    """Its PDF or XML."""
    return stored_file(reading_of(space, ref).invoice, kind)


@policy(contact=True)
@in_space
@require_POST
def document_ask(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """A question on it."""
    return reading.ask(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_POST
def document_talk(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """«En parler»."""
    return reading.talk(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_POST
def document_transferred(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """«J’ai fait le virement»."""
    return reading.transferred(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_POST
def document_mistaken(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """«C’était une erreur»: no transfer has left."""
    return reading.mistaken(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_POST
def document_pay(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """To the payment page."""
    return reading.pay(request, reading_of(space, ref))


@policy(contact=True)
@in_space
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest, space: Space) -> HttpResponse:
    """What was said and done, in the client's words; a message or a complaint to write."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = MessageForm(*sent, dropped=request.META.get("egards.skipped_files", ()))  # what config.uploads stopped on its way
    if form.is_valid():
        try:
            hear(space, key=request.POST.get("key", ""), **form.cleaned_data)
        except Refusal as refusal:
            for name, error in refusal.errors.items():
                form.add_error(name if name in form.fields else None, str(error))
        else:
            messages.success(request, received_words(form.cleaned_data["matter"]))
            return HttpResponseRedirect(reverse("portal:messages"))
    ask_files_again(form, "attached")
    before = request.GET.get("avant", "")
    lines = lines_of(space, limit=PAGE, before=int(before) if before.isdecimal() and len(before) < 18 else None)
    context = {
        "form": form,
        "key": form_key(request),
        "lines": lines,
        "following": f"?avant={lines[-1].row.pk}" if len(lines) == PAGE else "",
        "complaints": told_complaints(space, most=20, today=clock.today()),
        **around(space, "messages"),
    }
    return render(request, "portal/messages.html", context, status=422 if form.errors else 200)


@policy(contact=True)
@in_space
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, space: Space) -> HttpResponse:
    """What we know of the person, to correct and to take away."""
    contact = space.contact
    form = CoordinatesForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(contact, name) for name in CoordinatesForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_contact(contact, by=None, **form.checked())
        except Refusal as refusal:
            for name, error in refusal.errors.items():
                form.add_error(name if name in form.fields else None, str(error))
        else:
            messages.success(request, _("C’est noté, merci."))
            return HttpResponseRedirect(reverse("portal:data"))
    return render(request, "portal/data.html", {"form": form, **around(space, "data")}, status=422 if form.errors else 200)


@policy(contact=True)
@in_space
@require_safe
def data_json(request: HttpRequest, space: Space) -> HttpResponse:
    """Everything that is theirs here, as one JSON file (RGPD art. 15 and 20)."""
    answer = JsonResponse(everything_of(space), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="mes-donnees-{clock.today():%Y-%m-%d}.json"'
    answer["Cache-Control"] = "no-store"
    return answer
