"""When an invoice is to be paid: vectors B-10 to B-15 (C. com. L441-10 I), and what may not be agreed."""

from datetime import date

import pytest

from billing.terms import COUNTINGS, DAYS_THEN_END_OF_MONTH, END_OF_MONTH_THEN_DAYS, NET, Terms, check_terms, due_on, in_words
from crm.models.company import TermsCounting
from lib.errors import Refusal

ON = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("invoiced", "net_30", "net_60", "after", "before"),
    [
        ("2026-11-10", "2026-12-10", "2027-01-09", "2026-12-31", "2027-01-14"),
        ("2026-11-16", "2026-12-16", "2027-01-15", "2026-12-31", "2027-01-14"),
        ("2026-12-20", "2027-01-19", "2027-02-18", "2027-02-28", "2027-02-14"),
        ("2026-12-31", "2027-01-30", "2027-03-01", "2027-02-28", "2027-02-14"),
        ("2027-01-31", "2027-03-02", "2027-04-01", "2027-03-31", "2027-03-17"),
        ("2028-01-16", "2028-02-15", "2028-03-16", "2028-03-31", "2028-03-16"),
    ],
)
def test_due_dates(invoiced: str, net_30: str, net_60: str, after: str, before: str) -> None:
    day = date.fromisoformat(invoiced)
    found = [
        due_on(day, Terms(30, NET)),
        due_on(day, Terms(60, NET)),
        due_on(day, Terms(45, DAYS_THEN_END_OF_MONTH)),
        due_on(day, Terms(45, END_OF_MONTH_THEN_DAYS)),
    ]
    assert [f"{one:%Y-%m-%d}" for one in found] == [net_30, net_60, after, before]


def test_the_countings_are_those_of_the_firm() -> None:
    assert list(COUNTINGS) == TermsCounting.values
    with pytest.raises(ValueError, match="no such counting"):
        due_on(ON, Terms(30, "lunar"))


@pytest.mark.parametrize(
    ("terms", "client_type"),
    [
        (Terms(61), "professional"),
        (Terms(46, DAYS_THEN_END_OF_MONTH), "professional"),
        (Terms(60, END_OF_MONTH_THEN_DAYS), "professional"),
    ],
)
def test_what_two_professionals_may_not_agree(terms: Terms, client_type: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_terms(terms, client_type=client_type, on=ON)
    assert refused.value.field == "payment_days"
    assert str(terms.days) in refused.value.message


@pytest.mark.parametrize(
    ("terms", "client_type", "warned"),
    [
        (Terms(60), "professional", False),
        (Terms(45, DAYS_THEN_END_OF_MONTH), "professional", False),
        (Terms(45, END_OF_MONTH_THEN_DAYS), "professional", False),
        (Terms(90), "consumer", False),
        (Terms(90), "non_professional", False),
        (Terms(30), "public", False),
        (Terms(45), "public", True),
        (Terms(30, DAYS_THEN_END_OF_MONTH), "public", True),
    ],
)
def test_what_is_allowed_and_what_is_told(terms: Terms, client_type: str, warned: bool) -> None:
    assert bool(check_terms(terms, client_type=client_type, on=ON)) == warned


def test_terms_in_words() -> None:
    assert in_words(Terms(30)) == "à 30\u00a0jours"
    assert in_words(Terms(0)) == "à réception"
    assert in_words(Terms(45, DAYS_THEN_END_OF_MONTH)) == "à 45\u00a0jours fin de mois"
    assert in_words(Terms(45, END_OF_MONTH_THEN_DAYS)) == "fin de mois, plus 45\u00a0jours"
    assert in_words(Terms(1), language="en") == "within 1\u00a0day"
