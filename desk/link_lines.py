"""The links of a document that were mailed: to whom, opened when, until when."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from billing.models import AccessLink, Invoice
from desk import phrases

SHOWN = 8


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link: `words` say whether and when it was opened, `until` how long it lives."""

    to: str
    sent: datetime
    words: str
    until: str
    opened: bool
    living: bool
    close_url: str


def links_of(invoice: Invoice, *, user: User, today: date) -> list[LinkLine]:
    """The links of `invoice`, the newest first. One statement."""
    rows = AccessLink.objects.visible_to(user).filter(invoice=invoice).select_related("contact", "revoked_by")[:SHOWN]
    return [_line(row, today) for row in rows]


def _line(row: AccessLink, today: date) -> LinkLine:
    living = row.is_living(today)
    return LinkLine(
        to=row.contact.full_name if row.contact else row.address,
        sent=row.made_at,
        words=_opened(row, today),
        until=_until(row, today),
        opened=bool(row.openings),
        living=living,
        close_url=reverse("link_revoke", args=[row.public_id]) if living else "",
    )


def _opened(row: AccessLink, today: date) -> str:
    if row.last_opened_at is None:
        return _("pas encore ouvert")
    last = phrases.moment(row.last_opened_at, today)
    times = ngettext("ouvert %(count)s fois", "ouvert %(count)s fois", row.openings) % {"count": row.openings}
    return (
        _("%(times)s, la dernière %(when)s") % {"times": times, "when": last}
        if row.openings > 1
        else _("ouvert %(when)s") % {"when": last}
    )


def _until(row: AccessLink, today: date) -> str:
    if row.revoked_at is not None:
        who = row.revoked_by.first_name if row.revoked_by else _("la maison")
        return _("fermé %(when)s par %(who)s") % {"when": phrases.moment(row.revoked_at, today), "who": who}
    day = phrases.typography.long_date(row.ends_on, language=phrases.language())
    return (_("vit jusqu’au %(day)s") if row.is_living(today) else _("fini le %(day)s")) % {"day": day}
