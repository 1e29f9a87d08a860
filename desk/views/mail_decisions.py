"""Mails held, refused or of unknown fate: a person decides, and it is kept who and when."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import Right, policy
from crm import mail_decisions
from crm.addresses import bad_among
from desk import mail_pages
from desk.forms.mail import CorrectionForm
from desk.views.mail import find_mail
from lib.errors import Refusal
from lib.identifiers import email_key

GESTURES = {"renvoyer": mail_decisions.resend, "envoye": mail_decisions.consider_sent, "classer": mail_decisions.give_up}


@policy(right=Right.SEE_RECORDS)
@require_safe
def to_decide(request: HttpRequest) -> HttpResponse:
    """What a person must look at, each in a sentence."""
    rows = mail_pages.to_decide(request.user)
    refused = bad_among([row.email.recipient_email for row in rows])
    forms = [CorrectionForm(email=row.email, refused=email_key(row.email.recipient_email) in refused) for row in rows]
    context = {"rows": list(zip(rows, forms, strict=True)), "may_write": request.user.may(Right.LOG)}
    return render(request, "desk/mail/to_decide.html", context)


@policy(right=Right.SEE_RECORDS, write=Right.LOG)
@require_POST
def decide(request: HttpRequest, ref: str, choice: str) -> HttpResponse:
    """Take one decision."""
    email = find_mail(request, ref)
    try:
        if choice == "corriger":
            email = mail_decisions.correct_address(email, address=request.POST.get("address", ""), by=request.user)
        elif gesture := GESTURES.get(choice):
            gesture(email, by=request.user)
        else:
            raise Http404
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("mail", email.public_id)
    messages.success(request, said(choice))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and choice not in ("renvoyer", "corriger")
    return redirect(back) if safe else redirect("mail", email.public_id)


def said(choice: str) -> str:
    """What was just done, in words."""
    return {
        "renvoyer": _("Le message repart dans une minute."),
        "corriger": _("Les mêmes mots partent dans une minute à la nouvelle adresse."),
        "envoye": _("C’est noté : le message est considéré comme envoyé."),
        "classer": _("C’est noté : le message ne sera pas envoyé."),
    }[choice]
