"""A complaint, what happened to it, the letters sent about it: rows that are only added (docs/data.md).

The database itself refuses to change them, and refuses a refusal to a consumer that does not name the mediator
(`complaints.triggers`). Where a complaint stands is never stored: `complaints.states` answers from the facts and a day.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from complaints import states
from complaints.deadlines import MEDIATION_TYPES
from complaints.states import CLOSINGS, MEDIATION, OPENINGS, F, Standing
from crm.models import Email
from crm.models.company import HolidayZone
from crm.models.customers import Channel, CustomerType
from crm.models.timeline import Audience
from lib import clock
from lib.public_ids import public_id

if TYPE_CHECKING:
    from accounts.models import User


LOST = (Email.State.CANCELLED, Email.State.HELD, Email.State.FAILED)  # a letter of that fate reached nobody
DOORS = sorted(kind.value for kind in CLOSINGS | {F.REOPENED})  # what opens or closes it


class FactKind(models.TextChoices):
    """What may happen to a complaint, in words; `complaints.states.F` says what each does to its dates."""

    ORAL = F.ORAL.value, _("Dite à l’oral")
    WRITTEN = F.WRITTEN.value, _("Écrite")
    ACKNOWLEDGED = F.ACKNOWLEDGED.value, _("Accusé de réception")
    INVITED = F.INVITED.value, _("Invitation à écrire")
    HOLDING = F.HOLDING.value, _("Réponse d’attente")
    LISTENED = F.LISTENED.value, _("Écoutée")
    REPHRASED = F.REPHRASED.value, _("Reformulée")
    RECOGNISED = F.RECOGNISED.value, _("Reconnue")
    OFFERED = F.OFFERED.value, _("Proposition faite")
    FAVOURABLE = F.FAVOURABLE.value, _("Réponse favorable")
    PARTIAL = F.PARTIAL.value, _("Réponse favorable en partie")
    REFUSED = F.REFUSED.value, _("Refus")
    CLIENT_REFUSED = F.CLIENT_REFUSED.value, _("Proposition refusée par le client")
    REPAIRED = F.REPAIRED.value, _("Réparée")
    FOLLOWED_UP = F.FOLLOWED_UP.value, _("Suivie")
    REFERRED = F.REFERRED.value, _("Médiateur saisi")
    FILE_RECEIVED = F.FILE_RECEIVED.value, _("Dossier reçu par le médiateur")
    INADMISSIBLE = F.INADMISSIBLE.value, _("Saisine jugée irrecevable")
    NOTIFIED = F.NOTIFIED.value, _("Dossier complet notifié par le médiateur")
    EXTENDED = F.EXTENDED.value, _("Médiation prolongée")
    POSITION = F.POSITION.value, _("Réponse au médiateur")
    PROPOSAL = F.PROPOSAL.value, _("Proposition du médiateur")
    PROPOSAL_ACCEPTED = F.PROPOSAL_ACCEPTED.value, _("Proposition du médiateur acceptée")
    PROPOSAL_REFUSED = F.PROPOSAL_REFUSED.value, _("Proposition du médiateur refusée")
    WITHDRAWN = F.WITHDRAWN.value, _("Retrait de la médiation")
    COURT = F.COURT.value, _("Juge saisi")
    POSTED = F.POSTED.value, _("Preuve d’envoi gardée")
    CLOSED_SATISFIED = F.CLOSED_SATISFIED.value, _("Close, client satisfait")
    CLOSED_WITHOUT_FOLLOW_UP = F.CLOSED_WITHOUT_FOLLOW_UP.value, _("Close sans suite")
    REOPENED = F.REOPENED.value, _("Rouverte")
    MISTAKEN = F.MISTAKEN.value, _("Enregistré par erreur")
    CONSUMER_RIGHTS = F.CONSUMER_RIGHTS.value, _("Droits d’un particulier reconnus")


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """Complaints in business words. `with_facts` first, when their standing is read: two statements more, whatever their number."""

    def visible_to(self, user: "User") -> "ComplaintQuerySet":
        """Those this person may read: who receives and answers them."""
        return self if user.is_house and user.may("handle_complaints") else self.none()

    def of_family(self, ids: list[int]) -> "ComplaintQuerySet":
        """Those of one client, aliases included."""
        return self.filter(customer_id__in=ids)

    def open_on(self, today: date) -> "ComplaintQuerySet":
        """Those that nobody had closed at the end of `today`, or that were opened again; not those recorded in error."""
        return self.with_door(today).exclude(door__in=CLOSINGS).filter(begun=True)  # type: ignore[misc]  # annotated

    def closed_on(self, today: date) -> "ComplaintQuerySet":
        """Those that were closed at the end of `today`, or recorded in error."""
        return self.with_door(today).filter(Q(door__in=CLOSINGS) | Q(begun=False))  # type: ignore[misc]  # annotated

    def not_void(self) -> "ComplaintQuerySet":
        """Without those that were recorded in error."""
        return self.filter(Exists(ComplaintFact.objects.filter(complaint=OuterRef("pk"), withdrawn_by=None, kind__in=OPENINGS)))

    def with_door(self, today: date) -> "ComplaintQuerySet":
        """Each with `door`, its last closing or reopening known that day, and `begun`: whether somebody complained at all."""
        own = ComplaintFact.objects.filter(complaint=OuterRef("pk"), withdrawn_by=None)
        last = Subquery(own.filter(on__lte=today, kind__in=DOORS).order_by("-on", "-id").values("kind")[:1])
        return self.annotate(door=Coalesce(last, Value("")), begun=Exists(own.filter(kind__in=OPENINGS)))

    def protected(self) -> "ComplaintQuerySet":
        """Those under a consumer's rules: since they were received, or since the client's record was put right."""
        own = ComplaintFact.objects.filter(complaint=OuterRef("pk"), withdrawn_by=None, kind=F.CONSUMER_RIGHTS)
        return self.filter(Q(client_type__in=MEDIATION_TYPES) | Exists(own))

    def on_invoices(self, invoice_ids: Iterable[int]) -> "ComplaintQuerySet":
        """Those about these invoices, whole or one line: what waits with `open_on`."""
        return self.filter(invoice_id__in=invoice_ids)

    def with_facts(self) -> "ComplaintQuerySet":
        """Each with its facts and the fate of its letters, ready for `standing_on`."""
        mails = models.Prefetch(
            "facts",
            ComplaintFact.objects.order_by("id").select_related(
                "letter__email", "author", "proof_of", "withdraws__proof_of", "withdrawn_by__author"
            ),
        )
        return self.select_related("customer", "contact", "owner", "invoice").prefetch_related(mails)

    def read_by(self, user: "User") -> "ComplaintQuerySet":
        """Those visible to `user`, ready for a page."""
        return self.visible_to(user).with_facts()


class Complaint(models.Model):
    """What a client reproaches us with, in their words. Only its owner may change: dates come from its facts."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    reference = models.CharField(_("référence"), max_length=20, unique=True)
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="complaints")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="complaints")
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, null=True, related_name="complaints")
    line = models.ForeignKey("billing.InvoiceLine", models.PROTECT, null=True, related_name="complaints")
    subject = models.CharField(_("objet"), max_length=160)
    body = models.TextField(_("ce que dit le client"))
    channel = models.CharField(_("par quel moyen"), max_length=8, choices=Channel)
    client_type = models.CharField(_("type du client"), max_length=16, choices=CustomerType)  # frozen: it decides rights
    zone = models.CharField(max_length=16, choices=HolidayZone, default=HolidayZone.NATIONAL)
    silence_delay_months = models.PositiveSmallIntegerField(default=2)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("suivie par"))
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.CONTACT)
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=80, unique=True, null=True)  # names the request: twice the same is once

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["customer", "-id"], name="complaint_of_customer"),
            models.Index(fields=["invoice"], name="complaint_on_invoice", condition=Q(invoice__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="complaint_has_words"),
            models.CheckConstraint(condition=Q(line=None) | Q(invoice__isnull=False), name="complaint_line_names_its_invoice"),
        ]

    def __str__(self) -> str:
        return self.about_label

    @property
    def about_label(self) -> str:
        """How a row of the history names it: «Réclamation R2026-000007»."""
        return str(_("Réclamation %(reference)s") % {"reference": self.reference})

    @property
    def counted(self) -> "list[ComplaintFact]":
        """Its facts in the order they were written, without those recorded in error nor what says so (read the row
        `with_facts`)."""
        rows = sorted(self.facts.all(), key=lambda row: row.pk)
        return [row for row in rows if row.kind != F.MISTAKEN and row.correction is None]

    @property
    def known_facts(self) -> list[states.Fact]:
        """Its facts as the rules read them (read the row `with_facts`)."""
        return [row.plain for row in self.counted]

    @property
    def regime(self) -> str:
        """The type of client whose rules it follows: never less protective than on the day it was received (read `with_facts`)."""
        return states.regime(self.known_facts, self.client_type)

    @property
    def regime_label(self) -> str:
        """That type, in words (read `with_facts`)."""
        return str(CustomerType(self.regime).label)

    @property
    def is_before_invoice(self) -> bool:
        """Whether it was sent, or said, before the invoice it speaks of was issued (read the row `with_facts`)."""
        if self.invoice is None or self.invoice.issued_on is None:
            return False
        first = min((fact.on for fact in self.counted if fact.kind in OPENINGS), default=None)
        return first is not None and first < self.invoice.issued_on

    def standing_on(self, today: date) -> Standing:
        """Where it stands at the end of `today` (read the row `with_facts`)."""
        return states.standing(
            self.known_facts,
            client_type=self.client_type,
            zone=self.zone,
            silence_delay_months=self.silence_delay_months,
            today=today,
        )


