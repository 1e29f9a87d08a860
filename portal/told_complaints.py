"""A client's complaints as their space tells them: the dates that count for them, and our letters."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintLetter, LetterKind
from complaints.states import Standing
from lib.typography import long_date
from portal.space import Space


@dataclass(frozen=True)
class ToldLetter:
    """A letter of ours, to read here or as a PDF."""

    ref: str
    subject: str
    on: date
    paragraphs: list[str]


@dataclass(frozen=True)
class Told:
    """One complaint, in sentences."""

    subject: str
    reference: str
    sentences: list[str]
    letters: list[ToldLetter] = field(default_factory=list)


def told_complaints(space: Space, *, most: int, today: date) -> list[Told]:
    """The newest complaints that this person may read. Two statements, whatever their number."""
    return [told(row, today) for row in space.complaints().with_facts()[:most]]


def told(complaint: Complaint, today: date) -> Told:
    """One complaint read `with_facts`."""
    letters = [row.letter for row in sorted(complaint.facts.all(), key=lambda row: row.pk) if row.letter is not None]
    shown = [_letter(letter) for letter in letters if letter.kind != LetterKind.TO_MEDIATOR and letter.has_left]
    return Told(complaint.subject, complaint.reference, sentences(complaint.standing_on(today), today), shown)


def sentences(standing: Standing, today: date) -> list[str]:
    """What the client may count on. A period of the mediator's own is said «selon nos informations»."""
    dates = standing.dates
    if dates is None:
        return [_("Écrivez-nous ce que vous nous avez dit : c’est l’écrit qui fait courir vos délais.")]
    found = [_("Votre lettre est du %(day)s.") % {"day": _day(dates.sent_on)}]
    if not standing.is_open:
        return [*found, _("Elle est close. Écrivez-nous si quelque chose n’est pas réglé : nous la rouvrirons.")]
    if not standing.answer:
        found.append(_("Nous vous répondons au plus tard le %(day)s.") % {"day": _day(dates.answer_due)})
    if dates.mediation_last_day is not None and dates.mediation_open_from is not None:
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


def _letter(letter: ComplaintLetter) -> ToldLetter:
    return ToldLetter(letter.public_id, letter.subject, letter.written_on, letter.paragraphs)


def _day(day: date) -> str:
    return long_date(day, language=get_language() or "fr")
