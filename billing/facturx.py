"""The machine-readable twin of a document: Factur-X, profile EN 16931, in the CII syntax; and its verification.

Only what `billing.document.Document` says goes in, so that paper and file cannot differ. The library refuses decimals and
changes the dictionary it is given: everything is text, made anew each time.
"""

import re
import threading
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from billing.document import GOODS, MIXED, Address, Buyer, Document, Line, Seller, VatGroup
from lib import identifiers
from lib.errors import Refusal
from lib.money import ZERO
from lib.typography import amount

NAME = "factur-x.xml"
XSD = threading.Lock()  # libxml2 compiles a schema for one thread at a time: two at the first one spoil it for the process
SIREN, ENDPOINT = "0002", "0225"  # ISO 6523 codes of a SIREN and of a French electronic address
TRANSFER = "58"  # SEPA credit transfer (UNTDID 4461)
DISCOUNT = "95"  # UNTDID 5189
NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
_NO_XML = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0xD800, 0xDFFF), (0xFFFE, 0xFFFF),
)) + "]")  # fmt: skip


def load() -> None:
    """Import what writes files now rather than at the first of them: half a second that no document waits for."""
    from facturx import generate_xml  # inline: heavy

    assert generate_xml


def make_xml(document: Document) -> bytes:
    """The Factur-X file of an issued document, valid against its XSD. ValueError when the library refuses it."""
    from facturx import generate_xml  # inline: heavy, 0.6 s, only the background writes files

    with XSD:
        xml: bytes = generate_xml(terms(document), flavor="factur-x", level="en16931", check_xsd=True, check_schematron=False)
    return xml


def terms(document: Document) -> dict[str, Any]:
    """What the document says by EN 16931 terms, as factur-x reads it: text, days and lists only."""
    totals = document.totals
    said = {
        "BT-1": document.number,
        "BT-2": document.issued_on,
        "BT-3": document.type_code,
        "BT-5": document.currency,
        "BT-8": "invoice" if document.vat_on_debits else "",
        "BT-13": _text(document.buyer_reference),
        "BT-23": document.process,
        "BT-72": document.supply_on,
        "BT-73": document.supply_from if document.supply_from and document.supply_on else None,
        "BT-74": document.supply_on if document.supply_from else None,
        "BG-1": _notes(document),
        "BG-3": [{"BT-25": document.preceding.number, "BT-26": document.preceding.issued_on}] if document.preceding else [],
        "BG-4": _seller(document),
        "BG-7": _buyer(document),
        "BG-13": _delivery(document),
        "BG-23": [_vat(group) for group in document.vat],
        "BG-25": [_line(line) for line in document.lines],
        "BT-106": _money(totals.excl_tax),
        "BT-109": _money(totals.excl_tax),
        "BT-110": _money(totals.tax),
        "BT-112": _money(totals.incl_tax),
        "BT-113": _money(totals.prepaid) if totals.prepaid else "",
        "BT-114": _money(totals.rounding) if totals.rounding else "",
        "BT-115": _money(totals.payable),
        **_payment(document),
    }
    return {term: value for term, value in said.items() if value not in ("", None, [])}


def _payment(document: Document) -> dict[str, Any]:
    payment = document.payment
    if payment is None:
        number = document.preceding.number if document.preceding else ""
        return {"BT-20": f"Avoir à déduire de la facture {number}, ou remboursé"}
    said: dict[str, Any] = {"BT-9": payment.due_on, "BT-20": _text(f"Paiement {payment.terms}")}
    if payment.iban:
        said |= {"BT-81": TRANSFER, "BT-83": payment.reference, "BT-84": payment.iban, "BT-85": _text(payment.holder)}
        said |= {"BT-86": payment.bic} if payment.bic else {}
    return said


def _notes(document: Document) -> list[dict[str, str]]:
    """BG-1: the words of the law under their codes (BR-FR-05), the register of companies, what is said to the client."""
    found = [{"BT-21": one.note, "BT-22": _text(one.words)} for one in document.mentions if one.note]
    if register := registered(document.seller):
        found.append({"BT-21": "ABL", "BT-22": _text(register)})
    said = "\n".join(_text(part) for part in (document.subject, document.note, document.credit_reason) if part.strip())
    if said:
        found.append({"BT-21": "AAI", "BT-22": said})
    return found + [{"BT-22": _text(one.words)} for one in document.mentions if not one.note]


