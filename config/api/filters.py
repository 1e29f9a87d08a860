"""The closed lists of what the API filters on."""

from datetime import datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from config.api.fields import named
from crm import search
from crm.models import Commitment, Contact, Customer, Email, Interaction
from crm.models.customers import CustomerType
from crm.models.timeline import Direction, Kind
from lib.identifiers import email_key


class MomentField(django_filters.fields.IsoDateTimeField):
    """A moment that exists in every zone."""

    def clean(self, value: Any) -> datetime | None:
        """The moment; what ends before or after the years of the calendar once told in UTC is refused."""
        moment = super().clean(value)
        if moment is not None and not 1 < moment.year < 9999:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):
    """By a moment, as ISO 8601 writes it."""

    field_class = MomentField


class OfCustomer(django_filters.FilterSet):
    """By customer, aliases included."""

    customer = django_filters.CharFilter(method="of_customer")

    def of_customer(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Rows of the whole family; nothing for a customer who does not exist or may not be seen."""
        found = Customer.objects.visible_to(self.request.user).filter(**named(Customer, value)).first()
        return rows.filter(customer_id__in=found.family_ids()) if found else rows.none()


class CustomerFilter(django_filters.FilterSet):
    """`search` is the same index as the screens."""

    search = django_filters.CharFilter(method="by_words")
    type = django_filters.ChoiceFilter(choices=CustomerType.choices)
    tag = django_filters.CharFilter(field_name="tags__name", lookup_expr="iexact")
    owner = django_filters.CharFilter(field_name="owner__email", lookup_expr="iexact")
    email = django_filters.CharFilter(field_name="email_key", method="by_email")
    siren = django_filters.CharFilter(field_name="siren")
    reference = django_filters.CharFilter(field_name="reference")
    archived = django_filters.BooleanFilter(field_name="archived_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Customer
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """Customers whose own words or contacts' answer."""
        return rows.filter(pk__in=search.head_ids(self.request.user, value))

    def by_email(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """The exact address, whatever its case."""
        return rows.filter(email_key=email_key(value))


class ContactFilter(OfCustomer):
    """Contacts of one customer, or who hold one address."""

    email = django_filters.CharFilter(method="by_email")

    class Meta:
        model = Contact
        fields: list[str] = []

    def by_email(self, rows: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """The exact address, whatever its case."""
        return rows.filter(email_key=email_key(value))


class InteractionFilter(OfCustomer):
    """By customer, kind, direction and period."""

    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    direction = django_filters.ChoiceFilter(choices=Direction.choices)
    since = MomentFilter(field_name="occurred_at", lookup_expr="gte")
    until = MomentFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = Interaction
        fields: list[str] = []


class CommitmentFilter(OfCustomer):
    """By customer, side, day and whether it is still open."""

    owed_by = django_filters.ChoiceFilter(choices=Commitment.Owed.choices)
    open = django_filters.BooleanFilter(method="still_open")
    due_until = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")

    class Meta:
        model = Commitment
        fields: list[str] = []

    def still_open(self, rows: QuerySet[Commitment], name: str, value: bool) -> QuerySet[Commitment]:
        """Neither kept nor released, or the contrary."""
        return rows.filter(kept_at=None, released_at=None) if value else rows.exclude(kept_at=None, released_at=None)


class EmailFilter(OfCustomer):
    """By customer and state."""

    state = django_filters.ChoiceFilter(choices=Email.State.choices)

    class Meta:
        model = Email
        fields: list[str] = []
