"""« Courrier »: the list, one mail, what a person decides."""

import re
from datetime import timedelta

import pytest
from django.db import transaction

from crm import outbox
from crm.models import BadAddress, Email
from lib import clock
from tests.harness.personas import signed_in

State = Email.State


def queue(customer, by, number=0, **options):
    with transaction.atomic():
        return outbox.queue_mail(
            key=f"k{number}",
            to="anne@legoff.example",
            subject=f"Message {number}",
            text="Bonjour.",
            by=by,
            customer=customer,
            **options,
        )


def turn(email, state, reason="Raison."):
    Email.objects.filter(pk=email.pk).update(state=state, reason=reason)
    return email


def test_the_list_is_newest_first_and_continues_by_key(as_camille, company, le_goff, camille):
    for number in range(60):
        queue(le_goff, camille, number)
    first = as_camille.get("/courrier/")
    rest = as_camille.get(first.context["next_url"])
    subjects = [row.email.subject for page in (first, rest) for row in page.context["page"].rows]
    assert subjects == [f"Message {number}" for number in range(59, -1, -1)]
    assert (rest.context["next_url"], as_camille.get("/courrier/?apres=n%27importe~quoi").status_code) == ("", 200)


@pytest.mark.parametrize("number", [1, 60])
def test_the_list_costs_the_same_whatever_it_holds(as_camille, company, le_goff, camille, django_assert_num_queries, number):
    for one in range(number):
        queue(le_goff, camille, one)
    as_camille.get("/courrier/")  # the first page of a session notes its hour
    with django_assert_num_queries(5):  # session, user, frame, why mail waits, the list
        as_camille.get("/courrier/")


def test_filters_and_an_empty_list_say_what_to_do(as_camille, company, le_goff, camille):
    assert "Aucun message ici" in as_camille.get("/courrier/").content.decode()
    turn(queue(le_goff, camille, 1), State.SENT)
    queue(le_goff, camille, 2)
    pages = {voir: as_camille.get(f"/courrier/?voir={voir}") for voir in ("envoyes", "en-attente")}
    shown = {voir: [row.email.subject for row in page.context["page"].rows] for voir, page in pages.items()}
    assert shown == {"envoyes": ["Message 1"], "en-attente": ["Message 2"]}


def test_the_banner_tells_that_mail_waits_and_why(as_camille, company, le_goff, camille):
    queue(le_goff, camille, delay=timedelta(minutes=-14))
    assert as_camille.get("/courrier/").context["waits"] is None
    Email.objects.update(send_after=clock.real_now() - timedelta(minutes=16), reason="Le serveur d’envoi ne répond pas.")
    page = as_camille.get("/courrier/").content.decode()
    assert "Des messages attendent de partir." in page
    assert "Le serveur d’envoi ne répond pas." in page


@pytest.mark.parametrize(
    ("state", "choice", "after"),
    [
        (State.HELD, "renvoyer", State.QUEUED),
        (State.HELD, "classer", State.CANCELLED),
        (State.UNCERTAIN, "renvoyer", State.QUEUED),
        (State.UNCERTAIN, "envoye", State.SENT),
        (State.UNCERTAIN, "classer", State.CANCELLED),
        (State.FAILED, "renvoyer", State.QUEUED),
        (State.FAILED, "classer", State.FAILED),
    ],
)
def test_each_choice_is_offered_taken_and_signed(as_karim, company, le_goff, camille, karim, state, choice, after):
    email = turn(queue(le_goff, camille), state)
    action = f"/courrier/{email.public_id}/decision/{choice}/"
    page = as_karim.get("/courrier/a-decider/")
    assert page.content.decode().count(f'action="{action}"') == 1
    as_karim.post(action, {"next": "/courrier/a-decider/"})
    email.refresh_from_db()
    assert (email.state, email.settled_by, email.decisions[0]["by"], email.is_to_decide) == (after, karim, karim.pk, False)
    assert "Rien à décider" in as_karim.get("/courrier/a-decider/").content.decode()
    assert "Karim" in as_karim.get(f"/courrier/{email.public_id}/").content.decode()


