"""What happened (Interaction) and what is owed (Commitment)."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.labels import retold
from crm.models.customers import Channel
from lib import clock
from lib.moments import is_past
from lib.public_ids import public_id

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class Kind(models.TextChoices):
    """The one vocabulary of what happens with a client; under forty for good."""

    CALL = "call", _("Appel")
    VISIT = "visit", _("Visite")
    MEETING = "meeting", _("Rendez-vous")
    MESSAGE = "message", _("Message")
    LETTER = "letter", _("Courrier")
    NOTE = "note", pgettext_lazy("échange", "Note")  # a bare «Note» is said «Remarque» by Django’s own catalogue
    EMAIL = "email", _("E-mail")
    CUSTOMER_CREATED = "customer_created", _("Fiche créée")
    CUSTOMER_CHANGED = "customer_changed", _("Fiche modifiée")
    CUSTOMERS_MERGED = "customers_merged", _("Fiches réunies")
    MERGE_UNDONE = "merge_undone", _("Fiches séparées")
    COMMITMENT_MADE = "commitment_made", _("Engagement pris")
    COMMITMENT_KEPT = "commitment_kept", _("Engagement tenu")
    COMMITMENT_MOVED = "commitment_moved", _("Engagement déplacé")
    COMMITMENT_RELEASED = "commitment_released", _("Engagement levé")
    COMMITMENT_DELEGATED = "commitment_delegated", _("Engagement confié")
    ADDRESS_REFUSED = "address_refused", _("Adresse refusée")
    ADDRESS_RESTORED = "address_restored", _("Adresse rétablie")
    INVOICE_ISSUED = "invoice_issued", _("Facture émise")
    CREDIT_NOTE_ISSUED = "credit_note_issued", _("Avoir émis")
    INVOICE_OPENED = "invoice_opened", _("Facture ouverte")
    PAYMENT_RECEIVED = "payment_received", _("Paiement reçu")
    PAYMENT_REVERSED = "payment_reversed", _("Paiement annulé")
    TRANSFER_ANNOUNCED = "transfer_announced", _("Virement annoncé")
    TRANSFER_WITHDRAWN = "transfer_withdrawn", _("Virement annoncé par erreur")
    QUESTION_ASKED = "question_asked", _("Question sur une facture")
    QUESTION_ANSWERED = "question_answered", _("Réponse à une question")
    TIME_REQUESTED = "time_requested", _("Délai demandé")
    REMINDER_SENT = "reminder_sent", _("Rappel envoyé")
    REMINDER_HELD = "reminder_held", _("Rappel retenu")
    COMPLAINT_RECEIVED = "complaint_received", _("Réclamation reçue")
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged", _("Réclamation accusée")
    COMPLAINT_ANSWERED = "complaint_answered", _("Réponse à une réclamation")
    COMPLAINT_STEP = "complaint_step", _("Étape d’une réclamation")
    COMPLAINT_CLOSED = "complaint_closed", _("Réclamation close")
    COMPLAINT_CORRECTED = "complaint_corrected", _("Réclamation rectifiée")
    PORTAL_ACCESS = "portal_access", _("Accès à l’espace client")


# Spoken or written between people, as opposed to rows that the house writes of itself.
HUMAN_KINDS = (Kind.CALL, Kind.VISIT, Kind.MEETING, Kind.MESSAGE, Kind.LETTER, Kind.NOTE, Kind.EMAIL)
# Two people actually met or spoke or wrote: what «last human contact» means.
CONTACT_KINDS = (
    Kind.CALL, Kind.VISIT, Kind.MEETING, Kind.MESSAGE, Kind.LETTER, Kind.EMAIL, Kind.COMPLAINT_RECEIVED,
    Kind.COMPLAINT_ACKNOWLEDGED, Kind.COMPLAINT_ANSWERED, Kind.QUESTION_ASKED, Kind.QUESTION_ANSWERED, Kind.TIME_REQUESTED,
)  # fmt: skip
# What a client asks or complains of, in their own words: never among the house's own lines.
SAID_KINDS = (Kind.QUESTION_ASKED, Kind.TIME_REQUESTED, Kind.COMPLAINT_RECEIVED)
MONEY_KINDS: tuple[str, ...] = (
    Kind.INVOICE_ISSUED, Kind.CREDIT_NOTE_ISSUED, Kind.INVOICE_OPENED, Kind.PAYMENT_RECEIVED, Kind.PAYMENT_REVERSED,
    Kind.TRANSFER_ANNOUNCED, Kind.TRANSFER_WITHDRAWN, Kind.QUESTION_ASKED, Kind.QUESTION_ANSWERED, Kind.TIME_REQUESTED,
    Kind.REMINDER_SENT, Kind.REMINDER_HELD,
)  # fmt: skip
COMPLAINT_KINDS: tuple[str, ...] = (
    Kind.COMPLAINT_RECEIVED, Kind.COMPLAINT_ACKNOWLEDGED, Kind.COMPLAINT_ANSWERED, Kind.COMPLAINT_STEP, Kind.COMPLAINT_CLOSED,
    Kind.COMPLAINT_CORRECTED,
)  # fmt: skip


class Direction(models.TextChoices):
    """From whom it came."""

    IN = "in", _("reçu")
    OUT = "out", _("émis")
    NONE = "", "—"


class Mood(models.TextChoices):
    """How the person seemed, when it matters."""

    HAPPY = "happy", pgettext_lazy("humeur", "content")  # alone, Django’s catalogue would make it « contenu »
    CALM = "calm", _("serein")
    WORRIED = "worried", _("inquiet")
    UPSET = "upset", _("mécontent")


class Visibility(models.TextChoices):
    """Which colleagues may read the words."""

    EVERYONE = "everyone", _("toute l’équipe")
    TEAM = "team", _("mon équipe")
    ME = "me", _("moi seulement")


class Audience(models.TextChoices):
    """How far a row may be shown outside the house."""

    HOUSE = "house", _("la maison")
    CONTACT = "contact", _("la personne concernée")
    CUSTOMER = "customer", _("le client")


class Stage(models.TextChoices):
    """Where in the client's journey it happened."""

    ATTENTION = "attention", _("attention")
    SELECTION = "selection", _("sélection")
    PURCHASE = "purchase", _("achat")
    LOYALTY = "loyalty", _("fidélisation")
    ADVOCACY = "advocacy", _("recommandation")
    NONE = "", "—"


