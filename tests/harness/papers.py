"""Invoices said without a database: a firm, its clients and what they buy, composed by our own code."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.composing import compose
from billing.document import Document
from billing.models import Invoice, InvoiceLine
from crm.models import Company, Contact, Customer
from lib.vat import VatGroup

TODAY = date(2026, 11, 21)
SIREN, SIRET, VAT_NUMBER = "732829320", "73282932000074", "FR44732829320"
CLIENT_SIREN, CLIENT_VAT = "552100554", "FR96552100554"
IBAN = "FR7630006000011234567890189"

FIRM: dict[str, Any] = {
    "name": "Menuiserie Duval",
    "legal_form": "SARL",
    "capital": Decimal(20000),
    "rcs": "Nantes",
    "siren": SIREN,
    "siret": SIRET,
    "vat_number": VAT_NUMBER,
    "address": "8 quai des Copeaux",
    "postal_code": "44000",
    "city": "Nantes",
    "email": "bonjour@menuiserie-duval.example",
    "phone": "+33261910012",
    "website": "https://menuiserie-duval.example",
    "iban": IBAN,
    "bic": "AGRIFRPP",
    "account_holder": "MENUISERIE DUVAL SARL",
    "mediator_name": "Médiation de l’Estuaire",
    "mediator_postal_address": "3 quai des Exemples, 44000 Nantes",
    "mediator_website": "https://www.mediation-estuaire.example",
}
CLIENTS: dict[str, dict[str, Any]] = {
    "professional": {
        "name": "Atelier Le Goff SAS",
        "siren": CLIENT_SIREN,
        "vat_number": CLIENT_VAT,
        "address": "4 rue du Port",
        "postal_code": "29000",
        "city": "Quimper",
    },
    "consumer": {"name": "Mme Anne Lemoine", "address": "12 rue des Lilas", "postal_code": "44000", "city": "Nantes"},
    "non_professional": {"name": "Les Amis du Port", "address": "1 place du Quai", "postal_code": "56000", "city": "Vannes"},
    "public": {
        "name": "Commune de Port-Blanc",
        "siren": CLIENT_SIREN,
        "address": "1 place de la Mairie",
        "postal_code": "22710",
        "city": "Port-Blanc",
    },
}
SHELF = {"description": "Bibliothèque sur mesure, chêne massif", "unit_price": "980", "vat_rate": "10"}
DOORS = {"description": "Porte de placard, chêne massif", "quantity": "2", "unit_price": "170", "vat_rate": "10"}
STOOL = {"description": "Escabeau de bibliothèque, chêne", "unit_price": "240", "vat_rate": "20"}


def line(position: int, **values: Any) -> InvoiceLine:
    """A line, amounts given as text."""
    numbers = {"quantity": "1", "unit_price": "100", "discount": "0", "vat_rate": "20"}
    given = {name: Decimal(values.pop(name, default)) for name, default in numbers.items()}
    return InvoiceLine(position=position, **{"description": "Pose", **values}, **given)


def say(
    client_type: str = "professional",
    lines: Any = (SHELF, DOORS, STOOL),
    *,
    firm: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
    contact: dict[str, Any] | None = None,
    number: str = "F2026-000123",
    on: date = TODAY,
    prepaid: str = "0.00",
    taken: Any = (),
    **invoice: Any,
) -> Document:
    """The document of an invoice to a client of that type; `firm`, `client`, `invoice` change what is usual."""
    customer = Customer(
        **{"type": client_type, "reference": "C00017", **CLIENTS.get(client_type, CLIENTS["consumer"]), **(client or {})}
    )
    draft = Invoice(pk=1, customer=customer, contact=Contact(**contact) if contact else None, **invoice)
    rows = [line(place, **values) for place, values in enumerate(lines, start=1)]
    firm_now = Company(**{**FIRM, **(firm or {})})
    return compose(draft, company=firm_now, number=number, on=on, prepaid=Decimal(prepaid), lines=rows, taken=taken)


def credit(client_type: str = "professional", lines: Any = (STOOL,), **more: Any) -> Document:
    """A credit note on F2026-000100."""
    former = Invoice(pk=2, number="F2026-000100", issued_on=date(2026, 10, 2))
    given = {"kind": "credit_note", "credit_of": former, "credit_reason": "Escabeau rendu", "number": "A2026-000007", **more}
    return say(client_type, lines, **given)


INSURED = {
    "insurance_name": "Assurances du Pont-Levis",
    "insurance_contact": "2 place du Modèle, 44000 Nantes, contrat 000 123",
    "insurance_coverage": "France métropolitaine",
}
THIRD = VatGroup("S", Decimal("5.5"), Decimal("33.33"), Decimal("1.83"))
FRANCHISE = {"vat_regime": "franchise", "vat_number": "", "legal_form": "EI", "name": "Jeanne Duval", "capital": None, "rcs": ""}
FREE = {"description": "Cours de menuiserie", "unit_price": "60", "quantity": "3", "unit": "HUR", "vat_rate": "0"}
BELGIAN = {
    "name": "Ateliers Dubois SRL",
    "country": "BE",
    "vat_number": "BE0403170701",
    "siren": "",
    "postal_code": "1000",
    "city": "Bruxelles",
}


def samples() -> dict[str, Document]:
    """One document of each kind that the house can issue, by name: what every validator is given."""
    return {
        "professional": say(subject="Votre bibliothèque et vos deux portes, posées.", buyer_reference="BC 2026-17"),
        "consumer": say("consumer", nature="mixed", supply_on=date(2026, 11, 4)),
        "association": say("non_professional"),
        "public": say("public"),
        "discounts": say(lines=[{**SHELF, "discount": "12.5"}, {**DOORS, "quantity": "0.3333", "unit_price": "29.995"}]),
        "goods delivered elsewhere": say(
            nature="goods", client={"delivery_address": "Chantier du Môle\n3 quai Est\n29200 Brest"}
        ),
        "paid before": say(prepaid="1740.00"),
        "part paid": say(prepaid="500.00"),
        "franchise": say(lines=[FREE], firm=FRANCHISE),
        "franchise to a consumer": say("consumer", lines=[FREE], firm=FRANCHISE),
        "training": say(lines=[{**FREE, "vat_category": "E"}], vat_exemption="training"),
        "subcontracted works": say(lines=[{**SHELF, "vat_rate": "0", "vat_category": "AE"}]),
        "services in the Union": say(lines=[{**FREE, "vat_category": "AE"}], client=BELGIAN),
        "goods in the Union": say(lines=[{**STOOL, "vat_rate": "0", "vat_category": "K"}], client=BELGIAN, nature="goods"),
        "export": say(
            lines=[{**STOOL, "vat_rate": "0", "vat_category": "G"}],
            client={**BELGIAN, "country": "CH", "vat_number": "", "postal_code": "1201", "city": "Genève"},
            nature="goods",
        ),
        "english": say("consumer", client={"language": "en"}),
        "overseas rates": say(lines=[{**SHELF, "vat_rate": "8.5"}, {**STOOL, "vat_rate": "2.1"}]),
        "works to certify": say("consumer", lines=[SHELF], works="renovation", firm=INSURED),
        "works certified": say(
            "consumer", lines=[{**SHELF, "vat_rate": "5.5"}], works="energy", attested_on=date(2026, 11, 2), firm=INSURED
        ),
        "tax on debits, over a period": say(
            supply_from=date(2026, 10, 1),
            supply_on=date(2026, 10, 31),
            delivery_address="Chantier du Môle\n29200 Brest",
            firm={"vat_on_debits": True},
        ),
        "credit note": credit(),
        "credit note to a consumer": credit("consumer"),
        "credit note that takes the last cent": credit(
            lines=[{**SHELF, "unit_price": "33.33", "vat_rate": "5.5"}], taken=[THIRD]
        ),
        "credit note in franchise": credit(lines=[FREE], firm=FRANCHISE),
    }
