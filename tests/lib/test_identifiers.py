"""Identifiers: what is kept, and what is said when it is wrong."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import identifiers
from lib.errors import Refusal
from lib.identifiers import (
    check_email,
    check_iban,
    check_phone,
    check_postal_code,
    check_siren,
    check_siret,
    check_vat_number,
    department,
    email_key,
    format_iban,
    format_phone,
    format_siret,
)


def refusal(check: Callable[[], str]) -> str:
    """The sentence a check answers, its no-break spaces made plain."""
    with pytest.raises(Refusal) as refused:
        check()
    return refused.value.message.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("check", "text", "kept"),
    [
        (check_siren, "732 829 320", "732829320"),
        (check_siren, " 732.829.320 ", "732829320"),
        (check_siren, "732\u00a0829\u202f320", "732829320"),
        (check_siren, "７３２８２９３２０", "732829320"),
        (check_siret, "732 829 320 00074", "73282932000074"),
        (check_siret, "356 000 000 49837", "35600000049837"),  # La Poste: not Luhn, sum of digits modulo 5
        (check_siret, "35600000000048", "35600000000048"),
        (check_vat_number, "fr 40 303 265 045", "FR40303265045"),
        (check_iban, "fr76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        (check_iban, "BE68 5390 0754 7034", "BE68539007547034"),
        (check_phone, "06 39 98 00 45", "+33639980045"),
        (check_phone, "+33 (0)6.39.98.00.45", "+33639980045"),
        (check_phone, "0033 6 39 98 00 45", "+33639980045"),
        (check_phone, "639980045", "+33639980045"),
        (check_phone, "01‑99‑00‑12‑34", "+33199001234"),
        (check_phone, "0692 12 34 56", "+262692123456"),
        (check_phone, "0269 61 00 00", "+262269610000"),
        (check_phone, "0590 81 00 00", "+590590810000"),
        (check_phone, "0694 20 00 00", "+594694200000"),
        (check_phone, "0696 20 00 00", "+596696200000"),
        (check_phone, "+41 22 767 61 11", "+41227676111"),
        (check_phone, "3949", "3949"),
        (check_phone, "\u202a06 39 98 00 45\u202c", "+33639980045"),
        (check_email, " Camille@Le-Goff.FR ", "Camille@le-goff.fr"),
        (check_email, "accueil@demo.example", "accueil@demo.example"),
        (check_email, "a+devis@été.fr", "a+devis@xn--t-9fab.fr"),
        (check_postal_code, "29000", "29000"),
        (check_postal_code, "F-75 001", "75001"),
        (check_postal_code, "20200", "20200"),
        (check_postal_code, "97400", "97400"),
        (check_postal_code, "98000", "98000"),
        (check_postal_code, "00100", "00100"),
    ],
)
def test_what_is_kept(check: Callable[[str], str], text: str, kept: str) -> None:
    assert check(text) == kept
    assert check(kept) == kept


@pytest.mark.parametrize(
    ("check", "text", "said"),
    [
        (check_siren, "73282932", "Ce SIREN compte 8 chiffres ; il en faut 9."),
        (check_siren, "732 829 32O", "Ce SIREN ne doit contenir que des chiffres."),
        (check_siren, " ", "Remplissez ce SIREN : il n’y a rien à lire."),
        (
            check_siren,
            "732829321",
            "Ce SIREN n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre.",
        ),
        (check_siret, "732829320", "Ce SIRET compte 9 chiffres ; il en faut 14."),
        (
            check_siret,
            "73282932000075",
            "Ce SIRET n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre.",
        ),
        (
            check_siret,
            "35600000049838",
            "Ce SIRET n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre.",
        ),
        (
            check_vat_number,
            "303265045",
            "Un numéro de TVA français commence par FR, puis deux caractères et le SIREN.",
        ),
        (check_vat_number, "FR4030326504", "Ce numéro de TVA compte 10 caractères après FR ; il en faut 11."),
        (
            check_vat_number,
            "FR41303265045",
            "Ce numéro de TVA n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque caractère.",
        ),
        (check_iban, "FR76", "Cet IBAN compte 4 caractères ; un IBAN français en a 27."),
        (
            check_iban,
            "FR7630006000011234567890188",
            "Cet IBAN n’est pas valable : sa clé de contrôle ne correspond pas. Recopiez-le depuis votre RIB.",
        ),
        (check_iban, "3000600001", "Un IBAN commence par deux lettres de pays et deux chiffres, par exemple FR76."),
        (
            check_iban,
            "BE98539007547",
            "Cet IBAN n’a pas la forme attendue pour son pays. Recopiez-le depuis votre RIB.",
        ),
        (check_phone, "06 39 98 00", "Ce numéro compte 8 chiffres ; un numéro français en a 10."),
        (
            check_phone,
            "06 39 98 00 45 / 01 99 00 12 34",
            "Ce champ attend un seul numéro de téléphone. Ajoutez l’autre dans un second contact.",
        ),
        (
            check_phone,
            "06 39 98 00 45 poste 12",
            "Un numéro de téléphone ne contient que des chiffres. Notez un poste ou un nom à côté.",
        ),
        (
            check_phone,
            "1639980045",
            "Ce numéro ne commence pas par 0 : ajoutez l’indicatif du pays, par exemple +32 pour la Belgique.",
        ),
        (
            check_phone,
            "+33 6 39",
            "Ce numéro n’existe pas dans ce pays : vérifiez l’indicatif et le nombre de chiffres.",
        ),
        (
            check_email,
            "a@b.fr, c@d.fr",
            "Ce champ attend une seule adresse e-mail. Ajoutez l’autre dans un second contact.",
        ),
        (
            check_email,
            "a@b.fr\r\nBcc: x@y.fr",
            "Cette adresse contient un saut de ligne ou un caractère invisible. Saisissez-la à nouveau.",
        ),
        (
            check_email,
            "a@b.fr\n",
            "Cette adresse contient un saut de ligne ou un caractère invisible. Saisissez-la à nouveau.",
        ),
        (
            check_email,
            "Camille <a@b.fr>",
            "Écrivez seulement l’adresse e-mail, sans nom, espace ni guillemets : nom@exemple.fr.",
        ),
        (check_email, "a@b", "« b » n’est pas un nom de domaine valable. Vérifiez ce qui suit le @."),
        (check_email, "a@b..fr", "« b..fr » n’est pas un nom de domaine valable. Vérifiez ce qui suit le @."),
        (check_email, "a@straße.de", "« straße.de » n’est pas un nom de domaine valable. Vérifiez ce qui suit le @."),
        (
            check_email,
            "hélène@b.fr",
            "Le début de cette adresse, « hélène », n’est pas valable : ni accent, ni point en double.",
        ),
        (
            check_email,
            "camille",
            "Une adresse e-mail s’écrit nom@exemple.fr : il manque le @, le nom ou le domaine.",
        ),
        (
            check_postal_code,
            "6000",
            "Ce code postal compte 4 chiffres ; il en faut 5. Est-ce 06000 (un tableur efface le zéro) ?",
        ),
        (check_postal_code, "96000", "Aucun département ne commence par 96. Vérifiez ce code postal."),
        (check_postal_code, "2A004", "Un code postal français ne contient que des chiffres."),
    ],
)
def test_what_is_said(check: Callable[[str], str], text: str, said: str) -> None:
    assert refusal(lambda: check(text)) == said


def test_numbers_that_contradict_each_other() -> None:
    assert check_vat_number("FR40303265045", siren="303265045") == "FR40303265045"
    assert refusal(lambda: check_vat_number("FR40303265045", siren="732829320")) == (
        "Ce numéro de TVA porte le SIREN 303 265 045, mais le SIREN indiqué est 732 829 320. Corrigez l’un des deux."
    )
    assert refusal(lambda: check_siret("73282932000074", siren="303265045")) == (
        "Ce SIRET commence par 732 829 320, mais le SIREN indiqué est 303 265 045. Corrigez l’un des deux."
    )


def test_a_foreign_postal_code_is_kept_as_typed() -> None:
    assert check_postal_code("sw1a  1aa", "GB") == "SW1A 1AA"
    assert refusal(lambda: check_postal_code("<b>", "BE")) == ("Ce code postal contient des caractères inattendus. Vérifiez-le.")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("29000", "29"),
        ("20000", "2A"),
        ("20167", "2A"),
        ("20200", "2B"),
        ("67000", "67"),
        ("97400", "974"),
        ("97133", "977"),
        ("97150", "978"),
        ("97100", "971"),
        ("98000", "980"),
        ("00100", ""),
    ],
)
def test_department(code: str, found: str) -> None:
    assert department(code) == found


def test_what_is_printed() -> None:
    assert format_iban("FR7630006000011234567890189") == "FR76 3000 6000 0112 3456 7890 189".replace(" ", "\u00a0")
    assert format_siret("73282932000074") == "732 829 320 00074".replace(" ", "\u00a0")
    assert format_siret("732829320") == "732 829 320".replace(" ", "\u00a0")
    assert format_phone("+33639980045") == "06 39 98 00 45".replace(" ", "\u00a0")
    assert format_phone("+262692123456") == "0692 12 34 56".replace(" ", "\u00a0")
    assert format_phone("+41227676111") == "+41 22 767 61 11".replace(" ", "\u00a0")
    assert format_phone("3949") == "3949"
    assert format_phone("+999") == "+999"
    assert email_key(" Camille@Le-Goff.fr") == "camille@le-goff.fr"


@given(st.text())
def test_an_accepted_address_is_one_plain_recipient(text: str) -> None:
    try:
        address = check_email(text)
    except Refusal:
        return
    assert re.fullmatch(r"[!-~]+@[!-~]+", address)
    assert address.count("@") == 1


@pytest.mark.parametrize(
    "check", [check_siren, check_siret, check_vat_number, check_iban, check_phone, check_email, check_postal_code]
)
@given(text=st.text())
def test_any_text_is_kept_or_refused_with_a_sentence(check: Callable[[str], str], text: str) -> None:
    try:
        said = check(text) and "."
    except Refusal as refused:
        said = refused.message
    assert said[-1] in ".?"


@given(st.integers(100_000_000, 999_999_999).map("0{}".format))
def test_the_quick_way_for_french_numbers_changes_nothing(digits: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "_METROPOLITAN", re.compile("never"))
        slow = outcome(digits)
    assert outcome(digits) == slow


def outcome(digits: str) -> str:
    """The stored form of a number, or why it is refused."""
    try:
        return identifiers.check_phone(digits)
    except Refusal as refusal:
        return refusal.message
