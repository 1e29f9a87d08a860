"""Which of a client's people may come into the client's space, and for whom they stand there."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User
    from crm.models import Contact


class ContactAccessQuerySet(models.QuerySet["ContactAccess"]):
    """Accesses in business words."""

    def visible_to(self, user: "User") -> "ContactAccessQuerySet":
        """Who may come in: staff who see records."""
        return self if user.is_house and user.may("see_records") else self.none()

    def living(self, today: date | None = None) -> "ContactAccessQuerySet":
        """Those nobody took back and whose last day is not past on `today` (now, unless given), of a person still there, by
        the address the record has for them now."""
        rows = self.filter(ended_at=None, contact__archived_at=None, user__is_active=True)
        rows = rows.filter(Q(until=None) | Q(until__gte=today or clock.today()))
        return rows.filter(contact__email_key=Lower("user__email"))

    def lets(self, contact: "Contact", ids: list[int]) -> bool:
        """Whether that person stands for one of these customers though they belong to another: an accountant, a relative."""
        return self.living().filter(contact=contact, customer_id__in=ids).exists()


class ContactAccess(models.Model):
    """One person (a user without role) stands for one customer. Several rows: several customers. Never changed but ended."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="accesses")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, related_name="accesses")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="accesses")
    sees_all = models.BooleanField(
        _("voit tous les messages et toutes les réclamations"),
        default=False,
        help_text=_("Sinon, seulement ce qui la concerne elle-même ; les documents sont visibles dans tous les cas."),
    )
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    until = models.DateField(_("jusqu’au"), null=True, blank=True)  # the last day it opens; none: until somebody ends it
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ContactAccessQuerySet.as_manager()

    class Meta:
        ordering = ["invited_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "customer"], condition=Q(ended_at=None), name="one_living_access")
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.until is not None and self.until < clock.today()

    @property
    def opens(self) -> bool:
        """Whether it lets anybody in (one rule with `living`): read with its contact and user."""
        same = self.contact.email_key == self.user.email.lower()
        return self.ended_at is None and not self.is_over and self.contact.archived_at is None and self.user.is_active and same