def may_read(user: "User", prefix: str = "") -> Q:
    """The condition under which `user` may read rows with visibility, team and author (one rule for all of them)."""
    shared = Q(**{f"{prefix}visibility": Visibility.EVERYONE}) | Q(**{f"{prefix}author": user.pk})
    if user.team_id:
        shared |= Q(**{f"{prefix}visibility": Visibility.TEAM, f"{prefix}team": user.team_id})
    return shared


class InteractionQuerySet(models.QuerySet["Interaction"]):
    """The shared history in business words."""

    def visible_to(self, user: "User") -> "InteractionQuerySet":
        """The only reader of the history: what this person may see, with its words."""
        return self.filter(may_read(user)) if user.is_house and user.may("see_records") else self.none()

    def of_family(self, ids: list[int]) -> "InteractionQuerySet":
        """The history of one client, aliases included."""
        return self.filter(customer_id=ids[0]) if len(ids) == 1 else self.filter(customer_id__in=ids)

    def about(self, ref: str, *kinds: str) -> "InteractionQuerySet":
        """What tells the thing of public id `ref`, of one of these kinds. That the reference is not empty is said aloud: SQLite,
        which does not know it of a parameter, would read the whole history rather than its short index."""
        return self.filter(about_kind__in=kinds, about_ref=ref).exclude(about_ref="")

    def newest_first(self) -> "InteractionQuerySet":
        """By the moment it happened, newest first, in the order of the index."""
        return self.order_by("-occurred_at", "-id")

    def human(self) -> "InteractionQuerySet":
        """What people did, without the rows written of themselves."""
        return self.filter(kind__in=HUMAN_KINDS)


