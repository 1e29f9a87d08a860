"""The twelve paths of trust.md A4 on a complaint, its facts, its letters and their pages, on both engines."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from complaints.handling import record_fact
from complaints.models import Complaint, ComplaintFact, ComplaintLetter, FactFile, LetterFile
from complaints.replying import acknowledge
from complaints.triggers import GUARDS
from crm import triggers
from crm.attachments import store
from tests.harness.frozen import build_again, left_open

CHANGES = {
    Complaint: {"subject": "Autre chose"},
    ComplaintFact: {"words": "Autre chose"},
    ComplaintLetter: {"text": "Autre chose"},
    LetterFile: {"sha256": "0" * 64},
    FactFile: {"fact_id": 0},
}


@pytest.fixture
def told(complaint, nadia, today):
    """A complaint with its facts, a paper of the mediation, a letter and its page."""
    paper = store([SimpleUploadedFile("saisine.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")])
    record_fact(complaint, kind="referred", on=today, by=nadia, today=today, place="Médiation de l’Estuaire", files=paper)
    letter = acknowledge(complaint, by=nadia, today=today)
    return LetterFile.objects.create(letter=letter, content=b"%PDF-", sha256="a" * 64)


@pytest.mark.django_db
def test_twelve_paths_on_each_protected_table(told):
    assert {model._meta.db_table for model in CHANGES} | {"crm_company", "crm_customer"} == {guard.table for guard in GUARDS}
    assert left_open(CHANGES) == []


@pytest.mark.django_db
def test_without_the_triggers_the_same_paths_are_open(told):
    """The negative control."""
    triggers.remove(connection, GUARDS)
    assert {(model.__name__, path) for model in CHANGES for path in ("save", "update", "raw update")} <= set(left_open(CHANGES))


def test_again_after_each_table_was_built_again(committing, request):
    assert request.getfixturevalue("told").pk
    build_again(CHANGES, GUARDS)
    assert triggers.missing(connection, GUARDS) == []
    assert left_open(CHANGES) == []
