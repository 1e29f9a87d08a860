"""The texts one starts a mail from: read by all, changed by who settles the house."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import Right, policy
from crm import mail_templates
from crm.mail_words import WORDS, pieces
from desk.forms.mail import TextForm
from lib.errors import Refusal


@policy(right=Right.SEE_RECORDS)
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """The texts of the house, in both languages."""
    shelves = [(language, mail_templates.current_texts(language)) for language in mail_templates.LANGUAGES]
    return render(request, "desk/mail/texts.html", {"shelves": shelves, "may_change": request.user.may(Right.MANAGE_SETTINGS)})


@policy(right=Right.SEE_RECORDS, write=Right.MANAGE_SETTINGS)
def text(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """One text and its versions; saving makes a new one."""
    current = mail_templates.find_text(key, language)
    if current is None:
        raise Http404
    fields = {name: getattr(current, name) for name in ("name", "subject", "body", "emotion", "version")}
    form = TextForm(request.POST or None, initial=fields)
    if request.method == "POST" and save(request, form, key=key, language=language):
        return redirect("mail_text", key, language)
    context = {
        "form": form,
        "text": current,
        "pieces": pieces(current.body, {word: f"{{{word}}}" for word in WORDS}),
        "versions": mail_templates.versions(key, language),
        "words": WORDS.items(),
        "may_change": request.user.may(Right.MANAGE_SETTINGS),
    }
    return render(request, "desk/mail/text.html", context, status=422 if form.errors else 200)


@policy(right=Right.MANAGE_SETTINGS)
def new_text(request: HttpRequest) -> HttpResponse:
    """A text of the firm's own."""
    language = request.POST.get("language") or request.GET.get("langue", "fr")
    form = TextForm(request.POST or None, initial={"body": "{salutation}\n\n\n\n{formule}\n\n{signature}"})
    if request.method == "POST" and (saved := save(request, form, key="", language=language)):
        return redirect("mail_text", saved.key, saved.language)
    context = {"form": form, "words": WORDS.items(), "language": language, "may_change": True}
    return render(request, "desk/mail/new_text.html", context, status=422 if form.errors else 200)


@policy(right=Right.MANAGE_SETTINGS)
@require_POST
def restore(request: HttpRequest, key: str, language: str, version: int) -> HttpResponse:
    """Bring a former version back."""
    try:
        mail_templates.restore_text(key, language, version, by=request.user)
        messages.success(request, _("Cette version est de nouveau celle qui sert."))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("mail_text", key, language)


def save(request: HttpRequest, form: TextForm, **which: str) -> Any:
    """The new version, or nothing when the form or the gesture refuses; the form then says why."""
    if not form.is_valid():
        return None
    try:
        made = mail_templates.save_text(**which, **form.cleaned_data, by=request.user)
    except Refusal as refusal:
        form.refuse(refusal)
        return None
    messages.success(request, _("C’est enregistré. La version précédente reste dans la liste."))
    return made
