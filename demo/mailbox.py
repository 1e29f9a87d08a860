"""The local mailbox: what would have left this machine, as the people written to would have read it."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.policy import policy
from crm.transport import MAILBOX
from lib.plain_text import shorten

SHOWN = 50
LONGEST = 200_000  # characters of one message that are shown


@dataclass(frozen=True)
class Letter:
    """One message of the box."""

    name: str
    sender: str
    recipient: str
    subject: str
    text: str
    files: list[str]
    at: datetime | None
    message_id: str

    @property
    def opening(self) -> str:
        """The first words, for the list."""
        return shorten(self.text, 120)


def letter_names() -> list[str]:
    """The files of the box, newest first (their names begin with their date)."""
    names = default_storage.listdir(MAILBOX)[1] if default_storage.exists(MAILBOX) else []
    return sorted((name for name in names if name.endswith(".eml")), reverse=True)


def read_letter(name: str) -> Letter:
    """One message, parsed."""
    with default_storage.open(f"{MAILBOX}/{name}") as file:
        message = email.message_from_bytes(file.read(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    return Letter(
        name=name.removesuffix(".eml"),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=part.get_content()[:LONGEST].replace("\r\n", "\n") if part else "",
        files=[str(part.get_filename()) for part in message.iter_attachments()],
        at=message["Date"].datetime if message["Date"] else None,
        message_id=str(message["Message-ID"] or ""),
    )


@policy(public=True, demo=True)
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The messages, newest first. Open to whoever tries the demonstration: a login code is read here."""
    names = letter_names()
    after = request.GET.get("avant", "")
    page = [name for name in names if not after or name < after][: SHOWN + 1]
    following = f"?{urlencode({'avant': page[SHOWN - 1]})}" if len(page) > SHOWN else ""
    return render(request, "demo/mailbox.html", {"letters": [read_letter(name) for name in page[:SHOWN]], "next_url": following})


@policy(public=True, demo=True)
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One message, as text."""
    if f"{name}.eml" not in letter_names():
        raise Http404
    return render(request, "demo/letter.html", {"letter": read_letter(f"{name}.eml")})
