"""A dead link asks for a living one: it is mailed to the address on file, never to an address that somebody types."""

from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import links
from billing.models import AccessLink
from crm import timeline
from crm.addresses import bad_among
from crm.mail_words import closing, salutation
from crm.models import Company, Contact, Customer, Email
from crm.models.customers import Channel
from crm.models.timeline import Direction, Kind, Stage
from crm.outbox import queue_mail
from lib import clock
from lib.identifiers import email_key

NO_DELAY = timedelta(0)


def send(link: AccessLink, company: Company) -> Email | None:
    """Mail a fresh link of the same document to whom the dead one was sent; once a day for one link. None when nothing
    leaves: the link lives, the address does not answer."""
    today, invoice = clock.today(), link.invoice
    address = address_on_file(link)
    if link.is_living(today) or not address or bad_among([address]):
        return None
    key = f"fresh_link:{link.public_id}:{today:%Y%m%d}"
    with transaction.atomic():
        AccessLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        if Email.objects.filter(key=key).exists():
            return None
        language = (link.contact.language if link.contact else "") or invoice.customer.language
        with translation.override(language):
            made = links.invoice_links(invoice, contact=link.contact, address=address, by=None, on=today)
            text = "\n\n".join(
                [
                    salutation(invoice.customer, link.contact, company.tone),
                    _("Le lien que vous aviez reçu ne s’ouvrait plus. En voici un nouveau, pour vous seul :") + "\n" + made.view,
                    _("Si vous n’avez rien demandé, vous pouvez oublier ce message : personne d’autre ne l’a reçu."),
                    closing(link.contact, company.tone),
                    company.mail_signature.strip() or company.name,
                ]
            )
            subject = _("Un nouveau lien vers %(what)s") % {"what": invoice.about_label}
        return queue_mail(
            key=key, to=address, to_name=link.contact.full_name if link.contact else invoice.customer.name, subject=subject,
            text=text, by=None, customer=invoice.customer, contact=link.contact, delay=NO_DELAY, language=language,
        )  # fmt: skip


def address_on_file(link: AccessLink) -> str:
    """Where a fresh one goes: the address of the dead one while it is still this client's, else the one its person has now;
    nothing when neither is there, so that a link closed because it went to a stranger opens nothing again."""
    ids = link.invoice.customer.family_ids()
    persons = Contact.objects.present().filter(customer_id__in=ids)
    known = {
        *persons.values_list("email_key", flat=True),
        *Customer.objects.filter(pk__in=ids).values_list("email_key", flat=True),
    }
    if email_key(link.address) in known:
        return link.address
    person = link.contact
    return person.email if person is not None and person.archived_at is None and person.customer_id in ids else ""


def tell_opened(link: AccessLink) -> None:
    """The document was opened for the first time: a row of the house's history."""
    timeline.record(
        customer=link.invoice.customer, contact=link.contact, kind=Kind.INVOICE_OPENED, summary=gettext_lazy("Facture ouverte"),
        by=None, channel=Channel.PORTAL, direction=Direction.IN, about=link.invoice, about_kind="invoice", stage=Stage.PURCHASE,
    )  # fmt: skip
