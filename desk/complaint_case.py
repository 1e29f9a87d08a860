"""One complaint: where it stands, what to do now, its dates and where they come from, everything that happened."""

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from accounts.rights import Right
from complaints.deadlines import MEDIATION_TYPES, Deadlines
from complaints.mistakes import may_be_mistaken
from complaints.models import Complaint, ComplaintFact, FactFile
from complaints.states import ANSWERS, MEDIATION, F, Standing, State
from crm.models import Attachment
from desk import phrases
from desk.complaint_board import is_red, left
from desk.complaint_course import Drawing, axis_for, draw
from lib import law
from lib.typography import long_date, weekday_date

METHOD = (
    (lazy("Écouter"), {F.LISTENED}),
    (lazy("Reformuler"), {F.REPHRASED}),
    (lazy("Reconnaître"), {F.RECOGNISED}),
    (lazy("Proposer"), {F.OFFERED}),
    (lazy("Décider"), set(ANSWERS)),
    (lazy("Réparer"), {F.REPAIRED}),
    (lazy("Suivre"), {F.FOLLOWED_UP}),
)
NATURES = {
    "house": (lazy("engagement de la maison"), "plain"),
    "usage": (lazy("usage des médiateurs, page officielle"), "info"),
    "law": (lazy("texte officiel lu"), "ok"),
}
# How each date is counted and where that comes from, in words; `lib/law/complaints.toml` has the periods.
ORIGINS = {
    "acknowledgement": (lazy("Dix jours ouvrables après l’envoi."), ""),
    "answer": (lazy("Deux mois après l’envoi, sans jour de plus."), ""),
    "silence": ("", ""),
    "mediation-year": (lazy("Un an après la première réclamation écrite."), lazy("Code de la consommation, L612-2.")),
    "rejection-information": (
        lazy("Trois semaines après que le médiateur a reçu le dossier."),
        lazy("Code de la consommation, L612-2."),
    ),
    "mediation-outcome": (
        lazy("Quatre-vingt-dix jours après la notification du dossier complet, ou la date qu’il a donnée."),
        lazy("Code de la consommation, R612-5."),
    ),
}


@dataclass(frozen=True)
class Step:
    """One of the seven times of the method."""

    title: str
    state: str
    words: str


@dataclass(frozen=True)
class LegalDate:
    """A date, where it comes from, and how sure that is."""

    title: str
    text: str
    tag: str
    tone: str


@dataclass(frozen=True)
class Event:
    """A line of its history."""

    title: str
    when: str
    who: str
    words: str
    letter_url: str
    lost: str  # why the letter does not count
    confidential: bool
    files: list["Proof"]
    mistake: str = ""  # when it was declared recorded in error, by whom
    mistake_words: str = ""  # why
    mistake_url: str = ""  # where to declare it, when it may be
    details: list[str] = field(default_factory=list)  # who, which number, until when


@dataclass(frozen=True)
class Proof:
    """A file that came with a fact, and where to have it."""

    name: str
    url: str


@dataclass(frozen=True)
class Act:
    """Something that can be done now."""

    label: str
    url: str
    tone: str = "plain"


@dataclass
class Case:
    """The page."""

    complaint: Complaint
    standing: Standing
    answer: str
    headline: str
    under: str
    red: bool
    drawing: Drawing
    method: list[Step] = field(default_factory=list)
    dates: list[LegalDate] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    no_mediation: str = ""
    invoice_url: str = ""
    asks_manager: bool = False  # who records facts and may not declare one recorded in error: say who may
    hidden: int = 0


