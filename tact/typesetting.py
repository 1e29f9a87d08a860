"""The page of a formal notice: typeset by the background work, kept for ever with its hash."""

import hashlib
import logging

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from billing import patience, rendering
from lib import clock
from tact.message import phrases
from tact.models import FormalNotice, NoticeFile

log = logging.getLogger(__name__)


def notice_html(notice: FormalNotice) -> str:
    """The letter as a page, every word of it escaped; nothing is fetched from anywhere."""
    with translation.override(notice.language):
        context = {
            "letter": notice,
            "house": notice.house,
            "specimen": settings.DEMO,
            "sent": phrases(notice.language)["registered"],
        }
        return render_to_string("complaints/letter.html", context)


def typeset_waiting(*, limit: int = 50) -> int:
    """Typeset the notices that have no page, oldest first; returns how many. Safe to run twice: the first page kept is the
    notice's for ever. One that fails is told in the log, rests, and does not stop the others (`billing.patience`)."""
    now, done = clock.real_now(), 0
    waiting = FormalNotice.objects.filter(file=None).order_by("id").values_list("pk", flat=True)[: patience.LOOKED_AT]
    turn = patience.in_turn("notice", waiting, now=now, most=limit)
    rows = FormalNotice.objects.in_bulk(turn)
    for notice in (rows[key] for key in turn):
        try:
            pdf = rendering.render_pdf(
                notice_html(notice),
                title=notice.subject,
                at=notice.written_at,
                language=notice.language,
                identifier=notice.public_id,
            )
        except rendering.CannotRender:
            patience.note_failure("notice", notice.pk, now=now)
            log.exception("the formal notice %s was not typeset", notice.public_id)
            continue
        NoticeFile.objects.get_or_create(notice=notice, defaults={"content": pdf, "sha256": hashlib.sha256(pdf).hexdigest()})
        done += 1
    return done
