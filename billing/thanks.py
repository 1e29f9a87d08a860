"""The mail that thanks for an invoice fully paid, and is its receipt: queued once, in the client's language."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from billing.models import Allocation, Invoice, Method, Payment
from crm.mail_words import closing, salutation
from crm.models import Company, Customer, Email
from crm.outbox import Moot, queue_mail
from crm.writing import Recipient, language_for, recipients
from lib.typography import amount, list_of, long_date

PURPOSE = GUARD = "receipt"


def queue_thanks(invoices: Sequence[Invoice], payment: Payment, customer: Customer) -> Email | None:
    """Queue one mail of thanks for the `invoices` of `customer` (a head) that `payment` has just finished paying; None when
    nobody at the client's can be written to. A second call finds the first mail."""
    to = recipient(invoices[0], customer)
    if to is None:
        return None
    language = language_for(customer, to)
    subject, text = words(invoices, payment, customer, to, Company.objects.first() or Company(), language)
    return queue_mail(
        key=f"thanks:{payment.public_id}:{invoices[0].public_id}", to=to.address, to_name=to.name, customer=customer,
        contact=to.contact, subject=subject, text=text, by=None, purpose=PURPOSE, guard=GUARD, language=language,
    )  # fmt: skip


def reason_to_hold(email: Email) -> str:
    """The facts of a mail of thanks, read again as it leaves (`crm.outbox.Guard`): a payment undone since, or of which one
    invoice named is due again, is not thanked for, and the mail is withdrawn; when its surplus went back since, a person reads
    it again."""
    _purpose, payment, _first = email.key.split(":")[:3]
    if Payment.objects.filter(reverses__public_id=payment).exists():
        return Moot(_("Le paiement a été annulé depuis : ce merci n’a plus lieu d’être."))
    due = Invoice.objects.unpaid().filter(allocations__payment__public_id=payment).values_list("number", flat=True)
    if any(str(number) in email.text for number in due):
        return Moot(_("La facture est de nouveau due : ce merci n’a plus lieu d’être."))
    if Payment.objects.filter(refunds__public_id=payment, recorded_at__gt=email.created_at).exists() and not email.settled_at:
        return _("Une somme de ce paiement a été rendue depuis : relisez ce message.")
    return ""


def recipient(invoice: Invoice, customer: Customer) -> Recipient | None:
    """To whom: the person the invoice was sent to, else who receives invoices, else the first; never a refused address."""
    fit = [one for one in recipients(customer) if one.bad is None]

    def closeness(one: Recipient) -> tuple[bool, bool]:
        person = one.contact
        return person is None or person.pk != invoice.contact_id, person is None or not person.receives_invoices

    return min(fit, key=closeness, default=None)


def words(
    invoices: Sequence[Invoice], payment: Payment, customer: Customer, to: Recipient, company: Company, language: str
) -> tuple[str, str]:
    """Subject and text, in `language`."""
    with translation.override(language):
        numbers = {"number": list_of([str(invoice.number) for invoice in invoices], language=language)}
        received = _("Nous avons bien reçu %(amount)s %(means)s le %(day)s.") % {
            "amount": amount(payment.amount, language=language),
            "means": Method(payment.method).said,
            "day": long_date(payment.paid_on, language=language),
        }
        many = len(invoices) > 1
        paid = (
            _("Les factures %(number)s sont entièrement réglées : merci.")
            if many
            else _("La facture %(number)s est entièrement réglée : merci.")
        )
        parts = [
            salutation(customer, to.contact, company.tone),
            f"{received} {paid % numbers}",
            *("\n".join(lines) for lines in receipts(invoices, language)),
            surplus_words(payment, language),
            _("Ce message vaut reçu : gardez-le avec la facture."),
            "\n".join(line for line in (closing(to.contact, company.tone), company.name) if line),
        ]
        subject = _("Merci : les factures %(number)s sont réglées") if many else _("Merci : la facture %(number)s est réglée")
    return subject % numbers, "\n\n".join(part for part in parts if part)


def receipts(invoices: Sequence[Invoice], language: str) -> list[list[str]]:
    """For each invoice, its line then everything that was counted on it. One statement."""
    counted: dict[int, list[Allocation]] = {}
    for row in Allocation.objects.filter(invoice__in=invoices).select_related("payment", "credit_note").order_by("pk"):
        counted.setdefault(row.invoice_id, []).append(row)
    return [receipt_lines(invoice, counted.get(invoice.pk, []), language) for invoice in invoices]


def receipt_lines(invoice: Invoice, rows: Sequence[Allocation], language: str) -> list[str]:
    """The invoice, then what was counted on it, one line each."""
    assert invoice.issued_on is not None  # it was issued: it has been paid
    told = [
        _("Facture %(number)s du %(day)s : %(amount)s")
        % {
            "number": invoice.number,
            "day": long_date(invoice.issued_on, language=language),
            "amount": amount(invoice.total_incl_tax, language=language),
        }
    ]
    for row in rows:
        if row.payment is None:
            means, on = row.credit_note.about_label if row.credit_note else "", row.made_on
        else:
            means, on = Method(row.payment.method).said, row.payment.paid_on
        told.append(
            _("le %(day)s, %(means)s : %(amount)s")
            % {"day": long_date(on, language=language), "means": means, "amount": amount(row.amount, language=language)}
        )
    return told


def surplus_words(payment: Payment, language: str) -> str:
    """What counts on no invoice yet, if anything. Another one may be due: it is not said to be too much."""
    left = payment.unallocated()
    if left <= 0:
        return ""
    return _(
        "%(amount)s de votre paiement ne comptent encore sur aucune facture : cette somme est à vous. Répondez à ce message "
        "pour qu’elle vous soit rendue ; sinon, elle comptera sur une autre de vos factures."
    ) % {"amount": amount(left, language=language)}
