"""Us: the firm that uses Égards, and its counters."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rights import Role
from lib import clock


class VatRegime(models.TextChoices):
    """How the firm stands to VAT (CGI art. 287, 293 B)."""

    NORMAL = "normal", _("réel normal")
    SIMPLIFIED = "simplified", _("réel simplifié")
    FRANCHISE = "franchise", _("franchise en base (art. 293 B du CGI)")


class HolidayZone(models.TextChoices):
    """Whose public holidays count (Code du travail L3133-1, L3134-13, L3422-2)."""

    NATIONAL = "national", _("France entière")
    ALSACE_MOSELLE = "alsace-moselle", _("Alsace-Moselle")
    GUADELOUPE = "971", _("Guadeloupe")
    MARTINIQUE = "972", _("Martinique")
    GUYANE = "973", _("Guyane")
    REUNION = "974", _("La Réunion")
    SAINT_PIERRE = "975", _("Saint-Pierre-et-Miquelon")
    MAYOTTE = "976", _("Mayotte")
    SAINT_BARTHELEMY = "977", _("Saint-Barthélemy")
    SAINT_MARTIN = "978", _("Saint-Martin")


class TermsCounting(models.TextChoices):
    """From when the payment days are counted (C. com. L441-10 I)."""

    NET = "net", _("à compter de la date de facture")
    END_OF_MONTH_AFTER = "days_then_end_of_month", _("jours puis fin de mois")
    END_OF_MONTH_BEFORE = "end_of_month_then_days", _("fin de mois puis jours")


def asked_second_factor() -> list[str]:
    """The roles that owe a second factor until the firm decides otherwise: those who hold the keys and the money; none in
    the demonstration, where anybody enters by one click."""
    return [] if settings.DEMO else [str(Role.ACCOUNTANT), str(Role.MANAGER)]


class Company(models.Model):
    """The firm. One row; changed by `crm.company.update_company`, which journals what touches money or identity."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("nom de la maison"), max_length=160, blank=True)
    legal_form = models.CharField(_("forme juridique"), max_length=80, blank=True)
    capital = models.DecimalField(_("capital social"), max_digits=14, decimal_places=2, null=True, blank=True)
    rcs = models.CharField(_("ville du RCS"), max_length=80, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    vat_number = models.CharField(_("numéro de TVA"), max_length=20, blank=True)
    vat_regime = models.CharField(_("régime de TVA"), max_length=12, choices=VatRegime, default=VatRegime.NORMAL)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    address_extra = models.CharField(_("complément d’adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("code postal"), max_length=10, blank=True)
    city = models.CharField(_("ville"), max_length=100, blank=True)
    country = models.CharField(_("pays"), max_length=2, default="FR")
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=20, blank=True)
    website = models.URLField(_("site internet"), blank=True)
    logo = models.CharField(max_length=120, blank=True)  # name in storage, re-encoded image
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    account_holder = models.CharField(_("titulaire du compte"), max_length=160, blank=True)
    holiday_zone = models.CharField(_("jours fériés"), max_length=16, choices=HolidayZone, default=HolidayZone.NATIONAL)
    time_zone = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    payment_days = models.PositiveSmallIntegerField(_("délai de paiement, en jours"), default=30)
    payment_counting = models.CharField(_("décompte du délai"), max_length=24, choices=TermsCounting, default=TermsCounting.NET)
    vat_on_debits = models.BooleanField(_("option pour le paiement de la TVA d’après les débits"), default=False)
    insurance_name = models.CharField(_("assureur de la garantie décennale"), max_length=160, blank=True)
    insurance_contact = models.CharField(_("coordonnées de l’assureur"), max_length=240, blank=True)
    insurance_coverage = models.CharField(_("couverture géographique du contrat"), max_length=160, blank=True)
    mediator_name = models.CharField(_("médiateur de la consommation"), max_length=160, blank=True)
    mediator_postal_address = models.CharField(_("adresse postale du médiateur"), max_length=240, blank=True)
    mediator_website = models.URLField(_("site du médiateur"), blank=True)
    mediator_agreement_to = models.DateField(_("convention avec le médiateur, jusqu’au"), null=True, blank=True)
    mediator_silence_months = models.PositiveSmallIntegerField(_("délai de réponse de sa charte, en mois"), default=2)
    sender_name = models.CharField(_("nom d’expéditeur"), max_length=120, blank=True)
    sender_email = models.EmailField(_("adresse d’expédition"), blank=True)
    smtp_host = models.CharField(_("serveur d’envoi (SMTP)"), max_length=160, blank=True)
    smtp_port = models.PositiveIntegerField(_("port"), default=587)
    smtp_security = models.CharField(
        _("chiffrement"),
        max_length=8,
        default="starttls",
        choices=[("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("aucun"))],
    )
    smtp_user = models.CharField(_("identifiant"), max_length=160, blank=True)
    smtp_secret = models.TextField(blank=True)  # encrypted with the installation's key, written and never read back
    smtp_tested_at = models.DateTimeField(null=True, blank=True)
    tone = models.CharField(
        _("ton de la maison"),
        max_length=12,
        default="warm",
        choices=[("warm", _("chaleureux")), ("plain", _("simple et direct")), ("formal", _("soutenu"))],
    )
    mail_signature = models.TextField(_("signature des e-mails"), blank=True)
    second_factor_roles = models.JSONField(_("rôles à second facteur obligatoire"), default=asked_second_factor, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="company_is_single")]

    def __str__(self) -> str:
        return self.name


class BankChangeQuerySet(models.QuerySet["BankChange"]):
    """Changes of bank details in business words."""

    def undecided(self) -> "BankChangeQuerySet":
        """Waiting for a second person."""
        return self.filter(approved_at=None, refused_at=None)


class BankChange(models.Model):
    """Bank details proposed by one person, waiting for a second: nobody alone moves where clients' money goes."""

    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    account_holder = models.CharField(_("titulaire du compte"), max_length=160, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    objects = BankChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_at=None) | models.Q(refused_at=None), name="bank_change_decided_once"
            )
        ]

    def __str__(self) -> str:
        return self.iban


class Counter(models.Model):
    """A row locked to give the next number: references of customers, later the series of documents."""

    name = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
