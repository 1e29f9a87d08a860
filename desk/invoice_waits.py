"""What is still open about one document, in the words of the queue and of the record: complaint, request, promise, transfer
on its way, hold; what each keeps back of it, and when a date falls."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Right, User
from billing.models import Invoice, InvoiceLine
from complaints.models import Complaint
from desk import phrases
from desk.complaint_board import is_red, left
from desk.reminder_queue import fact_url
from lib import clock
from lib.money import ZERO
from lib.typography import long_date
from tact.one_invoice import Weighing, Weight, weights


@dataclass(frozen=True)
class Wait:
    """One thing that is open: its words, where it is read, what it keeps back, and its next date."""

    text: str
    url: str
    kept: Decimal
    subject: str = ""
    when: str = ""  # «9 jours», in bold
    then: str = ""  # «pour répondre, à poster vendredi 27»
    red: bool = False


@dataclass(frozen=True)
class Waits:
    """All of them, and what of the invoice none of them touches."""

    rows: list[Wait] = field(default_factory=list)
    free: Decimal = ZERO


def read_waits(
    invoice: Invoice, found: Weighing, *, balance: Decimal, lines: Sequence[InvoiceLine], user: User, now: datetime
) -> Waits:
    """What is open about `invoice`, of which `balance` EUR are still due. Two statements when a complaint is."""
    due = ZERO if invoice.is_credit_note else max(balance, ZERO)
    by_key = {line.pk: line for line in lines}
    told = weights(found, invoice, balance=due, lines=by_key, now=now, language=phrases.language())
    known = {one.public_id: one for one in _complaints(found, user)}
    rows = [_wait(one, found, known.get(one.reason.link.ref), invoice=invoice, user=user, now=now) for one in told]
    kept = sum((row.kept for row in rows), ZERO)
    return Waits(rows, due - kept if kept else ZERO)


def _complaints(found: Weighing, user: User) -> list[Complaint]:
    """Those this person may read, with their dates."""
    refs = [row.ref for row in found.complaints]
    return list(Complaint.objects.read_by(user).filter(public_id__in=refs)) if refs and user.may(Right.HANDLE_COMPLAINTS) else []


def _wait(weight: Weight, found: Weighing, complaint: Complaint | None, *, invoice: Invoice, user: User, now: datetime) -> Wait:
    reason, today = weight.reason, clock.local(now).date()
    if complaint is not None:
        standing = complaint.standing_on(today)
        when, then = left(standing, today)
        url = reverse("complaint", args=[complaint.public_id])
        return Wait(reason.text, url, weight.kept, complaint.subject, when, then, is_red(standing.next, today))
    if reason.code == "transit":
        until = next(one.until_on for one in found.past.transits[invoice.pk] if one.link == reason.link)
        day = long_date(until, language=phrases.language())
        return Wait(reason.text, "", weight.kept, then=_("attendu jusqu’au %(day)s, les rappels attendent") % {"day": day})
    linked = reason.code in ("promise", "question") and user.may(Right.SEE_RECORDS)
    return Wait(reason.text, fact_url(reason.link) if linked else "", weight.kept)
