"""The forms of a customer and of a contact. They only ask; `crm.checks` judges, as it does for the API and imports."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.views.answers import refused
from crm.checks import check_contact, check_customer, check_tags
from crm.models import Contact, Customer, Tag
from lib import clock
from lib.errors import Refusal
from lib.identifiers import format_phone, format_siret

IDENTITY = ("type", "name", "email", "phone", "address", "address_extra", "postal_code", "city", "country", "note")
FIRM = ("siren", "siret", "vat_number", "website", "payment_days", "payment_counting", "delivery_address")
HABITS = ("preferred_channel", "preferred_moment", "language", "owner", "source", "since_on")
PERSON = ("civility", "first_name", "last_name", "job_title", "email", "phone", "mobile", "language", "note")
ROLES = ("is_main", "decides", "receives_invoices", "receives_reminders")
_TAGS_OFFERED = 200

_HINTS: Mapping[str, Any] = {
    "type": _("Tant que ce n’est pas précisé, les règles qui protègent un particulier s’appliquent."),
    "name": _("Pour une personne : civilité, prénom et nom."),
    "country": _("En deux lettres : FR, BE, CH…"),
    "siren": _("Neuf chiffres ; lu dans le SIRET si vous le laissez vide."),
    "preferred_moment": _("Par exemple « le matin », « après 18 h »."),
    "source": _("Par exemple « bouche-à-oreille », « site », « salon de Rennes »."),
    "job_title": _("Par exemple « gérante », « comptable », « sa fille »."),
}
_KEYBOARDS = {
    "email": "email",
    "phone": "tel",
    "mobile": "tel",
    "postal_code": "numeric",
    "siren": "numeric",
    "siret": "numeric",
    "payment_days": "numeric",
}


class CheckedForm(forms.Form):
    """Fields made from a model, values judged all together by one function of `crm.checks`."""

    hide_optional = True  # nearly every field is; the page says which one is not
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2_000_000_000)
    model: type[models.Model]
    names: tuple[str, ...] = ()

    def __init__(self, *args: Any, existing: Any = None, initial: Mapping[str, Any] | None = None, **kwargs: Any):
        self.existing = existing
        source = existing or self.model()
        now = {name: as_typed(name, getattr(source, name)) for name in self.names}
        super().__init__(*args, initial={**now, "version": source.version, **(initial or {})}, **kwargs)
        for name in self.names:
            self.fields[name] = made_field(self.model._meta.get_field(name))
            self.fields[name].show_hidden_initial = existing is not None  # what the person saw, to tell what they changed

    def judge(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Normalise `fields`; raises Refusal."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Put the sentence of each wrong field beside it; `values` are the normalised ones."""
        try:
            self.values = self.judge({name: self.cleaned_data[name] for name in self.names if name in self.cleaned_data})
        except Refusal as refusal:
            told = {name: words for name, words in (refusal.errors or {"": refusal.message}).items() if name not in self.errors}
            if told:  # one sentence a field: what the form itself refused is not said again
                refused(self, Refusal(errors=told))
        return self.cleaned_data


class CustomerForm(CheckedForm):
    """A customer: who they are, and behind folds what a firm has and what they like."""

    model = Customer
    names = (*IDENTITY, *FIRM, *HABITS)
    tags = forms.CharField(
        label=_("Étiquettes"),
        required=False,
        max_length=1000,
        help_text=_("Des mots pour retrouver ce client, séparés par des virgules."),
    )

    def __init__(self, *args: Any, staff: list[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.staff = {str(person.pk): person for person in staff}
        people = [("", _("personne en particulier")), *((key, person.name) for key, person in self.staff.items())]
        self.fields["owner"] = forms.ChoiceField(
            label=_("Suivi par"), required=False, choices=people, show_hidden_initial=self.existing is not None
        )
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Un client a un nom : remplissez-le.")
        self.fields["name"].widget.attrs["autofocus"] = self.existing is None and not self.is_bound

    def judge(self, fields: dict[str, Any]) -> dict[str, Any]:
        """By `crm.checks.check_customer`."""
        fields["owner"] = self.staff.get(fields.get("owner") or "")
        return check_customer(fields, existing=self.existing, today=clock.today())

    @property
    def identity(self) -> list[forms.BoundField]:
        """What is always open."""
        return [self[name] for name in IDENTITY]

    @property
    def folds(self) -> list[tuple[Any, list[forms.BoundField], bool]]:
        """What is folded: title, fields, and whether something is there to see at once."""
        parts = ((_("Entreprise et facturation"), FIRM), (_("Habitudes et suivi"), (*HABITS, "tags")))
        return [(title, [self[name] for name in names], any(self._telling(name) for name in names)) for title, names in parts]

    def _telling(self, name: str) -> bool:
        value = self[name].value()
        return bool(self[name].errors) or (bool(value) and not (name == "language" and value == "fr"))

    def clean_tags(self) -> list[str]:
        """The tags typed, each once."""
        try:
            return check_tags(self.cleaned_data["tags"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class ContactForm(CheckedForm):
    """A person to speak to, and what they do for the customer."""

    model = Contact
    names = (*PERSON, *ROLES)

    def judge(self, fields: dict[str, Any]) -> dict[str, Any]:
        """By `crm.checks.check_contact`."""
        return check_contact(fields, existing=self.existing)

    @property
    def person(self) -> list[forms.BoundField]:
        """Who they are."""
        return [self[name] for name in PERSON]

    @property
    def roles(self) -> list[forms.BoundField]:
        """What they do for the customer."""
        return [self[name] for name in ROLES]


def as_typed(name: str, value: Any) -> Any:
    """A stored value as a person would type it."""
    if name in ("phone", "mobile"):
        return format_phone(value)
    if name in ("siren", "siret"):
        return format_siret(value) if value else ""
    if isinstance(value, Contact):
        return value.public_id
    return value.pk if isinstance(value, User) else value


def made_field(field: Any) -> forms.Field:
    """A form field for a model's field; nothing is judged here but its kind."""
    name, label = field.name, field.verbose_name
    told: dict[str, Any] = {"label": label[:1].upper() + label[1:], "required": False, "help_text": _HINTS.get(name, "")}
    if isinstance(field, models.BooleanField):
        return forms.BooleanField(**told)
    if field.choices:
        empty = [("", dict(field.choices).get("", "—"))] if field.blank else []
        return forms.ChoiceField(choices=[*empty, *((key, text) for key, text in field.choices if key)], **told)
    if isinstance(field, models.DateField):
        return forms.CharField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **told)
    lines = {"note": 3, "delivery_address": 2}.get(name) if isinstance(field, models.TextField) else None
    attrs = {"inputmode": _KEYBOARDS[name]} if name in _KEYBOARDS else {}
    return forms.CharField(
        widget=forms.Textarea({"rows": lines}) if lines else forms.TextInput({**attrs, "autocomplete": "off"}), **told
    )


def tags_offered() -> list[str]:
    """The tags proposed while typing; a bounded list."""
    return list(Tag.objects.values_list("name", flat=True)[:_TAGS_OFFERED])
