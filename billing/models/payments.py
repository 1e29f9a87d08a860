"""What was received, and on which invoice it counts. Rows are only added: a mistake is undone by a reversing row."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import AMOUNT, Invoice
from lib import clock
from lib.money import ZERO
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class Method(models.TextChoices):
    """How money came."""

    TRANSFER = "transfer", _("virement")
    CHEQUE = "cheque", _("chèque")
    CASH = "cash", _("espèces")
    CARD = "card", _("carte")


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Payments in business words."""

    def visible_to(self, user: "User") -> "PaymentQuerySet":
        """The payments this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def of_family(self, ids: list[int]) -> "PaymentQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)


class Payment(models.Model):
    """Money received (positive) or given back (negative), in EUR. Never changed: undone by the row that reverses it."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="payments")
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    method = models.CharField(_("moyen"), max_length=8, choices=Method)
    paid_on = models.DateField(_("reçu le"))  # may precede the invoice
    reference = models.CharField(_("référence"), max_length=140, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField(_("motif"), max_length=240, blank=True)
    provider = models.CharField(max_length=16, blank=True)  # «stripe», or nothing for a payment noted by hand
    external_id = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=80, unique=True, null=True, blank=True)  # names the request that recorded it
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_on", "-id"]
        indexes = [
            models.Index(fields=["customer", "-paid_on", "-id"], name="payment_of_customer"),
            models.Index(fields=["-paid_on", "-id"], name="payment_by_date"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="payment_is_not_nothing"),
            models.UniqueConstraint(
                fields=["provider", "external_id"], condition=~Q(external_id=""), name="provider_payment_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return self.about_label

    @property
    def about_label(self) -> str:
        """How a row of the history names it."""
        return str(_("Paiement") if self.amount > 0 else _("Remboursement"))

    def unallocated(self) -> Decimal:
        """EUR of it that count on no invoice yet."""
        return self.amount - self.allocations.aggregate(sum=Coalesce(Sum("amount"), ZERO, output_field=AMOUNT))["sum"]


class Allocation(models.Model):
    """What part of a payment, or of a credit note, counts on an invoice (EUR; negative when it takes one back)."""

    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="allocations")
    credit_note = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="uses")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    made_on = models.DateField()
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_is_not_nothing"),
            models.CheckConstraint(
                condition=Q(payment__isnull=True, credit_note__isnull=False) | Q(payment__isnull=False, credit_note__isnull=True),
                name="allocation_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} → {self.invoice_id}"
