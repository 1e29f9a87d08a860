"""The address by which a client reaches one document without an account."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from billing.models.invoices import Invoice
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class AccessLinkQuerySet(models.QuerySet["AccessLink"]):
    """Links in business words."""

    def visible_to(self, user: "User") -> "AccessLinkQuerySet":
        """Who was sent which link, and who opened it: staff who see amounts. The address itself is nowhere."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def living(self, today: date) -> "AccessLinkQuerySet":
        """Neither revoked nor past their last day."""
        return self.filter(revoked_at=None, ends_on__gte=today)


class AccessLink(models.Model):
    """256 bits that open one document, kept as their SHA-256. Each mail carries its own; several live side by side."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="access_links")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, blank=True, related_name="+")
    address = models.EmailField(max_length=254)  # to whom it was sent, and to whom a fresh one goes
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ends_on = models.DateField()  # its last day
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    first_opened_at = models.DateTimeField(null=True, blank=True)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    openings = models.PositiveIntegerField(default=0)

    objects = AccessLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.address

    def is_living(self, today: date) -> bool:
        """Neither revoked nor past its last day."""
        return self.revoked_at is None and self.ends_on >= today
