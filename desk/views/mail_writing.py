"""Write to a client from the record: choose, type, see it as it will be, send; and what an address is worth."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.policy import Right, policy
from crm import addresses, attachments, mail_templates, writing
from crm.mail_words import WORDS
from crm.models import Customer, Email
from desk.forms.mail import AddressForm, LetterForm
from desk.mail_pages import why_mail_waits
from lib.errors import Refusal
from lib.identifiers import email_key


@policy(right=Right.LOG)
def write(request: HttpRequest, ref: str) -> HttpResponse:
    """The letter: an editor, and what it will say beside it."""
    customer = find_customer(request, ref)
    people = writing.recipients(customer)
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    taken = find_taken_back(request, customer)
    files = list(taken.attachments.filter(erased_at=None)) if taken else []
    words = starting_words(request, customer, people, taken)
    form = LetterForm(*bound, people=people, author=request.user, kept=files, initial=words)
    previewing = request.POST.get("action") == "preview"
    if request.method == "POST" and not previewing and form.is_valid() and (email := send(request, customer, form)):
        return redirect("mail", email.public_id)
    context = page(request, customer, people, form)
    if request.htmx and previewing:
        return render(request, "desk/mail/write.html#preview", context)
    if previewing:
        form.errors.clear()  # looking is not sending: what is not yet filled in is not a mistake
    return render(request, "desk/mail/write.html", context, status=422 if form.is_bound and form.errors else 200)


def page(request: HttpRequest, customer: Customer, people: list[writing.Recipient], form: LetterForm) -> dict[str, Any]:
    """What the editor shows."""
    values = form.data if form.is_bound else form.initial
    person = form.people.get(str(values.get("to") or form.fields["to"].initial))
    language = writing.language_for(customer, person)
    subject, body = str(values.get("subject", "")), str(values.get("body", "")).replace("\r\n", "\n")
    company = request.frame.company
    shown = (
        writing.preview(customer=customer, recipient=person, subject=subject, body=body, by=request.user, company=company)
        if person
        else None
    )
    return {
        "customer": customer,
        "form": form,
        "people": people,
        "bad": [one for one in people if one.bad],
        "person": person,
        "reachable": any(not one.bad for one in people),
        "preview": shown,
        "sender": company.sender_name or company.name,
        "texts": mail_templates.current_texts(language),
        "words": WORDS.items(),
        "waits": why_mail_waits(request.user, company),
    }


def find_taken_back(request: HttpRequest, customer: Customer) -> Email | None:
    """The mail of this client, taken back, whose words and files this letter begins with."""
    ref = _plain(request.POST.get("taken") or request.GET.get("reprendre"))
    if not ref:
        return None
    rows = Email.objects.visible_to(request.user).filter(customer_id__in=customer.family_ids(), state=Email.State.CANCELLED)
    return rows.filter(public_id=ref).first()


def starting_words(
    request: HttpRequest, customer: Customer, people: list[writing.Recipient], taken: Email | None
) -> dict[str, str]:
    """Where the letter begins: a mail taken back, a text of the house, or a greeting and a signature."""
    to = request.GET.get("a", "")
    if taken:
        same = email_key(taken.recipient_email)
        return {
            "taken": taken.public_id,
            "to": next((person.value for person in people if email_key(person.address) == same), ""),
            "subject": taken.subject,
            "body": taken.text,
            "template": taken.template,
            "visibility": taken.visibility,
        }
    chosen = next((person for person in people if to in (person.value, person.address)), people[0] if people else None)
    key = _plain(request.GET.get("texte"))
    text = mail_templates.find_text(key, writing.language_for(customer, chosen)) if key else None
    words = (
        {"subject": text.subject, "body": text.body, "template": text.key}
        if text
        else {"body": "{salutation}\n\n\n\n{formule}\n\n{signature}"}
    )
    return {**words, "to": chosen.value} if chosen is not None and not chosen.bad and to else words


def _plain(asked: str | None) -> str:
    """A name that an address gives; empty when it is no name at all."""
    return asked if asked and asked.isprintable() else ""


def send(request: HttpRequest, customer: Customer, form: LetterForm) -> Email | None:
    """Queue the letter; nothing, and the reason on the form, when the gesture refuses."""
    values, stored = form.cleaned_data, []
    try:
        stored = attachments.store(values["files"])
        stored += [attachments.copy(file) for file in form.kept_files()]
        return writing.write_to_customer(
            customer=customer, recipient=values["to"], subject=values["subject"], body=values["body"], by=request.user,
            once=values["once"], visibility=values["visibility"], template=values["template"], files=stored,
        )  # fmt: skip
    except Refusal as refusal:
        attachments.discard(stored)
        form.refuse(refusal)
        return None


@policy(right=Right.SEE_RECORDS, write=Right.LOG)
def address(request: HttpRequest, ref: str) -> HttpResponse:
    """Whether an address of this client answers: mark it, or lift the mark, with a reason."""
    customer = find_customer(request, ref)
    text = request.POST.get("address") or request.GET.get("adresse", "")
    person = get_or_404(writing.recipients(customer), text)
    form = AddressForm(request.POST or None, initial={"address": person.address})
    if request.method == "POST" and request.POST.get("action") == "restore":
        addresses.restore(person.address, by=request.user, customer=customer)
        messages.success(request, _("L’adresse est rétablie : on peut lui écrire de nouveau."))
        return redirect("write", customer.public_id)
    if request.method == "POST" and form.is_valid():
        addresses.mark_bad(person.address, reason=form.cleaned_data["reason"], by=request.user, customer=customer)
        messages.success(request, _("C’est noté : plus rien ne partira à cette adresse."))
        return redirect("write", customer.public_id)
    context = {"customer": customer, "person": person, "form": form, "may_write": request.user.may(Right.LOG)}
    return render(request, "desk/mail/address.html", context, status=422 if form.errors else 200)


def get_or_404(people: list[writing.Recipient], text: str) -> writing.Recipient:
    """The person whose address this is."""
    found = next((person for person in people if person.address.casefold() == text.casefold()), None)
    if found is None:
        raise Http404
    return found


def find_customer(request: HttpRequest, ref: str) -> Customer:
    """The client to write to: the head when records were joined."""
    return get_object_or_404(Customer.objects.visible_to(request.user).select_related("merged_into"), public_id=ref).head
