"""What the database refuses about invoices, money and the two books, even to SQL typed by hand (crm.triggers)."""

from crm.triggers import DELETE, INSERT, TRUNCATE, UPDATE, Guard, append_only

_ISSUED = "Une facture émise ne change plus : un avoir la corrige."
_LINES = "Les lignes d’une facture émise ne changent plus : un avoir la corrige."
_FILES = "Le fichier d’une facture émise est gardé tel qu’il est parti."
_MONEY = "Un paiement et son affectation ne changent plus : une écriture inverse les annule."
_LEDGER = "Une écriture comptable ne change plus : une écriture inverse l’annule."
_SEALS = "Un scellé ne change plus."
_SERIES = "Une série ne revient pas en arrière."
_HEAD = "La chaîne des scellés ne revient pas en arrière."

_OF_ISSUED = (
    "EXISTS (SELECT 1 FROM billing_invoice WHERE billing_invoice.id = {row}.invoice_id AND billing_invoice.number IS NOT NULL)"
)
_OLD, _NEW = _OF_ISSUED.format(row="OLD"), _OF_ISSUED.format(row="NEW")

# A lawful erasure empties the salt and the words of a seal, and touches nothing else.
_KEPT = "id position kind about_ref about_label format_version commitment previous digest signature sealed_at".split()
_ERASED = "NEW.salt = '' AND NEW.payload = '' AND " + " AND ".join(f"NEW.{name} = OLD.{name}" for name in _KEPT)

GUARDS = [
    Guard("billing_invoice", UPDATE, _ISSUED, "OLD.number IS NOT NULL"),
    Guard("billing_invoice", DELETE, _ISSUED, "OLD.number IS NOT NULL"),
    Guard("billing_invoice", TRUNCATE, _ISSUED),
    Guard("billing_invoiceline", INSERT, _LINES, _NEW),
    Guard("billing_invoiceline", UPDATE, _LINES, f"{_OLD} OR {_NEW}"),
    Guard("billing_invoiceline", DELETE, _LINES, _OLD),
    Guard("billing_invoiceline", TRUNCATE, _LINES),
    *append_only("billing_invoicefile", _FILES),
    *append_only("billing_payment", _MONEY),
    *append_only("billing_allocation", _MONEY),
    *append_only("billing_ledgerentry", _LEDGER),
    *append_only("billing_seal", _SEALS, but=_ERASED),
    Guard(
        "billing_series",
        UPDATE,
        _SERIES,
        "NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.last_number < OLD.last_number "
        "OR (OLD.last_issued_on IS NOT NULL AND (NEW.last_issued_on IS NULL OR NEW.last_issued_on < OLD.last_issued_on))",
    ),
    Guard("billing_series", DELETE, _SERIES),
    Guard("billing_series", TRUNCATE, _SERIES),
    Guard(
        "billing_chainhead",
        UPDATE,
        _HEAD,
        "NEW.id <> OLD.id OR NEW.chain <> OLD.chain OR NEW.position <= OLD.position",
    ),
    Guard("billing_chainhead", DELETE, _HEAD),
    Guard("billing_chainhead", TRUNCATE, _HEAD),
]
