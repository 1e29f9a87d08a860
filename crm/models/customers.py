"""Customers, the people to speak to, and what makes two records one."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.company import TermsCounting
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


class CustomerType(models.TextChoices):
    """On which side of the law a customer stands; `unknown` takes the protective side until settled
    (C. conso. article liminaire)."""

    CONSUMER = "consumer", _("Particulier")
    PROFESSIONAL = "professional", _("Professionnel")
    NON_PROFESSIONAL = "non_professional", _("Non-professionnel")
    PUBLIC = "public", _("Public")
    UNKNOWN = "unknown", _("À préciser")


class Channel(models.TextChoices):
    """By what means people speak to each other."""

    PHONE = "phone", _("téléphone")
    EMAIL = "email", _("e-mail")
    VISIT = "visit", _("visite")
    POST = "post", _("courrier")
    MESSAGE = "message", _("message")
    PORTAL = "portal", _("espace client")
    NONE = "", _("sans préférence")


class Tag(models.Model):
    """A word that staff put on customers to find them again."""

    name = models.CharField(_("étiquette"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers in business words."""

    def visible_to(self, user: "User") -> "CustomerQuerySet":
        """The customers this person may read. Staff who see records see them all; others, none."""
        return self if user.is_house and user.may("see_records") else self.none()

    def heads(self) -> "CustomerQuerySet":
        """Without the records that became an alias of another."""
        return self.filter(merged_into=None)

    def active(self) -> "CustomerQuerySet":
        """Heads that nobody archived."""
        return self.heads().filter(archived_at=None)


