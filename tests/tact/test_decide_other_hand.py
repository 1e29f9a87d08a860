"""Whether and how to remind, case by case: the half written by another hand, from the rules alone, before any code.

Each case is what a careful accountant would say aloud. Today is Monday 23 November 2026 unless a case says otherwise.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from tact.decide import decide
from tact.facts import (
    Contact,
    DatedHold,
    Debt,
    Decision,
    Link,
    MoneyPromise,
    MoneySituation,
    OpenComplaint,
    OpenQuestion,
    PastReminder,
    RefusedAddress,
    Satisfaction,
    Transit,
)

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9 h in Paris
RECORD = Link("customer", "c1")
CLIENT = MoneySituation(
    link=RECORD,
    name="Boulangerie Pélisson",
    client_type="professional",
    email="compta@pelisson.example",
    phone="+33639980114",
    paid_on_time=6,
    paid_late=2,
    client_since=date(2024, 3, 4),
    owner="Karim",
)
LATE_STEPS = {"first": 3, "second": 10, "call": 20, "formal_notice": 30}


def day(text: str) -> date:
    return date.fromisoformat(text)


def euros(text: str) -> Decimal:
    return Decimal(text)


def invoice(number: str = "F2026-000131", due: str | date = "2026-11-20", balance: str = "860.00", **known) -> Debt:
    due_on = day(due) if isinstance(due, str) else due
    return Debt(
        **{
            "link": Link("invoice", number),
            "number": number,
            "label": "Trois fenêtres",
            "amount": euros(balance),
            "balance": euros(balance),
            "issued_on": due_on - timedelta(30),
            "due_on": due_on,
            **known,
        }
    )


def done(step: str, on: str | date, **known) -> PastReminder:
    return PastReminder(Link("email", f"{step}-{on}"), step, day(on) if isinstance(on, str) else on, **known)


def at_step(step: str, on: date = TODAY, number: str = "F2026-000131", balance: str = "860.00", **known) -> Debt:
    """An invoice whose late step `step` falls on `on`, the former ones having been done on their days."""
    due_on = on - timedelta(LATE_STEPS[step])
    before = [name for name in LATE_STEPS if LATE_STEPS[name] < LATE_STEPS[step]]
    reminders = tuple(done(name, due_on + timedelta(LATE_STEPS[name])) for name in before)
    return invoice(number, due_on, balance, **{"reminders": reminders, **known})


def owing(*debts: Debt, **known) -> MoneySituation:
    return replace(CLIENT, debts=debts, **known)


def spoke(hours: float, kind: str = "call", direction: str = "in", **known) -> Contact:
    at = NOW - timedelta(hours=hours)
    facts = {"colleague": "Camille", "person": "M. Pélisson", **known}
    return Contact(Link("interaction", f"i{hours}"), at, kind, direction, **facts)


def complaint(**known) -> OpenComplaint:
    facts = {"label": "Réclamation R2026-000007", "opened_on": day("2026-11-06"), "owner": "Nadia", **known}
    return OpenComplaint(Link("complaint", "r7"), **facts)


def promise(due: str, amount: str | None = None, received: str = "0.00", **known) -> MoneyPromise:
    facts = {"promised_on": day("2026-11-16"), "noted_by": "Karim", **known}
    link = Link("commitment", f"p{due}-{amount}")
    return MoneyPromise(link, day(due), amount and euros(amount), euros(received), **facts)


def transit(until: str, amount: str | None = None) -> Transit:
    return Transit(Link("payment", f"t{until}"), day("2026-11-20"), day(until), amount and euros(amount))


def hold(until: str, **known) -> DatedHold:
    return DatedHold(Link("hold", "h1"), day(until), **{"reason": "Deuil dans la famille", "by": "Camille", **known})


def decided(situation: MoneySituation, on: str | date = TODAY) -> Decision:
    """The decision, and what holds of every decision whatever the case."""
    civil = day(on) if isinstance(on, str) else on
    answer = decide(situation, on=civil, now=NOW + (civil - TODAY))
    assert answer == decide(situation, on=civil, now=NOW + (civil - TODAY))
    assert answer.reasons
    assert all(reason.text.strip() for reason in answer.reasons)
    assert (answer.tone == "") == (answer.decision == "wait")
    assert (answer.claims == ()) == (answer.decision == "wait")
    assert all(claim.amount > 0 for claim in answer.claims)
    for claim in answer.claims + answer.waiting:
        assert claim.amount + claim.kept == claim.debt.balance or claim.kept == claim.debt.balance
    return answer


def codes(answer: Decision) -> list[str]:
    return [reason.code for reason in answer.reasons]


def numbers(claims) -> list[str]:
    return sorted(claim.debt.number for claim in claims)


def words(answer: Decision) -> str:
    """Everything a person could read of a decision."""
    texts = [reason.text for reason in answer.reasons]
    texts += [reason.text for claim in answer.claims + answer.waiting for reason in claim.reasons]
    return " ".join([*texts, *answer.would_change, answer.deduction, answer.emotion])


def what(answer: Decision) -> tuple[str, str, str]:
    return answer.decision, answer.tone, answer.step


class TestThePageOfMonday:
    """The queue that the product shows as an example, client by client."""

    def test_boreal_two_words_without_an_answer_and_a_bad_note(self):
        answer = decided(owing(at_step("call"), satisfaction=Satisfaction(Link("answer", "s"), 2, day("2026-11-09"))))
        assert answer.decision == "call"
        assert {"dissatisfied", "unanswered"} <= set(codes(answer))

    def test_toussaint_had_promised_for_friday(self):
        answer = decided(owing(invoice(due="2026-11-10", promises=(promise("2026-11-20"),)), preferred_channel="phone"))
        assert answer.decision == "call"
        assert codes(answer)[0] == "promise_broken"

    def test_perrin_first_delay_in_four_years(self):
        answer = decided(owing(at_step("first"), paid_on_time=31, paid_late=0, client_since=day("2022-10-03")))
        assert what(answer) == ("soften", "delicate", "first")
        assert codes(answer)[0] == "first_delay"
        assert answer.emotion

    def test_valmarais_is_a_public_body(self):
        answer = decided(owing(at_step("second", balance="5400.00"), client_type="public"))
        assert what(answer) == ("soften", "factual", "second")
        assert codes(answer)[0] == "public"

    def test_pelisson_two_invoices_in_one_message(self):
        answer = decided(
            owing(at_step("second", number="F1", balance="400.00"), at_step("second", number="F2", balance="345.00"))
        )
        assert what(answer) == ("send", "helpful", "second")
        assert numbers(answer.claims) == ["F1", "F2"]
        assert answer.amount == euros("745.00")

    def test_sorel_three_days_after(self):
        assert what(decided(owing(at_step("first")))) == ("send", "delicate", "first")

    def test_karst_is_told_before_the_day(self):
        answer = decided(owing(invoice(due="2026-11-28", balance="180.00"), client_type="consumer"))
        assert what(answer) == ("send", "plain", "information")

    def test_lemoine_has_complained_of_this_invoice(self):
        answer = decided(owing(at_step("second", complaints=(complaint(),)), client_type="consumer"))
        assert answer.decision == "wait"
        assert codes(answer)[0] == "complaint"
        assert "R2026-000007" in words(answer)

    def test_diallo_has_promised_for_wednesday(self):
        answer = decided(owing(at_step("second", promises=(promise("2026-11-25"),)), client_type="consumer"))
        assert answer.decision == "wait"
        assert codes(answer)[0] == "promise"

    def test_vidal_pays_in_four_times(self):
        schedule = tuple(promise(due, "550.00") for due in ("2026-12-01", "2026-12-31", "2027-02-01", "2027-03-01"))
        answer = decided(owing(at_step("second", balance="2200.00", promises=schedule), client_type="consumer"))
        assert answer.decision == "wait"
        assert codes(answer)[0] == "promise"

    def test_the_days_of_garage_perrin(self):
        """Counted from Friday 20 November: 15 November and 20 December are Sundays, one passes to the Monday."""
        debt, steps = invoice(due="2026-11-20", issued_on=day("2026-10-21")), []
        on = day("2026-11-02")
        while on <= day("2026-12-31"):
            answer = decide(owing(debt), on=on)
            if answer.decision != "wait":
                steps.append((answer.step, on.isoformat()))
                debt = replace(debt, reminders=(*debt.reminders, done(answer.step, on)))
            on += timedelta(1)
        assert steps == [
            ("information", "2026-11-16"),
            ("first", "2026-11-23"),
            ("second", "2026-11-30"),
            ("call", "2026-12-10"),
            ("formal_notice", "2026-12-21"),
        ]


class TestPromises:
    def test_for_today_the_day_is_not_over(self):
        answer = decided(owing(at_step("second", promises=(promise("2026-11-23"),))))
        assert answer.decision == "wait"
        assert answer.resume_on == day("2026-11-26")  # Monday, and two days for the bank: 25 included

    def test_for_today_and_partly_paid_the_rest_is_still_to_come(self):
        """860 promised for today, 500 came this morning: 360 are awaited until the day is past, not claimed."""
        debt = at_step("second", balance="360.00", amount=euros("860.00"))
        answer = decided(owing(replace(debt, promises=(promise("2026-11-23", "860.00", "500.00"),))))
        assert answer.decision == "wait"
        assert answer.waiting[0].kept == euros("360.00")

    def test_a_promise_of_a_part_leaves_the_rest_to_be_asked(self):
        answer = decided(owing(at_step("second", promises=(promise("2026-11-25", "300.00"),))))
        assert answer.decision == "soften"
        assert answer.amount == euros("560.00")
        assert answer.claims[0].kept == euros("300.00")

    @pytest.mark.parametrize(
        ("due", "decision"),
        [("2026-11-20", "call"), ("2026-11-21", "wait"), ("2026-11-22", "wait")],
        ids=["friday-is-past", "saturday-travels", "yesterday-travels"],
    )
    def test_two_days_of_travel_before_a_word_is_broken(self, due, decision):
        assert decided(owing(at_step("second", promises=(promise(due, "860.00"),)))).decision == decision

    def test_broken_even_when_no_step_falls_today(self):
        answer = decided(owing(invoice(due="2026-11-21", promises=(promise("2026-11-20", "860.00"),))))
        assert (answer.decision, codes(answer)[0]) == ("call", "promise_broken")

    def test_broken_by_what_is_missing_only(self):
        """400 of the 500 came: the word was not kept, and one speaks of it."""
        debt = at_step("second", balance="460.00", amount=euros("860.00"))
        answer = decided(owing(replace(debt, promises=(promise("2026-11-20", "500.00", "400.00"),))))
        assert (answer.decision, codes(answer)[0]) == ("call", "promise_broken")

    def test_kept_to_the_cent_it_says_nothing(self):
        debt = at_step("second", balance="360.00", amount=euros("860.00"))
        answer = decided(owing(replace(debt, promises=(promise("2026-11-20", "500.00", "500.00"),))))
        assert what(answer) == ("send", "helpful", "second")
        assert not {"promise", "promise_broken"} & set(codes(answer))

    def test_broken_but_already_spoken_about(self):
        """Somebody called on Saturday about Thursday's promise: the ordinary course goes on from there."""
        debt = at_step("second", promises=(promise("2026-11-19", "860.00"),))
        answer = decided(owing(debt, contacts=(spoke(49, direction="out"),)))
        assert codes(answer)[0] != "promise_broken"
        assert answer.step == "second"

    def test_broken_on_an_invoice_that_a_complaint_holds(self):
        """He no longer owes his word on what he contests: we answer first."""
        answer = decided(owing(at_step("second", promises=(promise("2026-11-20"),), complaints=(complaint(),))))
        assert (answer.decision, codes(answer)[0]) == ("wait", "complaint")

    def test_nobody_is_called_on_a_sunday_about_a_broken_word(self):
        answer = decided(owing(at_step("second", promises=(promise("2026-11-18"),))), on="2026-11-22")
        assert (answer.decision, codes(answer)[0]) == ("wait", "closed_day")
        assert answer.resume_on == TODAY

    def test_a_promise_of_the_customer_counts_for_the_oldest_invoice(self):
        old, new = at_step("second", number="F1", balance="300.00"), at_step("first", number="F2", balance="200.00")
        answer = decided(owing(new, old, promises=(promise("2026-11-27", "300.00"),)))
        assert numbers(answer.claims) == ["F2"]
        assert numbers(answer.waiting) == ["F1"]
        assert answer.amount == euros("200.00")


