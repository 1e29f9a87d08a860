"""A letter of complaint being written: what was typed so far, and the letter it would be."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from complaints import replying
from complaints.models import Complaint, LetterKind, Way
from complaints.replying import ANSWER_LETTERS, Draft, Wanted
from complaints.states import F
from crm.writing import TO_WRITE
from lib.errors import Refusal

# The word in the address of each letter, and the fact it will be. An answer is one of three.
KINDS = {
    "accuse": LetterKind.ACKNOWLEDGEMENT,
    "attente": LetterKind.HOLDING,
    "reponse": LetterKind.FAVOURABLE,
    "invitation": LetterKind.INVITATION,
    "cloture": LetterKind.CLOSING,
    "mediateur": LetterKind.TO_MEDIATOR,
}
FACTS = {
    LetterKind.ACKNOWLEDGEMENT: F.ACKNOWLEDGED,
    LetterKind.HOLDING: F.HOLDING,
    LetterKind.INVITATION: F.INVITED,
    LetterKind.CLOSING: "",
    LetterKind.TO_MEDIATOR: F.POSITION,
}
TITLES = {
    LetterKind.ACKNOWLEDGEMENT: lazy("Accuser réception"),
    LetterKind.HOLDING: lazy("Demander un peu de temps"),
    LetterKind.FAVOURABLE: lazy("Répondre"),
    LetterKind.INVITATION: lazy("Inviter à écrire"),
    LetterKind.CLOSING: lazy("Dire que c’est clos"),
    LetterKind.TO_MEDIATOR: lazy("Répondre au médiateur"),
}
NEED_WORDS = {
    LetterKind.HOLDING,
    LetterKind.FAVOURABLE,
    LetterKind.PARTIAL,
    LetterKind.REFUSAL,
    LetterKind.CLOSING,
    LetterKind.TO_MEDIATOR,
}


def wanted_of(kind: LetterKind, form: Any) -> Wanted:
    """The letter that the form asks for, whatever is still missing in it."""
    data = getattr(form, "cleaned_data", {}) if form.is_bound else {}
    fact: str = FACTS.get(kind, "")
    if kind == LetterKind.FAVOURABLE:
        decision = data.get("decision") or "favourable"
        kind, fact = ANSWER_LETTERS[F(decision)], decision
    way = Way.POST if kind == LetterKind.TO_MEDIATOR else data.get("way") or Way.EMAIL
    return Wanted(
        kind, fact, data.get("words") or "", data.get("amount"), data.get("until"), way, data.get("number") or "",
        data.get("override_reason") or "",
    )  # fmt: skip


def sketch(complaint: Complaint, wanted: Wanted, *, by: User, today: date) -> tuple[Draft | None, str]:
    """The letter as it would leave, «[…]» standing for words not typed yet; or why it cannot leave."""
    words = wanted.words.strip() or (TO_WRITE if wanted.kind in NEED_WORDS else "")
    until = wanted.until or (today if wanted.kind == LetterKind.HOLDING else None)
    shown = Wanted(wanted.kind, wanted.fact, words, wanted.amount, until, wanted.way, wanted.number, wanted.override_reason)
    try:
        return replying.draft(complaint, shown, by=by, today=today), ""
    except Refusal as refusal:
        return None, refusal.message
