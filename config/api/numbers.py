"""How numbers are read by the API: strictly, as programs write them, in text or as JSON numbers, by their digits."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lib.errors import Refusal
from lib.money import strict_number

DECIMAL = {"type": "string", "format": "decimal"}  # what we answer; we read JSON numbers too


def number_of(data: Any) -> Decimal:
    """The number that was sent. ValidationError for what is none, or could be read in two ways («1,240»)."""
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        raise serializers.ValidationError(_("Un nombre s’écrit entre guillemets, comme « 12.50 »."))
    if not isinstance(data, str):
        found = Decimal(str(data))
        if not found.is_finite():
            raise serializers.ValidationError(_("Ce nombre est trop grand."))
        return found
    try:
        return strict_number(data)
    except Refusal as refusal:
        raise serializers.ValidationError(refusal.message) from refusal


@extend_schema_field(DECIMAL)
class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A number as text or as JSON writes it; the checks of `billing` judge it."""

    def to_internal_value(self, data: Any) -> Decimal:
        return number_of(data)

    def to_representation(self, value: Decimal) -> str:
        return format(value, "f")


class AmountField(serializers.DecimalField):
    """EUR, as text or as JSON writes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **options)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(str(number_of(data)))
