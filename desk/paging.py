"""Paging by key: each page begins after the last row of the one before, so that the thousandth page costs what the
first did, and nothing is counted.

    shown = page(Customer.objects.active(), request, order=("sort_name", "id"))

`shown.rows` are the rows; `shown.next_url` and `shown.previous_url` keep the rest of the address, empty when there is
nothing there. An address that was tampered with shows the first page.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.rights import Right

SIZE = 50
AFTER, BEFORE = "apres", "avant"
_LONGEST = 2000
_LARGEST = 2**63 - 1
_RICHEST = 10**12  # EUR, more than any sum of the books holds

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list."""

    rows: list[Row]
    next_url: str
    previous_url: str

    @property
    def alone(self) -> bool:
        """Whether the whole list is on this page."""
        return not (self.next_url or self.previous_url)


def page(
    queryset: QuerySet[Row], request: HttpRequest, order: Sequence[str] = ("sort_name", "id"), *, size: int = SIZE
) -> Page[Row]:
    """The page of `queryset` that the request asks for. `order` names columns of the model, of a row it points to
    (`customer__sort_name`) or sums it carries (`open_balance`), never null, « - » for descending, the last one unique; a
    closed list of the caller's, never what a person typed. One statement."""
    fields = [(name.removeprefix("-"), name.startswith("-")) for name in order]
    backwards = BEFORE in request.GET and AFTER not in request.GET
    place = _place(request.GET.get(BEFORE if backwards else AFTER, ""), [_field(queryset, name) for name, _falling in fields])
    backwards = backwards and place is not None
    directions = [(name, falling != backwards) for name, falling in fields]
    rows = queryset.order_by(*[f"-{name}" if falling else name for name, falling in directions])
    if place is not None:
        rows = rows.filter(_beyond(directions, place))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    earlier = more if backwards else place is not None
    later = bool(backwards and found) or (more and not backwards)
    names = [name for name, _falling in fields]
    return Page(
        found,
        next_url=_url(request, AFTER, found[-1], names) if later and found else "",
        previous_url=_url(request, BEFORE, found[0], names) if earlier and found else "",
    )


def first_page_url(request: HttpRequest, **changes: str) -> str:
    """The address of the same list from its beginning, with `changes` of its parameters (empty: taken away)."""
    wanted = request.GET.copy()
    for name in (AFTER, BEFORE, *changes):
        wanted.pop(name, None)
    for name, value in changes.items():
        if value:
            wanted[name] = value
    return f"{request.path}?{wanted.urlencode()}" if wanted else request.path


def export_url(request: HttpRequest, name: str) -> str:
    """The address of the whole of the same list as a file; empty for who may not take lists out."""
    if not request.user.may(Right.EXPORT_LISTS):
        return ""
    wanted = request.GET.copy()
    for place in (AFTER, BEFORE):
        wanted.pop(place, None)
    return f"{reverse(name)}?{wanted.urlencode()}" if wanted else reverse(name)


def _field(queryset: QuerySet[Any], name: str) -> "Field[Any, Any]":
    """The type of a column to order by."""
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    first, _sep, rest = name.partition("__")
    field: Any = queryset.model._meta.get_field(first)
    return field.related_model._meta.get_field(rest) if rest else field


def _beyond(directions: list[tuple[str, bool]], place: list[Any]) -> Q:
    """Rows after `place`: the first column's bound alone, which an index can use, then the ties."""
    first, falling = directions[0]
    bound = Q((f"{first}__{'lte' if falling else 'gte'}", place[0]))
    ties = Q()
    for depth, (name, falling) in enumerate(directions):
        equal = Q(*[(same, place[index]) for index, (same, _falling) in enumerate(directions[:depth])])
        ties |= equal & Q((f"{name}__{'lt' if falling else 'gt'}", place[depth]))
    return bound & ties


def _url(request: HttpRequest, name: str, row: Model, names: list[str]) -> str:
    values = [_plain(attrgetter(column.replace("__", "."))(row)) for column in names]
    token = base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")
    return first_page_url(request, **{name: token})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime) else value


def _place(token: str, fields: list["Field[Any, Any]"]) -> list[Any] | None:
    """The values a token holds, each of its column's type; None when it is not one of ours."""
    if not token or len(token) > _LONGEST:
        return None
    try:
        values = json.loads(base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(fields):
            return None
        return [_typed(value, field) for value, field in zip(values, fields, strict=True)]
    except (binascii.Error, UnicodeError, ValueError, TypeError, ValidationError, OverflowError, RecursionError):
        return None


def _typed(value: Any, field: "Field[Any, Any]") -> Any:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError
    found = field.to_python(value)
    if (
        found is None
        or (isinstance(found, int) and abs(found) > _LARGEST)
        or (isinstance(found, Decimal) and not (found.is_finite() and abs(found) < _RICHEST))
        or (isinstance(found, datetime) and found.tzinfo is None)
    ):
        raise ValueError
    if isinstance(found, datetime):
        found.astimezone(UTC)  # the first and last days of the calendar may have none: OverflowError
    if isinstance(found, str):
        found.encode()  # a lone surrogate is no text
        if "\x00" in found:
            raise ValueError
    return found