def read_case(complaint: Complaint, *, user: User, today: date) -> Case:
    """The page of a complaint read `with_facts`, as `user` may see it."""
    standing = complaint.standing_on(today)
    axis = axis_for([(complaint, standing)], today)
    headline, under = left(standing, today)
    rows = sorted(complaint.facts.all(), key=lambda row: (row.on, row.pk))
    shown = [row for row in rows if user.may(Right.SEE_MEDIATION) or not row.is_confidential]
    files = files_of(shown)
    return Case(
        complaint=complaint,
        standing=standing,
        answer=where(standing, today),
        headline=headline,
        under=under,
        red=is_red(standing.next, today),
        drawing=draw(complaint, standing, axis, today=today),
        method=method(complaint.counted, standing, today),
        dates=legal_dates(complaint, standing, today),
        events=[_event(row, files.get(row.pk, []), today, may_be_mistaken(complaint, row, by=user)) for row in reversed(shown)],
        acts=acts(complaint, standing, user),
        no_mediation=_no_mediation(complaint, standing),
        invoice_url=_invoice_url(complaint, user),
        asks_manager=user.may(Right.HANDLE_COMPLAINTS) and not user.may(Right.CLOSE_COMPLAINTS),
        hidden=len(rows) - len(shown),
    )


def _invoice_url(complaint: Complaint, user: User) -> str:
    return reverse("invoice", args=[complaint.invoice.public_id]) if complaint.invoice and user.may(Right.SEE_AMOUNTS) else ""


def where(standing: Standing, today: date) -> str:
    """Where it stands, in a sentence."""
    dates = standing.dates
    last = _long(dates.mediation_last_day, today) if dates and dates.mediation_last_day else ""
    words = {
        "oral": _("Elle a été dite, rien n’est encore écrit : aucun délai de loi ne court. Invitez le client à écrire."),
        "written": _("Elle est écrite. Accusez-en réception, puis prenez le temps d’écouter."),
        "acknowledged": _("Le client sait que nous l’avons reçue. Il attend notre réponse."),
        "studied": _("Nous l’étudions. Il reste à décider, et à le lui écrire."),
        "favourable": _("Nous avons dit oui. Il reste à faire ce que nous avons promis."),
        "partial": _("Nous avons dit oui en partie."),
        "refused": _("Nous avons dit non."),
        "unanswered": _("Le jour promis pour répondre est passé sans réponse."),
        "client_refused": _("Le client n’accepte pas notre proposition."),
        "mediation_open": _("Le client peut saisir le médiateur de la consommation jusqu’au %(last)s.") % {"last": last},
        "mediation_too_late": _("L’année pour saisir le médiateur s’est terminée le %(last)s.") % {"last": last},
        "referred": _("Le médiateur est saisi. Il dira si la demande est recevable."),
        "notified": _("Le médiateur a notifié le dossier complet : il a quatre-vingt-dix jours."),
        "extended": _("Le médiateur a prolongé son délai."),
        "proposal": _("Le médiateur a proposé une solution : à nous et au client de l’accepter, ou non."),
        "inadmissible": _("Le médiateur a jugé la demande irrecevable."),
        "accepted": _("La proposition du médiateur est acceptée. Il reste à la tenir."),
        "proposal_refused": _("La proposition du médiateur n’a pas été acceptée."),
        "withdrawn": _("La médiation s’est arrêtée."),
        "court": _("Un juge est saisi. Plus rien ne part de nous-mêmes."),
        "closed_satisfied": _("Elle est close, et le client est satisfait."),
        "closed_without_follow_up": _("Elle est close, sans suite."),
        "void": _("Elle a été enregistrée par erreur : personne ne s’est plaint."),
    }[standing.state]
    if standing.state == "mediation_open" and not standing.answer:
        return _("Nous n’avons toujours pas répondu.") + " " + words
    return words


def method(rows: list[ComplaintFact], standing: Standing, today: date) -> list[Step]:
    """The seven times, with what was done; the one after the last done is now."""
    found = [next((row for row in reversed(rows) if row.kind in kinds and row.plain.stands), None) for _title, kinds in METHOD]
    last = max((place for place, row in enumerate(found) if row is not None), default=-1)
    steps = []
    for place, ((title, _kinds), row) in enumerate(zip(METHOD, found, strict=True)):
        state = "done" if row is not None else "now" if place == last + 1 and standing.is_open else "todo"
        steps.append(Step(str(title), state, _day_and_words(row, today) if row is not None else ""))
    return steps


