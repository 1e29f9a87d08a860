"""The page on which a dated fact is declared recorded in error: which one, and what would change."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from complaints.mistakes import refuse_mistake, standing_without
from complaints.models import Complaint, ComplaintFact
from complaints.states import State
from desk import phrases
from desk.complaint_case import legal_dates
from lib.errors import Refusal
from lib.typography import long_date


@dataclass(frozen=True)
class Mistake:
    """The page. `trouble` says why it cannot be declared so."""

    fact: ComplaintFact
    title: str  # «Accusé de réception, le 3 novembre 2026»
    words: str
    trouble: str
    effects: list[str]


def read_mistake(complaint: Complaint, fact: ComplaintFact, *, user: User, today: date) -> Mistake:
    """The page of a fact of a complaint, both read `with_facts`."""
    title = f"{fact.get_kind_display()}, {long_date(fact.on, language=phrases.language())}"
    words = fact.words or (complaint.body if fact.received_on else "")
    if fact.correction is not None:
        return Mistake(fact, title, words, _("C’est déjà déclaré."), [])
    try:
        refuse_mistake(complaint, fact, by=user)
    except Refusal as refusal:
        return Mistake(fact, title, words, refusal.message, [])
    return Mistake(fact, title, words, "", effects(complaint, fact, today))


def effects(complaint: Complaint, fact: ComplaintFact, today: date) -> list[str]:
    """What the declaration would change, in sentences: the dates, then what the client reads of it."""
    now, after = complaint.standing_on(today), standing_without(complaint, fact, today=today)
    if after.state == State.VOID:
        found = [_("Il ne resterait rien de cette réclamation : elle serait close, comme enregistrée par erreur.")]
    elif after.dates == now.dates:
        found = [_("Aucune date de loi ne change.")]
    else:
        dates = [one.title for one in legal_dates(complaint, after, today)]
        found = [_("Les dates deviendraient :"), *dates] if dates else [_("Plus aucune date ne court.")]
    if fact.is_told:
        found.append(_("Le client lira dans son espace que nous l’avions noté par erreur, et quel jour ; pas votre raison."))
    return found
