"""Addresses that only the person written to may know: a mail is kept with a place for its key, filled as it leaves.

The key is 256 bits derived from the installation's secret and the link's public id, so that neither the database, nor a
colleague who reads the mail, nor the search, nor an export holds an address that opens anything.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import salted_hmac

from lib.public_ids import PATTERN

_PLACE = re.compile(rf"/f/personnel-({PATTERN})/")


def place(ref: str) -> str:
    """What is written in the words of a mail instead of the address of the link `ref` (its public id): absolute, «/»-ended."""
    return f"{settings.PUBLIC_URL}/f/personnel-{ref}/"


def key_of(ref: str) -> str:
    """The 43 characters that open the link `ref`. Whoever keeps them keeps their SHA-256 alone."""
    return base64.urlsafe_b64encode(salted_hmac("crm.personal_links", ref, algorithm="sha256").digest()).decode().rstrip("=")


def fill(text: str) -> str:
    """`text` with each place filled by its key: for the bytes that leave, and nothing else."""
    return _PLACE.sub(lambda found: f"/f/{key_of(found[1])}/", text)
