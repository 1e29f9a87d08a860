"""What people decided about reminding: the scenario and its versions, what left or was said, what is held until a day."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Email
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User

# A mail that will not leave did nothing: its step is still to be done.
NOT_DONE = (Email.State.CANCELLED, Email.State.HELD, Email.State.FAILED)
# A mail that never reached anybody is no contact: «last contact» must not count it.
NOT_WRITTEN = (Email.State.QUEUED, Email.State.SENDING, Email.State.HELD, Email.State.FAILED, Email.State.CANCELLED)
LEAVING = (Email.State.QUEUED, Email.State.SENDING)


class Scenario(models.Model):
    """How a late invoice is followed, step by step: one in force, its former versions kept. Without a row, the one of the
    house (`tact.facts.Scenario`)."""

    version = models.PositiveIntegerField(unique=True)
    is_current = models.BooleanField(default=True)
    steps = models.JSONField()  # [{"code": "first", "days": 3}, …]
    transit_days = models.PositiveSmallIntegerField(default=2)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_scenario_in_force"),
        ]

    def __str__(self) -> str:
        return str(self.version)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reminders in business words."""

    def visible_to(self, user: "User") -> "ReminderQuerySet":
        """Those this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def of_family(self, ids: list[int]) -> "ReminderQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)

    def done(self) -> "ReminderQuerySet":
        """What really happened or is about to: not what was taken back, held or refused."""
        return self.exclude(mail__state__in=NOT_DONE)


class FormalNoticeQuerySet(models.QuerySet["FormalNotice"]):
    """Formal notices in business words."""

    def visible_to(self, user: "User") -> "FormalNoticeQuerySet":
        """Those this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def waiting(self) -> "FormalNoticeQuerySet":
        """Prepared, and nobody said that it was posted."""
        return self.filter(reminder=None)


class FormalNotice(models.Model):
    """A formal notice prepared as a letter: every word of it, on which facts, frozen. It leaves by a person's hands; the
    `Reminder` of its posting, with its proof, points to it."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="formal_notices")
    client_type = models.CharField(max_length=16)
    language = models.CharField(max_length=5)
    text_version = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    house = models.JSONField()  # our name, address and contact details as printed
    recipient = models.CharField(max_length=400)  # name and postal address, one line each
    amount = models.DecimalField(max_digits=12, decimal_places=2)  # EUR asked for
    decided = models.JSONField()  # decision, tone, step, emotion, reasons, scenario version; what is asked of which invoice
    digest = models.CharField(max_length=32)  # of its words and of whom they go to
    written_on = models.DateField()
    written_at = models.DateTimeField(default=clock.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = FormalNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["customer", "-id"], name="notice_of_customer")]

    def __str__(self) -> str:
        return f"{self.subject} {self.written_on}"

    @property
    def paragraphs(self) -> list[str]:
        """Its words, one paragraph each."""
        return [paragraph for paragraph in self.text.split("\n\n") if paragraph]


class NoticeFile(models.Model):
    """The PDF of a formal notice, written once, with its hash: what was printed and posted, byte for byte."""

    notice = models.OneToOneField(FormalNotice, models.PROTECT, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.sha256


class Reminder(models.Model):
    """One message, call or letter about what a customer owes: who decided, on which facts. Frozen once written; what
    became of its mail is the mail's own state."""

    class How(models.TextChoices):
        MAIL = "mail", _("e-mail")
        CALL = "call", _("appel")
        LETTER = "letter", _("lettre")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="reminders")
    how = models.CharField(max_length=6, choices=How)
    decision = models.CharField(max_length=8)  # send, soften, call
    tone = models.CharField(max_length=12)
    step = models.CharField(max_length=20, blank=True)
    on = models.DateField()  # the civil day it was decided for
    amount = models.DecimalField(max_digits=12, decimal_places=2)  # EUR asked for
    reasons = models.JSONField()  # [{"code", "text", "ref": {"kind", "id"}}], in order
    emotion = models.CharField(max_length=160)
    scenario_version = models.PositiveIntegerField()
    edited = models.BooleanField(default=False)  # a person changed the words
    digest = models.CharField(max_length=32, blank=True)  # of the message that the person had seen
    mail = models.OneToOneField("crm.Email", models.PROTECT, null=True, related_name="reminder")
    batch = models.CharField(max_length=32, blank=True)
    notice = models.OneToOneField(FormalNotice, models.PROTECT, null=True, related_name="reminder")  # the letter it posted
    proof = models.CharField(max_length=200, blank=True)  # of posting: the number of the registered letter
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(default=clock.now)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-approved_at", "-id"]
        indexes = [models.Index(fields=["customer", "-on", "-id"], name="reminder_of_customer")]
        constraints = [
            models.CheckConstraint(condition=Q(how="mail", mail__isnull=False) | ~Q(how="mail"), name="reminder_has_its_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.on}"

    @property
    def about_label(self) -> str:
        """How a row of the history names it."""
        return str(self.How(self.how).label)


class ReminderLine(models.Model):
    """One invoice of a reminder, with what was asked of it and which step that did (none when it was only mentioned)."""

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="lines")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="reminder_lines")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    step = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reminder", "invoice"], name="reminded_once_in_a_message")]

    def __str__(self) -> str:
        return f"{self.reminder_id} {self.invoice_id}"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Dated holds in business words."""

    def visible_to(self, user: "User") -> "HoldQuerySet":
        """Those this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def in_force(self, today: date) -> "HoldQuerySet":
        """Neither released nor over."""
        return self.filter(released_at=None, resume_on__gt=today)


class Hold(models.Model):
    """A person decided that nothing goes out to a customer, or about one invoice, before a day; released with a reason."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="holds")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, null=True, blank=True, related_name="holds")
    resume_on = models.DateField(_("jusqu’au"))  # the first day on which a reminder may leave again
    reason = models.CharField(_("pourquoi"), max_length=200)
    tomorrow = models.BooleanField(default=False)  # put off by a working day, no other reason
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    release_reason = models.CharField(max_length=200, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["resume_on", "id"]
        indexes = [models.Index(fields=["customer", "resume_on"], name="hold_in_force", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.resume_on}"

    @property
    def about_label(self) -> str:
        """How a row of the history names it."""
        return str(_("Relances retenues"))
