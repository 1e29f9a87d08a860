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
_UNITS = {
    "": re.compile(r"()$^"),
    "€": re.compile(r"(?i)\s*(?:€|euros?|eur)$|^(-? ?)(?:€|eur)\s*"),
    "%": re.compile(r"()\s*%$"),
}
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:([ .,'’])[0-9]{3})(?:\2[0-9]{3})*)(?:([.,])([0-9]*))?")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?")
_AMBIGUOUS = re.compile(r"-?([1-9][0-9]{0,2})[.,]([0-9]{3})")
_STRICT = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


def cents(value: Decimal) -> Decimal:
    """`value` to the cent, half a cent going away from zero. TypeError for anything but a Decimal."""
    if not isinstance(value, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """Read an amount in EUR as people type it or as files have it, whatever their language: « 1 240,50 € », « 1.240,50 »,
    « 1,240.50 », « -12 », « (12) ». Refuses an empty text, a third decimal, and what `parse_number` refuses."""
    plain = _bare(text, "€")
    if not plain:
        raise Refusal(_("Indiquez un montant, par exemple 1240,50."))
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    value = _read(plain, text, places=2)
    if value is None:
        raise Refusal(_("« {text} » n’est pas un montant. Écrivez-le comme 1240,50.", text=_short(text)))
    if -int(value.as_tuple().exponent) > 2:
        raise Refusal(_("« {text} » a plus de deux décimales. Arrondissez au centime.", text=_short(text)))
    if abs(value) > LARGEST:
        raise Refusal(_("Ce montant dépasse 999 999 999,99 €. Vérifiez le nombre de chiffres."))
    return cents(value)


def parse_number(text: str, *, places: int = 2, unit: str = "") -> Decimal:
    """Read a number as people type it, in either language, with as many decimals as it has: « 2,5 », « 1 240,50 »,
    « 1,240.50 »; also « 12 € » or « 5,5 % » when that is its `unit`.

    One separator before exactly three digits (« 1.240 ») has two readings: it is refused, with how to write each in at most
    `places` decimals; « 0,125 » and « 1,2500 » have one. What is no number is refused too."""
    value = _read(_bare(text, unit), text, places=places)
    if value is None:
        raise Refusal(_("« {text} » n’est pas un nombre. Écrivez-le comme 12,50.", text=_short(text)))
    return value


def strict_number(text: str) -> Decimal:
    """Read a number as programs write it: digits, a point, digits; a comma only where it has one reading.
    No thousands apart, no unit, no exponent: anything else is a Refusal."""
    plain = text.strip()
    if not _STRICT.fullmatch(plain):
        raise Refusal(_("« {text} » n’est pas un nombre. Écrivez-le comme 12,50.", text=_short(text)))
    if "," in plain:
        _refuse_ambiguous(plain, text, places=4)
    return Decimal(plain.replace(",", "."))


def _read(plain: str, typed: str, *, places: int) -> Decimal | None:
    """The number of `plain`, bare of its unit; None when it is none. Refuses two readings, quoting `typed`."""
    _refuse_ambiguous(plain, typed, places=places)
    sign, rest = ("-", plain[1:].strip()) if plain.startswith("-") else ("", plain)
    if (found := _GROUPED.fullmatch(rest)) and found[2] != found[3]:
        whole, decimals = re.sub(r"[^0-9]", "", found[1]), found[4]
    elif found := _PLAIN.fullmatch(rest):
        whole, decimals = found[1], found[2]
    else:
        return None
    return Decimal(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}")


def _refuse_ambiguous(plain: str, typed: str, *, places: int) -> None:
    """« 1.240 », « 1,240 »: a thousand and more, or one and a fraction."""
    found = _AMBIGUOUS.fullmatch(plain)
    if not found:
        return
    whole, three = found.groups()
    units, decimals = (whole, f"{three}0") if places > 2 else str(cents(Decimal(f"{whole}.{three}"))).split(".")
    raise Refusal(
        _(
            "« {text} » peut se lire {whole} {three} ou {whole},{three}. Écrivez {whole}{three} ou {units},{decimals}.",
            text=_short(typed), whole=whole, three=three, units=units, decimals=decimals,
        )
    )  # fmt: skip


def _bare(text: str, unit: str) -> str:
    """`text` with plain spaces and minus, without its unit."""
    return _UNITS[unit].sub(r"\1", _MINUS.sub("-", " ".join(text.split()))).strip().replace("- ", "-")


def _short(text: str) -> str:
    return " ".join(text.split())[:30]
