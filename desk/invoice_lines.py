"""The lines of a draft as they are typed: read from the form, added, removed, moved, reckoned; pure of database."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from billing.draft_checks import check_lines
from billing.models import InvoiceLine
from billing.models.invoices import Unit, VatCategory
from crm.models.company import VatRegime
from lib import law, vat
from lib.errors import Refusal

TYPED = ("description", "plain_words", "quantity", "unit", "unit_price", "discount", "vat")
MOST = 500
_HINTS = {"plain_words": lazy("Pour quelqu’un qui n’est pas du métier")}
# name, where the style sheet puts it, label, longest, whether it is a number
_CELLS: tuple[tuple[str, str, str | Promise, int, bool], ...] = (
    ("description", "what", lazy("Désignation"), 240, False),
    ("plain_words", "plain", lazy("En clair"), 400, False),
    ("quantity", "qty", lazy("Quantité"), 20, True),
    ("unit", "unit", lazy("Unité"), 0, False),
    ("unit_price", "price", lazy("Prix unitaire HT"), 24, True),
    ("discount", "off", lazy("Remise %"), 8, True),
    ("vat", "rate", lazy("TVA"), 0, False),
)
_KEY = re.compile(r"[a-z][0-9]{1,4}")
_ZERO_RATED = {
    VatCategory.EXEMPT: lazy("sans TVA : exonéré, franchise"),
    VatCategory.REVERSE_CHARGE: lazy("sans TVA : autoliquidation"),
    VatCategory.INTRA_EU: lazy("sans TVA : livraison dans l’Union"),
    VatCategory.EXPORT: lazy("sans TVA : exportation"),
    VatCategory.OUT_OF_SCOPE: lazy("hors du champ de la TVA"),
}


@dataclass(frozen=True)
class Cell:
    """One field of a line, ready to be shown."""

    id: str
    name: str
    css: str
    label: str | Promise
    value: str
    most: int = 0
    number: bool = False
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""
    hint: str | Promise = ""


@dataclass
class Typed:
    """One line as a person typed it. `key` follows it when it moves: «b3» was the fourth line when the page was opened,
    «n2» is new."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    net: Decimal | None = None
    position: int = 0
    vat_choices: list[tuple[str, str]] = field(default_factory=list)
    fresh: bool = False  # just added: its first field takes the focus

    @property
    def number(self) -> int:
        """Its place, counted from one."""
        return self.position + 1

    @property
    def cells(self) -> list[Cell]:
        """Its fields, in order."""
        units = tuple((str(value), str(words)) for value, words in Unit.choices)
        options = {"unit": units, "vat": tuple(self.vat_choices)}
        return [
            Cell(
                f"l-{self.key}-{name}", f"l-{self.position}-{name}", css, label, self.values.get(name, ""), most, number,
                options.get(name, ()), self.errors.get(name, ""), _HINTS.get(name, ""),
            )
            for name, css, label, most, number in _CELLS
        ]  # fmt: skip

    @property
    def blank(self) -> bool:
        """Nothing was written in it."""
        return not any(self.values.get(name, "").strip() for name in ("description", "plain_words", "unit_price"))

    def asked(self) -> dict[str, Any]:
        """The line as the gestures read it."""
        category, _colon, rate = self.values.get("vat", "").partition(":")
        found: dict[str, Any] = {name: self.values.get(name, "") for name in TYPED if name != "vat"}
        found["quantity"] = found["quantity"] or "1"
        if category:
            found |= {"vat_category": category, "vat_rate": rate or "0"}
        return found

    def same_as(self, other: "Typed") -> bool:
        """Whether the two say the same."""
        return all(self.values.get(name, "").strip() == other.values.get(name, "").strip() for name in TYPED)


def plain(value: Decimal, places: int = 0) -> str:
    """A decimal as its reader types it: 1240,50; 2,5; 1 in French, 1240.50 in English. Three decimals take a fourth: «1,125»
    would be refused as perhaps 1125."""
    text = format(value.normalize(), "f")
    whole, _point, decimals = text.partition(".")
    decimals = decimals.ljust(4 if len(decimals) == 3 else places, "0")
    point = "." if get_language() == "en" else ","
    return f"{whole}{point}{decimals}" if decimals else whole


def percent(rate: Decimal) -> str:
    """A rate as it is read: «5,5 %», “5.5%”."""
    return f"{plain(rate)}%" if get_language() == "en" else f"{plain(rate)}\u00a0%"


def stored(lines: Iterable[InvoiceLine]) -> list[Typed]:
    """The lines of a draft, as a person would type them."""
    return [
        Typed(
            f"b{place}",
            {
                "description": line.description,
                "plain_words": line.plain_words,
                "quantity": plain(line.quantity),
                "unit": line.unit,
                "unit_price": plain(line.unit_price, 2),
                "discount": plain(line.discount) if line.discount else "",
                "vat": f"{line.vat_category}:{vat.plain_rate(line.vat_rate)}",
            },
        )
        for place, line in enumerate(lines)
    ]


