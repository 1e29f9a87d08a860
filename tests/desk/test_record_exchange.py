"""The page of one exchange, its files, and the gestures of its author."""

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from config import uploads
from crm import timeline
from crm.attachments import MAX_SIZE
from crm.exchanges import erase_interaction, log_interaction
from crm.models import Attachment, Email, Interaction
from crm.models.timeline import Kind
from crm.outbox import queue_mail
from desk.views.pointing import ROWS
from tests.billing.money import issued
from tests.desk import lemoine
from tests.desk.reading import messages, words
from tests.harness.personas import signed_in

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
POLYGLOT = b"%PDF-1.7\n<!doctype html><script>alert(1)</script>"


@pytest.fixture
def world(db):
    with time_machine.travel(lemoine.MONDAY, tick=False):
        yield lemoine.build()


def page_of(row):
    return reverse("exchange", args=[row.public_id])


def test_the_page_says_everything_once(world):
    page = signed_in(world.karim).get(page_of(world.call))
    assert words(page, '<p class="over">', "</main>") == (
        "Vendredi à 16 h 42 Appel reçu d’Anne Lemoine "
        "Mme Anne Lemoine. Consigné vendredi à 16 h 48 par Camille. Durée 6 min. Lisible par toute l’équipe. "
        "Deux charnières manquent depuis la livraison. Elle comprend le retard mais ne peut rien ranger. Je lui ai promis un rappel lundi "
        "avant 10 h, avec une date. Elle réglera la facture une fois les portes posées. "
        "inquiète Et ensuite : Rappeler avec une date, aujourd’hui avant 10 h "
        "Et ensuite : Régler la facture une fois les portes posées, lundi 30 novembre"
    )


def test_only_its_author_corrects_and_the_former_words_stay(world):
    camille, url = signed_in(world.camille), reverse("exchange_correct", args=[world.call.public_id])
    answer = camille.post(url, {"body": "Trois charnières manquent.", "seen": "0"})
    assert answer.headers["Location"] == page_of(world.call)
    page = camille.get(page_of(world.call))
    assert messages(page) == ["Les mots sont corrigés. Les mots d’avant restent lisibles."]
    assert "Les mots d’avant jusqu’à aujourd’hui à 8 h 52 Deux charnières manquent" in words(page)
    refused = signed_in(world.karim).post(url, {"body": "Rien ne manque.", "seen": "1"})
    assert (refused.status_code, refused.context["refusal"].message[:40]) == (422, "Seule la personne qui a écrit ces mots p")


def test_two_windows_of_the_same_person_do_not_overwrite_each_other(world):
    client, url = signed_in(world.camille), reverse("exchange_correct", args=[world.call.public_id])
    client.post(url, {"body": "Un", "seen": "0"})
    second = client.post(url, {"body": "Deux, écrit ailleurs", "seen": "0"})
    assert (second.status_code, second.context["typed"]) == (422, "Deux, écrit ailleurs")
    assert "Ces mots ont été corrigés entre-temps." in words(second)
    world.call.refresh_from_db()
    assert world.call.body == "Un"


def test_erasing_asks_why_and_leaves_the_line(world):
    client, url = signed_in(world.nadia), reverse("exchange_erase", args=[world.call.public_id])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Donnée de santé"})
    page = client.get(page_of(world.call))
    assert ("charnières manquent" in words(page), "Mots effacés aujourd’hui par Nadia : Donnée de santé" in words(page)) == (
        False,
        True,
    )
    assert ("Corriger ces mots" in words(page), "Effacer les mots" in words(page)) == (False, False)


def test_who_may_read_changes_and_says_so(world):
    url = reverse("exchange_visibility", args=[world.call.public_id])
    camille = signed_in(world.camille)
    camille.post(url, {"visibility": "me"})
    assert messages(camille.get(page_of(world.call))) == ["Désormais lisible par moi seulement."]
    assert [signed_in(who).get(page_of(world.call)).status_code for who in (world.karim, world.nadia, world.camille)] == [
        404,
        404,
        200,
    ]
    assert camille.post(url, {"visibility": "nobody"}).status_code == 422


