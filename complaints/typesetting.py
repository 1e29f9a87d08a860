"""The page of a letter of complaint: typeset by the background work, kept for ever with its hash, joined to its mail.

A letter of law never waits for its page: its words are whole in the mail. No page of the house waits for it either.
"""

import hashlib
import logging

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from billing import patience, rendering
from complaints.models import ComplaintLetter, LetterFile
from crm.attachments import Stored, attach, discard, store
from crm.models import Email
from lib import clock

log = logging.getLogger(__name__)


def letter_html(letter: ComplaintLetter) -> str:
    """The letter as a page, every word of it escaped; nothing is fetched from anywhere."""
    with translation.override(letter.language):
        return render_to_string("complaints/letter.html", {"letter": letter, "house": letter.house, "specimen": settings.DEMO})


def pdf_of(letter: ComplaintLetter) -> bytes:
    """The bytes of the letter, in a limited process that reaches nothing. `rendering.CannotRender` when none came out."""
    return rendering.render_pdf(
        letter_html(letter), title=letter.subject, at=letter.written_at, language=letter.language, identifier=letter.public_id
    )


def soon() -> None:
    """Ask the background work to look at once rather than at its next round, after the commit."""
    if settings.OUTBOX_DOORBELL:
        transaction.on_commit(_ring, robust=True)


def typeset_waiting(*, limit: int = 50) -> int:
    """Typeset the letters that have no page, oldest first; returns how many. One that fails is told in the log, rests, and does
    not stop the others (`billing.patience`). Safe to run twice: the first page kept is the letter's for ever."""
    now, done = clock.real_now(), 0
    waiting = ComplaintLetter.objects.filter(file=None).order_by("id").values_list("pk", flat=True)[: patience.LOOKED_AT]
    turn = patience.in_turn("letter", waiting, now=now, most=limit)
    rows = ComplaintLetter.objects.select_related("complaint", "email").in_bulk(turn)
    for letter in (rows[key] for key in turn):
        try:
            pdf = pdf_of(letter)
        except rendering.CannotRender:
            patience.note_failure("letter", letter.pk, now=now)
            log.exception("the letter %s was not typeset", letter.public_id)
            continue
        keep(letter, pdf)
        done += 1
    return done


def keep(letter: ComplaintLetter, pdf: bytes) -> LetterFile:
    """Keep the bytes of a letter, and join them to its mail while it waits. A second call finds the first bytes."""
    stored = store([SimpleUploadedFile(_name(letter), pdf, "application/pdf")]) if letter.email_id else []
    used: list[Stored] = []
    try:
        with transaction.atomic():
            digest = hashlib.sha256(pdf).hexdigest()
            file, created = LetterFile.objects.get_or_create(letter=letter, defaults={"content": pdf, "sha256": digest})
            mail = letter.email_id or 0
            waiting = Email.objects.select_for_update().filter(pk=mail, state=Email.State.QUEUED).first()
            if created and waiting is not None:
                attach(stored, by=None, email=waiting, interaction=waiting.interaction)
                used = stored
    finally:
        discard(one for one in stored if one not in used)
    return file


def _name(letter: ComplaintLetter) -> str:
    return f"{letter.complaint.reference}-{letter.written_on:%Y-%m-%d}.pdf"


def _ring() -> None:
    from django_q.tasks import async_task  # inline: heavy, and the queue is not needed to write a letter

    async_task("config.jobs.typeset_letters", q_options={"save": False})