def _seller(document: Document) -> dict[str, Any]:
    seller = document.seller
    taxed = "O" not in {group.category for group in document.vat}  # BR-O-02: no VAT number outside the scope of VAT
    said = {
        **_party(seller, document),
        "legal_info": _text(company_line(seller)),
        "vat_identifier": seller.vat_number if taxed else "",
        "tax_identifier": "" if seller.vat_number and taxed else seller.siren,
        "contacts": [{"name": _text(seller.name), "phone": seller.phone, "email": seller.email}]
        if seller.phone and seller.email
        else [],
    }
    return {name: value for name, value in said.items() if value}


def _buyer(document: Document) -> dict[str, Any]:
    buyer = document.buyer
    taxed = "O" not in {group.category for group in document.vat}
    said = {
        **_party(buyer, document),
        "vat_identifier": buyer.vat_number if taxed else "",
        "contacts": [{"name": _text(buyer.attention)}] if buyer.attention else [],
    }
    return {name: value for name, value in said.items() if value}


def _party(party: Seller | Buyer, document: Document) -> dict[str, Any]:
    return {
        "name": _text(party.name),
        "legal_identifier": party.siren,
        "legal_identifier_schemeid": SIREN if party.siren else "",
        "identifiers": {"0009": party.siret} if party.siret else {},
        "einvoicing_addr": party.endpoint,
        "einvoicing_addr_schemeid": ENDPOINT if party.endpoint else "",
        **_address(party.address),
    }


def _address(address: Address) -> dict[str, str]:
    return {
        "addr_l1": _text(address.line),
        "addr_l2": _text(address.extra),
        "postcode": _text(address.postal_code),
        "city": _text(address.city),
        "country_code": address.country,
    }


def _delivery(document: Document) -> dict[str, Any]:
    """BG-13: where goods went; always said when they left the country (BR-IC-12)."""
    if document.delivery:
        lines = [_text(line) for line in document.delivery]
        parts = {"addr_l1": lines[0], "addr_l2": " ".join(lines[1:2]), "addr_l3": ", ".join(lines[2:])}
        place = {name: words for name, words in parts.items() if words}
        return {"name": _text(document.buyer.name), **place, "country_code": document.buyer.address.country}
    if document.nature in (GOODS, MIXED) or {group.category for group in document.vat} & {"K", "G"}:
        place = {name: words for name, words in _address(document.buyer.address).items() if words}
        return {"name": _text(document.buyer.name), **place}
    return {}


def _vat(group: VatGroup) -> dict[str, str]:
    said = {
        "BT-116": _money(group.base),
        "BT-117": _money(group.tax),
        "BT-118": group.category,
        "BT-119": "" if group.category == "O" else f"{group.rate:f}",
        "BT-120": _text(group.reason),
        "BT-121": group.code,
    }
    return {term: value for term, value in said.items() if value}


def _line(line: Line) -> dict[str, Any]:
    said: dict[str, Any] = {
        "BT-126": str(line.position),
        "BT-129": f"{line.quantity:f}",
        "BT-130": line.unit,
        "BT-131": _money(line.net),
        "BT-146": f"{line.unit_price:f}",
        "BT-151": line.vat_category,
        "BT-152": "" if line.vat_category == "O" else f"{line.vat_rate:f}",
        "BT-153": _text(line.description),
        "BT-154": _text(line.plain_words),
        "BG-27": [_discount(line)] if line.allowance else [],
    }
    return {term: value for term, value in said.items() if value}


def _discount(line: Line) -> dict[str, str]:
    return {
        "amount": _money(line.allowance),
        "base_amount": _money(line.gross),
        "rate": f"{line.discount:f}",
        "reason": "Remise",
        "reason_code": DISCOUNT,
    }


def company_line(seller: Seller) -> str:
    """«SARL au capital de 20 000,00 €», the form alone when there is no capital, "" for a sole trader (BT-33)."""
    if seller.sole_trader or not seller.legal_form:
        return "Entrepreneur individuel" if seller.sole_trader else ""
    capital = amount(seller.capital).replace(",00", "") if seller.capital else ""
    return f"{seller.legal_form} au capital de {capital}" if capital else seller.legal_form


