"""The forms of the firm's settings: one per section, made from the model. Values are judged by `crm.company_checks`."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Right, Role, User
from crm.models import Company


@dataclass(frozen=True)
class Section:
    """One page of settings. `sealed` fields ask for the person's password when they change."""

    key: str
    title: str | Promise
    words: str | Promise
    fields: tuple[str, ...]
    sealed: tuple[str, ...] = ()
    right: str = Right.MANAGE_SETTINGS


SECTIONS = {
    section.key: section
    for section in (
        Section(
            "identite",
            _("Identité"),
            _("Ce que la loi demande d’écrire sur vos documents, et ce que vos clients lisent."),
            ("name", "legal_form", "capital", "rcs", "siren", "siret", "vat_number", "vat_regime"),
        ),
        Section(
            "coordonnees",
            _("Coordonnées"),
            _("Où vous trouver, et comment vous joindre."),
            ("address", "address_extra", "postal_code", "city", "country", "email", "phone", "website"),
        ),
        Section(
            "banque",
            _("Banque"),
            _("Où vos clients vous paient. Tout changement est écrit au journal et annoncé à chaque responsable."),
            ("account_holder", "iban", "bic"),
            sealed=("account_holder", "iban", "bic"),
            right=Right.MANAGE_BANK_DETAILS,
        ),
        Section(
            "conditions",
            _("Conditions"),
            _("Le délai de paiement habituel, et le médiateur que vos clients particuliers peuvent saisir."),
            (
                *("payment_days", "payment_counting", "mediator_name", "mediator_postal_address", "mediator_website"),
                *("mediator_agreement_to", "mediator_silence_months"),
            ),
        ),
        Section(
            "mentions",
            _("Mentions de métier"),
            _("Ce que certaines maisons doivent encore écrire sur leurs factures, selon leur métier et leurs options."),
            ("vat_on_debits", "insurance_name", "insurance_contact", "insurance_coverage"),
        ),
        Section(
            "courriels",
            _("E-mails"),
            _("De quelle adresse partent vos e-mails, et par quel serveur."),
            ("sender_name", "sender_email", "smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"),
            sealed=("sender_email", "smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"),
        ),
        Section(
            "ton",
            _("Ton et signature"),
            _("La manière dont la maison écrit."),
            ("tone", "mail_signature"),
        ),
        Section(
            "calendrier",
            _("Calendrier"),
            _("Les jours fériés et l’heure d’après lesquels les délais se comptent."),
            ("holiday_zone", "time_zone"),
        ),
        Section(
            "securite",
            _("Sécurité"),
            _("Qui doit confirmer sa connexion par un code, en plus du mot de passe."),
            ("second_factor_roles",),
        ),
    )
}

