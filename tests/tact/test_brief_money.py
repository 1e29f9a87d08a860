"""What the brief says of money, complaints, questions and notes, in the words of the queue."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from billing.questions import ask
from complaints.handling import open_complaint
from crm.exchanges import log_interaction
from crm.models import Company, Customer
from lib import clock
from tact import situation
from tact.brief import compose
from tact.decide import decide
from tact.facts import (
    Brief,
    ComplaintNow,
    Contact,
    Debt,
    Link,
    MoneyPromise,
    MoneySituation,
    OpenQuestion,
    Owed,
    Promise,
    Situation,
)
from tact.planning import plan_one
from tests.tact.owing import MONDAY, invoice, promised

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SPOKE = Contact(Link("interaction", "c"), NOW - timedelta(days=5), "call", "in", "Camille")
PERRIN = Situation(Link("customer", "c1"), "Garage Perrin", phone="+33639980112", has_usable_email=True, contacts=(SPOKE,))
BILL = Debt(Link("invoice", "i1"), "F2026-000131", "Porte", Decimal(860), Decimal(860), date(2026, 10, 21), date(2026, 11, 20))
OWING = MoneySituation(Link("customer", "c1"), "Garage Perrin", "professional", debts=(BILL,), email="a@b.example")
DUTY = ComplaintNow(
    Link("complaint", "r"), "Réclamation R2026-000007", date(2026, 11, 2), date(2026, 12, 29), "answer", True, "Camille"
)


def owed(**facts: Any) -> Owed:
    found = replace(OWING, **facts)
    return Owed(found, decide(found, on=MONDAY, now=NOW))


def brief(known: Situation) -> Brief:
    return compose(known, today=MONDAY, now=NOW)


def told(answer: Brief, code: str) -> list[str]:
    return [line.text.replace("\u00a0", " ") for line in answer.lines if line.code == code]


BROKEN = replace(BILL, promises=(MoneyPromise(Link("commitment", "p"), date(2026, 11, 20), Decimal(860)),))
KEPT = replace(BILL, promises=(MoneyPromise(Link("commitment", "p"), date(2026, 11, 25), Decimal(860)),))


@pytest.mark.parametrize(
    ("known", "rule", "headline"),
    [
        (replace(PERRIN, complaints=(DUTY,)), 11, "Une réclamation attend notre réponse"),
        (replace(PERRIN, complaints=(replace(DUTY, ours=False),)), 10, "Rien d’urgent"),
        (PERRIN, 10, "Rien n’attend"),
        (replace(PERRIN, owed=owed(debts=(BROKEN,))), 12, "Appelez au sujet de ce qui est dû"),
        (replace(PERRIN, owed=owed()), 13, "Un rappel est prêt"),
        (replace(PERRIN, owed=owed(debts=(KEPT,))), 10, "Rien d’urgent"),
        (replace(PERRIN, complaints=(DUTY,), owed=owed(debts=(BROKEN,))), 11, "Une réclamation attend notre réponse"),
    ],
)
def test_the_headline_of_money_and_complaints(known: Situation, rule: int, headline: str) -> None:
    answer = brief(known)
    assert (answer.rule, answer.headline) == (rule, headline)


def test_a_call_about_money_offers_the_number_and_says_why() -> None:
    answer = brief(replace(PERRIN, owed=owed(debts=(BROKEN,))))
    assert answer.advice.replace("\u00a0", " ") == "Avait promis pour vendredi 20 novembre, rien n’est arrivé."
    assert answer.phone == "+33639980112"


def test_what_is_due_is_told_in_the_words_of_the_queue() -> None:
    answer = brief(replace(PERRIN, owed=owed(debts=(KEPT,))))
    assert told(answer, "overdue") == ["860,00 € échus depuis vendredi"]
    assert told(answer, "reminder") == ["Rien ne part : A promis 860,00 € pour mercredi 25 novembre"]
    two = brief(replace(PERRIN, owed=owed(debts=(BILL, replace(BILL, number="F2", balance=Decimal(40))))))
    assert told(two, "overdue") == ["900,00 € échus sur 2 factures, depuis vendredi"]
    soon = brief(replace(PERRIN, owed=owed(debts=(replace(BILL, due_on=date(2026, 11, 30)),))))
    assert (told(soon, "due_soon"), told(soon, "reminder")) == (["860,00 € à régler pour lundi 30 novembre"], [])


def test_a_complaint_is_told_with_its_dates_and_late_when_it_is() -> None:
    answer = brief(replace(PERRIN, complaints=(DUTY,)))
    assert told(answer, "complaint") == [
        "Réclamation R2026-000007, depuis lundi 2 novembre, réponse avant le 29 décembre 2026, suivie par Camille"
    ]
    late = brief(replace(PERRIN, complaints=(replace(DUTY, falls_on=date(2026, 11, 20)),)))
    assert [line.late for line in late.lines if line.code == "complaint"] == [True]


def test_a_question_is_told_unless_our_promise_to_answer_already_is() -> None:
    asked = OpenQuestion(Link("interaction", "q"), date(2026, 11, 20))
    waiting = replace(PERRIN, owed=owed(debts=(replace(BILL, questions=(asked,)),)))
    assert told(brief(waiting), "question") == ["Question posée vendredi, nous n’avons pas encore répondu"]
    answering = Promise(Link("commitment", "k"), True, "Répondre à sa question", MONDAY, due_at=time(18), source="q")
    assert told(brief(replace(waiting, promises=(answering,))), "question") == []


def test_a_colleague_s_note_of_this_morning_is_told() -> None:
    note = Contact(Link("interaction", "n"), NOW, "note", "", "Thomas", words="Le rail est tordu. On le change.")
    assert told(brief(replace(PERRIN, note=note)), "note") == ["Note de Thomas aujourd’hui : Le rail est tordu."]


# --- from the real tables


@pytest.mark.django_db
def test_the_record_the_queue_and_the_api_say_the_same(
    company: Company, le_goff: Customer, karim: User, as_karim: Client
) -> None:
    with clock.travelling(NOW):
        bill = invoice(le_goff)
        promised(bill, due_on=date(2026, 11, 25), amount="860.00", author=karim)
        planned = plan_one(le_goff, on=MONDAY, now=NOW)
        assert planned is not None
        reason = planned.decision.reasons[0].text
        record = as_karim.get(f"/clients/{le_goff.public_id}/").content.decode()
        queue = as_karim.get("/relances/").content.decode()
    assert (f"Rien ne part\u00a0: {reason}" in record, reason in queue) == (True, True)


@pytest.mark.django_db
def test_what_the_reader_may_not_see_is_not_told(company: Company, le_goff: Customer, karim: User, lecture: User) -> None:
    with clock.travelling(NOW):
        bill = invoice(le_goff)
        ask(bill, words="Pourquoi ?", contact=None)
        open_complaint(
            customer=le_goff, subject="Porte", body="Elle frotte.", channel="email", by=karim, today=MONDAY, sent_on=MONDAY
        )
        log_interaction(le_goff, by=karim, kind="note", body="Entre nous.", visibility="me")
        lecture.taken = ["see_amounts"]
        theirs = situation.read(le_goff, user=lecture, now=NOW)
        mine = situation.read(le_goff, user=karim, now=NOW)
    assert (theirs.owed, theirs.complaints, theirs.note) == (None, (), None)
    assert mine.owed is not None
    assert [row.code for row in mine.complaints] == ["acknowledge"]
    assert mine.note is not None


@pytest.mark.django_db
def test_what_is_due_costs_the_same_whatever_is_due(
    company: Company, le_goff: Customer, karim: User, django_assert_max_num_queries: Any
) -> None:
    with clock.travelling(NOW):
        invoice(le_goff)
        with django_assert_max_num_queries(17):
            situation.read(le_goff, user=karim, now=NOW)
        for _number in range(20):
            invoice(le_goff)
        with django_assert_max_num_queries(17):
            situation.read(le_goff, user=karim, now=NOW)
