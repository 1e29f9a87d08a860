"""Lists that sort by their columns: a closed list of orders, chosen in the address (`tri=client`, `tri=-total`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk.paging import first_page_url

PARAMETER = "tri"


@dataclass(frozen=True)
class Column:
    """A column of a list: what it says, and what it sorts by (columns that are never null, the last one unique)."""

    label: str | Promise
    key: str = ""  # in the address; nothing for a column that does not sort
    order: tuple[str, ...] = ()  # ascending
    css: str = ""
    falling: bool = False  # the first click shows the largest, or the latest, first


@dataclass(frozen=True)
class Head:
    """The head of a column: where a click leads, and how the list is sorted by it now."""

    label: str | Promise
    css: str = ""
    url: str = ""
    sort: str = ""  # of aria-sort
    hint: str = ""  # what the click does, for who does not see the arrow

    @property
    def arrow(self) -> str:
        """The sign beside the column that sorts."""
        return {"ascending": "↑", "descending": "↓"}.get(self.sort, "")


@dataclass(frozen=True)
class Sorting:
    """How one list is sorted: the order of its rows, the heads of its columns, the same as a closed list of choices."""

    order: tuple[str, ...]
    chosen: str  # of the address; empty when nothing, or nothing known, is asked for
    heads: list[Head] = field(default_factory=list)
    choices: list[tuple[str, Any]] = field(default_factory=list)


def sorting(request: HttpRequest, columns: Sequence[Column], *, default: str) -> Sorting:
    """The sorting that the request asks for, `default` («echeance», «-recu») when it asks for none that exists."""
    orders = {sign + column.key: column for column in columns if column.key for sign in ("", "-")}
    asked = request.GET.get(PARAMETER, "")
    asked = asked if asked in orders else ""
    now = asked or default
    return Sorting(
        order=_order(orders[now], now),
        chosen=asked,
        heads=[_head(request, column, now) for column in columns],
        choices=[(key, _choice(column, key)) for key, column in orders.items()],
    )


def _order(column: Column, key: str) -> tuple[str, ...]:
    return tuple(f"-{name}" for name in column.order) if key.startswith("-") else column.order


def _head(request: HttpRequest, column: Column, now: str) -> Head:
    if not column.key:
        return Head(column.label, column.css)
    sort = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "")
    falling = sort == "ascending" if sort else column.falling
    return Head(
        column.label,
        column.css,
        first_page_url(request, **{PARAMETER: f"-{column.key}" if falling else column.key}),
        sort,
        _("trier par ordre décroissant") if falling else _("trier par ordre croissant"),
    )


def _choice(column: Column, key: str) -> str:
    words = _("%(column)s, ordre décroissant") if key.startswith("-") else _("%(column)s, ordre croissant")
    return words % {"column": column.label}
