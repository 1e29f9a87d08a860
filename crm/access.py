"""Gestures on the client's space: who of a client may come in, and when that ends."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, sessions
from accounts.models import User
from crm import timeline
from crm.company import the_company
from crm.contacts import edit_contact
from crm.mail_words import closing, salutation
from crm.models import Contact, ContactAccess, Customer
from crm.models.customers import Channel
from crm.models.timeline import Direction, Kind
from crm.outbox import queue_mail
from lib import clock
from lib.errors import Refusal


def invite(
    contact: Contact, *, customer: Customer | None = None, sees_all: bool = False, by: User | None, until: date | None = None
) -> ContactAccess:
    """Let `contact` come into the client's space, for their own customer or another one; they are written to, and come in
    by a code mailed each time: there is no password to keep. `until` is the last civil day it opens, none when nothing is
    said. Inviting twice is inviting once; with another last day, the new one counts. Returns the access.

    Refuses a person without address, one put aside, an address that belongs to a colleague, and a day that is past.
    """
    if until is not None and until < clock.today():
        raise Refusal(
            _("Ce jour est passé : l’accès n’ouvrirait rien. Choisissez aujourd’hui ou un jour à venir."), field="until"
        )
    owner = (customer or contact.customer).head
    contact = _with_own_address(contact, by=by)
    if not contact.email:
        raise Refusal(_("Notez d’abord l’adresse e-mail de cette personne : son code d’entrée y est envoyé."), field="contact")
    if contact.archived_at is not None:
        raise Refusal(_("Ce contact est archivé : rétablissez-le avant de l’inviter."), field="contact")
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if found := ContactAccess.objects.living().filter(contact=contact, customer=owner, until=until).first():
            return found
        for former in ContactAccess.objects.filter(contact=contact, customer=owner, ended_at=None):
            end(former, by=by)  # the person has another address since, or another last day
        access = ContactAccess.objects.create(
            user=_user_of(contact), contact=contact, customer=owner, sees_all=sees_all, invited_by=by, until=until
        )
        timeline.record(
            customer=owner, contact=contact if contact.customer_id == owner.pk else None, kind=Kind.PORTAL_ACCESS,
            summary=gettext_lazy("Espace client ouvert"), by=by, direction=Direction.OUT, channel=Channel.PORTAL,
        )  # fmt: skip
        audit.note("portal.invited", by=by, subject=contact.email)
        _write_to(access, by=by)
    return access


def end(access: ContactAccess, *, by: User | None) -> ContactAccess:
    """Take an access back at once, sessions included. Ending twice is ending once."""
    with transaction.atomic():
        current = (
            ContactAccess.objects.select_for_update(of=("self",)).select_related("user", "customer", "contact").get(pk=access.pk)
        )
        if current.ended_at is not None:
            return current
        current.ended_at, current.ended_by = clock.now(), by
        current.save(update_fields=["ended_at", "ended_by"])
        sessions.end_all(current.user)
        timeline.record(
            customer=current.customer, contact=None, kind=Kind.PORTAL_ACCESS, summary=gettext_lazy("Espace client fermé"), by=by,
            channel=Channel.PORTAL,
        )  # fmt: skip
        audit.note("portal.ended", by=by, subject=current.user.email)
    return current


def _with_own_address(contact: Contact, *, by: User | None) -> Contact:
    """A private client is the first person of their record: the record's own address is theirs, written with them from now."""
    client = contact.customer
    if contact.email or not (client.is_person and client.email) or contact.archived_at is not None:
        return contact
    first = Contact.objects.present().filter(customer=client).first()
    return edit_contact(contact, by=by, email=client.email) if first == contact else contact


def _user_of(contact: Contact) -> User:
    """The account of that address, made when there is none: without role, without password."""
    found = User.objects.filter(email__iexact=contact.email).first()
    if found is None:
        name = contact.full_name[: User._meta.get_field("name").max_length]  # two names of sixty letters and their space
        found = User.objects.create_user(contact.email, name=name, language=_language(contact))
        found.verify_address()
    elif found.is_house:
        raise Refusal(
            _("Cette adresse est celle d’un collègue : elle ne peut pas être aussi celle d’un client."), field="contact"
        )
    elif not found.is_active:
        raise Refusal(_("L’accès de cette adresse a été fermé par la maison."), field="contact")
    return found


def _write_to(access: ContactAccess, *, by: User | None) -> None:
    company, contact = the_company(), access.contact
    language = _language(contact)
    with translation.override(language):
        parts = [
            salutation(access.customer, contact, company.tone),
            _("Votre espace chez %(firm)s est ouvert : vos factures, vos paiements, nos échanges, et de quoi nous écrire.")
            % {"firm": company.name},
            _("Vous y entrez sans mot de passe, avec un code que nous vous envoyons à cette adresse :")
            + f"\n{settings.PUBLIC_URL}{settings.PORTAL_URL}",
            closing(contact, company.tone),
            (by.mail_signature.strip() or by.name) if by else company.name,
        ]
        subject = _("Votre espace chez %(firm)s") % {"firm": company.name}
    queue_mail(
        key=f"portal_invitation:{access.public_id}", to=contact.email, to_name=contact.full_name, subject=subject,
        text="\n\n".join(parts), by=by, customer=access.customer,
        contact=contact if contact.customer_id == access.customer_id else None, language=language,
    )  # fmt: skip


def _language(contact: Contact) -> str:
    return contact.language or contact.customer.language
