"""The transfer a client is asked for: vectors of ISO 11649, the lines of EPC069-12, a QR code that says them."""

from decimal import Decimal
from io import BytesIO

import pytest
import segno
from PIL import Image

from billing.transfer import epc_payload, format_rf, is_rf_reference, qr_png, qr_svg, rf_reference

IBAN = "FR7630006000011234567890189"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("539007547034", "RF18539007547034"),
        ("F2026000123", "RF86F2026000123"),
        ("F2026-000123", "RF86F2026000123"),
        ("CUST00017-INV0099", "RF53CUST00017INV0099"),
        ("f2026 000131", "RF64F2026000131"),
    ],
)
def test_the_key_of_a_reference(text, reference):
    assert rf_reference(text) == reference
    assert is_rf_reference(reference)


@pytest.mark.parametrize("text", ["", "---", "É2026", "F" * 22, "F2026!1"])
def test_what_makes_no_reference(text):
    with pytest.raises(ValueError, match="no RF reference"):
        rf_reference(text)


def test_one_wrong_digit_is_found():
    good = rf_reference("F2026-000123")
    for place, char in enumerate(good):
        for other in "0123456789" if char.isdigit() else "":
            if other != char:
                assert not is_rf_reference(good[:place] + other + good[place + 1 :])


def test_it_is_printed_in_groups_of_four():
    assert format_rf("RF64F2026000131") == "RF64\u00a0F202\u00a06000\u00a0131"


def test_the_lines_of_the_qr_code():
    payload = epc_payload(holder="MENUISERIE DUVAL SARL", iban=IBAN, bic="", amount=Decimal(860), reference="RF64F2026000131")
    assert payload.split("\n") == [
        "BCD", "002", "1", "SCT", "", "MENUISERIE DUVAL SARL", IBAN, "EUR860.00", "", "RF64F2026000131",
    ]  # fmt: skip


def test_a_name_is_cut_at_70_characters_and_stays_within_331_bytes():
    payload = epc_payload(holder="É" * 90, iban=IBAN, bic="AGRIFRPP", amount=Decimal("999999999.99"), reference="RF64F2026000131")
    assert payload.split("\n")[5] == "É" * 70
    assert len(payload.encode()) <= 331


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": Decimal(0)}, "from 0,01"),
        ({"amount": Decimal("1000000000")}, "from 0,01"),
        ({"reference": "RF00F2026000131"}, "no RF reference"),
        ({"holder": " "}, "holder"),
        ({"iban": ""}, "IBAN"),
    ],
)
def test_what_no_bank_would_take(changed, why):
    told = {"holder": "DUVAL", "iban": IBAN, "bic": "", "amount": Decimal(1), "reference": "RF64F2026000131", **changed}
    with pytest.raises(ValueError, match=why):
        epc_payload(**told)


def test_a_line_break_in_the_name_adds_no_line():
    payload = epc_payload(holder="DUVAL\nFR00", iban=IBAN, bic="", amount=Decimal(1), reference="RF64F2026000131")
    assert payload.split("\n")[5:7] == ["DUVAL FR00", IBAN]


def test_the_picture_holds_no_style_and_keeps_its_quiet_zone():
    payload = epc_payload(holder="DUVAL", iban=IBAN, bic="", amount=Decimal(1), reference="RF64F2026000131")
    svg = qr_svg(payload)
    assert svg.startswith('<svg viewBox="0 0 ')
    assert "style" not in svg
    assert "script" not in svg
    assert "M4 4.5h7" in svg  # the first finder begins after four modules of quiet


def test_the_printed_picture_says_the_same_point_by_point():
    payload = epc_payload(holder="DUVAL", iban=IBAN, bic="", amount=Decimal(1), reference="RF64F2026000131")
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8", mask=2)
    plain = BytesIO()
    code.save(plain, kind="png", scale=3, border=4)
    expected = Image.open(plain).convert("L")
    with Image.open(BytesIO(qr_png(payload))) as picture:
        picture.load()
        assert (picture.mode, picture.size, picture.tobytes()) == ("L", expected.size, expected.tobytes())
