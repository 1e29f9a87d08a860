"""A directory files people under their last name."""

import pytest

from lib.person_names import phone_book


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("M. Alain Lestrade", "lestrade alain"),
        ("Mme Anne Lemoine", "lemoine anne"),
        ("M. Yann Le Bris", "le bris yann"),
        ("M. Le Bris", "le bris"),
        ("M. Diallo", "diallo"),
        ("Madame LE GOFF Yvonne", "le goff yvonne"),
        ("M. et Mme Cosson", "cosson"),
        ("Ms Emily Carter", "carter emily"),
        ("Garage Perrin", "garage perrin"),
        ("Lestrade Alain", "lestrade alain"),
        ("M", "m"),
        ("Monsieur Bricolage", "bricolage"),
        ("École Saint-Mériadec", "ecole saint meriadec"),
    ],
)
def test_a_name_is_filed_as_in_a_directory(name: str, filed: str) -> None:
    assert phone_book(name) == filed