class TestMoneyOnItsWay:
    @pytest.mark.parametrize(("on", "decision"), [("2026-11-23", "wait"), ("2026-11-24", "wait"), ("2026-11-25", "send")])
    def test_until_its_last_day(self, on, decision):
        assert decided(owing(at_step("second", transits=(transit("2026-11-24"),))), on=on).decision == decision

    def test_a_part_on_its_way(self):
        answer = decided(owing(at_step("second", transits=(transit("2026-11-24", "600.00"),))))
        assert (answer.decision, answer.amount) == ("soften", euros("260.00"))
        assert "transit" in codes(answer)

    def test_more_than_the_balance_is_not_a_negative_claim(self):
        answer = decided(owing(at_step("second", transits=(transit("2026-11-24", "1000.00"),))))
        assert (answer.decision, answer.amount) == ("wait", euros("0"))

    def test_complaint_and_transit_add_up(self):
        debt = at_step("second", transits=(transit("2026-11-24", "300.00"),), complaints=(complaint(amount=euros("120.00")),))
        answer = decided(owing(debt))
        assert (answer.amount, answer.claims[0].kept) == (euros("440.00"), euros("420.00"))

    def test_paid_and_contested_is_paid(self):
        """A complaint of 120 € when 100 € are left: what is left is what is contested."""
        debt = at_step("second", balance="100.00", amount=euros("860.00"), complaints=(complaint(amount=euros("120.00")),))
        assert decided(owing(debt)).decision == "wait"


