"""The API's routes on money received: the same gestures, refusals and rights as the screens."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.policy import Policy, Right
from billing import collecting, refunding
from billing.models import Allocation, Invoice, Method, Payment
from config.api.fields import PersonField, Related, Strict, named
from config.api.filters import OfCustomer
from config.api.history import KEY, request_key
from config.api.numbers import AmountField
from config.api.pages import KeysetPagination
from config.api.people import Rows
from crm.models import Customer
from lib.errors import Refusal


class PaymentPagination(KeysetPagination):
    """By the day money came, newest first."""

    ordering = ("-paid_on", "-id")


class AllocationSerializer(serializers.Serializer[Any]):
    """What part of a payment counts on an invoice."""

    invoice = serializers.CharField(source="invoice.public_id", read_only=True)
    number = serializers.CharField(source="invoice.number", read_only=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, read_only=True)


class PaymentSerializer(Strict):
    """Money received, or given back (negative). It counts on `invoice` up to what is still due; the rest is `unallocated`, and
    stays the client's. Without `invoice`, `customer` says whose it is. An `Idempotency-Key` makes a retry give back the first."""

    id = serializers.CharField(source="public_id", read_only=True)
    customer = Related(Customer, required=False)
    invoice = Related(Invoice, required=False, write_only=True)
    amount = AmountField()
    method = serializers.ChoiceField(choices=Method.choices)
    paid_on = serializers.DateField()
    reference = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    allocations = serializers.SerializerMethodField()
    unallocated = serializers.SerializerMethodField()
    reverses = serializers.CharField(source="reverses.public_id", read_only=True, default=None)
    refunds = serializers.CharField(source="refunds.public_id", read_only=True, default=None)
    reason = serializers.CharField(read_only=True)
    recorded_by = PersonField(read_only=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(AllocationSerializer(many=True))
    def get_allocations(self, payment: Payment) -> list[dict[str, str]]:
        """The invoices it counts on, in the order of their rows."""
        return AllocationSerializer(payment.allocations.all(), many=True).data

    def get_unallocated(self, payment: Payment) -> str:
        """EUR of it that count on no invoice and were not given back."""
        return f"{payment.unallocated() if payment.amount > 0 else 0:.2f}"

    def to_representation(self, payment: Payment) -> dict[str, Any]:
        """As written, with the invoice it was given for: the first it counts on."""
        told = super().to_representation(payment)
        first = next(iter(payment.allocations.all()), None)
        return {**told, "invoice": first.invoice.public_id if first else None}


class ToldPaymentSerializer(PaymentSerializer):
    """A payment as it is answered: `invoice` is the first it counts on."""

    invoice = serializers.CharField(allow_null=True)
    reverses = serializers.CharField(allow_null=True)
    refunds = serializers.CharField(allow_null=True)
    recorded_by = PersonField(read_only=True, allow_null=True)


class ReasonSerializer(Strict):
    """Why a payment no longer counts."""

    reason = serializers.CharField()


class PaymentFilter(OfCustomer):
    """By customer, invoice, means and period."""

    invoice = django_filters.CharFilter(method="of_invoice")
    method = django_filters.ChoiceFilter(choices=Method.choices)
    since = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="paid_on", lookup_expr="lt")

    class Meta:
        model = Payment
        fields: list[str] = []

    def of_invoice(self, rows: QuerySet[Payment], name: str, value: str) -> QuerySet[Payment]:
        """What counts, or counted, on that invoice."""
        asked = {f"allocations__invoice__{column}": text for column, text in named(Invoice, value).items()}
        return rows.filter(**asked).distinct()


@extend_schema_view(
    list=extend_schema(responses=ToldPaymentSerializer(many=True)), retrieve=extend_schema(responses=ToldPaymentSerializer)
)
class PaymentViewSet(Rows):
    """Money received."""

    policy = Policy(right=Right.SEE_AMOUNTS, write=Right.MANAGE_PAYMENTS, api=True)
    queryset = Payment.objects.none()
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilter
    pagination_class = PaymentPagination

    def get_queryset(self) -> Any:
        """The payments this person may read."""
        counted = Prefetch("allocations", Allocation.objects.select_related("invoice"))
        rows = Payment.objects.visible_to(self.request.user).with_surplus()
        return rows.select_related("customer", "reverses", "refunds", "recorded_by").prefetch_related(counted)

    @extend_schema(parameters=[KEY], responses={201: ToldPaymentSerializer})
    def create(self, request: Request) -> Response:
        """Record a payment."""
        fields = self.read(request)
        invoice, customer = fields.pop("invoice", None), fields.pop("customer", None)
        if invoice is None and customer is None:
            raise Refusal(_("Dites quelle facture est réglée, ou quel client a payé."), field="invoice")
        key = request_key(request)
        payment = collecting.record_payment(
            customer=(customer or invoice.customer).head, invoices=[invoice] if invoice else None, by=request.user,
            key=f"{key}-{request.user.pk}" if key else "", **fields,
        )  # fmt: skip
        return self.answer(payment, made=True)

    @extend_schema(request=ReasonSerializer, responses={201: ToldPaymentSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def reverse(self, request: Request, id: str) -> Response:
        """Undo a payment recorded by mistake or taken back by the bank, or a refund that did not leave; answers the opposite row."""
        fields, found = self.read(request, serializer=ReasonSerializer), self.get_object()
        undo = refunding.undo_refund if found.is_refund else collecting.reverse_payment
        return self.answer(undo(found, reason=fields["reason"], by=request.user), made=True)
