"""Hostile words in every field that reaches a mail: printed as they are, no header, no second recipient, no code run."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from crm import outbox
from crm.contacts import add_contact
from crm.models import Company, Email
from crm.transport import Smtp, SmtpSettings
from crm.writing import Recipient, write_to_customer
from lib import clock
from lib.errors import Refusal
from tests.harness.smtp import Sink

ROOT = Path(__file__).resolve().parent.parent.parent
HEADERS = [
    "Bonjour\r\nBcc: pirate@mal.example",
    "Bonjour\nTo: pirate@mal.example",
    "Bonjour\rSubject: autre",
    "Bonjour\x00\x0bBcc: pirate@mal.example",
    "Bonjour\u2028Bcc: pirate@mal.example",
    "=?utf-8?q?=0ABcc:_pirate@mal.example?=",
    "Bonjour\r\n\r\n<script>alert(1)</script>",
    '"Le Goff" <pirate@mal.example>, "x',
    "a, pirate@mal.example",
    "pirate@mal.example;",
    '\\" <pirate@mal.example>',
    "x" * 5000,
]
ADDRESSES = [
    "a@x.example, pirate@mal.example",
    "a@x.example;pirate@mal.example",
    "a@x.example\r\nRCPT TO:<pirate@mal.example>",
    "a@x.example>\r\nDATA",
    "<a@x.example> NOTIFY=SUCCESS",
    '"a@x.example, pirate"@mal.example',
    "Le Goff <a@x.example>",
    "a@x.example pirate@mal.example",
    "a@@x.example",
    "",
    "é@x.example",
    "a@x.example\x00",
]
TEMPLATES = [
    "{% load static %}{% include 'secret' %}",
    "{{ settings.SECRET_KEY }}",
    "{{ request.user.password }}",
    "${7*7}",
    "%(nom)s %s %d",
    "{0.__class__}",
    "{prénom.__class__.__mro__}",
    "{prénom!r}",
    "{{prénom}}",
    "<%= 7*7 %>",
    "#{7*7}",
    "{{7*7}}",
]
SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></div><h1>Nouvel IBAN</h1>",
    "javascript:alert(1)",
    '"><svg/onload=alert(1)>',
]


@pytest.fixture
def sink(company):
    with Sink() as server:
        yield server


def send_all(sink):
    outbox.drain(now=clock.real_now() + timedelta(minutes=2), way=Smtp(SmtpSettings("127.0.0.1", sink.port, "none")))


@pytest.mark.parametrize("field", ["subject", "to_name", "text", "sender_name", "in_reply_to"])
@pytest.mark.parametrize("payload", HEADERS)
def test_no_header_and_no_recipient_can_be_added(sink, le_goff, camille, field, payload):
    fields = {"subject": "Votre projet", "text": "Bonjour.", "to_name": "Anne", "in_reply_to": ""}
    if field == "sender_name":
        Company.objects.update(sender_name=payload.replace("\x00", "")[:120])
    else:
        fields[field] = payload[:200] if field == "in_reply_to" else payload
    try:
        with transaction.atomic():
            outbox.queue_mail(key="k", to="anne@legoff.example", by=camille, customer=le_goff, **fields)
    except Refusal:
        return
    send_all(sink)
    (received,) = sink.received
    message = received.message
    allowed = {
        "content-type",
        "mime-version",
        "subject",
        "from",
        "to",
        "reply-to",
        "message-id",
        "date",
        "in-reply-to",
        "references",
    }
    assert received.recipients == ["anne@legoff.example"]
    assert {name.lower() for name in message} <= allowed
    assert [len(message.get_all(name)) for name in ("To", "From", "Subject")] == [1, 1, 1]
    assert [address.addr_spec for address in message["To"].addresses] == ["anne@legoff.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["bonjour@atelier-morvan.example"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_exactly_one(company, le_goff, camille, address):
    with transaction.atomic(), pytest.raises(Refusal) as refusal:
        outbox.queue_mail(key="k", to=address, subject="s", text="t", by=camille, customer=le_goff)
    assert (refusal.value.field, Email.objects.count()) == ("to", 0)


@pytest.mark.parametrize("payload", TEMPLATES)
def test_a_typed_text_is_never_executed(company, le_goff, camille, payload):
    anne = add_contact(le_goff, by=camille, first_name="Anne", last_name="Le Goff", email="anne@legoff.example")
    to = Recipient(anne.public_id, "Anne Le Goff", anne.email, anne, None)
    email = write_to_customer(customer=le_goff, recipient=to, subject="Objet", body=f"A {payload} B", by=camille, once="x")
    assert email.text == f"A {payload} B"


@pytest.mark.parametrize("payload", TEMPLATES + SCRIPTS)
def test_a_name_is_inserted_once_and_never_read_again(company, le_goff, camille, payload):
    anne = add_contact(le_goff, by=camille, first_name="A", last_name="Le Goff", email="anne@legoff.example")
    anne.first_name = payload[:80]
    to = Recipient(anne.public_id, "Anne", anne.email, anne, None)
    email = write_to_customer(customer=le_goff, recipient=to, subject="Objet", body="Bonjour {prénom}.", by=camille, once="x")
    assert email.text == f"Bonjour {payload[:80]}."


@pytest.mark.parametrize("payload", SCRIPTS)
def test_the_html_part_holds_words_not_markup(company, le_goff, camille, payload):
    Company.objects.update(name=payload, address=payload)
    with transaction.atomic():
        email = outbox.queue_mail(key="k", to="a@b.example", subject="s", text=payload, by=camille, customer=le_goff)
    tags = re.findall(r"<\s*/?\s*([a-z0-9]+)", email.html.lower())
    assert {"script", "img", "svg", "h1"} & set(tags) == set()
    assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", email.html)
    assert 'href="javascript' not in email.html


def test_a_letter_of_fifty_megabytes_is_refused_in_words(company, le_goff, camille):
    with transaction.atomic(), pytest.raises(Refusal) as refusal:
        outbox.queue_mail(key="k", to="a@b.example", subject="s", text="x" * 50_000_000, by=camille, customer=le_goff)
    assert refusal.value.field == "body"


def test_no_text_is_ever_compiled_as_a_template():
    found = [
        str(path.relative_to(ROOT))
        for app in ("accounts", "config", "crm", "demo", "desk", "lib", "tact", "ui")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\bTemplate\(|\.from_string\(", path.read_text(encoding="utf-8"))
    ]
    assert found == []
