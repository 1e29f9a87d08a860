"""The people of the house, their rights, their credentials, and the journal of what touches security."""

from collections.abc import Iterator
from typing import ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.rights import DEFAULTS, Right, Role
from lib import clock
from lib.public_ids import public_id


class Installation(models.Model):
    """What this database is, written once at birth: real, demo or bench. None ever mixes."""

    class Kind(models.TextChoices):
        REAL = "real", _("réelle")
        DEMO = "demo", _("démonstration")
        BENCH = "bench", _("banc d’essai")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kind = models.CharField(max_length=8, choices=Kind)
    born_at = models.DateTimeField(default=clock.real_now)
    # The one-time key of the first-run form, hashed; empty once somebody is in.
    first_run_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_single")]

    def __str__(self) -> str:
        return self.kind


class Team(models.Model):
    """A group of colleagues who may share an exchange among themselves."""

    name = models.CharField(_("nom"), max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A person of the house; without a password they can only come in by invitation or code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """What `createsuperuser` makes: a responsable whose address needs no mail to be verified, since an empty
        installation sends none. Without a name, the words of the address before @."""
        fields.setdefault("name", " ".join(word.capitalize() for word in email.partition("@")[0].replace(".", " ").split()))
        with transaction.atomic():
            user = self.create_user(email, password, role=Role.MANAGER, **fields)
            user.verify_address()
            AuditEntry.objects.create(event="person.created", subject=user.email, data={"role": user.role})
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def staff(self) -> models.QuerySet["User"]:
        """The members of the house who can come in, by name. Invited people are not there yet, closed ones no more."""
        return self.filter(role__in=Role.values, is_active=True).order_by("name", "id")

    def house(self) -> models.QuerySet["User"]:
        """Everyone who is, will be or was a member of the house, by name."""
        return self.filter(role__in=Role.values).order_by("name", "id")

    def holding(self, right: str) -> list["User"]:
        """The members of the house who hold `right`, by name."""
        return [person for person in self.staff() if person.may(right)]


class User(AbstractBaseUser):
    """A person who logs in. Staff have a role; a client's contact has none (their rights are the portal's)."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    email = models.EmailField(_("adresse e-mail"), unique=True)
    name = models.CharField(_("nom"), max_length=120)
    job_title = models.CharField(_("fonction"), max_length=80, blank=True)
    role = models.CharField(_("rôle"), max_length=16, choices=Role, blank=True)
    granted = models.JSONField(default=list, blank=True)
    taken = models.JSONField(default=list, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("équipe"))
    language = models.CharField(_("langue"), max_length=5, default="fr", choices=[("fr", "Français"), ("en", "English")])
    theme = models.CharField(
        _("apparence"),
        max_length=8,
        default="auto",
        choices=[("auto", _("selon l’appareil")), ("light", _("claire")), ("dark", _("sombre"))],
    )
    mail_signature = models.TextField(_("signature des e-mails"), blank=True, max_length=2000)
    # False before the invitation is accepted, and once closed.
    is_active = models.BooleanField(default=True)  # type: ignore[misc]  # Django declares a class variable
    session_round = models.PositiveIntegerField(default=1)  # raising it ends every session of the person
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(closed_at=None) | models.Q(is_active=False), name="closed_user_is_inactive")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def first_name(self) -> str:
        """The word colleagues use: the first of the name."""
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def is_house(self) -> bool:
        """A member of staff, as opposed to a client's contact."""
        return bool(self.role)

    @property
    def rights(self) -> frozenset[str]:
        """What this person may do: the role's defaults, plus what was granted, less what was taken."""
        if not self.is_active:
            return frozenset()
        return (
            (DEFAULTS.get(self.role, frozenset()) | frozenset(self.granted)) - frozenset(self.taken) if self.role else frozenset()
        )

    def may(self, right: str) -> bool:
        """Whether this person holds `right` (a value of `accounts.rights.Right`)."""
        return right in self.rights

    @property
    def state(self) -> str:
        """`active`, `invited` (has not come in yet) or `closed`."""
        if self.is_active:
            return "active"
        return "closed" if self.closed_at else "invited"

    def verify_address(self) -> None:
        """Write this person's address as theirs and proved: allauth lets nobody in otherwise."""
        EmailAddress.objects.filter(user=self).exclude(email=self.email).delete()
        EmailAddress.objects.update_or_create(user=self, email=self.email, defaults={"verified": True, "primary": True})

    def get_session_auth_hash(self) -> str:
        """What a session must still match at each request: the password and the round."""
        return self._hash_of_sessions(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the former secrets of the installation."""
        return (self._hash_of_sessions(str(secret)) for secret in settings.SECRET_KEY_FALLBACKS)

    def _hash_of_sessions(self, secret: str | None) -> str:
        return salted_hmac(
            "accounts.sessions", f"{self.session_round}:{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Invitation(models.Model):
    """A one-time link by which a person comes in for the first time (or again); only its hash is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="invitations")
    key_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.real_now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.user.email


class ApiToken(models.Model):
    """A credential of the API, stored hashed. Made by a person for themselves, by a manager, or by command."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("nom"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One line of the security journal: who, what, when (UTC), from where. Append only, kept one year."""

    at = models.DateTimeField(default=clock.real_now)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="audit_by_date")]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"


__all__ = ["ApiToken", "AuditEntry", "Installation", "Invitation", "Right", "Role", "Team", "User"]
