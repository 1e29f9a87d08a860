"""On which day each step of the scenario falls for one invoice. Pure; rules 1 to 5 of `docs/reminders.md`."""

from dataclasses import dataclass
from datetime import date, timedelta

from lib.french_calendar import working_day_on_or_after
from tact.facts import Debt, PastReminder, Scenario, Step

INFORMATION = "information"


@dataclass(frozen=True)
class Falling:
    """The next step of an invoice and the day it falls, past days included."""

    step: str
    on: date


def day_of(step: Step, due_on: date, zone: str) -> date:
    """The civil day on which `step` falls for an invoice due on `due_on`: rolled to a working day of `zone`."""
    return working_day_on_or_after(due_on + timedelta(days=step.days), zone)


def is_rolled(step: Step, due_on: date, zone: str) -> bool:
    """Whether its own day is not worked, so that it falls later."""
    return day_of(step, due_on, zone) != due_on + timedelta(days=step.days)


def next_step(debt: Debt, scenario: Scenario, zone: str, on: date) -> Falling | None:
    """What comes next for `debt`, seen on the day `on`; nothing when every step is done."""
    return _information(debt, scenario, zone, on) or _late(debt, scenario, zone)


def is_late_step(code: str) -> bool:
    """Whether the step comes after the due date."""
    return code not in ("", INFORMATION)


def rank(scenario: Scenario, code: str) -> int:
    """How firm a step is: its place in the scenario, -1 for none."""
    return next((place for place, step in enumerate(ordered(scenario)) if step.code == code), -1)


def ordered(scenario: Scenario) -> list[Step]:
    """Its steps by day."""
    return sorted(scenario.steps, key=lambda step: step.days)


def _information(debt: Debt, scenario: Scenario, zone: str, on: date) -> Falling | None:
    step = next((step for step in scenario.steps if step.code == INFORMATION), None)
    if step is None or on > debt.due_on or any(done.step for done in debt.reminders):
        return None
    day = day_of(step, debt.due_on, zone)
    return Falling(step.code, day) if debt.issued_on < day <= debt.due_on else None


def _late(debt: Debt, scenario: Scenario, zone: str) -> Falling | None:
    steps = [step for step in ordered(scenario) if step.code != INFORMATION]
    done = {past.step: past for past in sorted(debt.reminders, key=lambda past: past.on)}
    last = max((place for place, step in enumerate(steps) if step.code in done), default=-1)
    if last + 1 == len(steps):
        return None
    step = steps[last + 1]
    day = day_of(step, debt.due_on, zone)
    if last >= 0:
        former, past = steps[last], done[steps[last].code]
        if past.on > day_of(former, debt.due_on, zone):  # done on its day, even a Monday for a Sunday, it puts nothing off
            day = max(day, _after(past, step.days - former.days, zone))
    return Falling(step.code, day)


def _after(past: PastReminder, days: int, zone: str) -> date:
    return working_day_on_or_after(past.on + timedelta(days=days), zone)
