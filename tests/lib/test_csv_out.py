"""No cell of an export is ever a formula."""

from datetime import date
from decimal import Decimal

import pytest

from lib.csv_out import cell, line


@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%", "＝", "＋", "－", "＠", " =", "\u00a0=", "\ufeff=", "\t=", "\r="],
)
def test_what_would_be_a_formula_is_text(start):
    assert cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize(
    ("value", "text"), [("1240.50", "1240,50"), ("-240.00", "-240,00"), ("0", "0"), ("1E+3", "1000"), ("20.00", "20,00")]
)
def test_a_sum_is_a_number_of_a_french_spreadsheet(value, text):
    assert cell(Decimal(value)) == text


def test_the_rest_is_left_alone():
    assert line(["Le Goff", None, 12, date(2026, 11, 21), 'dit "Gwen"', "a;b\nc"]) == (
        '"Le Goff";"";"12";"2026-11-21";"dit ""Gwen""";"a;b\nc"\r\n'
    )
