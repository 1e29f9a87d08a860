"""The shapes of invoices in the API: amounts and rates are text (« 12.50 »), rates are percentages."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import Invoice
from billing.models.invoices import Nature, Unit, VatCategory, Works
from billing.sums import sums_of
from config.api.fields import Related, Strict
from config.api.numbers import DECIMAL, NumberField
from config.api.serializers import text
from crm.models import Contact, Customer
from crm.models.company import TermsCounting
from crm.models.customers import CustomerType
from lib import clock
from lib.money import ZERO

DRAFT, ISSUED, PARTLY_PAID, OVERDUE, PAID = "draft", "issued", "partly_paid", "overdue", "paid"
STATUSES = (DRAFT, ISSUED, PARTLY_PAID, OVERDUE, PAID)


class InvoiceLineSerializer(Strict):
    """One line. `vat_rate` in percent; `vat_category` says why there is none."""

    position = serializers.IntegerField(read_only=True)
    description = serializers.CharField(trim_whitespace=False)
    plain_words = text()
    quantity = NumberField(required=False)
    unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    unit_price = NumberField()
    discount = NumberField(required=False)
    vat_rate = NumberField(required=False)
    vat_category = serializers.ChoiceField(choices=VatCategory.choices, required=False)
    total_excl_tax = NumberField(source="net", read_only=True)


class VatSerializer(Strict):
    """What one rate comes to."""

    vat_category = serializers.CharField(source="category", read_only=True)
    vat_rate = NumberField(source="rate", read_only=True)
    base = NumberField(read_only=True)
    tax = NumberField(read_only=True)


class InvoiceSerializer(Strict):
    """An invoice or a credit note; a draft until it has a number. `version` is what the writer saw: when given and out of
    date, the answer is 409."""

    id = serializers.CharField(source="public_id", read_only=True)
    kind = serializers.ChoiceField(choices=Invoice.Kind.choices, read_only=True)
    status = serializers.SerializerMethodField()
    number = serializers.CharField(read_only=True, allow_null=True)
    customer = Related(Customer)
    contact = Related(Contact, required=False, allow_null=True)
    client_type = serializers.ChoiceField(choices=CustomerType.choices, required=False, allow_blank=True)
    subject = text()
    nature = serializers.ChoiceField(choices=Nature.choices, required=False)
    supply_on = serializers.DateField(required=False, allow_null=True)
    supply_from = serializers.DateField(required=False, allow_null=True)
    delivery_address = text()
    works = serializers.ChoiceField(choices=Works.choices, required=False, allow_blank=True)
    attested_on = serializers.DateField(required=False, allow_null=True)
    buyer_reference = text()
    note = text()
    payment_days = serializers.IntegerField(required=False, allow_null=True)
    payment_counting = serializers.ChoiceField(choices=TermsCounting.choices, required=False, allow_blank=True)
    vat_exemption = text()
    lines = InvoiceLineSerializer(many=True, required=False)
    vat = serializers.SerializerMethodField()
    issued_on = serializers.DateField(read_only=True, allow_null=True)
    due_on = serializers.DateField(read_only=True, allow_null=True)
    total_excl_tax = NumberField(read_only=True)
    total_tax = NumberField(read_only=True)
    total_incl_tax = NumberField(read_only=True)
    balance_due = serializers.SerializerMethodField()
    credit_of = Related(Invoice, read_only=True, allow_null=True)
    credit_reason = serializers.CharField(read_only=True)
    version = serializers.IntegerField(required=False)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(serializers.ChoiceField(choices=STATUSES))
    def get_status(self, invoice: Invoice) -> str:
        """Worked out from its number, its balance and the day; never stored."""
        if invoice.is_draft:
            return DRAFT
        if invoice.is_credit_note:
            return ISSUED
        balance = invoice.balance()
        if balance <= 0:
            return PAID
        if invoice.due_on is not None and invoice.due_on < clock.today():
            return OVERDUE
        return PARTLY_PAID if balance < invoice.total_incl_tax else ISSUED

    @extend_schema_field(VatSerializer(many=True))
    def get_vat(self, invoice: Invoice) -> Any:
        """The breakdown by rate."""
        return VatSerializer(sums_of(invoice).groups, many=True).data

    @extend_schema_field(DECIMAL)
    def get_balance_due(self, invoice: Invoice) -> str:
        """EUR still due; nothing on a draft, which asks for nothing, nor on a credit note."""
        due = ZERO if invoice.is_draft or invoice.is_credit_note else invoice.balance()
        return format(due, "f")


class IssueSerializer(Strict):
    """The day of the invoice: today's unless given."""

    issued_on = serializers.DateField(required=False)


class CreditLineSerializer(Strict):
    """What a credit note takes back of a line: a quantity, or an amount in EUR without tax."""

    position = serializers.IntegerField(min_value=1)
    quantity = NumberField(required=False)
    amount = NumberField(required=False)


class CreditSerializer(Strict):
    """Why (the client reads it), and what: without `lines`, all that is left of the invoice."""

    reason = serializers.CharField(required=False)
    lines = CreditLineSerializer(many=True, required=False)
    issued_on = serializers.DateField(required=False)
