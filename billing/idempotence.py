"""One request, one document: a caller's key gives the same answer however often it is sent, and is refused for another
request (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import numbering
from billing.models import Invoice
from lib.errors import Conflict


def once(kind: str, *, on: date, key: str, body: Any, act: Callable[[str], Invoice], kept_as: str = "issue_key") -> Invoice:
    """`act(name)`, which issues a document of `kind` on that day under the name of the request, kept in the column `kept_as`
    («draft_key» for what only begins one). The series is locked first, so that two requests with one key follow each other.
    Conflict for a key that came with another `body` (anything JSON can hold, the object acted on among it). Without key, just
    `act("")`."""
    if not key:
        return act("")
    head = f"api-{_digest(key)[:40]}-"
    name = head + _digest(json.dumps(body, sort_keys=True, default=str))[:24]
    with transaction.atomic():
        numbering.lock_series(kind, on)
        known = Invoice.objects.filter(**{f"{kept_as}__startswith": head}).values_list(kept_as, flat=True).first()
        if known is not None and known != name:
            raise Conflict(
                _("Cette clé a déjà servi à une autre demande. Répétez la même demande, ou donnez une autre clé."),
                field="Idempotency-Key",
            )
        return act(name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
