"""Days as French law and French offices count them. Which days are holidays is dated data (`lib/law/holidays.toml`).

Three countings that are not each other (Code du travail L3133-1, CPC 640 to 642): *jours calendaires*, all days;
*jours ouvrables*, Monday to Saturday but holidays; *jours ouvrés*, here Monday to Friday but holidays.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from lib import law
from lib.errors import Refusal
from lib.wording import say as _

ONE_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2000, 2099  # what a firm promises, delivers or is promised; beyond, a slip of the keyboard


class Zone(StrEnum):
    """Where a firm's public holidays are decided. A department number overseas; 975 has the national days only."""

    NATIONAL = "national"
    ALSACE_MOSELLE = "alsace-moselle"
    GUADELOUPE = "971"
    MARTINIQUE = "972"
    GUYANE = "973"
    REUNION = "974"
    SAINT_PIERRE_ET_MIQUELON = "975"
    MAYOTTE = "976"
    SAINT_BARTHELEMY = "977"
    SAINT_MARTIN = "978"


def refuse_far(day: date, field: str) -> date:
    """`day`, unless nobody can mean its year: Refusal on `field`. A day beside the ends of the calendar stops every counting."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refusal(_("L’année %(year)s surprend ici. Vérifiez la date.") % {"year": day.year}, field=field)
    return day


def zone_of_department(department: str) -> Zone:
    """The zone of a department code as `lib.identifiers.department` gives it; national when nothing is particular."""
    if department in {"57", "67", "68"}:
        return Zone.ALSACE_MOSELLE
    return Zone(department) if department in set(Zone) else Zone.NATIONAL


@lru_cache(maxsize=512)
def holidays(year: int, zone: str = Zone.NATIONAL) -> Mapping[date, str]:
    """The public holidays of a civil year in `zone`, in order, with their French names.

    Two that fall on one day (Ascension on 1 or 8 May) share it. ValueError for an unknown zone, `law.MissingLaw`
    for a year our data does not cover. Source: C. trav. L3133-1, L3134-13, L3422-2.
    """
    zones = {"all", Zone(zone).value}
    found: dict[date, str] = {}
    for row in law.table("holidays"):
        if zones.isdisjoint(row["zones"]):
            continue
        day = _day(row["rule"], year)
        if row.holds_on(day):
            found[day] = f"{found[day]}, {row['name']}" if day in found else row["name"]
    if date(year, 1, 1) not in found:
        raise law.MissingLaw(f"the public holidays of {year} are not in our data")
    return MappingProxyType(dict(sorted(found.items())))


def is_holiday(day: date, zone: str = Zone.NATIONAL) -> bool:
    """Whether `day` is a public holiday in `zone`."""
    return day in holidays(day.year, zone)


def is_working_day(day: date, zone: str = Zone.NATIONAL) -> bool:
    """Whether `day` is *ouvré*: Monday to Friday and no public holiday."""
    return day.weekday() < 5 and not is_holiday(day, zone)


def is_ouvrable(day: date, zone: str = Zone.NATIONAL) -> bool:
    """Whether `day` is *ouvrable* in labour law: Monday to Saturday and no public holiday."""
    return day.weekday() < 6 and not is_holiday(day, zone)


def next_working_day(day: date, zone: str = Zone.NATIONAL) -> date:
    """The first *jour ouvré* strictly after `day`."""
    return add_working_days(day, 1, zone)


def working_day_on_or_before(day: date, zone: str = Zone.NATIONAL) -> date:
    """`day` if it is *ouvré*, else the last one before it: when to warn people who do not work on Sundays."""
    while not is_working_day(day, zone):
        day -= ONE_DAY
    return day


def working_day_on_or_after(day: date, zone: str = Zone.NATIONAL) -> date:
    """`day` if it is *ouvré*, else the next one.

    Also the roll of CPC 642 (a period that ends on a Saturday, Sunday or holiday runs to the next working day), which
    is information only: never grant ourselves a day by it.
    """
    while not is_working_day(day, zone):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int, zone: str = Zone.NATIONAL) -> date:
    """The `count`-th *jour ouvré* after `day`, which itself does not count (CPC 641). ValueError below 1."""
    return _add(day, count, lambda candidate: is_working_day(candidate, zone))


def add_ouvrables(day: date, count: int, zone: str = Zone.NATIONAL) -> date:
    """The `count`-th *jour ouvrable* after `day`, which itself does not count (CPC 641). ValueError below 1."""
    return _add(day, count, lambda candidate: is_ouvrable(candidate, zone))


def add_months(day: date, count: int) -> date:
    """The same *quantième* `count` months later, or the last day of that month when there is none (CPC 641)."""
    moved: date = day + relativedelta(months=count)
    return moved


def _add(day: date, count: int, counts: Callable[[date], bool]) -> date:
    if count < 1:
        raise ValueError("a period of days counts at least one day")
    while count:
        day += ONE_DAY
        count -= counts(day)
    return day


def _day(rule: str, year: int) -> date:
    if rule.startswith("easter"):
        sunday: date = easter(year)
        return sunday + timedelta(days=int(rule.removeprefix("easter")))
    month, day = rule.split("-")
    return date(year, int(month), int(day))