class ComplaintFactQuerySet(models.QuerySet["ComplaintFact"]):
    """Facts in business words."""

    def visible_to(self, user: "User") -> "ComplaintFactQuerySet":
        """What this person may read: the mediator's papers are confidential (C. conso. L612-3), by their own right."""
        if not (user.is_house and user.may("handle_complaints")):
            return self.none()
        if user.may("see_mediation"):
            return self
        hidden = Q(kind__in=MEDIATION) | Q(proof_of__kind=LetterKind.TO_MEDIATOR)
        hidden |= Q(withdraws__kind__in=MEDIATION) | Q(withdraws__proof_of__kind=LetterKind.TO_MEDIATOR)
        return self.exclude(hidden)

    def known_of(self, complaints: QuerySet[Any]) -> Iterator[tuple[int, tuple[str, str, int], tuple[states.Fact, ...]]]:
        """Of each of these complaints (the statement that gives their pk), what decides its dates (client type, zone, months of
        silence) and its `known_facts`, without making a model of any: for who sorts many and shows few. One statement."""
        kept = ("complaint_id", "complaint__client_type", "complaint__zone", "complaint__silence_delay_months")
        told = ("kind", "on", "until", "letter__email__state")  # of a letter that left without a mail, no state
        rows = self.filter(complaint_id__in=complaints, withdrawn_by=None).exclude(kind=F.MISTAKEN).order_by("complaint_id", "id")
        for (pk, *one), facts in groupby(rows.values_list(*kept, *told), key=itemgetter(slice(4))):
            known = tuple(states.Fact(kind, on, until, stands=mail not in LOST) for *_one, kind, on, until, mail in facts)
            yield pk, tuple(one), known


