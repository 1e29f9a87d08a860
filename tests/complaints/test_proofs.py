"""What proves a dated fact: files of the mediation read by their right, receipts of letters, what the client gave us."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from complaints.handling import add_writing, record_fact
from complaints.models import Complaint, ComplaintFact, FactFile
from complaints.proving import keep_proof
from complaints.replying import acknowledge, refuse, write_to_mediator
from crm import access, attachments
from crm.models import Attachment, Contact, Interaction
from lib.errors import Conflict, Refusal
from tests.complaints.conftest import days
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in

PDF = b"%PDF-1.7 the letter of the mediator"


def upload(name: str = "saisine.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def code(browser: Client, place: str) -> int:
    """What a door answers; read to its end, what it opened is closed again (closing it midway would close the database)."""
    answer = browser.get(place)
    b"".join(answer)
    return answer.status_code


def kept() -> int:
    """How many files are in storage."""
    return sum(
        len(default_storage.listdir(f"{attachments.FOLDER}/{shelf}")[1])
        for shelf in (default_storage.listdir(attachments.FOLDER)[0] if default_storage.exists(attachments.FOLDER) else [])
    )


@pytest.fixture
def seized(complaint, nadia, today) -> ComplaintFact:
    """The mediator is seized, with their letter."""
    stored = attachments.store([upload()])
    return record_fact(complaint, kind="referred", on=today, by=nadia, today=today, place="Médiation de l’Estuaire", files=stored)


def test_a_paper_of_the_mediation_is_read_by_its_right_alone(seized, complaint, as_nadia, as_camille, as_lecture, as_karim):
    paper = FactFile.objects.get(fact=seized)
    assert (paper.file.interaction, paper.file.email, paper.file.sha256) == (None, None, hashlib.sha256(PDF).hexdigest())
    place = reverse("complaint_file", args=[paper.file.public_id])
    answer = as_nadia.get(place)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PDF)
    assert {name: answer[name] for name in ("Content-Security-Policy", "X-Content-Type-Options", "Content-Disposition")} == {
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
        "Content-Disposition": 'attachment; filename="saisine.pdf"',
    }  # fmt: skip
    assert [code(browser, place) for browser in (as_camille, as_karim, as_lecture)] == [404, 404, 403]
    # nor by the door of ordinary files, by anybody
    ordinary = reverse("attachment", args=[paper.file.public_id])
    assert [code(browser, ordinary) for browser in (as_nadia, as_camille)] == [404, 404]
    case = reverse("complaint", args=[complaint.public_id])
    assert ["saisine.pdf" in text_of(browser.get(case)) for browser in (as_nadia, as_camille)] == [True, False]
    assert "Médiation de l’Estuaire" in text_of(as_nadia.get(case))
    assert "saisine.pdf" not in text_of(as_nadia.get(reverse("customer", args=[complaint.customer.public_id])))


def test_the_form_takes_proofs_and_twice_is_once(complaint, as_nadia, today):
    place = reverse("complaint_fact", args=[complaint.public_id])
    for _click in range(2):
        said = {"key": "k", "kind": "listened", "on": today.isoformat(), "words": "Il a montré le volet."}
        answer = as_nadia.post(place, {**said, "attached": [upload("volet.png", b"\x89PNG\r\n\x1a\n....")]})
        assert (answer.status_code, answer["Location"]) == (302, reverse("complaint", args=[complaint.public_id]))
    fact = ComplaintFact.objects.get(kind="listened")
    assert [file.name for file in fact.interaction.attachments.all()] == ["volet.png"]
    assert (Attachment.objects.count(), kept()) == (1, 1)
    other = as_nadia.post(place, {**said, "words": "Autre chose.", "attached": []})
    assert (other.status_code, ComplaintFact.objects.filter(kind="listened").count()) == (422, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [("page.svg", b"<svg onload=alert(1)>"), ("a.pdf.exe", b"MZ"), ("photo.png", b"<html>"), ("vide.pdf", b"")],
)
def test_a_hostile_file_is_refused_and_nothing_is_noted(complaint, as_nadia, today, name, content):
    said = {"kind": "referred", "on": today.isoformat(), "attached": [upload(name, content)]}
    assert as_nadia.post(reverse("complaint_fact", args=[complaint.public_id]), said).status_code == 422
    assert (ComplaintFact.objects.filter(kind="referred").exists(), kept()) == (False, 0)


def test_a_refused_fact_leaves_no_file(complaint, as_nadia, today):
    said = {"kind": "referred", "on": days(today, 1).isoformat(), "attached": [upload()]}
    assert as_nadia.post(reverse("complaint_fact", args=[complaint.public_id]), said).status_code == 422
    assert (Attachment.objects.count(), kept()) == (0, 0)


def test_the_database_keeps_what_proves(seized):
    with pytest.raises(DatabaseError), transaction.atomic():
        FactFile.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        FactFile.objects.update(fact_id=seized.pk + 1)


def test_a_letter_keeps_the_proof_that_it_was_posted(complaint, as_nadia, nadia, today):
    letter = acknowledge(complaint, by=nadia, today=today, way="post")
    place = reverse("complaint_letter_proof", args=[letter.public_id])
    before = Complaint.objects.with_facts().get().standing_on(today)
    for _click in range(2):
        said = {"key": "k", "on": today.isoformat(), "number": "1A 204 567 8901 2", "attached": [upload("avis.pdf")]}
        assert as_nadia.post(place, said).status_code == 302
    proof = letter.proofs.get()
    assert (proof.kind, proof.number, proof.on, [file.name for file in proof.interaction.attachments.all()]) == (
        "posted", "1A 204 567 8901 2", today, ["avis.pdf"],
    )  # fmt: skip
    assert Complaint.objects.with_facts().get().standing_on(today) == before  # no date comes from it
    shown = text_of(as_nadia.get(reverse("complaint_letter_read", args=[letter.public_id])))
    assert ("recommandé n° 1A 204 567 8901 2" in shown, "avis.pdf" in shown, kept()) == (True, True, 1)


def test_a_proof_of_nothing_or_of_tomorrow_is_refused(complaint, nadia, today):
    letter = acknowledge(complaint, by=nadia, today=today)
    for wrong in ({"on": today}, {"on": days(today, 1), "number": "1"}, {"on": days(today, -1), "number": "1"}):
        with pytest.raises(Refusal):
            keep_proof(letter, by=nadia, today=today, **wrong)
    keep_proof(letter, on=today, by=nadia, today=today, number="1", key="k")
    with pytest.raises(Conflict):
        keep_proof(letter, on=today, by=nadia, today=today, number="2", key="k")


def test_the_proof_of_a_letter_to_the_mediator_is_confidential(seized, complaint, as_nadia, as_camille, nadia, today):
    letter = write_to_mediator(complaint, words="Notre position.", by=nadia, today=today)
    proof = keep_proof(letter, on=today, by=nadia, today=today, number="9", files=attachments.store([upload("depot.pdf")]))
    assert (proof.is_confidential, proof.interaction.audience, proof.interaction.summary, proof.interaction.attachments.count()) == (
        True, "house", "Étape d’une réclamation", 0,
    )  # fmt: skip
    place = reverse("complaint_file", args=[FactFile.objects.get(fact=proof).file.public_id])
    assert [code(browser, place) for browser in (as_nadia, as_camille)] == [200, 404]
    assert Interaction.objects.filter(body__contains="9").count() == 0


@pytest.fixture
def person(house, diallo):
    return Contact.objects.create(customer=diallo, last_name="Diallo", email="diallo@example.org", email_key="diallo@example.org")


def test_a_client_reads_what_they_gave_and_nothing_of_the_house(
    person, complaint, nadia, today, le_goff, django_assert_max_num_queries
):
    mine = Complaint.objects.get()
    browser = signed_in(access.invite(person, by=nadia, sees_all=True).user)
    stranger = Contact.objects.create(
        customer=le_goff, last_name="Le Goff", email="a@legoff.example", email_key="a@legoff.example"
    )
    hers = signed_in(access.invite(stranger, by=nadia, sees_all=True).user)
    add_writing(mine, body="La photo.", channel="email", by=nadia, today=today, files=attachments.store([upload("photo.pdf")]))
    record_fact(
        mine, kind="listened", on=today, by=nadia, today=today, words="Vu.", files=attachments.store([upload("note.pdf")])
    )
    record_fact(mine, kind="referred", on=today, by=nadia, today=today, files=attachments.store([upload("secret.pdf")]))
    letter = refuse(mine, words="Le bois est sain.", by=nadia, today=today)
    keep_proof(letter, on=today, by=nadia, today=today, number="RK 12", files=attachments.store([upload("avis.pdf")]))
    shown = text_of(browser.get("/espace/messages/"))
    names = ("photo.pdf", "note.pdf", "secret.pdf", "avis.pdf", "en recommandé n° RK 12")
    assert [name in shown for name in names] == [True, False, False, False, True]
    places = [f"/espace/pieces/{file.public_id}/" for file in Attachment.objects.order_by("pk")]
    assert [code(browser, place) for place in places] == [200, 404, 404, 404]
    assert [code(hers, place) for place in places] == [404, 404, 404, 404]
    with django_assert_max_num_queries(14):
        browser.get("/espace/messages/")
