"""The pages a mailed link opens: one document, its files, and what its reader may say of it. Nothing else of the client."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import policy
from billing import collecting, questions, stripe_checkout, stripe_client
from billing.models import AccessLink, Invoice
from complaints import handling
from crm.models import Contact
from lib import clock
from lib.errors import Refusal
from portal import talking
from portal.doors import by_link, note_opening
from portal.files import stored_file
from portal.forms import Help, QuestionForm, TalkForm, line_of
from portal.paper import Paper
from portal.paying import leave_for, return_address


@policy(public=True)
@require_safe
@by_link
def page(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """The invoice: what is due and why, how to pay, whom to tell."""
    if request.method == "GET":
        note_opening(link)
    return shown(request, link)


@policy(public=True)
@require_safe
@by_link
def file(request: HttpRequest, link: AccessLink, kind: str) -> HttpResponse:
    """The PDF or the XML, as issued."""
    return stored_file(link.invoice, kind)


@policy(public=True)
@require_POST
@by_link
def ask(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """A question on a line, or on the whole."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return shown(request, link, question_form=form, status=422)
    said = form.cleaned_data
    return done(
        request, link, lambda: questions.ask(
            link.invoice, line=line_of(link.invoice, said["line"]), words=said["words"], contact=link.contact
        ),
        _("Votre question nous est parvenue. Réponse sous deux jours ouvrés, ici et par e-mail."), question_form=form,
    )  # fmt: skip


@policy(public=True)
@require_POST
@by_link
def talk(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """«En parler»: time, several payments, a question, a disagreement, a word."""
    form = TalkForm(request.POST)
    if not form.is_valid():
        return shown(request, link, talk_form=form, status=422)
    return done(
        request, link, lambda: say(link.invoice, link.contact, form.cleaned_data), spoken(form.cleaned_data), talk_form=form
    )


@policy(public=True)
@require_POST
@by_link
def transferred(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """«J’ai fait le virement»: reminders wait the time it arrives."""
    return done(
        request, link, lambda: collecting.announce_transfer(link.invoice, contact=link.contact, on=clock.today()),
        _("Merci, c’est noté : nous arrêtons les rappels, le temps que votre virement arrive."),
    )  # fmt: skip


@policy(public=True)
@require_POST
@by_link
def pay(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """To the payment page of what is due now."""
    try:
        opened = stripe_checkout.open_checkout(
            link.invoice, address=return_address, back=reverse("portal:linked", args=[link.public_id])
        )
    except Refusal as refusal:
        return shown(request, link, trouble=refusal.message, status=422)
    return leave_for(opened)


def say(invoice: Invoice, contact: Contact | None, said: dict[str, Any]) -> Any:
    """The gesture that the choice asks for."""
    words, choice = said["words"], said["help"]
    if choice == Help.TIME:
        return talking.promise_to_pay(invoice, on=said["on"], words=words, contact=contact)
    if choice == Help.PARTS:
        return talking.ask_for_parts(invoice, parts=said["parts"], words=words, contact=contact)
    if choice == Help.DISAGREE and contact is not None:
        return handling.open_from_portal(
            contact=contact, customer=invoice.customer, invoice=invoice, subject=_("Désaccord sur %(what)s") % {"what": invoice.about_label},
            body=words,
        )  # fmt: skip
    if choice == Help.QUESTION:
        return questions.ask(invoice, words=words, contact=contact)
    return talking.leave_word(invoice, words=words, contact=contact)


def spoken(said: dict[str, Any]) -> str:
    """What the client reads once it is noted."""
    if said["help"] == Help.TIME:
        return _("C’est noté, merci de nous l’avoir dit. Les rappels attendent ce jour.")
    return _("Votre message nous est parvenu. Réponse sous deux jours ouvrés ; les rappels s’arrêtent en attendant.")


def done(request: HttpRequest, link: AccessLink, gesture: Callable[[], Any], words: str, **forms: Any) -> HttpResponse:
    """Do what was asked, then the page again; refused, the page says why and keeps what was typed."""
    try:
        gesture()
    except Refusal as refusal:
        for form in forms.values():
            for field, error in refusal.errors.items():
                form.add_error(field if field in form.fields else None, str(error))
        return shown(request, link, trouble="" if forms else refusal.message, status=422, **forms)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("portal:linked", args=[link.public_id]))


def shown(request: HttpRequest, link: AccessLink, *, status: int = 200, trouble: object = "", **forms: Any) -> HttpResponse:
    """The page of the invoice, with a form that was refused when there is one."""
    if link.invoice.is_draft:
        raise Http404
    paper = Paper(link.invoice, today=clock.today())
    names = {name: reverse(f"portal:linked_{name}", args=[link.public_id]) for name in ("ask", "talk", "transferred", "pay")}
    context = {
        "paper": paper, "company": paper.company, "invoice": link.invoice, "trouble": trouble, "urls": names, "today": clock.today(),
        "pdf_url": reverse("portal:linked_file", args=[link.public_id, "pdf"]),
        "xml_url": reverse("portal:linked_file", args=[link.public_id, "xml"]),
        "talk_form": forms.get("talk_form") or TalkForm(), "question_form": forms.get("question_form") or QuestionForm(),
        "card": stripe_client.is_on(),
    }  # fmt: skip
    return render(request, "portal/linked.html", context, status=status)
