"""Our letters to a client as PDF in their space, and the files they sent us."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.policy import policy
from complaints.models import LetterFile
from crm.handing import hand_back
from portal.space import Space, in_space
from portal.told_complaints import find_letter, theirs


@policy(contact=True)
@in_space
@require_safe
def letter(request: HttpRequest, space: Space, ref: str) -> HttpResponse:
    """The page of a letter, byte for byte; while it is being typeset, where its words can be read."""
    found = find_letter(space, ref)
    if found is None:
        raise Http404
    file = LetterFile.objects.filter(letter=found).first()
    if file is None:
        messages.info(request, _("La lettre est en cours de mise en page : son PDF sera là dans une minute."))
        return redirect("portal:messages")
    answer = HttpResponse(bytes(file.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.written_on:%Y-%m-%d}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@policy(contact=True)
@in_space
@require_safe
def piece(request: HttpRequest, space: Space, ref: str) -> FileResponse:
    """A file that came with one of their complaints, handed back inert."""
    return hand_back(get_object_or_404(theirs(space.complaints()), public_id=ref))
