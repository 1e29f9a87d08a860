"""Everything an issued invoice or credit note says, frozen: what the PDF prints and the XML carries. Pure Python.

The snapshot kept with the invoice is `to_json(document)`; the papers are made from it alone, so that a change of the
firm, the client or the rates never reaches a document already issued. BT and BG terms are those of EN 16931.
Amounts are EUR to the cent, rates are percentages, days are civil dates.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from lib.money import ZERO

FORMAT_VERSION = 1
INVOICE, CREDIT_NOTE = "invoice", "credit_note"
SERVICES, GOODS, MIXED = "services", "goods", "mixed"

T = TypeVar("T")


@dataclass(frozen=True)
class Address:
    """Where a party is (BG-5, BG-8). `country` is an ISO 3166 code."""

    line: str = ""
    extra: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "FR"

    @property
    def lines(self) -> tuple[str, ...]:
        """As on an envelope, the country left out."""
        town = f"{self.postal_code} {self.city}".strip()
        return tuple(line for line in (self.line, self.extra, town) if line)


@dataclass(frozen=True)
class Seller:
    """The firm (BG-4). `name` is the legal name as printed, «EI» included; `endpoint` is its electronic address (BT-34)."""

    name: str
    address: Address = field(default_factory=Address)
    legal_form: str = ""
    sole_trader: bool = False
    capital: Decimal | None = None
    rcs: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    vat_regime: str = "normal"  # a value of crm.models.company.VatRegime
    email: str = ""
    phone: str = ""
    website: str = ""
    endpoint: str = ""
    logo: str = ""  # the name in storage of the picture it had


@dataclass(frozen=True)
class Buyer:
    """The client (BG-7). `client_type` is that of this document, a value of crm.models.CustomerType."""

    name: str
    client_type: str
    address: Address = field(default_factory=Address)
    attention: str = ""  # the person the document is for
    reference: str = ""  # ours for that client
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    endpoint: str = ""  # BT-49, scheme 0225


@dataclass(frozen=True)
class Line:
    """One line (BG-25). `gross` less `allowance` is `net`; `unit` is a UN/ECE code, `unit_words` its printed name."""

    position: int
    description: str
    plain_words: str
    quantity: Decimal
    unit: str
    unit_words: str
    unit_price: Decimal
    discount: Decimal
    gross: Decimal
    allowance: Decimal
    net: Decimal
    vat_category: str
    vat_rate: Decimal


@dataclass(frozen=True)
class VatGroup:
    """One breakdown of VAT (BG-23). Without tax, `reason` says why in the words of the law and `code` is its VATEX."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    code: str = ""
    reason: str = ""
    reason_english: str = ""


@dataclass(frozen=True)
class Totals:
    """The sums (BG-22)."""

    excl_tax: Decimal
    tax: Decimal
    incl_tax: Decimal
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO
    payable: Decimal = ZERO


@dataclass(frozen=True)
class Mention:
    """Words that the law asks for. `note` is the code of BT-21 under which they go into the XML, "" for paper only."""

    key: str
    words: str
    english: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Payment:
    """How to pay (BG-16). `holder` is the exact name that the payer's bank compares; `reference` is the RF reference."""

    due_on: date
    terms: str
    holder: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    days: int | None = None  # the terms themselves, for `billing.mentions`; None where nobody said
    counting: str = ""


@dataclass(frozen=True)
class Preceding:
    """The invoice that a credit note corrects (BG-3)."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Document:
    """All of it. `number` is "" on a draft shown before issue; `supply_on` is the day of delivery or completion (BT-72)."""

    kind: str
    number: str
    issued_on: date
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    vat: tuple[VatGroup, ...]
    totals: Totals
    nature: str = SERVICES
    supply_on: date | None = None
    supply_from: date | None = None  # the first day of a period that ends on `supply_on` (BG-14)
    payment: Payment | None = None
    preceding: Preceding | None = None
    mentions: tuple[Mention, ...] = ()
    delivery: tuple[str, ...] = ()  # lines of the address of delivery or of the site, when it is another
    subject: str = ""
    note: str = ""
    buyer_reference: str = ""  # the client's own order number (BT-13)
    credit_reason: str = ""
    vat_on_debits: bool = False  # the tax is due when invoiced (BT-8), for services
    attested_on: date | None = None  # when the client signed what «works-…» says; None where it is still to be signed
    language: str = "fr"
    currency: str = "EUR"
    specimen: bool = False
    format_version: int = FORMAT_VERSION

    @property
    def is_credit_note(self) -> bool:
        """A credit note: its amounts are positive and reduce what is owed."""
        return self.kind == CREDIT_NOTE

    @property
    def type_code(self) -> str:
        """BT-3: 380 invoice, 381 credit note."""
        return "381" if self.is_credit_note else "380"

    @property
    def process(self) -> str:
        """BT-23, the French «cadre de facturation»: nature, then 1 to be paid or 2 already paid."""
        letter = {SERVICES: "S", GOODS: "B", MIXED: "M"}[self.nature]
        return f"{letter}{2 if self.totals.prepaid and not self.totals.payable else 1}"

    def mention(self, key: str) -> Mention | None:
        """The mention of that name, when the document bears it."""
        return next((one for one in self.mentions if one.key == key), None)


def to_json(document: Document) -> dict[str, Any]:
    """Plain JSON: decimals as text, days as ISO dates. The same document always gives the same value."""
    return {one.name: _plain(getattr(document, one.name)) for one in fields(document)}


def from_json(data: Mapping[str, Any]) -> Document:
    """The document that `to_json` told. ValueError for a format this version does not know."""
    if data.get("format_version") != FORMAT_VERSION:
        raise ValueError(f"a document of format {data.get('format_version')!r}; {FORMAT_VERSION} is known")
    return _build(Document, data)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _build(kind: type[T], data: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in data.items()})


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        if value is None:
            return None
        return _read(next(one for one in get_args(hint) if one is not type(None)), value)
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], one) for one in value)
    if is_dataclass(hint):
        return _build(hint, value)  # type: ignore[arg-type]
    if hint is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if hint is date else value
