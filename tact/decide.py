"""Whether and how to remind a customer today, and why. Pure; the rules are those of `docs/reminders.md`, by number."""

from datetime import date, datetime

from tact.facts import Decision, MoneySituation


def decide(situation: MoneySituation, *, on: date, now: datetime | None = None) -> Decision:
    """What to do on the civil day `on` about what this customer owes; `now` (aware) sharpens «spoke less than 48 hours
    ago», noon of that day by default."""
    raise NotImplementedError