class TestComplaintsAndQuestions:
    def test_one_line_is_contested_the_rest_is_not(self):
        answer = decided(owing(at_step("second", complaints=(complaint(amount=euros("120.00")),))))
        assert (answer.decision, answer.tone) == ("soften", "delicate")
        assert (answer.amount, answer.claims[0].kept) == (euros("740.00"), euros("120.00"))
        assert "complaint" in codes(answer)

    def test_one_of_three_invoices_is_contested(self):
        """It is held; the two others are reminded more softly, and we know of the complaint and who follows it."""
        debts = [at_step("second", number=f"F{n}") for n in (1, 2, 3)]
        debts[1] = replace(debts[1], complaints=(complaint(),))
        answer = decided(owing(*debts))
        assert (answer.decision, answer.tone) == ("soften", "delicate")
        assert (numbers(answer.claims), numbers(answer.waiting)) == (["F1", "F3"], ["F2"])
        text = next(reason.text for reason in answer.reasons if reason.code == "complaint")
        assert "R2026-000007" in text
        assert "Nadia" in words(answer)

    def test_closed_it_holds_nothing_and_nothing_has_to_be_released(self):
        held = at_step("second", complaints=(complaint(),))
        assert decided(owing(held)).decision == "wait"
        assert what(decided(owing(replace(held, complaints=())))) == ("send", "helpful", "second")

    def test_a_complaint_on_no_invoice_softens_all(self):
        answer = decided(owing(at_step("second"), complaints=(complaint(),)))
        assert (answer.decision, answer.amount) == ("soften", euros("860.00"))

    @pytest.mark.parametrize("kind", ["question", "time"])
    def test_we_owe_an_answer_before_anything(self, kind):
        question = OpenQuestion(Link("interaction", "q1"), day("2026-10-30"), kind)
        answer = decided(owing(at_step("second", questions=(question,))))
        assert (answer.decision, codes(answer)[0]) == ("wait", "question")

    def test_a_question_is_not_worn_out_by_time(self):
        question = OpenQuestion(Link("interaction", "q1"), day("2026-07-01"))
        assert decided(owing(at_step("second", questions=(question,)))).decision == "wait"

    def test_a_reserved_question_keeps_its_words(self):
        question = OpenQuestion(Link("interaction", "q1"), day("2026-11-19"), hidden=True, colleague="Nadia")
        answer = decided(owing(at_step("second", questions=(question,))))
        assert answer.decision == "wait"
        assert "Nadia" in words(answer)


