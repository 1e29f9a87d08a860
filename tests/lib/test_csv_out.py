"""No cell of an export is ever a formula."""

from datetime import date

import pytest

from lib.csv_out import cell, line


@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%", "＝", "＋", "－", "＠", " =", "\u00a0=", "\ufeff=", "\t=", "\r="],
)
def test_what_would_be_a_formula_is_text(start):
    assert cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


def test_the_rest_is_left_alone():
    assert line(["Le Goff", None, 12, date(2026, 11, 21), 'dit "Gwen"', "a;b\nc"]) == (
        '"Le Goff";"";"12";"2026-11-21";"dit ""Gwen""";"a;b\nc"\r\n'
    )
