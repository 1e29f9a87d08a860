"""What allauth asks us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from accounts import audit, people, vault
from accounts.models import User
from lib import clock
from lib.typography import long_date

PRODUCT = "Égards"


class AccountAdapter(DefaultAccountAdapter):
    """No public sign-up: people are invited. Comings and goings are journaled; links in mails use the public address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whoever has this address; a stranger's, in that of the page they are on."""
        known = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        language = known or translation.get_language() or "fr"
        if "user_agent" in context:  # words of whoever asked: one line of what can be seen
            seen = "".join(mark for mark in context["user_agent"] if mark.isprintable())[:200]
            day = long_date(clock.local(context["timestamp"]).date(), language=language)
            context = {**context, "user_agent": seen, "day": day}
        with translation.override(language):
            super().send_mail(template_prefix, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", key)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff to their day, a client to their space."""
        return super().get_login_redirect_url(request) if getattr(request.user, "is_house", True) else settings.PORTAL_URL

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A closed person, or one who has not accepted the invitation, reads what a wrong password reads (trust.md E7)."""
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        typed = str(credentials.get("email", ""))
        # What is not an address may be a password typed in the wrong box: it is not kept.
        audit.note("login.failed", by=None, subject=typed.lower() if "@" in typed else "")

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        assert isinstance(user, User)
        if chosen := request.session.pop("language", ""):  # chosen at the door, by who then came in
            people.update_profile(user, language=chosen)
        audit.note("login.succeeded", by=user, subject=user.email)
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            audit.note("logout", by=request.user, subject=request.user.email)
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User)
        super().set_password(user, password)
        audit.note("password.changed", by=user, subject=user.email)


class MFAAdapter(DefaultMFAAdapter):
    """The second factor's labels; its key is encrypted at rest."""

    def get_totp_issuer(self) -> str:
        return PRODUCT

    def encrypt(self, text: str) -> str:
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(encrypted_text)
