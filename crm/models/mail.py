"""Mail: every message out is a row first, claimed once, sent once or explained."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.mail_reasons import retold
from crm.models.timeline import Direction, Visibility, may_read
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class EmailQuerySet(models.QuerySet["Email"]):
    """Mails in business words."""

    def visible_to(self, user: "User") -> "EmailQuerySet":
        """The threads this person may read. Codes and links of the house's own accounts are nobody's reading."""
        readable = user.is_house and user.may("see_records")
        return self.filter(may_read(user)).exclude(purpose=Email.ACCOUNT) if readable else self.none()

    def over(self, now: datetime) -> "EmailQuerySet":
        """Waiting mails whose time to cancel is over, put off by a server or not."""
        return self.filter(state=Email.State.QUEUED, send_after__lte=now)

    def due(self, now: datetime) -> "EmailQuerySet":
        """What may leave at once, oldest first: the time to cancel is over, and the time to try again too.

        One client's mails keep their order: none leaves while another of theirs is leaving, or while one written
        before it is still to leave.
        """
        ready = self.over(now).filter(Q(retry_at=None) | Q(retry_at__lte=now))
        before = Email.objects.filter(customer=OuterRef("customer"), direction=Direction.OUT).filter(
            Q(state=Email.State.SENDING) | Q(state=Email.State.QUEUED, send_after__lte=now, pk__lt=OuterRef("pk"))
        )
        return ready.exclude(Exists(before)).order_by("send_after", "id")

    def to_decide(self) -> "EmailQuerySet":
        """What a person must look at: held before leaving, or of unknown fate."""
        return self.filter(state__in=[Email.State.HELD, Email.State.UNCERTAIN, Email.State.FAILED], settled_at=None)


class Email(models.Model):
    """One message, in or out. It holds its words once; its Interaction has no body."""

    ACCOUNT = "account"  # a code, a reset or an invitation: its words are erased once it has left
    LETTER = "letter"

    class State(models.TextChoices):
        QUEUED = "queued", _("en attente")
        SENDING = "sending", _("en cours d’envoi")
        SENT = "sent", _("envoyé")
        HELD = "held", _("retenu")
        UNCERTAIN = "uncertain", _("incertain")
        FAILED = "failed", _("refusé")
        CANCELLED = "cancelled", _("annulé")
        RECEIVED = "received", _("reçu")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    # One mail per fact: a second attempt to queue the same key finds the first.
    key = models.CharField(max_length=120, unique=True)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, null=True, related_name="emails")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="emails")
    interaction = models.OneToOneField("crm.Interaction", models.PROTECT, null=True, related_name="email")
    direction = models.CharField(max_length=3, choices=Direction)
    state = models.CharField(max_length=10, choices=State)
    purpose = models.CharField(max_length=24, default=LETTER)  # letter, account, notice … later: reminder, invoice
    guard = models.CharField(max_length=80, blank=True)  # which facts are read again at the claim
    sender_name = models.CharField(max_length=120, blank=True)
    sender_email = models.EmailField(blank=True)
    recipient_name = models.CharField(max_length=160, blank=True)
    recipient_email = models.EmailField()
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=5, default="fr")
    template = models.CharField(max_length=60, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    in_reply_to = models.CharField(max_length=200, blank=True)
    batch = models.CharField(max_length=32, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    send_after = models.DateTimeField(default=clock.real_now)  # leases and countdowns are never moved by EGARDS_TODAY
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)  # a server asked to come back later
    claimed_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why held, uncertain, refused or cancelled, in words
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decisions = models.JSONField(default=list, blank=True)  # what people decided: {"what", "by", "at", "detail"}
    erased_at = models.DateTimeField(null=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["send_after", "id"], name="mail_due", condition=Q(state="queued")),
            models.Index(fields=["lease_until"], name="mail_in_flight", condition=Q(state="sending")),
            models.Index(fields=["customer", "-created_at", "-id"], name="mail_of_customer"),
            models.Index(fields=["-created_at", "-id"], name="mail_by_date"),
            models.Index(fields=["state", "-id"], name="mail_to_decide", condition=Q(state__in=["held", "uncertain", "failed"])),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def retold_reason(self) -> str:
        """The reason in the reader's language."""
        return retold(self.reason)

    @property
    def is_cancellable(self) -> bool:
        """Nothing has left yet: it can still be taken back."""
        return self.state == Email.State.QUEUED

    @property
    def is_to_decide(self) -> bool:
        """A person must look at it (one rule with `EmailQuerySet.to_decide`)."""
        return self.settled_at is None and self.state in (Email.State.HELD, Email.State.UNCERTAIN, Email.State.FAILED)


class BadAddress(models.Model):
    """An address that a server refused, or that a person marked: one truth per address, whoever holds it."""

    address = models.EmailField(unique=True)  # normalised
    reason = models.CharField(max_length=300)
    since_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address

    @property
    def retold_reason(self) -> str:
        """The reason in the reader's language."""
        return retold(self.reason)


class MailTemplate(models.Model):
    """A text to start a mail from, versioned: saving makes a new row, an old one can be restored."""

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=5, default="fr")
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    name = models.CharField(_("nom"), max_length=120)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("texte"))
    emotion = models.CharField(_("ce que le client doit ressentir"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "language", "version"], name="template_version_once"),
            models.UniqueConstraint(fields=["key", "language"], condition=Q(is_current=True), name="template_current_once"),
        ]

    def __str__(self) -> str:
        return self.name
