"""What an invoice must say and does not: `missing` names it, says why and where to fill it in. Pure Python.

Sources: CGI art. 289 and ann. II art. 242 nonies A; C. com. L441-9, R123-237, R123-238; C. conso. L616-1. Which apply
depends on who the client is, on the firm's VAT regime and on the day, from `lib/law`. It also finds what the official
rules let through: a wrong key in a SIREN or a VAT number, words made of nothing, a tax shown in franchise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stdnum.eu import vat as eu_vat

from billing.document import Address, Document, Line, VatGroup
from billing.terms import Terms, check_terms
from lib import identifiers, law, vat
from lib.errors import Refusal
from lib.folding import fold
from lib.money import ZERO
from lib.wording import say as _

MERCHANTS = ("professional", "public")
TAXED = ("S",)


@dataclass(frozen=True)
class Missing:
    """One thing that stops the issue. `code` names it; `words` are for the person; `where` is what to change: `company.…`
    (settings of the firm), `customer.…` (the client's record), `invoice.…` (the draft), `lines.N.…` (its Nth line)."""

    code: str
    words: str
    where: str


def missing(document: Document) -> list[Missing]:
    """Everything that must be filled in or mended before `document` may be issued, in the order of the paper; empty when
    it may. Judged for the day `document.issued_on`."""
    return [one for rule in _RULES for one in rule(document)]


def advice(document: Document) -> list[Missing]:
    """What is not due yet on that day but will be: told, never blocking (décret 2022-1299, from 2027-09-01 for us)."""
    return [] if _new_mentions(document.issued_on) else list(_new(document))


def _seller(document: Document) -> Iterator[Missing]:
    seller = document.seller
    if _blank(seller.name):
        yield Missing("seller.name", _("Le nom de la maison manque : indiquez-le dans ses réglages."), "company.name")
    yield from _address(
        seller.address, "seller", "company", _("L’adresse de la maison est incomplète : complétez-la dans ses réglages.")
    )
    if _blank(seller.siren):
        yield Missing("seller.siren", _("Le SIREN de la maison manque : indiquez-le dans ses réglages."), "company.siren")
    else:
        yield from _number(identifiers.check_siren, seller.siren, "seller.siren", "company.siren")
    if seller.siret:
        yield from _number(
            lambda text: identifiers.check_siret(text, siren=seller.siren), seller.siret, "seller.siret", "company.siret"
        )
    yield from _seller_vat(document)
    yield from _seller_form(document)


def _seller_vat(document: Document) -> Iterator[Missing]:
    """CGI ann. II art. 242 nonies A I-5° and II: the number is due above 150 € without tax, but in franchise."""
    seller = document.seller
    if seller.vat_number:
        yield from _number(
            lambda text: identifiers.check_vat_number(text, siren=seller.siren), seller.vat_number, "seller.vat_number",
            "company.vat_number",
        )  # fmt: skip
        return
    threshold = Decimal(law.row("invoice_mentions", "vat-number-threshold", on=document.issued_on)["amount"])
    bare = {group.category for group in document.vat} & {"AE", "K", "G"}
    if seller.vat_regime != "franchise" and (document.totals.excl_tax > threshold or bare):
        words = _("Le numéro de TVA de la maison manque : indiquez-le dans ses réglages, il est dû au-dessus de 150\u00a0€ HT.")
        yield Missing("seller.vat_number", words, "company.vat_number")


def _seller_form(document: Document) -> Iterator[Missing]:
    """C. com. R123-237 and R123-238: legal form, capital and register of companies."""
    seller = document.seller
    if _blank(seller.legal_form):
        words = _("La forme juridique de la maison manque (SARL, SAS, EI…) : indiquez-la dans ses réglages.")
        yield Missing("seller.legal_form", words, "company.legal_form")
        return
    owed = legal_form(seller.legal_form)
    if owed is None:
        return
    if owed["capital"] and not seller.capital:
        words = _("Le capital social manque : une {form} l’écrit sur ses factures. Indiquez-le dans les réglages de la maison.",
                  form=seller.legal_form)  # fmt: skip
        yield Missing("seller.capital", words, "company.capital")
    if owed["rcs"] and _blank(seller.rcs):
        words = _("La ville du RCS manque : indiquez-la dans les réglages de la maison.")
        yield Missing("seller.rcs", words, "company.rcs")
    if owed["sole_trader"] and "ei" not in fold(seller.name).split() and "entrepreneur individuel" not in fold(seller.name):
        words = _("Le nom d’un entrepreneur individuel est suivi de « EI » : complétez-le dans les réglages de la maison.")
        yield Missing("seller.sole_trader", words, "company.name")


def legal_form(words: str) -> law.Row | None:
    """The row of `lib/law/legal_forms.toml` of a legal form as people write it; None when we know nothing of it."""
    key = " ".join(fold(words).replace("-", " ").replace(".", "").split())
    return next((row for row in law.table("legal_forms") if key in row["names"]), None)


def _buyer(document: Document) -> Iterator[Missing]:
    buyer = document.buyer
    if buyer.client_type in ("", "unknown"):
        words = _(
            "Ce client est-il un particulier, un professionnel, une association ou un organisme public ? Dites-le dans sa "
            "fiche : la loi n’est pas la même."
        )
        yield Missing("buyer.client_type", words, "customer.type")
    if _blank(buyer.name):
        yield Missing("buyer.name", _("Le nom du client manque : indiquez-le dans sa fiche."), "customer.name")
    yield from _address(buyer.address, "buyer", "customer", _("L’adresse du client est incomplète : complétez-la dans sa fiche."))
    if buyer.siren:
        yield from _number(identifiers.check_siren, buyer.siren, "buyer.siren", "customer.siren")
    if buyer.siret:
        yield from _number(
            lambda text: identifiers.check_siret(text, siren=buyer.siren), buyer.siret, "buyer.siret", "customer.siret"
        )
    yield from _buyer_vat(document)


def _buyer_vat(document: Document) -> Iterator[Missing]:
    """CGI ann. II art. 242 nonies A I-6° and I-13°: the client's number, where the client owes the tax."""
    buyer = document.buyer
    if not buyer.vat_number:
        if {group.category for group in document.vat} & {"AE", "K"}:
            words = _("Le numéro de TVA du client manque : c’est lui qui doit la taxe. Indiquez-le dans sa fiche.")
            yield Missing("buyer.vat_number", words, "customer.vat_number")
    elif buyer.vat_number.upper().startswith("FR"):
        yield from _number(
            lambda text: identifiers.check_vat_number(text, siren=buyer.siren), buyer.vat_number, "buyer.vat_number",
            "customer.vat_number",
        )  # fmt: skip
    elif not eu_vat.is_valid(buyer.vat_number) and {group.category for group in document.vat} & {"AE", "K"}:
        words = _("Le numéro de TVA du client n’est pas valable dans l’Union européenne. Vérifiez-le dans sa fiche.")
        yield Missing("buyer.vat_number", words, "customer.vat_number")


def _lines(document: Document) -> Iterator[Missing]:
    if not document.lines:
        yield Missing("lines", _("Ce document n’a aucune ligne : ajoutez ce qui est facturé."), "lines")
    for place, line in enumerate(document.lines, start=1):
        yield from _line(place, line, document)
    if document.lines and document.totals.incl_tax <= ZERO:
        words = _("Le total n’est pas supérieur à zéro : corrigez les lignes, ou faites un avoir pour rendre une somme.")
        yield Missing("totals", words, "lines")


def _line(place: int, line: Line, document: Document) -> Iterator[Missing]:
    where = f"lines.{place}"
    if _blank(line.description):
        yield Missing("line.description", _("Ligne {n} : dites ce qui est vendu.", n=place), f"{where}.description")
    if line.quantity == ZERO:
        yield Missing("line.quantity", _("Ligne {n} : la quantité est à zéro.", n=place), f"{where}.quantity")
    if line.unit_price < ZERO:
        words = _("Ligne {n} : un prix n’est pas négatif. Une somme rendue s’écrit dans un avoir.", n=place)
        yield Missing("line.unit_price", words, f"{where}.unit_price")
    if not ZERO <= line.discount <= Decimal(100):
        yield Missing("line.discount", _("Ligne {n} : une remise va de 0 à 100 %.", n=place), f"{where}.discount")
    yield from _line_rate(place, line, document)


def _line_rate(place: int, line: Line, document: Document) -> Iterator[Missing]:
    where = f"lines.{place}.vat_rate"
    if document.seller.vat_regime == "franchise" and (line.vat_rate or line.vat_category in TAXED):
        words = _("Ligne {n} : en franchise en base, une facture ne montre pas de TVA. Mettez le taux à 0.", n=place)
        yield Missing("line.vat_in_franchise", words, where)
    elif line.vat_category in TAXED and not line.vat_rate:
        words = _("Ligne {n} : sans TVA, il faut dire pourquoi. Choisissez le régime de TVA de la ligne.", n=place)
        yield Missing("line.vat_reason", words, f"lines.{place}.vat_category")
    elif line.vat_category in TAXED and not vat.is_lawful_rate(line.vat_rate, on=document.issued_on):
        words = _("Ligne {n} : {rate} % n’est pas un taux de TVA en France. Choisissez-en un de la liste.",
                  n=place, rate=str(line.vat_rate).replace(".", ","))  # fmt: skip
        yield Missing("line.vat_rate", words, where)
    elif line.vat_category not in TAXED and line.vat_rate:
        words = _("Ligne {n} : une ligne exonérée n’a pas de taux. Mettez 0, ou le régime ordinaire.", n=place)
        yield Missing("line.vat_rate", words, where)


def _exemptions(document: Document) -> Iterator[Missing]:
    """CGI ann. II art. 242 nonies A I-12° and I-13°: without tax, the provision that says why."""
    for group in document.vat:
        if group.category not in TAXED and (_blank(group.reason) or _blank(group.code)):
            words = _("Une partie de la facture est sans TVA : dites pourquoi, le texte de loi sera imprimé.")
            yield Missing("vat.reason", words, "invoice.vat_exemption")
        yield from _crossing(group, document)


def _crossing(group: VatGroup, document: Document) -> Iterator[Missing]:
    """Goods that leave for the Union or beyond: the country must agree (CGI art. 262, 262 ter)."""
    if group.category == "K" and document.buyer.address.country == "FR":
        words = _("Une livraison intracommunautaire va dans un autre pays de l’Union : vérifiez le pays du client.")
        yield Missing("buyer.country", words, "customer.country")
    if group.category == "G" and document.buyer.address.country == "FR":
        words = _("Une exportation part hors de l’Union européenne : vérifiez le pays du client.")
        yield Missing("buyer.country", words, "customer.country")


def _days(document: Document) -> Iterator[Missing]:
    payment = document.payment
    if payment is not None and payment.due_on < document.issued_on:
        words = _("La date de règlement précède celle de la facture : vérifiez le délai de paiement.")
        yield Missing("payment.due_on", words, "invoice.payment_days")
    if document.supply_from and document.supply_on and document.supply_from > document.supply_on:
        words = _("La période facturée finit avant de commencer : vérifiez ses deux dates.")
        yield Missing("supply_from", words, "invoice.supply_from")
    yield from _terms(document)
    if not document.is_credit_note and payment is None:
        yield Missing("payment", _("La date de règlement manque : indiquez le délai de paiement."), "invoice.payment_days")
    if document.is_credit_note and document.preceding is None:
        words = _("Cet avoir ne dit pas quelle facture il corrige : repartez de cette facture.")
        yield Missing("preceding", words, "invoice.credit_of")
    if document.preceding is not None and document.preceding.issued_on > document.issued_on:
        words = _("Cet avoir serait daté d’avant la facture qu’il corrige.")
        yield Missing("preceding.issued_on", words, "invoice.issued_on")


def _terms(document: Document) -> Iterator[Missing]:
    """C. com. L441-10 I: how long a professional of France may be given, whatever the draft, the client's record or the
    firm's settings say."""
    payment = document.payment
    if payment is None or payment.days is None or document.buyer.address.country != "FR":
        return
    try:
        check_terms(Terms(payment.days, payment.counting), client_type=document.buyer.client_type, on=document.issued_on)
    except Refusal as refusal:
        yield Missing("payment.terms", refusal.message, "invoice.payment_days")


def _bank(document: Document) -> Iterator[Missing]:
    if document.payment is None or not document.payment.iban:
        return
    yield from _number(identifiers.check_iban, document.payment.iban, "payment.iban", "company.iban")
    if _blank(document.payment.holder):
        words = _("Le titulaire du compte manque : la banque du client le compare à l’IBAN. Indiquez-le dans les réglages.")
        yield Missing("payment.holder", words, "company.account_holder")


def _words(document: Document) -> Iterator[Missing]:
    """Words due to this kind of client (C. com. L441-9; C. conso. L616-1), and none made of nothing."""
    for row in law.table("invoice_mentions"):
        if not row.holds_on(document.issued_on) or document.buyer.client_type not in row.values.get("client_types", ()):
            continue
        found = document.mention(row.key)
        if row.key == "mediator":
            if not document.is_credit_note and (found is None or _blank(found.words)):
                yield _mediator()
        elif found is None or _blank(found.words):
            yield _word(row.key)
    for mention in document.mentions:
        if _blank(mention.words) and mention.key not in {row.key for row in law.table("invoice_mentions")}:
            yield _word(mention.key)
    yield from _works(document)
    yield from _forbidden_words(document)


def _works(document: Document) -> Iterator[Missing]:
    """CGI art. 278-0 bis A, 279-0 bis: the client certifies works at a rate that the invoice bears."""
    for mention in document.mentions:
        if mention.key.startswith("works-"):
            rate = law.row("invoice_mentions", mention.key, on=document.issued_on)["rate"]
            if Decimal(rate) not in {group.rate for group in document.vat}:
                words = _(
                    "L’attestation de travaux est pour une TVA à {rate} %, et aucune ligne n’a ce taux : retirez-la ou changez le taux.",
                    rate=rate.replace(".", ","),
                )
                yield Missing(f"mention.{mention.key}", words, "invoice.works")
    if document.attested_on is not None and document.attested_on > document.issued_on:
        yield Missing("attested_on", _("L’attestation serait signée après l’émission : vérifiez sa date."), "invoice.attested_on")


def _forbidden_words(document: Document) -> Iterator[Missing]:
    """40 € and automatic penalties are never asked of a consumer (C. com. D441-5, CPCE L111-8)."""
    if document.buyer.client_type not in MERCHANTS:
        for key in ("recovery-indemnity", "penalties-professional", "penalties-public"):
            if document.mention(key):
                words = _("Pénalités automatiques et 40\u00a0€ ne se demandent qu’à un professionnel : retirez cette mention.")
                yield Missing(f"mention.{key}", words, "invoice.note")


def _mediator() -> Missing:
    words = _(
        "Le médiateur de la consommation manque (nom, adresse postale et site) : un particulier doit le trouver sur sa "
        "facture. Indiquez-le dans les réglages de la maison."
    )
    return Missing("mention.mediator", words, "company.mediator_name")


def _word(key: str) -> Missing:
    return Missing(f"mention.{key}", _("Une mention obligatoire est vide ({key}).", key=key), "invoice")


def _new_mentions(on: date) -> bool:
    return any(row.key == "new-mentions" and row.holds_on(on) for row in law.table("invoice_mentions"))


def _due_news(document: Document) -> Iterator[Missing]:
    if _new_mentions(document.issued_on):
        yield from _new(document)


def _new(document: Document) -> Iterator[Missing]:
    """Décret 2022-1299: the client's SIREN; the nature and the address of delivery are on the paper when they exist."""
    buyer = document.buyer
    if buyer.client_type in MERCHANTS and buyer.address.country == "FR" and _blank(buyer.siren):
        words = _(
            "Le SIREN du client manque : il sera obligatoire sur vos factures aux professionnels le 1er septembre 2027. "
            "Indiquez-le dans sa fiche."
        )
        yield Missing("buyer.siren", words, "customer.siren")


def _address(address: Address, party: str, where: str, words: str) -> Iterator[Missing]:
    for name, value in (("address", address.line), ("postal_code", address.postal_code), ("city", address.city)):
        if _blank(value) and not (name == "postal_code" and address.country not in ("FR", "MC")):
            yield Missing(f"{party}.{name}", words, f"{where}.{name}")


def _number(check: Callable[[str], str], text: str, code: str, where: str) -> Iterator[Missing]:
    try:
        check(text)
    except Refusal as refusal:
        yield Missing(code, refusal.message, where)


def _blank(text: str) -> bool:
    """Nothing that can be read: spaces, points and dashes are not words."""
    return not any(char.isalnum() for char in text)


_RULES: tuple[Callable[[Document], Iterator[Missing]], ...] = (
    _seller, _buyer, _lines, _exemptions, _days, _bank, _words, _due_news,
)  # fmt: skip
