"""What would be done today about every customer who owes something, and why. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crm.models import Customer
from crm.writing import Recipient
from lib.french_calendar import working_day_on_or_after
from tact.decide import decide, left_alone
from tact.facts import Claim, Decision, MoneySituation
from tact.money import Family, Loaded, batches, owing, read_owing, zone_of_firm

AHEAD = timedelta(days=14)  # beyond the first step, no invoice has one to come today
RANKS = {"call": 0, "soften": 1, "send": 2, "wait": 3}


@dataclass(frozen=True)
class Planned:
    """A decision with what it was taken on."""

    decision: Decision
    situation: MoneySituation
    family: Family
    to: Recipient | None


def planning_day(today: date, zone: str = "") -> date:
    """The day the queue is prepared for: today, or the next working day of the firm's zone when nobody works today."""
    return working_day_on_or_after(today, zone or zone_of_firm())


def plan(
    *, on: date, now: datetime, heads: Sequence[int] | None = None, soon: bool = False, language: str = "fr", zone: str = "",
    loaded: Loaded | None = None,
) -> list[Planned]:  # fmt: skip
    """What to do on the civil day `on` about each customer who owes something (or only those of `heads`), calls first, then
    what must be read, what is ready and what waits; the largest amounts first.

    `zone` of the firm's holidays when it is known; `loaded`, what a page already read of the one head asked for.
    `soon` leaves aside those whose first due date is more than a fortnight away. A constant number of statements for
    each two thousand customers.
    """
    chosen = list(heads) if heads is not None else owing(until=on + AHEAD if soon else None)
    found: list[Planned] = []
    for some in batches(chosen):
        rows = (row for row in read_owing(some, today=on, now=now, zone=zone, loaded=loaded) if row.situation.debts)
        found += [
            Planned(decide(row.situation, on=on, now=now, language=language), row.situation, row.family, row.to) for row in rows
        ]
    return sorted(found, key=_place)


def plan_one(
    customer: Customer, *, on: date, now: datetime, language: str = "fr", zone: str = "", loaded: Loaded | None = None
) -> Planned | None:
    """The same for one customer (a head, or an alias of one); None when nothing is due."""
    return next(
        iter(plan(on=on, now=now, heads=[customer.merged_into_id or customer.pk], language=language, zone=zone, loaded=loaded)),
        None,
    )


def kept_back(loaded: Loaded, *, on: date, now: datetime, language: str = "fr") -> tuple[MoneySituation, list[Claim]]:
    """What of each unpaid invoice of one client the decision of that civil day leaves alone, and the facts: one statement when
    `loaded` has the debts, the commitments, the complaints and the exchanges, none of which a client’s page needs again."""
    head = loaded.family.head.pk
    (row,) = read_owing([head], today=on, now=now, zone=loaded.zone, loaded=loaded)
    return row.situation, left_alone(row.situation, on=on, now=now, language=language)


def _place(planned: Planned) -> tuple[object, ...]:
    decision = planned.decision
    due = sum((debt.balance for debt in planned.situation.debts), start=decision.amount - decision.amount)
    late = min((debt.due_on for debt in planned.situation.debts), default=date.max)
    return (RANKS[decision.decision], not decision.held, -(decision.amount or due), late, decision.customer.ref)
