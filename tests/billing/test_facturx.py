"""The file inside the PDF: valid, equal to the paper, and our own list of what the official rules let through."""

from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from billing.facturx import NS, make_xml, own_faults, registered
from tests.harness.papers import credit, samples, say

PAYLOADS = [
    "<script>alert(1)</script>",
    "]]>&amp;<!--",
    '"><x/>',
    "{% now %} {{ 7*7 }} ${7*7} %(x)s {0.__class__}",
    "a\x00b\x0b\ud800c",
]


def told(xml: bytes, path: str) -> list[str]:
    return [str(found.text) for found in etree.fromstring(xml).xpath(path, namespaces=NS)]


@pytest.mark.parametrize("name", samples())
def test_each_sample_is_valid_and_says_what_the_paper_says(name: str) -> None:
    document = samples()[name]
    assert own_faults(make_xml(document), document) == []  # make_xml itself holds it against the XSD


def test_the_same_document_gives_the_same_file() -> None:
    assert make_xml(say()) == make_xml(say())


def test_what_an_invoice_says() -> None:
    xml = make_xml(say(buyer_reference="BC 17", subject="Vos portes"))
    assert told(xml, "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == ["urn:cen.eu:en16931:2017"]
    assert told(xml, "//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID") == ["S1"]
    assert told(xml, "//ram:IncludedNote/ram:SubjectCode") == ["PMD", "PMT", "AAB", "ABL", "AAI"]
    assert told(xml, "//ram:URIUniversalCommunication/ram:URIID[@schemeID='0225']") == ["732829320", "552100554"]
    assert told(xml, "//ram:PaymentReference | //ram:IBANID | //ram:AccountName") == [
        "RF86F2026000123", "FR7630006000011234567890189", "MENUISERIE DUVAL SARL",
    ]  # fmt: skip
    assert told(xml, "//ram:SellerTradeParty/ram:Description") == ["SARL au capital de 20\u00a0000\u00a0€"]
    assert registered(say().seller) == "RCS Nantes 732\u00a0829\u00a0320"


def test_what_a_credit_note_says() -> None:
    xml = make_xml(credit())
    assert told(xml, "//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert told(xml, "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["F2026-000100"]
    assert told(xml, "//ram:InvoiceReferencedDocument//qdt:DateTimeString") == ["20261002"]
    assert told(xml, "//ram:DuePayableAmount") == ["288.00"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_stay_words(payload: str) -> None:
    line = {"description": payload, "plain_words": payload, "unit_price": "10", "vat_rate": "20"}
    document = say(
        lines=[line], subject=payload, note=payload, buyer_reference=payload, client={"name": payload, "address": payload, "city": payload},
        firm={"name": payload, "account_holder": payload, "rcs": payload},
    )  # fmt: skip
    xml = make_xml(document)
    kept = "".join(char for char in payload if char not in "\x00\x0b\ud800")
    assert told(xml, "//ram:SpecifiedTradeProduct/ram:Name") == [kept]
    assert told(xml, "//ram:BuyerTradeParty/ram:Name") == [kept]
    assert own_faults(xml, document) == []


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b">20261121<", b">20260231<", "own-day"),
        (b">20261121<", b">2026-11-21<", "own-day"),
        (b">732829320</ram:ID>", b">732829321</ram:ID>", "own-siren"),
        (b">73282932000074<", b">73282932000075<", "own-siret"),
        (b"FR44732829320", b"FR45732829320", "own-vat"),
        (b"FR7630006000011234567890189", b"FR7630006000011234567890188", "own-iban"),
        (b"<ram:Content>Indemnit", b"<ram:Content> . </ram:Content><ram:Content>Indemnit", "own-empty"),
        (b">1740.00</ram:GrandTotalAmount>", b">1740.01</ram:GrandTotalAmount>", "own-same"),
        (b">48.00</ram:CalculatedAmount>", b">48.01</ram:CalculatedAmount>", "own-same"),
        (b">F2026-000123</ram:ID>", b">F2026-000124</ram:ID>", "own-same"),
        (b">Menuiserie Duval</ram:Name>", b">Menuiserie Dural</ram:Name>", "own-same"),
    ],
)
def test_what_the_official_rules_let_through(before: bytes, after: bytes, rule: str) -> None:
    document = say()
    xml = make_xml(document)
    assert before in xml
    assert rule in [fault.rule for fault in own_faults(xml.replace(before, after), document)]


def test_sums_that_do_not_fall_right() -> None:
    document = say()
    wrong = replace(document, totals=replace(document.totals, tax=Decimal("180.01")))
    assert "own-sums" in [fault.rule for fault in own_faults(make_xml(wrong), wrong)]


def test_an_entity_is_not_read() -> None:
    xml = make_xml(say()).replace(b"<rsm:Cross", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><rsm:Cross', 1)
    assert [fault.rule for fault in own_faults(xml.replace(b">Nantes<", b">&e;<"), say())] == ["own-doctype"]