class TestWhatPeopleSaid:
    def test_upset_on_the_telephone_yesterday(self):
        answer = decided(owing(at_step("second"), contacts=(spoke(22, mood="upset", words="C’est inadmissible"),)))
        assert (answer.decision, codes(answer)[0]) == ("wait", "just_spoke")
        assert "upset" in codes(answer)

    def test_upset_last_week_and_nobody_called_back(self):
        answer = decided(owing(at_step("second"), contacts=(spoke(24 * 6, mood="upset"),)))
        assert (answer.decision, codes(answer)[0]) == ("call", "upset")

    def test_upset_last_week_and_heard_since(self):
        contacts = (spoke(24 * 4, direction="out"), spoke(24 * 6, mood="upset"))
        answer = decided(owing(at_step("second"), contacts=contacts))
        assert (answer.decision, answer.tone) == ("soften", "delicate")

    def test_upset_two_months_ago_is_past(self):
        answer = decided(owing(at_step("second"), contacts=(spoke(24 * 60, mood="upset"),)))
        assert answer.decision == "send"

    def test_worried_is_written_to_gently(self):
        answer = decided(owing(at_step("second"), contacts=(spoke(24 * 5, mood="worried"),)))
        assert (answer.decision, answer.tone) == ("soften", "delicate")

    @pytest.mark.parametrize(("hours", "decision"), [(47, "wait"), (49, "send")])
    @pytest.mark.parametrize("kind", ["call", "visit", "meeting", "message", "email", "letter"])
    @pytest.mark.parametrize("direction", ["in", "out"])
    def test_two_days_after_any_word_by_a_person(self, hours, decision, kind, direction):
        assert decided(owing(at_step("second"), contacts=(spoke(hours, kind, direction),))).decision == decision

    def test_a_reserved_exchange_counts_by_its_date_alone(self):
        answer = decided(owing(at_step("second"), contacts=(spoke(20, colleague="Nadia", hidden=True),)))
        assert (answer.decision, codes(answer)[0]) == ("wait", "just_spoke")
        assert "un échange réservé" in words(answer)
        assert "Nadia" in words(answer)

    @pytest.mark.parametrize(
        ("score", "on", "decision"),
        [(1, "2026-11-23", "call"), (2, "2026-10-25", "call"), (2, "2026-10-20", "send"), (3, "2026-11-20", "send")],
    )
    def test_a_bad_note_is_answered_by_a_voice(self, score, on, decision):
        answer = decided(owing(at_step("second"), satisfaction=Satisfaction(Link("answer", "s"), score, day(on))))
        assert answer.decision == decision

    def test_nobody_is_called_before_the_day(self):
        """An unhappy client is not even written to about a bill that is not due."""
        noted = Satisfaction(Link("answer", "s"), 1, day("2026-11-20"))
        assert decided(owing(invoice(due="2026-11-28"), satisfaction=noted)).decision == "wait"

    @pytest.mark.parametrize(("step", "decision"), [("first", "send"), ("second", "call")])
    def test_who_prefers_the_telephone(self, step, decision):
        assert decided(owing(at_step(step), preferred_channel="phone")).decision == decision

    def test_first_delay_is_said_of_old_and_faithful_clients_only(self):
        faithful = {"paid_on_time": 8, "paid_late": 0}
        assert decided(owing(at_step("first"), **faithful, client_since=day("2024-11-20"))).decision == "soften"
        assert decided(owing(at_step("first"), **faithful, client_since=day("2026-03-01"))).decision == "send"
        assert decided(owing(at_step("first"), paid_on_time=8, paid_late=1, client_since=day("2020-03-01"))).decision == "send"
        assert decided(owing(invoice(due="2026-11-28"), **faithful, client_since=day("2022-01-01"))).decision == "send"