def test_who_only_reads_writes_nothing(world, lecture):
    client = signed_in(lecture)
    for name, fields in (
        ("correct", {"body": "x", "seen": "0"}),
        ("erase", {"reason": "x"}),
        ("visibility", {"visibility": "me"}),
    ):
        assert client.post(reverse(f"exchange_{name}", args=[world.call.public_id]), fields).status_code == 403
    assert Interaction.objects.get(pk=world.call.pk).body == world.call.body
    assert "Corriger" not in words(client.get(page_of(world.call)))


@pytest.fixture
def file(world):
    files = [SimpleUploadedFile('«é» "x";\t.pdf', POLYGLOT)]
    return log_interaction(world.customer, by=world.camille, kind="note", body="Voir le plan", files=files).attachments.get()


def test_a_file_is_handed_back_inert(world, file):
    answer = signed_in(world.karim).get(reverse("attachment", args=[file.public_id]))
    assert b"".join(answer.streaming_content) == POLYGLOT
    answer.close()
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")
    } == {
        "Content-Type": "application/pdf",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_file_follows_the_secret_of_its_exchange(world, file, client, lecture):
    url = reverse("attachment", args=[file.public_id])
    Interaction.objects.filter(pk=file.interaction_id).update(visibility="me")
    contact = User.objects.create_user("anne@example.org", name="Anne")
    readers = [world.karim, world.nadia, lecture, contact]
    assert [signed_in(who).get(url).status_code for who in readers] == [404, 404, 404, 404]
    assert client.get(url).status_code == 302
    mine = signed_in(world.camille).get(url)
    mine.close()
    assert mine.status_code == 200


def test_a_file_of_a_mail_follows_the_secret_of_the_mail(world, file):
    mail = Email.objects.create(
        key="k",
        direction="in",
        state="received",
        recipient_email="x@example.org",
        subject="s",
        text="t",
        author=world.nadia,
        visibility="me",
    )
    Attachment.objects.filter(pk=file.pk).update(interaction=None, email=mail)
    url = reverse("attachment", args=[file.public_id])
    answers = [signed_in(who).get(url) for who in (world.camille, world.nadia)]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [404, 200]


def test_an_erased_or_lost_file_is_not_there(world, file, django_capture_on_commit_callbacks):
    client, url = signed_in(world.camille), reverse("attachment", args=[file.public_id])
    default_storage.delete(file.stored_as)
    assert client.get(url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        erase_interaction(file.interaction, by=world.camille, reason="Erreur")
    assert client.get(url).status_code == 404
    assert ".pdf" not in words(client.get(page_of(file.interaction)))


def test_the_name_of_a_file_is_printed_as_it_is(world):
    name = "<img src=x onerror=alert(1)>.png"
    row = log_interaction(world.customer, by=world.camille, kind="note", body="x", files=[SimpleUploadedFile(name, PNG)])
    for url in (page_of(row), reverse("customer", args=[world.customer.public_id])):
        page = signed_in(world.camille).get(url)
        assert ("<img src=x" in page.content.decode(), name in words(page)) == (False, True)


def test_a_file_beyond_the_limit_is_refused_before_it_is_stored(world):
    heavy = SimpleUploadedFile("film.mp4", b"\x00\x00\x00\x18ftypmp42" + b"0" * MAX_SIZE)
    sent = {"kind": "note", "body": "x", "attached": heavy}
    answer = signed_in(world.camille).post(reverse("exchange_log", args=[world.customer.public_id]), sent)
    assert (answer.status_code, Attachment.objects.count()) == (422, 0)
    assert "« film.mp4 » dépasse 20 Mo." in words(answer)


def test_a_stream_beyond_reason_is_dropped_while_it_arrives_and_the_words_stay(world, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_OF_A_FILE", 200_000)
    heavy = SimpleUploadedFile("film.mp4", b"\x00\x00\x00\x18ftypmp42" + b"0" * 1_000_000)
    sent = {"kind": "note", "body": "Voir le film", "attached": [heavy, SimpleUploadedFile("porte.png", PNG)]}
    answer = signed_in(world.camille).post(reverse("exchange_log", args=[world.customer.public_id]), sent)
    assert (answer.status_code, Attachment.objects.count(), answer.context["form"]["body"].value()) == (422, 0, "Voir le film")
    assert [error.replace("\xa0", " ") for error in answer.context["form"].errors["attached"]] == [
        "« film.mp4 » dépasse 20 Mo. Allégez-le, ou envoyez un lien."
    ]


def test_the_page_costs_little(world, django_assert_max_num_queries):
    client = signed_in(world.camille)
    with django_assert_max_num_queries(10):  # session and user with it
        client.get(page_of(world.call))


@pytest.mark.parametrize("ref", ["a\x00b", "x", "é" * 26, "0" * 25, "a@b\x00.fr"])
@pytest.mark.parametrize("kind", ["interaction", "address", "email", "x"])
def test_a_reference_nobody_wrote_is_missing(world, kind, ref):
    assert signed_in(world.camille).get(reverse("pointing", args=[kind, ref])).status_code == 404


@pytest.mark.parametrize("kind", ["interaction", "customer", "commitment", "contact", "email"])
def test_a_reference_leads_to_its_page_rights_checked_at_the_click(world, kind):
    mail = Email.objects.create(
        key="k", customer=world.customer, direction="out", state="sent", recipient_email="a@example.org", subject="s", text="t"
    )
    things = {
        "interaction": (world.call.public_id, page_of(world.call)),
        "customer": (world.customer.public_id, reverse("customer", args=[world.customer.public_id])),
        "commitment": (world.call.commitments.order_by("id")[0].public_id, ""),
        "email": (mail.public_id, reverse("mail", args=[mail.public_id])),
        "contact": (world.anne.public_id, reverse("customer", args=[world.customer.public_id])),
    }
    ref, page = things[kind]
    page = page or reverse("commitment", args=[ref])
    client = signed_in(world.camille)
    assert client.get(reverse("pointing", args=[kind, ref])).headers["Location"] == page
    assert client.get(reverse("pointing", args=[kind, "0" * 26])).status_code == 404
    stranger = signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    assert stranger.get(reverse("pointing", args=[kind, ref])).status_code == 404


def test_every_kind_leads_to_a_page_that_exists():
    assert {kind: reverse(page, args=["0" * 26]) for kind, (_rows, page) in ROWS.items()} == {
        "invoice": f"/factures/{'0' * 26}/",
        "credit_note": f"/factures/{'0' * 26}/",
        "customer": f"/clients/{'0' * 26}/",
        "commitment": f"/engagements/{'0' * 26}/",
        "interaction": f"/echanges/{'0' * 26}/",
        "email": f"/courrier/{'0' * 26}/",
        "import": f"/imports/{'0' * 26}/",
        "complaint": f"/reclamations/{'0' * 26}/",
        "payment": f"/encaissements/{'0' * 26}/",
        "reminder": f"/relances/rappels/{'0' * 26}/",
    }


def test_a_mail_that_did_not_leave_can_be_read(world, company):
    with transaction.atomic():
        mail = queue_mail(
            key="k", to="anne@courriel.example", subject="Bonjour", text="Un mot.", by=world.camille, customer=world.customer
        )
    found = signed_in(world.camille).get(reverse("pointing", args=["email", mail.public_id]))
    assert found.headers["Location"] == reverse("mail", args=[mail.public_id])


def test_a_refused_address_leads_to_whose_it_is(world):
    client = signed_in(world.camille)
    found = client.get(reverse("pointing", args=["address", "paul@courriel.example"]))
    assert found.headers["Location"] == reverse("customer", args=[world.customer.public_id])
    assert client.get(reverse("pointing", args=["address", "nobody@example.org"])).status_code == 404


def test_a_reference_to_what_is_hidden_or_not_built_is_missing(world):
    Interaction.objects.filter(pk=world.call.pk).update(visibility="me")
    karim = signed_in(world.karim)
    assert karim.get(reverse("pointing", args=["interaction", world.call.public_id])).status_code == 404
    assert karim.get(reverse("pointing", args=["invoice", "F2026-000148"])).status_code == 404


def test_a_line_of_the_house_leads_to_what_it_tells(world):
    """Found by Ctrl K, «Facture émise» is no dead end."""
    invoice = issued(world.call.customer, "1240.00")
    with transaction.atomic():
        row = timeline.record(
            customer=world.call.customer,
            kind=Kind.INVOICE_ISSUED,
            summary="Facture émise",
            by=world.karim,
            about=invoice,
            about_kind="invoice",
        )
    page = signed_in(world.camille).get(page_of(row)).content.decode()
    assert f'<a href="{reverse("pointing", args=["invoice", invoice.public_id])}">{invoice.about_label}</a>' in page
    assert ">—<" not in page
