"""The forms that the page of a complaint shows together, one of them perhaps filled in."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import HouseRequest
from accounts.rights import Right
from complaints.models import Complaint
from desk.forms.complaints import ClosingForm, FactForm, OwnerForm, ReasonForm, WritingForm
from lib import clock


def complaint_forms(request: HouseRequest, complaint: Complaint, *, bound: str = "") -> dict[str, Any]:
    """Each form by the name of its gesture; the one named `bound` holds what was sent."""
    sent = (request.POST, request.FILES)
    owner = complaint.owner.public_id if complaint.owner else ""
    kinds: dict[str, tuple[type, dict[str, Any]]] = {
        "fact": (FactForm, {"mediation": request.user.may(Right.SEE_MEDIATION), "initial": {"on": clock.today()}}),
        "writing": (WritingForm, {"initial": {"received_on": clock.today()}}),
        "owner": (OwnerForm, {"colleagues": User.objects.holding(Right.HANDLE_COMPLAINTS), "initial": {"owner": owner}}),
        "closing": (ClosingForm, {}),
        "reopening": (ReasonForm, {}),
    }
    return {
        name: form(*(sent if name == bound else (None, None)), prefix="", auto_id=f"{name}_%s", **more)
        for name, (form, more) in kinds.items()
    }


def done_words(gesture: str) -> str:
    """What to say once it is done."""
    words = {
        "fact": _("C’est noté, à sa date."),
        "writing": _("La lettre est gardée avec la réclamation."),
        "owner": _("La réclamation est confiée."),
        "closing": _("La réclamation est close. Vous pouvez l’écrire au client."),
        "reopening": _("La réclamation est rouverte. Ses dates n’ont pas bougé."),
    }
    return words[gesture]
