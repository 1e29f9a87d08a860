"""What an import said of each line, kept in French as the house keeps it, retold in the reader's language.

The work that reads a file has no reader; whoever opens its page, or the report, has one. What the file itself says stays as
it is.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop

# The sentences that hold something, said where a line is read or judged; the others are their own key.
PATTERNS = (
    gettext_noop(
        "%(name)s\u00a0: un tableur l’a arrondi (%(found)s). Mettez la colonne au format texte, puis enregistrez à nouveau."
    ),
    gettext_noop("%(why)s\u00a0: gardé sous «\u00a0%(header)s\u00a0»"),
    gettext_noop("«\u00a0%s\u00a0» n’est pas une personne de l’équipe"),
    gettext_noop("le type «\u00a0%s\u00a0» n’est pas reconnu"),
    gettext_noop("«\u00a0%s\u00a0» n’est pas l’adresse d’un site"),
    gettext_noop("«\u00a0%s\u00a0» n’est pas un délai de paiement que la loi permet"),
    gettext_noop("{name} lu {number}\u00a0: un tableur avait effacé le zéro du début"),
    gettext_noop("code postal lu 0{code}\u00a0: un tableur avait effacé le zéro"),
    gettext_noop("Même client que la ligne %(line)s (%(why)s)"),
    gettext_noop("Déjà présent\u00a0: %(reference)s %(name)s (%(why)s)"),
    gettext_noop("Ressemble à %(whom)s (%(reasons)s)\u00a0: à examiner"),
    gettext_noop("la ligne %s"),
    gettext_noop(
        "Arrêté par une erreur après la ligne %(position)s. Ce qui précède est en place\u00a0; «\u00a0Reprendre\u00a0» continue ensuite."
    ),
    gettext_noop("Ce SIRET commence par {found}, mais le SIREN indiqué est {siren}. Corrigez l’un des deux."),
    gettext_noop("Ce numéro de TVA compte {count} caractères après FR\u00a0; il en faut 11."),
    gettext_noop("Ce numéro de TVA porte le SIREN {found}, mais le SIREN indiqué est {siren}. Corrigez l’un des deux."),
    gettext_noop("Le début de cette adresse, «\u00a0{local}\u00a0», n’est pas valable\u00a0: ni accent, ni point en double."),
    gettext_noop("Ce code postal compte 4 chiffres\u00a0; il en faut 5. Est-ce 0{digits} (un tableur efface le zéro)\u00a0?"),
    gettext_noop("Ce code postal compte {count} chiffres\u00a0; il en faut 5."),
    gettext_noop("Aucun département ne commence par {start}. Vérifiez ce code postal."),
    gettext_noop("Ce {name} ne doit contenir que des chiffres."),
    gettext_noop("Ce {name} compte {count} chiffres\u00a0; il en faut {wanted}."),
    gettext_noop("Ce champ tient en %(limit)s caractères\u00a0; ce texte en compte %(count)s. Raccourcissez-le."),
    gettext_noop("Ce champ tient en %(limit)s caractères."),
    gettext_noop("Cette valeur n’existe pas. Choisissez parmi\u00a0: %(known)s."),
    gettext_noop("L’année %(year)s surprend ici. Vérifiez la date."),
    gettext_noop("%(who)s a consigné un échange (%(what)s) le %(day)s"),
    gettext_noop("%(what)s par %(who)s le %(day)s"),
    gettext_noop("%(what)s\u00a0: %(more)s"),
)
_BETWEEN = " · "
_HOLDER = re.compile(r"%\((\w+)\)s|%s|\{(\w+)\}")


def retold(message: str) -> str:
    """`message` (one or several sentences of an import) in the language in force; words that are not ours stay as they are."""
    if not message or (get_language() or "fr").startswith("fr"):
        return message
    return _BETWEEN.join(_sentence(one) for one in message.split(_BETWEEN))


def _sentence(said: str) -> str:
    small = said[:1].lower() + said[1:]  # the first of several reasons took a capital
    for one in (said, small):
        if (told := gettext(one)) != one:
            return told if one == said else told[:1].upper() + told[1:]
    for pattern, shape in shapes():
        if found := shape.fullmatch(said):
            return _filled(gettext(pattern), pattern, [_sentence(one) for one in found.groups()])
    parts = said.split(", ")
    return ", ".join(map(_sentence, parts)) if len(parts) > 1 else said


def _filled(words: str, pattern: str, values: list[str]) -> str:
    """`words` with the values that `pattern` held in its own order."""
    given = dict(zip([holder[0] for holder in _HOLDER.finditer(pattern)], values, strict=True))
    return _HOLDER.sub(lambda holder: given[holder[0]], words)


@cache
def shapes() -> list[tuple[str, re.Pattern[str]]]:
    """Each pattern with what recognises it."""
    return [(one, re.compile("(.+?)".join(map(re.escape, _HOLDER.split(one)[::3])), re.DOTALL)) for one in PATTERNS]
