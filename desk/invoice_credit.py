"""The page of a credit note to be: the whole invoice, or a part of some of its lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from billing.correcting import credit_invoice, left_to_credit
from billing.models import Invoice, InvoiceLine
from lib.errors import Refusal
from lib.money import ZERO


@dataclass
class Part:
    """One line of the invoice: EUR without tax still to credit, and what was typed of it."""

    line: InvoiceLine
    left: Decimal
    typed: str = ""
    error: str = ""


@dataclass
class CreditPage:
    """What the page shows: `told` is what the gesture refused as a whole."""

    invoice: Invoice
    parts: list[Part]
    whole: bool = True
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """EUR without tax that no credit note has taken back yet."""
        return sum((part.left for part in self.parts), ZERO)

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """What is wrong: the anchor of its field, and the sentence."""
        lines = [(f"id_amount-{part.line.position}", part.error) for part in self.parts if part.error]
        return [(f"id_{name}" if name else "", words) for name, words in self.errors.items()] + lines


def credit_page(invoice: Invoice, data: Mapping[str, str] | None = None) -> CreditPage:
    """The page for `invoice`, as typed when `data` is given. Three statements."""
    left = left_to_credit(invoice)
    parts = [
        Part(line, left[line.position], (data or {}).get(f"amount-{line.position}", "")[:30]) for line in invoice.lines.all()
    ]
    whole = (data or {}).get("part", "whole") != "lines"
    return CreditPage(invoice, parts, whole, (data or {}).get("reason", ""))


def credit(page: CreditPage, *, user: User, today: date, key: str) -> Invoice | None:
    """Issue the credit note that the page asks for; None, with what is wrong beside each field, when it is refused."""
    asked = [part for part in page.parts if part.typed.strip()]
    if page.whole and asked:
        page.errors["part"] = _(
            "Vous avez écrit une somme sur une ligne, mais l’avoir reprendrait tout : choisissez « une partie, ligne par ligne », "
            "ou effacez cette somme."
        )
        return None
    lines = None if page.whole else [{"position": part.line.position, "amount": part.typed} for part in asked]
    try:
        return credit_invoice(page.invoice, reason=page.reason, by=user, on=today, lines=lines, key=key)
    except Refusal as refusal:
        for name, words in (refusal.errors or {"": refusal.message}).items():
            part, _dot, place = name.partition(".")
            if part == "lines" and place.isdigit() and int(place) < len(asked):
                asked[int(place)].error = str(words)
            else:
                page.errors[name] = str(words)
    return None