def acts(complaint: Complaint, standing: Standing, user: User) -> list[Act]:
    """The letters that may be written now, the one that comes first marked."""
    if standing.state == State.VOID:
        return []
    if not standing.is_open:
        return [Act(_("Écrire la lettre de clôture"), _letter(complaint, "cloture"))]
    if not standing.is_written:
        invited = any(row.kind == F.INVITED for row in complaint.counted)
        return [] if invited else [Act(_("L’inviter à écrire"), _letter(complaint, "invitation"), "primary")]
    found = []
    if not standing.acknowledged and not standing.answer:
        found.append(Act(_("Accuser réception"), _letter(complaint, "accuse"), "primary"))
    first = not found and not standing.answer
    found.append(Act(_("Répondre"), _letter(complaint, "reponse"), "primary" if first else "plain"))
    if not standing.answer:
        found.append(Act(_("Demander un peu de temps"), _letter(complaint, "attente")))
    if user.may(Right.SEE_MEDIATION) and any(row.kind in MEDIATION for row in complaint.counted):
        found.append(Act(_("Répondre au médiateur"), _letter(complaint, "mediateur")))
    return found


def legal_dates(complaint: Complaint, standing: Standing, today: date) -> list[LegalDate]:
    """Each date, how it is counted, and where that comes from."""
    dates = standing.dates
    if dates is None:
        return []
    aim = ""
    if dates.answer_warn_on != dates.answer_due:
        day = weekday_date(dates.answer_warn_on, language=phrases.language(), year=False)
        aim = _("Nous visons %(day)s, sans nous accorder de jour en plus.") % {"day": day}
    open_words = _("Dès une réponse qui ne satisfait pas, ou après ce silence.")
    found: list[tuple[str, date | None, str, str]] = [
        (_("accusé au plus tard"), dates.ack_due, "acknowledgement", ""),
        (_("réponse au plus tard"), dates.answer_due, "answer", aim),
        (_("médiateur possible"), dates.mediation_open_from, "silence", open_words),
        (_("dernier jour du médiateur"), dates.mediation_last_day, "mediation-year", ""),
        (_("recevabilité dite au plus tard"), dates.rejection_info_by, "rejection-information", ""),
        (_("issue de la médiation au plus tard"), dates.mediation_outcome_by, "mediation-outcome", ""),
    ]
    said = long_date(dates.sent_on, language=phrases.language())
    sent = LegalDate(f"{said}, {_('écrite')}", _("Tout se compte depuis ce jour."), "", "plain")
    return [sent, *(_legal_date(title, day, key, more, dates) for title, day, key, more in found if day)]


def _legal_date(title: str, day: date, key: str, more: str, dates: Deadlines) -> LegalDate:
    nature = law.row("complaints", "answer" if key == "silence" else key, on=dates.sent_on)["nature"]
    words, tone = NATURES["house" if not dates.has_mediation and nature == "usage" else nature]
    counted, source = ORIGINS[key]
    said = long_date(day, language=phrases.language())
    return LegalDate(f"{said}, {title}", " ".join(str(part) for part in (counted, more, source) if part), str(words), tone)


def files_of(rows: list[ComplaintFact]) -> dict[int, list[Proof]]:
    """The proofs that came with facts that this person may read, by fact: those of the history, and the papers of the
    mediation, kept apart. Two statements a page."""
    carried = {row.interaction_id: row.pk for row in rows if row.interaction_id}
    found: dict[int, list[Proof]] = {}
    for file in Attachment.objects.filter(interaction_id__in=carried, erased_at=None):
        found.setdefault(carried[file.interaction_id], []).append(Proof(file.name, reverse("attachment", args=[file.public_id])))
    for paper in FactFile.objects.filter(fact__in=[row.pk for row in rows], file__erased_at=None).select_related("file"):
        url = reverse("complaint_file", args=[paper.file.public_id])
        found.setdefault(paper.fact_id, []).append(Proof(paper.file.name, url))
    return found


