"""Reference and QR code of a transfer: the half written by another hand, from the standards alone."""

from decimal import Decimal

import pytest

from billing import transfer

IBAN = "FR7630006000011234567890189"
REFERENCE = "RF86F2026000123"


def payload(**known) -> str:
    facts = {"holder": "Menuiserie Duval SARL", "iban": IBAN, "bic": "", "amount": Decimal("1200.00"), "reference": REFERENCE}
    return transfer.epc_payload(**{**facts, **known})


def lines(text: str) -> list[str]:
    """The lines that carry something; empty ones at the end may be left out (EPC069-12)."""
    return text.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("539007547034", "RF18539007547034"),
        ("F2026000123", "RF86F2026000123"),
        ("F2026-000123", "RF86F2026000123"),
        ("f2026-000123", "RF86F2026000123"),
        ("CUST00017INV0099", "RF53CUST00017INV0099"),
        ("CUST-00017 INV-0099", "RF53CUST00017INV0099"),
    ],
)
def test_the_vectors_of_the_reference(text, reference):
    assert transfer.rf_reference(text) == reference
    assert transfer.is_rf_reference(reference)


@pytest.mark.parametrize("text", ["", "---", " / ", "A" * 22])
def test_what_makes_no_reference(text):
    with pytest.raises(ValueError, match="reference"):
        transfer.rf_reference(text)


def test_the_longest_reference():
    made = transfer.rf_reference("A" * 21)
    assert (len(made), transfer.is_rf_reference(made)) == (25, True)


@pytest.mark.parametrize("number", range(10))
def test_two_neighbouring_digits_swapped_are_seen(number):
    made = transfer.rf_reference(f"F2026-00{number}{(number + 3) % 10}58")
    swapped = made[:-4] + made[-3] + made[-4] + made[-2:]
    assert not transfer.is_rf_reference(swapped)


@pytest.mark.parametrize("text", ["RF87F2026000123", "RF8", "", "F2026000123", "RF86F2026000124", "RF00F2026000123"])
def test_what_is_no_reference(text):
    assert not transfer.is_rf_reference(text)


def test_printed_in_fours():
    assert transfer.format_rf("RF18539007547034") == "RF18\u00a05390\u00a00754\u00a07034"
    assert transfer.is_rf_reference("RF18 5390 0754 7034")


def test_the_lines_of_the_code():
    assert lines(payload()) == [
        "BCD", "002", "1", "SCT", "", "Menuiserie Duval SARL", IBAN, "EUR1200.00", "", REFERENCE,
    ]  # fmt: skip


def test_with_a_bic():
    assert lines(payload(bic="AGRIFRPP"))[4] == "AGRIFRPP"


def test_an_iban_is_compact():
    assert lines(payload(iban="FR76 3000 6000 0112 3456 7890 189"))[6] == IBAN


@pytest.mark.parametrize("iban", ["DE89370400440532013000", "BE68539007547034", "NL91ABNA0417164300"])
def test_an_account_elsewhere_in_europe_is_an_account(iban):
    assert lines(payload(iban=iban))[6] == iban


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.01", "EUR0.01"),
        ("12.5", "EUR12.50"),
        ("1200", "EUR1200.00"),
        ("999999999.99", "EUR999999999.99"),
        ("1E+3", "EUR1000.00"),
    ],
)
def test_amounts(amount, words):
    assert lines(payload(amount=Decimal(amount)))[7] == words


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1000000000"])
def test_amounts_out_of_bounds(amount):
    with pytest.raises(ValueError, match="transfer"):
        payload(amount=Decimal(amount))


def test_a_long_name_is_cut_at_seventy():
    assert lines(payload(holder="Établissements " + "x" * 80))[5] == ("Établissements " + "x" * 80)[:70]


def test_a_name_cannot_add_lines_to_the_code():
    """A line break in the name would put another account under the client's eyes."""
    try:
        made = payload(holder="Duval\nFR7600000000000000000000000\nEUR1.00")
    except ValueError:
        return
    assert len(lines(made)) == 10
    assert lines(made)[6:8] == [IBAN, "EUR1200.00"]


def test_never_longer_than_the_code_holds():
    made = payload(holder="É" * 70, bic="AGRIFRPPXXX", amount=Decimal("999999999.99"), reference=transfer.rf_reference("Z" * 21))
    assert len(made.encode()) <= 331
