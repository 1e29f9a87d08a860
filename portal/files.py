"""The bytes of an issued document, as they were kept."""

from django.http import Http404, HttpResponse

from billing import documents
from billing.models import Invoice

TYPES = {"pdf": "application/pdf", "xml": "application/xml"}


def stored_file(invoice: Invoice, kind: str) -> HttpResponse:
    """The file of that kind; Http404 while it is not made yet."""
    found = documents.file_of(invoice, kind) if kind in TYPES else None
    if found is None:
        raise Http404
    answer = HttpResponse(documents.bytes_of(found), content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{documents.name_of(found)}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
