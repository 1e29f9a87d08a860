"""Every mail the product makes, with hostile words in every name and subject: one recipient, our headers, nothing else."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import people
from accounts.models import User
from billing import collecting, questions
from billing.issuing import issue_invoice
from complaints.handling import open_complaint
from complaints.replying import acknowledge, refuse
from crm import access
from crm.company import update_company
from crm.mail_message import build, one_line
from crm.models import Company, Contact, Customer, Email
from crm.writing import Recipient, write_to_customer
from lib import clock
from lib.errors import Refusal
from portal import fresh_links
from tact import reminding
from tact.planning import plan_one
from tests.billing.house import drafted, open_firm, settle
from tests.complaints.conftest import MEDIATOR

pytestmark = pytest.mark.django_db
PAYLOADS = [
    "Bonjour\r\nBcc: pirate@mal.example",
    "Bonjour\nTo: pirate@mal.example",
    "Bonjour\rSubject: autre",
    "Bonjour\x0bBcc: pirate@mal.example",
    "Bonjour\x0cBcc: pirate@mal.example",
    "Bonjour\x85Bcc: pirate@mal.example",
    "Bonjour\u2028Bcc: pirate@mal.example",
    "Bonjour\u2029Bcc: pirate@mal.example",
    "=?utf-8?q?=0ABcc:_pirate@mal.example?=",
    "=?utf-8?b?CkJjYzogcGlyYXRlQG1hbC5leGFtcGxl?=",
    "Bonjour\r\n\r\n<script>alert(1)</script>",
    '"Le Goff" <pirate@mal.example>, "x',
    "a, pirate@mal.example",
    "pirate@mal.example;",
    '\\" <pirate@mal.example>',
    "Le Goff <pirate@mal.example>",
    "undisclosed-recipients:;, pirate@mal.example",
    "\u202eelpmaxe.lam@etarip",
    "(pirate@mal.example)\r\n RCPT TO:<pirate@mal.example>",
    "x" * 160,
]
REFUSED = ("\u202e",)
HEADERS = {
    "content-type", "mime-version", "subject", "from", "to", "reply-to", "message-id", "date", "in-reply-to", "references",
    "auto-submitted",
}  # fmt: skip
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def everything_sent(diallo: Customer, nadia: User, payload: str) -> list[Email]:
    """One mail of each kind, its names and subjects being the payload wherever a row can hold it."""
    open_firm()
    update_company(by=None, **MEDIATOR)
    Company.objects.update(name=payload[:80], sender_name=payload[:80], email="bonjour@atelier.example")
    User.objects.filter(pk=nadia.pk).update(name=payload[:80], mail_signature=payload[:80])
    nadia.refresh_from_db()
    settle(diallo, name=payload[:120])
    contact = Contact.objects.filter(customer=diallo).first() or Contact(customer=diallo)
    contact.first_name, contact.last_name, contact.is_main = payload[:60], payload[:60], True
    contact.email = contact.email_key = "diallo@example.org"
    contact.save()
    draft = drafted(diallo)
    type(draft).objects.filter(pk=draft.pk).update(subject=payload[:120])
    draft.refresh_from_db()
    with clock.travelling(datetime(2026, 10, 1, 9, tzinfo=UTC)):
        bill = issue_invoice(draft, by=nadia, on=clock.today())
    with clock.travelling(MONDAY):
        on = clock.today()
        planned = plan_one(diallo, on=on, now=MONDAY)
        ready = planned and reminding.prepare(planned, by=nadia, on=on, company=Company.objects.get())
        assert ready
        reminding.approve(diallo, by=nadia, on=on, now=MONDAY, seen=ready.message.digest, subject=payload)
        questions.answer(questions.ask(bill, words="Quand ?", contact=contact), words="Demain.", by=nadia)
        made = open_complaint(
            customer=diallo, subject=subject_of(payload), body="Il gonfle.", channel="email", by=nadia, today=on, contact=contact
        )
        acknowledge(made, by=nadia, today=on)
        refuse(made, words="Non.", by=nadia, today=on)
        access.invite(contact, by=nadia)
        link = bill.access_links.exclude(contact=None).order_by("pk").first() or bill.access_links.order_by("pk").first()
        fresh_links.send(link, Company.objects.get())
        to = Recipient(contact.public_id, contact.full_name, contact.email, contact, None)
        write_to_customer(customer=diallo, recipient=to, subject=payload, body="Bonjour.", by=nadia, once="x")
        collecting.record_payment(
            customer=diallo, amount=bill.balance(), method="transfer", paid_on=on, by=nadia, invoices=[bill]
        )
    return list(Email.objects.order_by("pk"))


def subject_of(payload: str) -> str:
    """The payload as far as a complaint takes it: what hides is refused when it is typed."""
    try:
        return one_line(payload, 120) or "x"
    except Refusal:
        return "x"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_typed_becomes_a_header_or_a_recipient(company, diallo, nadia, payload):
    if any(mark in payload for mark in REFUSED):  # told to whoever types it, never sent
        with pytest.raises(Refusal, match="caractère invisible"):
            everything_sent(diallo, nadia, payload)
        return
    mails = everything_sent(diallo, nadia, payload)
    kinds = {row.key.partition(":")[0] for row in mails}
    assert {"reminder", "answer", "portal_invitation"} <= kinds
    assert len(mails) >= 8
    for row in mails:
        message = email.message_from_bytes(build(row).content, policy=email.policy.default)
        assert {name.lower() for name in message} <= HEADERS, row.key
        assert [len(message.get_all(name)) for name in ("To", "From", "Subject")] == [1, 1, 1], row.key
        assert [one.addr_spec for one in message["To"].addresses] == ["diallo@example.org"], row.key
        assert [one.addr_spec for one in message["From"].addresses] == ["bonjour@atelier.example"], row.key
        assert [one.addr_spec for one in (message["Reply-To"].addresses if message["Reply-To"] else ())] in ([], [row.reply_to])
        assert (message.defects, [part.defects for part in message.walk() if part.defects]) == ([], []), row.key
        assert "\n" not in message["Subject"]


def test_a_subject_keeps_its_no_break_spaces_to_the_reader(company, diallo, nadia):
    to = Recipient("", "M. Diallo", "diallo@example.org", None, None)
    subject = "Votre question\u00a0: «\u00a0le vernis\u00a0»\u00a0?"
    row = write_to_customer(customer=diallo, recipient=to, subject=subject, body="Bonjour.", by=nadia, once="x")
    message = email.message_from_bytes(build(row).content, policy=email.policy.default)
    assert (row.subject, message["Subject"]) == (subject, subject)


@pytest.fixture
def outbox(settings):
    """The product's own way of mail, which pytest-django takes away."""
    settings.EMAIL_BACKEND = "crm.mailing.OutboxBackend"


