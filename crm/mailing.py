"""The mail backend: whatever Django or allauth sends becomes a row of the outbox, never a direct SMTP call."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from crm.models import Email
from crm.outbox import queue_mail


class OutboxBackend(BaseEmailBackend):
    """Queues account mails (codes, resets, invitations), to leave at once and to be erased when they have left."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """One row for each recipient; all of a message or none of it. Returns how many messages were queued."""
        for message in email_messages:
            with transaction.atomic():
                for address in message.recipients():
                    self._queue(message, address)
        return len(email_messages)

    def _queue(self, message: EmailMessage, address: str) -> None:
        alternatives = getattr(message, "alternatives", [])
        html = next((str(content) for content, kind in alternatives if kind == "text/html"), "")
        name, bare = parseaddr(address)
        queue_mail(
            key=f"account:{secrets.token_hex(16)}", to=bare or address, to_name=name, subject=str(message.subject),
            text=str(message.body), html=html, by=None, purpose=Email.ACCOUNT, delay=timedelta(0),
        )  # fmt: skip
