"""Photos and documents that a client joins to the complaint they write in their space."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from crm import access
from crm.customers import create_customer
from crm.models import Attachment, Contact
from tests.billing.house import open_firm
from tests.complaints.test_proofs import code, kept
from tests.desk.reading import words as text_of
from tests.harness.personas import member, signed_in

PNG = b"\x89PNG\r\n\x1a\n a swollen shutter"
PLACE = "/espace/messages/"
SAID = {"matter": "complaint", "subject": "Volet", "words": "Il gonfle.", "key": "k"}


def photo(name: str = "volet.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def his(invoice, nadia) -> Client:
    """M. Diallo's browser."""
    return signed_in(access.invite(Contact.objects.get(customer=invoice.customer), by=nadia).user)


@pytest.fixture
def hers(le_goff, nadia) -> Client:
    """Another client's browser."""
    contact = Contact.objects.create(
        customer=le_goff, last_name="Le Goff", email="anne@legoff.example", email_key="anne@legoff.example"
    )
    return signed_in(access.invite(contact, by=nadia, sees_all=True).user)


@pytest.mark.django_db
def test_what_is_joined_is_kept_once_read_by_them_and_by_the_house_alone(his, hers, as_nadia):
    for _click in range(2):
        answer = his.post(PLACE, {**SAID, "attached": [photo(), photo("devis.pdf", b"%PDF-1.7 the quote")]})
        assert (answer.status_code, answer["Location"]) == (302, PLACE)
    complaint = Complaint.objects.get()
    fact = complaint.facts.get(kind="written")
    assert [(file.name, file.added_by) for file in fact.interaction.attachments.order_by("pk")] == [
        ("volet.png", None), ("devis.pdf", None),
    ]  # fmt: skip
    assert (Attachment.objects.count(), kept()) == (2, 2)
    file = Attachment.objects.get(name="volet.png")
    piece = reverse("portal:piece", args=[file.public_id])
    page = his.get(PLACE)
    assert ("volet.png" in text_of(page), "devis.pdf" in text_of(page), f'href="{piece}"' in page.content.decode()) == (
        True,
        True,
        True,
    )
    answer = his.get(piece)
    assert (b"".join(answer.streaming_content), answer["Content-Disposition"], answer["Content-Security-Policy"]) == (
        PNG, 'attachment; filename="volet.png"', "default-src 'none'; sandbox",
    )  # fmt: skip
    assert [code(browser, piece) for browser in (hers, as_nadia, Client())] == [404, 404, 302]
    case = as_nadia.get(reverse("complaint", args=[complaint.public_id]))
    assert ("volet.png" in text_of(case), "devis.pdf" in text_of(case)) == (True, True)
    assert code(as_nadia, reverse("attachment", args=[file.public_id])) == 200


@pytest.mark.django_db
def test_the_same_words_with_another_photo_are_not_lost(his):
    for sent in (photo(), photo("autre.png", PNG + b"2"), photo("autre.png", PNG + b"2")):
        assert his.post(PLACE, {**SAID, "attached": [sent]}).status_code == 302
    assert (Complaint.objects.count(), Attachment.objects.count(), kept()) == (2, 2, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.svg", b"<svg onload=alert(1)>"),
        ("a.pdf.exe", b"MZ"),
        ("photo.png", b"<html>"),
        ("volet.PnG.html", PNG),
        ("vide.pdf", b""),
    ],
)
def test_a_hostile_file_is_refused_and_every_word_kept(his, name, content):
    answer = his.post(PLACE, {**SAID, "attached": [photo(), photo(name, content)]})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["words"].value(), answer.context["key"]) == (
        422, ["attached"], "Il gonfle.", "k",
    )  # fmt: skip
    assert (Complaint.objects.count(), Attachment.objects.count(), kept()) == (0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"subject": ""}, {"words": ""}, {"words": "z" * 3000}])
def test_a_refused_complaint_keeps_no_file_and_asks_for_it_by_name(his, wrong):
    answer = his.post(PLACE, {**SAID, **wrong, "attached": [photo()]})
    assert (answer.status_code, "volet.png" in str(answer.context["form"].errors["attached"]), kept()) == (422, True, 0)
    assert his.post(PLACE, {**SAID, "attached": [photo()]}).status_code == 302
    assert (Complaint.objects.count(), kept()) == (1, 1)