def details(row: ComplaintFact) -> list[str]:
    """What a fact names beside its day and its words: the mediator or the court, a number, a date given, a letter."""
    found = [str(row.proof_of.get_kind_display())] if row.proof_of else []
    if row.withdraws is not None:
        day = long_date(row.withdraws.on, language=phrases.language())
        found.append(f"{row.withdraws.get_kind_display()}, {day}")
    found += [row.place] if row.place else []
    if row.number:
        registered = row.proof_of or row.kind == F.WRITTEN
        words = _("recommandé n° %(number)s") if registered else _("référence %(number)s")
        found.append(words % {"number": row.number})
    if row.until:
        found.append(_("jusqu’au %(day)s") % {"day": long_date(row.until, language=phrases.language())})
    return found


def _event(row: ComplaintFact, files: list[Proof], today: date, may_be_mistaken: bool) -> Event:
    letter, said = row.letter, row.correction
    lost = "" if letter is None or letter.has_left else _("La lettre n’est pas partie : ce fait ne compte pas.")
    return Event(
        title=row.get_kind_display(),
        when=weekday_date(row.on, language=phrases.language(), year=row.on.year != today.year),
        who=row.author.first_name if row.author else "",
        words=row.words or received(row),
        letter_url=reverse("complaint_letter_read", args=[letter.public_id]) if letter else "",
        lost=lost,
        confidential=row.is_confidential,
        files=files,
        mistake=declared(said) if said else "",
        mistake_words=said.words if said else "",
        mistake_url=reverse("complaint_mistake", args=[row.public_id]) if may_be_mistaken else "",
        details=details(row),
    )


def declared(said: ComplaintFact) -> str:
    """When and by whom a fact was declared recorded in error."""
    values = {"day": long_date(said.on, language=phrases.language()), "who": said.author.name if said.author else ""}
    return _("Enregistré par erreur, déclaré le %(day)s par %(who)s.") % values if values["who"] else _("Enregistré par erreur.")


def received(row: ComplaintFact) -> str:
    """How and when a letter or words reached us."""
    if row.received_on is None:
        return ""
    day = long_date(row.received_on, language=phrases.language())
    return _("Reçue le %(day)s (%(channel)s).") % {"day": day, "channel": row.get_channel_display()}


def _no_mediation(complaint: Complaint, standing: Standing) -> str:
    """Why the screen offers no mediation, when it offers none."""
    if standing.state == State.VOID:
        return ""
    if standing.dates is None and complaint.regime in MEDIATION_TYPES:
        return _("Le médiateur demande une réclamation écrite : rien ne l’est encore.")
    if standing.has_mediation:
        return ""
    kind = complaint.regime_label.lower()
    return _(
        "Pas de médiateur de la consommation pour ce client (%(kind)s) : le Code de la consommation le réserve aux particuliers "
        "(L611-1, L612-1)."
    ) % {"kind": kind} + (
        " " + _("Le Médiateur des entreprises, gratuit et confidentiel, reste possible.")
        if complaint.regime == "professional"
        else ""
    )


def _day_and_words(row: ComplaintFact, today: date) -> str:
    day = _long(row.on, today)
    first = phrases.cut(" ".join(row.words.split()), 90)[0] if row.words and not row.is_confidential else ""
    return f"{phrases.capital(day)}. {first}".strip()


def _long(day: date, today: date) -> str:
    return long_date(day, language=phrases.language(), year=day.year != today.year)


def _letter(complaint: Complaint, kind: str) -> str:
    return reverse("complaint_letter", args=[complaint.public_id, kind])
