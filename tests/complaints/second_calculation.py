"""The dates of a complaint, calculated a second time, straight from the rules, by someone who has not read the first.

Nothing of the product is imported. Where the product may use formulas, this one counts days one by one and asks plain
tables, so that the two do not share a mistake. Sources are quoted beside each rule; «CPC» is the Code de procédure
civile, «C. conso.» the Code de la consommation.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6

# C. trav. L3422-2: the day that each territory adds to the national list. Saint-Pierre-et-Miquelon (975) adds none.
OVERSEAS = {
    "971": (5, 27),  # Guadeloupe
    "972": (5, 22),  # Martinique
    "973": (6, 10),  # Guyane
    "974": (12, 20),  # La Réunion
    "975": None,
    "976": (4, 27),  # Mayotte
    "977": (10, 9),  # Saint-Barthélemy
    "978": (5, 27),  # Saint-Martin
}
ZONES = ("national", "alsace-moselle", *OVERSEAS)
CLIENT_TYPES = ("consumer", "professional", "non_professional", "public")


@cache
def easter_sunday(year: int) -> date:
    """The Sunday after the ecclesiastical full moon on or after 21 March, by Clavius' epact and a walk through the
    calendar (no closed formula)."""
    golden = year % 19 + 1
    century = year // 100 + 1
    solar = 3 * century // 4 - 12
    lunar = (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + lunar - solar) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    moon = date(year, 3, 1) + timedelta(days=44 - epact - 1)
    if moon < date(year, 3, 21):
        moon += timedelta(days=30)
    day = moon + ONE_DAY
    while day.weekday() != SUNDAY:
        day += ONE_DAY
    return day


@cache
def holidays(year: int, zone: str) -> frozenset[date]:
    """The public holidays of a year in a zone, as a set (Ascension can fall on 1 or 8 May): C. trav. L3133-1 for the
    nation, L3134-13 for Alsace-Moselle (Good Friday and 26 December), L3422-2 overseas."""
    easter = easter_sunday(year)
    days = {date(year, m, d) for m, d in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))}
    days |= {easter + ONE_DAY, easter + 39 * ONE_DAY, easter + 50 * ONE_DAY}
    if zone == "alsace-moselle":
        days |= {easter - 2 * ONE_DAY, date(year, 12, 26)}
    elif zone != "national":
        added = OVERSEAS[zone]
        if added is not None:
            days.add(date(year, *added))
    return frozenset(days)


def is_ouvrable(day: date, zone: str) -> bool:
    """Monday to Saturday except holidays."""
    return day.weekday() != SUNDAY and day not in holidays(day.year, zone)


def is_ouvre(day: date, zone: str) -> bool:
    """Monday to Friday except holidays."""
    return day.weekday() not in (SATURDAY, SUNDAY) and day not in holidays(day.year, zone)


def after_ouvrables(start: date, count: int, zone: str) -> date:
    """The `count`-th jour ouvrable after `start`; the day of the event does not count (CPC 641)."""
    day = start
    while count:
        day += ONE_DAY
        if is_ouvrable(day, zone):
            count -= 1
    return day


def after_ouvres(start: date, count: int, zone: str) -> date:
    """The `count`-th jour ouvré after `start`."""
    day = start
    while count:
        day += ONE_DAY
        if is_ouvre(day, zone):
            count -= 1
    return day


def same_quantieme(start: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of that month when it has none (CPC 641)."""
    year, month = start.year, start.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def last_ouvre_on_or_before(day: date, zone: str) -> date:
    while not is_ouvre(day, zone):
        day -= ONE_DAY
    return day


def roll_642(day: date, zone: str) -> date:
    """The next day that is neither Saturday, Sunday nor holiday (CPC 642); for information only."""
    while not is_ouvre(day, zone):
        day += ONE_DAY
    return day


def prescription_after_mediation(would_end: date, referred: date, ended: date) -> date:
    """When our claim lapses after a mediation: what was left at the referral starts again at its end, for six months at
    least (C. civ. 2238)."""
    return max(ended + (would_end - referred), same_quantieme(ended, 6))


@dataclass(frozen=True)
class Dates:
    """The dates shown for one written complaint; None where its regime has none."""

    ack_due: date
    answer_due: date
    answer_warn_on: date
    mediation_open_from: date | None
    mediation_last_day: date | None
    rejection_info_by: date | None
    mediation_outcome_by: date | None


def dates(
    *,
    sent: date,
    client_type: str,
    zone: str = "national",
    silence_delay_months: int = 2,
    refused: date | None = None,
    file_received: date | None = None,
    notified: date | None = None,
    extended_to: date | None = None,
) -> Dates:
    """Every date of a complaint written on `sent`, from the facts known."""
    answer_due = same_quantieme(sent, silence_delay_months)  # our own duty: no roll, not a day more
    consumer = client_type == "consumer"  # C. conso. L611-1: mediation is between a consumer and a professional
    open_from = last_day = rejection = outcome = None
    if consumer:
        silent = answer_due + ONE_DAY  # silence: the period has wholly elapsed
        open_from = silent if refused is None or refused > silent else refused
        last_day = same_quantieme(sent, 12)  # L612-2 4°, the last day included
        if file_received is not None:
            rejection = file_received + 21 * ONE_DAY  # L612-2, last paragraph: three weeks
        if notified is not None:
            outcome = extended_to or notified + 90 * ONE_DAY  # R612-5
    return Dates(
        ack_due=after_ouvrables(sent, 10, zone),
        answer_due=answer_due,
        answer_warn_on=last_ouvre_on_or_before(answer_due, zone),
        mediation_open_from=open_from,
        mediation_last_day=last_day,
        rejection_info_by=rejection,
        mediation_outcome_by=outcome,
    )
