"""From a row of the outbox to the bytes that a server receives: one recipient, fixed identity, no foreign header."""

import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from crm.attachments import open_stored
from crm.models import Company, Email
from crm.personal_links import fill
from lib import clock
from lib.identifiers import check_email
from lib.plain_text import single_line

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class Outgoing:
    """What the transport needs: the two addresses of the envelope, and the message."""

    sender: str
    recipient: str
    content: bytes
    name: str  # for a store of files: sorts by date, says nothing of the words


def one_line(text: str, longest: int) -> str:
    """`text` on one line, without anything that could begin a header, hide, or be decoded as something else by the
    reader's program («=?…?=», RFC 2047); its no-break spaces stay; cut at `longest` characters."""
    return single_line(_INVISIBLE.sub(" ", text).replace("=?", "= ?"))[:longest]


def message_id(key: str, sender: str) -> str:
    """The Message-ID of a mail: always the same for one key, so that a second copy is recognised as such."""
    domain = sender.rpartition("@")[2] or urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def house_address(company: Company | None) -> tuple[str, str]:
    """Name and address that mails leave from; the address is empty when the firm has not given one."""
    if company is None:
        return "", ""
    return company.sender_name or company.name, company.sender_email or company.email


def letter_html(text: str, *, language: str, company: Company | None) -> str:
    """The HTML part of a letter: the typed words, escaped, in the house's paper. Never compiled as a template."""
    with translation.override(language):
        return render_to_string("mails/letter.html", {"text": text, "company": company or Company(), "language": language})


def build(email: Email, *, files: bool = True) -> Outgoing:
    """The bytes of `email`, with its files unless the caller knows there are none. Refusal when the row cannot become
    a message to exactly one person."""
    recipient, sender = check_email(email.recipient_email), check_email(email.sender_email)
    headers = {"Message-ID": email.message_id, "Date": format_datetime(clock.now())}
    if email.author_id is None:
        headers["Auto-Submitted"] = "auto-generated"
    if email.in_reply_to:
        headers["In-Reply-To"] = headers["References"] = one_line(email.in_reply_to, 200)
    message = EmailMultiAlternatives(
        subject=one_line(email.subject, 200),
        body=fill(email.text, recipient),
        from_email=formataddr((one_line(email.sender_name, 120), sender)),
        to=[formataddr((one_line(email.recipient_name, 160), recipient))],
        reply_to=[check_email(email.reply_to)] if email.reply_to else None,
        headers=headers,
    )
    if email.html:
        message.attach_alternative(fill(email.html, recipient), "text/html")
    for file in email.attachments.filter(erased_at=None) if files else []:
        with open_stored(file) as stored:
            message.attach(one_line(file.name, 200), stored.read(), file.content_type)
    stamp = f"{clock.real_now():%Y%m%dT%H%M%S%f}"
    content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message takes it
    return Outgoing(sender, recipient, content, f"{stamp}-{email.public_id}")
