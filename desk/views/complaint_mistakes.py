"""A dated fact of a complaint, declared recorded in error."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from complaints.mistakes import declare_mistaken, standing_without
from complaints.models import ComplaintFact
from desk.complaint_mistake import read_mistake
from desk.forms.complaints import MistakeForm
from desk.views.complaints import find_complaint
from lib import clock


@policy(right=Right.CLOSE_COMPLAINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HouseRequest, ref: str) -> HttpResponse:
    """Say that a fact was recorded in error: what would change, then the reason."""
    found = get_object_or_404(ComplaintFact.objects.visible_to(request.user).select_related("complaint"), public_id=ref)
    complaint, today = find_complaint(request, found.complaint.public_id), clock.today()
    fact = next(row for row in complaint.facts.all() if row.pk == found.pk)
    form = MistakeForm(request.POST or None)
    moved = complaint.standing_on(today).dates != standing_without(complaint, fact, today=today).dates
    if form.is_valid() and form.attempt(lambda: declare_mistaken(fact, by=request.user, today=today, **form.cleaned_data)):
        messages.success(request, _("C’est déclaré. Le fait reste visible, barré, et ne compte plus."))
        if moved:
            messages.warning(request, _("Ses dates ont changé. Si le client en connaissait d’autres, écrivez-le-lui."))
        return redirect("complaint", complaint.public_id)
    page = read_mistake(complaint, fact, user=request.user, today=today)
    context = {"complaint": complaint, "page": page, "form": form}
    return render(request, "desk/complaints/mistake.html", context, status=422 if form.is_bound else 200)
