"""The rules of `docs/reminders.md`, case by case: the half written by their author."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

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

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PERRIN = Debt(Link("invoice", "i1"), "F2026-000131", "Porte", Decimal(860), Decimal(860), date(2026, 10, 21), date(2026, 11, 20))
GARAGE = MoneySituation(
    Link("customer", "c1"), "Garage Perrin", "professional", debts=(PERRIN,), email="compta@garage.example", phone="+33639980112"
)


def due(days_ago: int, *, number: str = "F2026-000131", balance: int = 860, **facts: object) -> Debt:
    """An invoice due so many days before the Monday."""
    due_on = MONDAY - timedelta(days=days_ago)
    debt = Debt(Link("invoice", number), number, "Porte", Decimal(balance), Decimal(balance), due_on - timedelta(days=30), due_on)
    return replace(debt, **facts)


def done(step: str, days_ago: int, **facts: object) -> PastReminder:
    return PastReminder(Link("reminder", step), step, MONDAY - timedelta(days=days_ago), **facts)


def with_debts(*debts: Debt, **facts: object) -> MoneySituation:
    return replace(GARAGE, debts=debts, **facts)


def on_monday(situation: MoneySituation) -> Decision:
    return decide(situation, on=MONDAY, now=NOW)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def spoke(days_ago: float, kind: str = "call", direction: str = "in", **facts: object) -> Contact:
    return Contact(Link("interaction", f"x{days_ago}"), NOW - timedelta(days=days_ago), kind, direction, "Camille", **facts)


COMPLAINT = OpenComplaint(Link("complaint", "r7"), "Réclamation R2026-000007", date(2026, 11, 2), owner="Camille")
QUESTION = OpenQuestion(Link("interaction", "q"), date(2026, 11, 19))
PROMISED = MoneyPromise(Link("commitment", "p"), date(2026, 11, 25), Decimal(860), noted_by="Karim")
BROKEN = replace(PROMISED, due_on=date(2026, 11, 20))
COMING = Transit(Link("interaction", "t"), date(2026, 11, 20), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("situation", "decision", "tone", "step", "deciding"),
    [
        (with_debts(due(-5)), "send", "plain", "information", "step"),
        (with_debts(due(3)), "send", "delicate", "first", "step"),
        (with_debts(due(10, reminders=(done("first", 7),))), "send", "helpful", "second", "step"),
        (with_debts(due(20, reminders=(done("first", 17), done("second", 10)))), "call", "spoken", "call", "step"),
        (
            with_debts(due(30, reminders=(done("first", 27), done("second", 20), done("call", 10, how="call")))),
            "send",
            "formal",
            "formal_notice",
            "step",
        ),
        # Nobody ever wrote: one begins at the beginning, however late.
        (with_debts(due(90)), "send", "delicate", "first", "step"),
        (with_debts(due(3, complaints=(COMPLAINT,))), "wait", "", "", "complaint"),
        (with_debts(due(3, complaints=(replace(COMPLAINT, amount=Decimal(100)),))), "soften", "delicate", "first", "complaint"),
        (with_debts(due(3), complaints=(COMPLAINT,)), "soften", "delicate", "first", "complaint"),
        (with_debts(due(3, questions=(QUESTION,))), "wait", "", "", "question"),
        (with_debts(due(3, promises=(PROMISED,))), "wait", "", "", "promise"),
        (with_debts(due(3, promises=(replace(PROMISED, amount=Decimal(200)),))), "soften", "delicate", "first", "promise"),
        (with_debts(due(3), promises=(PROMISED,)), "wait", "", "", "promise"),
        (with_debts(due(3, promises=(BROKEN,))), "call", "spoken", "first", "promise_broken"),
        # The day after its day, a transfer may still be on its way; on the third it is not.
        (with_debts(due(3, promises=(replace(PROMISED, due_on=date(2026, 11, 21)),))), "wait", "", "", "promise"),
        (with_debts(due(3, promises=(replace(BROKEN, received=Decimal(860)),))), "send", "delicate", "first", "step"),
        (with_debts(due(3, promises=(BROKEN,)), contacts=(spoke(2.1),)), "send", "delicate", "first", "step"),
        (with_debts(due(3, transits=(COMING,))), "wait", "", "", "transit"),
        (with_debts(due(3, transits=(replace(COMING, until_on=date(2026, 11, 22)),))), "send", "delicate", "first", "step"),
        (
            with_debts(due(3), holds=(DatedHold(Link("hold", "h"), date(2026, 11, 24), "À demain", "Karim", tomorrow=True),)),
            "wait",
            "",
            "first",
            "hold",
        ),
        (
            with_debts(due(3), holds=(DatedHold(Link("hold", "h"), MONDAY, "Décès", "Karim"),)),
            "send",
            "delicate",
            "first",
            "step",
        ),
        (with_debts(due(3), contacts=(spoke(1.9),)), "wait", "", "first", "just_spoke"),
        (with_debts(due(3), contacts=(spoke(2),)), "send", "delicate", "first", "step"),
        (with_debts(due(3), contacts=(spoke(10, mood="upset"),)), "call", "spoken", "first", "upset"),
        (
            with_debts(due(3), contacts=(spoke(5, direction="out"), spoke(10, mood="upset"))),
            "soften",
            "delicate",
            "first",
            "mood",
        ),
        (with_debts(due(3), contacts=(spoke(10, mood="worried"),)), "soften", "delicate", "first", "mood"),
        (with_debts(due(3), contacts=(spoke(31, mood="upset"),)), "send", "delicate", "first", "step"),
        (with_debts(due(3), contacts=(spoke(10, mood="", hidden=True),)), "send", "delicate", "first", "step"),
        (
            with_debts(due(3), satisfaction=Satisfaction(Link("answer", "s"), 2, date(2026, 11, 9))),
            "call",
            "spoken",
            "first",
            "dissatisfied",
        ),
        (with_debts(due(-5), contacts=(spoke(10, mood="upset"),)), "wait", "", "information", "upset"),
        (with_debts(due(3), email=""), "call", "spoken", "first", "no_address"),
        (with_debts(due(-5), email=""), "wait", "", "information", "no_address"),
        (
            with_debts(due(10, reminders=(done("first", 7),)), preferred_channel="phone"),
            "call",
            "spoken",
            "second",
            "prefers_voice",
        ),
        (with_debts(due(3), preferred_channel="phone"), "send", "delicate", "first", "step"),
        (
            with_debts(due(3), paid_on_time=31, client_since=date(2022, 11, 23)),
            "soften",
            "delicate",
            "first",
            "first_delay",
        ),
        (with_debts(due(3), paid_on_time=31, paid_late=1, client_since=date(2022, 11, 23)), "send", "delicate", "first", "step"),
        (with_debts(due(3), client_type="public"), "soften", "factual", "first", "public"),
        (with_debts(due(-5), client_type="public"), "send", "plain", "information", "step"),
        (
            with_debts(due(12, number="A", reminders=(done("first", 2),)), due(3, number="B")),
            "wait",
            "",
            "first",
            "just_reminded",
        ),
        (with_debts(due(-20)), "wait", "", "", "not_yet"),
        (with_debts(due(0)), "send", "plain", "information", "step"),
        (with_debts(due(0, reminders=(done("information", 5),))), "wait", "", "", "not_yet"),
        (with_debts(), "wait", "", "", "all_done"),
        (with_debts(due(12, reminders=(done("first", 3),), promises=(PROMISED,))), "wait", "", "", "promise"),
        (with_debts(due(-8, questions=(QUESTION,))), "wait", "", "", "question"),
    ],
)
def test_the_first_rule_that_applies_decides(
    situation: MoneySituation, decision: str, tone: str, step: str, deciding: str
) -> None:
    answer = on_monday(situation)
    assert (answer.decision, answer.tone, answer.step, codes(answer)[0]) == (decision, tone, step, deciding)


def test_the_words_are_those_of_the_day_they_are_read() -> None:
    situation = with_debts(due(9, promises=(replace(PROMISED, due_on=date(2026, 11, 24), promised_on=date(2026, 11, 22)),)))
    sunday = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    told = decide(situation, on=MONDAY, now=sunday).reasons[0].text
    assert told == "A promis 860,00\u00a0€ pour mardi 24\u00a0novembre, noté par Karim aujourd’hui"


def test_the_part_under_complaint_waits_and_the_rest_does_not() -> None:
    disputed = due(3, number="A", complaints=(replace(COMPLAINT, amount=Decimal("100.50")),))
    whole = due(3, number="B", complaints=(COMPLAINT,))
    answer = on_monday(with_debts(disputed, whole, due(3, number="C")))
    assert [(claim.debt.number, claim.amount) for claim in answer.claims] == [("A", Decimal("759.50")), ("C", Decimal(860))]
    assert [(claim.debt.number, claim.kept) for claim in answer.waiting] == [("A", Decimal("100.50")), ("B", Decimal(860))]
    assert answer.amount == Decimal("1619.50")
    assert "suivie par Camille" in answer.reasons[0].text


def test_a_promise_of_the_customer_keeps_the_oldest_invoices_back_first() -> None:
    answer = on_monday(with_debts(due(3, number="B"), due(40, number="A"), promises=(replace(PROMISED, amount=Decimal(1000)),)))
    assert [(claim.debt.number, claim.amount) for claim in answer.claims] == [("B", Decimal(720))]


def test_one_message_mentions_what_is_late_without_a_step_today() -> None:
    answer = on_monday(with_debts(due(12, number="A", reminders=(done("first", 8),)), due(1, number="B"), due(-20, number="C")))
    assert [(claim.debt.number, claim.step) for claim in answer.claims] == [("A", "second"), ("B", "")]


def test_a_step_on_a_closed_day_goes_to_the_next_working_day_of_the_zone() -> None:
    sunday_due = replace(PERRIN, due_on=date(2026, 4, 30))  # J+3 is Sunday 3 May
    at = replace(GARAGE, debts=(sunday_due,))
    assert decide(at, on=date(2026, 5, 1)).reasons[0].code == "closed_day"
    assert decide(at, on=date(2026, 5, 3)).resume_on == date(2026, 5, 4)
    assert decide(at, on=date(2026, 5, 4)).decision == "send"
    stephen = replace(GARAGE, debts=(replace(PERRIN, due_on=date(2025, 12, 23)),))  # J+3 is 26 December
    assert decide(stephen, on=date(2025, 12, 26)).decision == "send"
    assert decide(replace(stephen, zone="alsace-moselle"), on=date(2025, 12, 26)).reasons[0].code == "closed_day"


def test_a_call_nobody_makes_stays_late_and_named() -> None:
    past = (done("first", 50), done("second", 43))
    answer = on_monday(with_debts(due(54, reminders=past), owner="Karim"))
    assert (answer.decision, answer.step, answer.late_days) == ("call", "call", 34)
    assert answer.reasons[0].text == "J+20, un appel prévu mardi 20\u00a0octobre, en retard de 34 jours, à Karim"


def test_steps_keep_their_distance_when_they_are_done_late() -> None:
    late = due(30, reminders=(done("first", 4),))
    assert on_monday(with_debts(late)).reasons[0].code == "not_yet"
    assert on_monday(with_debts(late)).resume_on == MONDAY + timedelta(days=3)


def test_nobody_gets_two_mails_in_two_days_and_the_one_on_its_way_is_told() -> None:
    leaving = due(10, number="A", reminders=(done("first", 0, leaving=True),))
    answer = on_monday(with_debts(leaving, due(3, number="B")))
    assert (answer.decision, codes(answer)[0], answer.held) == ("wait", "leaving", False)


def test_a_reserved_exchange_gives_its_date_and_its_colleague_never_its_words() -> None:
    secret = spoke(10, words="Elle divorce.", hidden=True)
    answer = on_monday(with_debts(due(3), contacts=(secret,)))
    (told,) = [reason for reason in answer.reasons if reason.code == "contact"]
    assert told.text == "Dernier échange le 13\u00a0novembre, un échange réservé, voir Camille"


def test_the_refused_address_is_named() -> None:
    refused = RefusedAddress(Link("address", "x"), "compta@garage.example", "Garage Perrin", date(2026, 11, 2))
    answer = on_monday(with_debts(due(3), email="", refused=(refused,)))
    assert answer.reasons[0].text == "L’adresse compta@garage.example est refusée depuis le 2\u00a0novembre"


def test_the_formal_notice_speaks_only_of_the_invoices_at_that_step() -> None:
    firm = (done("first", 27), done("second", 20), done("call", 10, how="call"))
    answer = on_monday(with_debts(due(30, number="A", reminders=firm), due(3, number="B")))
    assert [claim.debt.number for claim in answer.claims] == ["A"]
    assert answer.tone == "formal"


@pytest.mark.parametrize("client_type", ["consumer", "professional", "non_professional", "public", "unknown"])
def test_what_one_says_of_it_exists_in_both_languages(client_type: str) -> None:
    at = replace(GARAGE, client_type=client_type)
    assert decide(at, on=MONDAY, language="en").claims == decide(at, on=MONDAY).claims


def test_what_keeps_it_back_says_when_it_will_be_looked_at_again() -> None:
    answer = on_monday(with_debts(due(3, promises=(PROMISED,))))
    assert answer.resume_on == date(2026, 11, 30)  # 25 + 2 days, then a Saturday
    assert answer.would_change == ("À relire lundi 30\u00a0novembre",)
    assert answer.held


@pytest.mark.parametrize(
    ("kept", "expected"),
    [("0.00", ("send", 860)), ("0.01", ("soften", Decimal("859.99"))), ("860.00", ("wait", 0)), ("900.00", ("wait", 0))],
)
def test_nobody_is_asked_for_what_they_gave(kept: str, expected: tuple[str, Decimal]) -> None:
    decision = on_monday(with_debts(PERRIN, kept=Decimal(kept)))
    assert (decision.decision, decision.amount) == expected
    assert ("kept" in codes(decision)) == (Decimal(kept) > 0)


def test_what_we_hold_serves_the_oldest_invoice() -> None:
    decision = on_monday(with_debts(due(20, number="F1", balance=100), due(3, number="F2", balance=100), kept=Decimal(150)))
    assert [(claim.debt.number, claim.amount) for claim in decision.claims] == [("F2", Decimal(50))]
    (held,) = [claim for claim in decision.waiting if claim.debt.number == "F1"]
    assert held.reasons[0].text == "Nous gardons 150,00\u00a0€ à ce client, qui ne comptent sur aucune facture"
