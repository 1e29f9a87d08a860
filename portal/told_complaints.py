"""A client's complaints as their space tells them: the dates that count for them, and our letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintFact, ComplaintLetter, LetterKind
from complaints.states import CLOSINGS, OPENINGS, F, Standing, State
from crm.models import Attachment
from lib.typography import long_date
from portal.space import Space


@dataclass(frozen=True)
class ToldLetter:
    """A letter of ours, to read here or as a PDF."""

    ref: str
    subject: str
    on: date
    paragraphs: list[str]
    posted: list[str] = field(default_factory=list)  # when it was posted, and under which number


@dataclass(frozen=True)
class Told:
    """One complaint, in sentences."""

    subject: str
    reference: str
    words: str  # theirs, as received
    sentences: list[str]
    letters: list[ToldLetter] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)  # what they sent us, kept


def told_complaints(space: Space, *, most: int, today: date) -> list[Told]:
    """The newest complaints that this person may read. Three statements, whatever their number."""
    return tell(list(space.complaints().with_facts()[:most]), today)


def shown_and_open(space: Space, *, most: int, on: date) -> list[Complaint]:
    """The newest `most` complaints that this person may read, the newest first, and every one of the client's still open on the
    civil day `on`, with facts, `door` and `begun`. Two statements."""
    rows = Complaint.objects.of_family(space.ids).with_door(on).with_facts().select_related("line")
    shown = space.complaints().values("pk")[:most]
    return list(rows.filter(Q(pk__in=shown) | ~Q(door__in=CLOSINGS) & Q(begun=True)).defer("invoice__snapshot").order_by("-pk"))


def tell(rows: Sequence[Complaint], today: date) -> list[Told]:
    """Complaints of a person, read with their facts, in sentences. One statement."""
    files: dict[int, list[Attachment]] = {}
    for file in theirs(rows) if rows else ():
        files.setdefault(file.interaction_id or 0, []).append(file)
    return [told(row, today, files) for row in rows]


def theirs(complaints: Iterable[Complaint]) -> QuerySet[Attachment]:
    """The files that came with the client's own letters, of complaints that this person may read: never a proof of the
    house's, never a paper of the mediation, nor what was recorded in error, which may be somebody else's."""
    written = ComplaintFact.objects.filter(complaint__in=complaints, kind__in=OPENINGS, withdrawn_by=None)
    return Attachment.objects.filter(interaction__in=written.values("interaction"), erased_at=None)


def told(complaint: Complaint, today: date, files: Mapping[int, list[Attachment]]) -> Told:
    """One complaint read `with_facts`; `files` by the row of history they came with."""
    standing = complaint.standing_on(today)
    if standing.state == State.VOID:  # its words may be somebody else's
        return Told(complaint.about_label, "", "", sentences(standing, today))
    facts = sorted(complaint.facts.all(), key=lambda row: row.pk)
    letters = [row.letter for row in facts if row.letter is not None]
    posted: dict[int, list[str]] = {}
    for row in facts:
        if row.kind == F.POSTED and row.proof_of_id:
            posted.setdefault(row.proof_of_id, []).append(_posted(row))
        if row.letter_id and row.correction is not None:
            posted.setdefault(row.letter_id, []).append(_corrected(row))
    shown = [_letter(letter, posted) for letter in letters if letter.kind != LetterKind.TO_MEDIATOR and letter.has_left]
    sent = [file for row in facts for file in files.get(row.interaction_id or 0, [])]
    registered = [
        _("Votre lettre recommandée n° %(number)s est notée.") % {"number": row.number}
        for row in complaint.counted
        if row.kind == F.WRITTEN and row.number
    ]
    corrected = [_corrected(row) for row in facts if row.kind in OPENINGS | CLOSINGS and row.correction is not None]
    found = [*sentences(standing, today), *registered, *corrected]
    return Told(complaint.subject, complaint.reference, complaint.body, found, shown, sent)


def sentences(standing: Standing, today: date) -> list[str]:
    """What the client may count on. A period of the mediator's own is said «selon nos informations»."""
    dates = standing.dates
    if standing.state == State.VOID:
        return [
            _(
                "Nous l’avions enregistrée par erreur. Si vous vous êtes plaint, écrivez-nous ici : vos délais compteront de ce jour."
            )
        ]
    if dates is None:
        return [_("Écrivez-nous ce que vous nous avez dit : c’est l’écrit qui fait courir vos délais.")]
    found = [_("Votre lettre est du %(day)s.") % {"day": _day(dates.sent_on)}]
    if not standing.is_open:
        return [*found, _("Elle est close. Écrivez-nous si quelque chose n’est pas réglé : nous la rouvrirons.")]
    if not (standing.acknowledged or standing.answer) and today <= dates.ack_due < dates.answer_due:
        found.append(_("Nous vous en accusons réception au plus tard le %(day)s.") % {"day": _day(dates.ack_due)})
    if not standing.answer and today <= dates.answer_due:
        found.append(_("Nous vous répondons au plus tard le %(day)s.") % {"day": _day(dates.answer_due)})
    elif not standing.answer:
        found.append(_("Notre réponse était due le %(day)s : nous vous la devons encore.") % {"day": _day(dates.answer_due)})
    if dates.mediation_last_day is not None and dates.mediation_open_from is not None and today <= dates.mediation_last_day:
        values = {"from": _day(dates.mediation_open_from), "last": _day(dates.mediation_last_day)}
        if today >= dates.mediation_open_from:
            found.append(_("Vous pouvez saisir gratuitement le médiateur de la consommation jusqu’au %(last)s.") % values)
        else:
            found.append(
                _(
                    "Sans réponse de notre part, vous pourriez, selon nos informations, saisir gratuitement le médiateur dès le %(from)s."
                )
                % values
            )
    return found