class TestAddresses:
    def test_a_bounced_address_is_named_and_one_calls(self):
        bounced = RefusedAddress(Link("contact", "k"), "compta@pelisson.example", "M. Pélisson", day("2026-11-12"))
        answer = decided(owing(at_step("first"), email="", refused=(bounced,)))
        assert (answer.decision, codes(answer)[0]) == ("call", "no_address")
        assert "compta@pelisson.example" in words(answer)

    def test_another_address_still_works(self):
        bounced = RefusedAddress(Link("contact", "k"), "ancienne@pelisson.example", "M. Pélisson", day("2026-11-12"))
        assert decided(owing(at_step("first"), refused=(bounced,))).decision == "send"

    def test_neither_address_nor_number(self):
        answer = decided(owing(at_step("first"), email="", phone=""))
        assert (answer.decision, codes(answer)[0]) == ("call", "no_address")

    def test_no_address_and_nothing_due_is_nobody_s_task(self):
        assert decided(owing(invoice(due="2026-11-28"), email="")).decision == "wait"


class TestHolds:
    def test_until_tomorrow(self):
        situation = owing(at_step("second"), holds=(hold("2026-11-24", tomorrow=True, reason=""),))
        assert (decided(situation).decision, codes(decided(situation))[0]) == ("wait", "hold")
        assert decided(situation).resume_on == day("2026-11-24")
        assert decided(situation, on="2026-11-24").decision == "send"

    def test_who_decided_and_why_is_told(self):
        said = words(decided(owing(at_step("second"), holds=(hold("2026-12-07"),))))
        assert "Camille" in said
        assert "Deuil dans la famille" in said

    def test_a_hold_on_one_invoice_leaves_the_other(self):
        held, free = at_step("second", number="F1", holds=(hold("2026-12-07"),)), at_step("second", number="F2")
        answer = decided(owing(held, free))
        assert (numbers(answer.claims), numbers(answer.waiting)) == (["F2"], ["F1"])

    def test_a_hold_stops_even_a_broken_promise(self):
        situation = owing(at_step("second", promises=(promise("2026-11-18"),)), holds=(hold("2026-12-07"),))
        assert (decided(situation).decision, codes(decided(situation))[0]) == ("wait", "hold")


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "due", "closed", "resumes"),
        [
            ("national", "2026-11-18", "2026-11-21", "2026-11-23"),  # a Saturday
            ("national", "2026-12-22", "2026-12-25", "2026-12-28"),  # Christmas, a Friday
            ("national", "2027-05-14", "2027-05-17", "2027-05-18"),  # Whit Monday
            ("alsace-moselle", "2027-03-23", "2027-03-26", "2027-03-30"),  # Good Friday, then Easter Monday
            ("976", "2027-04-24", "2027-04-27", "2027-04-28"),  # Mayotte
            ("971", "2027-05-24", "2027-05-27", "2027-05-28"),  # Guadeloupe
            ("977", "2028-10-06", "2028-10-09", "2028-10-10"),  # Saint-Barthélemy
        ],
    )
    def test_closed_days_of_the_zone(self, zone, due, closed, resumes):
        situation = owing(invoice(due=due), zone=zone)
        answer = decided(situation, on=closed)
        assert (answer.decision, codes(answer)[0], answer.resume_on) == ("wait", "closed_day", day(resumes))
        assert decided(situation, on=resumes).step == "first"

    @pytest.mark.parametrize(
        ("zone", "on"), [("national", "2027-03-26"), ("national", "2027-04-27"), ("973", "2027-05-27"), ("975", "2027-05-27")]
    )
    def test_the_holiday_of_another_zone_is_a_day_like_any_other(self, zone, on):
        assert decided(owing(invoice(due=day(on) - timedelta(3)), zone=zone), on=on).step == "first"

    def test_before_its_day_nothing_falls(self):
        answer = decided(owing(invoice(due="2026-11-12")), on="2026-11-13")
        assert (answer.decision, codes(answer)[0]) == ("wait", "not_yet")
        assert answer.resume_on == day("2026-11-16")  # J+3 is Sunday 15

    @pytest.mark.parametrize(
        ("on", "decision"),
        [("2026-11-20", "wait"), ("2026-11-23", "send"), ("2026-11-25", "send"), ("2026-11-27", "send"), ("2026-11-30", "wait")],
    )
    def test_information_from_its_day_to_the_due_date(self, on, decision):
        """Due on Saturday 28: from Monday 23 to that day; on the 30th it is J+2 and too late for a word before."""
        answer = decided(owing(invoice(due="2026-11-28")), on=on)
        assert answer.decision == decision

    def test_information_once(self):
        answer = decided(owing(invoice(due="2026-11-28", reminders=(done("information", "2026-11-23"),))), on="2026-11-27")
        assert answer.decision == "wait"

    def test_an_invoice_just_issued_is_not_announced_again(self):
        answer = decided(owing(invoice(due="2026-11-27", issued_on=TODAY)))
        assert (answer.decision, codes(answer)[0]) == ("wait", "not_yet")

    def test_forty_days_and_nobody_ever_said_a_word(self):
        """One does not begin by a formal notice."""
        assert what(decided(owing(invoice(due="2026-10-14")))) == ("send", "delicate", "first")

    @pytest.mark.parametrize(("on", "step"), [("2026-11-12", ""), ("2026-11-16", "second")])
    def test_a_late_word_puts_off_the_next_one(self, on, step):
        """Due on 2 November; the first word left on the 9th (J+7) instead of the 5th: the second on the 16th."""
        assert decided(owing(invoice(due="2026-11-02", reminders=(done("first", "2026-11-09"),))), on=on).step == step

    def test_counted_from_the_due_date_and_not_from_a_sunday(self):
        """J+10 is Sunday 11 October, done on Monday 12 as it should: J+20 remains Wednesday 21."""
        past = (done("first", "2026-10-05"), done("second", "2026-10-12"))
        answer = decided(owing(invoice(due="2026-10-01", reminders=past)), on="2026-10-21")
        assert (answer.decision, answer.step, answer.step_on, answer.late_days) == ("call", "call", day("2026-10-21"), 0)

    def test_a_call_nobody_made_stays_late_and_named(self):
        """J+20 was 2 November; on the 23rd the formal notice's day is long past, and it is still the call's turn."""
        answer = decided(owing(at_step("call", on=day("2026-11-02"))))
        assert (answer.decision, answer.tone, answer.step) == ("call", "spoken", "call")
        assert (answer.step_on, answer.late_days) == (day("2026-11-02"), 21)
        assert "Karim" in words(answer)

    def test_written_to_yesterday(self):
        debts = (
            at_step("second", on=day("2026-11-24"), number="F1"),
            invoice("F2", "2026-11-20", reminders=(done("first", TODAY),)),
        )
        answer = decided(owing(*debts), on="2026-11-24")
        assert (answer.decision, codes(answer)[0]) == ("wait", "just_reminded")

    def test_a_mail_that_may_still_be_taken_back(self):
        debt = invoice(reminders=(done("first", TODAY, leaving=True),))
        answer = decided(owing(debt, at_step("first", number="F2")))
        assert (answer.decision, codes(answer)[0]) == ("wait", "leaving")


