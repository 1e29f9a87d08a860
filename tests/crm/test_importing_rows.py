"""What one line becomes, and what is said of it."""

import io
from datetime import date

import pytest

from crm.importing.rows import RowReader
from lib import tabular

TODAY = date(2026, 11, 21)
NBSP = "\u00a0"


def read(options=None, /, **cells):
    """One line whose headers are the fields' names."""
    columns = list(cells)
    return RowReader(columns, dict(enumerate(columns)), today=TODAY, **(options or {})).read(tabular.Row(2, cells))


def test_a_firm_and_its_person_become_a_customer_and_a_contact():
    row = read(
        name="SARL Le Goff", civility="Madame", first_name="Anne", last_name="Le Goff", email="Anne@LeGoff.example",
        phone="02 40 12 34 56", mobile="0612345678", siret="732 829 320 00074", type="Pro",
    )  # fmt: skip
    assert row.errors == []
    assert row.customer == {
        "name": "SARL Le Goff", "email": "Anne@legoff.example", "phone": "+33240123456", "siret": "73282932000074",
        "siren": "732829320", "type": "professional", "extra": {},
    }  # fmt: skip
    assert row.contact == {
        "civility": "mme", "first_name": "Anne", "last_name": "Le Goff", "email": "Anne@legoff.example",
        "mobile": "+33612345678", "is_main": True,
    }  # fmt: skip


def test_a_person_alone_is_the_client_and_their_own_contact():
    row = read(first_name="Anne", last_name="Le Goff", civility="Mme")
    assert (row.customer["name"], row.customer["type"]) == ("Anne Le Goff", "unknown")
    assert row.contact == {"civility": "mme", "first_name": "Anne", "last_name": "Le Goff", "is_main": True}
    assert read(last_name="Diallo", civility="M.", first_name="").customer["name"] == "M. Diallo"


@pytest.mark.parametrize(
    ("options", "cells", "kind"),
    [
        ({}, {"name": "Le Goff SARL"}, "unknown"),
        ({"by_legal_form": True}, {"name": "Le Goff SARL"}, "professional"),
        ({"default_type": "consumer"}, {"name": "Le Goff SARL"}, "consumer"),
        ({"default_type": "consumer"}, {"name": "Le Goff", "type": "B2B"}, "professional"),
        ({"default_type": "consumer", "by_legal_form": True}, {"name": "Le Goff SARL", "type": ""}, "consumer"),
    ],
)
def test_the_type_comes_from_the_column_then_from_the_file_then_stays_unknown(options, cells, kind):
    assert read(options, **cells).customer["type"] == kind


def test_what_has_no_place_of_its_own_is_kept_and_told():
    row = read(name="Le Goff", email="a@legoff.example; b@legoff.example", phone="0240123456 / 0612345678", type="Bon client")
    assert row.customer["email"] == "a@legoff.example"
    assert row.customer["note"] == f"Autre e-mail{NBSP}: b@legoff.example\nAutre téléphone{NBSP}: 0612345678"
    assert row.customer["extra"] == {"type": "Bon client"}
    assert row.told == (
        f"plusieurs valeurs dans une cellule ou sans contact{NBSP}: gardées dans la note · "
        f"le type «{NBSP}Bon client{NBSP}» n’est pas reconnu{NBSP}: gardé sous «{NBSP}type{NBSP}»"
    )


def test_what_a_spreadsheet_did_is_undone_and_told():
    row = read(name="Le Goff", postal_code="1000", since_on="43536")
    assert row.customer["postal_code"] == "01000"
    assert row.customer["since_on"] == date(2019, 3, 12)
    assert row.notices[-1] == f"code postal lu 01000{NBSP}: un tableur avait effacé le zéro"


def test_a_number_that_a_spreadsheet_rounded_is_refused_with_the_remedy():
    row = read(name="Le Goff", siret="7,32829E+13")
    assert row.told == (
        f"SIRET{NBSP}: un tableur l’a arrondi (7,32829E+13). Mettez la colonne au format texte, puis enregistrez à nouveau."
    )


