"""A reminder's facts, read again as its mail leaves: whatever happened since a person approved it holds it back."""

from dataclasses import replace
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Email
from crm.outbox import Moot
from lib import clock
from tact.decide import decide
from tact.facts import MoneySituation, Reason
from tact.models import Reminder, ReminderLine
from tact.money import read_money


def reason_to_hold(email: Email) -> str:
    """The facts of a reminder, read again as it leaves (`crm.outbox.Guard`): why it must wait, or "". What was asked is still
    asked in full, of the same invoices, and still by a mail: a payment, complaint, promise, hold or word since holds it."""
    ref = email.key.partition(":")[2].partition(">")[0]
    reminder = Reminder.objects.select_related("customer").filter(public_id=ref).first()
    if reminder is None:
        return _("Les faits de ce message ne peuvent plus être relus.")
    with translation.override("fr"):
        head = reminder.customer.merged_into_id or reminder.customer_id
        (situation,) = read_money([head], today=reminder.on, now=clock.now()) or (None,)
        if situation is None:
            return _("Les faits de ce message ne peuvent plus être relus.")
        return _changed_since(reminder, _without(situation, reminder))


def _without(situation: MoneySituation, reminder: Reminder) -> MoneySituation:
    """The same, as if this reminder had not been approved."""
    debts = tuple(
        replace(debt, reminders=tuple(past for past in debt.reminders if past.link.ref != reminder.public_id))
        for debt in situation.debts
    )
    others = tuple(past for past in situation.reminders if past.link.ref != reminder.public_id)
    return replace(situation, debts=debts, reminders=others)


def _changed_since(reminder: Reminder, situation: MoneySituation) -> str:
    decision = decide(situation, on=reminder.on, now=clock.now())
    claims = {claim.debt.link.ref: claim for claim in decision.claims}
    balances = {debt.link.ref: debt.balance for debt in situation.debts}
    lines = list(reminder.lines.select_related("invoice"))
    if all(balances.get(line.invoice.public_id, Decimal(0)) <= 0 for line in lines):
        return Moot(_settled(lines[0]))
    for line in lines:
        ref, number = line.invoice.public_id, line.invoice.number
        if balances.get(ref, Decimal(0)) <= 0:
            return _settled(line)
        if balances[ref] < line.amount:
            return _("Un règlement est arrivé depuis sur la facture %(number)s : relisez ce rappel.") % {"number": number}
        if ref not in claims or claims[ref].amount < line.amount:
            return _since(decision.reasons, reminder, situation, ref)
    if decision.decision not in ("send", "soften"):
        return _since(decision.reasons, reminder, situation, "")
    return ""


def _settled(line: ReminderLine) -> str:
    """An invoice asked for nothing more: paid, or taken back by a credit note."""
    number = {"number": line.invoice.number}
    if line.invoice.credit_notes.issued().exists():
        return _("La facture %(number)s a été corrigée par un avoir depuis : ce rappel n’a plus lieu d’être.") % number
    return _("La facture %(number)s a été payée depuis : ce rappel n’a plus lieu d’être.") % number


def _since(reasons: tuple[Reason, ...], reminder: Reminder, situation: MoneySituation, ref: str) -> str:
    """The first reason that the person had not seen."""
    known = {(row["code"], row["ref"]["id"]) for row in reminder.reasons}
    fresh = [reason for reason in reasons if (reason.code, reason.link.ref) not in known]
    told = (fresh or list(reasons))[0].text
    return (_("Depuis l’approbation : %(reason)s.") % {"reason": told})[:300]
