"""Where the mentions of a trade are asked: the draft, the settings of the firm."""

import re
from datetime import date

import pytest
from django.urls import reverse

from billing.drafting import change_draft, create_draft
from crm.company import update_company
from lib.errors import Refusal
from tests.billing.house import SHELF, drafted, open_firm, settle
from tests.desk.reading import words
from tests.harness.papers import INSURED


@pytest.mark.django_db
def test_the_insurance_is_told_whole():
    open_firm()
    with pytest.raises(Refusal) as refusal:
        update_company(by=None, insurance_name="Assurances du Pont-Levis")
    assert set(refusal.value.errors) == {"insurance_contact", "insurance_coverage"}
    assert update_company(by=None, **INSURED).changed == ["insurance_contact", "insurance_coverage", "insurance_name"]


@pytest.mark.django_db
class TestOnScreen:
    @pytest.fixture
    def draft(self, diallo):
        open_firm()
        return drafted(settle(diallo))

    def test_the_draft_asks_and_keeps_them(self, draft, as_karim):
        url = reverse("invoice_edit", args=[draft.public_id])
        page = as_karim.get(url).content.decode()
        for name in ("buyer_reference", "supply_from", "delivery_address", "works", "attested_on"):
            assert f'name="{name}"' in page
        asked = {"supply_from": "2026-10-01", "delivery_address": "Chantier\n29200 Brest", "works": "renovation"}
        saved = change_draft(draft, version=draft.version, by=None, attested_on="2026-10-02", **asked)
        saved.refresh_from_db()
        assert (saved.supply_from, saved.delivery_address, saved.works, saved.attested_on) == (
            date(2026, 10, 1), "Chantier\n29200 Brest", "renovation", date(2026, 10, 2),
        )  # fmt: skip
        with pytest.raises(Refusal) as refusal:
            change_draft(saved, version=saved.version, by=None, works="peinture", supply_from="2026-02-31")
        assert set(refusal.value.errors) == {"works", "supply_from"}

    def test_why_without_tax_is_asked_when_a_line_bears_none(self, draft, as_karim, diallo):
        def shown(one):
            page = as_karim.get(reverse("invoice_edit", args=[one.public_id])).content.decode()
            (tag,) = re.findall(r'<div id="draft-exemption"[^>]*>', page)
            return " hidden" not in tag, "Enseignement et formation professionnelle" in page

        lesson = create_draft(customer=diallo, by=None, lines=[{**SHELF, "vat_rate": "0", "vat_category": "E"}])
        assert (shown(draft), shown(lesson)) == ((False, True), (True, True))
        open_firm(vat_regime="franchise")
        assert shown(lesson) == (False, True)

    def test_the_settings_of_the_firm(self, as_nadia):
        open_firm()
        url = reverse("firm_section", args=["mentions"])
        page = words(as_nadia.get(url))
        assert ("Assureur de la garantie décennale" in page, "d’après les débits" in page) == (True, True)

    def test_quantities_as_people_write_them(self, draft, as_karim):
        lines = [SHELF, {**SHELF, "quantity": "1.5"}, {**SHELF, "quantity": "1"}]
        saved = change_draft(draft, version=draft.version, by=None, lines=lines)
        page = as_karim.get(reverse("invoice_preview", args=[saved.public_id])).content.decode()
        assert re.findall(r'data-label="Quantité">([\d,.]+)', page) == ["2", "1,5", "1"]