ACCOUNT_NOTICES = (
    "account/email/password_changed", "account/email/password_reset", "mfa/email/totp_activated", "mfa/email/totp_deactivated",
    "mfa/email/recovery_codes_generated",
)  # fmt: skip


def every_account_mail(nadia: User, contact: Contact, payload: str, language: str) -> list[Email]:
    """One mail of each kind that tells somebody of their own access, the payload wherever a row or a browser can hold it."""
    open_firm()
    name = "Camille" if any(mark in payload for mark in REFUSED) else payload[:80]  # refused when it is typed
    Company.objects.update(name=name, sender_name=name, email="bonjour@atelier.example")
    client = access.invite(contact, by=nadia).user
    User.objects.filter(pk__in=[nadia.pk, client.pk]).update(name=name, language=language)
    nadia.refresh_from_db()
    before = list(Email.objects.values_list("pk", flat=True))
    browser = Client(headers={"accept-language": language, "user-agent": payload.replace("\r", " ").replace("\n", " ")})
    code, reset = reverse("account_request_login_code"), reverse("account_reset_password")
    for place, address in ((code, client.email), (code, "inconnu@nulle.example"), (reset, nadia.email)):
        assert browser.post(place, {"email": address}).status_code == 302
    request = RequestFactory(headers={"user-agent": payload}).get("/")
    with request_context(request):
        for prefix in ACCOUNT_NOTICES:
            get_adapter(request).send_notification_mail(prefix, nadia)
    people.send_invitation(
        people.invite(email="neuf@atelier.example", name="Neuf", role="viewer", by=nadia, language=language), by=nadia
    )
    people.change_person(nadia, by=nadia, role="manager", team=None, email="nadia.neuve@atelier.example")
    update_company(
        by=None, iban="FR1420041010050500013M02606", sender_email="nous@atelier.example", smtp_host="smtp.atelier.example"
    )
    return list(Email.objects.exclude(pk__in=before).order_by("pk"))


@pytest.mark.parametrize(("payload", "language"), [(one, ("fr", "en")[place % 2]) for place, one in enumerate(PAYLOADS)])
def test_nothing_hostile_reaches_a_mail_of_an_account(outbox, company, diallo, nadia, payload, language):
    contact = Contact.objects.create(
        customer=diallo, last_name="Diallo", email="diallo@example.org", email_key="diallo@example.org", language=language
    )
    mails = every_account_mail(nadia, contact, payload, language)
    assert len(mails) >= 11
    for row in mails:
        message = email.message_from_bytes(build(row).content, policy=email.policy.default)
        assert {name.lower() for name in message} <= HEADERS | {"content-transfer-encoding"}, row.subject
        assert [len(message.get_all(name)) for name in ("To", "From", "Subject")] == [1, 1, 1], row.subject
        assert [one.addr_spec for one in message["To"].addresses] == [row.recipient_email]
        assert [one.addr_spec for one in message["From"].addresses] == [row.sender_email or "bonjour@atelier.example"]
        assert [part.get_content_type() for part in message.walk()] == ["text/plain"], row.subject
        assert (message.defects, "\n" in message["Subject"]) == ([], False)


@pytest.mark.parametrize(("language", "greeting"), [("fr", "Bonjour"), ("en", "Hello")])
def test_the_mails_of_an_account_are_in_their_reader_s_language_and_set_as_print(
    outbox, company, diallo, nadia, language, greeting
):
    contact = Contact.objects.create(
        customer=diallo, last_name="Diallo", email="diallo@example.org", email_key="diallo@example.org", language=language
    )
    mails = every_account_mail(nadia, contact, "Camille", language)
    assert len(mails) >= 11
    for row in mails:
        assert row.text.strip().startswith(greeting), row.text[:60]
        assert [mark for mark in ("'", "&#", "&amp;", " :", " ;", " ?", " !") if mark in row.subject + row.text] == [], row.text
