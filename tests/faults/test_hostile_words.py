"""Hostile words in every text that reaches a paper or a mail (trust.md F1 to F3, C8): printed as they are, nothing fetched.

Words go in by the gestures, come out of the real files: what `pdftotext` reads of the PDF, what an SMTP server receives. A
socket listens at every address that the words name; it must hear nothing."""

import re
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from billing import documents, links, questions
from billing.correcting import credit_invoice
from complaints.handling import open_complaint
from complaints.models import LetterFile
from complaints.replying import acknowledge, answer
from complaints.typesetting import typeset_waiting
from config.jobs import MAIL_GUARDS
from crm import outbox
from crm.company import update_company
from crm.models import Company, Contact, Customer, Email
from crm.transport import Smtp, SmtpSettings
from lib import clock
from tact import reminding
from tact.models import NoticeFile, Reminder
from tact.noticing import post_notice, prepare_notice
from tact.planning import plan_one
from tact.typesetting import typeset_waiting as typeset_notices
from tests.billing.house import SHELF, issued, open_firm, settle
from tests.harness.smtp import Sink
from tests.portal.conftest import followed
from tests.tact.owing import MONDAY, invoice

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = clock.today()
SHAPES = [
    "<img src={0}>", "<link rel=stylesheet href={0}>", "<style>@import url({0});</style>", "<a rel=attachment href={0}>x</a>",
    "<iframe src={0}>", "<svg><image href={0} /></svg>", "url({0})", "![x]({0})", "<base href={0}>", "<object data={0}>",
]  # fmt: skip
TEMPLATES = ["{{ 7*7 }}", "{% now 'Y' %}", "${7*7}", "%(x)s", "{0.__class__}", "<script>alert(1)</script>", "</p><b>gras</b>"]


@pytest.fixture
def hostile(ear):
    """Everything at once, short enough for a name: ten shapes on ten addresses, then templates."""
    pairs = zip(SHAPES, ear.urls, strict=True)
    return [shape.format(url) for shape, url in pairs] + TEMPLATES


def read(pdf):
    """The text of a PDF without the spaces that lines and columns put."""
    return "".join(
        subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode().split()
    )


def lacking(text, words):
    return [one for one in words if "".join(one.split()) not in text]


def sent(sink):
    """What an SMTP server receives of everything that waits."""
    now = clock.real_now()
    Email.objects.filter(state=Email.State.QUEUED).update(send_after=now - timedelta(minutes=1))
    outbox.drain(
        now=now, way=Smtp(SmtpSettings("127.0.0.1", sink.port, "none")), guards=dict.fromkeys(MAIL_GUARDS, lambda mail: "")
    )
    return sink.received


def markup(received):
    """The tags of the HTML part of a mail, but those that our own letters have."""
    return set(re.findall(r"<\s*([a-z0-9]+)", received.words("html").lower())) & {
        "img",
        "script",
        "link",
        "iframe",
        "svg",
        "object",
        "base",
        "b",
    }


def test_invoices_and_credit_notes(diallo, karim, hostile, ear, django_capture_on_commit_callbacks):
    every = " ".join(hostile)
    open_firm(
        name="Duval " + hostile[0], rcs=hostile[1], city=hostile[2][:60], mediator_name=hostile[3], account_holder=hostile[10]
    )
    settle(diallo, name="Diallo " + hostile[4], address=hostile[5], city=hostile[6], delivery_address=hostile[7])
    lines = [{**SHELF, "description": words, "plain_words": words} for words in hostile]
    bill = issued(diallo, lines, subject=every[:160], note=every, buyer_reference=hostile[9][:60])
    note = credit_invoice(bill, reason=every[:200], by=karim, on=TODAY)
    assert documents.make_missing() == 2
    papers = {one: read(documents.bytes_of(one.files.get(kind="pdf"))) for one in (bill, note)}
    assert lacking(papers[bill], hostile) == []
    assert lacking(papers[note], [every[:200].strip()[:150]]) == []
    with Sink() as sink:
        mails = sent(sink)
        assert [markup(mail) for mail in mails] == [set()] * len(mails)
        assert mails
    assert ear.heard == []


def test_letters_of_complaints(company, diallo, nadia, hostile, ear):
    every = " ".join(hostile)
    update_company(
        by=None, address="8 rue " + hostile[0], mediator_name="M " + hostile[1], mediator_postal_address="A " + hostile[2],
        mediator_website="https://mediateur.example",
    )  # fmt: skip
    Customer.objects.filter(pk=diallo.pk).update(name="M. Diallo " + hostile[3], address=hostile[4])
    diallo.refresh_from_db()
    one = open_complaint(customer=diallo, subject=every[:150], body=every, channel="post", by=nadia, today=TODAY, sent_on=TODAY)
    acknowledge(one, by=nadia, today=TODAY, words=every)
    answer(one, decision="refused", words=every, by=nadia, today=TODAY)
    typeset_waiting()
    pages = [read(bytes(file.content)) for file in LetterFile.objects.all()]
    assert [lacking(page, hostile) for page in pages] == [[], []]
    with Sink() as sink:
        mails = sent(sink)
        assert len(mails) == 2
        for mail in mails:
            assert lacking("".join(mail.words().split()), hostile) == []
            assert markup(mail) == set()
    assert ear.heard == []