class ComplaintFact(models.Model):
    """One dated fact, added and never changed. `until` is the date it gives: an extension, what we promise, the time to
    accept a proposal; `amount` in EUR; `words` are typed; `place` is the mediator or the court, `number` their reference, or
    that of a registered letter; `withdraws` is the fact that this one says was recorded in error."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=32, choices=FactKind)
    on = models.DateField()  # the civil day it happened: of a letter received, the day it was sent
    received_on = models.DateField(null=True)
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    until = models.DateField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    words = models.TextField(blank=True)
    place = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=80, blank=True)
    letter = models.OneToOneField("complaints.ComplaintLetter", models.PROTECT, null=True, related_name="fact")
    proof_of = models.ForeignKey("complaints.ComplaintLetter", models.PROTECT, null=True, related_name="proofs")
    withdraws = models.OneToOneField("self", models.PROTECT, null=True, related_name="withdrawn_by")
    interaction = models.OneToOneField("crm.Interaction", models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=80, unique=True, null=True)  # names the request: twice the same is once
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ComplaintFactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["complaint", "kind", "on"], name="fact_of_complaint"),
            models.Index(fields=["complaint", "-on", "-id"], name="door_of_complaint", condition=Q(kind__in=DOORS)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=F.MISTAKEN.value, withdraws__isnull=False) | ~Q(kind=F.MISTAKEN.value) & Q(withdraws=None),
                name="mistake_names_its_fact",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def plain(self) -> states.Fact:
        """As the rules read it."""
        return states.Fact(self.kind, self.on, self.until, stands=self.letter is None or self.letter.has_left)

    @property
    def is_confidential(self) -> bool:
        """Of the mediation: read by those who hold the right."""
        row = self.withdraws or self
        return row.kind in MEDIATION or (row.proof_of is not None and row.proof_of.kind == LetterKind.TO_MEDIATOR)

    @property
    def correction(self) -> "ComplaintFact | None":
        """The fact that says this one was recorded in error, if one does (read the row `with_facts`)."""
        return getattr(self, "withdrawn_by", None)

    @property
    def is_told(self) -> bool:
        """Whether the client reads of it in their space: what they said themselves, and our letters to them."""
        return self.kind in OPENINGS or (self.letter is not None and self.letter.kind != LetterKind.TO_MEDIATOR)


def told_in_error() -> Subquery:
    """For rows of the history: the day on which the fact that each tells was declared recorded in error; None for the others."""
    wrong = ComplaintFact.objects.filter(interaction=OuterRef("pk"), withdrawn_by__isnull=False)
    return Subquery(wrong.values("withdrawn_by__on")[:1])


class LetterKind(models.TextChoices):
    """The letters of a complaint (`docs/complaints.md`)."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Accusé de réception")
    HOLDING = "holding", _("Réponse d’attente")
    FAVOURABLE = "favourable", _("Réponse favorable")
    PARTIAL = "partial", _("Réponse favorable en partie")
    REFUSAL = "refusal", _("Refus")
    CLOSING = "closing", _("Clôture")
    INVITATION = "invitation", _("Invitation à écrire")
    TO_MEDIATOR = "to_mediator", _("Réponse au médiateur")


