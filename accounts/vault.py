"""Secrets that must be read again by the program (SMTP password, key of the second factor): encrypted at rest.

The key is derived from the installation's secret, which lives outside the database: a copy of the database alone
opens nothing. Nothing sealed here is ever sent back to a screen.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed under another installation's key: it must be typed again."""


def seal(text: str) -> str:
    """`text` encrypted; empty text stays empty."""
    return _keys().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """What `seal` was given. Raises `Unreadable` when the key is another one."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as trouble:
        raise Unreadable from trouble


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_key(str(secret))) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"egards.vault:" + secret.encode()).digest())
