"""The days of the invented firm, all counted from today; and its sentences, set as French wants them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lib import clock
from lib.french_calendar import add_working_days, working_day_on_or_before
from lib.typography import WEEKDAYS, hour, weekday_date

NBSP = "\u00a0"
_HOUR = re.compile(r"(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Days:
    """Today and now as the builder sees them (`now` is aware); everything else is counted from them."""

    today: date
    now: datetime

    def ago(self, days: int) -> date:
        """The last working day at least `days` days before today; today itself for 0."""
        return working_day_on_or_before(self.today - timedelta(days)) if days else self.today

    def work(self, steps: int) -> date:
        """The working day that many working days after today (before when negative); today itself for 0."""
        if steps > 0:
            return add_working_days(self.today, steps)
        day = self.today
        for _step in range(-steps):
            day = working_day_on_or_before(day - timedelta(1))
        return day

    def moment(self, day: date, at: str) -> datetime:
        """The instant of `day` at « 16:42 » on the firm's wall; what would be in the future happened just now, in
        the same order."""
        hours, minutes = (int(part) for part in at.split(":"))
        instant = datetime.combine(day, time(hours, minutes), ZoneInfo(clock.PARIS)).astimezone(UTC)
        latest = self.now - timedelta(minutes=1)
        return instant if instant <= latest else latest - timedelta(minutes=(24 * 60 - hours * 60 - minutes) // 48)

    @property
    def soon(self) -> time | None:
        """The hour before which somebody was promised a call today: ten o'clock, else two hours from now; none at night."""
        local = clock.local(self.now)
        if local.time() < time(9, 30):
            return time(10)
        return time(local.hour + 2) if local.hour < 20 else None

    def say(self, text: str) -> str:
        """`text` with its days and hours: {w-1} the weekday of a working day, {d3} that day in full, {soon} «avant 10 h», the
        hour promised today; apostrophes and no-break spaces as French sets them."""
        text = re.sub(r"\{w(-?\d+)\}", lambda found: WEEKDAYS["fr"][self.work(int(found[1])).weekday()], text)
        text = re.sub(r"\{d(-?\d+)\}", lambda found: weekday_date(self.work(int(found[1])), year=False), text)
        return typeset(text.replace("{soon}", f"avant {hour(self.soon)}" if self.soon else "dans la soirée"))


def typeset(text: str) -> str:
    """Straight apostrophes and plain spaces of our sources as French prints them."""
    text = text.replace("'", "’").replace("« ", f"«{NBSP}")
    text = re.sub(r" ([:;!?»])", rf"{NBSP}\1", text)
    text = re.sub(r"(\d) (\d{3})\b", rf"\1{NBSP}\2", text)
    return re.sub(r"(\d) (h|€|min|cm|mm|m²|m|ans|kg|%)\b", rf"\1{NBSP}\2", text).replace(" €", f"{NBSP}€")
