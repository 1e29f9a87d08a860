"""Filters for dates, hours, amounts and numbers as a French (or English) reader expects them, in the language in force.

They put `lib.typography` within reach of a template, at about a fifth of the cost of Django's own `date`.
An aware datetime is shown on the firm's wall clock. None and "" give "".
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from lib import clock, identifiers, typography

register = template.Library()


def _language() -> str:
    return get_language() or "fr"


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (clock.local(value) if value.tzinfo else value).date()
    return value


def _safe(text: str) -> SafeString:
    """Mark what is made of our own words and of numbers."""
    return mark_safe(text)


def _dated(text: str) -> SafeString:
    """A date in words, its « 1er » raised. No other word of a date holds « 1er »."""
    return _safe(text.replace("1er", "1<sup>er</sup>", 1))


@register.filter
def long_date(value: date | datetime | None) -> SafeString:
    """15 novembre 2026."""
    return _dated(typography.long_date(_day(value), language=_language())) if value else _safe("")


@register.filter
def full_date(value: date | datetime | None) -> SafeString:
    """lundi 23 novembre 2026."""
    return _dated(typography.weekday_date(_day(value), language=_language())) if value else _safe("")


@register.filter
def near_date(value: date | datetime | None, today: date) -> SafeString:
    """lundi 23 novembre, with the year only when it is another than that of `today`."""
    if not value:
        return _safe("")
    day = _day(value)
    return _dated(typography.weekday_date(day, language=_language(), year=day.year != today.year))


@register.filter
def relative_day(value: date | datetime | None, today: date) -> SafeString:
    """hier, aujourd’hui, demain, the bare name of a day within the week, else as `near_date`."""
    return _dated(typography.relative_day(_day(value), today, language=_language())) if value else _safe("")


@register.filter
def thread_day(value: date | datetime | None, today: date) -> SafeString:
    """Aujourd’hui, lundi 23 novembre: the title of a day of the thread, with a capital."""
    if not value:
        return _safe("")
    full = near_date(value, today)
    text = f"{relative_day(value, today)}, {full}" if abs((_day(value) - today).days) <= 1 else full
    return _safe(text[0].upper() + text[1:])


@register.filter
def hour(value: datetime | time | None) -> SafeString:
    """16 h 42, 10 h."""
    if value is None or value == "":
        return _safe("")
    if isinstance(value, datetime):
        value = (clock.local(value) if value.tzinfo else value).time()
    return _safe(typography.hour(value, language=_language()))


@register.filter
def moment(value: datetime | None, today: date) -> SafeString:
    """vendredi 20 novembre, 16 h 42."""
    return _safe(f"{relative_day(value, today)}, {hour(value)}") if value else _safe("")


@register.filter
def iso(value: date | datetime | None) -> str:
    """For `<time datetime="…">`."""
    return value.isoformat() if value else ""


@register.filter
def amount(value: Decimal | int | None) -> SafeString:
    """1 240,00 €."""
    return _safe("") if value is None or value == "" else _safe(typography.amount(Decimal(value), language=_language()))


@register.filter
def number(value: Decimal | int | None, places: int | None = None) -> SafeString:
    """10 000; with `places`, that many decimals."""
    if value is None or value == "":
        return _safe("")
    return _safe(typography.number(value, places=places, language=_language()))


@register.filter
def percent(value: Decimal | int | None) -> SafeString:
    """« 5,5 % », “5.5%”."""
    return _safe("" if value is None else typography.percent(Decimal(value), language=_language()))


@register.filter
def file_size(value: int | None) -> SafeString:
    """12 ko, 3,4 Mo."""
    return _safe("") if value is None else _safe(typography.file_size(value, language=_language()))


@register.filter
def quoted(value: Any) -> SafeString:
    """« words », with the quotation marks of the language."""
    return _safe(typography.quoted(conditional_escape(value), language=_language()) if value else "")


@register.filter
def listed(values: Iterable[Any] | None) -> SafeString:
    """a, b et c."""
    words = [str(conditional_escape(value)) for value in values or ()]
    return _safe(typography.list_of(words, language=_language()))


@register.filter
def phone(value: str | None) -> SafeString:
    """06 39 98 00 45 for a stored number; a text that is no number is shown as it is."""
    return conditional_escape(identifiers.format_phone(value or ""))


@register.filter
def siren(value: str | None) -> SafeString:
    """732 829 320; a SIRET becomes 732 829 320 00074."""
    return conditional_escape(identifiers.format_siret(value or ""))


@register.filter
def iban(value: str | None) -> SafeString:
    """FR76 3000 6000 0112 3456 7890 189."""
    return conditional_escape(identifiers.format_iban(value or ""))
