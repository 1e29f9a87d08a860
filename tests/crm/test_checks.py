"""What people type about a customer becomes one stored form, or a sentence that says what to do."""

from datetime import date

import pytest

from accounts.models import Role, User
from crm.checks import check_contact, check_customer, clean_text
from crm.models import Contact, Customer
from lib.errors import Refusal

SIREN, SIRET, VAT = "732829320", "73282932000074", "FR44732829320"


def errors_of(check, fields, **options):
    with pytest.raises(Refusal) as caught:
        check(fields, **options)
    return caught.value.errors


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("name", "  Menuiserie \t Le\u00a0Goff ", "Menuiserie Le Goff"),
        ("name", "Caf\u0065\u0301 du Port", "Café du Port"),
        ("name", "Le\u200b Goff\ufeff", "Le Goff"),
        ("phone", "06 39 98 00 45", "+33639980045"),
        ("phone", "", ""),
        ("email", " Anne.Lemoine@Exemple.FR ", "Anne.Lemoine@exemple.fr"),
        ("siren", "732 829 320", SIREN),
        ("postal_code", "44 000", "44000"),
        ("country", "Belgique", "BE"),
        ("country", "", "FR"),
        ("website", "www.exemple.fr", "https://www.exemple.fr"),
        ("payment_days", "45", 45),
        ("payment_days", "", None),
        ("since_on", "03/03/2021", date(2021, 3, 3)),
        ("since_on", "2021-03-03", date(2021, 3, 3)),
        ("type", "", "unknown"),
        ("note", " Sonner \r\n deux fois ", "Sonner\n deux fois"),
        ("address", "12 rue des Lilas\r\nBât. B", "12 rue des Lilas Bât. B"),
    ],
)
def test_a_field_has_one_stored_form(field, typed, stored):
    assert check_customer({"name": "Le Goff", field: typed})[field] == stored


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", " ", "Un client a un nom : remplissez-le."),
        ("name", "x" * 161, "Ce champ tient en 160 caractères ; ce texte en compte 161. Raccourcissez-le."),
        (
            "name",
            "Le\x00Goff",
            "Ce texte contient un caractère de contrôle, invisible et dangereux. Saisissez-le à nouveau.",
        ),
        (
            "name",
            "Le\ud800Goff",
            "Ce texte contient un caractère de contrôle, invisible et dangereux. Saisissez-le à nouveau.",
        ),
        (
            "type",
            "vip",
            "Cette valeur n’existe pas. Choisissez parmi : Particulier, Professionnel, Non-professionnel, Public, À préciser.",
        ),
        (
            "email",
            "a@exemple.fr, b@exemple.fr",
            "Ce champ attend une seule adresse e-mail. Ajoutez l’autre dans un second contact.",
        ),
        ("country", "Syldavie", "Ce pays n’est pas reconnu. Écrivez son code en deux lettres, par exemple FR ou BE."),
        ("website", "javascript:alert(1)", "Écrivez l’adresse du site comme www.exemple.fr."),
        ("since_on", "31/02/2021", "Cette date n’existe pas. Écrivez-la comme 15/11/2026."),
        (
            "payment_days",
            "90",
            "Le délai de paiement ne peut pas dépasser 60 jours ici (article L441-10 du code de commerce).",
        ),
        ("payment_days", "²", "Écrivez un nombre de jours, par exemple 30."),
        ("owner", "1", "Cette personne ne fait pas partie de l’équipe, ou l’a quittée. Choisissez-en une autre."),
        ("vat_number", "BE0000000000", "Ce numéro de TVA n’est pas valable pour son pays. Vérifiez chaque caractère."),
        ("phone", "9" * 500, "Ce texte est beaucoup trop long pour ce champ (500 caractères)."),
    ],
)
def test_a_wrong_field_says_what_and_how(field, typed, sentence):
    assert errors_of(check_customer, {"name": "Le Goff", field: typed}) == {field: sentence}


def test_all_wrong_fields_are_told_together():
    assert set(errors_of(check_customer, {"name": "", "email": "anne", "phone": "06 39", "type": "?"})) == {
        "name",
        "email",
        "phone",
        "type",
    }


def test_the_numbers_of_a_firm_agree():
    assert check_customer({"name": "A", "siret": SIRET})["siren"] == SIREN
    assert check_customer({"name": "A", "vat_number": "FR 44 732 829 320"}) == {
        "name": "A",
        "vat_number": VAT,
        "siren": SIREN,
    }
    assert set(errors_of(check_customer, {"name": "A", "siren": "552100554", "siret": SIRET})) == {"siret"}
    assert set(errors_of(check_customer, {"name": "A", "siren": "552100554", "vat_number": VAT})) == {"vat_number"}
    known = Customer(name="A", siren=SIREN, siret=SIRET)
    assert set(errors_of(check_customer, {"siren": "552100554"}, existing=known)) == {"siret"}
    assert check_customer({"siren": "552100554", "siret": ""}, existing=known) == {"siren": "552100554", "siret": ""}


def test_a_postal_code_is_read_in_its_country():
    assert check_customer({"name": "A", "postal_code": "1000", "country": "BE"})["postal_code"] == "1000"
    assert set(errors_of(check_customer, {"name": "A", "postal_code": "1000"})) == {"postal_code"}
    assert set(errors_of(check_customer, {"country": "FR"}, existing=Customer(name="A", country="BE", postal_code="1000"))) == {
        "postal_code"
    }


def test_a_change_checks_only_what_it_changes():
    assert check_customer({"city": "Rennes"}, existing=Customer(name="A", postal_code="?")) == {"city": "Rennes"}
    assert set(errors_of(check_customer, {"name": ""}, existing=Customer(name="A"))) == {"name"}
    with pytest.raises(TypeError):
        check_customer({"name": "A", "reference": "C1"})


def test_a_beginning_in_the_future_is_refused():
    assert set(errors_of(check_customer, {"name": "A", "since_on": "2026-11-22"}, today=date(2026, 11, 21))) == {"since_on"}


def test_an_owner_belongs_to_the_house():
    camille = User(email="camille@demo.example", name="Camille", role=Role.RECEPTION)
    assert check_customer({"name": "A", "owner": camille})["owner"] == camille
    assert set(errors_of(check_customer, {"name": "A", "owner": User(email="client@demo.example")})) == {"owner"}


def test_a_contact_has_a_name_and_plain_answers():
    assert check_contact({"first_name": "Anne", "civility": "Madame", "decides": "oui", "mobile": "0639980045"}) == {
        "first_name": "Anne",
        "civility": "mme",
        "decides": True,
        "mobile": "+33639980045",
    }
    assert set(errors_of(check_contact, {"first_name": " ", "is_main": "peut-être"})) == {"last_name", "is_main"}
    assert set(errors_of(check_contact, {"last_name": ""}, existing=Contact(last_name="Lemoine"))) == {"last_name"}


def test_text_keeps_its_lines_only_where_lines_belong():
    assert clean_text("a\u2028b", limit=10, lines=True) == "a\nb"
    assert clean_text("a\nb", limit=10) == "a b"
    assert clean_text(None, limit=10) == ""
