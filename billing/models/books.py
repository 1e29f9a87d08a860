"""The double-entry ledger and the chain of seals. Append only, in the database itself."""

from django.db import models
from django.db.models import Q

from lib import clock
from lib.money import ZERO
from lib.public_ids import public_id


class LedgerEntry(models.Model):
    """One line of a balanced posting: debit or credit of an account (plan comptable général), in EUR."""

    posting = models.CharField(max_length=32)  # the lines of one fact share it, and balance
    position = models.PositiveSmallIntegerField()
    journal = models.CharField(max_length=4)  # VE sales, BQ bank, CA cash, OD others
    account = models.CharField(max_length=12)
    label = models.CharField(max_length=120)
    debit = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    credit = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    on = models.DateField()
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    about_kind = models.CharField(max_length=24)
    about_ref = models.CharField(max_length=32)
    about_label = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["about_kind", "about_ref"], name="ledger_about"),
            models.Index(fields=["account", "on", "id"], name="ledger_by_account"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["posting", "position"], name="one_entry_per_position"),
            models.CheckConstraint(
                condition=Q(debit=0, credit__gt=0) | Q(debit__gt=0, credit=0), name="entry_is_debit_or_credit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.label}"


class ChainHead(models.Model):
    """Where the chain of seals ends: one row, locked last by the gesture that seals."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    chain = models.CharField(max_length=32, default=public_id, editable=False)  # names the chain; its first link begins there
    position = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="chain_head_is_single")]

    def __str__(self) -> str:
        return str(self.position)


class Seal(models.Model):
    """One link of the chain: SHA-256(previous ‖ commitment), commitment = SHA-256(salt ‖ canonical JSON), as
    `billing.verifier` says exactly. A lawful erasure empties `salt` and `payload` and leaves the link."""

    position = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=24)  # invoice, credit_note, payment, allocation …
    about_ref = models.CharField(max_length=32)
    about_label = models.CharField(max_length=120)
    format_version = models.PositiveSmallIntegerField(default=1)
    salt = models.CharField(max_length=64, blank=True)  # hexadecimal
    payload = models.TextField(blank=True)  # canonical JSON, as sealed
    commitment = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=128)  # Ed25519 of the digest, hexadecimal
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["kind", "about_ref"], name="sealed_once")]

    def __str__(self) -> str:
        return f"{self.position} {self.about_label}"
