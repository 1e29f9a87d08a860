"""How an amount is typed in a form of the house, and read."""

from decimal import Decimal
from typing import Any

from django import forms

from desk.invoice_lines import plain
from lib.errors import Refusal
from lib.money import parse_amount


class AmountField(forms.CharField):
    """EUR, read in any usual writing of either language; what could be read in two ways is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def prepare_value(self, value: Any) -> Any:
        """As its reader types it."""
        return plain(value, 2) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        """The amount; None when it may be left empty and is."""
        text = super().clean(value)
        try:
            return parse_amount(text) if text else None
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal
