"""The API's routes on complaints: the same gestures, refusals and dates as the screens."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.policy import Policy, Right
from billing.models import Invoice
from complaints import handling, replying
from complaints.mistakes import declare_mistaken
from complaints.models import Complaint, ComplaintFact, Way
from complaints.states import ANSWERS, State
from config.api.complaint_dates import DeadlinesSerializer, NextDateSerializer, ToldFactSerializer
from config.api.fields import PersonField, Related, Strict
from config.api.filters import OfCustomer
from config.api.history import KEY, request_key
from config.api.numbers import AmountField
from config.api.people import Rows
from crm.models import Contact, Customer
from crm.models.customers import Channel, CustomerType
from lib import clock
from lib.errors import Refusal

SPOKEN = (Channel.PHONE, Channel.VISIT)  # said rather than written, unless told otherwise


class ChannelField(serializers.ChoiceField):
    """By what it came; `letter`, as the history calls it, is the post."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(Channel.POST.value if data == "letter" else data)


class ComplaintSerializer(Strict):
    """A complaint. `sent_on` is the day it was sent; the dates of law are answers, never written."""

    id = serializers.CharField(source="public_id", read_only=True)
    reference = serializers.CharField(read_only=True)
    customer = Related(Customer)
    contact = Related(Contact, required=False, allow_null=True)
    invoice = Related(Invoice, required=False, allow_null=True)
    subject = serializers.CharField()
    body = serializers.CharField(trim_whitespace=False)
    channel = ChannelField(choices=[choice for choice in Channel.choices if choice[0]])
    written = serializers.BooleanField(required=False, write_only=True)
    sent_on = serializers.DateField(required=False, allow_null=True, write_only=True)
    received_on = serializers.DateField(required=False, allow_null=True, write_only=True)
    number = serializers.CharField(required=False, allow_blank=True, write_only=True)
    client_type = serializers.ChoiceField(choices=CustomerType.choices, required=False)
    owner = PersonField(required=False, allow_null=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, row: Complaint) -> dict[str, Any]:
        """The row, where it stands today, its dates and what happened."""
        told = super().to_representation(row)
        today, user = clock.today(), self.context["request"].user
        standing = row.standing_on(today)
        dates = standing.dates
        falls = standing.next
        sees_mediation = user.may(Right.SEE_MEDIATION)
        facts = sorted(row.facts.all(), key=lambda fact: fact.pk)
        return told | {
            "client_type": row.regime,
            "before_invoice": row.is_before_invoice,
            "state": standing.state.value,
            "written": standing.is_written,
            "sent_on": dates.sent_on.isoformat() if dates else None,
            "deadlines": dates.flat() if dates else None,
            "next": {"on": falls.on.isoformat(), "code": falls.code, "nature": falls.nature, "late": falls.is_late(today)}
            if falls
            else None,
            "facts": [fact_of(fact) for fact in facts if sees_mediation or not fact.is_confidential],
        }


def fact_of(fact: ComplaintFact) -> dict[str, Any]:
    """A dated fact; `mistaken` when it was declared recorded in error and counts no more."""
    said, wrong = fact.correction, fact.withdraws
    return {
        "id": fact.public_id,
        "kind": fact.kind,
        "on": fact.on.isoformat(),
        "received_on": fact.received_on.isoformat() if fact.received_on else None,
        "channel": fact.channel,
        "number": fact.number,
        "until": fact.until.isoformat() if fact.until else None,
        "amount": str(fact.amount) if fact.amount is not None else None,
        "words": fact.words,
        "letter": fact.letter.public_id if fact.letter else None,
        "withdraws": wrong.public_id if wrong else None,
        "mistaken": {"on": said.on.isoformat(), "reason": said.words} if said else None,
    }


class ToldComplaintSerializer(ComplaintSerializer):
    """A complaint as it is answered: with where it stands today, its dates (§1.6) and what happened. `before_invoice`: sent
    before the invoice it speaks of was issued (is a day wrong?)."""

    sent_on = serializers.DateField(allow_null=True)
    written = serializers.BooleanField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in State])
    deadlines = DeadlinesSerializer(allow_null=True)
    next = NextDateSerializer(allow_null=True)
    facts = ToldFactSerializer(many=True)
    before_invoice = serializers.BooleanField()
    received_on = None


class LetterSerializer(Strict):
    """A letter to send: words typed, how it goes."""

    words = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    way = serializers.ChoiceField(choices=Way.choices, required=False)


class AnswerSerializer(LetterSerializer):
    """An answer: favourable, partial or refused, with its reasons; a consumer's refusal names the mediator by itself."""

    decision = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in sorted(ANSWERS)])
    words = serializers.CharField(trim_whitespace=False)
    amount = AmountField(required=False, allow_null=True)
    until = serializers.DateField(required=False, allow_null=True)
    override_reason = serializers.CharField(required=False, allow_blank=True)


