"""The page of a letter: typeset in a process that reaches nothing, kept for ever with its hash, joined to its mail."""

import hashlib
import io

import pikepdf
import pytest
from django.urls import reverse

from billing import rendering
from complaints.handling import open_complaint
from complaints.models import LetterFile
from complaints.replying import acknowledge, hold, refuse
from complaints.typesetting import letter_html, typeset_waiting
from config import jobs
from crm.models import Attachment, Email
from tests.complaints.conftest import days


@pytest.fixture
def letter(complaint, nadia, today):
    return refuse(complaint, words="Le bois est sain.", by=nadia, today=today)


def test_a_letter_becomes_a_page_once_and_joins_its_mail(letter, as_nadia):
    answer = as_nadia.get(reverse("complaint_letter_pdf", args=[letter.public_id]))
    assert answer["Location"] == reverse("complaint_letter_read", args=[letter.public_id])
    jobs.typeset_letters()
    file = LetterFile.objects.get()
    content = bytes(file.content)
    assert (content[:5], hashlib.sha256(content).hexdigest()) == (b"%PDF-", file.sha256)
    assert typeset_waiting() == 0
    joined = Attachment.objects.get(email=letter.email)
    assert (joined.sha256, joined.name) == (file.sha256, f"{letter.complaint.reference}-{letter.written_on}.pdf")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert (len(pdf.pages), str(pdf.docinfo["/Title"])) == (1, letter.subject)
    answer = as_nadia.get(reverse("complaint_letter_pdf", args=[letter.public_id]))
    assert (answer.content, answer["Content-Security-Policy"]) == (content, "default-src 'none'; sandbox")


def test_many_that_cannot_be_typeset_keep_no_good_one_waiting(complaint, nadia, today, monkeypatch):
    words = [f"{number} " + "mot " * 300 for number in range(6)]
    long = [hold(complaint, words=text, until=days(today, 3), by=nadia, today=today, way="post") for text in words]
    good = acknowledge(complaint, by=nadia, today=today, way="post")
    monkeypatch.setattr(rendering, "LARGEST", len(letter_html(good)) + 500)
    assert [typeset_waiting(limit=3) for _sweep in range(4)] == [0, 0, 1, 0]
    assert [LetterFile.objects.filter(letter=one).exists() for one in (good, *long)] == [True] + [False] * 6


def test_a_mail_that_has_left_is_not_touched(letter):
    Email.objects.filter(pk=letter.email_id).update(state=Email.State.SENT)
    assert typeset_waiting() == 1
    assert Attachment.objects.count() == 0


def test_what_is_typed_is_printed_as_it_is_and_nothing_is_fetched(house, diallo, nadia, today):
    hostile = '<img src="http://169.254.169.254/x"> <script>alert(1)</script> {{ 7*7 }} {% include "a" %}'
    one = open_complaint(
        customer=diallo, subject=hostile, body=hostile, channel="post", by=nadia, today=today, sent_on=days(today, -1)
    )
    letter = acknowledge(one, by=nadia, today=today, words=hostile)
    page = letter_html(letter)
    assert ("<img" in page, "<script" in page) == (False, False)
    assert "{{ 7*7 }}" in page
    assert typeset_waiting() == 1
