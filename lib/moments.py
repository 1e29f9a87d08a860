"""When something happened, read in what a person writes: « hier 16 h 30 », « lundi matin », « il y a 10 min »; and when
what was due is past (`is_past`).

The mirror of `lib.when`: a weekday is the last one before today, a date without a year the last one that came. What is
not certain is not read: `parse_past` answers None rather than guess. Without an hour, a past day is taken at noon.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo

from lib.folding import fold
from lib.typography import MONTHS, WEEKDAYS

_AGO = re.compile(
    r"(?:il y a |ago )?(?P<count>\d{1,3}|une?|a|an|deux|trois|quinze)? ?"
    r"(?P<unit>min(?:ute)?s?|h(?:eure)?s?|hours?|j(?:our)?s?|days?|semaines?|weeks?|demi-heure)(?: ago)?"
)
_HOUR = re.compile(
    r"(?:(?:a|vers|at|around) )?(?:(?P<hour>\d{1,2}) ?(?:h|heures?|:) ?(?P<minute>[0-5]\d)?|(?P<midday>midi|noon))(?: ?(?P<noon>am|pm))?"
)
_PARTS = {"matin": 9, "morning": 9, "apres-midi": 15, "apres midi": 15, "afternoon": 15, "soir": 18, "evening": 18}
_PART = re.compile(rf"(?:(?P<today>ce|cet|this) )?(?P<part>{'|'.join(_PARTS)})")
_NEAR = {
    "maintenant": 0, "a l'instant": 0, "now": 0, "aujourd'hui": 0, "today": 0, "hier": 1, "yesterday": 1, "avant-hier": 2,
    "avant hier": 2,
}  # fmt: skip
_WEEKDAYS = {fold(name): number for names in WEEKDAYS.values() for number, name in enumerate(names)}
_MONTHS = {fold(name): number for names in MONTHS.values() for number, name in enumerate(names, start=1)}
_COUNTS = {"une": 1, "un": 1, "a": 1, "an": 1, "deux": 2, "trois": 3, "quinze": 15}
_WEEKDAY = re.compile(rf"(?:last )?(?P<name>{'|'.join(_WEEKDAYS)})(?: dernier)?")
_NUMERIC = re.compile(r"(?:le )?(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{2}|\d{4}))?")
_WRITTEN = re.compile(
    rf"(?:le |the )?(?:(?:{'|'.join(_WEEKDAYS)}) )?(?P<day>\d{{1,2}})(?:er)? (?P<name>{'|'.join(_MONTHS)})(?: (?P<year>\d{{4}}))?"
)


def is_past(due_on: date, due_at: time | None, *, before: bool, local: datetime) -> bool:
    """Whether what is due for that day, and perhaps that hour, is late at `local` (a moment on the firm's clock): its day
    is past, or its hour is. « avant 10 h » is late when 10 h strikes, « à 10 h » the minute after."""
    if due_on != local.date() or due_at is None:
        return due_on < local.date()
    return local.time() >= due_at if before else local.time().replace(second=0, microsecond=0) > due_at


def parse_past(text: str, *, now: datetime) -> datetime | None:
    """The moment written in `text`, seen from `now` (aware, on the firm's clock); aware, in the same zone.

    Empty text and « maintenant » are `now`. None when it cannot be read. May lie in the future when the person wrote so
    (« aujourd’hui 23 h »): the gesture that records it refuses that.
    """
    folded = fold(text[:200]).strip(" .")
    if not folded or folded in ("maintenant", "a l'instant", "now"):
        return now
    ago = _AGO.fullmatch(folded)
    if ago and (folded.startswith("il y a") or folded.endswith("ago")):
        return _ago(ago, now)
    at, rest = _hour(folded)
    if at is None and rest is None:
        return None
    on = _day(rest or "", now.date())
    if on is None:
        return None
    if at is None:
        at = time(12) if on != now.date() else now.time()
    return datetime.combine(on, at, tzinfo=_zone(now))


def _zone(now: datetime) -> tzinfo | None:
    return now.tzinfo


def _ago(found: re.Match[str], now: datetime) -> datetime | None:
    unit = found["unit"]
    if unit == "demi-heure":
        return now - timedelta(minutes=30)
    if not found["count"]:
        return None
    count = _COUNTS.get(found["count"]) or int(found["count"])
    if unit.startswith("min"):
        return now - timedelta(minutes=count)
    if unit.startswith("h"):
        return now - timedelta(hours=count)
    return now - timedelta(days=count * (7 if unit.startswith(("semaine", "week")) else 1))


def _hour(folded: str) -> tuple[time | None, str | None]:
    """The hour said, and the sentence without it. (None, None) when the hour makes no sense or is said twice."""
    found = [match for match in _HOUR.finditer(folded) if _alone(folded, match)]
    parts = [match for match in _PART.finditer(folded) if _alone(folded, match)]
    if len(found) + len(parts) > 1:
        return None, None
    if parts:
        rest = (folded[: parts[0].start()] + folded[parts[0].end() :]).strip(" ,")
        return time(_PARTS[parts[0]["part"]]), rest or "aujourd'hui"
    if not found:
        return None, folded
    hour = 12 if found[0]["midday"] else int(found[0]["hour"])
    if found[0]["noon"] == "pm" and hour < 12:
        hour += 12
    if hour > 23:
        return None, None
    rest = (folded[: found[0].start()] + folded[found[0].end() :]).strip(" ,")
    return time(hour, int(found[0]["minute"] or 0)), rest or "aujourd'hui"


def _alone(folded: str, match: re.Match[str]) -> bool:
    before, after = folded[: match.start()], folded[match.end() :]
    return (not before or before[-1] in " ,") and (not after or after[0] in " ,")


def _day(words: str, today: date) -> date | None:
    words = words.strip(" ,")
    if words in _NEAR:
        return today - timedelta(days=_NEAR[words])
    if found := _WEEKDAY.fullmatch(words):
        return today - timedelta(days=(today.weekday() - _WEEKDAYS[found["name"]] - 1) % 7 + 1)
    if found := _NUMERIC.fullmatch(words):
        return _dated(int(found["day"]), int(found["month"]), found["year"], today)
    if found := _WRITTEN.fullmatch(words):
        return _dated(int(found["day"]), _MONTHS[found["name"]], found["year"], today)
    return None


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [today.year - back for back in range(9)]
    for candidate in years:
        try:
            on = date(candidate, month, day)
        except ValueError:
            continue
        if year or on <= today:
            return on
    return None