@pytest.mark.django_db
def test_files_of_a_plain_message_too_many_or_too_big_are_told(his):
    for said in (
        {**SAID, "matter": "word", "attached": [photo()]},
        {**SAID, "attached": [photo(f"{number}.png") for number in range(11)]},
    ):
        answer = his.post(PLACE, said)
        assert (answer.status_code, list(answer.context["form"].errors), kept()) == (422, ["attached"], 0)
    answer = his.post(PLACE, SAID, **{"egards.skipped_files": ["film.mov"]})
    assert (answer.status_code, "film.mov" in str(answer.context["form"].errors["attached"])) == (422, True)
    assert not Complaint.objects.exists()


@pytest.mark.django_db
def test_the_page_costs_the_same_with_ten_joined_files(his, django_assert_max_num_queries):
    for number in range(10):
        his.post(PLACE, {**SAID, "words": f"Volet {number}.", "attached": [photo(f"{number}.png")]})
    with django_assert_max_num_queries(12):
        assert "9.png" in text_of(his.get(PLACE))
    with django_assert_max_num_queries(60):
        his.post(PLACE, {**SAID, "attached": [photo(f"{number}.png") for number in range(10)]})


def test_two_clicks_at_the_same_moment_keep_one_photo(committing):
    open_firm()
    customer = create_customer(by=None, name="M. Diallo", type="consumer", email="diallo@example.org")
    user = access.invite(Contact.objects.get(customer=customer), by=member("Nadia", "manager")).user
    browsers = [signed_in(user) for _click in range(2)]
    start, codes = threading.Barrier(2), []

    def click(browser: Client) -> None:
        start.wait()
        codes.append(browser.post(PLACE, {**SAID, "attached": [photo()]}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes, Complaint.objects.count(), Attachment.objects.count(), kept()) == ([302, 302], 1, 1, 1)


DISAGREED = {"help": "disagree", "words": "Une étagère est fendue.", "key": "k"}


@pytest.mark.django_db
def test_a_disagreement_takes_its_photos_along_by_a_mailed_link_and_from_the_space(reader, his, as_nadia, invoice):
    browser, place = reader
    for _click in range(2):
        answer = browser.post(f"{place}en-parler/", {**DISAGREED, "attached": [photo()]})
        assert (answer.status_code, answer["Location"]) == (302, place)
    own = f"/espace/documents/{invoice.public_id}/"
    assert (
        his.post(f"{own}en-parler/", {**DISAGREED, "words": "Deux.", "attached": [photo("deux.png", PNG + b"2")]}).status_code
        == 302
    )
    assert (Complaint.objects.count(), Attachment.objects.count(), kept()) == (2, 2, 2)
    assert [one.invoice for one in Complaint.objects.all()] == [invoice, invoice]
    shown = text_of(his.get(PLACE))
    assert ("volet.png" in shown, "deux.png" in shown) == (True, True)
    case = Complaint.objects.order_by("pk").first()
    assert case is not None
    assert "volet.png" in text_of(as_nadia.get(reverse("complaint", args=[case.public_id])))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {**DISAGREED, "help": "word"}, {**DISAGREED, "words": ""}, {**DISAGREED, "help": "time", "on": "2020-01-01"},
        {**DISAGREED, "name": "page.svg"}, {**DISAGREED, "name": "a.pdf.exe"},
    ],
)  # fmt: skip
def test_a_refused_word_on_an_invoice_keeps_no_file_and_every_word(reader, said):
    browser, place = reader
    said = dict(said)
    answer = browser.post(f"{place}en-parler/", {**said, "attached": [photo(said.pop("name", "volet.png"))]})
    form = answer.context["talk_form"]
    assert (answer.status_code, "attached" in form.errors, form["words"].value()) == (422, True, said["words"])
    assert (Complaint.objects.count(), Attachment.objects.count(), kept()) == (0, 0, 0)
    answer = browser.post(f"{place}en-parler/", DISAGREED, **{"egards.skipped_files": ["film.mov"]})
    assert (answer.status_code, "film.mov" in str(answer.context["talk_form"].errors["attached"])) == (422, True)
