"""The PDF of a letter of complaint: the same page for the preview, the mail and the archive."""

import logging

from django.template.loader import render_to_string
from django.utils import translation

from complaints.models import ComplaintLetter

log = logging.getLogger(__name__)


def letter_html(letter: ComplaintLetter) -> str:
    """The letter as a page, every word of it escaped; nothing is fetched from anywhere."""
    with translation.override(letter.language):
        return render_to_string("complaints/letter.html", {"letter": letter, "house": letter.house})


def pdf_of(letter: ComplaintLetter) -> bytes | None:
    """The bytes of the letter, typeset in a limited process; None when they cannot be made now (told in the log): a letter
    of law does not wait for its typesetting, and is typeset when next asked for. Never inside a transaction."""
    try:
        from billing import rendering  # inline: heavy, and only where a letter is made
    except ImportError:
        return None
    try:
        return rendering.render_pdf(letter_html(letter), title=letter.subject)
    except Exception:
        log.exception("the letter %s was not typeset", letter.public_id)
        return None
