"""Who of a client may come into the client's space: read and changed from the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import access
from crm.models import Contact, ContactAccess, Customer
from desk import phrases
from lib.errors import Refusal
from lib.identifiers import email_key
from lib.typography import long_date

SHOWN = 40


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One person who may come in, or could."""

    name: str
    email: str
    elsewhere: str  # whose person they are, when it is another client's
    words: str
    seen: str
    living: bool
    end_url: str


class InviteForm(forms.Form):
    """Whom to let in: one of the client's people, or another client's person by their address."""

    hide_optional = True
    contact = forms.ChoiceField(label=gettext_lazy("Qui"), required=False)
    email = forms.CharField(
        label=gettext_lazy("Ou la personne d’un autre client, par son adresse"), required=False, max_length=254,
        help_text=gettext_lazy("Par exemple la comptable de plusieurs sociétés : elle passera de l’une à l’autre."),
    )  # fmt: skip
    sees_all = forms.BooleanField(
        label=gettext_lazy("Voit tous les messages et toutes les réclamations"), required=False,
        help_text=gettext_lazy("Sinon seulement les siens. Les documents, eux, sont visibles dans tous les cas."),
    )  # fmt: skip

    until = forms.DateField(
        label=gettext_lazy("Jusqu’au, si l’accès doit finir"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Le dernier jour où cette personne entre. Vide : jusqu’à ce que vous fermiez l’accès."),
    )  # fmt: skip

    def __init__(self, *args: Any, customer: Customer, people: Sequence[Contact], **kwargs: Any):
        super().__init__(*args, **kwargs)
        own = {people[0].pk: customer.email} if people and customer.is_person else {}  # the client is that person
        known = [(one, one.email or own.get(one.pk, "")) for one in people]
        self.people = {one.public_id: one for one, address in known if address}
        named = [(one.public_id, f"{one.full_name}{_(', ')}{address}") for one, address in known if address]
        self.fields["contact"].choices = [("", "—"), *named]  # type: ignore[attr-defined]
        if named:
            self.fields["contact"].initial = named[0][0]

    def invite(self, customer: Customer, *, by: User) -> ContactAccess | None:
        """Open the space; None when it was refused, with the reason on the form."""
        said = self.cleaned_data
        try:
            whom = self._stranger(said["email"], by=by) if said["email"] else self.people.get(said["contact"])
            if whom is None:
                raise Refusal(_("Choisissez une personne qui a une adresse e-mail."), field="contact")
            return access.invite(whom, customer=customer, sees_all=said["sees_all"], by=by, until=said["until"])
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None

    def _stranger(self, typed: str, *, by: User) -> Contact:
        rows = Contact.objects.visible_to(by).present().filter(email_key=email_key(typed.strip())).exclude(email_key="")
        found = rows.select_related("customer").order_by("pk").first()
        if found is None:
            raise Refusal(_("Personne n’a cette adresse parmi vos clients. Ajoutez d’abord un contact."), field="email")
        return found


def accesses_of(ids: list[int], *, user: User, today: date) -> list[AccessLine]:
    """Who may come in for this client, then who could once. One statement."""
    rows = ContactAccess.objects.visible_to(user).filter(customer_id__in=ids)
    found = list(rows.select_related("user", "contact__customer", "invited_by", "ended_by")[:SHOWN])
    return [_line(row, ids, today) for row in sorted(found, key=lambda row: (not row.opens, -row.pk))]


def _line(row: ContactAccess, ids: list[int], today: date) -> AccessLine:
    return AccessLine(
        name=row.contact.full_name,
        email=row.user.email,
        elsewhere="" if row.contact.customer_id in ids else row.contact.customer.name,
        words=_words(row, today),
        seen=_seen(row, today),
        living=row.opens,
        end_url=reverse("access_end", args=[row.public_id]) if row.ended_at is None else "",
    )


def _words(row: ContactAccess, today: date) -> str:
    if row.ended_at is not None:
        who = row.ended_by.first_name if row.ended_by else _("la maison")
        return _("fermé %(when)s par %(who)s") % {"when": phrases.moment(row.ended_at, today), "who": who}
    if row.is_over and row.until is not None:
        return _("n’ouvre plus depuis le %(day)s, son dernier jour") % {"day": long_date(row.until, language=phrases.language())}
    if not row.opens:
        return _("n’ouvre plus rien : cette personne est archivée, ou son adresse a changé")
    who = row.invited_by.first_name if row.invited_by else _("la maison")
    words = _("ouvert %(when)s par %(who)s") % {"when": phrases.moment(row.invited_at, today), "who": who}
    if row.until is not None:
        words += _(", jusqu’au %(day)s") % {"day": long_date(row.until, language=phrases.language())}
    return f"{words}{_(', ')}{_('voit tout')}" if row.sees_all else words


def _seen(row: ContactAccess, today: date) -> str:
    if row.user.last_login is None:
        return _("pas encore venue")
    return _("dernière visite %(when)s") % {"when": phrases.moment(row.user.last_login, today)}
