"""The form of a draft's own fields, and the form of a credit note. Lines are read by `desk.invoice_lines`."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.draft_checks import FIELDS, check_fields
from billing.models import Invoice
from billing.models.invoices import Works
from crm.models import Contact
from crm.models.customers import CustomerType
from desk.forms.customers import CheckedForm
from lib import law

MAIN = ("subject", "contact", "supply_on", "payment_days")
REST = (
    *("nature", "payment_counting", "client_type", "buyer_reference", "supply_from", "delivery_address"),
    *("works", "attested_on", "note"),
)
_LABELS = {
    "subject": _("En clair"),
    "contact": _("À l’attention de"),
    "vat_exemption": _("Pourquoi sans TVA"),
    "client_type": _("Pour cette facture, le client est"),
}
_HINTS = {
    "subject": _("Ce que la facture couvre, en une phrase que le client comprend."),
    "supply_on": _("Vide : le jour de l’émission."),
    "payment_days": _("Vide : celui du client, sinon celui de la maison."),
    "payment_counting": _("Vide : celui du client, sinon celui de la maison."),
    "client_type": _("Vide : comme sur sa fiche."),
    "buyer_reference": _("Le numéro de commande du client, s’il en donne un."),
    "note": _("Imprimé sous les lignes."),
    "supply_from": _("Pour une période : son premier jour. Le dernier est « livré ou réalisé le »."),
    "delivery_address": _("Si ce n’est pas celle de la fiche : rue, puis code postal et ville."),
    "works": _("Pour une TVA réduite : le texte de loi s’imprime sur la facture, avec la place de signer."),
    "attested_on": _("Vide tant que le client ne l’a pas signée."),
    "vat_exemption": _("Une ligne est sans TVA : le texte de loi sera imprimé."),
}


class DraftForm(CheckedForm):
    """What a draft says beside its lines."""

    model = Invoice
    names = tuple(name for name in (*MAIN, *REST, "vat_exemption") if name in FIELDS and name != "contact")

    def __init__(self, *args: Any, contacts: list[Contact], **kwargs: Any):
        existing = kwargs.get("existing")
        self.contacts = {person.public_id: person for person in contacts}
        chosen = existing.contact.public_id if existing is not None and existing.contact else ""
        kwargs["initial"] = {"contact": chosen, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        people = [("", _("personne en particulier")), *((key, person.full_name) for key, person in self.contacts.items())]
        self.fields["contact"] = forms.ChoiceField(choices=people, required=False, show_hidden_initial=existing is not None)
        self.fields["subject"].widget = forms.Textarea({"rows": 2, "maxlength": 400})
        if "client_type" in self.fields:
            types = [(key, label) for key, label in CustomerType.choices if key != CustomerType.UNKNOWN]
            self.fields["client_type"].choices = [("", _("comme sur sa fiche")), *types]
        words = "english" if get_language() == "en" else "label"
        exempt = [row for row in law.table("vat_exemptions") if row["category"] == "E" and row.key != "franchise"]
        reasons = {row.key: row[words] for row in exempt}
        now = existing.vat_exemption if existing is not None else ""
        kept = [(now, now)] if now and now not in reasons else []
        self.fields["vat_exemption"] = forms.ChoiceField(
            choices=[("", _("à choisir")), *reasons.items(), *kept], required=False, show_hidden_initial=existing is not None
        )
        self.fields["works"].choices = [("", _("aucune")), *Works.choices]
        for name, label in _LABELS.items():
            self.fields[name].label = label
        for name, hint in _HINTS.items():
            self.fields[name].help_text = hint
        self.fields["payment_days"].widget.attrs |= {"inputmode": "numeric", "maxlength": 3}

    def judge(self, fields: dict[str, Any]) -> dict[str, Any]:
        """By `billing.draft_checks.check_fields`."""
        contact = self.contacts.get(self.data.get("contact", ""))
        return check_fields({**fields, "contact": contact})

    @property
    def main(self) -> list[forms.BoundField]:
        """What is always open."""
        return [self[name] for name in MAIN if name in self.fields]

    @property
    def rest(self) -> list[forms.BoundField]:
        """What is folded."""
        return [self[name] for name in REST if name in self.fields]

    @property
    def rest_open(self) -> bool:
        """Whether something is there to see at once."""
        return any(self[name].errors or (self[name].value() and name != "nature") for name in REST if name in self.fields)
