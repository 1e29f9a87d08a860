"""A dated fact that was recorded in error: never changed nor removed, it is declared so by a new dated fact, with who and why.
It stays visible and counts no more: every date is that of the same complaint without it.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rights import Right
from complaints import projecting, states
from complaints.deadlines import MEDIATION_TYPES
from complaints.handling import _text, add_fact, lock
from complaints.models import Complaint, ComplaintFact, Way
from complaints.states import ANSWERS, MEDIATION, OPENINGS, F, Standing
from crm.models.customers import Channel
from crm.models.timeline import Audience
from lib.errors import Refusal
from lib.typography import long_date

# What supposes that something was written before; and what supposes another fact, with the kinds that found it.
_AFTER_WRITING = MEDIATION | ANSWERS | {F.ACKNOWLEDGED, F.HOLDING, F.CLIENT_REFUSED}
_FOUNDED_ON: tuple[tuple[frozenset[F], frozenset[F]], ...] = (
    (frozenset({F.REFERRED}), frozenset(MEDIATION - {F.REFERRED})),
    (frozenset({F.PROPOSAL}), frozenset({F.PROPOSAL_ACCEPTED, F.PROPOSAL_REFUSED})),
    (frozenset(ANSWERS), frozenset({F.CLIENT_REFUSED})),
)


def declare_mistaken(fact: ComplaintFact, *, reason: str, by: User | None, today: date) -> ComplaintFact:
    """Declare that `fact` was recorded in error; returns the new dated fact that says so. Declaring it twice is declaring it
    once.

    Refuses whoever may not close complaints, no reason, what the client wrote themselves, a letter that reached them or may
    have, and a fact on which others stand.
    """
    with transaction.atomic():
        current = lock(fact.complaint, today=today, closed=True)
        row = next(one for one in current.facts.all() if one.pk == fact.pk)
        if row.correction is not None:
            return row.correction
        refuse_mistake(current, row, by=by)
        reason = _text(reason, "reason")
        if not reason:
            raise Refusal(_("Dites ce qui s’est passé vraiment : la raison reste écrite à côté du fait."), field="reason")
        hidden = row.is_confidential
        said = add_fact(current, kind=F.MISTAKEN, on=today, by=by, words=reason, history="" if hidden else reason, withdraws=row)
        if (
            row.kind in OPENINGS and row.interaction is not None
        ):  # its words may be somebody else's: the client reads of the error
            row.interaction.audience = Audience.HOUSE
            row.interaction.save(update_fields=["audience"])
        projecting.rebuild(current, today=today)
    return said


def standing_without(complaint: Complaint, fact: ComplaintFact, *, today: date) -> Standing:
    """Where the complaint (read `with_facts`) would stand had `fact` never been recorded."""
    return states.standing(
        [row.plain for row in complaint.counted if row.pk != fact.pk],
        client_type=complaint.client_type,
        zone=complaint.zone,
        silence_delay_months=complaint.silence_delay_months,
        today=today,
    )


def refuse_mistake(complaint: Complaint, fact: ComplaintFact, *, by: User | None) -> None:
    """Refuse what cannot be declared an error (both read `with_facts`): the rights, then the fact itself, then what stands on it."""
    if by is not None and not by.may(Right.CLOSE_COMPLAINTS):
        raise Refusal(_("Une erreur d’enregistrement est déclarée par un responsable : dites-lui ce qui s’est passé."))
    if by is not None and fact.is_confidential and not by.may(Right.SEE_MEDIATION):
        raise Refusal(_("Les pièces de médiation sont tenues par un responsable."))
    if fact.kind == F.MISTAKEN:
        raise Refusal(_("Cette déclaration reste. Si le fait était vrai, notez-le à nouveau, à sa date."))
    if fact.kind == F.REOPENED:
        raise Refusal(_("Une réouverture ne se retire pas : closez à nouveau la réclamation, avec votre raison."))
    if fact.kind in OPENINGS and fact.author_id is None and fact.channel == Channel.PORTAL:
        raise Refusal(_("Le client l’a écrit lui-même dans son espace : ce fait reste."))
    _refuse_letter(complaint, fact)
    if fact.kind == F.CONSUMER_RIGHTS:
        _refuse_rights(complaint)
    rest = [row for row in complaint.counted if row.pk != fact.pk]
    if fact.kind in OPENINGS:
        _refuse_before_writing(rest)
    for founding, founded in _FOUNDED_ON:
        if fact.kind in founding and not any(row.kind in founding for row in rest):
            _refuse_founded([row for row in rest if row.kind in founded])


def may_be_mistaken(complaint: Complaint, fact: ComplaintFact, *, by: User) -> bool:
    """Whether `by` may declare it recorded in error now (both read `with_facts`)."""
    try:
        refuse_mistake(complaint, fact, by=by)
    except Refusal:
        return False
    return fact.correction is None


def _refuse_letter(complaint: Complaint, fact: ComplaintFact) -> None:
    """A letter that reached the client is a fact; one printed and never posted may be an error."""
    letter = fact.letter
    if letter is None:
        return
    if not letter.has_left:
        raise Refusal(_("Cette lettre n’est pas partie : ce fait ne compte déjà pas."))
    if letter.email is not None and letter.email.is_cancellable:
        raise Refusal(_("Son e-mail attend encore : reprenez-le, et ce fait ne comptera plus."))
    if letter.way != Way.POST:
        raise Refusal(_("Le client a reçu cette lettre : c’est un fait. Écrivez-lui plutôt une lettre qui la corrige."))
    if any(row.kind == F.POSTED and row.proof_of_id == letter.pk for row in complaint.counted):
        raise Refusal(_("La preuve de son envoi est gardée : elle est partie. Si cette preuve est fausse, déclarez-la d’abord."))


def _refuse_rights(complaint: Complaint) -> None:
    """A consumer's rights are not taken back while the record says a consumer, nor once the client was told of the mediator."""
    if complaint.client_type in MEDIATION_TYPES:
        return
    if complaint.customer.head.type in MEDIATION_TYPES:
        raise Refusal(_("La fiche de ce client dit toujours qu’il est un particulier, ou ne le dit pas : corrigez-la d’abord."))
    told = any(row.letter is not None and row.letter.mediator_name for row in complaint.facts.all())
    if told or any(row.kind in MEDIATION for row in complaint.counted):
        raise Refusal(_("Le client a déjà lu qu’il peut saisir le médiateur : ce droit ne lui est plus retiré."))


def _refuse_before_writing(rest: list[ComplaintFact]) -> None:
    """What we answered, or the mediator did, needs a letter before it; a complaint nobody answered may be all an error."""
    first = min((row.on for row in rest if row.kind == F.WRITTEN), default=None)
    later = [row for row in rest if row.kind in _AFTER_WRITING and row.plain.stands and (first is None or row.on < first)]
    if later:
        raise Refusal(
            _(
                "%(what)s vient après elle, et la suppose. Consignez d’abord la lettre à sa vraie date (« Une autre lettre est "
                "arrivée »), puis déclarez celle-ci enregistrée par erreur."
            )
            % {"what": _named(later[0])}
        )


def _refuse_founded(rows: Iterable[ComplaintFact]) -> None:
    last = max((row for row in rows if row.plain.stands), key=lambda row: row.pk, default=None)
    if last is not None:
        raise Refusal(_("%(what)s en dépend : déclarez d’abord ce fait-là, s’il est faux aussi.") % {"what": _named(last)})


def _named(fact: ComplaintFact) -> str:
    """«Refus du 3 novembre 2026»."""
    day = long_date(fact.on, language=get_language() or "fr")
    return _("« %(what)s », du %(day)s,") % {"what": fact.get_kind_display(), "day": day}
