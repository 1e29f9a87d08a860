"""What an invoice must say: the half written by another hand, from the text of the law alone.

A complete invoice of each kind of client is missing nothing; each thing taken away is asked for, at its place.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing import mentions
from billing.composing import compose
from billing.models import Invoice, InvoiceLine
from crm.customers import create_customer
from crm.models import Company, Customer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
FROM_2027 = date(2027, 9, 1)
FIRM = {
    "name": "Menuiserie Duval",
    "legal_form": "SARL",
    "capital": Decimal("8000.00"),
    "rcs": "Nantes",
    "siren": "732829320",
    "siret": "73282932000074",
    "vat_number": "FR44732829320",
    "address": "12 quai des Exemples",
    "postal_code": "44000",
    "city": "Nantes",
    "email": "bonjour@duval.example",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "account_holder": "Menuiserie Duval SARL",
    "mediator_name": "Médiation de l’Estuaire",
    "mediator_postal_address": "3 quai des Exemples, 44000 Nantes",
    "mediator_website": "https://www.mediation-estuaire.example",
}
CLIENT = {"name": "Garage Perrin", "address": "2 rue du Port", "postal_code": "44100", "city": "Nantes", "siren": "552100554"}
LINE = {"description": "Pose de trois fenêtres", "unit_price": Decimal("400.00"), "vat_rate": Decimal("20"), "vat_category": "S"}


def document(known_as="professional", *, firm=None, client=None, lines=None, on=TODAY, **draft):
    """What an invoice with these changes would say on that day."""
    company = Company.objects.update_or_create(pk=1, defaults={**FIRM, **(firm or {})})[0]
    customer = create_customer(by=None, type=known_as, **CLIENT)
    Customer.objects.filter(pk=customer.pk).update(**(client or {}))
    invoice = Invoice.objects.create(customer=Customer.objects.get(pk=customer.pk), **draft)
    for position, line in enumerate([{}] if lines is None else lines, 1):
        facts = {**LINE, **line}
        quantity = facts.setdefault("quantity", Decimal(1))
        InvoiceLine.objects.create(invoice=invoice, position=position, net=quantity * facts["unit_price"], **facts)
    return compose(Invoice.objects.get(pk=invoice.pk), company=company, number="", on=on)


def places(made) -> list[str]:
    """Where something has to be filled in."""
    return [one.where for one in mentions.missing(made)]


def issued(made, on: date):
    """The same document on another day, due thirty days after."""
    return replace(made, issued_on=on, payment=replace(made.payment, due_on=on + timedelta(30)))


def said(made) -> str:
    """Every word that the law asks for, as printed."""
    return " ".join([*(one.words for one in made.mentions), *(group.reason for group in made.vat)]).replace("\u00a0", " ")


@pytest.mark.parametrize("client_type", ["consumer", "professional", "non_professional", "public"])
def test_a_complete_invoice_lacks_nothing(client_type):
    assert places(document(client_type)) == []


@pytest.mark.parametrize(
    "field", ["name", "address", "postal_code", "city", "siren", "legal_form", "rcs", "capital", "vat_number"]
)
def test_the_firm_says_who_it_is(field):
    gone = {field: None if field == "capital" else ""}
    if field == "siren":
        gone["siret"] = ""
    assert f"company.{field}" in places(document(firm=gone))


@pytest.mark.parametrize("client_type", ["consumer", "professional"])
@pytest.mark.parametrize("field", ["address", "postal_code", "city"])
def test_the_client_has_an_address_even_a_consumer(client_type, field):
    assert places(document(client_type, client={field: ""})) == [f"customer.{field}"]


def test_the_type_of_the_client_is_settled_first():
    assert places(document("unknown"))[0] == "customer.type"


def test_the_type_may_be_settled_for_one_document():
    """A sole trader who buys for home is a consumer for that purchase."""
    assert places(document("unknown", client_type="consumer")) == []


class TestTheMediator:
    @pytest.mark.parametrize("field", ["mediator_name", "mediator_postal_address", "mediator_website"])
    def test_a_consumer_is_told_name_address_and_site(self, field):
        assert places(document("consumer", firm={field: ""})) == ["company.mediator_name"]

    @pytest.mark.parametrize("client_type", ["professional", "non_professional", "public"])
    def test_nobody_else_is(self, client_type):
        gone = dict.fromkeys(("mediator_name", "mediator_postal_address", "mediator_website"), "")
        assert places(document(client_type, firm=gone)) == []
        assert "médiat" not in said(document(client_type)).casefold()

    def test_the_words(self):
        words = said(document("consumer"))
        for part in ("Médiation de l’Estuaire", "3 quai des Exemples, 44000 Nantes", "www.mediation-estuaire.example"):
            assert part in words

    @pytest.mark.parametrize("client_type", ["consumer", "professional"])
    def test_the_closed_european_platform_is_never_named(self, client_type):
        assert "ec.europa.eu" not in said(document(client_type))


class TestLatePayment:
    def test_a_professional_is_told_three_things(self):
        words = said(document("professional"))
        assert "Indemnité forfaitaire pour frais de recouvrement : 40 €" in words
        assert "Escompte pour paiement anticipé : néant" in words
        assert "12,40 %" in words

    @pytest.mark.parametrize("client_type", ["consumer", "non_professional"])
    def test_nobody_else_reads_of_forty_euros_or_penalties(self, client_type):
        words = said(document(client_type)).casefold()
        assert [word for word in ("40 €", "indemnité", "pénalité", "12,40", "recouvrement") if word in words] == []

    def test_a_public_client_has_its_own_rate(self):
        words = said(document("public"))
        assert "40 €" in words
        assert "10,40 %" in words

    def test_a_consumer_by_exception_is_a_consumer(self):
        assert "40 €" not in said(document("professional", client_type="consumer"))


class TestTax:
    def test_franchise(self):
        made = document(firm={"vat_regime": "franchise", "vat_number": ""}, lines=[{"vat_rate": Decimal(0), "vat_category": "E"}])
        assert places(made) == []
        assert "TVA non applicable, article 293 B du CGI" in said(made)
        assert (made.totals.tax, made.totals.payable) == (0, Decimal("400.00"))

    def test_a_franchise_shows_no_tax(self):
        made = document(firm={"vat_regime": "franchise", "vat_number": ""})
        assert "lines.1.vat_rate" in places(made)

    def test_small_invoices_may_leave_out_the_number_of_the_firm(self):
        gone = {"vat_number": ""}
        assert places(document(firm=gone, lines=[{"unit_price": Decimal("150.00")}])) == []
        assert places(document(firm=gone, lines=[{"unit_price": Decimal("150.01")}])) == ["company.vat_number"]

    def test_no_tax_says_why(self):
        without = [{"vat_rate": Decimal(0), "vat_category": "E"}]
        assert places(document(lines=without)) == ["invoice.vat_exemption"]
        made = document(lines=without, vat_exemption="training")
        assert places(made) == []
        assert "article 261-4-4° du CGI" in said(made)

    def test_reverse_charge_of_works(self):
        made = document(
            lines=[{"vat_rate": Decimal(0), "vat_category": "AE"}],
            vat_exemption="reverse-charge-works",
            client={"vat_number": "FR96552100554"},
        )
        assert places(made) == []
        assert "Autoliquidation" in said(made)

    @pytest.mark.parametrize(
        ("category", "reason"), [("AE", "reverse-charge-works"), ("AE", "reverse-charge-eu"), ("K", "intra-eu")]
    )
    def test_the_number_of_the_client_when_the_tax_is_theirs(self, category, reason):
        made = document(
            lines=[{"vat_rate": Decimal(0), "vat_category": category}],
            vat_exemption=reason,
            client={"vat_number": "", "country": "FR" if reason == "reverse-charge-works" else "DE", "siren": ""},
        )
        assert "customer.vat_number" in places(made)

    @pytest.mark.parametrize("rate", ["19", "7.7", "25"])
    def test_a_rate_that_does_not_exist(self, rate):
        assert "lines.1.vat_rate" in places(document(lines=[{"vat_rate": Decimal(rate)}]))

    def test_a_wrong_key_is_seen(self):
        assert places(document(firm={"vat_number": "FR45732829320"})) == ["company.vat_number"]
        assert "company.siren" in places(document(firm={"siren": "123456789", "siret": "", "vat_number": ""}))
        assert "customer.siren" in places(document(client={"siren": "123456789"}))


class TestLines:
    def test_at_least_one(self):
        assert places(document(lines=[])) != []

    @pytest.mark.parametrize("words", ["", " ", "\u00a0", "-", "..."])
    def test_each_says_what_was_done(self, words):
        assert places(document(lines=[{}, {"description": words}])) == ["lines.2.description"]


class TestTheFourNewMentions:
    """Décret 2022-1299: told before 1 September 2027 to a small firm, refused after."""

    def test_the_siren_of_a_professional(self):
        made = document(client={"siren": "", "siret": ""})
        assert places(made) == []
        assert [one.where for one in mentions.advice(made)] == ["customer.siren"]
        assert places(issued(made, FROM_2027)) == ["customer.siren"]
        assert places(issued(made, date(2027, 8, 31))) == []

    @pytest.mark.parametrize("client_type", ["consumer", "non_professional"])
    def test_nobody_asks_a_consumer_for_a_siren(self, client_type):
        made = document(client_type, client={"siren": "", "siret": ""})
        assert places(issued(made, FROM_2027)) == []
        assert mentions.advice(made) == []

    @pytest.mark.parametrize(("nature", "letter"), [("services", "S"), ("goods", "B"), ("mixed", "M")])
    def test_the_nature_is_said(self, nature, letter):
        assert document(nature=nature).process[0] == letter

    def test_the_delivery_address_of_goods(self):
        assert document(nature="goods", client={"delivery_address": "Chantier du Port\n44600 Saint-Nazaire"}).delivery == (
            "Chantier du Port",
            "44600 Saint-Nazaire",
        )


class TestWhatAThinLineDoesNotGive:
    def test_defaults(self):
        made = document()
        assert (made.nature, made.supply_on or made.issued_on) == ("services", TODAY)
        assert made.payment.due_on == date(2026, 12, 23)
        assert made.buyer.endpoint == "552100554"
        assert made.seller.endpoint == "732829320"

    def test_the_holder_s_exact_name(self):
        assert document().payment.holder == "Menuiserie Duval SARL"

    def test_a_sole_trader_says_so_beside_the_name(self):
        firm = {"name": "Paul Duval", "legal_form": "Entrepreneur individuel", "capital": None}
        assert document(firm=firm).seller.name.split()[-1] == "EI"

    def test_terms_longer_than_the_law(self):
        assert places(document(payment_days=90)) == ["invoice.payment_days"]
        assert places(document(payment_days=60)) == []
        assert places(document(payment_days=45, payment_counting="end_of_month_then_days")) == []
        assert places(document("consumer", payment_days=90)) == []
