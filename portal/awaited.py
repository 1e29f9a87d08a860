"""What the person asked the house, otherwise than by a question on an invoice, and is not answered yet: shown back to them
with the day, so that nobody wonders whether it arrived nor asks twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from crm.models import Commitment, Contact, Interaction
from crm.models.customers import Channel
from crm.models.timeline import Kind

SHOWN = 5


@dataclass(frozen=True)
class Awaited:
    """One request, as they said it."""

    what: str
    words: str
    asked_at: datetime
    answer_by: date


def awaited(contact: Contact | None, ids: Iterable[int], *, about: str = "") -> list[Awaited]:
    """The requests of `contact` to the family `ids`, on the invoice of public id `about` when one is given, that a person of
    the house has promised to answer; the newest first, a few. One statement; none when nobody is known."""
    if contact is None:
        return []
    rows = Commitment.objects.open().filter(
        owed_by=Commitment.Owed.US, nature=Commitment.Nature.PRIMARY, customer_id__in=ids, interaction__contact=contact,
        interaction__channel=Channel.PORTAL, interaction__kind__in=(Kind.TIME_REQUESTED, Kind.MESSAGE),
    )  # fmt: skip
    if about:
        rows = rows.filter(interaction__about_ref=about)
    found = rows.select_related("interaction").order_by("-pk")[:SHOWN]
    return [_told(row, row.interaction) for row in found if row.interaction is not None]


def _told(row: Commitment, said: Interaction) -> Awaited:
    return Awaited(asked(said), said.body, said.occurred_at, row.due_on)


def asked(said: Interaction) -> str:
    """«Régler en 3 fois : facture F2026-000023»."""
    values = {"what": said.about_label}
    if parts := said.data.get("parts"):
        return _("Régler en %(count)s fois : %(what)s") % {**values, "count": parts}
    if said.kind == Kind.TIME_REQUESTED:
        return _("Un peu de temps : %(what)s") % values
    return _("Un mot : %(what)s") % values if said.about_label else _("Votre message")