def test_a_refused_address_is_corrected_first(as_camille, company, le_goff, camille):
    """Sending again to an address that answers no more would be refused: it is not proposed."""
    email = turn(queue(le_goff, camille), State.FAILED)
    BadAddress.objects.create(address="anne@legoff.example", reason="550")
    for path in ("/courrier/a-decider/", f"/courrier/{email.public_id}/"):
        page = as_camille.get(path).content.decode()
        gestures = re.findall(r'action="[^"]*/decision/(\w+)/"', page)
        assert gestures == ["corriger", "classer"]
        assert f"/clients/{le_goff.public_id}/adresse/?adresse=anne%40legoff.example" in page
    BadAddress.objects.all().delete()
    page = as_camille.get(f"/courrier/{email.public_id}/").content.decode()
    assert re.findall(r'action="[^"]*/decision/(\w+)/"', page) == ["renvoyer", "classer", "corriger"]


def test_a_decision_already_taken_is_told(as_karim, company, le_goff, camille):
    email = turn(queue(le_goff, camille), State.UNCERTAIN)
    as_karim.post(f"/courrier/{email.public_id}/decision/envoye/")
    answer = as_karim.post(f"/courrier/{email.public_id}/decision/renvoyer/", follow=True)
    assert [str(message) for message in answer.context["messages"]][
        -1
    ] == "Un collègue vient de décider de ce message. Relisez-le ci-dessous."
    assert Email.objects.get().state == State.SENT


def test_a_corrected_address_writes_the_same_words_there(as_camille, company, le_goff, camille):
    email = turn(queue(le_goff, camille), State.FAILED)
    BadAddress.objects.create(address="anne@legoff.example", reason="550")
    answer = as_camille.post(f"/courrier/{email.public_id}/decision/corriger/", {"address": "anne.legoff@legoff.example"})
    new = Email.objects.get(state=State.QUEUED)
    assert (answer["Location"], new.recipient_email, new.text) == (
        f"/courrier/{new.public_id}/",
        "anne.legoff@legoff.example",
        "Bonjour.",
    )


def test_a_hand_made_way_back_does_not_leave_the_house(as_karim, company, le_goff, camille):
    email = turn(queue(le_goff, camille), State.UNCERTAIN)
    answer = as_karim.post(f"/courrier/{email.public_id}/decision/envoye/", {"next": "https://ailleurs.example/"})
    assert answer["Location"] == f"/courrier/{email.public_id}/"
    assert as_karim.post(f"/courrier/{email.public_id}/decision/inventer/").status_code == 404


def test_who_only_reads_sees_and_decides_nothing(as_lecture, company, le_goff, camille):
    email = turn(queue(le_goff, camille), State.UNCERTAIN)
    assert "decision/" not in as_lecture.get("/courrier/a-decider/").content.decode()
    assert as_lecture.post(f"/courrier/{email.public_id}/decision/envoye/").status_code == 403
    assert as_lecture.post(f"/courrier/{email.public_id}/annuler/").status_code == 403
    assert Email.objects.get().state == State.UNCERTAIN


def test_a_private_thread_and_account_mail_are_nowhere(as_karim, company, le_goff, camille):
    private = turn(queue(le_goff, camille, 1, visibility="me"), State.HELD)
    account = turn(queue(None, None, 2, purpose="account"), State.FAILED)
    assert as_karim.get("/courrier/").context["page"].rows == []
    assert as_karim.get("/courrier/a-decider/").context["rows"] == []
    for email in (private, account):
        assert as_karim.get(f"/courrier/{email.public_id}/").status_code == 404
        assert as_karim.post(f"/courrier/{email.public_id}/decision/renvoyer/").status_code == 404


def test_the_page_of_decisions_costs_the_same_whatever_waits(as_karim, company, le_goff, camille, django_assert_num_queries):
    for number in range(12):
        turn(queue(le_goff, camille, number), State.HELD)
    as_karim.get("/courrier/a-decider/")
    with django_assert_num_queries(5):  # session, user, frame, the rows, which of their addresses answer no more
        as_karim.get("/courrier/a-decider/")


def test_one_mail_costs_few_statements(company, le_goff, camille, django_assert_max_num_queries):
    email = turn(queue(le_goff, camille), State.HELD)
    browser = signed_in(camille)
    browser.get("/courrier/")
    with django_assert_max_num_queries(8):
        browser.get(f"/courrier/{email.public_id}/")
