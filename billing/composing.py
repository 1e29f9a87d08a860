"""From a draft to what it will say: `compose` reads the invoice, the client and the firm, and writes nothing.

What a thin draft does not give: the supply is on the day of issue, the terms are the client's or the firm's, the
electronic address is the SIREN (scheme 0225).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import translation

from billing import document as paper
from billing.document import Address, Buyer, Document, Line, Mention, Payment, Preceding, Seller, VatGroup
from billing.models import Invoice, InvoiceLine
from billing.models.invoices import Nature, VatCategory
from billing.penalties import professional_rate, public_rate
from billing.terms import Terms, due_on, in_words
from billing.transfer import rf_reference
from crm.models import Company, Customer
from crm.models.company import VatRegime
from lib import law, vat
from lib.folding import fold
from lib.money import ZERO
from lib.typography import number as printed

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
_SEMESTERS = {"fr": ("premier semestre", "second semestre"), "en": ("first half", "second half")}


@dataclass(frozen=True)
class _Sold:
    """What `lib.vat` reads of a line."""

    net: Decimal
    vat_category: str
    vat_rate: Decimal


def compose(
    invoice: Invoice,
    *,
    company: Company,
    number: str,
    on: date,
    prepaid: Decimal = ZERO,
    lines: Iterable[InvoiceLine] | None = None,
    taken: Iterable[vat.VatGroup] = (),
) -> Document:
    """What `invoice` says when issued as `number` on that day ("" for a draft looked at before issue).

    Reads the lines (or takes those of a draft as it is typed), the client, the contact and the invoice corrected; `prepaid`
    EUR are already paid (BT-113), `taken` is what earlier credit notes took back (`billing.sums.taken_back`).
    Whether it may be issued is `billing.mentions.missing`'s question.
    """
    client_type = invoice.client_type or invoice.customer.type
    language = _language(invoice)
    sold = tuple(_line(row, company, language) for row in (invoice.lines.all() if lines is None else lines))
    sums = vat.totals([_Sold(line.net, line.vat_category, line.vat_rate) for line in sold], prepaid=prepaid, taken=taken)
    on_debits = company.vat_on_debits and invoice.nature != Nature.GOODS and any(group.tax for group in sums.groups)
    return Document(
        kind=str(invoice.kind),
        number=number,
        issued_on=on,
        seller=_seller(company),
        buyer=_buyer(invoice.customer, client_type, invoice),
        lines=sold,
        vat=tuple(_vat_group(group, invoice, company, on) for group in sums.groups),
        totals=paper.Totals(sums.excl_tax, sums.tax, sums.incl_tax, sums.prepaid, sums.rounding, sums.payable),
        nature=str(invoice.nature),
        supply_on=invoice.supply_on or on,
        supply_from=invoice.supply_from,
        payment=None if invoice.is_credit_note else _payment(invoice, company, number, on, language),
        preceding=_preceding(invoice),
        mentions=(*_mentions(client_type, company, on, invoice.is_credit_note), *_of_trade(invoice, company, on, on_debits)),
        delivery=_delivery(invoice),
        subject=invoice.subject,
        note=invoice.note,
        buyer_reference=invoice.buyer_reference,
        credit_reason=invoice.credit_reason,
        vat_on_debits=on_debits,
        attested_on=invoice.attested_on if invoice.works else None,
        language=language,
        specimen=settings.DEMO,
    )


def _delivery(invoice: Invoice) -> tuple[str, ...]:
    """The lines of the address of delivery: the draft's own, else the client's."""
    told = invoice.delivery_address or invoice.customer.delivery_address
    return tuple(line.strip() for line in told.splitlines() if line.strip())


def terms_of(invoice: Invoice, company: Company) -> Terms:
    """The time to pay of this invoice: its own, else the client's, else the firm's."""
    for owner in (invoice, invoice.customer):
        if owner.payment_days is not None:
            return Terms(owner.payment_days, owner.payment_counting or company.payment_counting)
    return Terms(company.payment_days, company.payment_counting)


def _language(invoice: Invoice) -> str:
    contact = invoice.contact
    return (contact.language if contact else "") or invoice.customer.language or "fr"


def _seller(company: Company) -> Seller:
    sole = is_sole_trader(company.legal_form)
    return Seller(
        name=_with_ei(company.name) if sole else company.name,
        address=_address(company),
        legal_form=company.legal_form,
        sole_trader=sole,
        capital=company.capital,
        rcs=company.rcs,
        siren=company.siren,
        siret=company.siret,
        vat_number=company.vat_number,
        vat_regime=company.vat_regime,
        email=company.email,
        phone=company.phone,
        website=company.website,
        endpoint=company.siren,
        logo=company.logo,
    )


def _buyer(customer: Customer, client_type: str, invoice: Invoice) -> Buyer:
    contact = invoice.contact
    name = contact.formal_name if contact else ""
    if contact and contact.last_name and customer.name.endswith(contact.full_name):  # «Mme Anne Lemoine» is named already
        name = ""
    return Buyer(
        name=customer.name,
        client_type=client_type,
        address=_address(customer),
        attention=name if name != customer.name else "",
        reference=customer.reference,
        siren=customer.siren,
        siret=customer.siret,
        vat_number=customer.vat_number,
        endpoint=customer.siren,
    )


def _address(owner: Company | Customer) -> Address:
    return Address(owner.address, owner.address_extra, owner.postal_code, owner.city, owner.country or "FR")


def is_sole_trader(legal_form: str) -> bool:
    """Whether the law asks for «EI» beside the name (décret 2022-725)."""
    key = " ".join(fold(legal_form).replace("-", " ").split())
    return any(row["sole_trader"] and key in row["names"] for row in law.table("legal_forms"))


def _with_ei(name: str) -> str:
    words = fold(name)
    return name if "entrepreneur individuel" in words or "ei" in words.split() or not name else f"{name}, EI"


def _line(row: InvoiceLine, company: Company, language: str) -> Line:
    category = row.vat_category
    if company.vat_regime == VatRegime.FRANCHISE and category == VatCategory.STANDARD and not row.vat_rate:
        category = VatCategory.EXEMPT
    with translation.override(language):
        unit_words = row.get_unit_display()
    amounts = (row.quantity, row.unit_price, row.discount)
    return Line(
        position=row.position,
        description=row.description,
        plain_words=row.plain_words,
        quantity=vat.plain_rate(row.quantity),
        unit=row.unit,
        unit_words=str(unit_words),
        unit_price=_price(row.unit_price),
        discount=vat.plain_rate(row.discount),
        gross=vat.line_gross(row.quantity, row.unit_price),
        allowance=vat.line_allowance(*amounts),
        net=vat.line_net(*amounts),
        vat_category=str(category),
        vat_rate=vat.plain_rate(row.vat_rate),
    )


def _price(value: Decimal) -> Decimal:
    """To the cent, or with the decimals it really has."""
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    return plain if isinstance(exponent, int) and exponent < -2 else value.quantize(Decimal("0.01"))


def exemption_of(category: str, invoice: Invoice, company: Company) -> str:
    """The key in `lib/law/vat_exemptions.toml` of why a category bears no VAT; "" when nobody said."""
    country = invoice.customer.country or "FR"
    fixed = {
        VatCategory.REVERSE_CHARGE: "reverse-charge-works" if country == "FR" else "reverse-charge-eu",
        VatCategory.INTRA_EU: "intra-eu",
        VatCategory.EXPORT: "export",
        VatCategory.OUT_OF_SCOPE: "out-of-scope",
    }
    if category in fixed:
        return fixed[VatCategory(category)]
    if category != VatCategory.EXEMPT:
        return ""
    return "franchise" if company.vat_regime == VatRegime.FRANCHISE else invoice.vat_exemption


def _vat_group(group: vat.VatGroup, invoice: Invoice, company: Company, on: date) -> VatGroup:
    key = exemption_of(group.category, invoice, company)
    plain = VatGroup(group.category, group.rate, group.base, group.tax)
    if not key:
        return plain
    try:
        row = law.row("vat_exemptions", key, on=on)
    except law.MissingLaw:  # no words of that day: `missing` says so, nothing is invented
        return plain
    return VatGroup(group.category, group.rate, group.base, group.tax, row["code"], row["words"], row["english"])


def _payment(invoice: Invoice, company: Company, number: str, on: date, language: str) -> Payment:
    terms = terms_of(invoice, company)
    return Payment(
        due_on=due_on(on, terms),
        terms=in_words(terms, language=language),
        holder=company.account_holder or company.name,
        iban=company.iban,
        bic=company.bic,
        reference=rf_reference(number) if number else "",
        days=terms.days,
        counting=terms.counting,
    )


def _preceding(invoice: Invoice) -> Preceding | None:
    corrected = invoice.credit_of
    if corrected is None or corrected.number is None or corrected.issued_on is None:
        return None
    return Preceding(corrected.number, corrected.issued_on)


def _mentions(client_type: str, company: Company, on: date, of_credit: bool) -> Sequence[Mention]:
    """The words due to this kind of client; a credit note keeps those of commerce (BR-FR-05), and needs no mediator."""
    found = []
    for row in law.table("invoice_mentions"):
        if not row.holds_on(on) or client_type not in row.values.get("client_types", ()):
            continue
        words, english = row["words"], row["english"]
        if row.key == "mediator":
            if of_credit or not (company.mediator_name and company.mediator_postal_address and company.mediator_website):
                continue
            told = {
                "name": company.mediator_name,
                "postal_address": company.mediator_postal_address,
                "website": company.mediator_website,
            }
            words, english = _filled(words, told), _filled(english, told)
        elif row.key.startswith("penalties-"):
            words, english = _with_rate(row, client_type, on)
        found.append(Mention(row.key, words, english, row["title"], row["note"]))
    return found


def _of_trade(invoice: Invoice, company: Company, on: date, on_debits: bool) -> Iterator[Mention]:
    """The words that a firm's option, its trade or the works call for; on a credit note only those of its tax."""
    told: list[tuple[str, dict[str, str]]] = []
    if on_debits:
        told.append(("vat-on-debits", {}))
    if company.insurance_name and not invoice.is_credit_note:
        names = {"name": company.insurance_name, "contact": company.insurance_contact, "coverage": company.insurance_coverage}
        told.append(("decennial", names))
    if invoice.works and not invoice.is_credit_note:
        told.append((f"works-{invoice.works}", {"client": invoice.customer.name}))
    for key, names in told:
        row = law.row("invoice_mentions", key, on=on)
        yield Mention(row.key, _filled(row["words"], names), _filled(row["english"], names), row["title"])


def _filled(words: str, told: dict[str, str]) -> str:
    """The placeholders replaced one by one: braces in a name stay what they are."""
    parts = words.split("{")
    return parts[0] + "".join(told[name] + rest for name, _brace, rest in (part.partition("}") for part in parts[1:]))


def _with_rate(row: law.Row, client_type: str, on: date) -> tuple[str, str]:
    """The rule, and its figure for the semester when it is published."""
    try:
        rate = professional_rate(on) if client_type == "professional" else public_rate(on)
    except law.MissingLaw:
        return row["words"], row["english"]
    half = 0 if on.month <= 6 else 1
    told = [
        _filled(
            row[name], {"rate": printed(rate, language=language), "semester": _SEMESTERS[language][half], "year": str(on.year)}
        )
        for language, name in (("fr", "with_rate"), ("en", "english_with_rate"))
    ]
    return row["words"] + told[0], row["english"] + told[1]