class Interaction(models.Model):
    """One thing that happened with a client. Kind, times, author, about and summary are frozen once written;
    words may be corrected by their author with history, or erased in place. One writer: `crm.timeline.record`."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, null=True, related_name="interactions", db_index=False)
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="interactions")
    kind = models.CharField(max_length=32, choices=Kind)
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    direction = models.CharField(max_length=3, choices=Direction, blank=True)
    stage = models.CharField(max_length=12, choices=Stage, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    summary = models.CharField(max_length=240)  # written by code from the kind, never typed words nor a person's name
    body = models.TextField(blank=True)
    about_kind = models.CharField(max_length=24, blank=True)
    about_ref = models.CharField(max_length=32, blank=True)
    about_label = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict, blank=True)  # small: duration, mood, former words …
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.HOUSE)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, related_name="+")
    erased_at = models.DateTimeField(null=True)
    import_batch = models.ForeignKey("crm.ImportBatch", models.SET_NULL, null=True, related_name="interactions")
    key = models.CharField(max_length=64, blank=True)  # names the request that wrote it: a second one finds the first

    objects = InteractionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="history_of_customer"),
            models.Index(fields=["-occurred_at", "-id"], name="history_by_date"),
            models.Index(fields=["about_kind", "about_ref"], name="history_about", condition=~Q(about_ref="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.TEAM) | Q(team__isnull=False),
                name="team_visibility_names_a_team",
                violation_error_message=_("Choisissez l’équipe qui peut lire cet échange."),
            ),
            models.UniqueConstraint(fields=["author", "key"], condition=~Q(key=""), name="exchange_logged_once"),
        ]

    def __str__(self) -> str:
        return self.summary

    @property
    def about_told(self) -> str:
        """What it is about, in the reader's language."""
        return retold(self.about_label)

    @property
    def is_automatic(self) -> bool:
        """Written by the house of itself: folded on the record."""
        return self.kind not in HUMAN_KINDS

    @property
    def mood(self) -> str:
        """A value of `Mood`, or nothing."""
        return self.data.get("mood", "")


class Written(models.Expression):
    """A word of the code written in the statement itself. SQLite uses a partial index only for a condition that it reads there,
    never for a parameter: asked by parameters, the open due dates are looked for among all that were ever paid."""

    def __init__(self, word: str):
        if not word.isidentifier():
            raise ValueError(word)
        super().__init__(output_field=models.CharField())
        self.word = word

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """The word between quotation marks, and no parameter."""
        return f"'{self.word}'", ()


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """What is owed, in business words."""

    def visible_to(self, user: "User") -> "CommitmentQuerySet":
        """What this person may read (an owner always reads what they owe); the due date of an invoice tells its amount, and
        is for those who see amounts."""
        if not (user.is_house and user.may("see_records")):
            return self.none()
        rows = self.filter(may_read(user) | Q(owner=user.pk))
        return rows if user.may("see_amounts") else rows.without_due_dates()

    def open(self) -> "CommitmentQuerySet":
        """Neither kept nor released."""
        return self.filter(kept_at=None, released_at=None)

    def without_due_dates(self) -> "CommitmentQuerySet":
        """Without the due dates of invoices, which have their own list: what people said, and what the law asks for."""
        return self.exclude(nature=Commitment.Nature.PROJECTED, about_kind="invoice")

    def open_due_dates(self) -> "CommitmentQuerySet":
        """The due dates of invoices that still wait for money: each carries what is left of its invoice."""
        of_invoices = self.open().filter(nature=Written("projected"), about_kind=Written("invoice"), owed_by=Written("them"))
        return of_invoices.filter(due_on__gt=date.min)  # every one; with it, the index by day is the one looked at

    def of_family(self, ids: list[int]) -> "CommitmentQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)

    def of_nobody(self) -> "CommitmentQuerySet":
        """What the house owes and no colleague in post has taken on."""
        return self.filter(Q(owner=None) | Q(owner__is_active=False), owed_by=Commitment.Owed.US)