class TestOneMail:
    def test_two_invoices_at_different_steps(self):
        answer = decided(owing(at_step("first", number="F1", balance="100.00"), at_step("second", number="F2", balance="200.00")))
        assert what(answer) == ("send", "helpful", "second")
        assert {claim.debt.number: claim.step for claim in answer.claims} == {"F1": "first", "F2": "second"}
        assert answer.amount == euros("300.00")

    def test_what_is_late_without_a_step_today_is_mentioned(self):
        late = invoice("F1", "2026-11-16", reminders=(done("first", "2026-11-19"),))  # J+7: its next is J+10
        answer = decided(owing(late, at_step("second", number="F2")))
        assert numbers(answer.claims) == ["F1", "F2"]

    def test_what_is_not_due_is_not_claimed_with_what_is_late(self):
        answer = decided(owing(at_step("second", number="F1"), invoice("F2", "2026-12-20")))
        assert numbers(answer.claims) == ["F1"]

    def test_a_call_is_about_all_of_them(self):
        answer = decided(owing(at_step("call", number="F1"), at_step("first", number="F2")))
        assert (answer.decision, numbers(answer.claims)) == ("call", ["F1", "F2"])

    def test_a_formal_notice_speaks_of_its_invoice_alone(self):
        answer = decided(owing(at_step("formal_notice", number="F1"), at_step("first", number="F2")))
        assert (answer.tone, numbers(answer.claims)) == ("formal", ["F1"])

    def test_the_order_of_the_rows_changes_nothing(self):
        debts = (
            at_step("first", number="F1", balance="100.00"),
            at_step("second", number="F2", balance="200.00", complaints=(complaint(amount=euros("50.00")),)),
            at_step("second", number="F3", balance="300.00", transits=(transit("2026-11-25"),)),
            invoice("F4", "2027-01-10"),
        )
        given = owing(promises=(promise("2026-11-30", "80.00"),))
        answers = [decided(replace(given, debts=order)) for order in permutations(debts)]
        assert answers == [answers[0]] * 24


