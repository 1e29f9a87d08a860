"""One invoice's page and what its reader may say of it, whichever door they came by: a mailed link or their space."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from billing import collecting, questions, stripe_checkout, stripe_client
from billing.models import Invoice
from complaints import handling
from crm.attachments import Stored
from crm.models import Contact, Interaction
from lib import clock
from lib.errors import Refusal
from portal import talking
from portal.awaited import awaited_among
from portal.between import Between, Reader, read_between
from portal.days_given import DaysGiven
from portal.forms import Help, QuestionForm, TalkForm, line_of
from portal.joined import once_with_files
from portal.once import form_key, once
from portal.paper import Paper
from portal.paying import leave_for, return_address
from tact.money import promised_and_asked
from ui.files import ask_files_again

GESTURES = ("ask", "talk", "transferred", "mistaken", "pay")


@dataclass
class Reading:
    """A reader in front of the document `ref`: who they are, the addresses of what they may do, and the page around it. What is
    behind a function is read when it is needed: a gesture does not need what the page shows."""

    ref: str
    contact: Contact | None
    urls: Mapping[str, str]  # page, pdf, xml and GESTURES
    template: str
    find: Callable[[], Invoice]
    reader: Callable[[], Reader]
    around: Callable[[], Mapping[str, Any]] = dict

    @cached_property
    def invoice(self) -> Invoice:
        """The document, for a gesture; Http404 when it is not theirs."""
        return self.find()


def show(
    request: HttpRequest, reading: Reading, *, status: int = 200, trouble: object = "", talk_form: TalkForm | None = None,
    question_form: QuestionForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of the document, with a form that was refused when there is one; Http404 when there is no such document."""
    reader = reading.reader()
    rows = list(Invoice.objects.one_and_unpaid_of(reader.ids, reading.ref))
    invoice = next((row for row in rows if row.public_id == reading.ref), None)
    if invoice is None:
        raise Http404
    today = clock.today()
    between = _between(reader, rows, invoice, today)
    paper = Paper(invoice, today=today, company=reader.company, transits=between.transits.get(invoice.pk, ()))
    if talk_form is not None:
        ask_files_again(talk_form, "attached")
    talk_form = talk_form or TalkForm()
    talk_form.tell_days(DaysGiven.among(between.said, invoice).rule(today))
    context = {
        "awaited": between.awaited, "waits": between.waits.get(invoice.public_id, ""),
        "paper": paper, "company": paper.company, "invoice": invoice, "trouble": trouble, "urls": reading.urls,
        "talk_form": talk_form if paper.due > 0 else talk_form.without_money(),
        "question_form": question_form or QuestionForm(), "card": stripe_client.is_on(),
        "key": form_key(request), **reading.around(),
    }  # fmt: skip
    return render(request, reading.template, context, status=status)


def _between(reader: Reader, rows: list[Invoice], invoice: Invoice, today: date) -> Between:
    """What is between them about this document; once it is paid, only what is still asked of us."""
    debts = [row for row in rows if not row.is_credit_note and row.balance() > 0]
    if invoice in debts:
        return read_between(reader, debts, today=today, about=invoice.public_id)
    return Between(awaited=awaited_among(promised_and_asked(reader.ids), reader.contact, about=invoice.public_id))


