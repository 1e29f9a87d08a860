"""The words of a reminder, whole, in both languages: what is read here is what leaves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lib.errors import Refusal
from tact.decide import decide
from tact.facts import Debt, Decision, Link, MoneySituation, OpenComplaint, PastReminder
from tact.message import Message, compose, differences, formal_notice, with_doors

GOLDEN = Path(__file__).parent.parent / "golden" / "reminders"
MONDAY = date(2026, 11, 23)
VALUES = {
    "fr": {"salutation": "Bonjour Monsieur Perrin,", "formule": "Bien à vous,", "signature": "Karim\nMenuiserie Duval"},
    "en": {"salutation": "Dear Mr Perrin,", "formule": "Kind regards,", "signature": "Karim\nMenuiserie Duval"},
}
DOORS = [("Payer", "https://egards.example/f/1/regler/"), ("Parler", "https://egards.example/f/1/question/")]
PORTE = Debt(Link("invoice", "i1"), "F2026-000131", "Porte", Decimal(860), Decimal(860), date(2026, 10, 21), date(2026, 11, 20))
PERRIN = MoneySituation(Link("customer", "c1"), "Garage Perrin", "professional", debts=(PORTE,), email="p@garage.example")


def past(step: str, on: date, how: str = "mail") -> PastReminder:
    return PastReminder(Link("reminder", step), step, on, how)


OLD = replace(PORTE, number="F2026-000118", due_on=date(2026, 11, 9), balance=Decimal("420.50"))
FIRST = (past("first", date(2026, 11, 12)),)
COMPLAINT = OpenComplaint(
    Link("complaint", "r"), "Réclamation R2026-000007", date(2026, 11, 2), amount=Decimal(100), owner="Camille"
)
CASES: dict[str, MoneySituation] = {
    "information-plain": replace(PERRIN, debts=(replace(PORTE, due_on=date(2026, 11, 27)),)),
    "information-plain-two": replace(
        PERRIN, debts=(replace(PORTE, due_on=date(2026, 11, 27)), replace(OLD, due_on=date(2026, 11, 26)))
    ),
    "first-delicate": PERRIN,
    "first-delicate-two": replace(PERRIN, debts=(PORTE, OLD)),
    "first-delicate-first-delay": replace(PERRIN, paid_on_time=31, client_since=date(2022, 5, 1)),
    "first-delicate-complaint": replace(PERRIN, debts=(replace(PORTE, complaints=(COMPLAINT,)),)),
    "first-factual": replace(PERRIN, client_type="public"),
    "second-helpful": replace(PERRIN, debts=(replace(OLD, reminders=FIRST),)),
    "second-helpful-two": replace(PERRIN, debts=(replace(OLD, reminders=FIRST), PORTE)),
    "second-delicate": replace(PERRIN, debts=(replace(OLD, reminders=FIRST),), complaints=(replace(COMPLAINT, amount=None),)),
    "second-factual": replace(PERRIN, client_type="public", debts=(replace(OLD, reminders=FIRST),)),
}


def written(situation: MoneySituation, language: str) -> tuple[Decision, Message]:
    decision = decide(situation, on=MONDAY)
    values = {**VALUES[language], "téléphone": "02 61 91 00 12"}
    return decision, compose(decision, situation, values, on=MONDAY, language=language)


def whole(situation: MoneySituation, language: str) -> str:
    _decision, message = written(situation, language)
    text = with_doors(message.body, DOORS, phone="", language=language)
    return f"{message.subject}\n\n{text}\n"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES)
def test_what_leaves_is_what_was_read_and_kept(case: str, language: str) -> None:
    assert whole(CASES[case], language) == (GOLDEN / f"{case}.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("client_type", ["consumer", "professional", "public"])
def test_the_formal_notice_is_what_was_read_and_kept(client_type: str, language: str) -> None:
    firm = (past("first", date(2026, 10, 20)), past("second", date(2026, 10, 27)), past("call", date(2026, 11, 6), "call"))
    situation = replace(PERRIN, client_type=client_type, debts=(replace(PORTE, due_on=date(2026, 10, 15), reminders=firm),))
    decision = decide(situation, on=MONDAY)
    subject, words = formal_notice(
        decision, {client_type}, {**VALUES[language], "téléphone": "02 61 91 00 12"}, language=language
    )
    assert f"{subject}\n\n{words}\n" == (GOLDEN / f"formal_notice-{client_type}.{language}.txt").read_text(encoding="utf-8")


FORBIDDEN = ("huissier", "commissaire", "poursuites", "tribunal", "saisie", "fichage", "dernier avertissement", "sous peine")


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.name)
def test_no_threat_and_no_penalty_where_the_law_forbids_them(file: Path) -> None:
    words = file.read_text(encoding="utf-8").lower()
    assert [word for word in FORBIDDEN if word in words] == []
    asks = "40\u00a0€" in words or "€40" in words or "pénalité" in words or "penalt" in words
    assert asks == (file.name.startswith("formal_notice-") and "consumer" not in file.name)


def test_what_changes_from_the_model_is_marked_word_by_word() -> None:
    assert differences("Bonjour,\n\nUn mot simple.", "Bonjour,\n\nUn mot bien à vous.\n\nMerci.") == [
        [("Bonjour,", False)],
        [("Un mot ", False), ("bien à vous.", True)],
        [("Merci.", True)],
    ]
    _decision, message = written(CASES["first-delicate-first-delay"], "fr")
    marked = [words for paragraph in message.paragraphs for words, changed in paragraph if changed]
    assert marked == ["Depuis 4 ans, vos règlements arrivent à l’heure\u00a0: merci de cette confiance."]


def test_a_model_is_marked_nowhere() -> None:
    _decision, message = written(CASES["first-delicate"], "fr")
    assert [words for paragraph in message.paragraphs for words, changed in paragraph if changed] == []


def test_the_place_of_the_links_is_kept() -> None:
    for body in ("Bonjour.", "{portes} {portes}"):
        with pytest.raises(Refusal):
            with_doors(body, DOORS, phone="", language="fr")


def test_braces_in_what_people_type_stay_as_they_are() -> None:
    situation = replace(PERRIN, debts=(replace(PORTE, complaints=(replace(COMPLAINT, owner="{montant} {{ x }}"),)),))
    assert "avec {montant} {{ x }}" in written(situation, "fr")[1].body
