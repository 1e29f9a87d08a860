"""Texts that people of the firm edit, with `{client}`-like words replaced when used.

The only syntax is one name between single braces, taken from a closed list the caller gives. A replaced word is plain
text, never read again; everything else stays as written, whatever language of templates it looks like (`{{ x }}`,
`{% x %}`, `${x}`, `%(x)s`, `{0.__class__}`): nothing a person types is ever executed.
"""

import difflib
import re
from collections.abc import Collection, Mapping

from lib.errors import Refusal
from lib.folding import fold
from lib.typography import list_of, quoted
from lib.wording import say as _

_NAME = re.compile(r"(?<![{$%\\])\{([^\W\d][\w’' -]{0,40})\}(?!\})")


def placeholders(text: str) -> list[str]:
    """The names written between single braces, known or not, each once, in reading order."""
    return list(dict.fromkeys(found[1] for found in _NAME.finditer(text)))


def fill(text: str, values: Mapping[str, object], allowed: Collection[str]) -> str:
    """`text` with each name of `allowed` replaced by its value as text; the rest stays as written.

    A name is recognised without minding accents and case (« {Prenom} » is « {prénom} »). Every value is inserted once
    and never read again. KeyError when an allowed name used in the text has no value: the caller promised it.
    """
    known = _known(allowed)

    def replaced(found: re.Match[str]) -> str:
        name = known.get(_key(found[1]))
        return found[0] if name is None else str(values[name])

    return _NAME.sub(replaced, text)


def unknown(text: str, allowed: Collection[str]) -> dict[str, str]:
    """The names that `fill` would leave as they are, each with the nearest allowed one, or "" when none is near."""
    known = _known(allowed)
    strange = [name for name in placeholders(text) if _key(name) not in known]
    return {name: _nearest(_key(name), known) for name in strange}


def check_template(text: str, allowed: Collection[str]) -> str:
    """`text` as it is when all its names are known; otherwise a Refusal that names them and what was probably meant."""
    wrong = unknown(text, allowed)
    if not wrong:
        return text
    name, meant = next(iter(wrong.items()))
    braced = quoted("{" + name + "}")
    if meant:
        raise Refusal(
            _("{name} n’est pas un mot connu. Vouliez-vous écrire {meant} ?", name=braced, meant=quoted("{" + meant + "}"))
        )
    every = list_of(["{" + word + "}" for word in allowed])
    raise Refusal(_("{name} n’est pas un mot connu. Ceux que l’on peut écrire : {every}.", name=braced, every=every))


def _known(allowed: Collection[str]) -> dict[str, str]:
    return {_key(name): name for name in allowed}


def _key(name: str) -> str:
    return fold(name).replace("_", " ").replace("-", " ")


def _nearest(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return known[near[0]] if near else ""
