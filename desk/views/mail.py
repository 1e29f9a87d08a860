"""« Courrier »: the list of what was written, and one mail with its exact words."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from crm import outbox
from crm.addresses import bad_among
from crm.models import Email
from crm.outbox import BATCH_COUNTDOWN, COUNTDOWN
from desk import phrases
from desk.forms.mail import CorrectionForm
from desk.mail_pages import FILTERS, course, mail_page, row_of, why_mail_waits
from desk.paging import AFTER
from lib import clock
from lib.errors import Refusal


@policy(right=Right.SEE_RECORDS)
@require_safe
def mails(request: HouseRequest) -> HttpResponse:
    """What the house wrote, newest first."""
    chosen = request.GET.get("voir", "")
    chosen = chosen if chosen in FILTERS else ""
    page = mail_page(request, chosen=chosen)
    return render(
        request,
        "desk/mail/list.html",
        {
            "page": page,
            "next_url": page.next_url,
            "filters": [(label, f"?voir={key}" if key else "?", key == chosen) for key, (label, _condition) in FILTERS.items()],
            "first": AFTER not in request.GET,
            "waits": why_mail_waits(request.user, request.frame.company),
            "to_decide": request.frame.counts.get("mails", 0),
        },
    )


@policy(right=Right.SEE_RECORDS)
@require_safe
def mail(request: HttpRequest, ref: str) -> HttpResponse:
    """One mail: its words as they left (or will), its course, and what can still be done."""
    email = find_mail(request, ref)
    batch = BATCH_COUNTDOWN if email.batch else COUNTDOWN
    return render(
        request,
        "desk/mail/mail.html",
        {
            "row": row_of(email),
            "email": email,
            "files": list(email.attachments.filter(erased_at=None)),
            "course": course(email),
            "real_now": clock.real_now(),
            "countdown": int(batch.total_seconds()),
            "counting": email.is_cancellable and timedelta() < email.send_after - clock.real_now() <= BATCH_COUNTDOWN,
            "leaves": phrases.moment(email.send_after, clock.today()) if email.send_after > clock.real_now() else "",
            "may_write": request.user.may(Right.LOG),
            "correction": _correction(email),
            "waits": why_mail_waits(request.user, request.frame.company) if email.is_cancellable else None,
        },
    )


def _correction(email: Email) -> CorrectionForm | None:
    if not email.is_to_decide:
        return None
    return CorrectionForm(email=email, refused=bool(bad_among([email.recipient_email])))


@policy(right=Right.SEE_RECORDS, write=Right.LOG)
@require_POST
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a mail back; its words return to the editor."""
    email = find_mail(request, ref)
    try:
        outbox.cancel(email, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("mail", email.public_id)
    messages.success(request, _("Le message est repris, rien n’est parti. Vos mots sont ci-dessous."))
    if email.customer is None:
        return redirect("mail", email.public_id)
    return redirect(f"{reverse('write', args=[email.customer.public_id])}?{urlencode({'reprendre': email.public_id})}")


def find_mail(request: HttpRequest, ref: str) -> Email:
    """A mail that this person may read, or 404."""
    rows = Email.objects.visible_to(request.user).select_related("customer", "contact", "author", "settled_by")
    return get_object_or_404(rows, public_id=ref)
