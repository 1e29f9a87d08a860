"""The filters of lists: closed choices read by django-filter; what is wrong is told, never obeyed and never a crash."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from dateutil.relativedelta import relativedelta
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from crm import search
from crm.models import Customer, Interaction
from crm.models.customers import CustomerType
from crm.models.timeline import CONTACT_KINDS
from lib import clock

ORDERS = {
    "nom": (gettext_lazy("par nom"), ("sort_name", "id")),
    "recents": (gettext_lazy("les plus récents d’abord"), ("-created_at", "-id")),
    "anciens": (gettext_lazy("les plus anciens d’abord"), ("created_at", "id")),
    "ville": (gettext_lazy("par ville"), ("city", "sort_name", "id")),
}
PERIODS = {
    "1": gettext_lazy("depuis un mois"),
    "3": gettext_lazy("depuis trois mois"),
    "12": gettext_lazy("depuis un an"),
    "36": gettext_lazy("depuis trois ans"),
}
SILENCES = {
    "1": gettext_lazy("depuis un mois"),
    "3": gettext_lazy("depuis trois mois"),
    "6": gettext_lazy("depuis six mois"),
    "12": gettext_lazy("depuis un an"),
}
STATES = {"archives": gettext_lazy("archivés"), "tous": gettext_lazy("tous, archivés compris")}
_LONGEST = 200


class CustomerFilter(django_filters.FilterSet):
    """Which customers a list shows. `q` asks the search index; the rest are closed lists or exact words."""

    q = django_filters.CharFilter(label=gettext_lazy("Rechercher"), method="by_words", max_length=_LONGEST)
    type = django_filters.ChoiceFilter(label=gettext_lazy("Type"), choices=CustomerType.choices, empty_label=gettext_lazy("tous"))
    ville = django_filters.CharFilter(label=gettext_lazy("Ville"), field_name="city", lookup_expr="iexact", max_length=100)
    etiquette = django_filters.ChoiceFilter(label=gettext_lazy("Étiquette"), method="by_tag", empty_label=gettext_lazy("toutes"))
    suivi = django_filters.ChoiceFilter(
        label=gettext_lazy("Suivi par"), method="by_owner", empty_label=gettext_lazy("tout le monde")
    )
    origine = django_filters.CharFilter(label=gettext_lazy("Origine"), field_name="source", lookup_expr="iexact", max_length=80)
    cree = django_filters.ChoiceFilter(
        label=gettext_lazy("Fiche créée"),
        method="by_creation",
        choices=list(PERIODS.items()),
        empty_label=gettext_lazy("n’importe quand"),
    )
    silence = django_filters.ChoiceFilter(
        label=gettext_lazy("Sans échange"),
        method="by_silence",
        choices=list(SILENCES.items()),
        empty_label=gettext_lazy("peu importe"),
    )
    etat = django_filters.ChoiceFilter(
        label=gettext_lazy("Fiches"),
        method="by_state",
        choices=list(STATES.items()),
        empty_label=pgettext_lazy("fiches", "en cours"),
    )

    class Meta:
        model = Customer
        fields: list[str] = []

    def __init__(self, data: Any, *, user: User, tags: list[str], staff: list[User]):
        self.user = user
        super().__init__(data, queryset=Customer.objects.visible_to(user).heads())
        self.filters["etiquette"].extra["choices"] = [(name, name) for name in tags]
        nobody = ("personne", _("personne en particulier"))
        self.filters["suivi"].extra["choices"] = [nobody, *((str(person.pk), person.name) for person in staff)]
        self.form.hide_optional = True
        for field in self.form.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.form.fields["q"].widget = forms.TextInput({"type": "search", "autocomplete": "off"})

    @property
    def faults(self) -> list[str]:
        """What could not be obeyed, one sentence each: the list is shown without it."""
        sentence = _("Le filtre « %(name)s » n’a pas cette valeur : il est ignoré.")
        return [sentence % {"name": self.form.fields[name].label} for name in self.form.errors if name in self.form.fields]

    def rows(self) -> QuerySet[Any]:
        """The customers that answer what is valid among the filters."""
        self.form.is_valid()
        wanted = self.form.cleaned_data
        rows = self.queryset if wanted.get("etat") else self.queryset.filter(archived_at=None)
        for name, value in wanted.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @property
    def active(self) -> list[tuple[str, Any, str]]:
        """The filters in force besides the words: their label, their value in words, and their name."""
        found = []
        for name, value in getattr(self.form, "cleaned_data", {}).items():
            if value and name != "q":
                choices = dict(getattr(self.form.fields[name], "choices", ()))
                found.append((self.form.fields[name].label, choices.get(value, value), name))
        return found

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Heads whose own words, or those of their contacts and aliases, answer."""
        return rows.filter(pk__in=search.head_ids(self.user, value))

    def by_tag(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that wear a tag."""
        return rows.filter(tags__name=value)

    def by_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those of one colleague, or of nobody."""
        return rows.filter(owner=None if value == "personne" else int(value))

    def by_creation(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those written down lately."""
        return rows.filter(created_at__gte=_months_ago(value))

    def by_silence(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those with whom nobody spoke or wrote lately, aliases included."""
        lately = Interaction.objects.filter(kind__in=CONTACT_KINDS, occurred_at__gte=_months_ago(value))
        own, of_alias = lately.filter(customer=OuterRef("pk")), lately.filter(customer__merged_into=OuterRef("pk"))
        return rows.filter(~Exists(own), ~Exists(of_alias))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Archived ones, or all."""
        return rows.exclude(archived_at=None) if value == "archives" else rows


def chosen_order(request: HttpRequest) -> str:
    """A key of `ORDERS`: the one asked for when it is one, else by name."""
    asked = request.GET.get("tri", "")
    return asked if asked in ORDERS else "nom"


def _months_ago(months: str) -> datetime:
    day = clock.today() - relativedelta(months=int(months))
    return datetime.combine(day, time.min, ZoneInfo(clock.zone()))
