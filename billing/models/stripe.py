"""What passed between Stripe and us: the payment pages we opened, and what Stripe said of them. No card ever comes here."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.invoices import Invoice
from billing.models.payments import Payment
from lib import clock
from lib.public_ids import public_id


class CheckoutSessionQuerySet(models.QuerySet["CheckoutSession"]):
    """Payment pages in business words."""

    def live(self) -> "CheckoutSessionQuerySet":
        """Neither paid nor expired as far as we know."""
        return self.filter(closed_at=None)


class CheckoutSession(models.Model):
    """One page of payment by card, asked of Stripe for one invoice. The row, with its idempotency key and amount, is written
    before Stripe is called: whatever dies in between, the same page is found again."""

    class Outcome(models.TextChoices):
        NONE = "", _("en cours")
        PAID = "paid", _("payée")
        EXPIRED = "expired", _("expirée")
        FAILED = "failed", _("refusée")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="checkout_sessions")
    amount = models.DecimalField(max_digits=12, decimal_places=2)  # EUR, computed by us when the page was opened
    external_id = models.CharField(max_length=120, unique=True, null=True)  # null until Stripe has answered
    intent = models.CharField(max_length=120, blank=True)  # Stripe's payment, once there is one
    url = models.URLField(max_length=2000, blank=True)
    back = models.CharField(max_length=200, blank=True)  # path of ours from which the client left, to go back to
    opened_at = models.DateTimeField(default=clock.real_now)  # Stripe's clock is never moved
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+")

    objects = CheckoutSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["intent"], name="checkout_by_intent", condition=~Q(intent=""))]
        constraints = [
            models.UniqueConstraint(fields=["invoice"], condition=Q(closed_at=None), name="one_live_checkout_per_invoice"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="closed_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or self.public_id

    @property
    def key(self) -> str:
        """The idempotency key of the call that opens it."""
        return f"checkout-{self.public_id}"


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    """Messages of Stripe in business words."""

    def to_look_at(self) -> "StripeEventQuerySet":
        """Those that a person must look at."""
        return self.filter(state=StripeEvent.State.TROUBLE, settled_at=None)


class StripeEvent(models.Model):
    """A message of Stripe whose signature was right, stored as it came, once, in the transaction that applied it."""

    class State(models.TextChoices):
        APPLIED = "applied", _("appliqué")
        IGNORED = "ignored", _("sans objet")
        WAITING = "waiting", _("attend le paiement")
        TROUBLE = "trouble", _("à vérifier")

    external_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)  # the payment (intent) it speaks of
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    trouble = models.CharField(max_length=300, blank=True)  # in words, for the accountant
    raw = models.TextField()
    received_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    objects = StripeEventQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["subject"], name="stripe_event_subject", condition=Q(state="waiting")),
            models.Index(fields=["-received_at", "-id"], name="stripe_event_trouble", condition=Q(state="trouble")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"
