"""What a client asks about an invoice, and what they were answered."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.invoices import Invoice, InvoiceLine
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions in business words."""

    def visible_to(self, user: "User") -> "QuestionQuerySet":
        """What colleagues may read: staff who see records."""
        return self if user.is_house and user.may("see_records") else self.none()

    def unanswered(self) -> "QuestionQuerySet":
        """Waiting for us, the oldest first."""
        return self.filter(answered_at=None).order_by("asked_at", "id")


class Question(models.Model):
    """A question on an invoice or one of its lines, and our answer, which whoever opens the invoice next reads too."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="questions")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, null=True, related_name="questions")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="+")
    words = models.TextField(max_length=2000)
    asked_at = models.DateTimeField(default=clock.now)
    answer_by = models.DateField()  # the day we said we would answer by
    commitment = models.ForeignKey("crm.Commitment", models.PROTECT, null=True, related_name="+")
    answer = models.TextField(max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["asked_at", "id"], name="question_waiting", condition=Q(answered_at=None))]

    def __str__(self) -> str:
        return self.words[:80]
