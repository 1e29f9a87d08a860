"""Writing to a client from the record: seen before, sent once, taken back with its words."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from crm import outbox
from crm.addresses import mark_bad
from crm.attachments import store
from crm.contacts import add_contact
from crm.models import BadAddress, Company, Customer, Email, Interaction
from lib import clock


@pytest.fixture
def anne(le_goff, camille):
    return add_contact(
        le_goff, by=camille, civility="mme", first_name="Anne", last_name="Le Goff", email="anne@legoff.example", is_main=True
    )


def url(customer, query=""):
    return f"/clients/{customer.public_id}/ecrire/{query}"


def letter(**changes):
    return {
        "once": "a" * 26, "to": "client", "subject": "Votre projet", "body": "Bonjour,\n\n{moi}", "visibility": "everyone", **changes,
    }  # fmt: skip


def test_a_letter_is_queued_with_its_words_filled_and_shown_until_it_leaves(as_camille, company, le_goff, anne, camille):
    answer = as_camille.post(url(le_goff), letter(to=anne.public_id, body="{salutation}\n\nÀ lundi.\n\n{moi}, {maison}"))
    email = Email.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/courrier/{email.public_id}/")
    assert (email.text, email.recipient_email, email.contact, email.state) == (
        "Bonjour Madame Le Goff,\n\nÀ lundi.\n\nCamille, Atelier Morvan", "anne@legoff.example", anne, "queued",
    )  # fmt: skip
    shown = as_camille.get(answer["Location"]).content.decode()
    assert "À lundi." in shown
    assert f'action="/courrier/{email.public_id}/annuler/"' in shown
    assert "data-countdown=" in shown


def test_the_same_form_sent_twice_is_one_letter(as_camille, company, le_goff):
    as_camille.post(url(le_goff), letter())
    as_camille.post(url(le_goff), letter())
    assert (Email.objects.count(), Interaction.objects.filter(kind="email").count()) == (1, 1)


def test_the_preview_shows_what_is_filled_and_what_is_not_understood(as_camille, company, le_goff):
    sent = letter(action="preview", body="Bonjour {prénom}, {prenon} {moi} {{ moi }}")
    answer = as_camille.post(url(le_goff), sent, headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert "<mark>Camille</mark>" in shown
    assert '<mark class="unknown">{prenon}</mark>' in shown
    assert "{{ moi }}" in shown
    assert (
        "« {prenon} » n’est pas un mot connu. Vouliez-vous écrire « {prénom} »\u00a0?".replace("« ", "«\u00a0").replace(
            " »", "\u00a0»"
        )
        in shown
    )
    assert "est vide pour cette personne" in shown
    assert (answer.status_code, Email.objects.count()) == (200, 0)


def test_without_a_script_the_preview_is_the_same_page_with_the_words_kept(as_camille, company, le_goff):
    answer = as_camille.post(url(le_goff), letter(action="preview", subject="", body="Des mots, {moi}."))
    assert (answer.status_code, answer.context["form"]["body"].value(), answer.context["form"].errors) == (
        200,
        "Des mots, {moi}.",
        {},
    )


@pytest.mark.parametrize("body", ["Bonjour {prenon}", "Bonjour {prénom},", "Voici\u00a0: […]", "   "])
def test_an_unfinished_letter_stays_in_the_editor(as_camille, company, le_goff, body):
    answer = as_camille.post(url(le_goff), letter(body=body))
    assert (answer.status_code, Email.objects.count(), list(answer.context["form"].errors)) == (422, 0, ["body"])


def test_a_letter_taken_back_returns_to_the_editor_with_its_words(as_camille, company, le_goff, anne):
    as_camille.post(url(le_goff), letter(to=anne.public_id, body="Des mots précieux. {moi}"))
    email = Email.objects.get()
    answer = as_camille.post(f"/courrier/{email.public_id}/annuler/", follow=True)
    assert answer.redirect_chain[-1][0] == url(le_goff, f"?reprendre={email.public_id}")
    form = answer.context["form"]
    assert (form["body"].value(), form["subject"].value(), form["to"].value()) == (
        "Des mots précieux. Camille",
        "Votre projet",
        anne.public_id,
    )
    assert Email.objects.get().state == "cancelled"


def test_a_letter_that_left_meanwhile_says_so(as_camille, company, le_goff):
    as_camille.post(url(le_goff), letter())
    outbox.drain(now=clock.real_now() + timedelta(minutes=2))
    answer = as_camille.post(f"/courrier/{Email.objects.get().public_id}/annuler/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Ce message n’attend plus\u00a0: il ne peut plus être repris."
    ]


def test_an_address_that_no_longer_answers_is_explained_and_cannot_be_chosen(as_camille, company, le_goff, camille):
    mark_bad("anne@legoff.example", reason="Elle a changé de maison.", by=camille)
    page = as_camille.get(url(le_goff))
    assert "Elle a changé de maison." in page.content.decode()
    assert page.context["reachable"] is False
    answer = as_camille.post(url(le_goff), letter())
    assert (answer.status_code, Email.objects.count()) == (422, 0)


def test_an_address_is_marked_by_hand_and_restored_with_its_trace(as_camille, company, le_goff, camille):
    where = f"/clients/{le_goff.public_id}/adresse/"
    as_camille.post(where, {"address": "anne@legoff.example", "reason": "Revenu deux fois."})
    assert BadAddress.objects.values_list("reason", "by").get() == ("Revenu deux fois.", camille.pk)
    assert as_camille.get(where + "?adresse=anne@legoff.example").status_code == 200
    as_camille.post(where, {"address": "anne@legoff.example", "action": "restore"})
    assert BadAddress.objects.count() == 0
    kinds = Interaction.objects.filter(kind__startswith="address").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["address_refused", "address_restored"]
    assert as_camille.get(where + "?adresse=quelqu-un@autre.example").status_code == 404


def test_a_file_goes_with_the_letter_and_a_hostile_one_keeps_the_words(as_camille, company, le_goff):
    hostile = SimpleUploadedFile("plan.svg", b"<svg onload=alert(1)>")
    answer = as_camille.post(url(le_goff), letter(files=hostile))
    assert (answer.status_code, Email.objects.count(), list(answer.context["form"].errors)) == (422, 0, ["files"])
    as_camille.post(url(le_goff), letter(once="b" * 26, files=SimpleUploadedFile("plan.txt", b"Le plan.")))
    assert list(Email.objects.get().attachments.values_list("name", "size")) == [("plan.txt", 8)]


def test_the_file_arrives(company, le_goff, camille):
    with transaction.atomic():
        email = outbox.queue_mail(
            key="k", to="anne@legoff.example", subject="Plan", text="Le voici.", by=camille, customer=le_goff,
            files=store([SimpleUploadedFile("plan d’été.txt", b"Le plan.")]),
        )  # fmt: skip
    sent = outbox.build(email).content
    assert b"Content-Disposition: attachment" in sent


def test_the_thread_s_readers_are_chosen_by_its_author(as_camille, as_karim, company, le_goff):
    as_camille.post(url(le_goff), letter(visibility="me"))
    email = Email.objects.get()
    assert (email.visibility, email.interaction.visibility) == ("me", "me")
    assert as_camille.get(f"/courrier/{email.public_id}/").status_code == 200
    assert as_karim.get(f"/courrier/{email.public_id}/").status_code == 404
    assert as_karim.post(f"/courrier/{email.public_id}/annuler/").status_code == 404


def test_a_text_of_the_house_begins_the_letter_in_the_person_s_language(as_camille, company, le_goff, camille):
    john = add_contact(le_goff, by=camille, first_name="John", last_name="Reed", email="john@legoff.example", language="en")
    french = as_camille.get(url(le_goff, "?texte=thanks&a=client"))
    english = as_camille.get(url(le_goff, f"?texte=thanks&a={john.public_id}"))
    assert [page.context["form"]["subject"].value() for page in (french, english)] == ["Merci", "Thank you"]
    assert english.context["form"]["to"].value() == john.public_id


def test_who_only_reads_cannot_write(as_lecture, company, le_goff):
    assert as_lecture.get(url(le_goff)).status_code == 403
    assert as_lecture.post(url(le_goff), letter()).status_code == 403
    assert Email.objects.count() == 0


def test_a_stranger_and_a_missing_client_look_alike(client, as_camille, le_goff):
    assert as_camille.get(f"/clients/{'0' * 26}/ecrire/").status_code == 404
    assert client.get(url(le_goff)).status_code == 302


def test_an_alias_is_written_to_as_its_head(as_camille, company, le_goff, diallo):
    Customer.objects.filter(pk=diallo.pk).update(merged_into=le_goff)
    as_camille.post(url(diallo), letter())
    assert Email.objects.get().customer == le_goff


def test_without_a_server_a_real_house_is_told_before_writing(settings, as_nadia, company, le_goff):
    settings.INSTALLATION_KIND = "real"
    assert "aucun serveur d’envoi n’est réglé" in as_nadia.get(url(le_goff)).content.decode()
    Company.objects.update(smtp_host="smtp.example")
    assert "aucun serveur d’envoi" not in as_nadia.get(url(le_goff)).content.decode()


def test_the_editor_costs_the_same_whatever_the_contacts(as_camille, company, le_goff, camille, django_assert_num_queries):
    for number in range(12):
        add_contact(le_goff, by=camille, last_name=f"Contact {number}", email=f"c{number}@legoff.example")
    as_camille.get("/courrier/")  # the first page of a session notes its hour
    with django_assert_num_queries(9):
        as_camille.get(url(le_goff))


def test_a_letter_taken_back_keeps_its_files_and_its_address(as_camille, company, le_goff, camille):
    add_contact(le_goff, by=camille, civility="mme", first_name="Anne", last_name="Le Goff", is_main=True)
    add_contact(le_goff, by=camille, first_name="Yann", last_name="Le Goff", email="aaa@legoff.example")
    as_camille.post(url(le_goff), letter(files=SimpleUploadedFile("plan.txt", b"Le plan.")))
    taken = Email.objects.get()
    page = as_camille.post(f"/courrier/{taken.public_id}/annuler/", follow=True)
    form = page.context["form"]
    assert (form["to"].value(), page.context["person"].address, [name for _ref, name in form.fields["kept"].choices]) == (
        "client", taken.recipient_email, ["plan.txt"],
    )  # fmt: skip
    kept = [ref for ref, _name in form.fields["kept"].choices]
    as_camille.post(url(le_goff), letter(once="b" * 26, taken=taken.public_id, kept=kept))
    as_camille.post(url(le_goff), letter(once="c" * 26, taken=taken.public_id))
    with_file, without = Email.objects.exclude(pk=taken.pk).order_by("pk")
    assert list(with_file.attachments.values_list("name", "size")) == [("plan.txt", 8)]
    assert without.attachments.count() == 0
    assert with_file.attachments.get().stored_as != taken.attachments.get().stored_as
