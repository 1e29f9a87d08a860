"""The queue, the API and the command say the same, in the same words."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.tokens import create_token
from crm.models import Customer
from lib import clock
from tact.planning import plan, planning_day
from tact.telling import decision_as_json
from tests.tact.owing import MONDAY, invoice, pay, promised
from tests.tact.owing import told as note_in_history

pytestmark = pytest.mark.django_db


def asked(user: User, query: str = "") -> tuple[int, Any]:
    client = Client(headers={"authorization": f"Bearer {create_token(user=user, name=query or 'all', by=None)}"})
    answer = client.get(f"/api/v1/reminders/{query}")
    return answer.status_code, answer.json()


def said(*words: str) -> Any:
    out = StringIO()
    call_command("plan_reminders", *words, stdout=out)
    return out.getvalue()


def test_the_command_and_the_api_give_the_same(le_goff: Customer, diallo: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    kept = invoice(diallo)
    promised(kept, due_on=MONDAY, amount="860.00", author=karim)
    told = json.loads(said("--on", "2026-11-23", "--json"))
    assert (200, told) == asked(karim, "?on=2026-11-23")
    assert told["on"] == "2026-11-23"
    assert [(row["customer"], row["invoices"], row["decision"], row["tone"]) for row in told["results"]] == [
        (le_goff.public_id, [bill.public_id], "send", "delicate"),
        (diallo.public_id, [kept.public_id], "wait", ""),
    ]
    assert told["results"][0]["reasons"] == [
        {"code": "step", "text": "J+3, premier rappel", "ref": {"kind": "invoice", "id": bill.public_id}}
    ]
    assert told["results"] == [decision_as_json(row.decision) for row in plan(on=MONDAY, now=clock.now())]


def test_a_day_nobody_works_is_planned_for_the_next_one_unless_it_is_asked_for(le_goff: Customer, karim: User) -> None:
    invoice(le_goff)
    assert planning_day(MONDAY) == MONDAY
    told = json.loads(said("--json"))
    assert told["on"] == planning_day(clock.today()).isoformat()
    sunday = json.loads(said("--on", "2026-11-22", "--json"))["results"]
    assert [row["reasons"][0]["code"] for row in sunday] == ["closed_day"]


def test_another_day_is_told_from_its_own_noon(le_goff: Customer, karim: User) -> None:
    """What was said this morning holds a reminder back for two days, not in three months."""
    today = planning_day(clock.today())
    later = planning_day(today + timedelta(days=90))
    invoice(le_goff, on=later)
    note_in_history(le_goff, "call", direction="in")
    row = json.loads(said("--on", later.isoformat(), "--json"))["results"][0]
    assert (row["decision"], [reason["code"] for reason in row["reasons"]]) == ("send", ["step"])
    invoice(le_goff, on=today)
    row = json.loads(said("--on", today.isoformat(), "--json"))["results"][0]
    assert (row["decision"], row["reasons"][0]["code"]) == ("wait", "just_spoke")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_day_of_another_age_is_refused(karim: User, day: str) -> None:
    with pytest.raises(CommandError, match="surprend ici"):
        said("--on", day)
    assert asked(karim, f"?on={day}")[0] == 400


def test_a_decision_that_is_none_is_refused(karim: User) -> None:
    status, answer = asked(karim, "?decision=maybe")
    assert (status, answer["errors"]["decision"]) == (
        400,
        ["«\u00a0decision\u00a0» est l’un de\u00a0: send, soften, call, wait."],
    )


def test_it_is_read_by_a_person_too(le_goff: Customer) -> None:
    assert "Personne ne doit rien." in said("--on", "2026-11-23")
    bill = invoice(le_goff)
    text = said("--on", "2026-11-23")
    assert f"{le_goff.name}\u00a0: écrire, 860,00\u00a0€ ({bill.number})" in text
    assert "J+3, premier rappel" in text
    pay(bill)
    assert "Personne ne doit rien." in said("--on", "2026-11-23")


def test_a_day_that_is_none_is_refused(karim: User) -> None:
    with pytest.raises(CommandError):
        said("--on", "demain")
    status, answer = asked(karim, "?on=demain")
    assert (status, "on" in json.dumps(answer)) == (400, True)


def test_filters_and_rights(le_goff: Customer, diallo: Customer, karim: User, camille: User) -> None:
    invoice(le_goff)
    invoice(diallo, late=-20)
    assert len(asked(karim, "?on=2026-11-23")[1]["results"]) == 2
    assert len(asked(karim, "?on=2026-11-23&decision=wait")[1]["results"]) == 1
    assert len(asked(karim, f"?on=2026-11-23&customer={le_goff.public_id}")[1]["results"]) == 1
    assert asked(karim, "?on=2026-11-23&customer=nobody")[1]["results"] == []
    camille.taken = ["see_amounts"]
    camille.save()
    assert asked(camille)[0] == 403
