"""What was received, and on which invoice it counts. Rows are only added: a mistake is undone by a reversing row."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Round
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import AMOUNT, Invoice
from lib import clock
from lib.money import ZERO
from lib.public_ids import public_id
from lib.typography import amount

if TYPE_CHECKING:
    from accounts.models import User


class Method(models.TextChoices):
    """How money came."""

    TRANSFER = "transfer", _("virement")
    CHEQUE = "cheque", _("chèque")
    CASH = "cash", _("espèces")
    CARD = "card", _("carte")

    @property
    def said(self) -> str:
        """How one says it after an amount: «par virement», «en espèces»."""
        return str(_MEANS[self])


_MEANS = {
    Method.TRANSFER: _("par virement"),
    Method.CHEQUE: _("par chèque"),
    Method.CASH: _("en espèces"),
    Method.CARD: _("par carte"),
}


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Payments in business words."""

    def visible_to(self, user: "User") -> "PaymentQuerySet":
        """The payments this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def of_family(self, ids: list[int]) -> "PaymentQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)

    def with_surplus(self) -> "PaymentQuerySet":
        """Each with `surplus`: EUR of it that count on no invoice and were not given back; nothing of a refund undone."""
        allocated = Allocation.objects.filter(payment=OuterRef("pk")).order_by().values("payment").annotate(sum=Sum("amount"))
        given_back = Payment.objects.filter(refunds=OuterRef("pk")).order_by().values("refunds").annotate(sum=Sum("amount"))
        used = Coalesce(Subquery(allocated.values("sum"), output_field=AMOUNT), ZERO, output_field=AMOUNT)
        returned = Coalesce(Subquery(given_back.values("sum"), output_field=AMOUNT), ZERO, output_field=AMOUNT)
        left = Round(F("amount") - used + returned, precision=2, output_field=AMOUNT)
        return self.annotate(
            surplus=Case(When(reverses__isnull=False, amount__gt=0, then=ZERO), default=left, output_field=AMOUNT)
        )

    def to_use(self) -> "PaymentQuerySet":
        """Received, not undone, and of which something is still free, oldest first."""
        return self.with_surplus().filter(Q(surplus__gt=0), amount__gt=0, reversed_by=None).order_by("paid_on", "pk")


class Payment(models.Model):
    """Money received (positive) or given back (negative), in EUR. Never changed: undone by the row that reverses it.

    `reverses` undoes a row recorded by mistake; `refunds` or `refunds_credit` is money that really went back, out of the
    surplus of a payment or of a credit note, or, with `reverses`, such a row undone."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="payments")
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    method = models.CharField(_("moyen"), max_length=8, choices=Method)
    paid_on = models.DateField(_("reçu le"))  # may precede the invoice
    reference = models.CharField(_("référence"), max_length=140, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    refunds = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="refunded_by")
    refunds_credit = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="refunded_by")
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
            # of a column that is nearly always empty, the index of all rows looks useless to SQLite, which then reads the table
            models.Index(fields=["reverses"], name="payment_undone", condition=Q(reverses__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="payment_is_not_nothing"),
            models.CheckConstraint(
                condition=Q(refunds=None, refunds_credit=None)
                | Q(amount__lt=0, reverses=None)
                | Q(amount__gt=0, reverses__isnull=False),
                name="refund_gives_money_back",
            ),
            models.UniqueConstraint(
                fields=["provider", "external_id"], condition=~Q(external_id=""), name="provider_payment_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return self.about_label

    @property
    def about_label(self) -> str:
        """How a row of the history names it: «860,00 € par virement»."""
        return f"{amount(abs(self.amount), language=get_language() or 'fr')} {Method(self.method).said}"

    @property
    def is_refund(self) -> bool:
        """Money that really went back to the client."""
        return self.reverses_id is None and (self.refunds_id is not None or self.refunds_credit_id is not None)

    def unallocated(self) -> Decimal:
        """EUR of it that count on no invoice yet and were not given back (one statement, none when read by `with_surplus`)."""
        found = getattr(self, "surplus", None)
        if found is None:
            (row,) = Payment.objects.with_surplus().filter(pk=self.pk)
            found = row.unallocated()
        return found


class Allocation(models.Model):
    """What part of a payment, or of a credit note, counts on an invoice (EUR; negative when it takes one back)."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
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
        indexes = [models.Index(fields=["payment", "amount"], name="allocated_of_payment")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_is_not_nothing"),
            models.CheckConstraint(
                condition=Q(payment__isnull=True, credit_note__isnull=False) | Q(payment__isnull=False, credit_note__isnull=True),
                name="allocation_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} → {self.invoice_id}"

    @property
    def about_label(self) -> str:
        """How a seal names it."""
        return str(_("Affectation à %(invoice)s") % {"invoice": self.invoice.number})


class TransferNoticeQuerySet(models.QuerySet["TransferNotice"]):
    """Announced transfers in business words."""

    def in_transit(self, today: date) -> "TransferNoticeQuerySet":
        """Those one may still expect: their days of transit are not over, and nobody said that they had not left."""
        return self.filter(expected_by__gte=today, withdrawn_at=None)


class TransferNotice(models.Model):
    """A client says that a transfer has left: reminders of that invoice wait until `expected_by` (a working day)."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="transfer_notices")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="+")  # who said it, when known
    announced_on = models.DateField()
    expected_by = models.DateField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)  # the client said that it had not left after all

    objects = TransferNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-announced_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "announced_on"], condition=Q(withdrawn_at=None), name="transfer_announced_once_a_day"
            ),
            models.CheckConstraint(condition=Q(expected_by__gte=F("announced_on")), name="transfer_expected_after_it_left"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.announced_on}"
