"""What the database refuses of complaints, even to SQL typed by hand (crm.triggers): to change or remove a fact, a letter
or its page, to rewrite a complaint, and a refusal to a consumer that does not name the mediator (C. conso. L616-1)."""

from crm.triggers import INSERT, UPDATE, Guard, append_only

_COMPLAINT = "Une réclamation ne se réécrit pas : un fait s’y ajoute."
_LETTER = "Une lettre est gardée telle qu’elle est partie."
_MEDIATOR = "Un refus à un consommateur donne le nom, l’adresse et le site du médiateur."
_AGREEMENT = "La convention du médiateur a pris fin : la lettre garde la raison de son départ."

# Whom it is entrusted to is the one thing of a complaint that may change.
_KEPT = (
    "id public_id reference customer_id contact_id invoice_id line_id subject body channel client_type zone "
    "silence_delay_months audience recorded_at recorded_by_id key"
).split()
_SAME = " AND ".join(f'NEW."{name}" IS NOT DISTINCT FROM OLD."{name}"' for name in _KEPT)
# Under a consumer's rules: since it was received, or since the client's record was put right (`complaints.regimes`).
_PROTECTED = (
    "(one.client_type IN ('consumer', 'unknown') OR EXISTS (SELECT 1 FROM complaints_complaintfact AS found "
    "WHERE found.complaint_id = one.id AND found.kind = 'consumer_rights' "
    "AND NOT EXISTS (SELECT 1 FROM complaints_complaintfact AS said WHERE said.withdraws_id = found.id)))"
)
_BEGUN = (
    "EXISTS (SELECT 1 FROM complaints_complaintfact AS fact WHERE fact.complaint_id = one.id AND fact.kind IN ('oral', 'written') "
    "AND NOT EXISTS (SELECT 1 FROM complaints_complaintfact AS said WHERE said.withdraws_id = fact.id))"
)
_OF_CONSUMER = f"EXISTS (SELECT 1 FROM complaints_complaint AS one WHERE one.id = NEW.complaint_id AND {_PROTECTED})"  # noqa: S608 — constants
_REFUSAL = f"NEW.kind IN ('partial', 'refusal') AND {_OF_CONSUMER}"
# Taking each part away changes the words only when it is in them.
_UNNAMED = " OR ".join(
    f"NEW.mediator_{part} = '' OR replace(NEW.text, NEW.mediator_{part}, '') = NEW.text"
    for part in ("name", "postal_address", "website")
)
_ENDED = "NEW.mediator_agreement_to IS NOT NULL AND NEW.mediator_agreement_to < NEW.written_on AND NEW.override_reason = ''"
# A refusal is always a letter of the same complaint, of a kind that says so.
_NO_LETTER = (
    "NOT EXISTS (SELECT 1 FROM complaints_complaintletter WHERE complaints_complaintletter.id = NEW.letter_id "
    "AND complaints_complaintletter.complaint_id = NEW.complaint_id "
    "AND complaints_complaintletter.kind IN ('partial', 'refusal'))"
)

# Only a fact of the same complaint is declared recorded in error, and neither such a declaration nor a reopening.
_MISTAKE = "Une erreur se déclare sur un fait de la même réclamation."
_NO_FACT = (
    "NOT EXISTS (SELECT 1 FROM complaints_complaintfact AS wrong WHERE wrong.id = NEW.withdraws_id "
    "AND wrong.complaint_id = NEW.complaint_id AND wrong.kind NOT IN ('mistaken', 'reopened'))"
)

# The firm's mediator stays named while a consumer's complaint is open: begun, and its last door known not a closing.
_NEEDED = "Le médiateur reste nommé tant qu’une réclamation de particulier est ouverte."
_OPEN = (
    f"EXISTS (SELECT 1 FROM complaints_complaint AS one WHERE {_PROTECTED} AND {_BEGUN} AND COALESCE(("  # noqa: S608 — constants
    "SELECT fact.kind FROM complaints_complaintfact AS fact WHERE fact.complaint_id = one.id "
    "AND fact.kind IN ('closed_satisfied', 'closed_without_follow_up', 'reopened') "
    "AND NOT EXISTS (SELECT 1 FROM complaints_complaintfact AS said WHERE said.withdraws_id = fact.id) "
    'ORDER BY fact."on" DESC, fact.id DESC LIMIT 1)'
    ", '') NOT IN ('closed_satisfied', 'closed_without_follow_up'))"
)
_EMPTIED = " OR ".join(
    f"(OLD.mediator_{part} <> '' AND NEW.mediator_{part} = '')" for part in ("name", "postal_address", "website")
)

# A record becomes a consumer's with the rights of its complaints, never without; and they stay once a letter told of them.
_UNFOLLOWED = "La fiche devient celle d’un particulier avec les droits de ses réclamations."
_TOLD = "Le client a lu le nom du médiateur : ses droits restent."
_LEFT_BEHIND = (
    "NEW.type IN ('consumer', 'unknown') AND OLD.type NOT IN ('consumer', 'unknown') AND EXISTS ("  # noqa: S608 — constants
    "SELECT 1 FROM complaints_complaint AS one WHERE one.customer_id IN (SELECT family.id FROM crm_customer AS family "
    "WHERE family.id = NEW.id "
    f"OR family.merged_into_id = NEW.id) AND {_BEGUN} AND NOT {_PROTECTED})"
)
_TOLD_OF_IT = (
    "NEW.withdraws_id IS NOT NULL AND EXISTS (SELECT 1 FROM complaints_complaintfact AS fact WHERE fact.id = NEW.withdraws_id "
    "AND fact.kind = 'consumer_rights') AND EXISTS (SELECT 1 FROM complaints_complaintletter AS letter "
    "WHERE letter.complaint_id = NEW.complaint_id AND letter.mediator_name <> '')"
)

GUARDS = [
    *append_only("complaints_complaint", _COMPLAINT, but=_SAME),
    *append_only("complaints_complaintfact", _COMPLAINT),
    *append_only("complaints_complaintletter", _LETTER),
    *append_only("complaints_letterfile", _LETTER),
    *append_only("complaints_factfile", _COMPLAINT),
    Guard("complaints_complaintletter", INSERT, _MEDIATOR, f"{_REFUSAL} AND ({_UNNAMED})"),
    Guard("complaints_complaintletter", INSERT, _AGREEMENT, f"{_REFUSAL} AND {_ENDED}"),
    Guard(
        "complaints_complaintfact", INSERT, _MEDIATOR, f"NEW.kind IN ('partial', 'refused') AND {_OF_CONSUMER} AND {_NO_LETTER}"
    ),
    Guard(
        "crm_company", UPDATE, _NEEDED, f"({_EMPTIED}) AND {_OPEN}", reads=("complaints_complaint", "complaints_complaintfact")
    ),
    Guard("complaints_complaintfact", INSERT, _MISTAKE, f"NEW.withdraws_id IS NOT NULL AND {_NO_FACT}"),
    Guard("crm_customer", UPDATE, _UNFOLLOWED, _LEFT_BEHIND, reads=("complaints_complaint", "complaints_complaintfact")),
    Guard("complaints_complaintfact", INSERT, _TOLD, _TOLD_OF_IT),
]
