"""Drafts: what may be typed, what is refused and where, and two people on one draft."""

from decimal import Decimal

import pytest

from billing.drafting import change_draft, create_draft, discard_draft
from billing.issuing import issue_invoice
from billing.models import Invoice, InvoiceLine
from crm.customers import create_customer
from crm.merging import merge_customers
from lib import clock
from lib.errors import Conflict, Refusal
from tests.billing.house import HOURS, LINES, SHELF, drafted, open_firm, settle

pytestmark = pytest.mark.django_db
D = Decimal


def line(**changes):
    return {"description": "Étagère", "unit_price": "100", "vat_rate": "20", **changes}


def told(draft):
    return [(row.position, row.description, row.net) for row in draft.lines.all()]


class TestCreating:
    def test_lines_have_their_net_and_the_draft_its_totals(self, diallo, camille):
        draft = create_draft(customer=diallo, lines=LINES, by=camille, subject="  Bibliothèque   sur mesure ")
        assert told(draft) == [(1, "Étagère en chêne", D("240.00")), (2, "Pose", D("157.50"))]
        assert (draft.total_excl_tax, draft.total_tax, draft.total_incl_tax) == (D("397.50"), D("63.75"), D("461.25"))
        assert (draft.number, draft.version, draft.created_by, draft.subject) == (None, 1, camille, "Bibliothèque sur mesure")

    def test_numbers_as_people_and_programs_write_them(self, diallo):
        draft = create_draft(
            customer=diallo, by=None, lines=[line(quantity="1 000,5", unit_price=D("0.123456"), discount=10, vat_rate="5,5")]
        )
        row = draft.lines.get()
        assert (row.quantity, row.unit_price, row.discount, row.vat_rate) == (D("1000.5"), D("0.123456"), D(10), D("5.5"))
        assert row.net == D("111.17")  # 1000.5 × 0.123456 × 0.9 = 111.165..., a half goes up

    def test_in_franchise_a_line_bears_no_tax(self, diallo):
        open_firm(vat_regime="franchise")
        row = create_draft(customer=diallo, by=None, lines=[{"description": "Pose", "unit_price": "10"}]).lines.get()
        assert (row.vat_rate, row.vat_category) == (D(0), "E")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"description": " "}, "description"), ({"description": "x" * 241}, "description"), ({"description": "a\x00b"}, "description"),
            ({"unit_price": "abc"}, "unit_price"), ({"unit_price": ""}, "unit_price"), ({"unit_price": None}, "unit_price"),
            ({"unit_price": 10.5}, "unit_price"), ({"unit_price": "1.1234567"}, "unit_price"), ({"unit_price": "1e20"}, "unit_price"),
            ({"unit_price": "-20"}, "unit_price"),
            ({"unit_price": "NaN"}, "unit_price"), ({"unit_price": "Infinity"}, "unit_price"), ({"quantity": "0"}, "quantity"),
            ({"quantity": "-1"}, "quantity"), ({"quantity": True}, "quantity"), ({"quantity": "1.00001"}, "quantity"),
            ({"discount": "101"}, "discount"), ({"discount": "-1"}, "discount"), ({"vat_rate": None}, "vat_rate"),
            ({"vat_rate": "-1"}, "vat_rate"), ({"unit": "XXX"}, "unit"), ({"vat_category": "Z"}, "vat_category"),
            ({"vat_category": "E"}, "vat_category"), ({"vat_rate": "0", "vat_category": "S"}, "vat_category"),
            ({"unit_price": "999999999", "quantity": "9999"}, "unit_price"), ({"plain_words": "x" * 401}, "plain_words"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, diallo, change, field):
        with pytest.raises(Refusal) as refusal:
            create_draft(customer=diallo, by=None, lines=[line(), line(**change)])
        assert set(refusal.value.errors) == {f"lines.1.{field}"}
        assert not Invoice.objects.exists()

    def test_everything_wrong_is_told_at_once(self, diallo):
        with pytest.raises(Refusal) as refusal:
            create_draft(
                customer=diallo, by=None, lines=[line(unit_price="?", vat_rate="?")], subject="x" * 401, supply_on="2026-02-31",
                nature="air", payment_days="-3",
            )  # fmt: skip
        assert set(refusal.value.errors) == {
            "lines.0.unit_price", "lines.0.vat_rate", "subject", "supply_on", "nature", "payment_days",
        }  # fmt: skip

    def test_too_many_lines(self, diallo):
        with pytest.raises(Refusal) as refusal:
            create_draft(customer=diallo, by=None, lines=[line()] * 501)
        assert set(refusal.value.errors) == {"lines"}

    def test_a_field_nobody_may_write_is_a_mistake_of_code(self, diallo):
        for strange in ({"number": "F2026-000009"}, {"total_incl_tax": D(1)}, {"version": 3}):
            with pytest.raises(TypeError):
                create_draft(customer=diallo, by=None, lines=[], **strange)
        with pytest.raises(TypeError):
            create_draft(customer=diallo, by=None, lines=[line(net="1")])

    def test_somebody_else_s_contact(self, diallo, le_goff, camille):
        with pytest.raises(Refusal) as refusal:
            create_draft(customer=le_goff, by=None, lines=LINES, contact=diallo.contacts.get())
        assert refusal.value.field == "contact"

    def test_an_alias_is_invoiced_by_its_head(self, diallo, camille):
        other = create_customer(by=camille, name="M. Diallo bis", type="consumer")
        merge_customers(diallo, other, reason="Le même", by=camille)
        other.refresh_from_db()
        assert drafted(other).customer == diallo