ZONES = [
    ("Europe/Paris", _("France métropolitaine")),
    ("America/Guadeloupe", _("Guadeloupe, Saint-Martin, Saint-Barthélemy")),
    ("America/Martinique", _("Martinique")),
    ("America/Cayenne", _("Guyane")),
    ("America/Miquelon", _("Saint-Pierre-et-Miquelon")),
    ("Indian/Reunion", _("La Réunion")),
    ("Indian/Mayotte", _("Mayotte")),
    ("Pacific/Noumea", _("Nouvelle-Calédonie")),
    ("Pacific/Tahiti", _("Polynésie française")),
    ("Pacific/Wallis", _("Wallis-et-Futuna")),
]
HINTS = {
    "capital": _("En euros, par exemple 10 000. Laissez vide si la maison n’en a pas."),
    "rcs": _("La ville du greffe, par exemple Nantes."),
    "siren": _("9 chiffres ; lu dans le SIRET si vous le laissez vide."),
    "siret": _("14 chiffres : celui de l’établissement principal."),
    "iban": _("Recopiez-le depuis votre RIB."),
    "account_holder": _("Exactement comme sur le RIB : les banques le vérifient."),
    "sender_email": _("Les réponses de vos clients y arrivent."),
    "smtp_password": _("Gardé chiffré, jamais montré. Laissez vide pour conserver l’actuel."),
    "mediator_name": _("Obligatoire si vous avez des clients particuliers (article L612-1 du code de la consommation)."),
    "mediator_agreement_to": _("Vide si elle n’a pas de fin. Passé ce jour, un refus à un particulier ne part plus sans raison."),
    "mediator_silence_months": _("Sans réponse de votre part, un particulier peut saisir le médiateur après ce délai."),
    "vat_regime": _("S’il change, les brouillons prennent le nouveau régime : émettez avant ce qui relève de l’ancien."),
    "vat_on_debits": _("Si vous avez choisi cette option auprès des impôts : la mention s’imprime sur vos factures de services."),
    "insurance_name": _("Pour les métiers du bâtiment : imprimé sur chaque facture, avec les deux lignes qui suivent."),
    "insurance_contact": _("Adresse, et numéro du contrat si vous le souhaitez."),
    "insurance_coverage": _("Par exemple : France métropolitaine."),
    "mail_signature": _("Ajoutée sous chaque e-mail, après celle de la personne qui écrit."),
    "holiday_zone": _("Certains départements ont des jours fériés de plus."),
}


class LogoForm(forms.Form):
    """The firm's logo."""

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_(
            "PNG ou JPEG, 2\u00a0Mo au plus\u00a0; au-delà de 300\u00a0Ko, il ne s’imprime pas sur les factures. "
            "Sur fond blanc ou transparent, c’est mieux."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )


class SectionForm(forms.Form):
    """The fields of one section, as they are now; `version` tells which state the person saw."""

    hide_optional = True  # what is required is said by the gesture, in words
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, section: Section, company: Company, user: User, **kwargs: Any):
        now = {name: as_typed(getattr(company, name)) for name in section.fields if name != "smtp_password"}
        super().__init__(*args, initial={**now, "version": company.version}, **kwargs)
        for name in section.fields:
            self.fields[name] = made_field(name)
        self.section, self.user = section, user
        if section.sealed and user.has_usable_password():
            self.fields["current_password"] = forms.CharField(
                label=_("Votre mot de passe"),
                help_text=_("Demandé parce que ces réglages touchent l’argent ou l’envoi des e-mails."),
                required=False,
                strip=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )

    def must_confirm(self) -> bool:
        """Whether something sealed is about to change, and the person has a password to type."""
        return "current_password" in self.fields and bool(set(self.changed_data) & set(self.section.sealed))

    def values(self) -> dict[str, Any]:
        """What the gesture is given."""
        return {name: self.cleaned_data[name] for name in self.section.fields}


def as_typed(value: Any) -> Any:
    """A value of the firm as a person would type it, so that an untouched field counts as unchanged."""
    return value if isinstance(value, list | bool) else "" if value is None else str(value)


def made_field(name: str) -> forms.Field:
    """A form field for the firm's field `name`; nothing is required here, the gesture says what is wrong."""
    if name == "smtp_password":
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(
            label=_("Mot de passe du serveur"), required=False, strip=False, widget=widget, help_text=HINTS[name]
        )
    field = Company._meta.get_field(name)
    told: dict[str, Any] = {"label": capfirst(field.verbose_name), "required": False, "help_text": HINTS.get(name, "")}
    if name == "second_factor_roles":
        return forms.MultipleChoiceField(choices=Role.choices, widget=forms.CheckboxSelectMultiple, **told)
    if name == "time_zone":
        return forms.ChoiceField(choices=ZONES, **told)
    if isinstance(field, models.BooleanField):
        return forms.BooleanField(**told)
    if field.choices:
        return forms.ChoiceField(choices=field.choices, **told)
    widget = forms.Textarea(attrs={"rows": 4}) if isinstance(field, models.TextField) else forms.TextInput()
    return forms.CharField(widget=widget, **told)