def test_reminders_and_formal_notices(company, le_goff, karim, nadia, as_nadia, hostile, ear):
    Company.objects.update(name="Morvan " + hostile[10], mail_signature=hostile[0], address=hostile[1])
    Customer.objects.filter(pk=le_goff.pk).update(name="Le Goff " + hostile[2])
    le_goff.refresh_from_db()
    Contact.objects.create(
        customer=le_goff, last_name="Le Goff " + hostile[15], email="anne@legoff.example", email_key="anne@legoff.example",
        receives_reminders=True,
    )  # fmt: skip
    with clock.travelling(NOW):
        invoice(le_goff)
        planned = plan_one(le_goff, on=MONDAY, now=NOW)
        ready = reminding.prepare(planned, by=karim, on=MONDAY, company=Company.objects.get())
        typed = ready.message.body + "\n\n" + "\n".join(hostile)
        reminding.approve(le_goff, by=karim, on=MONDAY, now=NOW, seen=ready.message.digest, subject=hostile[10], body=typed)
    with Sink() as sink:
        (mail,) = sent(sink)
        assert lacking("".join(mail.words().split()), hostile) == []
        assert (markup(mail), mail.message["Subject"]) == (set(), hostile[10])
        assert mail.recipients == ["anne@legoff.example"]
    assert ear.heard == []


def test_a_formal_notice(company, diallo, nadia, as_nadia, hostile, ear):
    Company.objects.update(name="Morvan " + hostile[10], mail_signature=hostile[0], address="8 rue " + hostile[1])
    Customer.objects.filter(pk=diallo.pk).update(name="Diallo " + hostile[2], address=hostile[3], city=hostile[4])
    diallo.refresh_from_db()
    with clock.travelling(NOW):
        bill = invoice(diallo, late=60)
        for step in ("first", "second", "call"):
            done = Reminder.objects.create(
                customer=diallo, how="call", decision="call", tone="spoken", step=step, on=MONDAY - timedelta(days=20), amount=10, reasons=[],
                scenario_version=1, approved_at=NOW - timedelta(days=20),
            )  # fmt: skip
            done.lines.create(invoice=bill, amount=10, step=step)
        assert as_nadia.get(f"/relances/clients/{diallo.public_id}/mise-en-demeure/").status_code == 200
        notice = prepare_notice(diallo, by=nadia, on=MONDAY, now=NOW)
        page = as_nadia.get(reverse("notice", args=[notice.public_id]))
        assert (hostile[2] in page.content.decode(), "&lt;style&gt;" in page.content.decode()) == (False, True)
        assert typeset_notices() == 1
        assert lacking(read(bytes(NoticeFile.objects.get().content)), [hostile[place] for place in (0, 1, 2, 3, 4, 10)]) == []
        made = post_notice(notice, by=nadia, on=MONDAY, today=MONDAY, proof=hostile[11][:80])
    assert (made.how, made.proof) == ("letter", hostile[11][:80].strip())
    assert ear.heard == []


def test_what_clients_write_and_what_we_answer(company, diallo, karim, as_karim, hostile, ear):
    open_firm()
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    bill = issued(settle(diallo))
    link = links.mint(bill, contact=None, address="diallo@example.org", by=None, on=TODAY)
    browser, place = followed(link)
    every = "\n".join(hostile)
    assert browser.post(f"{place}question/", {"line": 1, "words": every}).status_code == 302
    assert browser.post(f"{place}en-parler/", {"help": "word", "words": every}).status_code == 302
    asked = bill.questions.get()
    questions.answer(asked, words=every, by=karim)
    for page in (browser.get(place), as_karim.get(f"/factures/{bill.public_id}/"), as_karim.get(f"/clients/{diallo.public_id}/")):
        text = page.content.decode()
        assert page.status_code == 200
        assert [one for one in hostile if one in text and one.startswith("<")] == []
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    with Sink() as sink:
        mails = [mail for mail in sent(sink) if "question" in mail.message["Subject"].lower()]
        assert len(mails) == 1
        assert lacking("".join(mails[0].words().split()), hostile) == []
        assert markup(mails[0]) == set()
    assert ear.heard == []


def test_the_ear_hears(ear):
    """The negative control: who does fetch is heard, at the forms of its address that this machine understands."""
    for url in ear.urls[:2]:
        with pytest.raises(OSError, match=r".*"):
            urllib.request.urlopen(url, timeout=5)
    assert [first.split()[:2] for first in ear.heard] == [[b"GET", b"/x"]] * 2