class FactSerializer(Strict):
    """A dated fact to note."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in handling.NOTED])
    on = serializers.DateField()
    words = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    until = serializers.DateField(required=False, allow_null=True)
    place = serializers.CharField(required=False, allow_blank=True)
    number = serializers.CharField(required=False, allow_blank=True)


class MistakeSerializer(Strict):
    """A fact recorded in error: which one, and what really happened."""

    fact = serializers.CharField()
    reason = serializers.CharField(trim_whitespace=False)


class ClosingSerializer(Strict):
    """How it ends."""

    satisfied = serializers.BooleanField()
    reason = serializers.CharField(trim_whitespace=False)


@extend_schema_field(OpenApiTypes.BOOL)
class OpenFilter(django_filters.BooleanFilter):
    """Whether somebody still has something to do."""


class ComplaintFilter(OfCustomer):
    """By customer, and open or closed."""

    open = OpenFilter(method="still_open")

    class Meta:
        model = Complaint
        fields: list[str] = []

    def still_open(self, rows: QuerySet[Complaint], name: str, value: bool) -> QuerySet[Complaint]:
        """Open today, or closed."""
        return rows.open_on(clock.today()) if value else rows.closed_on(clock.today())


@extend_schema_view(
    list=extend_schema(responses=ToldComplaintSerializer(many=True)), retrieve=extend_schema(responses=ToldComplaintSerializer)
)
class ComplaintViewSet(Rows):
    """Complaints, and what is done of them."""

    policy = Policy(right=Right.HANDLE_COMPLAINTS, write=Right.HANDLE_COMPLAINTS, api=True)
    queryset = Complaint.objects.none()
    serializer_class = ComplaintSerializer
    filterset_class = ComplaintFilter

    def get_queryset(self) -> Any:
        """What this person may read."""
        return Complaint.objects.read_by(self.request.user)

    @extend_schema(parameters=[KEY], responses={201: ToldComplaintSerializer})
    def create(self, request: Request) -> Response:
        """Receive a complaint: its dates start on `sent_on`, when it is written."""
        fields = self.read(request)
        key = request_key(request)
        fields.setdefault("written", fields["channel"] not in SPOKEN)
        row = handling.open_complaint(
            **fields, by=request.user, today=clock.today(), key=f"{key}-{request.user.pk}" if key else ""
        )
        return self.answer(row, made=True)

    @extend_schema(request=LetterSerializer, responses=ToldComplaintSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def acknowledge(self, request: Request, id: str) -> Response:
        """Send the acknowledgement."""
        row = self.get_object()
        replying.acknowledge(row, by=request.user, today=clock.today(), **self.read(request, serializer=LetterSerializer))
        return self.answer(row)

    @extend_schema(request=AnswerSerializer, responses=ToldComplaintSerializer)
    @action(detail=True, methods=["post"], url_path="answer", url_name="answer", filterset_class=None)
    def reply(self, request: Request, id: str) -> Response:
        """Answer. A consumer's refusal without a complete mediator is refused."""
        row = self.get_object()
        replying.answer(row, by=request.user, today=clock.today(), **self.read(request, serializer=AnswerSerializer))
        return self.answer(row)

    @extend_schema(request=FactSerializer, responses=ToldComplaintSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def facts(self, request: Request, id: str) -> Response:
        """Note a dated fact. Those of a mediation need their own right."""
        row, fields = self.get_object(), self.read(request, serializer=FactSerializer)
        if handling.is_of_mediation(fields["kind"]) and not request.user.may(Right.SEE_MEDIATION):
            raise Refusal(_("Les pièces de médiation sont tenues par un responsable."), field="kind")
        handling.record_fact(row, by=request.user, today=clock.today(), **fields)
        return self.answer(row)

    @extend_schema(request=MistakeSerializer, responses=ToldComplaintSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def mistakes(self, request: Request, id: str) -> Response:
        """Declare a fact recorded in error, for who may: it stays, and counts no more in any date."""
        row, fields = self.get_object(), self.read(request, serializer=MistakeSerializer)
        fact = ComplaintFact.objects.visible_to(request.user).filter(complaint=row, public_id=fields["fact"]).first()
        if fact is None:
            raise Refusal(_("Ce fait n’est pas de cette réclamation."), field="fact")
        declare_mistaken(fact, reason=fields["reason"], by=request.user, today=clock.today())
        return self.answer(row)

    @extend_schema(request=ClosingSerializer, responses=ToldComplaintSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def close(self, request: Request, id: str) -> Response:
        """Close it, with its reason: for who may."""
        row, fields = self.get_object(), self.read(request, serializer=ClosingSerializer)
        if not request.user.may(Right.CLOSE_COMPLAINTS):
            raise Refusal(_("La clôture est décidée par un responsable."))
        handling.close(row, by=request.user, today=clock.today(), **fields)
        return self.answer(row)
