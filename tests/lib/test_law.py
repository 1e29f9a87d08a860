"""The tables of law: complete rows, and nothing answered beyond them."""

from datetime import date
from pathlib import Path

import pytest

from lib import law

SUBJECTS = sorted(path.stem for path in Path(law.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_row_has_its_date_source_and_certainty(subject: str) -> None:
    rows = law.table(subject)
    assert [row for row in rows if not (row.source and row.certainty in law.CERTAINTIES)] == []
    assert [row for row in rows if row.valid_to and row.valid_to < row.valid_from] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_two_rows_of_one_key_never_hold_together(subject: str) -> None:
    for row in law.table(subject):
        assert law.row(subject, row.key, on=row.valid_from) == row


def test_a_row_answers_only_between_its_days() -> None:
    row = law.row("holidays", "christmas", on=date(2026, 1, 1))
    assert (row["name"], row.certainty, row.source) == ("Noël", "A", "Code du travail, L3133-1")
    with pytest.raises(law.MissingLaw):
        law.row("holidays", "christmas", on=date(1900, 1, 1))
    with pytest.raises(law.MissingLaw):
        law.row("holidays", "thanksgiving", on=date(2026, 1, 1))
    with pytest.raises(law.MissingLaw):
        law.table("rates-of-the-moon")


def test_a_row_without_source_is_refused() -> None:
    with pytest.raises(law.MissingLaw):
        law._row({"key": "x", "valid_from": date(2026, 1, 1), "certainty": "A"})
