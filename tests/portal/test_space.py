"""The client's space: who comes in, what they see, and what they may never see."""

import json
import re
from decimal import Decimal

import pytest
import zeal
from django.core import mail
from django.db import transaction
from django.http import Http404
from django.test import Client

from accounts.models import User
from billing import collecting
from complaints.models import Complaint
from crm import access, commitments, timeline
from crm.exchanges import log_interaction
from crm.models import Commitment, Contact, ContactAccess, Email, Interaction
from lib import clock
from lib.errors import Refusal
from portal.space import space_of
from tests.billing.house import issued, settle
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
PAGES = ("/espace/", "/espace/documents/", "/espace/messages/", "/espace/mes-donnees/", "/espace/mes-donnees.json")


@pytest.fixture
def person(invoice) -> Contact:
    """M. Diallo, as his record knows him."""
    return Contact.objects.get(customer=invoice.customer)


@pytest.fixture
def given(person, nadia) -> ContactAccess:
    """His access."""
    return access.invite(person, by=nadia)


@pytest.fixture
def as_diallo(given) -> Client:
    """His browser, logged in."""
    return signed_in(given.user)


@pytest.fixture
def as_le_goff(le_goff, nadia) -> Client:
    """The browser of another client's person."""
    contact = Contact.objects.create(
        customer=le_goff, last_name="Le Goff", email="anne@legoff.example", email_key="anne@legoff.example"
    )
    return signed_in(access.invite(contact, by=nadia).user)


def test_an_invited_person_is_written_to_once(person, nadia):
    first, second = access.invite(person, by=nadia), access.invite(person, by=nadia)
    assert first == second
    assert (first.user.role, first.user.has_usable_password()) == ("", False)
    (letter,) = Email.objects.filter(key__startswith="portal_invitation:")
    assert "/espace/" in letter.text


def test_who_has_no_address_or_is_a_colleague_is_not_invited(person, nadia, karim):
    type(person.customer).objects.update(email="")
    for address in ("", karim.email):
        Contact.objects.filter(pk=person.pk).update(email=address)
        person.refresh_from_db()
        with pytest.raises(Refusal):
            access.invite(person, by=nadia)
    assert not ContactAccess.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_its_person_alone(as_diallo, as_nadia, page):
    stranger = signed_in(User.objects.create_user("stranger@client.example", name="Sans accès"))
    assert [browser.get(page).status_code for browser in (as_diallo, as_nadia, stranger, Client())] == [200, 404, 404, 302]


