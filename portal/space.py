"""Who is in the client's space, and for whom: every page below asks it first, and sees nothing beyond it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from billing.models import Invoice
from complaints.models import Complaint
from crm.company import company_of_page
from crm.models import Company, Contact, ContactAccess, Customer, Interaction
from crm.models.timeline import Audience
from portal.between import Reader

View = Callable[..., HttpResponse]


@dataclass
class Space:
    """One person in the space, and the access they are using (one customer at a time)."""

    access: ContactAccess
    others: tuple[ContactAccess, ...]  # the other customers they stand for

    @property
    def contact(self) -> Contact:
        """The person."""
        return self.access.contact

    @property
    def customer(self) -> Customer:
        """For whom they stand."""
        return self.access.customer.head

    @cached_property
    def ids(self) -> list[int]:
        """That customer and its aliases."""
        return self.customer.family_ids()

    @cached_property
    def company(self) -> Company:
        """The house they are at."""
        return company_of_page()

    @property
    def reader(self) -> Reader:
        """Who reads, for what is between the client and the house."""
        return Reader(self.customer, self.ids, self.contact, self.company, self.access.sees_all)

    def documents(self) -> QuerySet[Invoice]:
        """The issued documents of that customer."""
        return Invoice.objects.of_family(self.ids).issued()

    def complaints(self) -> QuerySet[Complaint]:
        """The complaints this person is party to, or all of the customer's with the right; none that the house keeps to itself."""
        rows = Complaint.objects.of_family(self.ids).exclude(audience=Audience.HOUSE)
        return (rows if self.access.sees_all else rows.filter(contact=self.contact)).order_by("-pk")

    def history(self) -> QuerySet[Interaction]:
        """The rows that this person may read: the customer's, and of those between people only their own unless they hold
        the right to see all. Never what the house keeps to itself."""
        whose = Q(audience=Audience.CUSTOMER)
        own = Q(audience=Audience.CONTACT)
        whose |= own if self.access.sees_all else own & Q(contact=self.contact)
        return Interaction.objects.of_family(self.ids).filter(whose, erased_at=None)


def in_space(view: View) -> View:
    """Give `view` the space of whoever is logged in; a person without access finds nothing here (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, space_of(request), *args, **kwargs)

    return guarded


def space_of(request: HttpRequest) -> Space:
    """The space of the request; `?pour=` chooses among several customers, and is remembered. One statement."""
    rows = ContactAccess.objects.living().filter(user=request.user.pk)
    found = list(rows.select_related("contact__customer", "customer__owner", "customer__merged_into__owner"))
    if not found:
        raise Http404
    wanted = request.GET.get("pour") or request.session.get("pour")
    chosen = next((row for row in found if row.public_id == wanted), found[0])
    if request.session.get("pour") != chosen.public_id and len(found) > 1:
        request.session["pour"] = chosen.public_id
    return Space(chosen, tuple(row for row in found if row is not chosen))


def around(space: Space, here: str) -> dict[str, Any]:
    """What the frame of every page shows."""
    rooms = [
        ("home", _("Où en suis-je ?")),
        ("documents", _("Documents")),
        ("messages", _("Messages")),
        ("data", _("Mes données")),
    ]
    return {
        "space": space,
        "company": space.company,
        "rooms": [(reverse(f"portal:{name}"), label, name == here) for name, label in rooms],
    }
