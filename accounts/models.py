"""The people of the house, their rights, their credentials, and the journal of what touches security."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
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

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def staff(self) -> models.QuerySet["User"]:
        """The members of the house who can still come in, by name."""
        return self.filter(role__in=Role.values, closed_at=None).order_by("name", "id")


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
        _("apparence"), max_length=8, default="auto", choices=[("auto", _("selon l’appareil")), ("light", _("claire")), ("dark", _("sombre"))]
    )
    mail_signature = models.TextField(_("signature des e-mails"), blank=True)
    is_active = models.BooleanField(default=True)  # type: ignore[misc]  # Django declares a class variable
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
        return (DEFAULTS.get(self.role, frozenset()) | frozenset(self.granted)) - frozenset(self.taken) if self.role else frozenset()

    def may(self, right: str) -> bool:
        """Whether this person holds `right` (a value of `accounts.rights.Right`)."""
        return right in self.rights


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


__all__ = ["ApiToken", "AuditEntry", "Installation", "Right", "Role", "Team", "User"]
