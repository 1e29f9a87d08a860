"""Which column is what: the headers of real exports, headers that lie, files without headers."""

import pytest

from crm.importing.columns import looks_headless, mapping_fault, propose
from crm.importing.contents import customer_type, names_a_firm

LE_GOFF = {
    "name": "Menuiserie Le Goff", "civility": "Mme", "last_name": "Le Goff", "first_name": "Anne", "full_name": "Mme Anne Le Goff",
    "phone": "02 40 12 34 56", "mobile": "06 12 34 56 78", "email": "anne@legoff.example", "contact_email": "a@legoff.example",
    "contact_phone": "02 40 12 34 57", "address": "12 rue du Port", "address_extra": "Bâtiment B", "postal_code": "44000",
    "city": "Nantes", "country": "France", "delivery_address": "3 quai Est", "delivery_postal_code": "44600",
    "delivery_city": "Saint-Nazaire", "siret": "73282932000074", "siren": "732829320", "vat_number": "FR44732829320",
    "external_reference": "CL-0042", "type": "Professionnel", "tags": "fidèle", "owner": "Camille", "source": "Salon",
    "note": "Sonner deux fois", "since_on": "12/03/2019", "website": "www.legoff.example", "payment_days": "30 jours",
    "job_title": "Gérante", "extra": "2,5", "ignore": "", "language": "français",
}  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        pytest.param(
            "Raison sociale|Civilité|Nom|Prénom|Tél.|Portable|Courriel|Adresse|Code postal|Ville|Remise",
            "name|civility|last_name|first_name|phone|mobile|email|address|postal_code|city|extra",
            id="firm and person in one row",
        ),
        pytest.param(
            "Nom|Prénom|E-mail|Téléphone fixe|Mobile|CP|Commune",
            "last_name|first_name|email|phone|mobile|postal_code|city",
            id="people only",
        ),
        pytest.param("Nom|Mail|Tél|Catégorie", "name|email|phone|type", id="hand-made sheet"),
        pytest.param(
            "Nom de la société|Adresse - rue|Adresse - Code postal|Adresse - Ville|Civilité|Prénom|Nom|Fonction|Email|Téléphone|Portable",
            "name|address|postal_code|city|civility|first_name|last_name|job_title|email|phone|mobile",
            id="Axonaut",
        ),
        pytest.param(
            "Type|Nom|Référence|Email|Téléphone|Mobile|Site web|SIRET|SIREN|N° TVA|Adresse - Partie 1|Adresse - Partie 2|Code postal|Ville|Pays",
            "type|name|external_reference|email|phone|mobile|website|siret|siren|vat_number|address|address_extra|postal_code|city|country",
            id="Sellsy",
        ),
        pytest.param(
            "Nom|Nom alternatif|Code client|Adresse|Code postal|Ville|Pays|Téléphone|Fax|Url|Email|Id. prof. 1 (SIREN)|Id. prof. 2 (SIRET)",
            "name|ignore|external_reference|address|postal_code|city|country|phone|extra|website|email|siren|siret",
            id="Dolibarr",
        ),
        pytest.param(
            "First Name|Last Name|Company|Job Title|Business Street|Business City|Business Postal Code|Home Street|Business Phone|"
            "Mobile Phone|E-mail Address|Web Page|Notes",
            "first_name|last_name|name|job_title|address|city|postal_code|extra|phone|mobile|email|website|note",
            id="Outlook",
        ),
        pytest.param(
            "Client|Adresse|Code postal|Ville|Adresse de livraison|Code postal|Ville",
            "name|address|postal_code|city|delivery_address|delivery_postal_code|delivery_city",
            id="two postal codes",
        ),
        pytest.param(
            "Client|Adresse de livraison|Code postal|Ville|Adresse de facturation|Code postal|Ville",
            "name|delivery_address|delivery_postal_code|delivery_city|address|postal_code|city",
            id="delivery first",
        ),
        pytest.param("Intitulé|Code tiers|Numéro de TVA", "name|external_reference|vat_number", id="accounts"),
        pytest.param("companyName|contact_name|zipCode|vatNumber", "name|full_name|postal_code|vat_number", id="code-like"),
        pytest.param("Nom|SOCIÉTÉ|COURRIEL", "full_name|name|email", id="capitals and accents"),
        pytest.param("Contact|Téléphone", "name|phone", id="only a contact"),
    ],
)
def test_the_headers_of_real_exports_are_recognised(headers, fields):
    names, wanted = headers.split("|"), fields.split("|")
    rows = [[LE_GOFF[field] for field in wanted]] * 4
    assert [found.field for found in propose(names, rows)] == wanted


