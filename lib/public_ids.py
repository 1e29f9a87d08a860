"""Opaque public identifiers: what URLs, the API and frozen references carry instead of a primary key. Pure Python."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that reads like another
PATTERN = r"[0-9a-hjkmnp-tv-z]{26}"  # for URL converters


def public_id() -> str:
    """26 characters of chance (130 bits), lower case, safe in a URL and over the telephone."""
    return "".join(secrets.choice(ALPHABET) for _ in range(26))
