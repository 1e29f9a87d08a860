"""Logging, correcting and erasing what people said: one row, all or nothing, and nothing lost."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import translation

from accounts.models import AuditEntry, Role, Team, User
from crm import timeline
from crm.customers import create_customer
from crm.exchanges import MAX_WORDS, NextStep, change_visibility, correct_words, erase_interaction, log_interaction
from crm.models import Attachment, Commitment, Contact, Interaction
from crm.models.timeline import HUMAN_KINDS, Kind, Visibility
from lib import clock
from lib.errors import Conflict, Refusal


@pytest.fixture(autouse=True)
def database(request):
    """Every test has the database of its transaction, but those that commit on a copy of their own."""
    if "committing" not in request.fixturenames:
        request.getfixturevalue("db")


@pytest.fixture
def camille():
    return User.objects.create_user("camille@demo.example", name="Camille Roux", role=Role.RECEPTION)


@pytest.fixture
def nadia():
    return User.objects.create_user("nadia@demo.example", name="Nadia Belkacem", role=Role.MANAGER)


@pytest.fixture
def le_goff(camille):
    return create_customer(by=camille, name="Mme Le Goff", type="consumer")


def said(customer, by, **fields):
    return log_interaction(customer, by=by, **{"kind": Kind.CALL, "direction": "in", "body": "Bonjour", **fields})


def stored_files():
    shelves = default_storage.listdir("pieces")[0] if default_storage.exists("pieces") else []
    return [name for shelf in shelves for name in default_storage.listdir(f"pieces/{shelf}")[1]]


def test_a_call_with_its_next_step_and_its_file_is_one_thing(camille, nadia, le_goff):
    step = NextStep(what="Poser les deux charnières", due_on=clock.today() + timedelta(days=3), owner=nadia)
    photo = SimpleUploadedFile("porte.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    row = said(le_goff, camille, minutes=6, mood="worried", next_step=step, files=[photo])
    assert (row.summary, row.channel, row.data) == ("Appel reçu", "phone", {"minutes": 6, "mood": "worried"})
    owed = Commitment.objects.get()
    assert (owed.interaction, owed.owner, owed.author, owed.what) == (row, nadia, camille, "Poser les deux charnières")
    assert [file.name for file in row.attachments.all()] == ["porte.png"]
    assert Interaction.objects.filter(kind=Kind.COMMITMENT_MADE).count() == 0  # the call tells it


@pytest.mark.parametrize(
    ("kind", "direction", "summary", "channel"),
    [
        ("call", "out", "Appel passé", "phone"),
        ("email", "in", "E-mail reçu", "email"),
        ("message", "out", "Message envoyé", "message"),
        ("letter", "in", "Courrier reçu", "post"),
        ("visit", "out", "Visite", "visit"),
        ("meeting", "", "Rendez-vous", "visit"),
        ("note", "in", "Note", ""),
    ],
)
def test_each_kind_has_its_frozen_name_and_channel(camille, le_goff, kind, direction, summary, channel):
    row = said(le_goff, camille, kind=kind, direction=direction)
    assert (row.summary, row.channel, row.direction) == (summary, channel, "" if kind == "note" else direction)


def test_the_name_is_frozen_in_the_language_of_the_house(camille, le_goff):
    with translation.override("en"):
        assert said(le_goff, camille).summary == "Appel reçu"


def test_every_human_kind_can_be_logged(camille, le_goff):
    assert [said(le_goff, camille, kind=kind).kind for kind in HUMAN_KINDS] == list(HUMAN_KINDS)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "commitment_kept"}, "kind"),
        ({"kind": "fax"}, "kind"),
        ({"direction": ""}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"mood": "furious"}, "mood"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 24 * 60 + 1}, "minutes"),
        ({"visibility": "nobody"}, "visibility"),
        ({"visibility": "team"}, "visibility"),
        ({"body": "x" * (MAX_WORDS + 1)}, "body"),
        ({"body": "x" * 50_000_000}, "body"),
        ({"kind": "note", "body": " \n "}, "body"),
        ({"next_step": NextStep(what=" ", due_on=clock.today())}, "what"),
        ({"files": [SimpleUploadedFile("virus.exe", b"MZ")]}, "files"),
    ],
)
def test_what_would_lie_or_drown_is_refused_and_nothing_is_written(camille, le_goff, fields, field):
    before = Interaction.objects.count()
    with pytest.raises(Refusal) as refused:
        said(le_goff, camille, **fields)
    assert (refused.value.field, Interaction.objects.count(), Commitment.objects.count()) == (field, before, 0)


def test_a_moment_in_the_future_is_refused_and_the_file_goes(camille, le_goff):
    before = stored_files()
    photo = SimpleUploadedFile("porte.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    with pytest.raises(Refusal) as refused:
        said(le_goff, camille, occurred_at=clock.now() + timedelta(hours=1), files=[photo])
    assert (refused.value.field, stored_files()) == ("occurred_at", before)


def test_a_contact_of_another_client_is_refused(camille, le_goff):
    diallo = create_customer(by=camille, name="M. Diallo")
    stranger = Contact.objects.create(customer=diallo, last_name="Diallo")
    with pytest.raises(Refusal):
        said(le_goff, camille, contact=stranger)


def test_a_double_click_is_one_row_one_promise_one_file(camille, le_goff):
    step = NextStep(what="Rappeler", due_on=clock.today())
    rows = [said(le_goff, camille, key="k1", next_step=step, files=[SimpleUploadedFile("a.txt", b"abc")]) for _click in range(2)]
    assert rows[0] == rows[1]
    assert (Interaction.objects.human().count(), Commitment.objects.count(), Attachment.objects.count()) == (1, 1, 1)


def test_the_key_of_a_colleague_gives_nothing_away(camille, nadia, le_goff):
    assert said(le_goff, camille, key="k1") != said(le_goff, nadia, key="k1")


def test_a_crash_between_the_fact_and_its_trace_leaves_nothing(camille, le_goff, monkeypatch):
    files, before = stored_files(), Interaction.objects.count()

    def breaks(**fields):
        timeline_record(**fields)
        raise OSError("the power went")

    timeline_record = timeline.record
    monkeypatch.setattr(timeline, "record", breaks)
    with pytest.raises(OSError, match="the power went"):
        said(
            le_goff,
            camille,
            next_step=NextStep(what="Rappeler", due_on=clock.today()),
            files=[SimpleUploadedFile("a.txt", b"abc")],
        )
    assert (Interaction.objects.count(), Commitment.objects.count(), Attachment.objects.count()) == (before, 0, 0)
    assert stored_files() == files


def test_words_are_corrected_with_their_history(camille, le_goff):
    row = said(le_goff, camille, body="Elle apelle pour la facture")
    corrected = correct_words(row, by=camille, body="Elle appelle pour la facture", seen=0)
    assert corrected.body == "Elle appelle pour la facture"
    assert [version["words"] for version in corrected.data["former"]] == ["Elle apelle pour la facture"]
    assert correct_words(row, by=camille, body="Elle appelle pour la facture", seen=1).data == corrected.data


def test_the_second_of_two_corrections_is_told(camille, le_goff):
    row = said(le_goff, camille, body="Un")
    correct_words(row, by=camille, body="Deux", seen=0)
    with pytest.raises(Conflict):
        correct_words(row, by=camille, body="Trois", seen=0)
    row.refresh_from_db()
    assert row.body == "Deux"


def test_nobody_corrects_the_words_of_somebody_else(camille, nadia, le_goff):
    row = said(le_goff, camille)
    with pytest.raises(Refusal):
        correct_words(row, by=nadia, body="Autre chose", seen=0)


def test_words_cannot_be_emptied_by_a_correction(camille, le_goff):
    with pytest.raises(Refusal):
        correct_words(said(le_goff, camille), by=camille, body="  ", seen=0)


def test_erasing_leaves_the_fact_without_its_words(camille, nadia, le_goff, django_capture_on_commit_callbacks):
    before = stored_files()
    row = said(le_goff, camille, body="Son fils est malade", mood="worried", files=[SimpleUploadedFile("a.txt", b"abc")])
    correct_words(row, by=camille, body="Sa fille est malade", seen=0)
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase_interaction(row, by=nadia, reason="Donnée de santé")
    erased.refresh_from_db()
    assert (erased.body, erased.summary, erased.data) == (
        "",
        "Appel reçu",
        {"erased": {"by": "Nadia Belkacem", "reason": "Donnée de santé"}},
    )
    assert "malade" not in json.dumps(list(Interaction.objects.values()), default=str)
    assert [(file.name, file.sha256, file.stored_as) for file in row.attachments.all()] == [("", "", "")]
    assert stored_files() == before
    assert AuditEntry.objects.get(event="interaction.erased").actor == nadia
    assert erase_interaction(row, by=camille, reason="encore").data == erased.data


def test_only_the_author_or_a_manager_erases_and_says_why(camille, nadia, le_goff):
    row = said(le_goff, nadia)
    with pytest.raises(Refusal):
        erase_interaction(row, by=camille, reason="Je n’aime pas")
    with pytest.raises(Refusal):
        erase_interaction(row, by=nadia, reason="  ")
    row.refresh_from_db()
    assert (row.body, row.erased_at) == ("Bonjour", None)


def test_erased_words_are_not_written_again(camille, le_goff):
    row = said(le_goff, camille)
    erase_interaction(row, by=camille, reason="Erreur de fiche")
    with pytest.raises(Refusal):
        correct_words(row, by=camille, body="Bonjour", seen=0)


def test_who_may_read_follows_to_the_promise_and_is_journaled(camille, nadia, le_goff):
    karim = User.objects.create_user("karim@demo.example", name="Karim", role=Role.ACCOUNTANT)
    row = said(le_goff, camille, next_step=NextStep(what="Rappeler", due_on=clock.today()))
    change_visibility(row, by=camille, visibility=Visibility.ME)
    assert [Interaction.objects.human().visible_to(user).count() for user in (camille, karim, nadia)] == [1, 0, 0]
    assert [Commitment.objects.visible_to(user).count() for user in (camille, karim)] == [1, 0]
    assert AuditEntry.objects.get(event="interaction.visibility").data == {"former": "everyone", "to": "me"}
    with pytest.raises(Refusal):
        change_visibility(row, by=karim, visibility=Visibility.EVERYONE)


def test_a_team_reads_what_is_for_the_team(camille, nadia, le_goff):
    team = Team.objects.create(name="Atelier")
    User.objects.filter(pk=camille.pk).update(team=team)
    camille.refresh_from_db()
    said(le_goff, camille, visibility=Visibility.TEAM)
    thomas = User.objects.create_user("thomas@demo.example", name="Thomas", role=Role.RECEPTION, team=team)
    assert [Interaction.objects.human().visible_to(user).count() for user in (camille, thomas, nadia)] == [1, 1, 0]


def test_four_clicks_at_the_same_moment_are_one_exchange(committing):
    camille = User.objects.create_user("camille@demo.example", name="Camille Roux", role=Role.RECEPTION)
    customer = create_customer(by=camille, name="Mme Le Goff")
    start, rows = threading.Barrier(4), []

    def click():
        start.wait()
        step = NextStep(what="Rappeler", due_on=clock.today())
        rows.append(said(customer, camille, key="k1", next_step=step, files=[SimpleUploadedFile("a.txt", b"abc")]).pk)
        connection.close()

    threads = [threading.Thread(target=click) for _click in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(rows), len(set(rows))) == (4, 1)
    assert (Interaction.objects.human().count(), Commitment.objects.count(), Attachment.objects.count()) == (1, 1, 1)
