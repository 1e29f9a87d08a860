"""Invoices and credit notes: one table, a draft until it has a number, frozen by the database from then on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.company import TermsCounting
from crm.models.customers import CustomerType
from crm.models.timeline import Commitment, CommitmentQuerySet
from lib import clock
from lib.money import ZERO, cents
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User

AMOUNT = models.DecimalField(max_digits=12, decimal_places=2)


class Nature(models.TextChoices):
    """What is sold (décret 2022-1299; EN 16931 BT-23 begins with its letter)."""

    SERVICES = "services", _("prestation de services")
    GOODS = "goods", _("livraison de biens")
    MIXED = "mixed", _("livraison de biens et prestation de services")


class Unit(models.TextChoices):
    """In what a line counts: codes of UN/ECE Recommendation 20 (EN 16931 BT-130)."""

    PIECE = "C62", _("unité")
    HOUR = "HUR", pgettext_lazy("unité de mesure", "heure")
    DAY = "DAY", _("jour")
    MONTH = "MON", _("mois")
    METRE = "MTR", _("mètre")
    SQUARE_METRE = "MTK", _("mètre carré")
    CUBIC_METRE = "MTQ", _("mètre cube")
    KILOGRAM = "KGM", _("kilogramme")
    LITRE = "LTR", _("litre")
    KILOMETRE = "KMT", _("kilomètre")
    LUMP_SUM = "LS", _("forfait")


class VatCategory(models.TextChoices):
    """Why a line bears the rate it bears (EN 16931 BT-151)."""

    STANDARD = "S", _("taux de TVA")
    EXEMPT = "E", _("exonéré ou franchise en base")
    REVERSE_CHARGE = "AE", _("autoliquidation")
    INTRA_EU = "K", _("livraison intracommunautaire")
    EXPORT = "G", _("exportation")
    OUT_OF_SCOPE = "O", _("hors du champ de la TVA")


class Series(models.Model):
    """A counter of document numbers: `F2026`, `A2026`. Its row is locked inside the gesture that issues."""

    name = models.CharField(max_length=20, unique=True)
    last_number = models.PositiveIntegerField(default=0)
    last_issued_on = models.DateField(null=True)  # the next document never bears an earlier date

    def __str__(self) -> str:
        return self.name


class Works(models.TextChoices):
    """Works in a dwelling at a reduced rate: what the client certifies (`lib/law/invoice_mentions.toml`)."""

    RENOVATION = "renovation", _("travaux à 10 % dans un logement de plus de deux ans")
    ENERGY = "energy", _("rénovation énergétique à 5,5 %")


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Invoices in business words. A balance is always read from the allocations, never stored."""

    def visible_to(self, user: "User") -> "InvoiceQuerySet":
        """The documents this person may read: staff who see amounts."""
        return self if user.is_house and user.may("see_amounts") else self.none()

    def of_family(self, ids: list[int]) -> "InvoiceQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)

    def drafts(self) -> "InvoiceQuerySet":
        """Without a number yet."""
        return self.filter(number=None)

    def issued(self) -> "InvoiceQuerySet":
        """With their number, credit notes included."""
        return self.filter(number__isnull=False)

    def invoices(self) -> "InvoiceQuerySet":
        """Issued invoices, without credit notes."""
        return self.issued().filter(kind=Invoice.Kind.INVOICE)

    def with_balance(self) -> "InvoiceQuerySet":
        """Each with `allocated` (EUR received or credited on it) and `open_balance` (EUR still due).

        A subquery by the index of allocations: a grouping would carry every column of the invoice along. Rounded,
        because SQLite adds amounts as binary fractions: what is paid to the cent must not keep a billionth open.
        """
        rows = self.model._meta.get_field("allocations").related_model.objects.filter(  # type: ignore[union-attr]
            invoice=OuterRef("pk")
        )
        sums = rows.order_by().values("invoice").annotate(sum=Sum("amount")).values("sum")
        received = Round(Coalesce(Subquery(sums), ZERO, output_field=AMOUNT), precision=2, output_field=AMOUNT)
        due = Round(F("total_incl_tax") - F("allocated"), precision=2, output_field=AMOUNT)
        return self.annotate(allocated=received).annotate(open_balance=due)

    def with_credited(self) -> "InvoiceQuerySet":
        """Each with `credited`: EUR that the credit notes issued on it take back."""
        notes = self.model._default_manager.filter(credit_of=OuterRef("pk"), number__isnull=False).order_by().values("credit_of")
        taken = Subquery(notes.annotate(sum=Sum("total_incl_tax")).values("sum"), output_field=AMOUNT)
        return self.annotate(credited=Coalesce(taken, ZERO, output_field=AMOUNT))

    def with_credit_left(self) -> "InvoiceQuerySet":
        """Each with `credit_left`: EUR of a credit note that count on no invoice and were not given back."""
        uses = self.model._meta.get_field("uses").related_model.objects.filter(credit_note=OuterRef("pk"))  # type: ignore[union-attr]
        backs = self.model._meta.get_field("refunded_by").related_model.objects.filter(  # type: ignore[union-attr]
            refunds_credit=OuterRef("pk")
        )
        used = Subquery(uses.order_by().values("credit_note").annotate(sum=Sum("amount")).values("sum"), output_field=AMOUNT)
        back = Subquery(backs.order_by().values("refunds_credit").annotate(sum=Sum("amount")).values("sum"), output_field=AMOUNT)
        left = F("total_incl_tax") - Coalesce(used, ZERO, output_field=AMOUNT) + Coalesce(back, ZERO, output_field=AMOUNT)
        return self.annotate(credit_left=Round(left, precision=2, output_field=AMOUNT))

    def credits_to_use(self) -> "InvoiceQuerySet":
        """Credit notes of which something is still free, the oldest first."""
        notes = self.issued().filter(kind=Invoice.Kind.CREDIT_NOTE).with_credit_left()
        return notes.filter(Q(credit_left__gt=0)).order_by("issued_on", "pk")

    def with_vat(self) -> "InvoiceQuerySet":
        """Each with `vat_told`, the breakdown of VAT that an issued document bears (`billing.sums`), whatever it defers."""
        return self.annotate(vat_told=F("snapshot__vat"))

    def unpaid(self, *, until: date | None = None) -> "InvoiceQuerySet":
        """Issued invoices of which something is still due, with their balance; `until` a due date included, when one is given.

        Found by the due dates still open among the commitments, which the gestures keep beside every balance
        (`billing.consequences`) and `verify_ledger` compares: what was paid since the house opened is never read again.
        The balance itself is the one of the allocations.
        """
        dates = Commitment.objects.open_due_dates()
        return self._with_due_date(dates if until is None else dates.filter(due_on__lte=until))

    def unpaid_of(self, ids: Sequence[int]) -> "InvoiceQuerySet":
        """The same for these customers, by their own due dates, however many invoices they ever had."""
        return self._with_due_date(Commitment.objects.open_due_dates().filter(customer_id__in=ids))

    def one_and_unpaid_of(self, ids: Sequence[int], ref: str) -> "InvoiceQuerySet":
        """The issued document of these customers of public id `ref` and, beside it, all of theirs that may still be due (whose
        `open_balance` says so); its snapshot is `snapshot_read`, which the others go without; `has_pdf`: the PDF is ready."""
        dates = Commitment.objects.open_due_dates().filter(customer_id__in=ids).order_by().values("about_ref")
        papers = InvoiceFile.objects.filter(invoice=OuterRef("pk"), kind=InvoiceFile.Kind.PDF)
        own = Case(When(public_id=ref, then=F("snapshot")), default=None, output_field=models.JSONField())
        rows = self.of_family(list(ids)).issued().filter(Q(public_id=ref) | Q(kind=Invoice.Kind.INVOICE, public_id__in=dates))
        rows = rows.with_balance().annotate(snapshot_read=own, has_pdf=Exists(papers))
        return rows.defer("snapshot").order_by("due_on", "number")

    def _with_due_date(self, dates: "CommitmentQuerySet") -> "InvoiceQuerySet":
        refs = dates.order_by().values("about_ref")
        return self.invoices().filter(public_id__in=refs).with_balance().filter(Q(open_balance__gt=0))

    def overdue(self, today: date) -> "InvoiceQuerySet":
        """Unpaid the day after their due date, or later."""
        return self.unpaid().filter(due_on__lt=today)


