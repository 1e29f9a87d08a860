"""The API's routes on customers and contacts: the same checks, gestures and rights as the screens."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.policy import Policy, Right
from config.api.fields import named
from config.api.filters import ContactFilter, CustomerFilter
from config.api.pages import HistoryPagination
from config.api.serializers import BriefSerializer, ContactSerializer, CustomerSerializer, TimelineRowSerializer
from crm.checks import check_contact, check_customer
from crm.contacts import add_contact, edit_contact
from crm.customers import create_customer, edit_customer
from crm.duplicates import queue_candidates
from crm.models import Contact, Customer, Interaction
from lib import clock
from tact import situation
from tact.brief import compose


class Rows(GenericViewSet[Any]):
    """Lists and one row, found among what the person may see, by public id or by what the house prints."""

    lookup_field = "public_id"
    lookup_url_kwarg = "id"

    def get_object(self) -> Any:
        """The row that the address names."""
        rows = self.filter_queryset(self.get_queryset())
        found = get_object_or_404(rows, **named(rows.model, self.kwargs["id"]))
        self.check_object_permissions(self.request, found)
        return found

    def list(self, request: Request) -> Response:
        """A page of rows."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, id: str) -> Response:
        """One row, by `id` or by what the house prints: `C00017` (a customer), `F2026-000123` (an invoice, a credit note),
        `R2026-000007` (a complaint)."""
        return Response(self.get_serializer(self.get_object()).data)

    def read(self, request: Request, *, partial: bool = False, serializer: Any = None) -> dict[str, Any]:
        """The typed input, or a refusal that names every wrong field."""
        read = (serializer or self.get_serializer_class())(
            data=request.data, partial=partial, context=self.get_serializer_context()
        )
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def answer(self, row: Any, *, made: bool = False) -> Response:
        """The row as it now is, read again as a list would show it; nothing when the gesture took it out of the person's sight."""
        fresh = self.get_queryset().filter(pk=row.pk).first()
        if fresh is None:  # done, and no longer this person's to read: a reserved commitment handed to a colleague
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(fresh).data, status=status.HTTP_201_CREATED if made else status.HTTP_200_OK)


class CustomerViewSet(Rows):
    """Customers. An alias answers with the record it was reunited with."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.EDIT_CUSTOMERS, api=True)
    queryset = Customer.objects.none()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter

    def get_queryset(self) -> Any:
        """The records this person may read, one per client."""
        rows = Customer.objects.visible_to(self.request.user).select_related("owner").prefetch_related("tags")
        return rows.heads()

    def get_object(self) -> Customer:
        """The customer, or the record that an alias became part of."""
        asked = get_object_or_404(Customer.objects.visible_to(self.request.user), **named(Customer, self.kwargs["id"]))
        return get_object_or_404(self.get_queryset(), pk=asked.merged_into_id or asked.pk)

    def create(self, request: Request) -> Response:
        """Create a customer; near duplicates are allowed here and queued for a person on the screens."""
        fields = self.read(request)
        fields.pop("version", None)
        with transaction.atomic():
            customer = create_customer(by=request.user, **check_customer(fields, today=clock.today()))
            queue_candidates([customer])
        return self.answer(customer, made=True)

    def partial_update(self, request: Request, id: str) -> Response:
        """Change fields; 409 when `version` is given and somebody else wrote meanwhile."""
        customer = self.get_object()
        fields = self.read(request, partial=True)
        version = fields.pop("version", None)
        checked = check_customer(fields, existing=customer, today=clock.today())
        return self.answer(edit_customer(customer, by=request.user, version=version, **checked))

    @extend_schema(responses=TimelineRowSerializer(many=True))
    @action(detail=True, pagination_class=HistoryPagination, filterset_class=None)
    def timeline(self, request: Request, id: str) -> Response:
        """The shared history, newest first, with what this person may read."""
        customer = self.get_object()
        rows = Interaction.objects.visible_to(request.user).of_family(customer.family_ids())
        page = self.paginate_queryset(rows.select_related("author", "contact", "email"))
        return self.get_paginated_response(TimelineRowSerializer(page, many=True, context=self.get_serializer_context()).data)

    @extend_schema(responses=BriefSerializer)
    @action(detail=True, filterset_class=None)
    def brief(self, request: Request, id: str) -> Response:
        """What to know before speaking, in the words of the record."""
        now = clock.now()
        known = situation.read(self.get_object(), user=request.user, now=now)
        return Response(
            BriefSerializer(compose(known, today=clock.today(), now=now, language=get_language() or request.user.language)).data
        )


class ContactViewSet(Rows):
    """The people to speak to."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.EDIT_CUSTOMERS, api=True)
    queryset = Contact.objects.none()
    serializer_class = ContactSerializer
    filterset_class = ContactFilter

    def get_queryset(self) -> Any:
        """The contacts this person may read."""
        return Contact.objects.visible_to(self.request.user).select_related("customer")

    def create(self, request: Request) -> Response:
        """Add a person to speak to at a customer's."""
        fields = self.read(request)
        fields.pop("version", None)
        customer = fields.pop("customer")
        return self.answer(add_contact(customer.head, by=request.user, **check_contact(fields)), made=True)

    def partial_update(self, request: Request, id: str) -> Response:
        """Change a contact; it stays at its customer's."""
        contact = self.get_object()
        fields = self.read(request, partial=True)
        version = fields.pop("version", None)
        if fields.pop("customer", contact.customer) != contact.customer:
            raise Http404
        return self.answer(edit_contact(contact, by=request.user, version=version, **check_contact(fields, existing=contact)))
