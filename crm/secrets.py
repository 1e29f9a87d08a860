"""Secrets that a row must hold (a server's password): encrypted with the installation's own key, never read back
by a page. Losing the key file loses them, which is right: a copied database alone must not send mail."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"egards secrets" + settings.SECRET_KEY.encode()).digest()))


def seal(text: str) -> str:
    """`text` as it may be stored; empty stays empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """What was sealed; empty when nothing was, or when the installation's key is another."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""
