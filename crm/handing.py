"""A kept file handed back inert: never shown in a page, never run (OWASP File Upload; ASVS 5.4)."""

from django.http import FileResponse, Http404

from crm import attachments
from crm.models import Attachment


def hand_back(file: Attachment) -> FileResponse:
    """The bytes of a file that the caller found for this person, as a download. Http404 when storage lost it."""
    try:
        content = attachments.open_stored(file)
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type=file.content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
