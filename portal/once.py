"""A form sent twice is heard once: a double click, a reload, the back button, two tabs, two processes at the same moment.

Every form of a client's page carries a key made with the page. The same words of the same reader at the same place are
the same thing when they come by the same form, or by another one within the hour; other words are always another thing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from lib import clock
from lib.public_ids import public_id
from portal.models import SaidOnce

AGAIN = timedelta(hours=1)  # the same words by another form: until then, a second tab; later, said anew
LONGEST_KEY = 64


def form_key(request: HttpRequest) -> str:
    """The key of the forms of a page: the one it was sent with when it comes back refused, else a new one."""
    return request.POST.get("key", "")[:LONGEST_KEY] or public_id()


def once(act: Callable[[], object], *, who: str, where: str, what: Mapping[str, Any], key: str, again: timedelta = AGAIN) -> bool:
    """Do `act` in one transaction with its trace, unless it is done already; returns whether it was done now.

    `who` and `where` are public ids, `what` the values that were typed (anything text can show), `key` the form's. A refusal
    of `act` leaves no trace, so that the corrected form is heard. `again` is how long the same values by another form
    are still the same thing.
    """
    mark, form = _hash([who, where, what]), _hash(key) if key else ""
    now = clock.now()
    with transaction.atomic():
        SaidOnce.objects.bulk_create([SaidOnce(mark=mark)], ignore_conflicts=True)  # waits for whoever is writing the same
        row = SaidOnce.objects.select_for_update().get(mark=mark)
        if row.said_at is not None and ((form and row.form == form) or now - row.said_at < again):
            return False
        row.form, row.said_at = form, now
        row.save(update_fields=["form", "said_at"])
        act()
    return True


def forget() -> int:
    """Drop the traces of a month ago; returns how many. Safe to run twice."""
    return SaidOnce.objects.forgettable(clock.now()).delete()[0]


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
