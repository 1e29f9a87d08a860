"""The dates of a complaint as commitments on the record: a projection, rebuilt from the facts by this one function.

Rules never read it: they read the facts. It is what people see among what is owed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.models import LOST, Complaint, ComplaintLetter
from complaints.states import ANSWERS, REFUSALS, F, Fact, Standing, invitation_due, known_on
from crm.models import Commitment
from lib import clock

ABOUT = "complaint"
LOOKED_BACK = timedelta(days=90)  # of letters whose mail did not reach anybody


@dataclass(frozen=True)
class Duty:
    """Something the house owes by a day, and whether it is done."""

    what: str
    due_on: date
    done: bool


def rebuild(complaint: Complaint, *, today: date) -> list[Commitment]:
    """Make the projected commitments of `complaint` those that its facts give, in the caller's transaction; returns them.
    Kept when the fact that keeps them is there, released when they no longer hold or the complaint is closed."""
    fresh = Complaint.objects.with_facts().get(pk=complaint.pk)
    standing = fresh.standing_on(today)
    wanted = {duty.what: duty for duty in duties(fresh, standing, today=today)}
    rows = {row.what: row for row in Commitment.objects.filter(about_kind=ABOUT, about_ref=fresh.public_id, nature="projected")}
    with translation.override("fr"):  # as the duties: whoever writes, the record keeps the house's language
        for what in wanted.keys() | rows.keys():
            row = rows.setdefault(what, _new(fresh, what))
            _set(row, wanted.get(what), fresh, is_open=standing.is_open)
            row.save()
    return sorted(rows.values(), key=lambda row: (row.due_on, row.what))


def put_right(*, today: date) -> int:
    """Rebuild the dates of complaints whose letter met its fate after it was written (held, refused, taken back, then sent all the
    same): what was kept by a letter that reached nobody is owed again. Returns how many. Safe to run at any time."""
    lost = Q(email__state__in=LOST) | Q(email__settled_at__isnull=False)
    letters = ComplaintLetter.objects.filter(lost, written_on__gte=today - LOOKED_BACK)
    done = 0
    for complaint in Complaint.objects.filter(pk__in=letters.values("complaint")).with_facts().order_by("pk"):
        standing = complaint.standing_on(today)
        wanted = {duty.what: duty.done for duty in duties(complaint, standing, today=today)}
        rows = Commitment.objects.filter(about_kind=ABOUT, about_ref=complaint.public_id, nature="projected")
        if any((row.kept_at is not None) != wanted.get(row.what, False) for row in rows):
            with transaction.atomic():
                Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
                rebuild(complaint, today=today)
            done += 1
    return done


def duties(complaint: Complaint, standing: Standing, *, today: date) -> list[Duty]:
    """What the house owes on this complaint, from the facts known on `today`."""
    known = known_on(complaint.known_facts, today)
    kinds = {fact.kind for fact in known}
    with translation.override("fr"):  # frozen on the record, in the house's language
        return [*_before_answer(complaint, standing, known, kinds), *_after_answer(complaint, standing, known, kinds)]


def _before_answer(complaint: Complaint, standing: Standing, known: list[Fact], kinds: set[str]) -> list[Duty]:
    name = {"reference": complaint.reference}
    found = []
    said = min((fact.on for fact in known if fact.kind == F.ORAL), default=None)
    if said is not None:
        written = F.INVITED in kinds or F.WRITTEN in kinds
        found.append(Duty(_("Inviter à écrire : %(reference)s") % name, invitation_due(said, complaint.zone), written))
    if standing.dates is not None:
        answered = standing.answer != ""
        found.append(
            Duty(_("Accuser réception : %(reference)s") % name, standing.dates.ack_due, standing.acknowledged or answered)
        )
        found.append(Duty(_("Répondre à la réclamation %(reference)s") % name, standing.dates.answer_due, answered))
        promised = [fact.until for fact in known if fact.kind == F.HOLDING and fact.until]
        if promised:
            found.append(Duty(_("Donner la réponse promise : %(reference)s") % name, promised[-1], answered))
    return found


def _after_answer(complaint: Complaint, standing: Standing, known: list[Fact], kinds: set[str]) -> list[Duty]:
    name = {"reference": complaint.reference}
    promised = [fact.until for fact in known if fact.kind in ANSWERS and fact.until]
    found = []
    if promised:
        found.append(Duty(_("Faire ce que notre réponse promet : %(reference)s") % name, promised[-1], F.REPAIRED in kinds))
    if (owed := _naming(known)) is not None:
        found.append(Duty(_("Donner au client le nom du médiateur : %(reference)s") % name, owed[0].on, owed[1]))
    proposal = [fact.until for fact in known if fact.kind == F.PROPOSAL and fact.until]
    if proposal and standing.has_mediation:
        decided = bool(kinds & {F.PROPOSAL_ACCEPTED, F.PROPOSAL_REFUSED, F.WITHDRAWN})
        found.append(Duty(_("Se prononcer auprès du médiateur : %(reference)s") % name, proposal[-1], decided))
    return found


def told_nobody(known: list[Fact]) -> Fact | None:
    """The day the client was found to be a consumer, when a refusal had left before it, and no answer since: their refusal named
    no mediator."""
    owed = _naming(known)
    return owed[0] if owed is not None and not owed[1] else None


def _naming(known: list[Fact]) -> tuple[Fact, bool] | None:
    """The same day, and whether an answer left since; None when no refusal had left before it."""
    found = next((at for at, fact in enumerate(known) if fact.kind == F.CONSUMER_RIGHTS), None)
    if found is None or not any(fact.kind in REFUSALS for fact in known[:found]):
        return None
    return known[found], any(fact.kind in ANSWERS for fact in known[found:])


def _new(complaint: Complaint, what: str) -> Commitment:
    return Commitment(
        customer_id=complaint.customer_id,
        contact_id=complaint.contact_id,
        owed_by=Commitment.Owed.US,
        nature=Commitment.Nature.PROJECTED,
        what=what,
        about_kind=ABOUT,
        about_ref=complaint.public_id,
        about_label=complaint.about_label,
        made_at=clock.now(),
    )


def _set(row: Commitment, duty: Duty | None, complaint: Complaint, *, is_open: bool) -> None:
    now = clock.now()
    row.owner_id = complaint.owner_id
    done = duty is not None and duty.done
    gone = not done and (duty is None or not is_open)
    row.kept_at = (row.kept_at or now) if done else None
    row.released_at = (row.released_at or now) if gone else None
    row.release_code = Commitment.Release.COMPLAINT_CHANGED if gone else ""
    if duty is not None:
        row.due_on = duty.due_on
