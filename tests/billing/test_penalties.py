"""What a late payment costs: vectors B-20 to B-28 (C. com. L441-10 II, D441-5; CCP R2192-31; CMF L313-2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing import penalties as law_of_delay
from billing.penalties import Received, penalties
from lib.errors import Refusal
from lib.law import MissingLaw


def asked(principal: str, due: str, until: str, client_type: str, **more: Any) -> tuple[str, str]:
    found = penalties(
        Decimal(principal), due_on=date.fromisoformat(due), until=date.fromisoformat(until), client_type=client_type, **more
    )
    return str(found.interest), str(found.indemnity)


def test_between_professionals_by_semester() -> None:  # B-20, B-22
    assert asked("1200.00", "2026-05-31", "2026-08-15", "professional") == ("30.74", "40.00")
    assert asked("5000.00", "2025-11-30", "2026-11-21", "professional") == ("597.45", "40.00")


def test_the_parts_of_a_computation() -> None:  # B-20
    found = penalties(Decimal("1200.00"), due_on=date(2026, 5, 31), until=date(2026, 8, 15), client_type="professional")
    assert [(one.days, str(one.rate), f"{one.interest:.4f}") for one in found.segments] == [
        (30, "12.15", "11.9836"),
        (46, "12.40", "18.7529"),
    ]
    assert found.total == Decimal("70.74")


def test_a_part_paid_lowers_the_principal_from_the_next_day() -> None:  # B-21
    part = [Received(date(2026, 6, 20), Decimal("500.00"))]
    assert asked("1200.00", "2026-05-31", "2026-08-15", "professional", received=part) == ("21.26", "40.00")
    early = [Received(date(2026, 5, 1), Decimal("1200.00"))]
    assert asked("1200.00", "2026-05-31", "2026-08-15", "professional", received=early) == ("0.00", "0.00")


def test_a_public_client_owes_one_rate() -> None:  # B-23
    assert asked("1200.00", "2026-05-31", "2026-08-15", "public") == ("25.36", "40.00")


def test_a_consumer_owes_nothing_before_a_formal_notice() -> None:  # B-24, B-25
    noticed = {"formal_notice_on": date(2026, 9, 1)}
    for client_type in ("consumer", "non_professional", "unknown"):
        assert asked("600.00", "2026-08-01", "2026-11-21", client_type, **noticed) == ("3.66", "0.00")
        assert asked("600.00", "2026-08-01", "2026-11-21", client_type) == ("0.00", "0.00")


def test_nothing_before_the_day_after_the_due_date() -> None:
    assert asked("1200.00", "2026-05-31", "2026-05-31", "professional") == ("0.00", "0.00")
    assert asked("1200.00", "2026-05-31", "2026-06-01", "professional") == ("0.40", "40.00")


def test_a_contractual_rate_below_the_floor_is_refused() -> None:  # B-26
    on = date(2026, 11, 21)
    assert str(law_of_delay.contractual_floor(on)) == "8.25"
    with pytest.raises(Refusal, match="8,25"):
        law_of_delay.check_contractual_rate(Decimal(5), on=on)
    assert law_of_delay.check_contractual_rate(Decimal("8.25"), on=on) == Decimal("8.25")
    assert asked("1000.00", "2026-06-30", "2026-07-30", "professional", contractual_rate=Decimal(10)) == ("8.22", "40.00")


def test_an_unpublished_rate_gives_no_figure() -> None:  # B-27
    with pytest.raises(MissingLaw):
        asked("1200.00", "2026-12-01", "2027-01-01", "professional")
    with pytest.raises(MissingLaw):
        asked("1200.00", "2026-12-01", "2027-01-01", "consumer", formal_notice_on=date(2026, 12, 2))
    assert asked("1200.00", "2026-12-01", "2026-12-31", "professional") == ("12.23", "40.00")
    assert asked("1200.00", "2026-12-01", "2027-02-01", "public")[1] == "40.00"  # its rate began in 2026


def test_forty_euros_per_invoice_never_for_a_consumer() -> None:  # B-28
    due = [law_of_delay.recovery_indemnity(who, on=date(2026, 11, 21)) for who in ("professional", "public")]
    assert sum(due) == Decimal("80.00")
    for who in ("consumer", "non_professional", "unknown", ""):
        assert law_of_delay.recovery_indemnity(who, on=date(2026, 11, 21)) == 0


def test_the_rates_of_each_semester() -> None:
    told = [
        (str(law_of_delay.professional_rate(date(year, month, 1))), str(law_of_delay.contractual_floor(date(year, month, 1))))
        for year in (2023, 2024, 2025, 2026)
        for month in (1, 7)
    ]
    assert told == [
        ("12.50", "6.18"), ("14.00", "12.66"), ("14.50", "15.21"), ("14.25", "14.76"), ("13.15", "11.13"),
        ("12.15", "8.28"), ("12.15", "7.86"), ("12.40", "8.25"),
    ]  # fmt: skip
