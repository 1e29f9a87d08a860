"""Mentions that a trade, an option of the firm or the works call for: asked on screen, printed, in the XML."""

import base64
import re
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from lxml import etree

from billing.facturx import NS, make_xml
from billing.mentions import missing
from billing.paper import html_of, set_in_type
from lib.images import MOST_ON_PAPER, printable_picture
from tests.harness.papers import BELGIAN, FREE, INSURED, TODAY, credit, say
from tests.harness.papers import SHELF as WORKS

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def said(document, path):
    root = etree.fromstring(make_xml(document))
    return [found.text for found in root.xpath(path, namespaces=NS)]


def text_of(document):
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(document)).split()).replace("\xa0", " ")


def test_tax_on_debits_is_printed_and_told_for_services():
    option = {"vat_on_debits": True}
    assert said(say(firm=option), "//ram:DueDateTypeCode") == ["5", "5"]
    assert "Option pour le paiement de la taxe d’après les débits." in text_of(say(firm=option))
    for other in (
        say(),
        say(firm=option, nature="goods"),
        say(firm=option, lines=[{**FREE, "vat_category": "AE"}], client=BELGIAN),
    ):
        assert (said(other, "//ram:DueDateTypeCode"), "débits" in text_of(other)) == ([], False)
    assert said(credit(firm=option), "//ram:DueDateTypeCode") == ["5"]


def test_the_insurance_is_on_every_invoice_and_not_on_credit_notes():
    expected = (
        "Garantie décennale. Assurances du Pont-Levis, 2 place du Modèle, 44000 Nantes, contrat 000 123. "
        "Couverture : France métropolitaine."
    )
    assert expected in text_of(say(firm=INSURED))
    assert expected.removeprefix("Garantie décennale. ") in said(say(firm=INSURED), "//ram:IncludedNote/ram:Content")
    assert "décennale" not in text_of(credit(firm=INSURED)) + text_of(say())


def test_the_place_and_the_period():
    document = say(supply_from=date(2026, 10, 1), supply_on=date(2026, 10, 31), delivery_address="Chantier du Môle\n29200 Brest",
                   buyer_reference="BC 2026-17", client={"delivery_address": "Ailleurs"})  # fmt: skip
    printed = text_of(document)
    assert "Période du 1er octobre 2026 au 31 octobre 2026" in printed.replace("1 er", "1er")
    assert ("Réalisé le" in printed, "Livraison ou chantier Chantier du Môle, 29200 Brest" in printed) == (False, True)
    assert "Votre commande BC 2026-17" in printed
    assert said(document, "//ram:BillingSpecifiedPeriod//udt:DateTimeString") == ["20261001", "20261031"]
    assert said(document, "//ram:ShipToTradeParty//ram:LineOne") == ["Chantier du Môle"]
    assert said(document, "//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == ["BC 2026-17"]
    assert said(say(client={"delivery_address": "Ailleurs"}), "//ram:ShipToTradeParty//ram:LineOne") == ["Ailleurs"]
    backwards = say(supply_from=date(2026, 11, 1), supply_on=date(2026, 10, 31))
    assert [one.code for one in missing(backwards)] == ["supply_from"]


RENOVATION = (
    "Je soussigné(e) Mme Anne Lemoine certifie, en qualité de preneur de la prestation, que les travaux réalisés concernent des "
    "locaux à usage d’habitation achevés depuis plus de deux ans et qu’ils n’ont pas eu pour effet, sur une période de deux ans au "
    "plus, de concourir à la production d’un immeuble neuf au sens du 2° du 2 du I de l’article 257 du CGI, ni d’entraîner une "
    "augmentation de la surface de plancher des locaux existants supérieure à 10 %"
)


def test_works_are_certified_in_the_words_of_the_law():
    waiting = text_of(say("consumer", lines=[WORKS], works="renovation"))
    assert f"Attestation à dater, à signer et à nous rendre : « {RENOVATION}. »" in waiting
    assert "Signature du client" in waiting
    energy = say("consumer", lines=[{**WORKS, "vat_rate": "5.5"}], works="energy", attested_on=date(2026, 11, 2))
    signed = text_of(energy)
    assert "Attestation signée le 2 novembre 2026, conservée avec la facture :" in signed
    assert f"{RENOVATION} et qu’ils ont la nature de travaux de rénovation énergétique. »" in signed
    assert "Signature du client" not in signed
    assert [one for one in said(energy, "//ram:IncludedNote/ram:Content") if one.startswith("Je soussigné")] != []


def test_an_attestation_without_its_rate_or_of_tomorrow_stops_the_issue():
    wrong = say("consumer", lines=[WORKS], works="energy")
    assert [(one.code, one.where) for one in missing(wrong)] == [("mention.works-energy", "invoice.works")]
    early = say("consumer", lines=[WORKS], works="renovation", attested_on=TODAY + timedelta(days=1))
    assert [one.code for one in missing(early)] == ["attested_on"]
    assert set_in_type(credit("consumer", works="renovation")).attestation is None


class TestTheLogo:
    def test_it_is_in_the_page_with_its_words(self):
        name = default_storage.save("logo/test.png", ContentFile(PNG))
        page = html_of(say(firm={"logo": name}))
        assert 'src="data:image/png;base64,' in page
        assert 'alt="Logo de Menuiserie Duval"' in page
        default_storage.delete(name)
        assert "Logo de" not in html_of(say(firm={"logo": name}))
        assert "Logo de" not in html_of(say())

    def test_what_is_too_heavy_or_in_four_inks_is_left_out(self):
        grey = bytes.fromhex("ffd8ffc0000b080001000101011100ffda0008010100003f00d2cf20ffd9")
        inks = bytes.fromhex("ffd8ffc00014080001000104011100021100031100041100ffda0008010100003f00d2cf20ffd9")
        assert [printable_picture(data) is not None for data in (PNG, grey, inks, b"GIF89a")] == [True, True, False, False]
        assert printable_picture(PNG + b"\0" * MOST_ON_PAPER) is None
