"""The vocabulary of `lib.when`: each way of naming a day, as a pattern on folded words and the reader of what it found.

A reader takes the match, today and the holiday zone, and answers the day, or None when what is written is no day
(« 31 février », « lundi 4 » when the 4th is a Tuesday) or depends on the hour it is said.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from lib.french_calendar import add_months, add_ouvrables, add_working_days

Found = re.Match[str]
Reader = Callable[[Found, date, str], date | None]

_WEEKDAYS = dict(zip("lundi mardi mercredi jeudi vendredi samedi dimanche".split(), range(7), strict=True))
_WEEKDAYS |= dict(zip("monday tuesday wednesday thursday friday saturday sunday".split(), range(7), strict=True))
_MONTH_NAMES = (
    "janvier janv january jan",
    "fevrier fevr fev february feb",
    "mars march",
    "avril avr april apr",
    "mai may",
    "juin june jun",
    "juillet juil july jul",
    "aout august aug",
    "septembre sept september sep",
    "octobre oct october",
    "novembre nov november",
    "decembre dec december",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_NUMBERS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "soixante": 60,
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_EDGES = {
    "debut": "start", "mi": "middle", "fin": "end", "beginning of": "start", "start of": "start", "early": "start",
    "mid": "middle", "end of": "end", "late": "end",
}  # fmt: skip
_FURTHEST = 3660  # ten years: beyond, a slip of the finger


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_W, _M, _N, _E = _any(_WEEKDAYS), _any(_MONTHS), _any(_NUMBERS), _any(_EDGES)
_D = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?"
_AGREEING = rf"(?:(?P<weekday>{_W}) (?:le |the )?)?"
_HOUR_NEXT = r"(?! ?(?:h|heures?|am|pm)(?!\S))"


def _calendar_day(found: Found, today: date, _zone: str) -> date | None:
    """A day and month; without a year the next one not in the past; with a weekday the two must agree."""
    parts = found.groupdict()
    month = _MONTHS.get(parts["month"]) or int(parts["month"])
    day, year = int(parts["day"]), parts.get("year")
    if year:
        on = _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    else:
        on = next(_not_past((_date(today.year + more, month, day) for more in range(9)), today), None)
    return _agreeing(on, parts.get("weekday"))


def _month_day(found: Found, today: date, _zone: str) -> date | None:
    """« le 3 »: the next third of a month, today included; months without that day are passed over."""
    months = (add_months(today.replace(day=1), more) for more in range(13))
    days = (_date(first.year, first.month, int(found["day"])) for first in months)
    return _agreeing(next(_not_past(days, today), None), found.groupdict().get("weekday"))


def _weekday(found: Found, today: date, _zone: str) -> date | None:
    """The next such day strictly after today, or that of the next week, or one or two weeks later."""
    position, said = _WEEKDAYS[found["weekday"]], found["more"] or ""
    if "semaine" in said or "week" in said:
        return _next_monday(today) + timedelta(days=position)
    weeks = 2 if said.endswith(("quinze", "15")) else 1 if said.endswith(("huit", "8")) else 0
    return today + timedelta(days=(position - today.weekday() - 1) % 7 + 1 + 7 * weeks)


def _near_day(found: Found, today: date, _zone: str) -> date | None:
    after = found[0].startswith(("apres", "the day after", "day after"))
    return today + timedelta(days=2 if after else 1 if found[0].startswith(("demain", "tomorrow")) else 0)


def _in_a_while(found: Found, today: date, zone: str) -> date | None:
    """« dans 15 jours »: exact counts; hours only by whole days, since the hour it is said is not known."""
    count = int(found["n"]) if found["n"].isdigit() else _NUMBERS[found["n"]]
    unit = found["unit"]
    if unit.startswith("h"):
        count, unit = (count // 24, "jours") if count % 24 == 0 else (0, unit)
    if not 1 <= count <= _FURTHEST:
        return None
    if unit.endswith(("ouvre", "ouvres")) or unit.startswith(("working", "business")):
        return add_working_days(today, count, zone)
    if unit.endswith(("ouvrable", "ouvrables")):
        return add_ouvrables(today, count, zone)
    return _later(today, count, unit)


def _later(today: date, count: int, unit: str) -> date | None:
    names = {"j": "days", "d": "days", "s": "weeks", "w": "weeks", "m": "months", "a": "years", "y": "years"}
    on: date = today + relativedelta(**{names[unit[0]]: count})
    return on if (on - today).days <= _FURTHEST else None


def _fortnight(found: Found, today: date, _zone: str) -> date | None:
    return today + timedelta(days=15 if "quinzaine" in found[0] else 8)


def _next_week(_found: Found, today: date, _zone: str) -> date | None:
    return _next_monday(today)


def _next_month(_found: Found, today: date, _zone: str) -> date | None:
    return add_months(today.replace(day=1), 1)


def _edge_of_month(found: Found, today: date, _zone: str) -> date | None:
    """« début », « mi- », « fin janvier »: this year's or the next; None while that very month is half gone by."""
    month, year = _MONTHS[found["month"]], found["year"]
    if year:
        return _edge(date(int(year), month, 1), _EDGES[found["edge"]])
    first = date(today.year + (month < today.month), month, 1)
    on = _edge(first, _EDGES[found["edge"]])
    return on if on >= today else None