class Customer(models.Model):
    """A client, person or organisation. Two records of one client become one by `merged_into`: nothing moves,
    readers use `family_ids`."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    reference = models.CharField(_("référence"), max_length=12, unique=True)
    external_reference = models.CharField(_("code dans l’ancien logiciel"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=16, choices=CustomerType, default=CustomerType.UNKNOWN)
    name = models.CharField(_("nom"), max_length=160)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    vat_number = models.CharField(_("numéro de TVA"), max_length=20, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)  # E.164
    website = models.CharField(_("site internet"), max_length=200, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    address_extra = models.CharField(_("complément d’adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("code postal"), max_length=10, blank=True)
    city = models.CharField(_("ville"), max_length=100, blank=True)
    country = models.CharField(_("pays"), max_length=2, default="FR")
    delivery_address = models.TextField(_("adresse de livraison ou de chantier"), max_length=400, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("délai de paiement, en jours"), null=True, blank=True)
    payment_counting = models.CharField(_("décompte du délai"), max_length=24, choices=TermsCounting, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr", choices=[("fr", _("français")), ("en", _("anglais"))])
    preferred_channel = models.CharField(_("préfère"), max_length=8, choices=Channel, blank=True, default="")
    preferred_moment = models.CharField(_("moment préféré"), max_length=80, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("suivi par")
    )
    source = models.CharField(_("origine"), max_length=80, blank=True)
    since_on = models.DateField(_("client depuis"), null=True, blank=True)
    note = models.TextField(_("à savoir"), max_length=2000, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="customers", verbose_name=_("étiquettes"))
    extra = models.JSONField(default=dict, blank=True)  # values of the firm's own fields, one column for one statement

    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases", db_index=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # last writer warned
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    import_batch = models.ForeignKey("crm.ImportBatch", models.SET_NULL, null=True, blank=True, related_name="customers")

    # Written by the gestures from the fields above, for order and for finding near duplicates by index.
    sort_name = models.CharField(max_length=160, editable=False)
    name_key = models.CharField(max_length=160, editable=False)
    email_key = models.CharField(max_length=254, editable=False, blank=True)
    address_key = models.CharField(max_length=240, editable=False, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["-created_at", "-id"], name="customer_by_creation"),
            models.Index(fields=["owner", "sort_name", "id"], name="customer_by_owner"),
            models.Index(fields=["type", "sort_name", "id"], name="customer_by_type"),
            models.Index(fields=["city", "sort_name", "id"], name="customer_by_city"),
            models.Index(fields=["name_key"], name="customer_name_key"),
            # aliases only: an index full of nothing looks useless to the engines, which then read every customer
            models.Index(fields=["merged_into"], name="customer_alias", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["external_reference"], name="customer_external_reference", condition=~Q(external_reference="")),
            models.Index(fields=["siren"], name="customer_siren", condition=~Q(siren="")),
            models.Index(fields=["phone"], name="customer_phone", condition=~Q(phone="")),
            models.Index(fields=["email_key"], name="customer_email_key", condition=~Q(email_key="")),
            models.Index(fields=["address_key"], name="customer_address_key", condition=~Q(address_key="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="customer_is_not_its_own_alias"),
            models.CheckConstraint(
                condition=~Q(name=""), name="customer_has_a_name", violation_error_message=_("Un client a un nom.")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def about_label(self) -> str:
        """How a row of the history names this record: never by the person's name."""
        return _("Fiche %(reference)s") % {"reference": self.reference}

    @property
    def is_person(self) -> bool:
        """A natural person rather than an organisation."""
        return self.type == CustomerType.CONSUMER

    @property
    def head(self) -> "Customer":
        """The record that answers for this one: itself, or the one it was reunited with."""
        return self.merged_into or self

    def family_ids(self) -> list[int]:
        """The ids of the record and of its aliases: what every reader of its facts filters on. One statement."""
        head = self.merged_into_id or self.pk
        return [head, *Customer.objects.filter(merged_into_id=head).order_by("pk").values_list("pk", flat=True)]


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts in business words."""

    def visible_to(self, user: "User") -> "ContactQuerySet":
        """The contacts this person may read."""
        return self if user.is_house and user.may("see_records") else self.none()

    def present(self) -> "ContactQuerySet":
        """Those still to be spoken to."""
        return self.filter(archived_at=None)


class Contact(models.Model):
    """A person to speak to at a customer's."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    civility = models.CharField(_("civilité"), max_length=4, blank=True, choices=[("", "—"), ("mme", _("Mme")), ("m", _("M."))])
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    job_title = models.CharField(_("fonction ou lien"), max_length=80, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    mobile = models.CharField(_("mobile"), max_length=20, blank=True)
    decides = models.BooleanField(_("décide"), default=False)
    receives_invoices = models.BooleanField(_("reçoit les factures"), default=False)
    receives_reminders = models.BooleanField(_("reçoit les relances"), default=False)
    is_main = models.BooleanField(_("interlocuteur principal"), default=False)
    language = models.CharField(_("langue"), max_length=5, blank=True, choices=[("fr", _("français")), ("en", _("anglais"))])
    note = models.CharField(_("à savoir"), max_length=300, blank=True)
    email_key = models.CharField(max_length=254, editable=False, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    import_batch = models.ForeignKey("crm.ImportBatch", models.SET_NULL, null=True, blank=True, related_name="contacts")

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "last_name", "first_name", "id"]
        indexes = [
            models.Index(fields=["email_key"], name="contact_email_key", condition=~Q(email_key="")),
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            models.Index(fields=["mobile"], name="contact_mobile", condition=~Q(mobile="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~(Q(first_name="") & Q(last_name="")),
                name="contact_has_a_name",
                violation_error_message=_("Un contact a un nom ou un prénom."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """«Anne Lemoine»."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def formal_name(self) -> str:
        """«Mme Lemoine» when the civility is known, else the full name."""
        return f"{self.get_civility_display()} {self.last_name}" if self.civility and self.last_name else self.full_name


class CustomerMerge(models.Model):
    """One record became an alias of another: why, by whom, and when it was undone."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges_kept")
    alias = models.ForeignKey(Customer, models.PROTECT, related_name="merges_alias")
    reason = models.CharField(_("raison"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # The aliases that the alias itself had: undo gives them back.
    carried = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["alias"], condition=Q(undone_at=None), name="alias_merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.alias_id} → {self.kept_id}"


class DuplicateCandidate(models.Model):
    """Two records that may be one client, with the reasons, until a person decides."""

    class Decision(models.TextChoices):
        MERGED = "merged", _("réunies")
        DISTINCT = "distinct", _("distinctes")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    first = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    second = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)  # codes: name, siren, phone, email
    score = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    import_batch = models.ForeignKey("crm.ImportBatch", models.SET_NULL, null=True, related_name="candidates")
    decision = models.CharField(max_length=8, blank=True, choices=Decision)
    decision_reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-score", "id"]
        indexes = [models.Index(fields=["decision", "-score", "id"], name="candidate_queue")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="candidate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="candidate_pair_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ? {self.second_id}"
