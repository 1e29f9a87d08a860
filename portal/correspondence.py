"""What was said and done between a client and the house, in the client's words; and what they write from their space.

A kind of row has its words in `templates/portal/timeline/<kind>.html`; one without that file is never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.questions import LONGEST, answer_by
from complaints import handling
from complaints.models import told_in_error
from crm import commitments, timeline
from crm.attachments import Stored
from crm.models import Commitment, Email, Interaction
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind
from lib import clock
from lib.errors import Refusal
from lib.plain_text import check_text
from portal.forms import Matter
from portal.joined import once_with_files
from portal.space import Space

FOLDER = "portal/timeline"
# A mail that has not left was not written to anybody.
NOT_GONE = (
    Email.State.QUEUED,
    Email.State.SENDING,
    Email.State.HELD,
    Email.State.UNCERTAIN,
    Email.State.FAILED,
    Email.State.CANCELLED,
)


@dataclass(frozen=True)
class ToldLine:
    """A row of the history and the template that tells it."""

    row: Interaction
    template: str
    struck_on: date | None = None  # the day we said that it was our error


@cache
def told_kinds() -> tuple[str, ...]:
    """The kinds that have words for a client."""
    folder = Path(settings.BASE_DIR) / "templates" / FOLDER
    return tuple(sorted(path.stem for path in folder.glob("*.html") if path.stem in Kind.values))


def told_rows(space: Space) -> QuerySet[Interaction]:
    """What this person is told of the history: kinds that have words for them, and no mail that did not leave."""
    return space.history().filter(kind__in=told_kinds()).exclude(kind=Kind.EMAIL, email__state__in=NOT_GONE)


def lines_of(space: Space, *, limit: int, before: int | None = None, about: str = "") -> list[ToldLine]:
    """The newest lines that this person may read, older than the row `before` when one is given, on the document
    of public id `about` when one is given. One statement."""
    rows = told_rows(space)
    if about:
        rows = rows.filter(about_kind__in=("invoice", "credit_note"), about_ref=about)
    if before is not None and (mark := space.history().filter(pk=before).values_list("occurred_at", flat=True).first()):
        rows = rows.filter(occurred_at__lte=mark).exclude(occurred_at=mark, pk__gte=before)
    found = rows.annotate(struck_on=told_in_error()).select_related("email", "author").newest_first()[:limit]
    return [ToldLine(row, f"{FOLDER}/{row.kind}.html", row.struck_on) for row in found]


def received_words(matter: str) -> str:
    """What the person reads once it has reached us."""
    if matter == Matter.COMPLAINT:
        return _("Votre réclamation est enregistrée. Vous en verrez ici chaque étape et chaque date.")
    return _("Votre message nous est parvenu. Réponse sous deux jours ouvrés.")


def hear(space: Space, *, attached: Sequence[UploadedFile], key: str, **said: str) -> bool:
    """Send what was said, with its files, once however often its form is sent; returns whether it was sent now. Files that no
    row kept (refused, said already) go from storage. Raises Refusal."""
    return once_with_files(
        lambda stored: send_message(space, files=stored, **said), attached=attached, who=space.contact.public_id,
        where=space.customer.public_id, what=said, key=key,
    )  # fmt: skip


def send_message(space: Space, *, matter: str, subject: str, words: str, files: Sequence[Stored] = ()) -> object:
    """Write to the house from the space: a message somebody answers, or a written complaint with its `files`. Returns the row
    of it. Raises Refusal."""
    if matter == Matter.COMPLAINT:
        if not subject:
            raise Refusal(_("Donnez un objet à votre réclamation : ce sera son titre."), field="subject")
        return handling.open_from_portal(contact=space.contact, customer=space.customer, subject=subject, body=words, files=files)
    try:
        text = check_text(words, most=LONGEST).strip()
    except Refusal as refusal:
        raise Refusal(refusal.message, field="words") from refusal
    body = f"{subject.strip()}\n\n{text}" if subject.strip() else text
    with transaction.atomic():
        row = timeline.record(
            customer=space.customer, contact=space.contact, kind=Kind.MESSAGE, summary=gettext_lazy("Message"), by=None,
            channel=Channel.PORTAL, direction=Direction.IN, body=body, audience=Audience.CONTACT,
        )  # fmt: skip
        commitments.promise(
            space.customer, owed_by=Commitment.Owed.US, what=timeline.frozen(gettext_lazy("Répondre à son message")), by=None,
            owner=space.customer.owner, due_on=answer_by(clock.today(), space.company.holiday_zone), contact=space.contact,
            interaction=row, record=False,
        )  # fmt: skip
    return row
