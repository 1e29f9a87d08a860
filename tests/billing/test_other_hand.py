"""VAT, terms and penalties, case by case: the half written by another hand, from the rules alone, before any code.

B-01 … B-28 are the vectors of the legal reference. The other figures were worked out on paper, in fractions.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from billing import penalties, terms
from lib import law, vat
from lib.errors import Refusal


def day(text: str) -> date:
    return date.fromisoformat(text)


def euros(text: str) -> Decimal:
    return Decimal(text)


@dataclass(frozen=True)
class Line:
    """One line, already worked out."""

    net: Decimal
    vat_rate: Decimal
    vat_category: str = "S"


def lines(count: int, net: str, rate: str, category: str = "S") -> list[Line]:
    return [Line(euros(net), euros(rate), category)] * count


def sums(found: vat.Totals) -> tuple[str, str, str]:
    return str(found.excl_tax), str(found.tax), str(found.incl_tax)


class TestTax:
    @pytest.mark.parametrize(
        ("count", "net", "rate", "base", "tax"),
        [
            pytest.param(3, "10.03", "20", "30.09", "6.02", id="B-01"),
            pytest.param(3, "9.90", "5.5", "29.70", "1.63", id="B-02"),
            pytest.param(3, "7.70", "8.5", "23.10", "1.96", id="B-03"),
            pytest.param(5, "1.10", "2.1", "5.50", "0.12", id="B-04"),
            pytest.param(2, "0.01", "20", "0.02", "0.00", id="two-cents"),
            pytest.param(3, "0.01", "20", "0.03", "0.01", id="three-cents"),
            pytest.param(9, "0.01", "5.5", "0.09", "0.00", id="just-under-half-a-cent"),
            pytest.param(10, "0.01", "5.5", "0.10", "0.01", id="just-over-half-a-cent"),
            pytest.param(1, "0.05", "10", "0.05", "0.01", id="half-a-cent-goes-up"),
            pytest.param(1, "0.15", "10", "0.15", "0.02", id="not-to-the-even-cent-0.015"),
            pytest.param(1, "0.25", "10", "0.25", "0.03", id="not-to-the-even-cent-0.025"),
            pytest.param(1, "1.00", "8.5", "1.00", "0.09", id="overseas"),
            pytest.param(1, "10.00", "1.75", "10.00", "0.18", id="special-overseas"),
            pytest.param(1, "0.50", "13", "0.50", "0.07", id="corsica"),
            pytest.param(1, "1234.57", "5.5", "1234.57", "67.90", id="five-and-a-half"),
            pytest.param(1, "1234.57", "2.1", "1234.57", "25.93", id="two-point-one"),
            pytest.param(1, "999999999.99", "20", "999999999.99", "200000000.00", id="a-thousand-million"),
            pytest.param(1, "-0.25", "10", "-0.25", "-0.03", id="given-back-rounds-as-given"),
        ],
    )
    def test_one_rate(self, count, net, rate, base, tax):
        found = vat.totals(lines(count, net, rate))
        assert [(str(group.base), str(group.tax)) for group in found.groups] == [(base, tax)]
        assert found.incl_tax == euros(base) + euros(tax)

    def test_two_rates_never_mix(self):
        found = vat.totals(lines(10, "0.01", "5.5") + lines(10, "0.01", "20"))
        assert [(str(g.rate), str(g.base), str(g.tax)) for g in found.groups] == [("20", "0.10", "0.02"), ("5.5", "0.10", "0.01")]
        assert sums(found) == ("0.20", "0.03", "0.23")

    def test_the_same_rate_written_twice_is_one_group(self):
        found = vat.totals([*lines(1, "10.03", "20"), *lines(1, "10.03", "20.00"), *lines(1, "10.03", "20.0")])
        assert [str(group.tax) for group in found.groups] == ["6.02"]

    def test_zero_by_two_reasons_is_two_groups(self):
        found = vat.totals([*lines(1, "50.00", "0", "E"), *lines(1, "30.00", "0", "AE"), *lines(1, "10.00", "20")])
        assert [(g.category, str(g.base), str(g.tax)) for g in found.groups] == [
            ("S", "10.00", "2.00"),
            ("AE", "30.00", "0.00"),
            ("E", "50.00", "0.00"),
        ]

    def test_a_line_given_back_lowers_the_base_of_its_rate(self):
        """100,00 − 33,33 − 33,33 = 33,34: the tax is on the sum, 6,67; line by line it would be 6,66."""
        found = vat.totals([*lines(1, "100.00", "20"), *lines(2, "-33.33", "20")])
        assert sums(found) == ("33.34", "6.67", "40.01")

    def test_nothing_comes_to_nothing(self):
        assert sums(vat.totals([])) == ("0.00", "0.00", "0.00")

    def test_b05_a_price_with_tax(self):
        assert vat.split_incl_tax(euros("100.00"), euros("5.5")) == (euros("94.79"), euros("5.21"), euros("0.00"))

    def test_b06_a_price_with_tax_that_no_base_gives(self):
        base, tax, rounding = vat.split_incl_tax(euros("29.97"), euros("20"))
        assert (base, tax, rounding) == (euros("24.98"), euros("5.00"), euros("-0.01"))
        assert vat.totals(lines(1, "24.98", "20"), rounding=rounding).payable == euros("29.97")

    @pytest.mark.parametrize("price", ["0.01", "0.03", "0.05", "9.99", "19.99", "29.97", "99.99", "1234.56", "100000.01"])
    @pytest.mark.parametrize("rate", ["20", "10", "5.5", "2.1", "8.5", "0"])
    def test_a_price_with_tax_is_always_found_again(self, price, rate):
        base, tax, rounding = vat.split_incl_tax(euros(price), euros(rate))
        assert base + tax + rounding == euros(price)
        assert tax == vat.vat_of(base, euros(rate))
        assert abs(rounding) <= euros("0.01")

    def test_b08_what_was_paid_before_is_deducted(self):
        found = vat.totals(lines(1, "1000.00", "20"), prepaid=euros("360.00"))
        assert (found.incl_tax, found.prepaid, found.payable) == (euros("1200.00"), euros("360.00"), euros("840.00"))

    def test_paid_and_rounded(self):
        found = vat.totals(lines(1, "24.98", "20"), prepaid=euros("9.97"), rounding=euros("-0.01"))
        assert found.payable == euros("20.00")


class TestLines:
    @pytest.mark.parametrize(
        ("quantity", "price", "discount", "gross", "net", "allowance"),
        [
            ("3", "0.335", "0", "1.01", "1.01", "0.00"),
            ("0.5", "0.01", "0", "0.01", "0.01", "0.00"),
            ("1", "1.115", "0", "1.12", "1.12", "0.00"),
            ("1", "2.675", "0", "2.68", "2.68", "0.00"),
            ("0.25", "0.02", "0", "0.01", "0.01", "0.00"),
            ("1", "99.99", "33.33", "99.99", "66.66", "33.33"),
            ("1", "0.05", "10", "0.05", "0.05", "0.00"),
            ("1", "1.00", "12.5", "1.00", "0.88", "0.12"),
            ("1.5", "0.33", "50", "0.50", "0.25", "0.25"),
            ("2", "10.00", "0.05", "20.00", "19.99", "0.01"),
            ("1", "19.99", "100", "19.99", "0.00", "19.99"),
            ("0.3333", "29.99", "0", "10.00", "10.00", "0.00"),
            ("1000", "0.123456", "0", "123.46", "123.46", "0.00"),
            ("1234.5678", "0.987654", "0", "1219.33", "1219.33", "0.00"),
            ("9999.9999", "999999.99", "0", "9999999800.00", "9999999800.00", "0.00"),
        ],
    )
    def test_quantity_price_and_discount(self, quantity, price, discount, gross, net, allowance):
        given = euros(quantity), euros(price)
        assert vat.line_gross(*given) == euros(gross)
        assert vat.line_net(*given, euros(discount)) == euros(net)
        assert vat.line_allowance(*given, euros(discount)) == euros(allowance)

    @pytest.mark.parametrize("rate", ["10", "13", "20", "8.5", "2.1", "5.5", "1.05", "0.9", "1.75"])
    def test_lawful_rates(self, rate):
        assert vat.is_lawful_rate(euros(rate), on=day("2026-11-23"))

    @pytest.mark.parametrize("rate", ["-20", "2", "5", "7.7", "12", "18", "19", "21", "25", "200", "0.2", "5.55"])
    def test_rates_that_no_french_invoice_bears(self, rate):
        assert not vat.is_lawful_rate(euros(rate), on=day("2026-11-23"))


A, B = "days_then_end_of_month", "end_of_month_then_days"


class TestTerms:
    @pytest.mark.parametrize(
        ("issued", "thirty", "sixty", "after", "before"),
        [
            pytest.param("2026-11-10", "2026-12-10", "2027-01-09", "2026-12-31", "2027-01-14", id="B-10"),
            pytest.param("2026-11-16", "2026-12-16", "2027-01-15", "2026-12-31", "2027-01-14", id="B-11"),
            pytest.param("2026-12-20", "2027-01-19", "2027-02-18", "2027-02-28", "2027-02-14", id="B-12"),
            pytest.param("2026-12-31", "2027-01-30", "2027-03-01", "2027-02-28", "2027-02-14", id="B-13"),
            pytest.param("2027-01-31", "2027-03-02", "2027-04-01", "2027-03-31", "2027-03-17", id="B-14"),
            pytest.param("2028-01-16", "2028-02-15", "2028-03-16", "2028-03-31", "2028-03-16", id="B-15"),
        ],
    )
    def test_the_four_countings(self, issued, thirty, sixty, after, before):
        asked = [terms.Terms(30), terms.Terms(60), terms.Terms(45, A), terms.Terms(45, B)]
        found = [terms.due_on(day(issued), one).isoformat() for one in asked]
        assert found == [thirty, sixty, after, before]

    def test_a_sunday_is_printed_as_a_sunday(self):
        assert terms.due_on(day("2026-10-30"), terms.Terms(30)) == day("2026-11-29")
        assert day("2026-11-29").weekday() == 6

    def test_at_once(self):
        assert terms.due_on(day("2026-11-23"), terms.Terms(0)) == day("2026-11-23")

    def test_nothing_said_is_thirty_days(self):
        assert terms.due_on(day("2026-11-23"), terms.Terms()) == day("2026-12-23")

    @pytest.mark.parametrize("given", [terms.Terms(0), terms.Terms(30), terms.Terms(60), terms.Terms(45, A), terms.Terms(45, B)])
    def test_what_two_professionals_may_agree_on(self, given):
        assert isinstance(terms.check_terms(given, client_type="professional", on=day("2026-11-23")), str)

    @pytest.mark.parametrize(
        "given", [terms.Terms(61), terms.Terms(90), terms.Terms(60, A), terms.Terms(60, B), terms.Terms(46, B)]
    )
    def test_what_two_professionals_may_not(self, given):
        with pytest.raises(Refusal):
            terms.check_terms(given, client_type="professional", on=day("2026-11-23"))

    @pytest.mark.parametrize("client_type", ["consumer", "non_professional"])
    def test_a_consumer_may_have_all_the_time_we_grant(self, client_type):
        assert terms.check_terms(terms.Terms(120), client_type=client_type, on=day("2026-11-23")) == ""

    def test_a_public_client_has_thirty_days_and_some_have_more(self):
        """Hospitals have fifty, public companies sixty, from a secondary source: told, never blocked."""
        assert terms.check_terms(terms.Terms(30), client_type="public", on=day("2026-11-23")) == ""
        assert terms.check_terms(terms.Terms(50), client_type="public", on=day("2026-11-23")) != ""


PAID = penalties.Received


def asked(principal: str, due: str, until: str, client_type: str, **known) -> penalties.Penalties:
    received = [PAID(day(on), euros(amount)) for on, amount in known.pop("received", ())]
    dated = {name: day(value) if name.endswith("_on") else euros(value) for name, value in known.items()}
    return penalties.penalties(
        euros(principal), due_on=day(due), until=day(until), client_type=client_type, received=received, **dated
    )


def sum_of(found: penalties.Penalties) -> tuple[str, str]:
    return f"{found.interest:.2f}", f"{found.indemnity:.2f}"


class TestPenalties:
    def test_b20_two_semesters(self):
        found = asked("1200.00", "2026-05-31", "2026-08-15", "professional")
        assert sum_of(found) == ("30.74", "40.00")
        assert found.total == euros("70.74")
        assert [(part.days, part.rate) for part in found.segments] == [(30, euros("12.15")), (46, euros("12.40"))]

    def test_b21_a_part_paid_on_the_way(self):
        found = asked("1200.00", "2026-05-31", "2026-08-15", "professional", received=[("2026-06-20", "500.00")])
        assert sum_of(found) == ("21.26", "40.00")

    def test_b22_three_semesters(self):
        assert sum_of(asked("5000.00", "2025-11-30", "2026-11-21", "professional")) == ("597.45", "40.00")

    def test_b23_a_public_client_has_one_rate(self):
        assert sum_of(asked("1200.00", "2026-05-31", "2026-08-15", "public")) == ("25.36", "40.00")

    def test_b24_a_consumer_after_a_formal_notice(self):
        found = asked("600.00", "2026-08-01", "2026-11-21", "consumer", formal_notice_on="2026-09-01")
        assert sum_of(found) == ("3.66", "0.00")

    @pytest.mark.parametrize("client_type", ["consumer", "non_professional", "unknown"])
    def test_b25_without_formal_notice_nothing(self, client_type):
        assert sum_of(asked("600.00", "2026-05-01", "2026-11-21", client_type)) == ("0.00", "0.00")

    def test_b26_a_contract_below_the_floor(self):
        with pytest.raises(Refusal):
            penalties.check_contractual_rate(euros("5"), on=day("2026-11-21"))
        with pytest.raises(Refusal):
            penalties.check_contractual_rate(euros("8.24"), on=day("2026-11-21"))
        assert penalties.check_contractual_rate(euros("8.25"), on=day("2026-11-21")) == euros("8.25")

    def test_b27_a_semester_nobody_has_published(self):
        with pytest.raises(law.MissingLaw):
            asked("1200.00", "2026-11-30", "2027-01-01", "professional")
        assert sum_of(asked("1200.00", "2026-11-30", "2026-12-31", "professional")) == ("12.64", "40.00")

    def test_b28_forty_euros_for_each_invoice(self):
        both = [asked(amount, "2026-08-31", "2026-09-15", "professional") for amount in ("1200.00", "30.00")]
        assert [found.indemnity for found in both] == [euros("40.00"), euros("40.00")]

    @pytest.mark.parametrize("client_type", ["professional", "public", "consumer"])
    def test_paid_on_the_day(self, client_type):
        assert sum_of(asked("1000.00", "2026-09-30", "2026-09-30", client_type)) == ("0.00", "0.00")

    def test_one_day_late(self):
        assert sum_of(asked("1000.00", "2026-09-30", "2026-10-01", "professional")) == ("0.34", "40.00")

    def test_a_leap_year_is_divided_by_365_all_the_same(self):
        assert sum_of(asked("1000.00", "2024-02-15", "2024-03-15", "professional")) == ("11.52", "40.00")

    def test_four_rates_are_rounded_once(self):
        """Each part rounded by itself would give 17,77."""
        found = asked("120.00", "2024-06-15", "2025-07-15", "professional")
        assert sum_of(found) == ("17.76", "40.00")
        assert [part.rate for part in found.segments] == [euros("14.50"), euros("14.25"), euros("13.15"), euros("12.15")]

    def test_the_rate_of_the_contract(self):
        found = asked("700.00", "2026-09-30", "2026-10-30", "professional", contractual_rate="12")
        assert sum_of(found) == ("6.90", "40.00")

    def test_a_contract_needs_no_published_rate(self):
        found = asked("1000.00", "2026-12-31", "2027-01-30", "professional", contractual_rate="12")
        assert sum_of(found) == ("9.86", "40.00")

    def test_a_public_client_late_from_the_first_of_july(self):
        """Due on 30 June, interest begins on 1 July: the second semester's rate."""
        assert sum_of(asked("1200.00", "2026-06-30", "2026-09-13", "public")) == ("25.64", "40.00")

    def test_a_public_client_into_an_unpublished_semester(self):
        """Its one rate is known since interest began."""
        assert sum_of(asked("1200.00", "2026-10-31", "2027-02-28", "public")) == ("41.03", "40.00")

    def test_in_three_payments(self):
        received = [("2026-09-10", "333.33"), ("2026-09-20", "333.33")]
        assert sum_of(asked("1000.00", "2026-08-31", "2026-09-30", "professional", received=received)) == ("6.79", "40.00")

    def test_paid_before_the_day_bears_nothing(self):
        received = [("2026-08-20", "1000.00")]
        assert sum_of(asked("1000.00", "2026-08-31", "2026-09-30", "professional", received=received)) == ("0.00", "0.00")

    def test_paid_too_much_gives_no_interest_back(self):
        received = [("2026-09-10", "1500.00")]
        assert sum_of(asked("1000.00", "2026-08-31", "2026-09-30", "professional", received=received)) == ("3.40", "40.00")

    def test_a_consumer_who_pays_a_part_after_the_notice(self):
        known = {"formal_notice_on": "2026-09-01", "received": [("2026-10-01", "200.00")]}
        assert sum_of(asked("600.00", "2026-08-01", "2026-11-21", "consumer", **known)) == ("2.89", "0.00")

    def test_a_consumer_over_two_semesters(self):
        found = asked("600.00", "2026-05-01", "2026-07-31", "consumer", formal_notice_on="2026-05-15")
        assert sum_of(found) == ("3.38", "0.00")

    def test_a_consumer_without_notice_needs_no_rate_of_2027(self):
        assert sum_of(asked("600.00", "2026-12-01", "2027-02-01", "consumer")) == ("0.00", "0.00")

    @pytest.mark.parametrize("client_type", ["consumer", "non_professional", "unknown"])
    def test_never_forty_euros(self, client_type):
        assert penalties.recovery_indemnity(client_type, on=day("2026-11-23")) == 0

    @pytest.mark.parametrize(
        ("on", "default", "floor", "legal"),
        [
            ("2024-03-01", "14.50", "15.21", "5.07"),
            ("2025-06-30", "13.15", "11.13", "3.71"),
            ("2025-07-01", "12.15", "8.28", "2.76"),
            ("2026-06-30", "12.15", "7.86", "2.62"),
            ("2026-07-01", "12.40", "8.25", "2.75"),
        ],
    )
    def test_published_rates(self, on, default, floor, legal):
        """In 2024 the floor of contracts is above the rate without contract: both are lawful."""
        found = penalties.professional_rate(day(on)), penalties.contractual_floor(day(on)), penalties.legal_rate(day(on))
        assert found == (euros(default), euros(floor), euros(legal))
