"""The brief: what to know before speaking. Pure; the rules are those of `docs/brief.md`."""

from datetime import date, datetime

from tact.facts import Brief, Situation


def compose(situation: Situation, *, today: date, now: datetime, language: str = "fr") -> Brief:
    """The headline, the advice and at most six lines for `situation`, on the civil date `today` at `now`."""
    raise NotImplementedError