class Way(models.TextChoices):
    """How a letter goes."""

    EMAIL = "email", _("par e-mail, avec son PDF")
    POST = "post", _("imprimée et postée")
    PORTAL = "portal", _("dans son espace client")


class ComplaintLetter(models.Model):
    """A letter as it was sent: every word of it, the version of its text, who signed, whom it names. Never changed."""

    public_id = models.CharField(max_length=32, unique=True, default=public_id, editable=False)
    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=16, choices=LetterKind)
    way = models.CharField(max_length=8, choices=Way)
    language = models.CharField(max_length=5)
    text_version = models.CharField(max_length=16)
    client_type = models.CharField(max_length=16, choices=CustomerType)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    house = models.JSONField(default=dict)  # our name, address and contact details as printed
    recipient = models.CharField(max_length=400)  # name and postal address, one line each
    mediator_name = models.CharField(max_length=160, blank=True)
    mediator_postal_address = models.CharField(max_length=240, blank=True)
    mediator_website = models.CharField(max_length=200, blank=True)
    mediator_agreement_to = models.DateField(null=True)
    override_reason = models.CharField(max_length=300, blank=True)  # why it leaves under an agreement that has expired
    written_on = models.DateField()
    written_at = models.DateTimeField(default=clock.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    email = models.OneToOneField("crm.Email", models.PROTECT, null=True, related_name="complaint_letter")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def has_left(self) -> bool:
        """Whether it may have reached the client: taken back, held or refused by their server, it never was an answer."""
        return self.email is None or self.email.state not in LOST

    @property
    def paragraphs(self) -> list[str]:
        """Its words, one paragraph each."""
        return [paragraph for paragraph in self.text.split("\n\n") if paragraph]


class LetterFile(models.Model):
    """The PDF of a letter, written once, with its hash: a letter is what left, byte for byte."""

    letter = models.OneToOneField(ComplaintLetter, models.PROTECT, related_name="file")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.sha256


class FactFileQuerySet(models.QuerySet["FactFile"]):
    """Files of the mediation in business words."""

    def visible_to(self, user: "User") -> "FactFileQuerySet":
        """Those of the facts that this person may read, and that nobody erased."""
        return self.filter(fact__in=ComplaintFact.objects.visible_to(user), file__erased_at=None)


class FactFile(models.Model):
    """A paper of the mediation: a file that no exchange carries, so that only its own right reads it. The files of other
    facts come with their row of the history."""

    fact = models.ForeignKey(ComplaintFact, models.PROTECT, related_name="files")
    file = models.OneToOneField("crm.Attachment", models.PROTECT, related_name="+")

    objects = FactFileQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file.name


class FeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Calendars in business words."""

    def living(self) -> "FeedQuerySet":
        """Those nobody revoked."""
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """The secret address at which a person's own calendar reads the dates: only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    read_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_calendar_per_person"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
