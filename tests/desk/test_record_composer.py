"""Logging from the record, as a browser without a script does it."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Team, User
from crm import commitments
from crm.customers import create_customer
from crm.exchanges import MAX_WORDS
from crm.merging import merge_customers
from crm.models import Attachment, Commitment, Interaction
from tests.desk import lemoine
from tests.desk.reading import messages, words
from tests.harness.personas import signed_in

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def world(db):
    with time_machine.travel(lemoine.MONDAY, tick=False):
        yield lemoine.build()


@pytest.fixture
def client(world):
    return signed_in(world.camille)


def post(client, world, **fields):
    sent = {
        "kind": "call",
        "direction": "in",
        "contact": world.anne.public_id,
        "body": "Elle rappelle demain.",
        "visibility": "everyone",
        **fields,
    }
    return client.post(reverse("exchange_log", args=[world.customer.public_id]), sent)


def errors(answer):
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def test_a_call_with_its_next_step_in_one_go(client, world):
    answer = post(
        client, world, minutes="5", mood="happy", next_what="Poser les charnières", next_when="jeudi 14 h", next_owner=world.thomas.public_id,
        attached=[SimpleUploadedFile("porte.png", PNG), SimpleUploadedFile("plan.pdf", b"%PDF-1.7")],
    )  # fmt: skip
    row = Interaction.objects.human().order_by("-id")[0]
    assert answer.headers["Location"] == f"{reverse('customer', args=[world.customer.public_id])}#e-{row.public_id}"
    assert (row.summary, row.contact, row.body, row.data) == (
        "Appel reçu",
        world.anne,
        "Elle rappelle demain.",
        {"minutes": 5, "mood": "happy"},
    )
    owed = row.commitments.get()
    assert (owed.what, str(owed.due_on), str(owed.due_at), owed.owner) == (
        "Poser les charnières",
        "2026-11-26",
        "14:00:00",
        world.thomas,
    )
    assert [file.name for file in row.attachments.all()] == ["porte.png", "plan.pdf"]
    assert messages(client.get(answer.headers["Location"])) == ["C’est consigné."]


def test_what_comes_next_and_its_day_may_be_one_sentence(client, world):
    post(client, world, next_what="rappeler mardi avant 10 h")
    owed = Commitment.objects.order_by("-id")[0]
    assert (owed.what, str(owed.due_on), str(owed.due_at), owed.due_before, owed.owner) == (
        "Rappeler",
        "2026-11-24",
        "10:00:00",
        True,
        world.camille,
    )


def test_a_call_of_yesterday_is_told_at_its_moment(client, world):
    post(client, world, when="vendredi 16 h 30")
    assert Interaction.objects.human().order_by("-id")[0].occurred_at == lemoine.at(20, 16, 30)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"next_what": "Rappeler", "next_when": "un de ces jours"}, "next_when",
            "Je ne lis pas de date sûre dans « un de ces jours ». Écrivez par exemple « lundi 10 h », « dans 15 jours » ou « 3 janvier ».",
        ),
        (
            {"next_what": "Rappeler"}, "next_when",
            "Pour quand ? Écrivez par exemple « lundi 10 h », « dans 15 jours » ou « 3 janvier ».",
        ),
        ({"next_when": "lundi"}, "next_what", "Dites en quelques mots ce qui vient ensuite."),
        (
            {"next_what": "Rappeler", "next_when": "aujourd’hui 8 h"}, "next_when",
            "Lundi 23 novembre 2026 à 8 h est déjà passé : choisissez un moment à venir.",
        ),
        (
            {"when": "bientôt"}, "when",
            "Je ne lis pas de moment sûr dans « bientôt ». Écrivez par exemple « hier 16 h 30 » ou « 20 novembre 9 h ».",
        ),
        ({"when": "aujourd’hui 23 h"}, "when", "Ce moment est dans le futur : un échange se consigne quand il a eu lieu."),
        ({"direction": ""}, "direction", "Dites qui a pris contact : le client, ou nous."),
        ({"kind": "note", "body": " "}, "body", "Écrivez quelques mots : une note vide n’apprend rien à vos collègues."),
        ({"body": "a\u202eb"}, "body", "Ce texte contient un caractère invisible (U+202E). Recopiez-le sans mise en forme."),
        (
            {"attached": SimpleUploadedFile("logo.svg", b"<svg/>")}, "attached",
            "« logo.svg » n’est pas d’un type que nous gardons. Joignez un PDF, une image, un texte ou un document bureautique.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_words_are_kept(client, world, fields, field, sentence):
    before = Interaction.objects.count()
    answer = post(client, world, **fields)
    assert (
        answer.status_code,
        {name: [text.replace("\xa0", " ") for text in found] for name, found in errors(answer).items()},
    ) == (422, {field: [sentence]})
    assert (Interaction.objects.count(), answer.context["form"]["body"].value()) == (
        before,
        fields.get("body", "Elle rappelle demain."),
    )
    assert words(answer, '<div class="error-summary"', "</ul>").startswith("Rien n’est perdu, il reste à corriger :")


def test_a_note_too_long_comes_back_up_to_the_limit_with_a_sentence(client, world):
    answer = post(client, world, body="mot " * 100_000)
    assert (
        errors(answer)["body"][0]
        .replace("\xa0", " ")
        .startswith("Ce texte compte 400 000 caractères ; 20 000 au plus sont gardés.")
    )
    assert len(answer.context["form"]["body"].value()) == MAX_WORDS


def test_fifty_megabytes_are_refused_in_words_and_nothing_is_written(client, world):
    before = Interaction.objects.count()
    answer = post(client, world, body="x" * 50_000_000)
    assert answer.status_code == 413
    assert "Revenez à la page précédente" in words(answer)
    assert Interaction.objects.count() == before


def test_a_double_click_is_one_exchange(client, world):
    key = client.get(reverse("customer", args=[world.customer.public_id])).context["form"]["key"].value()
    answers = [post(client, world, key=key, next_what="rappeler mardi") for _click in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Interaction.objects.filter(key=key).count() == 1
    assert Commitment.objects.filter(what="Rappeler").count() == 1


def test_two_pages_have_two_keys(client, world):
    url = reverse("customer", args=[world.customer.public_id])
    assert client.get(url).context["form"]["key"].value() != client.get(url).context["form"]["key"].value()


def test_only_what_the_form_declares_is_written(client, world):
    post(
        client,
        world,
        author=world.nadia.pk,
        customer="1",
        summary="Faux",
        erased_at="2026-01-01",
        audience="customer",
        id="1",
        team="1",
        import_batch="1",
    )
    row = Interaction.objects.human().order_by("-id")[0]
    assert (row.author, row.customer, row.summary, row.erased_at, row.audience) == (
        world.camille,
        world.customer,
        "Appel reçu",
        None,
        "house",
    )


def test_a_contact_or_a_colleague_of_nowhere_is_refused(client, world):
    assert list(errors(post(client, world, contact="0" * 26))) == ["contact"]
    assert list(errors(post(client, world, next_what="Rappeler mardi", next_owner="0" * 26))) == ["next_owner"]


def test_the_team_is_offered_to_who_has_one(client, world):
    url = reverse("customer", args=[world.customer.public_id])
    assert [value for value, _label in client.get(url).context["form"].fields["visibility"].choices] == ["everyone", "me"]
    User.objects.filter(pk=world.camille.pk).update(team=Team.objects.create(name="Accueil"))
    assert [value for value, _label in client.get(url).context["form"].fields["visibility"].choices] == ["everyone", "team", "me"]


def test_an_alias_takes_no_exchange(client, world):
    twin = create_customer(by=world.camille, name="Anne Lemoine")
    merge_customers(kept=world.customer, alias=twin, by=world.nadia, reason="La même")
    assert client.post(reverse("exchange_log", args=[twin.public_id]), {"kind": "note", "body": "x"}).status_code == 404


def test_a_crash_between_the_fact_and_its_trace_writes_nothing(client, world, monkeypatch):
    def breaks(*given, **fields):
        raise OSError("the power went")

    before = Interaction.objects.count()
    monkeypatch.setattr(commitments, "promise", breaks)
    client.raise_request_exception = False
    assert post(client, world, next_what="rappeler mardi", attached=SimpleUploadedFile("porte.png", PNG)).status_code == 500
    assert (Interaction.objects.count(), Attachment.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"next_what": "rappeler lundi 10 h", "next_when": ""}, "Compris : lundi 30 novembre 2026 à 10 h"),
        ({"next_what": "Rappeler", "next_when": "demain matin"}, "Compris : mardi 24 novembre 2026 avant 12 h"),
        ({"next_what": "rappeler", "next_when": ""}, ""),  # no date yet: nothing to say against what is being typed
        ({"when": "mardi en huit"}, "Compris : mardi 1er décembre 2026"),
        ({"when": "hier 16 h 30", "past": "1"}, "Compris : hier à 16 h 30"),
        (
            {"when": "<script>", "past": "1"},
            "Je ne lis pas de moment sûr dans « <script> ». Écrivez par exemple « hier 16 h 30 » ou « 20 novembre 9 h ».",
        ),
        ({}, ""),
    ],
)
def test_a_date_is_said_back_before_it_is_saved(client, query, said):
    assert words(client.get(reverse("read_date"), query)) == said


def test_logging_costs_a_constant_number_of_statements(client, world, django_assert_max_num_queries):
    lemoine.growing(world.customer, world.camille, 300)
    with django_assert_max_num_queries(30):
        post(client, world, next_what="rappeler mardi")