class TestNothingToSay:
    @pytest.mark.parametrize("amount", ["860.00", "0.00"], ids=["paid-or-credited", "nothing"])
    def test_a_balance_of_zero_is_never_spoken_of(self, amount):
        """Paid, or covered by a credit note: the balance says it."""
        answer = decided(owing(at_step("second", amount=euros(amount), balance="0.00")))
        assert (answer.decision, answer.claims, answer.waiting) == ("wait", (), ())

    def test_a_credit_note_on_a_part_is_deducted(self):
        answer = decided(owing(at_step("second", amount=euros("860.00"), balance="560.00")))
        assert answer.amount == euros("560.00")

    def test_a_surplus_is_never_asked_for(self):
        answer = decided(owing(at_step("second", number="F1", balance="-20.00"), at_step("first", number="F2")))
        assert (answer.step, numbers(answer.claims), answer.amount) == ("first", ["F2"], euros("860.00"))

    def test_a_client_who_owes_nothing(self):
        assert decided(owing()).decision == "wait"

    def test_paid_a_broken_promise_is_forgotten(self):
        answer = decided(owing(at_step("second", balance="0.00"), promises=(promise("2026-11-18", "860.00"),)))
        assert answer.decision == "wait"
        assert "promise_broken" not in codes(answer)


