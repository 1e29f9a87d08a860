"""A document set in type: the words, dates and amounts of the page, in the document's own language, from what it says."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from billing.document import GOODS, MIXED, SERVICES, Document, Line, Mention
from billing.facturx import company_line, registered
from billing.models.invoices import Nature
from billing.transfer import epc_payload, format_rf, qr_png
from lib import identifiers, typography
from lib.images import printable_picture
from lib.wording import NBSP


@dataclass(frozen=True)
class PaperLine:
    """A row of the table of what is sold."""

    description: str
    more: str
    quantity: str
    unit_price: str
    rate: str
    net: str


@dataclass(frozen=True)
class Row:
    """A row of the sums; `look` is its class."""

    name: str
    amount: str
    look: str = ""


@dataclass(frozen=True)
class Rate:
    """A row of the table of VAT."""

    rate: str
    base: str
    tax: str


@dataclass(frozen=True)
class Paper:
    """Everything the template writes, ready to print."""

    language: str
    title: str
    heading: str
    issued: str
    seller_address: str
    seller_contact: str
    phone: str
    buyer_lines: list[str]
    facts: list[tuple[str, str]]
    plain_words: str
    with_tax: bool
    lines: list[PaperLine]
    vat: list[Rate]
    totals: list[Row]
    pay_heading: str
    iban: str
    reference: str
    qr: str
    mentions: list[Mention]
    attestation: Mention | None
    legal: str
    attested: str = ""
    logo: str = ""


def html_of(document: Document) -> str:
    """The page of `document`, to be drawn with `paper.css` (`render_pdf(paper=True)`): it refers to nothing outside."""
    with translation.override(document.language):
        return render_to_string("billing/paper.html", {"document": document, "paper": set_in_type(document)})


def set_in_type(document: Document) -> Paper:
    """The words of the page, in the language in force."""
    seller, payment = document.seller, document.payment
    phone = identifiers.format_phone(seller.phone) if seller.phone else ""
    heading = _heading(document)
    return Paper(
        language=document.language,
        title=title_of(document),
        heading=heading,
        issued=_issued(document),
        seller_address=", ".join(seller.address.lines),
        seller_contact=", ".join(part for part in (phone, seller.email) if part),
        phone=phone,
        buyer_lines=[*document.buyer.address.lines, *_country(document)],
        facts=_facts(document),
        plain_words="\n".join(part for part in (document.subject, document.note) if part),
        with_tax=seller.vat_regime != "franchise",
        lines=[_line(line, document.language) for line in document.lines],
        vat=[Rate(_rate(group.rate), _amount(group.base, document), _amount(group.tax, document)) for group in document.vat],
        totals=_totals(document),
        pay_heading=_pay_heading(document),
        iban=identifiers.format_iban(payment.iban) if payment else "",
        reference=format_rf(payment.reference) if payment and payment.reference else "",
        qr=_qr(document),
        mentions=_mentions(document),
        attestation=_attestation(document),
        legal=_legal(document),
        attested=_day(document.attested_on, document) if document.attested_on else "",
        logo=_logo(document.seller.logo),
    )


def title_of(document: Document) -> str:
    """What a reader of PDFs writes above the page, in the language in force."""
    return f"{_heading(document)}, {document.seller.name}"


def _heading(document: Document) -> str:
    kind = _("Avoir") if document.is_credit_note else _("Facture")
    return f"{kind}{NBSP}{document.number}" if document.number else f"{kind}, {_('brouillon')}"


def _issued(document: Document) -> str:
    day = typography.long_date(document.issued_on, language=document.language)
    if document.preceding is None:
        return _("émise le %(day)s") % {"day": day}
    former = typography.long_date(document.preceding.issued_on, language=document.language)
    told = {"day": day, "number": document.preceding.number, "former": former}
    return _("émis le %(day)s, sur la facture %(number)s du %(former)s") % told


def _country(document: Document) -> list[str]:
    country = document.buyer.address.country
    return [] if country == document.seller.address.country else [country]


def _facts(document: Document) -> list[tuple[str, str]]:
    """What stands beside the address: dates, nature, numbers of the client (CGI ann. II art. 242 nonies A I)."""
    buyer = document.buyer
    supplied, credited = document.supply_on, document.is_credit_note and document.supply_on == document.issued_on
    told = {
        SERVICES: _("Réalisé le"),
        GOODS: _("Livré le"),
        MIXED: _("Livré et réalisé le"),
    }
    facts = [
        (told[document.nature], _day(supplied, document) if supplied and not credited and not document.supply_from else ""),
        (_("Période"), _period(document)),
        (_("Nature"), str(Nature(document.nature).label)),
        (_("Livraison ou chantier"), ", ".join(document.delivery)),
        (_("Votre commande"), document.buyer_reference),
        (_("Votre référence"), buyer.reference),
        ("SIREN", identifiers.format_siret(buyer.siren) if buyer.siren else ""),
        (_("Votre n° de TVA"), buyer.vat_number),
        (_("Motif"), document.credit_reason),
    ]
    return [(name, words) for name, words in facts if words]


def _period(document: Document) -> str:
    if not document.supply_from or not document.supply_on:
        return ""
    return _("du %(first)s au %(last)s") % {
        "first": _day(document.supply_from, document),
        "last": _day(document.supply_on, document),
    }


def _line(line: Line, language: str) -> PaperLine:
    discount = _("remise %(rate)s %%") % {"rate": typography.number(line.discount, language=language)} if line.discount else ""
    quantity, unit = typography.number(line.quantity, language=language), unit_after(line)
    return PaperLine(
        description=line.description,
        more=", ".join(part for part in (line.plain_words, discount.replace(" %", f"{NBSP}%")) if part),
        quantity=f"{quantity}{NBSP}{unit}" if unit else quantity,
        unit_price=_price(line.unit_price, language),
        rate=_rate(line.vat_rate),
        net=typography.amount(line.net, language=language),
    )


def unit_after(line: Line) -> str:
    """What follows a quantity: a symbol, which has no plural; nothing for pieces."""
    return unit_symbol(line.unit, line.unit_words)


def unit_symbol(unit: str, words: str) -> str:
    """What follows a quantity: a symbol, which has no plural; nothing for pieces, `words` for a unit without one."""
    symbols = {
        "C62": "", "HUR": "h", "DAY": pgettext("jours, après un nombre", "j"), "MON": _("mois"), "MTR": "m", "MTK": "m²", "MTQ": "m³",
        "KGM": "kg", "LTR": "l", "KMT": "km", "LS": _("forfait"),
    }  # fmt: skip
    return symbols.get(unit, words)


def _price(value: Decimal, language: str) -> str:
    """To the cent, or with all its decimals."""
    text = typography.number(value, language=language)
    return f"{text}{NBSP}€" if not language.startswith("en") else f"€{text}"


def _rate(rate: Decimal) -> str:
    return f"{typography.number(rate, language=translation.get_language() or 'fr')}{NBSP}%"


def _amount(value: Decimal, document: Document) -> str:
    return typography.amount(value, language=document.language)


def _day(day: date, document: Document) -> str:
    return typography.long_date(day, language=document.language)


def _totals(document: Document) -> list[Row]:
    totals, rows = document.totals, []
    if document.seller.vat_regime != "franchise":
        rows += [
            Row(_("Total hors taxes"), _amount(totals.excl_tax, document)),
            Row(_("Total TVA"), _amount(totals.tax, document)),
            Row(_("Total toutes taxes comprises"), _amount(totals.incl_tax, document), "all"),
        ]
    elif totals.prepaid or totals.rounding:
        rows.append(Row(_("Total"), _amount(totals.incl_tax, document), "all"))
    if totals.prepaid:
        rows.append(Row(_("Déjà réglé"), _amount(-totals.prepaid, document)))
    if totals.rounding:
        rows.append(Row(_("Arrondi"), _amount(totals.rounding, document)))
    last = _("Total de l’avoir") if document.is_credit_note else _("Reste à payer") if totals.prepaid else _("À payer")
    return [*rows, Row(last, _amount(totals.payable, document), "due")]


def _pay_heading(document: Document) -> str:
    if document.payment is None:
        return ""
    if not document.totals.payable:
        return _("Cette facture est déjà réglée.")
    day = _day(document.payment.due_on, document)
    if document.payment.iban:
        return _("Régler par virement, au plus tard le %(day)s") % {"day": day}
    return _("À régler au plus tard le %(day)s") % {"day": day}


def _qr(document: Document) -> str:
    """The code of the transfer as a picture, quicker to draw than its vector; "" when there is nothing to pay or it cannot be one."""
    payment = document.payment
    if payment is None or not payment.iban or not payment.reference or document.totals.payable <= 0:
        return ""
    try:
        payload = epc_payload(
            holder=payment.holder, iban=payment.iban, bic=payment.bic, amount=document.totals.payable, reference=payment.reference
        )
    except ValueError:
        return ""
    return "data:image/png;base64," + b64encode(qr_png(payload)).decode()


def _mentions(document: Document) -> list[Mention]:
    """The words of the law: why there is no tax, terms, then the rest; in French, with English beneath on an English page."""
    english = document.language.startswith("en")
    found = [
        Mention(group.code, group.reason + ".", group.reason_english)
        for group in document.vat
        if group.reason and document.seller.vat_regime != "franchise"
    ]
    if document.payment and document.payment.terms and document.totals.payable:
        found.append(Mention("terms", _("Paiement %(terms)s.") % {"terms": document.payment.terms}))
    if document.is_credit_note:
        found.append(Mention("credit", _("Ce montant vient en déduction de ce que vous devez, ou vous est remboursé.")))
    kept = [one for one in document.mentions if not one.key.startswith("works-")]  # the client's own words: beside, to be signed
    ended = [one.words if one.words.endswith(".") else f"{one.words}." for one in kept]
    found += [Mention(one.key, words, one.english, one.title) for one, words in zip(kept, ended, strict=True)]
    return [Mention(one.key, one.words, one.english if english else "", one.title) for one in found]


def _attestation(document: Document) -> Mention | None:
    """What the client certifies of works in a dwelling, between quotation marks, in French whatever the page's language."""
    for one in document.mentions:
        if one.key.startswith("works-"):
            english = one.english if document.language.startswith("en") else ""
            return Mention(one.key, typography.quoted(f"{one.words}."), english, one.title)
    return None


def _logo(name: str) -> str:
    """The picture of the firm as a `data:` URL; "" when there is none, when storage lost it, or when it is too heavy to be
    put in every invoice."""
    if not name or not default_storage.exists(name):
        return ""
    with default_storage.open(name) as stored:
        picture = printable_picture(stored.read())
    return f"data:{picture.content_type};base64,{b64encode(picture.content).decode()}" if picture else ""


def _legal(document: Document) -> str:
    """Who the firm is, as the law wants it on every paper (C. com. R123-237)."""
    seller = document.seller
    where = _("siège %(address)s") % {"address": ", ".join(seller.address.lines)}
    who = ", ".join(part for part in (seller.name, "" if seller.sole_trader else company_line(seller), where) if part)
    numbers = [
        registered(seller),
        f"SIRET{NBSP}{identifiers.format_siret(seller.siret)}"
        if seller.siret
        else f"SIREN{NBSP}{identifiers.format_siret(seller.siren)}",
        f"{pgettext('numéro de TVA', 'TVA')}{NBSP}{seller.vat_number}" if seller.vat_number else "",
        seller.website,
    ]
    return f"{who}. " + ", ".join(one for one in numbers if one) + "."