def _edge_of_period(found: Found, today: date, _zone: str) -> date | None:
    """The start, middle or end of this month, week (Monday, Wednesday, Friday) or year; or of the next with « prochain »."""
    edge, period, following = _EDGES[found["edge"]], found["period"], bool(found["next"] or found["following"])
    if period in {"mois", "month"}:
        on = _edge(add_months(today.replace(day=1), int(following)), edge)
    elif period in {"semaine", "week"}:
        monday = _next_monday(today) - timedelta(days=0 if following else 7)
        on = monday + timedelta(days={"start": 0, "middle": 2, "end": 4}[edge])
    elif edge == "end":
        on = date(today.year + following, 12, 31)
    else:
        return None
    return on if on >= today else None


def _edge(first: date, edge: str) -> date:
    if edge == "end":
        return add_months(first, 1) - timedelta(days=1)
    return first if edge == "start" else first.replace(day=15)


def _next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _not_past(days: Iterator[date | None], today: date) -> Iterator[date]:
    return (day for day in days if day and day >= today)


def _agreeing(on: date | None, weekday: str | None) -> date | None:
    return on if on and (not weekday or on.weekday() == _WEEKDAYS[weekday]) else None


_UNITS = (
    r"jours? ouvres?|jours? ouvrables?|(?:working|business) days?|jours?|days?|semaines?|weeks?|mois|months?|ans?|annees?"
    r"|years?|h|heures?|hours?"
)
_THEN = r"(?=$| (?:a|avant|vers|pour|au|apres|des|matin|soir|apres-midi|at|before)(?!\S)| \d{1,2}(?:h| h|:))"
_THEN_VERB = r"(?= \S+(?:er|ir|re)(?!\S))"
_MORE = r"(?P<more> prochaine?| qui vient| next week| (?:de )?la semaine prochaine| en (?:huit|8|quinze|15))?"
_OF_PERIOD = r"[ -](?:de |du |the |de la )?(?P<following>next )?(?:d'|l')?(?P<period>mois|month|semaine|week|annee|year)"

DAYS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), reader)
    for pattern, reader in (
        (r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", _calendar_day),
        (rf"{_AGREEING}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d{{2}}))?", _calendar_day),
        (
            rf"{_AGREEING}(?P<day>\d{{1,2}})(?P<sep>[.-])(?P<month>\d{{1,2}})(?P=sep)(?P<year>\d{{4}}|\d{{2}})",
            _calendar_day,
        ),
        (rf"{_AGREEING}{_D} (?:of )?(?P<month>{_M})(?: (?P<year>\d{{4}}))?", _calendar_day),
        (rf"{_AGREEING}(?P<month>{_M}) {_D}(?: (?P<year>\d{{4}}))?{_HOUR_NEXT}", _calendar_day),
        (rf"(?P<weekday>{_W}) (?:le |the )?{_D}{_HOUR_NEXT}", _month_day),
        (rf"(?:le|the) {_D}{_THEN}", _month_day),
        (rf"\A(?:le|the) {_D}{_THEN_VERB}", _month_day),
        (rf"(?:next )?(?P<weekday>{_W}){_MORE}", _weekday),
        (r"aujourd'hui|ce jour|today|demain|tomorrow|apres[- ]demain|(?:the )?day after tomorrow", _near_day),
        (rf"(?:dans|d'ici(?: a)?|sous|in|within) (?P<n>\d{{1,4}}|{_N}) ?(?P<unit>{_UNITS})", _in_a_while),
        (r"(?:dans|d'ici|sous) une (?:quinzaine|huitaine)(?: de jours)?", _fortnight),
        (r"(?:la )?semaine prochaine|next week", _next_week),
        (r"(?:le )?mois prochain|next month", _next_month),
        (
            rf"(?P<edge>{_E})[ -](?:de |du mois de |du mois )?(?:d')?(?P<month>{_M})(?: (?P<year>\d{{4}}))?",
            _edge_of_month,
        ),
        (rf"(?P<edge>{_E}){_OF_PERIOD}(?P<next> prochaine?)?", _edge_of_period),
    )
)
