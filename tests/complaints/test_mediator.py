"""The firm's mediator is never emptied while a consumer needs them: on screen, by the API, by the file, in the database."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse

from complaints.handling import close, open_complaint
from complaints.mediator import needing_the_mediator
from complaints.mistakes import declare_mistaken
from complaints.replying import refuse
from crm.company import update_company
from crm.models import Company
from lib.errors import Refusal
from tests.api.test_api import Api
from tests.complaints.conftest import MEDIATOR, days
from tests.desk.reading import words as text_of

EMPTY = dict.fromkeys(MEDIATOR, "")


def refused(**fields: str) -> tuple[str, str]:
    with pytest.raises(Refusal) as told:
        update_company(by=None, **fields)
    return told.value.field, told.value.message


def test_while_a_complaint_is_open_it_is_replaced_and_never_emptied(complaint):
    for name in MEDIATOR:
        field, words = refused(**{name: ""})
        assert (field, complaint.reference in words) == (name, True)
    assert refused(**EMPTY)[0] == "mediator_name"
    update_company(by=None, mediator_name="Un autre médiateur", mediator_website="https://autre.example")
    assert Company.objects.get().mediator_name == "Un autre médiateur"


def test_the_sentence_names_three_and_counts_the_others(house, diallo, nadia, today):
    made = [
        open_complaint(customer=diallo, subject=f"Volet {n}", body="Il gonfle.", channel="post", by=nadia, today=today)
        for n in range(5)
    ]
    words = refused(**EMPTY)[1]
    assert f"{', '.join(one.reference for one in made[:3])} et 2 autres." in words


def test_a_refusal_needs_it_a_year_even_when_closed(complaint, nadia, today):
    refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    close(complaint, satisfied=False, reason="Rien de plus.", by=nadia, today=today)
    last = complaint.standing_on(today).dates.mediation_last_day
    assert (needing_the_mediator(last), needing_the_mediator(days(last, 1))) == ([complaint.reference], [])
    assert complaint.reference in refused(**EMPTY)[1]


def test_it_may_be_emptied_when_nobody_needs_it(complaint, business, nadia, today):
    close(complaint, satisfied=True, reason="Ajusté.", by=nadia, today=today)
    assert needing_the_mediator(today) == []
    update_company(by=None, **EMPTY)
    assert Company.objects.get().mediator_name == ""


def test_on_screen_the_sentence_is_beside_its_field(as_nadia, complaint):
    place = reverse("firm_section", args=["conditions"])
    form = as_nadia.get(place).context["form"]
    sent = {name: value if value is not None else "" for name, value in form.initial.items()}
    answer = as_nadia.post(place, {**sent, "mediator_website": ""})
    assert answer.status_code == 422
    assert f"Des clients ont encore besoin de ce médiateur : {complaint.reference}." in text_of(answer)
    assert Company.objects.get().mediator_website == MEDIATOR["mediator_website"]


def test_by_the_api_and_by_the_file(complaint, nadia, tmp_path):
    for sent in ({"mediator": None}, {"mediator": {"name": ""}}):
        status, told = Api(nadia)("PATCH", "company/", sent)
        assert (status, complaint.reference in str(told["errors"]["mediator_name"])) == (400, True)
    file = tmp_path / "maison.json"
    file.write_text(json.dumps({"mediator": None}))
    with pytest.raises(CommandError, match=complaint.reference):
        call_command("company", str(file))


def test_the_database_refuses_it_too_while_a_complaint_is_open(complaint, business, nadia, today):
    for name in MEDIATOR:
        with pytest.raises(DatabaseError), transaction.atomic():
            Company.objects.update(**{name: ""})
    Company.objects.update(mediator_name="Un autre")
    closing = close(complaint, satisfied=True, reason="Ajusté.", by=nadia, today=today)
    with transaction.atomic():
        Company.objects.update(mediator_website="")
        transaction.set_rollback(True)
    declare_mistaken(closing, reason="Un autre dossier.", by=nadia, today=today)
    with pytest.raises(DatabaseError), transaction.atomic():
        Company.objects.update(mediator_website="")
    declare_mistaken(complaint.facts.get(kind="written"), reason="Un autre client.", by=nadia, today=today)
    Company.objects.update(mediator_website="")