class Commitment(models.Model):
    """What is owed, by whom and for when. Broken is computed: open and past its day."""

    class Owed(models.TextChoices):
        US = "us", _("nous")
        THEM = "them", _("le client")

    class Release(models.TextChoices):
        """Why the house itself released one, told in the reader's language; a person's reason is their own words."""

        PAID_LATE = "paid_late", _("Réglé depuis, après la date promise.")
        NOTHING_DUE = "nothing_due", _("Plus rien n’est dû sur cette facture.")
        ANOTHER_DAY = "another_day", _("Le client a donné un autre jour.")
        COMPLAINT_CHANGED = "complaint_changed", _("La réclamation a changé.")

    class Nature(models.TextChoices):
        PRIMARY = "primary", _("pris par une personne")
        PROJECTED = "projected", _("né d’un document ou de la loi")

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="commitments")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="commitments")
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="commitments")
    owed_by = models.CharField(max_length=4, choices=Owed)
    nature = models.CharField(max_length=10, choices=Nature, default=Nature.PRIMARY)
    what = models.CharField(_("quoi"), max_length=200)
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2, null=True)  # EUR
    due_on = models.DateField(_("pour le"))
    due_at = models.TimeField(_("heure"), null=True)  # on the firm's wall clock
    due_before = models.BooleanField(default=False)  # «avant 10 h» rather than «à 10 h»
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("par"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    about_kind = models.CharField(max_length=24, blank=True)
    about_ref = models.CharField(max_length=32, blank=True)
    about_label = models.CharField(max_length=120, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    release_reason = models.CharField(max_length=200, blank=True)  # a person's own words
    release_code = models.CharField(max_length=20, choices=Release, blank=True)  # or why the house did it of itself
    version = models.PositiveIntegerField(default=1)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "due_at", "id"]
        indexes = [
            models.Index(
                fields=["customer", "due_on", "id"], name="owed_of_customer", condition=Q(kept_at=None, released_at=None)
            ),
            models.Index(fields=["owner", "due_on", "id"], name="owed_by_person", condition=Q(kept_at=None, released_at=None)),
            models.Index(fields=["due_on", "id"], name="owed_by_day", condition=Q(kept_at=None, released_at=None)),
            models.Index(
                fields=["customer", "due_on", "about_ref", "amount"],
                name="due_date_of_customer",
                condition=Q(kept_at=None, released_at=None, nature="projected", about_kind="invoice", owed_by="them"),
            ),
            models.Index(
                fields=["due_on", "id", "about_ref"],
                name="due_date_by_day",
                condition=Q(kept_at=None, released_at=None, nature="projected", about_kind="invoice", owed_by="them"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["about_kind", "about_ref", "what"], condition=Q(nature="projected"), name="projected_once_per_fact"
            ),
            models.CheckConstraint(condition=Q(kept_at=None) | Q(released_at=None), name="kept_or_released_not_both"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def told(self) -> str:
        """What is owed, in the reader's language when code wrote it, in its own words otherwise."""
        return retold(self.what)

    @property
    def about_told(self) -> str:
        """What it is about, in the reader's language."""
        return retold(self.about_label)

    @property
    def is_open(self) -> bool:
        """Neither kept nor released."""
        return self.kept_at is None and self.released_at is None

    @property
    def released_because(self) -> str:
        """Why it was released, for who reads now."""
        return str(self.get_release_code_display()) if self.release_code else self.release_reason

    def is_broken(self, now: "datetime") -> bool:
        """Open, and its day, or the hour of its day on the firm's clock, is past at `now` (aware)."""
        return self.is_open and is_past(self.due_on, self.due_at, before=self.due_before, local=clock.local(now))


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files in business words."""

    def visible_to(self, user: "User") -> "AttachmentQuerySet":
        """The files whose exchange or mail this person may read, and that nobody erased."""
        if not (user.is_house and user.may("see_records")):
            return self.none()
        of_exchange = Q(interaction__isnull=False) & may_read(user, "interaction__")
        of_mail = Q(email__isnull=False) & may_read(user, "email__")
        return self.filter(of_exchange | of_mail, erased_at=None)


class Attachment(models.Model):
    """A stored file, named by chance in storage; its own name is only text. Erased in place with its row."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    interaction = models.ForeignKey(Interaction, models.PROTECT, null=True, related_name="attachments")
    email = models.ForeignKey("crm.Email", models.PROTECT, null=True, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=120)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
