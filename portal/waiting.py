"""«Nous ne vous relancerons pas pour cette somme tant que …»: what a client reads of what `tact.decide` keeps back.

One truth: the very decision that the queue of reminders is made of, told in the client's words. A hold that a person of
the house decided keeps its reason to itself.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Exists
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Invoice, Question, TransferNotice
from complaints.models import Complaint
from crm.models import Commitment, Customer
from lib import clock
from lib.typography import amount, long_date
from tact import keeping
from tact.facts import Claim, MoneySituation
from tact.planning import Planned, plan_one, planning_day


def waiting_words(customer: Customer, ids: list[int], *, own: Iterable[str], today: date, zone: str = "") -> dict[str, str]:
    """What is said of each unpaid invoice of the family `ids` of which a part, or the whole, is not asked for today: public id
    → sentence. `own` are the public ids of the complaints that the reader may read: another one is not named. `zone` of the
    firm's holidays, when it is known.

    One statement when nothing was said or announced, a constant number more otherwise.
    """
    if not _said_anything(ids):
        return {}
    on = planning_day(today, zone)
    planned = plan_one(customer, on=on, now=clock.now(), language=get_language() or "fr", zone=zone)
    return _told(planned, set(own), on) if planned else {}


def _said_anything(ids: list[int]) -> bool:
    """Whether there is any fact that a decision could wait for. Only spares the reading: it decides nothing."""
    rows = (
        Commitment.objects.open().filter(customer_id__in=ids, nature=Commitment.Nature.PRIMARY),
        TransferNotice.objects.filter(invoice__customer_id__in=ids),
        Complaint.objects.filter(customer_id__in=ids),
        Question.objects.unanswered().filter(invoice__customer_id__in=ids),
    )
    promised, announced, complained, asked = (Exists(found.order_by()) for found in rows)
    return Customer.objects.filter(promised | announced | complained | asked, pk=ids[0]).exists()


def _told(planned: Planned, own: set[str], on: date) -> dict[str, str]:
    found = {}
    for claim in planned.decision.waiting:
        clauses = list(dict.fromkeys(_clauses(claim, planned.situation, own, on))) if claim.kept > 0 else []
        if clauses:
            found[claim.debt.link.ref] = _sentence(claim, clauses)
    return found


def _clauses(claim: Claim, situation: MoneySituation, own: set[str], on: date) -> Iterator[str]:
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


def own_complaints(invoice: Invoice, contact_id: int | None) -> list[str]:
    """The complaints on `invoice` that the reader of a mailed link wrote: the link opens nothing else of the client."""
    rows = Complaint.objects.filter(invoice=invoice, contact_id=contact_id).exclude(audience="house")
    return list(rows.values_list("public_id", flat=True))
