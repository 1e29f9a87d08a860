"""The one-time link that opens an empty real database to its first person."""

import secrets

from django.conf import settings
from django.urls import reverse

from accounts.models import Installation, User
from accounts.tokens import hash_of


def first_run_link() -> str:
    """A fresh link to the first-run form, the former one being worth nothing any more; empty when somebody is in
    already, or when the database is not a real one. Only its hash is stored."""
    if settings.INSTALLATION_KIND != "real" or User.objects.exists():
        return ""
    token = secrets.token_urlsafe(32)
    Installation.objects.filter(pk=1).update(first_run_hash=hash_of(token))
    return settings.PUBLIC_URL + reverse("first_run", args=[token])
