"""Write to a client: to whom, what it will say exactly, and the gesture that queues it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.addresses import bad_among
from crm.attachments import Stored
from crm.mail_message import one_line
from crm.mail_words import WORDS, Piece, filled, missing, pieces, values_for
from crm.models import BadAddress, Company, Contact, Customer, Email
from crm.models.timeline import Visibility
from crm.outbox import queue_mail
from lib.errors import Conflict, Refusal
from lib.identifiers import email_key
from lib.plain_text import normal_lines
from lib.templating import check_template, unknown

TO_WRITE = "[…]"  # in a text of the house, the place of what only a person can say
CUSTOMER = "client"  # the value of the client's own address among the recipients


@dataclass(frozen=True)
class Recipient:
    """Somebody at a client's with an address; `bad` says why it cannot be written to."""

    value: str
    name: str
    address: str
    contact: Contact | None
    bad: BadAddress | None


@dataclass(frozen=True)
class Preview:
    """What will be sent, cut where something was filled or not understood; `troubles` are sentences."""

    subject: list[Piece]
    body: list[Piece]
    troubles: list[str]


def recipients(customer: Customer) -> list[Recipient]:
    """The people of a client (aliases included) who have an address, main contact first, then the client's own, which
    is that of the main person when they have none. Three statements."""
    contacts = list(Contact.objects.present().filter(customer_id__in=customer.family_ids()))
    known = {contact.email_key for contact in contacts}
    own = customer.email if email_key(customer.email) not in known else ""
    bad = bad_among([*(contact.email for contact in contacts), own])
    found = [
        Recipient(contact.public_id, contact.full_name, contact.email, contact, bad.get(contact.email_key))
        for contact in contacts
        if contact.email
    ]
    if own:
        person = next((contact for contact in contacts if contact.is_main and not contact.email), None)
        found.append(Recipient(CUSTOMER, person.full_name if person else customer.name, own, person, bad.get(email_key(own))))
    return found


def language_for(customer: Customer, recipient: Recipient | None) -> str:
    """The language a letter to this person is written in."""
    contact = recipient.contact if recipient else None
    return contact.language if contact is not None and contact.language else customer.language


def preview(*, customer: Customer, recipient: Recipient, subject: str, body: str, by: User, company: Company | None) -> Preview:
    """The mail as it will be, with what stands in its way, in words. Writes nothing."""
    values = _values(customer, recipient, by, company)
    return Preview(pieces(subject, values), pieces(body, values), troubles(subject + "\n" + body, values))


def troubles(text: str, values: dict[str, str]) -> list[str]:
    """What a person must mend before `text` can leave: words that are not known, words worth nothing here."""
    strange = [
        _("« {%(name)s} » n’est pas un mot connu. Vouliez-vous écrire « {%(meant)s} » ?") % {"name": name, "meant": meant}
        if meant
        else _("« {%(name)s} » n’est pas un mot connu : retirez-le, ou écrivez-le sans accolades.") % {"name": name}
        for name, meant in unknown(text, list(WORDS)).items()
    ]
    if TO_WRITE in text:
        strange.append(_("Il reste un passage à écrire, marqué %(mark)s.") % {"mark": TO_WRITE})
    return strange + [
        _("« {%(name)s} » est vide pour cette personne : écrivez-le vous-même, ou retirez-le.") % {"name": name}
        for name in missing(text, values)
    ]


def write_to_customer(
    *, customer: Customer, recipient: Recipient, subject: str, body: str, by: User, once: str,
    visibility: str = Visibility.EVERYONE, template: str = "", files: Iterable[Stored] = (),
) -> Email:  # fmt: skip
    """Queue a letter typed on the record, its words between braces replaced; returns it, waiting for its countdown.

    `once` is the form's own key: sending the same form twice is sending once, by the same person and with the same words
    (else `Conflict`: nothing typed is dropped in silence). Refuses what is not known or is worth
    nothing for this person, and an address that no longer answers.
    """
    with transaction.atomic():
        company = Company.objects.first()
        values = _values(customer, recipient, by, company)
        for field, text in (("subject", subject), ("body", body)):
            _refuse_unfinished(field, text, values)
        words, text = filled(subject, values), filled(body, values)
        email = queue_mail(
            key=f"letter:{by.pk}:{once}"[:120], to=recipient.address, to_name=recipient.name, customer=customer, contact=recipient.contact,
            subject=words, text=text, by=by, visibility=visibility, template=template[:60],
            language=language_for(customer, recipient), files=files,
        )  # fmt: skip
        if not is_same_letter(email, customer=customer, to=recipient.address, subject=words, text=text):
            raise Conflict(
                _("Ce formulaire a déjà servi à envoyer un autre message. Envoyez à nouveau : celui-ci partira aussi.")
            )
        return email


def is_same_letter(email: Email, *, customer: Customer, to: str, subject: str, text: str) -> bool:
    """Whether `email`, found by its key, is the letter asked for: a key that serves twice never hides other words."""
    if email.erased_at is not None:
        return True
    told = (email.customer_id, email_key(email.recipient_email), email.subject, email.text)
    return told == (customer.pk, email_key(to), one_line(subject, 200), normal_lines(text))


def _refuse_unfinished(field: str, text: str, values: dict[str, str]) -> None:
    try:
        check_template(text, list(WORDS))
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field) from refusal
    if found := troubles(text, values):
        raise Refusal(found[0], field=field)


def _values(customer: Customer, recipient: Recipient, by: User, company: Company | None) -> dict[str, str]:
    language = language_for(customer, recipient)
    return values_for(customer=customer, contact=recipient.contact, by=by, company=company, language=language)
