"""Opaque public identifiers: what URLs, the API and frozen references carry instead of a primary key. Pure Python."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that reads like another
PATTERN = r"[0-9a-hjkmnp-tv-z]{26}"  # for URL converters


class Reference:
    """An opaque public identifier in a path: what the URLs of every app register under `ref`."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        """As written."""
        return value

    def to_url(self, value: str) -> str:
        """As given."""
        return value


_chance: ContextVar[random.Random | None] = ContextVar("chance", default=None)


def public_id() -> str:
    """26 characters of chance (130 bits), lower case, safe in a URL and over the telephone."""
    chance = _chance.get()
    bits = chance.getrandbits(130) if chance else secrets.randbits(130)
    return "".join([ALPHABET[bits >> place & 31] for place in range(0, 130, 5)])


@contextmanager
def drawn_from(seed: str) -> Iterator[None]:
    """Draw the identifiers made inside from `seed`: an invented firm keeps its addresses when it is built again.

    They can be guessed: never where anything is real (a test holds who may call this)."""
    token = _chance.set(random.Random(seed))
    try:
        yield
    finally:
        _chance.reset(token)
