"""Amounts in euros: always `Decimal`, always to the cent, rounded half up (as the tax office and every till do).

Sources: round half up to the nearest cent, Règlement (CE) n° 1103/97 art. 5 (a half cent goes up).
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from lib.errors import Refusal
from lib.wording import say as _

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
LARGEST = Decimal("999999999.99")

_MINUS = re.compile(r"[\u2010-\u2015\u2212]")
_NUMBER = re.compile(r"(-?)(\d{1,3}(?:([ .,'])\d{3})*|\d+)(?:([.,])(\d*))?")


def cents(value: Decimal) -> Decimal:
    """`value` to the cent, half a cent going away from zero. TypeError for anything but a Decimal."""
    if not isinstance(value, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """Read an amount as people type it or as files have it: « 1 240,50 € », « 1.240,50 », « 1,240.50 », « -12 ».

    A single separator before exactly three digits (« 1.240 ») could be either and is refused, as is a third decimal.
    """
    plain = _MINUS.sub("-", " ".join(text.split()))
    plain = re.sub(r"(?i)\s*(?:€|euros?|eur)\s*$|^\s*(?:€|eur)\s*", "", plain).strip()
    if not plain:
        raise Refusal(_("Indiquez un montant, par exemple 1240,50."))
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    found = _NUMBER.fullmatch(plain.replace("- ", "-"))
    if not found:
        raise Refusal(_("« {text} » n’est pas un montant. Écrivez-le comme 1240,50.", text=_short(text)))
    sign, whole, group, point, decimals = found.groups()
    if _ambiguous(plain, group, point, decimals):
        raise Refusal(
            _("« {text} » peut se lire de deux façons. Écrivez 1240 ou 1,24, sans autre séparateur.", text=_short(text))
        )
    if len(decimals or "") > 2:
        raise Refusal(_("« {text} » a plus de deux décimales. Arrondissez au centime.", text=_short(text)))
    value = Decimal(f"{sign}{re.sub(r'[^0-9]', '', whole)}.{decimals or '0'}")
    if abs(value) > LARGEST:
        raise Refusal(_("Ce montant dépasse 999 999 999,99 €. Vérifiez le nombre de chiffres."))
    return cents(value)


def _ambiguous(plain: str, group: str | None, point: str | None, decimals: str | None) -> bool:
    """« 1.240 », « 1,240 »; also « 1.240.5 », whose two separators are one character."""
    separators = re.findall(r"[.,]", plain)
    lone_group = group in (".", ",") and not point and len(separators) == 1
    lone_point = point is not None and group is None and len(decimals or "") == 3
    return lone_group or lone_point or (group is not None and group == point)


def _short(text: str) -> str:
    return " ".join(text.split())[:30]