def test_staff_pages_are_closed_to_a_client(as_diallo, invoice):
    pages = (
        "/",
        "/clients/",
        f"/clients/{invoice.customer.public_id}/",
        f"/factures/{invoice.public_id}/",
        "/recherche/?q=diallo",
    )
    answers = [as_diallo.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {404}
    text = answers[0].content.decode()
    assert ("Revenir à votre espace" in text, 'href="/espace/"' in text, "/recherche/" in text) == (True, True, False)


def test_another_client_s_documents_do_not_exist(as_le_goff, as_diallo, invoice):
    place = f"/espace/documents/{invoice.public_id}/"
    assert (as_diallo.get(place).status_code, as_le_goff.get(place).status_code) == (200, 404)
    for verb in ("question", "en-parler", "virement", "regler"):
        assert as_le_goff.post(f"{place}{verb}/", {"words": "x", "help": "word"}).status_code == 404
    assert as_le_goff.get(f"{place}pdf/").status_code == 404
    assert invoice.number not in as_le_goff.get("/espace/documents/").content.decode()
    assert not Interaction.objects.filter(kind__in=("question_asked", "message")).exists()


def test_an_ended_access_closes_at_once(as_diallo, given, nadia):
    access.end(given, by=nadia)
    with zeal.zeal_ignore([{"model": "sessions.Session", "field": "*"}]):  # Django looks again for one that is gone
        assert as_diallo.get("/espace/").status_code == 302


def test_an_ended_access_opens_nothing_more(given, nadia, rf):
    request = rf.get("/espace/")
    request.user, request.session = given.user, {}
    assert space_of(request).customer == given.customer
    access.end(given, by=nadia)
    with pytest.raises(Http404):
        space_of(request)


def test_the_code_comes_by_mail_and_only_a_post_logs_in(given):
    browser = Client()
    answer = browser.post("/compte/login/code/", {"email": given.user.email})
    assert answer.status_code == 302
    (letter,) = mail.outbox
    assert (letter.body[:9], "testserver" in letter.body, "Veuillez" in letter.body) == ("Bonjour,\n", False, False)
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", letter.body.split("code", 1)[1])
    assert code is not None
    confirm = answer["Location"]
    assert browser.get(f"{confirm}?code={code[0]}").status_code == 200
    assert browser.get("/espace/").status_code == 302
    with zeal.zeal_ignore([{"model": "account.EmailAddress", "field": "*"}]):  # allauth asks twice
        entered = browser.post(confirm, {"code": code[0]})
    assert (entered.status_code, entered["Location"]) == (302, "/espace/")
    assert browser.get("/espace/").status_code == 200


def test_an_unknown_address_reads_the_same(given):
    known, unknown = (
        Client().post("/compte/login/code/", {"email": address}) for address in (given.user.email, "nobody@x.example")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_one_person_stands_for_two_customers(as_diallo, person, given, le_goff, nadia, invoice):
    other = issued(settle(le_goff, siren="552100554"))
    second = access.invite(person, customer=le_goff, by=nadia)
    assert second.user == given.user
    assert other.number not in as_diallo.get("/espace/documents/").content.decode()
    assert other.number in as_diallo.get(f"/espace/documents/?pour={second.public_id}").content.decode()
    assert other.number in as_diallo.get("/espace/documents/").content.decode()  # remembered
    assert as_diallo.get(f"/espace/documents/{invoice.public_id}/").status_code == 404


def test_home_says_where_one_stands(as_diallo, invoice, karim):
    assert "461,25\u00a0€" in as_diallo.get("/espace/").content.decode()
    collecting.record_payment(
        customer=invoice.customer,
        amount=Decimal("461.25"),
        method="transfer",
        paid_on=clock.today(),
        by=karim,
        invoices=[invoice],
    )
    text = as_diallo.get("/espace/").content.decode()
    assert ("Vous ne nous devez rien" in text, "Nous avons reçu votre paiement" in text) == (True, True)


def test_what_the_house_says_to_itself_is_never_shown(as_diallo, invoice, person, camille):
    for kind in ("note", "call", "visit"):
        log_interaction(
            invoice.customer,
            by=camille,
            kind=kind,
            body=f"Parole de maison {kind}",
            contact=person,
            direction="in" if kind == "call" else "",
        )
    commitments.promise(invoice.customer, owed_by="us", what="Secret de maison", due_on=clock.today(), by=camille)
    for page in PAGES:
        text = as_diallo.get(page).content.decode()
        assert ("Parole de maison" in text, "Secret de maison" in text) == (False, False), page


def test_another_person_s_messages_need_the_right_to_see_all(as_diallo, given, invoice, nadia):
    other = Contact.objects.create(customer=invoice.customer, last_name="Sow", email="sow@x.example", email_key="sow@x.example")
    as_sow = signed_in(access.invite(other, by=nadia).user)
    as_sow.post("/espace/messages/", {"matter": "word", "words": "Message de Mme Sow"})
    assert "Message de Mme Sow" not in as_diallo.get("/espace/messages/").content.decode()
    ContactAccess.objects.filter(pk=given.pk).update(sees_all=True)
    assert "Message de Mme Sow" in as_diallo.get("/espace/messages/").content.decode()


def test_a_message_becomes_our_commitment(as_diallo, person):
    assert (
        as_diallo.post("/espace/messages/", {"matter": "word", "subject": "Merci", "words": "Beau travail."}).status_code == 302
    )
    row = Interaction.objects.get(kind="message")
    assert (row.body, row.contact, row.direction, row.audience) == ("Merci\n\nBeau travail.", person, "in", "contact")
    assert Commitment.objects.filter(owed_by="us", interaction=row).count() == 1


def test_a_complaint_written_here_is_theirs_to_follow(as_diallo, as_le_goff, person):
    said = {"matter": "complaint", "subject": "Étagère fendue", "words": "Elle s’est fendue hier."}
    assert as_diallo.post("/espace/messages/", said).status_code == 302
    assert Complaint.objects.get().contact == person
    assert "Étagère fendue" in as_diallo.get("/espace/").content.decode()
    assert "Étagère fendue" not in as_le_goff.get("/espace/").content.decode()
    assert as_diallo.post("/espace/messages/", {"matter": "complaint", "words": "Sans objet"}).status_code == 422


@pytest.mark.parametrize(
    "said", [{"x": "y"}, {"matter": "word"}, {"matter": "x", "words": "y"}, {"matter": "word", "words": "z" * 3000}]
)
def test_a_message_without_words_is_refused(as_diallo, said):
    assert as_diallo.post("/espace/messages/", said).status_code == 422
    assert not Interaction.objects.filter(kind="message").exists()


def test_coordinates_are_corrected_by_the_person(as_diallo, person):
    assert as_diallo.post("/espace/mes-donnees/", {"last_name": "Diallo", "mobile": "06 12 34 56 78"}).status_code == 302
    person.refresh_from_db()
    assert person.mobile == "+33612345678"
    assert as_diallo.post("/espace/mes-donnees/", {"last_name": "Diallo", "mobile": "pas un numéro"}).status_code == 422


def test_the_data_are_taken_away_whole_and_alone(as_diallo, invoice, person):
    as_diallo.post("/espace/messages/", {"matter": "word", "words": "Un mot."})
    answer = as_diallo.get("/espace/mes-donnees.json")
    found = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert [row["number"] for row in found["documents"]] == [invoice.number]
    assert (found["documents"][0]["balance_due"], found["person"]["email"]) == ("461.25", person.email)
    assert "Un mot." in [row["words"] for row in found["messages"]]


def test_the_data_hold_neither_a_mail_that_did_not_leave_nor_what_colleagues_promise_each_other(
    as_diallo, invoice, person, nadia
):
    customer = invoice.customer
    mails = {state: mail_of(customer, person, state) for state in ("queued", "held", "cancelled", "sent")}
    commitments.promise(
        customer, owed_by="us", what="Se méfier de lui", due_on=clock.today(), by=nadia, contact=person, visibility="me"
    )
    commitments.promise(customer, owed_by="them", what="Payer (n’y croyons pas)", due_on=clock.today(), by=nadia, contact=person)
    as_diallo.post("/espace/messages/", {"matter": "word", "words": "Un mot."})
    found = json.loads(as_diallo.get("/espace/mes-donnees.json").content)
    assert [row["words"] for row in found["messages"] if row["kind"] == "email"] == [mails["sent"].text]
    assert [row["what"] for row in found["promises"]] == ["Répondre à son message"]


def mail_of(customer, person, state):
    """A mail written to the person, in that state, with its line of the history."""
    with transaction.atomic():
        row = timeline.record(
            customer=customer, contact=person, kind="email", summary="E-mail", by=None, direction="out", audience="contact"
        )
    return Email.objects.create(
        customer=customer, contact=person, interaction=row, key=state, direction="out", state=state, recipient_email=person.email,
        sender_email="bonjour@duval.example", subject="Bonjour", text=f"Ce mail est {state}.",
    )  # fmt: skip


@pytest.mark.parametrize(("page", "most"), [("/espace/", 12), ("/espace/documents/", 6), ("/espace/messages/", 9)])
def test_a_page_costs_the_same_with_ten_times_the_documents(as_diallo, invoice, page, most, django_assert_max_num_queries):
    for _number in range(10):
        issued(invoice.customer)
    as_diallo.get(page)
    with django_assert_max_num_queries(most):
        as_diallo.get(page)


def test_a_session_sleeps_half_an_hour(as_diallo):
    session = as_diallo.session
    session["seen_at"] = int(clock.real_now().timestamp()) - 31 * 60
    session["began_at"] = session["seen_at"]
    session.save()
    assert as_diallo.get("/espace/").status_code == 302


def test_a_document_tells_what_happened_to_it(as_diallo, invoice):
    place = f"/espace/documents/{invoice.public_id}/"
    as_diallo.post(f"{place}question/", {"line": 1, "words": "Le vernis ?"})
    text = as_diallo.get(place).content.decode()
    assert "Vous nous avez demandé" in text


def test_a_mail_that_has_not_left_was_not_written(as_diallo, invoice):
    """The mail of the invoice still waits its minute."""
    assert "Nous vous avons écrit" not in as_diallo.get("/espace/messages/").content.decode()
    Email.objects.filter(customer=invoice.customer).update(state=Email.State.SENT)
    assert "Nous vous avons écrit" in as_diallo.get("/espace/messages/").content.decode()


def test_a_client_is_sent_to_the_door_of_codes():
    answer = Client().get("/espace/documents/")
    assert answer["Location"] == "/compte/login/code/?next=/espace/documents/"
