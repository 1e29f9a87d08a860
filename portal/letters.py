"""Our letters to a client, as PDF in their space."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.policy import policy
from complaints.models import LetterFile
from portal.space import Space, in_space
from portal.told_complaints import find_letter


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