def test_a_header_that_lies_is_noticed_and_told():
    found = propose(["Nom", "Téléphone"], [["Le Goff", "anne@legoff.example"]] * 5)
    assert (found[1].field, found[1].sure) == ("email", False)
    assert found[1].doubt == (
        "La colonne «\u00a0Téléphone\u00a0» contient des adresses e-mail\u00a0: elle est proposée pour ce qu’elle contient, vérifiez."
    )


def test_a_column_of_siret_called_siren_goes_by_what_it_holds():
    found = propose(["Nom", "SIREN"], [["Le Goff", "732 829 320 00074"]] * 3)
    assert (found[1].field, bool(found[1].doubt)) == ("siret", True)


def test_words_under_a_telephone_header_are_kept_as_they_are():
    found = propose(["Nom", "Téléphone"], [["Le Goff", "voir le carnet"]] * 4)
    assert (found[1].field, bool(found[1].doubt)) == ("extra", True)


def test_a_second_telephone_or_mail_finds_its_place():
    row = ["Le Goff", "0240123456", "0612345678", "a@legoff.example", "b@legoff.example"]
    found = propose(["Client", "Tél 1", "Tél 2", "Mail 1", "Mail 2"], [row] * 3)
    assert [item.field for item in found] == ["name", "phone", "mobile", "email", "contact_email"]


def test_a_column_without_header_is_known_by_its_values():
    found = propose(["Client", "", "Colonne 3"], [["Le Goff", "a@legoff.example", "bleu"]] * 3)
    assert [item.field for item in found] == ["name", "email", "extra"]


def test_categories_that_say_nothing_of_the_law_become_tags():
    found = propose(["Client", "Catégorie"], [["A", "Or"], ["B", "Argent"], ["C", "Or"], ["D", "Bronze"]])
    assert found[1].field == "tags"


def test_a_first_line_of_values_is_no_header():
    assert looks_headless(["Le Goff", "anne@legoff.example", "44000"])
    assert looks_headless(["Le Goff", "02 40 12 34 56", "44000"])
    assert not looks_headless(["Client", "E-mail", "Code postal"])


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        ({0: "name", 1: "email"}, ""),
        ({0: "name", 1: "note", 2: "note"}, ""),
        ({0: "email"}, "Indiquez quelle colonne porte le nom du client\u00a0: sans nom, aucune ligne ne peut entrer."),
        (
            {0: "name", 2: "email", 4: "email"},
            "Les colonnes «\u00a0Mél\u00a0» (la 3e) et sans titre (la 5e) vont au même endroit. Gardez-en une, et mettez l’autre ailleurs.",
        ),
        ({0: "name", 1: "is_admin"}, "Le champ «\u00a0is_admin\u00a0» n’existe pas."),
    ],
)
def test_a_matching_that_cannot_serve_says_why(mapping, fault):
    assert mapping_fault(mapping, ["Nom", "À savoir", "Mél", "Mél", " "]) == fault


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Particulier", "consumer"), ("PARTICULIERS", "consumer"), ("B2C", "consumer"), ("pro", "professional"), ("B to B", "professional"),
        ("PME/ETI", "professional"), ("SARL", "professional"), ("Association", "non_professional"),
        ("Syndicat de copropriétaires", "non_professional"), ("Mairie", "public"), ("Collectivité", "public"),
        ("professional", "professional"), ("non_professional", "non_professional"), ("Non-professionnel", "non_professional"),
        ("Bon client", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_words_of_firms_tell_the_type(word, kind):
    assert customer_type(word) == kind


@pytest.mark.parametrize(
    ("name", "is_firm"),
    [("SARL Le Goff", True), ("Le Goff (S.A.S.)", True), ("Mme Sarlat", False), ("SCI du Port", False), ("Anne Le Goff", False)],
)
def test_only_a_trading_form_makes_a_firm_of_a_name(name, is_firm):
    assert names_a_firm(name) == is_firm
