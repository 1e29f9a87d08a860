"""The API's routes on what happened, what is owed and what was written."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.policy import Policy, Right
from config.api import serializers
from config.api.filters import CommitmentFilter, EmailFilter, InteractionFilter
from config.api.pages import HistoryPagination
from config.api.people import Rows
from crm import commitments, exchanges, outbox, writing
from crm.models import Commitment, Contact, Customer, Email, Interaction
from crm.models.timeline import Visibility
from lib.errors import Refusal
from lib.public_ids import public_id

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Le même appel répété rend la première réponse."
)


def request_key(request: Request) -> str:
    """The caller's idempotency key, made short enough for its column whatever its length."""
    key = request.headers.get("Idempotency-Key", "")
    return f"api-{hashlib.sha256(key.encode()).hexdigest()[:40]}" if key else ""


class InteractionViewSet(Rows):
    """The shared history."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.LOG, api=True)
    queryset = Interaction.objects.none()
    serializer_class = serializers.InteractionSerializer
    filterset_class = InteractionFilter
    pagination_class = HistoryPagination

    def get_queryset(self) -> Any:
        """What this person may read."""
        return Interaction.objects.visible_to(self.request.user).select_related("customer", "contact", "author")

    @extend_schema(parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Log an exchange, with its next step."""
        fields = self.read(request)
        customer = fields.pop("customer")
        step = fields.pop("next_step", None)
        row = exchanges.log_interaction(
            customer.head,
            by=request.user,
            key=request_key(request),
            next_step=exchanges.NextStep(**step) if step else None,
            **fields,
        )
        return self.answer(row, made=True)

    @extend_schema(request=serializers.CorrectionSerializer)
    def partial_update(self, request: Request, id: str) -> Response:
        """Correct the words, by their author; the former stay readable."""
        row = self.get_object()
        fields = self.read(request, serializer=serializers.CorrectionSerializer)
        seen = fields.get("seen", len(row.data.get("former", [])))
        return self.answer(exchanges.correct_words(row, by=request.user, body=fields["body"], seen=seen))


class CommitmentViewSet(Rows):
    """What is owed on both sides."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.LOG, api=True)
    queryset = Commitment.objects.none()
    serializer_class = serializers.CommitmentSerializer
    filterset_class = CommitmentFilter

    def get_queryset(self) -> Any:
        """What this person may read."""
        rows = Commitment.objects.visible_to(self.request.user)
        return rows.select_related("customer", "contact", "interaction", "owner")

    def create(self, request: Request) -> Response:
        """Open a commitment of ours or of theirs."""
        fields = self.read(request)
        customer = fields.pop("customer")
        return self.answer(commitments.promise(customer.head, by=request.user, **fields), made=True)

    def _act(self, gesture: Any, request: Request, serializer: Any) -> Response:
        fields = self.read(request, serializer=serializer)
        return self.answer(gesture(self.get_object(), by=request.user, **fields))

    @extend_schema(request=serializers.VersionSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def keep(self, request: Request, id: str) -> Response:
        """Say that it is done."""
        return self._act(commitments.keep, request, serializers.VersionSerializer)

    @extend_schema(request=serializers.MoveSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def move(self, request: Request, id: str) -> Response:
        """Give it another day."""
        return self._act(commitments.move, request, serializers.MoveSerializer)

    @extend_schema(request=serializers.ReleaseSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def release(self, request: Request, id: str) -> Response:
        """Say why it no longer holds."""
        return self._act(commitments.release, request, serializers.ReleaseSerializer)

    @extend_schema(request=serializers.DelegateSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def delegate(self, request: Request, id: str) -> Response:
        """Hand it to a colleague."""
        return self._act(commitments.delegate, request, serializers.DelegateSerializer)


class EmailViewSet(Rows):
    """Mails of the house to its customers. Mails of accounts (codes, resets) are nobody's to read."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.LOG, api=True)
    queryset = Email.objects.none()
    serializer_class = serializers.EmailSerializer
    filterset_class = EmailFilter

    def get_queryset(self) -> Any:
        """The threads this person may read."""
        return Email.objects.visible_to(self.request.user).exclude(customer=None).select_related("customer", "contact", "author")

    @extend_schema(parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Queue a mail to a customer's main person or to `contact`; it leaves after a minute, unless it is cancelled."""
        fields = self.read(request)
        customer, contact = fields["customer"].head, fields.get("contact")
        mail = writing.write_to_customer(
            customer=customer,
            recipient=_recipient(customer, contact),
            subject=fields["subject"],
            body=fields["text"],
            by=request.user,
            once=request_key(request) or public_id(),
            visibility=fields.get("visibility", Visibility.EVERYONE),
        )
        return self.answer(mail, made=True)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], filterset_class=None)
    def cancel(self, request: Request, id: str) -> Response:
        """Take back a mail that has not left."""
        return self.answer(outbox.cancel(self.get_object(), by=request.user))


def _recipient(customer: Customer, contact: Contact | None) -> writing.Recipient:
    """The person of `customer` to write to: `contact`, else the first who has an address."""
    for found in writing.recipients(customer):
        if contact is None or found.contact == contact:
            return found
    if contact is None:
        raise Refusal(_("Ce client n’a pas d’adresse e-mail connue. Ajoutez-la d’abord sur sa fiche."), field="customer")
    raise Refusal(_("Cette personne n’a pas d’adresse e-mail, ou n’est pas un contact de ce client."), field="contact")