class Invoice(models.Model):
    """An invoice or a credit note. Without number it is a draft anybody with the right may change; issued, nothing of
    it ever changes (database triggers): corrections are credit notes. Totals in EUR."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Facture")
        CREDIT_NOTE = "credit_note", _("Avoir")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="invoices")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, blank=True, related_name="+")  # to whom it is sent
    client_type = models.CharField(max_length=16, choices=CustomerType, blank=True)  # for this document, else the customer's
    subject = models.CharField(_("en clair"), max_length=400, blank=True)
    nature = models.CharField(_("nature"), max_length=8, choices=Nature, default=Nature.SERVICES)
    supply_on = models.DateField(_("livré ou réalisé le"), null=True, blank=True)
    supply_from = models.DateField(_("commencé le"), null=True, blank=True)  # the first day of a period, `supply_on` its last
    delivery_address = models.TextField(_("adresse de livraison ou du chantier"), max_length=400, blank=True)
    works = models.CharField(_("attestation du client pour des travaux"), max_length=12, choices=Works, blank=True)
    attested_on = models.DateField(_("attestation signée le"), null=True, blank=True)
    buyer_reference = models.CharField(_("votre commande"), max_length=60, blank=True)
    note = models.TextField(_("mot au client"), max_length=2000, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("délai de paiement, en jours"), null=True, blank=True)
    payment_counting = models.CharField(_("décompte du délai"), max_length=24, choices=TermsCounting, blank=True)
    vat_exemption = models.CharField(_("raison de l’exonération"), max_length=24, blank=True)  # a key of lib/law/vat_exemptions
    credit_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credit_notes")
    credit_reason = models.CharField(_("motif de l’avoir"), max_length=240, blank=True)

    draft_key = models.CharField(max_length=80, unique=True, null=True, blank=True)  # Idempotency-Key of who began it

    # Written at issue, and never again.
    number = models.CharField(_("numéro"), max_length=35, unique=True, null=True, blank=True)
    issued_on = models.DateField(_("émise le"), null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("à régler le"), null=True, blank=True)
    total_excl_tax = models.DecimalField(_("total HT"), max_digits=12, decimal_places=2, default=ZERO)
    total_tax = models.DecimalField(_("total TVA"), max_digits=12, decimal_places=2, default=ZERO)
    total_incl_tax = models.DecimalField(_("total TTC"), max_digits=12, decimal_places=2, default=ZERO)
    snapshot = models.JSONField(null=True, blank=True)  # everything the document says (billing.document)
    issue_key = models.CharField(max_length=80, unique=True, null=True, blank=True)  # Idempotency-Key of the request

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)  # two people on one draft: the later one is told

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-id"]
        indexes = [
            models.Index(fields=["customer", "-issued_on", "-id"], name="invoice_of_customer"),
            models.Index(fields=["due_on", "id"], name="invoice_by_due_date", condition=Q(number__isnull=False, kind="invoice")),
            models.Index(fields=["-issued_on", "-id"], name="invoice_by_issue"),
            models.Index(fields=["credit_of"], name="credits_of_invoice", condition=Q(credit_of__isnull=False)),
            models.Index(fields=["-updated_at", "-id"], name="draft_by_change", condition=Q(number=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None) | Q(issued_on__isnull=False, issued_at__isnull=False, snapshot__isnull=False),
                name="issued_with_date_and_snapshot",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credit_of=None) | Q(kind="credit_note", credit_of__isnull=False),
                name="credit_note_names_its_invoice",
            ),
        ]

    def __str__(self) -> str:
        return self.about_label

    @property
    def is_draft(self) -> bool:
        """Without a number yet."""
        return self.number is None

    @property
    def is_credit_note(self) -> bool:
        """A credit note, whose amounts are positive and reduce what is owed."""
        return self.kind == self.Kind.CREDIT_NOTE

    @property
    def about_label(self) -> str:
        """How a row of the history names it: «Facture F2026-000123», «Brouillon de facture»."""
        if self.is_credit_note:
            return str(_("Avoir %(number)s") % {"number": self.number} if self.number else _("Brouillon d’avoir"))
        return str(_("Facture %(number)s") % {"number": self.number} if self.number else _("Brouillon de facture"))

    @property
    def in_a_sentence(self) -> str:
        """How a sentence names it once issued: «la facture F2026-000123», «l’avoir F2026-000124»."""
        words = _("l’avoir %(number)s") if self.is_credit_note else _("la facture %(number)s")
        return str(words % {"number": self.number})

    def balance(self) -> Decimal:
        """EUR still due on it, from its allocations (one statement, none when read by `with_balance`)."""
        found = getattr(self, "open_balance", None)
        if found is not None:
            return cents(found)
        received = self.allocations.aggregate(sum=Coalesce(Sum("amount"), ZERO, output_field=AMOUNT))["sum"]
        return cents(self.total_incl_tax - received)


class InvoiceLine(models.Model):
    """One line of a document: amounts in EUR without tax, `net` to the cent (EN 16931 BT-131)."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(_("désignation"), max_length=240)
    plain_words = models.CharField(_("en clair"), max_length=400, blank=True)
    quantity = models.DecimalField(_("quantité"), max_digits=12, decimal_places=4, default=Decimal(1))
    unit = models.CharField(_("unité"), max_length=3, choices=Unit, default=Unit.PIECE)
    unit_price = models.DecimalField(_("prix unitaire HT"), max_digits=16, decimal_places=6)
    discount = models.DecimalField(_("remise, en %"), max_digits=5, decimal_places=2, default=ZERO)
    vat_rate = models.DecimalField(_("TVA, en %"), max_digits=5, decimal_places=2)
    vat_category = models.CharField(_("régime de TVA"), max_length=2, choices=VatCategory, default=VatCategory.STANDARD)
    net = models.DecimalField(_("total HT"), max_digits=12, decimal_places=2, default=ZERO)
    credited_line = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="credits")

    class Meta:
        ordering = ["invoice", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="one_line_per_position")]

    def __str__(self) -> str:
        return self.description


class InvoiceFile(models.Model):
    """The bytes of an issued document as they left, kept for ever: written once, found by their hash."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        XML = "xml", _("XML")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=3, choices=Kind)
    stored_as = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    checks = models.JSONField(default=list)  # which rules ran on it, and which did not
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["invoice", "kind"]
        constraints = [models.UniqueConstraint(fields=["invoice", "kind"], name="one_file_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.invoice} {self.kind}"

    @property
    def public_id(self) -> str:
        """How a seal points to it: the document's own identifier and what kind of file it is."""
        return f"{self.invoice.public_id}-{self.kind}"

    @property
    def about_label(self) -> str:
        """How a seal names it."""
        return f"{self.invoice.about_label} ({self.kind})"
