"""Addresses that only the person written to may know: a mail is kept with a place for its key, filled as it leaves.

The key is 256 bits derived from the installation's secret and the link's public id, so that neither the database, nor a
colleague who reads the mail, nor the search, nor an export holds an address that opens anything. A place is signed for the
address it is sent to: typed in a question, or copied into another mail, it is words and is never filled.
"""

import base64
import re
from hmac import compare_digest

from django.conf import settings
from django.utils.crypto import salted_hmac

from lib.identifiers import email_key
from lib.public_ids import PATTERN

_PLACE = re.compile(rf"/f/personnel-({PATTERN})([0-9a-f]{{20}})/")


def place(ref: str, address: str) -> str:
    """What is written in the words of a mail to `address` instead of the address of the link `ref` (its public id): absolute,
    «/»-ended."""
    return f"{settings.PUBLIC_URL}{_path(ref, address)}"


def key_of(ref: str) -> str:
    """The 43 characters that open the link `ref`. Whoever keeps them keeps their SHA-256 alone."""
    return base64.urlsafe_b64encode(salted_hmac("crm.personal_links", ref, algorithm="sha256").digest()).decode().rstrip("=")


def fill(text: str, address: str) -> str:
    """`text` with each place made for `address` filled by its key: for the bytes that leave to it, and nothing else."""
    return _PLACE.sub(lambda found: f"/f/{key_of(found[1])}/" if _is_for(found, address) else found[0], text)


def readdress(text: str, former: str, address: str) -> str:
    """`text` of a mail to `former` as it is sent to `address`: its places are made anew, others stay words."""
    return _PLACE.sub(lambda found: _path(found[1], address) if _is_for(found, former) else found[0], text)


def _path(ref: str, address: str) -> str:
    return f"/f/personnel-{ref}{_mark(ref, address)}/"


def _mark(ref: str, address: str) -> str:
    return salted_hmac("crm.personal_links.place", f"{ref} {email_key(address)}", algorithm="sha256").hexdigest()[:20]


def _is_for(found: re.Match[str], address: str) -> bool:
    return compare_digest(found[2], _mark(found[1], address))