class TestTheLaw:
    @pytest.mark.parametrize("client_type", ["consumer", "non_professional", "unknown"])
    @pytest.mark.parametrize("step", ["first", "second", "call", "formal_notice"])
    def test_never_forty_euros_nor_penalties(self, client_type, step):
        said = words(decided(owing(at_step(step), client_type=client_type))).casefold()
        assert [word for word in ("40\u00a0€", "40 €", "pénalité", "indemnité", "huissier", "tribunal") if word in said] == []

    def test_a_client_whose_type_nobody_said_is_treated_as_a_consumer(self):
        for step in LATE_STEPS:
            given = owing(at_step(step))
            assert decided(replace(given, client_type="unknown")) == decided(replace(given, client_type="consumer"))

    def test_a_formal_notice_is_prepared_and_left_to_a_person(self):
        answer = decided(owing(at_step("formal_notice")))
        assert what(answer) == ("send", "formal", "formal_notice")
        assert answer.would_change

    def test_a_formal_notice_does_not_go_over_a_complaint(self):
        answer = decided(owing(at_step("formal_notice", complaints=(complaint(),))))
        assert (answer.decision, codes(answer)[0]) == ("wait", "complaint")

    def test_nothing_is_sent_to_a_public_body_but_facts(self):
        answer = decided(owing(at_step("first"), client_type="public", paid_late=0, client_since=day("2020-01-06")))
        assert (answer.decision, answer.tone) == ("soften", "factual")