def test_every_wrong_field_is_named_by_its_column():
    row = read(name="Le Goff", phone="abc", email="anne@", siret="123")
    assert sorted(row.errors) == [
        f"email{NBSP}: Une adresse e-mail s’écrit nom@exemple.fr{NBSP}: il manque le @, le nom ou le domaine.",
        f"phone{NBSP}: Un numéro de téléphone ne contient que des chiffres. Notez un poste ou un nom à côté.",
        f"siret{NBSP}: Ce SIRET compte 3 chiffres{NBSP}; il en faut 14.",
    ]


def test_a_site_or_a_term_that_cannot_be_read_leaves_no_client_out():
    row = read(name="Le Goff", website="pas encore", payment_days="90 jours")
    assert row.errors == []
    assert row.customer["extra"] == {"website": "pas encore", "payment_days": "90 jours"}


@pytest.mark.parametrize(
    ("text", "days", "counting"),
    [
        ("30 jours fin de mois", 30, "days_then_end_of_month"),
        ("Fin de mois 30 jours", 30, "end_of_month_then_days"),
        ("30,0", 30, ""),
        ("comptant", 0, "net"),
        ("45 jours date de facture", 45, "net"),
    ],
)
def test_payment_terms_are_read_as_firms_write_them(text, days, counting):
    found = read(name="Le Goff", payment_days=text).customer
    assert (found["payment_days"], found["payment_counting"]) == (days, counting)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Mme Anne LE GOFF", ("mme", "Anne", "LE GOFF")),
        ("LE GOFF Anne", ("", "Anne", "LE GOFF")),
        ("M. Diallo", ("m", "", "Diallo")),
        ("Mme Le Goff", ("mme", "", "Le Goff")),
        ("Jean-Marc Dupré", ("", "Jean-Marc", "Dupré")),
    ],
)
def test_a_person_in_one_cell_is_taken_apart(text, person):
    contact = read(name="Firme", full_name=text).contact
    assert tuple(contact.get(part, "") for part in ("civility", "first_name", "last_name")) == person


def test_an_address_of_several_lines_and_a_delivery_address_are_kept_whole():
    row = read(
        name="Le Goff", address="12 rue du Port\nBâtiment B", delivery_address="3 quai Est", delivery_postal_code="44600",
        delivery_city="Saint-Nazaire",
    )  # fmt: skip
    assert (row.customer["address"], row.customer["address_extra"]) == ("12 rue du Port", "Bâtiment B")
    assert row.customer["delivery_address"] == "3 quai Est\n44600 Saint-Nazaire"


def test_a_line_with_too_many_cells_is_refused_and_one_with_too_few_is_read():
    table = tabular.open_table(io.BytesIO(b"Nom;Ville\nLe Goff;Nantes;44000\nLe Goff\n"))
    reader = RowReader(table.columns, {0: "name", 1: "city"}, today=TODAY)
    wide, short = (reader.read(record) for record in table.rows())
    assert (wide.told, wide.customer) == ("Cette ligne compte 3 colonnes au lieu de 2.", {})
    assert (short.told, short.customer["name"]) == ("", "Le Goff")


def test_a_cell_of_ten_megabytes_is_refused_by_its_length():
    row = read(name="Le Goff", note="x" * 10_000_000)
    assert row.told.startswith(f"note{NBSP}: Ce champ tient en 2000 caractères")
    assert len(row.told) < 300


def test_formulas_and_control_characters_do_no_harm():
    row = read(name="=HYPERLINK(1)", city="Nan\x00tes")
    assert row.customer == {}
    assert row.told == f"city{NBSP}: Ce texte contient un caractère de contrôle, invisible et dangereux. Saisissez-le à nouveau."
    assert read(name="=HYPERLINK(1)").customer["name"] == "=HYPERLINK(1)"


def test_the_same_line_spelled_otherwise_has_the_same_hash():
    first = read(name="Le Goff", city="Nantes", phone="02 40 12 34 56")
    again = read({"default_type": "consumer"}, phone="+33240123456", city="NANTES", name="le  goff")
    other = read(name="Le Goff", city="Nantes", phone="02 40 12 34 57")
    assert first.row_hash == again.row_hash != other.row_hash
