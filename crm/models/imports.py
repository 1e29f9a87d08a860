"""A file of customers coming in: what was read, what was done line by line, what can be undone."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.importing.retelling import retold
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Files in business words."""

    def visible_to(self, user: "User") -> "ImportBatchQuerySet":
        """Every file, for whoever may import; none for others."""
        return self if user.is_house and user.may("import_customers") else self.none()


class ImportBatch(models.Model):
    """One run of one file. The raw file goes after 30 days, the report after three years."""

    class State(models.TextChoices):
        DRAFT = "draft", _("colonnes à relire")
        CHECKING = "checking", _("essai en cours")
        CHECKED = "checked", _("essai prêt")
        QUEUED = "queued", _("en attente")
        RUNNING = "running", _("en cours")
        DONE = "done", _("terminé")
        FAILED = "failed", _("arrêté")
        UNDOING = "undoing", _("annulation en cours")
        UNDONE = "undone", _("annulé")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    stored_as = models.CharField(max_length=120, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)  # column number → field
    default_type = models.CharField(max_length=16, blank=True)
    by_legal_form = models.BooleanField(default=False)  # «SARL» in a name makes a professional when nothing else tells
    source = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)  # rows handled, for progress and for resuming
    counts = models.JSONField(default=dict)
    message = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    @property
    def retold_message(self) -> str:
        """`message` in the reader's language."""
        return retold(self.message)

    def __str__(self) -> str:
        return self.filename

    @property
    def is_working(self) -> bool:
        """A worker has it, or will."""
        return self.state in (self.State.CHECKING, self.State.QUEUED, self.State.RUNNING, self.State.UNDOING)

    @property
    def work(self) -> int:
        """How many rows the present work has to go through: lines of the file, or records to take back."""
        return self.counts.get("to_undo", 0) if self.state == self.State.UNDOING else self.total

    @property
    def may_be_undone(self) -> bool:
        """Something of it is in the base and no worker is at it."""
        return self.started_at is not None and self.state in (self.State.DONE, self.State.FAILED)

    @property
    def is_draft(self) -> bool:
        """Nothing of it entered the base."""
        return self.started_at is None


class ImportLine(models.Model):
    """What became of one line of the file. Before the import, what would become of those that a person should read."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("ajouté")
        QUEUED = "queued", _("ajouté, doublon possible à examiner")
        SKIPPED = "skipped", _("déjà présent")
        REFUSED = "refused", _("refusé")
        KEPT = "kept", _("conservé à l’annulation")
        REMOVED = "removed", _("retiré à l’annulation")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()  # as the file numbers it
    outcome = models.CharField(max_length=8, choices=Outcome)
    label = models.CharField(max_length=160, blank=True)
    message = models.CharField(max_length=600, blank=True)
    row_hash = models.CharField(max_length=64, blank=True)
    customer = models.ForeignKey("crm.Customer", models.SET_NULL, null=True, related_name="import_lines")

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["row_hash"], name="import_row_hash", condition=~Q(row_hash=""))]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="import_line_once")]

    @property
    def retold_message(self) -> str:
        """`message` in the reader's language."""
        return retold(self.message)

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"
