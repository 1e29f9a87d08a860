"""The forms of the imports: a file in, what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.importing import columns
from crm.models.customers import CustomerType

TYPES = [
    ("", _("Je ne sais pas")),
    *((key, label) for key, label in CustomerType.choices if key != "unknown"),
]

# What each field is called on the screens, by group, in the order in which one looks for it.
GROUPS = (
    (
        _("Le client"),
        {
            "name": _("Nom du client ou de la société"),
            "type": _("Type de client"),
            "external_reference": _("Code client"),
            "email": _("E-mail"),
            "phone": _("Téléphone"),
            "website": _("Site internet"),
            "siret": "SIRET",
            "siren": "SIREN",
            "vat_number": _("Numéro de TVA"),
        },
    ),
    (
        _("La personne"),
        {
            "civility": _("Civilité"),
            "last_name": _("Nom de la personne"),
            "first_name": _("Prénom"),
            "full_name": _("Nom complet de la personne"),
            "job_title": _("Fonction"),
            "mobile": _("Portable"),
            "contact_phone": _("Téléphone de la personne"),
            "contact_email": _("E-mail de la personne"),
        },
    ),
    (
        _("Les adresses"),
        {
            "address": _("Adresse"),
            "address_extra": _("Complément d’adresse"),
            "postal_code": _("Code postal"),
            "city": _("Ville"),
            "country": _("Pays"),
            "delivery_address": _("Adresse de livraison"),
            "delivery_postal_code": _("Code postal de livraison"),
            "delivery_city": _("Ville de livraison"),
        },
    ),
    (
        _("La relation"),
        {
            "owner": _("Suivi par"),
            "source": _("Origine"),
            "since_on": _("Client depuis"),
            "payment_days": _("Délai de paiement"),
            "language": _("Langue"),
            "tags": _("Étiquettes"),
            "note": _("Note « à savoir »"),
        },
    ),
    (
        _("Sans place à elle"),
        {
            columns.EXTRA: _("Garder telle quelle sur la fiche"),
            columns.IGNORE: _("Laisser de côté"),
        },
    ),
)
LABELS: dict[str, Any] = {field: label for _group, fields in GROUPS for field, label in fields.items()}


class FileForm(forms.Form):
    """A file of customers to read."""

    file = forms.FileField(
        label=_("Fichier CSV"),
        help_text=_(
            "Une ligne de titres, puis une ligne par client ; 20 Mo au plus. Depuis Excel : « Enregistrer sous », puis CSV."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    default_type = forms.ChoiceField(
        label=_("Ces clients sont"),
        choices=TYPES,
        required=False,
        help_text=_("Quand aucune colonne ne le dit. Le type change les droits du client : dans le doute, laissez à préciser."),
    )
    source = forms.CharField(
        label=_("D’où ils viennent"), max_length=80, required=False, help_text=_("Par exemple : ancien logiciel, salon de mai.")
    )


class ColumnsForm(forms.Form):
    """What each column is. One select per column, drawn by the page; judged by `crm.importing.columns`."""

    default_type = forms.ChoiceField(label=_("Type des clients quand aucune colonne ne le dit"), choices=TYPES, required=False)
    by_legal_form = forms.BooleanField(
        label=_("Compter comme professionnels ceux dont le nom porte SARL, SAS, EURL… quand rien d’autre ne le dit"),
        required=False,
    )

    def mapping(self, headers: Sequence[str], kept: Mapping[int, str]) -> dict[int, str]:
        """Column number → field, as chosen; what the page did not show stays as proposed."""
        chosen = {number: self.data.get(f"c{number}", kept[number]) for number in range(len(headers))}
        return {number: field if field in LABELS else columns.IGNORE for number, field in chosen.items()}
