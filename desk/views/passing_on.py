"""«Prévenir Karim»: the money a client brings is passed on to a colleague who may record it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from billing.passing_on import pass_on as tell
from desk.invoice_page import find_invoice
from desk.promising import back
from desk.record import find_family
from lib import clock
from lib.errors import Refusal


@policy(right=Right.LOG)
@require_POST
def pass_on(request: HouseRequest, ref: str) -> HttpResponse:
    """Leave a colleague the word; it stands in their Aujourd’hui."""
    family, sent = find_family(ref, user=request.user), request.POST
    here = back(request, reverse("customer", args=[ref]))
    invoice = find_invoice(sent["invoice"], user=request.user) if sent.get("invoice") else None
    people = {person.public_id: person for person in User.objects.holding(Right.MANAGE_PAYMENTS)}
    to = people.get(sent.get("to", ""))
    if to is None:
        messages.error(
            request, _("Cette personne n’enregistre plus les paiements : personne n’a été prévenu. Choisissez-en une autre.")
        )
        return redirect(here)
    try:
        made = tell(family.customer, to=to, by=request.user, today=clock.today(), words=sent.get("words", ""), invoice=invoice)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(here)
    messages.success(
        request, _("C’est dans l’Aujourd’hui de %(who)s : « %(what)s ».") % {"who": to.first_name, "what": made.told}
    )
    return redirect(here)
