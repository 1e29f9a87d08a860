"""A statement put into words once: what changes from one client to the next is only whom it asks about.

Making the union of ten parts costs Django several times what the engine takes to answer it. The words are kept by what gives them
their shape (the function, how many keys, what else it was given); the keys of each asking then take the place of those it
was made with. No row is ever kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

MOST = 256  # keys of one list; longer ones are those of the whole house, where making the statement is little beside the rest
FIRST = -(2**52)  # the keys it is made with: no row has them

Build = Callable[..., QuerySet[Any]]


@dataclass(frozen=True)
class _Words:
    sql: str
    values: tuple[Any, ...]
    converters: tuple[tuple[int, tuple[Any, Any]], ...]


def rows(build: Build, *keys: Sequence[int], kept: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The rows of `build(*keys, *kept)`, a `values_list`: `keys` are lists of primary keys, looked for among (`__in`), and
    `kept` all else that the statement hangs on. One statement."""
    if any(len(some) > MOST for some in keys):
        return list(build(*keys, *kept))
    sizes = tuple(_room(len(some)) for some in keys)
    try:
        words = _words(connection.vendor, build, sizes, kept)
    except EmptyResultSet:
        return []
    places = dict(zip(_first_keys(sizes), _filled(keys, sizes), strict=True))
    values = [places.get(value, value) if type(value) is int else value for value in words.values]
    with connection.cursor() as cursor:
        cursor.execute(words.sql, values)
        return [_converted(row, words) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _words(vendor: str, build: Build, sizes: tuple[int, ...], kept: tuple[Any, ...]) -> _Words:
    """Made with keys of no row; `vendor`: the engine whose words they are."""
    numbers = iter(_first_keys(sizes))
    compiler = build(*([next(numbers) for _place in range(size)] for size in sizes), *kept).query.get_compiler(
        connection=connection
    )
    sql, values = compiler.as_sql()
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return _Words(sql, tuple(values), tuple(converters.items()))


def _first_keys(sizes: Sequence[int]) -> list[int]:
    numbers = count(FIRST)
    return [next(numbers) for _place in range(sum(sizes))]


def _filled(keys: Sequence[Sequence[int]], sizes: Sequence[int]) -> list[int]:
    """Each list with its last key again, up to its size: looking for the same twice finds it once."""
    return [some[min(place, len(some) - 1)] for some, size in zip(keys, sizes, strict=True) for place in range(size)]


def _room(length: int) -> int:
    """The next power of two, so that few shapes are made."""
    return 1 << (length - 1).bit_length() if length else 0


def _converted(row: Sequence[Any], words: _Words) -> tuple[Any, ...]:
    found = list(row)
    for place, (steps, expression) in words.converters:
        for step in steps:
            found[place] = step(found[place], expression, connection)
    return tuple(found)
