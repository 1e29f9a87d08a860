"""The firm's mediator, while a consumer may need them: replaced, never emptied (C. conso. L616-1, R616-1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.models import Complaint
from complaints.states import REFUSALS
from crm.models import Company
from lib import clock
from lib.errors import Refusal

PARTS = ("mediator_name", "mediator_postal_address", "mediator_website")
LOOKED_BACK = timedelta(days=400)  # a year from the first letter, and what was sent before it was received
NAMED = 3


def keep_complete(company: Company, changed: Mapping[str, Any]) -> None:
    """Refuse a change of the firm (`crm.company.Keeper`) that empties a part of the mediator while a consumer needs them."""
    emptied = [name for name in PARTS if name in changed and getattr(company, name) and not changed[name]]
    if not emptied:
        return
    needing = needing_the_mediator(clock.today())
    if not needing:
        return
    named = ", ".join(needing[:NAMED])
    if more := len(needing) - NAMED:
        named += " " + ngettext("et %(count)s autre", "et %(count)s autres", more) % {"count": more} if more > 0 else ""
    raise Refusal(
        _(
            "Des clients ont encore besoin de ce médiateur : %(complaints)s. Un particulier qui se plaint, ou à qui nous avons dit "
            "non, doit pouvoir le saisir (Code de la consommation, L616-1). Remplacez-le par un autre, complet."
        )
        % {"complaints": named},
        field=emptied[0],
    )


def needing_the_mediator(today: date) -> list[str]:
    """The references of the consumers' complaints that are open, or that we refused less than their year ago."""
    theirs = Complaint.objects.protected().order_by("pk")
    found = set(theirs.open_on(today).values_list("reference", flat=True))
    refused = theirs.closed_on(today).filter(facts__kind__in=REFUSALS, facts__on__gte=today - LOOKED_BACK).distinct()
    for row in refused.with_facts():
        dates = row.standing_on(today).dates
        last = dates.mediation_last_day if dates else None
        if last is not None and today <= last and any(fact.kind in REFUSALS and fact.stands for fact in row.known_facts):
            found.add(row.reference)
    return sorted(found)