def find_letter(space: Space, ref: str) -> ComplaintLetter | None:
    """A letter of ours that this person may read, with its page when it is made."""
    rows = ComplaintLetter.objects.filter(public_id=ref, complaint__in=space.complaints()).exclude(kind=LetterKind.TO_MEDIATOR)
    found = rows.select_related("email", "file").first()
    return found if found is not None and found.has_left else None


def _letter(letter: ComplaintLetter, posted: Mapping[int, list[str]]) -> ToldLetter:
    return ToldLetter(letter.public_id, letter.subject, letter.written_on, letter.paragraphs, posted.get(letter.pk, []))


def _posted(fact: ComplaintFact) -> str:
    values = {"day": _day(fact.on), "number": fact.number}
    if fact.correction is not None:
        return _("Nous avions noté son envoi par la poste le %(day)s : c’était une erreur de notre part.") % values
    if fact.number:
        return _("Postée le %(day)s, en recommandé n° %(number)s.") % values
    return _("Postée le %(day)s.") % values


def _corrected(fact: ComplaintFact) -> str:
    """What we had told them and was recorded in error, said as it is."""
    said = fact.correction
    assert said is not None  # asked of such facts only
    if fact.kind in CLOSINGS:
        words = _("Nous l’avions notée close le %(day)s : c’était une erreur de notre part, corrigée le %(on)s.")
    elif fact.kind in OPENINGS:
        words = _(
            "Nous avions noté votre demande du %(day)s : c’était une erreur de notre part, corrigée le %(on)s. Vos dates ne se comptent "
            "pas d’elle."
        )
    else:
        words = _(
            "Nous avions noté cette lettre comme envoyée le %(day)s : c’était une erreur de notre part, corrigée le %(on)s. Elle ne "
            "compte pas."
        )
    return words % {"day": _day(fact.on), "on": _day(said.on)}


def _day(day: date) -> str:
    return long_date(day, language=get_language() or "fr")
