"""The mail that carries a document to the client: its words, to whom, and what is read again before it leaves."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from billing import links
from billing.models import Invoice
from crm.addresses import bad_among
from crm.mail_words import closing, salutation
from crm.models import BadAddress, Company, Contact, Email
from crm.outbox import queue_mail
from lib import clock
from lib.identifiers import format_phone
from lib.templating import fill
from lib.typography import amount, long_date

FOLDER = Path(__file__).parent / "texts"
PURPOSE = GUARD = "invoice"
WORDS = (
    "salutation", "facture", "date", "montant", "échéance", "objet", "corrigée", "motif", "lien", "formule", "signature",
)  # fmt: skip


@dataclass(frozen=True)
class Recipient:
    """Whom a document goes to: the person, when one is known, and the address."""

    contact: Contact | None
    name: str
    address: str
    bad: bool = False  # nothing is sent there any more


def queue(invoice: Invoice, *, company: Company, by: User | None) -> Email | None:
    """Queue the mail of a document that has just been issued, in the same transaction; returns it, or None when the client
    has no address that answers (the page says so, and the paper goes by post). Once for a document."""
    to = recipient_of(invoice)
    if to is None or to.bad:
        return None
    subject, text, language = words_of(invoice, to, company=company, by=by, link=link_for(invoice, to, by=by))
    return queue_mail(
        key=mail_key(invoice), to=to.address, to_name=to.name, subject=subject, text=text, by=by, customer=invoice.customer,
        contact=to.contact, purpose=PURPOSE, guard=GUARD, template=str(invoice.kind), language=language, company=company, fresh=True,
    )  # fmt: skip


def link_for(invoice: Invoice, to: Recipient, *, by: User | None) -> str:
    """The address, in this very mail, where that person reads, pays and asks: each mail carries its own."""
    return links.invoice_links(invoice, contact=to.contact, address=to.address, by=by, on=clock.today()).view


def mail_key(invoice: Invoice) -> str:
    """The key of the first mail of a document in the outbox."""
    return f"{PURPOSE}:{invoice.public_id}"


def recipient_of(invoice: Invoice) -> Recipient | None:
    """The person of the document, else who receives invoices at the client's, else the main contact, else the client's
    own address, which is that of the main person when they have none; None when nobody has one."""
    head = invoice.customer.merged_into_id or invoice.customer_id
    if invoice.contact is not None and invoice.contact.email:
        return Recipient(invoice.contact, invoice.contact.full_name, invoice.contact.email, _is_bad(invoice.contact.email))
    people = Contact.objects.present().filter(Q(customer=head) | Q(customer__merged_into=head))
    bad = Exists(BadAddress.objects.filter(address=OuterRef("email_key")))
    silent = Case(When(email="", then=1), default=0)
    rows = people.filter(Q(is_main=True) | ~Q(email="")).annotate(bad=bad)
    person = rows.order_by(silent, "-receives_invoices", "-is_main", "pk").first()
    if person is not None and person.email:
        return Recipient(person, person.full_name, person.email, person.bad)
    return _at_their_own_address(invoice, person)


def _at_their_own_address(invoice: Invoice, main: Contact | None) -> Recipient | None:
    own = invoice.customer.email
    return Recipient(main, main.full_name if main else invoice.customer.name, own, _is_bad(own)) if own else None


def _is_bad(address: str) -> bool:
    return bool(bad_among([address]))


def words_of(invoice: Invoice, to: Recipient, *, company: Company, by: User | None, link: str) -> tuple[str, str, str]:
    """Subject, text and language of the mail, from the house's text; a paragraph whose word is empty is left out."""
    language = (to.contact.language if to.contact else "") or invoice.customer.language
    subject, body = text_of(str(invoice.kind), language)
    values = _values(invoice, to, company, by, language) | {"lien": link}
    kept = [
        paragraph
        for paragraph in body.split("\n\n")
        if all(values[word] for word in ("lien", "objet", "motif", "échéance") if f"{{{word}}}" in paragraph)
    ]
    return fill(subject, values, WORDS), fill("\n\n".join(kept), values, WORDS), language


@cache
def text_of(kind: str, language: str) -> tuple[str, str]:
    """Subject and body of the house's text for a kind of document, in French when the language has none."""
    path = FOLDER / language / f"{kind}.txt"
    head, _blank, body = (path if path.exists() else FOLDER / "fr" / path.name).read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return fields["subject"], body.strip()


def reason_to_hold(email: Email) -> str:
    """The facts of a document's mail, read again as it leaves (`crm.outbox.Guard`): why it must wait, or ""."""
    ref = email.key.partition(":")[2].partition(":")[0]
    invoice = Invoice.objects.filter(public_id=ref).first()
    if invoice is None or invoice.is_draft:
        return _("La facture de ce message n’existe pas.")
    credited = sum(note.total_incl_tax for note in invoice.credit_notes.issued())
    if not invoice.is_credit_note and invoice.total_incl_tax > 0 and credited >= invoice.total_incl_tax:
        return _("Un avoir a annulé cette facture depuis : vérifiez que le message convient encore.")
    return ""


def _values(invoice: Invoice, to: Recipient, company: Company, by: User | None, language: str) -> dict[str, str]:
    phone = format_phone(company.phone)
    house = company.mail_signature.strip() or "\n".join(line for line in (company.name, phone) if line)
    own = (by.mail_signature.strip() or by.name) if by else ""
    with translation.override(language):
        return {
            "salutation": salutation(invoice.customer, to.contact, company.tone),
            "facture": str(invoice.number),
            "date": long_date(invoice.issued_on, language=language) if invoice.issued_on else "",
            "montant": amount(invoice.total_incl_tax, language=language),
            "échéance": long_date(invoice.due_on, language=language) if invoice.due_on else "",
            "objet": invoice.subject,
            "corrigée": str(invoice.credit_of.number) if invoice.credit_of else "",
            "motif": invoice.credit_reason,
            "formule": closing(to.contact, company.tone),
            "signature": f"{own}\n{house}".strip(),
        }
