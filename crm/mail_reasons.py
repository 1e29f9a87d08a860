"""Why a mail waits, was held or was refused: stored in French, as the house keeps it, retold in the reader's language.

The background work has no reader; whoever opens the page has one.
"""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

# The sentences of the outbox and of the transport that hold something; the others are their own key.
PATTERNS = (
    gettext_noop("L’adresse ne répond plus : %(reason)s"),
    gettext_noop("Ce message n’a pas pu être préparé : %(words)s"),
    gettext_noop("Cette adresse n’existe pas, dit le serveur (%(words)s)."),
    gettext_noop("Le serveur le refuse (%(words)s)."),
    gettext_noop("La connexion s’est interrompue pendant l’envoi : le message est peut-être arrivé. %(words)s"),
    gettext_noop("Le serveur a demandé d’attendre huit fois en deux jours : %(words)s"),
    gettext_noop("La facture %(number)s a été payée depuis : ce rappel n’a plus lieu d’être."),
    gettext_noop("La facture %(number)s a été corrigée par un avoir depuis : ce rappel n’a plus lieu d’être."),
    gettext_noop("Un règlement est arrivé depuis sur la facture %(number)s : relisez ce rappel."),
    gettext_noop("Depuis l’approbation : %(reason)s."),
    gettext_noop("Le serveur refuse notre adresse d’expédition : %(words)s"),
)


def retold(reason: str) -> str:
    """`reason` in the language in force; words that are not ours (a server's, a colleague's) stay as they are."""
    said = gettext(reason) if reason else ""
    if said != reason:
        return said
    for pattern, shape in shapes():
        if found := shape.fullmatch(reason):
            return gettext(pattern) % {name: retold(words) for name, words in found.groupdict().items()}
    return reason


@cache
def shapes() -> list[tuple[str, re.Pattern[str]]]:
    """Each pattern with what recognises it."""
    holder = re.compile(r"%\\\((\w+)\\\)s")
    return [(one, re.compile(holder.sub(r"(?P<\1>.+)", re.escape(one)), re.DOTALL)) for one in PATTERNS]
