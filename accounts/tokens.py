"""Credentials of the API: made once, shown once, stored hashed."""

import hashlib
import secrets

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import audit
from accounts.models import ApiToken, User
from lib import clock

PREFIX = "eg_"


def hash_of(token: str) -> str:
    """The SHA-256 under which a credential is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(*, user: User, name: str, by: User | None) -> str:
    """Make a credential of the API for `user`; returns it, the only time it can be read."""
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiToken.objects.create(user=user, name=name[:80], token_hash=hash_of(token), created_by=by)
        audit.note("token.made", by=by, subject=user.email, name=name[:80])
    return token


def revoke_token(token: ApiToken, *, by: User | None) -> None:
    """Make a credential worthless from its next use. Revoking twice is revoking once."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
            audit.note("token.revoked", by=by, subject=token.user.email, name=token.name)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. A closed person's token and a revoked one look like a wrong one. What is refused is then
    told in the language that the call asks for (`Accept-Language`), else in that of the credential's owner, as on their
    screen."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        token = (
            ApiToken.objects.select_related("user")
            .filter(
                token_hash=hash_of(header[1].decode("latin-1")) if len(header) == 2 else "", revoked_at=None, user__is_active=True
            )
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("Jeton inconnu ou révoqué."))
        if token.last_used_on != clock.today():
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=clock.today())
        if request.headers.get("Accept-Language", "*").strip() == "*":  # else LocaleMiddleware has read it
            translation.activate(token.user.language)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
