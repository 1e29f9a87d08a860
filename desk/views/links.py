"""The links of a document that were mailed: closing one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing import links
from billing.models import AccessLink


@policy(right=Right.LOG)
@require_POST
def revoke_link(request: HouseRequest, ref: str) -> HttpResponse:
    """Close one mailed link; the others of the same document live on."""
    found = get_object_or_404(AccessLink.objects.visible_to(request.user).select_related("invoice__customer"), public_id=ref)
    links.revoke(found, by=request.user)
    messages.success(request, _("Ce lien ne s’ouvre plus. La personne peut en recevoir un nouveau à son adresse."))
    return redirect(f"{reverse('invoice', args=[found.invoice.public_id])}#links")
