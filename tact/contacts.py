"""What a row of the history is among human contacts: a complaint posted is a letter, a question from the space a message.

One place for the brief, the queue of reminders and their API, so that «Dernier échange» is the same everywhere.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from complaints.models import ComplaintFact
from crm.models import Email, Interaction
from crm.models.timeline import CONTACT_KINDS, Kind
from tact.models import NOT_WRITTEN

_BY_CHANNEL = {"phone": Kind.CALL, "visit": Kind.VISIT, "post": Kind.LETTER, "email": Kind.EMAIL}
_OURS = (Kind.COMPLAINT_ACKNOWLEDGED, Kind.COMPLAINT_ANSWERED)  # posted, when no channel is said
_PLAIN = (Kind.CALL, Kind.VISIT, Kind.MEETING, Kind.MESSAGE, Kind.LETTER, Kind.EMAIL)


def written_or_spoken(rows: QuerySet[Interaction]) -> QuerySet[Interaction]:
    """Those of `rows` in which people spoke or wrote to each other, either way: not what the house sends of itself, not a mail
    or a letter that never reached anybody, nor what was recorded in error."""
    unreal = Q(letter__email__state__in=NOT_WRITTEN) | Q(withdrawn_by__isnull=False)
    lost = ComplaintFact.objects.filter(unreal, interaction=OuterRef("pk"))
    return (
        rows.filter(kind__in=CONTACT_KINDS, erased_at=None)
        .exclude(email__state__in=NOT_WRITTEN)
        .filter(Q(email=None) | Q(email__purpose=Email.LETTER))
        .filter(~Exists(lost))
    )


def as_contact(kind: str, channel: str) -> str:
    """The kind of contact that a row of this kind and channel was: call, visit, meeting, message, letter or email."""
    if kind in _PLAIN:
        return kind
    return str(_BY_CHANNEL.get(channel, Kind.LETTER if kind in _OURS and not channel else Kind.MESSAGE))
