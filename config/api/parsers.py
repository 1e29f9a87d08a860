"""What the API reads: JSON of a bounded weight and depth, of real text. Everything else is refused in words, never a failure."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from config.uploads import read_away


class TooHeavy(APIException):
    """More than a call may hold."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("Cet envoi est trop lourd : rien n’a été gardé. Coupez le texte en deux, ou joignez-le en fichier.")


class BoundedJSONParser(BaseParser):
    """`application/json` in UTF-8, at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value sent. ParseError (400) for what is no JSON, says one thing twice, is nested without end or holds half
        characters; 413 beyond the limit, without keeping what was read."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            read_away(stream)
            raise TooHeavy
        try:
            value = json.loads(raw.decode(), parse_constant=_no_number, object_pairs_hook=_told_once)
            if b"\\u" in raw:
                json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text
        except (ValueError, RecursionError) as trouble:  # UnicodeError is a ValueError
            detail = _("Ce texte n’est pas du JSON lisible (%(why)s).")
            raise ParseError(detail % {"why": str(trouble)[:120].encode("ascii", "replace").decode()}) from None
        return value


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless it names one thing twice: which of two amounts was meant is not for us to choose (RFC 7493, I-JSON)."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return told