class TestChanging:
    def test_fields_and_lines(self, diallo, camille):
        draft = drafted(diallo)
        changed = change_draft(draft, version=1, by=camille, lines=[HOURS], note="Merci.\nÀ bientôt.")
        assert (changed.version, changed.note, told(changed)) == (2, "Merci.\nÀ bientôt.", [(1, "Pose", D("157.50"))])
        assert Invoice.objects.get().total_incl_tax == D("173.25")

    def test_lines_stay_when_none_are_given(self, diallo):
        draft = drafted(diallo)
        change_draft(draft, version=1, by=None, subject="Pose")
        assert len(told(draft)) == 2

    def test_two_people_lose_nothing(self, diallo, camille, karim):
        draft = drafted(diallo, subject="Avant")
        change_draft(draft, version=1, by=camille, subject="De Camille", lines=[SHELF])
        with pytest.raises(Conflict) as conflict:
            change_draft(draft, version=1, by=karim, subject="De Karim", note="De Karim", lines=[HOURS])
        differs = conflict.value.differs
        assert (differs["subject"], differs["note"]) == (("De Camille", "De Karim"), ("", "De Karim"))
        stored, asked = differs["lines"]
        assert ([row["description"] for row in stored], [row["description"] for row in asked]) == (["Étagère en chêne"], ["Pose"])
        assert (Invoice.objects.get().subject, told(draft)) == ("De Camille", [(1, "Étagère en chêne", D("240.00"))])

    def test_the_same_words_twice_are_no_conflict(self, diallo):
        draft = drafted(diallo)
        change_draft(draft, version=1, by=None, subject="Pose", lines=[SHELF])
        assert change_draft(draft, version=1, by=None, subject="Pose", lines=[SHELF]).version == 2

    def test_an_issued_invoice_refuses(self, diallo):
        open_firm()
        draft = drafted(settle(diallo))
        number = issue_invoice(draft, by=None, on=clock.today()).number
        for attempt in (lambda: change_draft(draft, version=1, by=None, subject="x"), lambda: discard_draft(draft, by=None)):
            with pytest.raises(Refusal, match=number):
                attempt()


class TestDiscarding:
    def test_twice_is_once(self, diallo):
        draft = drafted(diallo)
        discard_draft(draft, by=None, version=1)
        draft.pk = draft.pk or 1
        discard_draft(draft, by=None)
        assert not Invoice.objects.exists()
        assert not InvoiceLine.objects.exists()

    def test_changed_meanwhile(self, diallo):
        draft = drafted(diallo)
        change_draft(draft, version=1, by=None, subject="Pose")
        with pytest.raises(Conflict):
            discard_draft(draft, by=None, version=1)

    def test_gone_is_said(self, diallo):
        draft = drafted(diallo)
        same = Invoice.objects.get()
        discard_draft(draft, by=None)
        with pytest.raises(Refusal, match="n’existe plus"):
            change_draft(same, version=1, by=None, subject="x")
        with pytest.raises(Refusal, match="n’existe plus"):
            issue_invoice(same, by=None, on=clock.today())
