"""What code writes for ever (what a row is about, what a document or the law makes owed) is kept in French, as the house
keeps it; here it is retold in the reader's language. Typed words are nobody's to translate and stay as they are.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop

from lib.money import parse_amount
from lib.typography import amount

# Every label and every promise that code writes, said where it is written; a test holds the promises of complaints to it.
PATTERNS = (
    gettext_noop("%(what)s, demande %(count)s paiements"),
    gettext_noop("Facture %(number)s"),
    gettext_noop("Avoir %(number)s"),
    gettext_noop("la facture %(number)s"),
    gettext_noop("l’avoir %(number)s"),
    gettext_noop("Réclamation %(reference)s"),
    gettext_noop("Régler la facture"),
    gettext_noop("Régler ce qui est dû"),
    gettext_noop("Répondre à son message"),
    gettext_noop("Lui répondre sur %(what)s"),
    gettext_noop("Répondre à sa question sur %(what)s"),
    gettext_noop("Enregistrer un paiement sur %(what)s, %(words)s"),
    gettext_noop("Enregistrer un paiement sur %(what)s"),
    gettext_noop("Enregistrer un paiement, %(words)s"),
    gettext_noop("Enregistrer un paiement"),
    gettext_noop("Inviter à écrire : %(reference)s"),
    gettext_noop("Accuser réception : %(reference)s"),
    gettext_noop("Répondre à la réclamation %(reference)s"),
    gettext_noop("Donner la réponse promise : %(reference)s"),
    gettext_noop("Faire ce que notre réponse promet : %(reference)s"),
    gettext_noop("Donner au client le nom du médiateur : %(reference)s"),
    gettext_noop("Se prononcer auprès du médiateur : %(reference)s"),
)
MEANS = (gettext_noop("par virement"), gettext_noop("par chèque"), gettext_noop("en espèces"), gettext_noop("par carte"))
_MONEY = re.compile(rf"(-?[\d\u00a0]+,\d\d)\u00a0€ ({'|'.join(MEANS)})")


def retold(label: str) -> str:
    """`label` in the language in force when code wrote it; any other words as they are."""
    if not label or (get_language() or "fr").startswith("fr"):
        return label
    if paid := _MONEY.fullmatch(label):
        return f"{amount(parse_amount(paid[1]), language=get_language() or 'fr')} {gettext(paid[2])}"
    for pattern, shape in shapes():
        if found := shape.fullmatch(label):
            return gettext(pattern) % {name: retold(words) for name, words in found.groupdict().items()}
    return label


@cache
def shapes() -> list[tuple[str, re.Pattern[str]]]:
    """Each pattern with what recognises it: a number or a reference is one word, the rest is one of our labels."""
    kinds = {"number": r"[A-Z]+\d{4}-\d+", "reference": r"R\d{4}-\d+", "what": r"\S[^,]*?", "words": r".+", "count": r"\d+"}
    holder = re.compile(r"%\\\((\w+)\\\)s")
    return [(one, re.compile(holder.sub(lambda found: f"(?P<{found[1]}>{kinds[found[1]]})", re.escape(one)))) for one in PATTERNS]