def ask(request: HttpRequest, reading: Reading) -> HttpResponse:
    """A question on a line, or on the whole."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return show(request, reading, question_form=form, status=422)
    said = form.cleaned_data

    def gesture() -> object:
        return questions.ask(
            reading.invoice, line=line_of(reading.invoice, said["line"]), words=said["words"], contact=reading.contact
        )

    words = _("Votre question nous est parvenue. Réponse sous deux jours ouvrés, ici et par e-mail.")
    return _done(request, reading, lambda: _once(request, reading, gesture, said), words, question_form=form)


def talk(request: HttpRequest, reading: Reading) -> HttpResponse:
    """«En parler»: time, several payments, a question, a disagreement, a word."""
    form = TalkForm(request.POST, request.FILES, dropped=request.META.get("egards.skipped_files", ()))
    if not form.is_valid():
        return show(request, reading, talk_form=form, status=422)
    said = {name: value for name, value in form.cleaned_data.items() if name != "attached"}

    def heard() -> object:
        if said["help"] == Help.TIME:  # known by their promise itself: given again after another one, a day is given anew
            return say(reading.invoice, reading.contact, said)
        return once_with_files(
            lambda files: say(reading.invoice, reading.contact, said, files), attached=form.cleaned_data["attached"],
            who=reading.contact.public_id if reading.contact else "", where=reading.ref, what=said, key=request.POST.get("key", ""),
        )  # fmt: skip

    return _done(request, reading, heard, lambda result: spoken(said, result), talk_form=form)


def transferred(request: HttpRequest, reading: Reading) -> HttpResponse:
    """«J’ai fait le virement»: reminders wait the time it arrives."""

    def gesture() -> object:
        return collecting.announce_transfer(reading.invoice, contact=reading.contact, on=clock.today())

    return _done(
        request, reading, gesture, _("Merci, c’est noté : nous arrêtons les rappels, le temps que votre virement arrive.")
    )


def mistaken(request: HttpRequest, reading: Reading) -> HttpResponse:
    """«C’était une erreur»: no transfer is awaited any more."""

    def gesture() -> object:
        return collecting.withdraw_transfer(reading.invoice, contact=reading.contact)

    words = _("C’est noté : nous n’attendons plus ce virement. Merci de nous l’avoir dit.")
    return _done(request, reading, gesture, words)


def pay(request: HttpRequest, reading: Reading) -> HttpResponse:
    """To the payment page of what is due now."""
    try:
        opened = stripe_checkout.open_checkout(reading.invoice, address=return_address, back=reading.urls["page"])
    except Refusal as refusal:
        return show(request, reading, trouble=refusal.message, status=422)
    return leave_for(opened)


def say(invoice: Invoice, contact: Contact | None, said: Mapping[str, Any], files: Sequence[Stored] = ()) -> object:
    """The gesture that the choice asks for. A disagreement is a written complaint, with its dates of law and its `files`."""
    words, choice = said["words"], said["help"]
    if choice == Help.TIME:
        return talking.promise_to_pay(invoice, on=said["on"], words=words, contact=contact)
    if choice == Help.PARTS:
        return talking.ask_for_parts(invoice, parts=said["parts"], words=words, contact=contact)
    if choice == Help.DISAGREE:
        subject = _("Désaccord sur %(what)s") % {"what": invoice.in_a_sentence}
        return handling.open_from_portal(
            contact=contact, customer=invoice.customer, invoice=invoice, subject=subject, body=words, files=files
        )
    if choice == Help.QUESTION:
        return questions.ask(invoice, words=words, contact=contact)
    return talking.leave_word(invoice, words=words, contact=contact)


def spoken(said: Mapping[str, Any], result: object = None) -> str:
    """What the client reads once it is noted; `result`, the row of history of a day they gave."""
    if said["help"] == Help.DISAGREE:
        return _("Votre réclamation est enregistrée. Nous vous en accusons réception, puis nous vous répondons par écrit.")
    if said["help"] == Help.TIME and not (isinstance(result, Interaction) and result.data.get("asked")):
        return _("C’est noté, merci de nous l’avoir dit. Les rappels attendent ce jour.")
    return _("Votre message nous est parvenu. Réponse sous deux jours ouvrés ; les rappels s’arrêtent en attendant.")


def _once(request: HttpRequest, reading: Reading, gesture: Callable[[], object], said: Mapping[str, Any]) -> bool:
    """What was said, heard once however often its form is sent."""
    who = reading.contact.public_id if reading.contact else ""
    return once(gesture, who=who, where=reading.invoice.public_id, what=said, key=request.POST.get("key", ""))


def _done(
    request: HttpRequest, reading: Reading, gesture: Callable[[], object], words: str | Callable[[object], str], **forms: Any
) -> HttpResponse:
    """Do what was asked, then the page again with `words` (that may depend on what became of it); refused, the page says why and
    keeps what was typed."""
    try:
        result = gesture()
    except Refusal as refusal:
        for form in forms.values():
            for name, error in refusal.errors.items():
                form.add_error(name if name in form.fields else None, str(error))
        return show(request, reading, trouble="" if forms else refusal.message, status=422, **forms)
    messages.success(request, words(result) if callable(words) else words)
    return HttpResponseRedirect(reading.urls["page"])