def registered(seller: Seller) -> str:
    """«RCS Nantes 732 829 320», "" when the firm is in no register of companies."""
    return f"RCS {seller.rcs} {identifiers.format_siret(seller.siren)}" if seller.rcs else ""


def _money(value: Decimal) -> str:
    return f"{value:.2f}"


def _text(words: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("", words).strip()


@dataclass(frozen=True)
class Fault:
    """A rule that the file breaks: its name and what was found."""

    rule: str
    words: str


def own_faults(xml: bytes, document: Document) -> list[Fault]:
    """What the official rules let through (dependencies: they accept a wrong SIREN, an empty note, the 31st of February),
    and every place where the file does not say what the document says. Empty when all is well."""
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    doctype = [Fault("own-doctype", "un fichier Factur-X n’a pas de DOCTYPE")] if root.getroottree().docinfo.doctype else []
    return [*doctype, *_days(root), *_numbers(root), *_empty(root), *_differences(root, document)]


def _all(root: Any, path: str) -> list[str]:
    return [str(found.text or "") for found in root.xpath(path, namespaces=NS)]


def _days(root: Any) -> list[Fault]:
    found = []
    for text in _all(root, "//udt:DateTimeString | //qdt:DateTimeString | //udt:DateString"):
        try:
            if not re.fullmatch(r"[0-9]{8}", text):
                raise ValueError
            date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            found.append(Fault("own-day", f"{text} n’est pas un jour"))
    return found


def _numbers(root: Any) -> list[Fault]:
    checks = (
        ("own-siren", f"//ram:SpecifiedLegalOrganization/ram:ID[@schemeID='{SIREN}']", identifiers.check_siren),
        ("own-siret", "//ram:GlobalID[@schemeID='0009']", identifiers.check_siret),
        ("own-iban", "//ram:IBANID", identifiers.check_iban),
        ("own-vat", "//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA'][starts-with(., 'FR')]", identifiers.check_vat_number),
    )
    found = []
    for rule, path, check in checks:
        for text in _all(root, path):
            try:
                check(text)
            except Refusal as refusal:
                found.append(Fault(rule, f"{text} : {refusal.message}"))
    return found


def _empty(root: Any) -> list[Fault]:
    """Leaves without a letter or a digit: a mention that is there and says nothing."""
    return [
        Fault("own-empty", etree.QName(leaf).localname)
        for leaf in root.iter()
        if len(leaf) == 0 and not any(char.isalnum() for char in leaf.text or "")
    ]


_SUMS = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"


def _differences(root: Any, document: Document) -> list[Fault]:
    totals = document.totals
    expected = {
        "//rsm:ExchangedDocument/ram:ID": [document.number],
        "//rsm:ExchangedDocument/ram:TypeCode": [document.type_code],
        "//rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString": [f"{document.issued_on:%Y%m%d}"],
        "//ram:SellerTradeParty/ram:Name": [_text(document.seller.name)],
        "//ram:BuyerTradeParty/ram:Name": [_text(document.buyer.name)],
        "//ram:SpecifiedLineTradeSettlement//ram:LineTotalAmount": [_money(line.net) for line in document.lines],
        "//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:CalculatedAmount": [
            _money(group.tax) for group in document.vat
        ],
        _SUMS + "TaxBasisTotalAmount": [_money(totals.excl_tax)],
        _SUMS + "TaxTotalAmount": [_money(totals.tax)],
        _SUMS + "GrandTotalAmount": [_money(totals.incl_tax)],
        _SUMS + "DuePayableAmount": [_money(totals.payable)],
    }
    found = [Fault("own-same", f"{path.rpartition(':')[2]} : {_all(root, path)}") for path, said in expected.items()
             if _all(root, path) != said]  # fmt: skip
    if totals.excl_tax + totals.tax != totals.incl_tax or sum((line.net for line in document.lines), ZERO) != totals.excl_tax:
        found.append(Fault("own-sums", "les sommes du document ne tombent pas juste"))
    return found
