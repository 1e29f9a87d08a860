"""The document of a mailed link: what opens it, what does not, and what its reader may say."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from billing import collecting, links, questions
from billing.models import AccessLink, Question, TransferNotice
from complaints.models import Complaint
from crm.company import the_company
from crm.models import Commitment, Contact, Email, Interaction
from crm.personal_links import key_of
from lib import clock, typography
from lib.errors import Refusal
from portal import reading, talking
from tests.billing.house import issued
from tests.portal.conftest import followed, on, past

pytestmark = pytest.mark.django_db


def test_the_key_is_exchanged_for_a_cookie_and_leaves_the_address(link):
    answer = Client().get(f"/f/{key_of(link.public_id)}/regler/")
    assert (answer.status_code, answer["Location"]) == (302, f"/document/{link.public_id}/#regler")
    cookie = answer.cookies["document"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/document/{link.public_id}/", True, "Lax")
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("same-origin", "no-store")
    assert AccessLink.objects.get(pk=link.pk).openings == 0


def test_the_reader_sees_what_is_due_and_why(reader):
    browser, place = reader
    page = browser.get(place)
    text = page.content.decode()
    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex, nofollow")
    for said in (
        "461,25\u00a0€",
        "Étagère en chêne",
        "2 unités, TVA 20 %",
        "MENUISERIE DUVAL SARL",
        "FR76 3000 6000 0112 3456 7890 189".replace(" ", "\u00a0"),
    ):
        assert said in text, said


def test_reading_notes_nothing_and_an_opening_is_told_once(reader, link):
    browser, place = reader
    for _time in range(3):
        browser.get(place)
        browser.head(place)
    assert (AccessLink.objects.get(pk=link.pk).openings, Interaction.objects.filter(kind="invoice_opened").count()) == (0, 0)
    assert [browser.post(f"{place}vu/").status_code for _time in range(3)] == [204, 204, 204]
    assert AccessLink.objects.get(pk=link.pk).openings == 1
    assert Interaction.objects.filter(kind="invoice_opened").count() == 1


def test_a_scanner_without_the_cookie_opens_nothing(link):
    for verb in ("get", "head"):
        assert getattr(Client(), verb)(f"/document/{link.public_id}/").status_code == 404
    assert not Interaction.objects.filter(kind="invoice_opened").exists()


@pytest.mark.parametrize("trouble", ["revoked", "over", "guessed"])
def test_a_dead_link_says_always_the_same(link, trouble):
    key = key_of(link.public_id)
    if trouble == "revoked":
        AccessLink.objects.filter(pk=link.pk).update(revoked_at=link.made_at)
    elif trouble == "over":
        past(link)
    else:
        key = "A" * 43
    found = Client().get(f"/f/{key}/")
    other = Client().get(f"/f/{'B' * 43}/")
    assert (found.status_code, other.status_code) == (404, 404)
    said = [page.content.decode().replace(name, "KEY") for page, name in ((found, key), (other, "B" * 43))]
    assert without_tokens(said[0]) == without_tokens(said[1])


def without_tokens(page: str) -> str:
    """The page without what changes at each request."""
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_cookie_dies_with_its_link(reader, link):
    browser, place = reader
    past(link)
    assert browser.get(place).status_code == 404


def test_a_fresh_link_goes_to_the_address_on_file_once_a_day(link):
    past(link)
    before = Email.objects.count()
    pages = [Client().post(f"/f/{key}/nouveau/") for key in (key_of(link.public_id), key_of(link.public_id), "C" * 43)]
    assert {without_tokens(page.content.decode()) for page in pages} == {without_tokens(pages[0].content.decode())}
    mails = Email.objects.order_by("pk")[before:]
    assert [mail.recipient_email for mail in mails] == ["diallo@example.org"]
    assert (
        AccessLink.objects.living(on(0)).filter(invoice=link.invoice).exclude(pk=link.pk).count() == 2
    )  # the issue’s own mail too


def test_one_link_never_opens_another_document(reader, link):
    browser, _place = reader
    other = links.mint(issued(link.invoice.customer), contact=None, address="x@y.example", by=None, on=on(0))
    assert browser.get(f"/document/{other.public_id}/").status_code == 404
    assert browser.post(f"/document/{other.public_id}/question/", {"words": "?"}).status_code == 404
    forged = Client()
    forged.cookies["document"] = other.public_id
    assert forged.get(f"/document/{other.public_id}/").status_code == 404


def test_a_question_on_a_line_is_answered_and_read_by_the_next(reader, link, karim):
    browser, place = reader
    assert browser.post(f"{place}question/", {"line": 1, "words": "Le vernis est-il compris ?"}).status_code == 302
    asked = Question.objects.get()
    assert (asked.line.description, asked.commitment.owed_by, asked.commitment.due_on) == (
        "Étagère en chêne", "us", questions.answer_by(on(0), "national"),
    )  # fmt: skip
    assert browser.post(f"{place}question/", {"line": 1, "words": "Le vernis est-il compris ?"}).status_code == 302
    assert Question.objects.count() == 1
    questions.answer(asked, words="Oui, deux couches.", by=karim)
    assert Commitment.objects.get(pk=asked.commitment_id).kept_at is not None
    assert Email.objects.filter(subject__contains="Votre question", recipient_email="diallo@example.org").count() == 1
    another, where = followed(links.mint(link.invoice, contact=None, address="b@c.example", by=None, on=on(0)))
    assert "Oui, deux couches." in another.get(where).content.decode()
    with pytest.raises(Refusal):
        questions.answer(asked, words="Non.", by=karim)


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001])
def test_empty_or_endless_words_are_refused(reader, words):
    browser, place = reader
    assert browser.post(f"{place}question/", {"line": 1, "words": words}).status_code == 422
    assert not Question.objects.exists()


def test_time_becomes_their_promise(reader, link):
    browser, place = reader
    said = {"help": "time", "on": on(10).isoformat(), "words": "Ma paie arrive le 2."}
    assert browser.post(f"{place}en-parler/", said).status_code == 302
    made = Commitment.objects.get(nature="primary")
    assert (made.owed_by, made.amount, made.due_on, made.about_ref) == (
        "them",
        link.invoice.balance(),
        on(10),
        link.invoice.public_id,
    )
    assert browser.post(f"{place}en-parler/", {"help": "time", "on": on(12).isoformat()}).status_code == 302
    assert [row.due_on for row in Commitment.objects.open().filter(nature="primary")] == [on(12)]


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ({"help": "time", "on": on(60).isoformat()}, "us"),
        ({"help": "parts", "parts": "3"}, "us"),
        ({"help": "word", "words": "Merci pour la pose."}, "us"),
    ],
)
def test_the_rest_waits_for_a_person(reader, said, owed):
    browser, place = reader
    assert browser.post(f"{place}en-parler/", said).status_code == 302
    assert [row.owed_by for row in Commitment.objects.filter(nature="primary")] == [owed]


def test_a_disagreement_is_a_written_complaint(reader, link):
    browser, place = reader
    assert browser.post(f"{place}en-parler/", {"help": "disagree", "words": "Une étagère est fendue."}).status_code == 302
    complaint = Complaint.objects.get()
    assert (complaint.invoice, complaint.customer) == (link.invoice, link.invoice.customer)


def test_a_disagreement_from_the_client_s_own_address_is_one_too(link):
    mine = links.mint(link.invoice, contact=None, address="diallo@example.org", by=None, on=on(0))
    browser, place = followed(mine)
    assert browser.post(f"{place}en-parler/", {"help": "disagree", "words": "Une étagère est fendue."}).status_code == 302
    complaint = Complaint.objects.get()
    assert (complaint.invoice, complaint.contact, complaint.channel) == (link.invoice, None, "portal")


@pytest.mark.parametrize(
    "said",
    [
        {"help": "time"}, {"help": "time", "on": on(-1).isoformat()}, {"help": "time", "on": on(900).isoformat()}, {"help": "parts"},
        {"help": "parts", "parts": "40"}, {"help": "word"}, {"help": "disagree"}, {"help": "free money"}, {},
        {"help": "word", "words": "x\u0000y"},
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(reader, said):
    browser, place = reader
    before = Interaction.objects.count()
    assert browser.post(f"{place}en-parler/", said).status_code == 422
    assert (Interaction.objects.count(), Commitment.objects.filter(nature="primary").count()) == (before, 0)


def test_an_announced_transfer_is_noted(reader, link):
    browser, place = reader
    assert browser.post(f"{place}virement/").status_code == 302
    assert TransferNotice.objects.get().invoice == link.invoice
    assert "tant que nous attendons votre virement, jusqu’au" in browser.get(place).content.decode()


def test_words_of_strangers_are_printed_as_words(reader, link):
    browser, place = reader
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}"
    browser.post(f"{place}question/", {"line": 1, "words": hostile})
    text = browser.get(place).content.decode()
    assert ("<script>alert(1)" in text, "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in text) == (False, True)


def test_the_page_costs_the_same_whatever_was_said(reader, link, karim, django_assert_max_num_queries):
    browser, place = reader
    browser.get(place)
    asked = [questions.ask(link.invoice, words=f"Question {number} ?", contact=None) for number in range(12)]
    with django_assert_max_num_queries(9):
        browser.get(place)
    for question in asked:
        questions.answer(question, words="Oui.", by=karim)
    with django_assert_max_num_queries(9):
        browser.get(place)


def test_nothing_of_the_rest_of_the_client_is_there(reader, link):
    browser, place = reader
    text = browser.get(place).content.decode()
    assert [word for word in (link.invoice.customer.email, link.invoice.customer.reference) if word in text] == []


def test_a_fresh_link_never_goes_to_an_address_that_left_the_record(link):
    past(link)
    Contact.objects.filter(customer=link.invoice.customer).update(email="neuve@example.org", email_key="neuve@example.org")
    type(link.invoice.customer).objects.update(email="neuve@example.org", email_key="neuve@example.org")
    Client().post(f"/f/{key_of(link.public_id)}/nouveau/")
    assert Email.objects.order_by("-pk").first().recipient_email == "neuve@example.org"
    stranger = links.mint(link.invoice, contact=None, address="inconnu@example.org", by=None, on=on(0))
    past(stranger)
    before = Email.objects.count()
    assert Client().post(f"/f/{key_of(stranger.public_id)}/nouveau/").status_code == 404
    assert Email.objects.count() == before


def test_what_the_house_will_read_is_in_its_language_whoever_writes(invoice, link):
    with translation.override("en"):
        talking.promise_to_pay(invoice, on=clock.today() + timedelta(3), words="", contact=None)
        talking.promise_to_pay(invoice, on=clock.today() + timedelta(4), words="", contact=None)
        talking.ask_for_parts(invoice, parts=2, words="", contact=None)
        questions.ask(invoice, words="Why?", contact=None)
    made = Commitment.objects.filter(nature="primary").order_by("pk")
    label, said = f"Facture {invoice.number}", f"facture {invoice.number}"
    assert [row.what for row in made] == [
        f"Régler la {said}", f"Régler la {said}", f"Lui répondre sur la {said}, demande 2 paiements",
        f"Répondre à sa question sur la {said}",
    ]  # fmt: skip
    assert (made[0].released_because, made[1].about_label) == ("Le client a donné un autre jour.", label)
    assert set(Interaction.objects.filter(about_ref=invoice.public_id).values_list("about_label", flat=True)) == {label}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"help": "time", "on": 30}, "Les rappels attendent ce jour."),
        ({"help": "disagree"}, "Votre réclamation est enregistrée."),
        ({"help": "word"}, "Réponse sous deux jours ouvrés"),
    ],
)
def test_what_is_answered_is_what_will_happen(said, words):
    asked = {**said, "on": clock.today() + timedelta(said["on"])} if "on" in said else said
    assert words in reading.spoken(asked)


def test_what_was_asked_is_shown_back_until_it_is_answered(reader, link):
    browser, place = reader
    browser.post(f"{place}en-parler/", {"help": "parts", "parts": "3", "words": "Trois fois cent euros."})
    answer_by = f"Réponse au plus tard le {typography.long_date(questions.answer_by(clock.today(), the_company().holiday_zone), language='fr')}"
    text = browser.get(place).content.decode()
    assert [text.count(said) for said in ("Régler en 3 fois", "«\u00a0Trois fois cent euros.\u00a0»", answer_by)] == [1, 1, 1]
    (ours,) = Commitment.objects.filter(owed_by="us", nature="primary")
    Commitment.objects.filter(pk=ours.pk).update(kept_at=clock.now())
    assert "Régler en 3 fois" not in browser.get(place).content.decode()


def test_another_person_s_request_is_not_shown(link):
    other = Contact.objects.create(customer=link.invoice.customer, first_name="Awa", last_name="Diallo")
    talking.ask_for_parts(link.invoice, parts=3, words="", contact=other)
    browser, place = followed(link)
    assert "Régler en 3 fois" not in browser.get(place).content.decode()


def test_a_paid_invoice_says_how_it_was_and_asks_for_no_delay(reader, link, karim):
    browser, place = reader
    collecting.record_payment(
        customer=link.invoice.customer, amount=link.invoice.balance(), method="transfer", paid_on=clock.today(), by=karim,
        invoices=[link.invoice],
    )  # fmt: skip
    text = browser.get(place).content.decode()
    assert (text.count("par virement"), "461,25\u00a0€" in text) == (1, True)
    assert [said in text for said in ("Un peu de temps", "Pour quel jour", "rappels s’arrêtent", "Je ne suis pas d’accord")] == [
        False,
        False,
        False,
        True,
    ]
    assert browser.post(f"{place}en-parler/", {"help": "time", "on": on(10).isoformat()}).status_code == 422
