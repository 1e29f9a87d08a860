"""«Nous ne vous relancerons pas pour cette somme tant que …»: what a client reads of what `tact.decide` keeps back.

One truth: the very decision that the queue of reminders is made of, told in the client's words. A hold that a person of
the house decided keeps its reason to itself.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.typography import amount, long_date
from tact import keeping
from tact.facts import Claim, MoneySituation


def told(claims: Iterable[Claim], situation: MoneySituation, *, own: Set[str], on: date) -> dict[str, str]:
    """What is said of each unpaid invoice of which a part, or the whole, is not asked for on the civil day `on` (`claims` of
    `tact.planning.kept_back`): public id → sentence. `own` are the public ids of the complaints that the reader may read:
    another one is not named."""
    found = {}
    for claim in claims:
        clauses = list(dict.fromkeys(_clauses(claim, situation, own, on)))
        if clauses:
            found[claim.debt.link.ref] = _sentence(claim, clauses)
    return found


def _clauses(claim: Claim, situation: MoneySituation, own: Set[str], on: date) -> Iterator[str]:
    """What each reason of the claim comes from, as the client knows it."""
    codes = {reason.code for reason in claim.reasons}
    debt = claim.debt
    if "complaint" in codes:
        named = [row for row in debt.complaints if row.link.ref in own]
        for row in named:
            yield _("votre %(complaint)s est ouverte") % {"complaint": row.label[:1].lower() + row.label[1:]}
        if len(named) < len(debt.complaints):
            yield _("nos échanges sur cette facture sont en cours")
    if "question" in codes:
        yield _("nous ne vous avons pas répondu")
    if "kept" in codes:
        yield _("ce que nous tenons pour vous, avoir ou trop-perçu, n’est ni déduit ni rendu")
    if "promise" in codes:
        rows = (row for row in (*debt.promises, *situation.promises) if keeping.pending(row, situation, on))
        yield _("le %(day)s, jour que vous nous avez donné, n’est pas passé") % {"day": _day(max(row.due_on for row in rows))}
    if "transit" in codes:
        rows = (row for row in (*debt.transits, *situation.transits) if on <= row.until_on)
        yield _("nous attendons votre virement, jusqu’au %(day)s") % {"day": _day(max(row.until_on for row in rows))}


def _sentence(claim: Claim, clauses: list[str]) -> str:
    reasons = clauses[0]
    for clause in clauses[1:]:
        reasons = _("%(reasons)s, ni tant que %(other)s") % {"reasons": reasons, "other": clause}
    if claim.amount > 0:
        values = {"amount": amount(claim.kept, language=get_language() or "fr"), "reasons": reasons}
        return _("Nous ne vous relancerons pas pour %(amount)s de cette somme tant que %(reasons)s.") % values
    return _("Nous ne vous relancerons pas pour cette somme tant que %(reasons)s.") % {"reasons": reasons}


def _day(day: date) -> str:
    return long_date(day, language=get_language() or "fr")
