"""One gesture on many customers at once: what, by whom, how far it went, and what undo needs."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.customers import Tag
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    """Gestures on many customers, in business words."""

    def visible_to(self, user: "User") -> "BulkChangeQuerySet":
        """Those this person asked for."""
        return self.filter(by=user) if user.is_house and user.may("edit_customers") else self.none()

    def unfinished(self) -> "BulkChangeQuerySet":
        """Those with customers left to change or to give back."""
        return self.filter(state__in=[BulkChange.State.RUNNING, BulkChange.State.UNDOING])


class BulkChange(models.Model):
    """A tag put or taken, or an owner given, to a list of customers written down once and for all when asked."""

    class Action(models.TextChoices):
        TAG = "tag", _("Étiqueter")
        UNTAG = "untag", _("Retirer l’étiquette")
        OWNER = "owner", _("Confier")

    class State(models.TextChoices):
        RUNNING = "running", _("en cours")
        DONE = "done", _("fait")
        UNDOING = "undoing", _("annulation en cours")
        UNDONE = "undone", _("annulé")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    action = models.CharField(max_length=8, choices=Action)
    tag = models.ForeignKey(Tag, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ids = models.JSONField(default=list)  # the customers, in the order they are changed
    position = models.PositiveIntegerField(default=0)  # how many are done, or given back when undoing
    former = models.JSONField(default=list)  # those really changed: their id, and their former owner
    total = models.PositiveIntegerField(default=0)  # how many were chosen
    changed = models.PositiveIntegerField(default=0)  # how many of them were really changed
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["id"], name="bulk_unfinished", condition=models.Q(state__in=["running", "undoing"]))]

    def __str__(self) -> str:
        return f"{self.action} {self.total}"

    @property
    def is_running(self) -> bool:
        """Whether customers are still being changed or given back."""
        return self.state in (self.State.RUNNING, self.State.UNDOING)
