"""What people type into a draft, made sound: every field at fault is named, `lines.0.unit_price` for a line's."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from billing.models import InvoiceLine
from billing.models.invoices import Nature, Unit, VatCategory, Works
from crm.checks import clean_text
from crm.models.company import TermsCounting, VatRegime
from crm.models.customers import CustomerType
from lib.errors import Refusal
from lib.french_calendar import refuse_far
from lib.money import LARGEST, ZERO, parse_number
from lib.vat import line_net

MOST_LINES = 500
# What a form or the API may write on a draft, with how long the texts may be.
TEXTS = {"subject": 400, "buyer_reference": 60, "note": 2000, "vat_exemption": 24, "delivery_address": 400}
LINES = ("note", "delivery_address")  # the texts of several lines
DAYS = ("supply_on", "supply_from", "attested_on")
CHOICES: dict[str, Any] = {"nature": Nature, "payment_counting": TermsCounting, "client_type": CustomerType, "works": Works}
FIELDS = (*TEXTS, *CHOICES, *DAYS, "payment_days", "contact")
LINE_FIELDS = "description plain_words quantity unit unit_price discount vat_rate vat_category".split()
LONGEST_TERM = 365


def check_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a draft, tidied; raises Refusal naming each wrong one. TypeError for one that nobody may write."""
    if strange := set(fields) - set(FIELDS):
        raise TypeError(f"not editable: {', '.join(sorted(strange))}")
    found, errors = {}, {}
    for name, value in fields.items():
        try:
            found[name] = _field(name, value)
        except Refusal as refusal:
            errors[name] = refusal.message
    if errors:
        raise Refusal(errors=errors)
    return found


def check_lines(lines: Iterable[Mapping[str, Any]], *, regime: str) -> list[InvoiceLine]:
    """The lines of a draft, tidied, numbered from 1, each with its net (not saved). `regime` is the firm's standing to
    VAT: in franchise a line that names no rate bears none. Raises Refusal naming each wrong field."""
    made, errors = [], {}
    for place, line in enumerate(lines):
        if place >= MOST_LINES:
            raise Refusal(_("Une facture tient en %(most)s lignes au plus.") % {"most": MOST_LINES}, field="lines")
        row, wrong = _line(line, regime)
        errors.update({f"lines.{place}.{name}": words for name, words in wrong.items()})
        row.position = place + 1
        made.append(row)
    if errors:
        raise Refusal(errors=errors)
    if abs(sum((row.net for row in made), ZERO)) > LARGEST:
        raise Refusal(_("Le total dépasse 999 999 999,99 €. Vérifiez les quantités et les prix."), field="lines")
    return made


def _line(line: Mapping[str, Any], regime: str) -> tuple[InvoiceLine, dict[str, str]]:
    if strange := set(line) - set(LINE_FIELDS):
        raise TypeError(f"not of a line: {', '.join(sorted(strange))}")
    franchise = regime == VatRegime.FRANCHISE
    checks: dict[str, Callable[[], Any]] = {
        "description": lambda: _designation(line.get("description")),
        "plain_words": lambda: clean_text(line.get("plain_words"), limit=400),
        "quantity": lambda: _number(line.get("quantity", 1), places=4, most=Decimal(99_999_999), above_zero=True),
        "unit": lambda: _choice(line.get("unit") or Unit.PIECE, Unit),
        "unit_price": lambda: _number(line.get("unit_price"), places=6, most=LARGEST, unit="€"),
        "discount": lambda: _number(line.get("discount") or 0, places=2, most=Decimal(100), unit="%"),
        "vat_rate": lambda: _number(line.get("vat_rate", 0 if franchise else None), places=2, most=Decimal(100)),
    }
    found, errors = {}, {}
    for name, check in checks.items():
        try:
            found[name] = check()
        except Refusal as refusal:
            errors[name] = refusal.message
    row = InvoiceLine(**found)
    if errors:
        return row, errors
    default = VatCategory.STANDARD if row.vat_rate else VatCategory.EXEMPT
    try:
        row.vat_category = _choice(line.get("vat_category") or default, VatCategory)
        if (row.vat_category == VatCategory.STANDARD) != bool(row.vat_rate):
            raise Refusal(_("Un taux de TVA va avec le régime « taux de TVA », et zéro avec un autre."))
    except Refusal as refusal:
        errors["vat_category"] = refusal.message
    row.net = line_net(row.quantity, row.unit_price, row.discount)
    if abs(row.net) > LARGEST:
        errors["unit_price"] = _("Cette ligne dépasse 999 999 999,99 €. Vérifiez la quantité et le prix.")
    return row, errors


def _field(name: str, value: Any) -> Any:
    if name in TEXTS:
        return clean_text(value, limit=TEXTS[name], lines=name in LINES)
    if name in CHOICES:
        return _choice(value, CHOICES[name]) if value or name == "nature" else ""
    if name == "payment_days":
        return None if value in (None, "") else int(_number(value, places=0, most=Decimal(LONGEST_TERM)))
    if name in DAYS and value:
        return _day(name, value)
    return value or None


def _day(name: str, value: Any) -> date:
    try:
        return refuse_far(date.fromisoformat(value) if isinstance(value, str) else value, name)
    except ValueError as trouble:
        raise Refusal(_("Cette date n’existe pas. Écrivez-la comme 2026-11-21.")) from trouble


def _designation(value: Any) -> str:
    words = clean_text(value, limit=240)
    if not words:
        raise Refusal(_("Dites ce qui est vendu : la loi veut une désignation précise."))
    return words


def _choice(value: Any, choices: Any) -> str:
    if str(value) not in choices.values:
        raise Refusal(_("Choisissez parmi : %(choices)s.") % {"choices": ", ".join(choices.values)})
    return str(value)


def _number(value: Any, *, places: int, most: Decimal, above_zero: bool = False, unit: str = "") -> Decimal:
    """A number as a person types it (text, perhaps with its `unit`), a Decimal or an int; never a float nor a boolean."""
    if value is None or value == "":
        raise Refusal(_("Indiquez un nombre."))
    if isinstance(value, float | bool):
        raise Refusal(_("Un nombre s’écrit comme 12,50 (dans l’API : entre guillemets, « 12.50 »)."))
    found = parse_number(value, places=places, unit=unit) if isinstance(value, str) else Decimal(value)
    if not found.is_finite() or abs(found) > most:
        raise Refusal(_("Ce nombre est trop grand."))
    if found < 0:
        raise Refusal(
            _("Ce nombre ne peut pas être négatif : une remise est un pourcentage de la ligne, une somme rendue un avoir.")
        )
    if above_zero and found == 0:
        raise Refusal(_("Indiquez une quantité supérieure à zéro."))
    kept = found.quantize(Decimal(1).scaleb(-places))
    if kept != found:
        raise Refusal(_("Ce nombre a plus de %(places)s décimales.") % {"places": places})
    return kept


def positive(value: Any, *, places: int) -> Decimal:
    """A number above zero with at most `places` decimals (two: EUR): typed text, a Decimal or an int. Refusal otherwise."""
    return _number(value, places=places, most=LARGEST, above_zero=True, unit="€" if places == 2 else "")
