"""What of each invoice is left alone, and why. Pure; rules 6 to 11 of `docs/reminders.md`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tact import decide_words as words
from tact.facts import Claim, Debt, MoneyPromise, MoneySituation, Reason
from tact.steps import next_step

ZERO = Decimal(0)
SPOKEN = ("call", "visit", "meeting")


@dataclass
class _Purse:
    """Money that a fact of the customer keeps back, spread over its oldest invoices first; None: all of them."""

    amount: Decimal | None
    reason: Reason

    def take(self, wanted: Decimal) -> Decimal:
        """What it keeps back of `wanted` EUR."""
        taken = wanted if self.amount is None else min(wanted, self.amount)
        if self.amount is not None:
            self.amount -= taken
        return taken


def claims_of(situation: MoneySituation, *, on: date, say: words.Words) -> list[Claim]:
    """Each unpaid invoice with what may be asked of it on the day `on`, oldest due date first."""
    purses = [
        *([_Purse(situation.kept, say.kept(situation))] if situation.kept > 0 else []),
        *_promised(situation.promises, situation, on, say),
        *(_Purse(row.amount, say.transit(row)) for row in situation.transits if on <= row.until_on),
    ]
    debts = sorted((debt for debt in situation.debts if debt.balance > 0), key=lambda debt: (debt.due_on, debt.number))
    return [_claim(debt, situation, purses, on=on, say=say) for debt in debts]


def kept_of(debt: Debt, situation: MoneySituation, *, on: date, say: words.Words) -> list[tuple[Reason, Decimal]]:
    """What the facts of one invoice alone keep back of it (EUR), each with its reason, in the order they take; nothing of
    what earlier ones already keep."""
    left, found = debt.balance, []
    for purse in _of_debt(debt, situation, on, say):
        taken = purse.take(left)
        left -= taken
        found.append((purse.reason, taken))
    return found


def pending(promise: MoneyPromise, situation: MoneySituation, on: date) -> bool:
    """Not kept, and its day with the days of transit is not past."""
    return not is_kept(promise) and on <= _last_day(promise, situation)


def is_broken(promise: MoneyPromise, situation: MoneySituation, on: date) -> bool:
    """Not kept, its day with the days of transit is past, and nobody called since."""
    return not is_kept(promise) and on > _last_day(promise, situation) and not _called_since(promise.due_on, situation)


def is_kept(promise: MoneyPromise) -> bool:
    """What arrived reaches its amount."""
    return promise.amount is not None and promise.received >= promise.amount


def _last_day(promise: MoneyPromise, situation: MoneySituation) -> date:
    return promise.due_on + timedelta(days=situation.scenario.transit_days)


def _called_since(day: date, situation: MoneySituation) -> bool:
    called = any(past.how == "call" and past.on > day for debt in situation.debts for past in debt.reminders)
    return called or any(words.civil_day(row.at) > day for row in situation.contacts if row.kind in SPOKEN)


def _promised(rows: Sequence[MoneyPromise], situation: MoneySituation, on: date, say: words.Words) -> Iterator[_Purse]:
    waited = sorted((row for row in rows if pending(row, situation, on)), key=lambda row: row.due_on)
    if not waited:
        return
    amounts = [row.amount - row.received for row in waited if row.amount is not None]
    everything = len(amounts) < len(waited)
    yield _Purse(None if everything else sum(amounts, ZERO), say.promise(waited))


def _claim(debt: Debt, situation: MoneySituation, purses: list[_Purse], *, on: date, say: words.Words) -> Claim:
    left, reasons = debt.balance, list[Reason]()
    for purse in [*_of_debt(debt, situation, on, say), *purses]:
        taken = purse.take(left)
        if taken > 0:
            left -= taken
            reasons.append(purse.reason)
    falling = next_step(debt, situation.scenario, situation.zone, on)
    claim = Claim(debt, left, debt.balance - left, "", None, tuple(reasons))
    return replace(claim, step=falling.step, step_on=falling.on) if falling else claim


def _of_debt(debt: Debt, situation: MoneySituation, on: date, say: words.Words) -> Iterator[_Purse]:
    for complaint in debt.complaints:
        yield _Purse(complaint.amount, say.complaint(complaint, debt))
    for question in debt.questions:
        yield _Purse(None, say.question(question))
    yield from _promised(debt.promises, situation, on, say)
    for transit in debt.transits:
        if on <= transit.until_on:
            yield _Purse(transit.amount, say.transit(transit))
    for hold in debt.holds:
        if on < hold.resume_on:
            yield _Purse(None, say.hold(hold))


def end(situation: MoneySituation, debt: Debt, on: date) -> date | None:
    """The first day on which nothing keeps `debt` back any more; nothing when it depends on what somebody does."""
    if debt.complaints or debt.questions:
        return None
    promises = [row for row in (*debt.promises, *situation.promises) if pending(row, situation, on)]
    transits = [row for row in (*debt.transits, *situation.transits) if on <= row.until_on]
    days = [_last_day(row, situation) + timedelta(days=1) for row in promises]
    days += [row.until_on + timedelta(days=1) for row in transits]
    days += [row.resume_on for row in (*debt.holds, *situation.holds) if on < row.resume_on]
    return max(days, default=None)