def read(data: Mapping[str, str]) -> list[Typed]:
    """The lines that a form sends, in its order. What is beyond `MOST` is left out; the gesture says the rule."""
    count = data.get("lines", "")
    number = min(int(count), MOST + 1) if count.isascii() and count.isdigit() and len(count) < 6 else 0
    found = []
    for place in range(number):
        key = data.get(f"l-{place}-key", "")
        values = {name: data.get(f"l-{place}-{name}", "")[:500] for name in TYPED}
        found.append(Typed(key if _KEY.fullmatch(key) else f"n{place + 1000}", values))
    return found


def blank(lines: list[Typed], *, regime: str, fresh: bool = True) -> Typed:
    """A new line, with the rate of the line above or of the firm."""
    numbers = [int(line.key[1:]) for line in lines if line.key.startswith("n")]
    above = lines[-1].values.get("vat") if lines else ""
    rate = above or ("E:0" if regime == VatRegime.FRANCHISE else "S:20")
    values = {"quantity": "1", "unit": str(Unit.PIECE), "vat": rate}
    return Typed(f"n{max(numbers, default=0) + 1}", values, fresh=fresh)


def changed(lines: list[Typed], what: str, *, regime: str) -> list[Typed]:
    """The lines after «add», «remove:KEY», «up:KEY» or «down:KEY»; anything else leaves them as they are."""
    gesture, _colon, key = what.partition(":")
    lines = list(lines)
    if gesture == "add":
        return [*lines, blank(lines, regime=regime)]
    place = next((place for place, line in enumerate(lines) if line.key == key), None)
    if place is None:
        return lines
    if gesture == "remove":
        del lines[place]
        return lines or [blank([], regime=regime)]
    other = place + {"up": -1, "down": 1}.get(gesture, 0)
    if 0 <= other < len(lines):
        lines[place], lines[other] = lines[other], lines[place]
    return lines


def reckon(lines: list[Typed], *, regime: str, today: date, strict: bool = False) -> list[InvoiceLine]:
    """Give each line its net, its place and its choice of rates; returns the sound ones, not saved. When `strict`, what
    is wrong is written beside its field; while typing only what has been written is judged."""
    sound = []
    rates = vat_choices(today)
    for place, line in enumerate(lines):
        line.position = place
        line.net = None
        line.vat_choices = rates if any(value == line.values.get("vat") for value, _l in rates) else [
            *rates, (line.values.get("vat", ""), vat_words(line.values.get("vat", "")))
        ]  # fmt: skip
        if line.blank:
            continue
        try:
            row = check_lines([line.asked()], regime=regime)[0]
        except Refusal as refusal:
            _tell(line, refusal, strict=strict)
            continue
        row.position = len(sound) + 1
        line.net = row.net
        sound.append(row)
    return sound


def _tell(line: Typed, refusal: Refusal, *, strict: bool) -> None:
    for name, words in refusal.errors.items():
        last = name.rpartition(".")[2]
        last = "vat" if last.startswith("vat") else last
        if strict or line.values.get(last, "").strip():
            line.errors[last] = str(words)


def vat_choices(today: date) -> list[tuple[str, str]]:
    """What a line may bear: the rates of the day, then why there is none."""
    rows = [row for row in law.table("vat_rates") if row.holds_on(today)]
    at_home = [row for row in rows if row["territory"] == "metropole"]
    rates = [Decimal(row["rate"]) for row in (*at_home, *rows)]
    once = list(dict.fromkeys(rate for rate in rates if rate))
    return [(f"S:{vat.plain_rate(rate)}", percent(rate)) for rate in once] + [
        (f"{category}:0", str(words)) for category, words in _ZERO_RATED.items()
    ]


def vat_words(value: str) -> str:
    """A rate kept from elsewhere, in words."""
    category, _colon, rate = value.partition(":")
    if category in _ZERO_RATED:
        return str(_ZERO_RATED[VatCategory(category)])
    return percent(Decimal(rate)) if rate else _("choisir")


def packed(lines: Iterable[Typed]) -> str:
    """The lines as the page was opened, carried by the form: what tells a colleague's change from one's own."""
    return json.dumps([[line.values.get(name, "") for name in TYPED] for line in lines], ensure_ascii=False)


def unpacked(text: str) -> list[Typed]:
    """What `packed` carried; nothing when it was tampered with."""
    try:
        rows = json.loads(text or "[]")
        made = [Typed(f"b{place}", dict(zip(TYPED, map(str, row), strict=True))) for place, row in enumerate(rows[:MOST])]
    except (ValueError, TypeError, RecursionError):
        return []
    return made
