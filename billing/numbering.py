"""Numbers of documents: a counter row for each series and civil year, locked inside the transaction that issues."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from billing.models import Invoice, Series
from lib import clock
from lib.errors import Refusal
from lib.typography import long_date

INVOICES, CREDIT_NOTES = "F", "A"


@dataclass(frozen=True)
class Place:
    """The next number of a series, held until the transaction ends; taken for good by `take`."""

    series: Series
    number: int

    def __str__(self) -> str:
        return f"{self.series.name}-{self.number:06d}"


def lock_series(kind: str, on: date) -> Series:
    """The series of documents of `kind` for the year of `on`, locked: every other issue of that series waits."""
    letter = CREDIT_NOTES if kind == Invoice.Kind.CREDIT_NOTE else INVOICES
    return locked(f"{letter}{on.year:04d}")


def next_place(series: Series, on: date) -> Place:
    """Which number comes next in a locked series: `F2026-000123`.

    Refuses a day before that of the last number, which would make the series go back in time (CGI ann. II art.
    242 nonies A I-7°, BOI-TVA-DECLA-30-20-20-10), also by the series of a year that is over when a later one has begun,
    and a day to come, which would hold up every later one.
    """
    if on > clock.today():
        raise Refusal(_("Ce jour est à venir : un document porte le jour de son émission, ou un jour passé."), field="on")
    last = _last_of_kind(series, on)
    if last is not None and on < last:
        raise Refusal(
            _(
                "La dernière de cette série est datée du %(day)s : celle-ci ne peut pas l’être d’avant. Choisissez ce jour "
                "ou un suivant."
            )
            % {"day": long_date(last)},
            field="on",
        )
    return Place(series, series.last_number + 1)


def _last_of_kind(series: Series, on: date) -> date | None:
    """The day of the last number of `series`, and of those of later years when `on` is of a year that is over."""
    if on.year >= clock.today().year:
        return series.last_issued_on
    later = Series.objects.filter(name__startswith=series.name[0], name__gte=series.name)
    return later.aggregate(last=Max("last_issued_on"))["last"]


def locked(name: str) -> Series:
    """The counter row of that name, made at its first use, locked until the transaction ends."""
    series = Series.objects.select_for_update().filter(name=name).first()
    if series is None:
        Series.objects.bulk_create([Series(name=name)], ignore_conflicts=True)
        series = Series.objects.select_for_update().get(name=name)
    return series


def take(place: Place, on: date) -> None:
    """The number is used: the counter moves, with the transaction that uses it or not at all."""
    Series.objects.filter(pk=place.series.pk).update(last_number=place.number, last_issued_on=on)
