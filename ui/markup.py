"""Building blocks of the component tags: attributes, icons, checked choices. Written in Python, not in templates,
because a list shows hundreds of them (a template include costs twice as much)."""

from functools import lru_cache
from itertools import count
from typing import Any

import lucide
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

_numbers = count(1)
# Keys that have a name of their own on each keyboard.
KEYS = {"Entrée": _("Entrée"), "Échap": _("Échap"), "Maj": _("Maj")}


def attributes(**wanted: Any) -> str:
    """HTML attributes, escaped, with a leading space; `aria_label` gives `aria-label`, `class_` gives `class`.

    None, False and "" are left out, True gives the bare name.
    """
    parts = []
    for name, value in wanted.items():
        if value is None or value is False or value == "":
            continue
        name = name.rstrip("_").replace("_", "-")
        parts.append(f" {name}" if value is True else f' {name}="{conditional_escape(value)}"')
    return "".join(parts)


def one_of(kind: str, value: Any, allowed: tuple[Any, ...]) -> Any:
    """`value` when it is allowed, else ValueError with what is: a typo must not render silently wrong."""
    if value not in allowed:
        raise ValueError(f"{kind} {value!r} is not one of {', '.join(map(str, allowed))}")
    return value


def safe(html: str) -> SafeString:
    """Mark HTML whose parts were escaped one by one by its writer."""
    return mark_safe(html)


@lru_cache(maxsize=256)
def icon_svg(name: str, size: int) -> SafeString:
    """One icon, hidden from readers of the page: a word always stands beside it. Unknown name: IconDoesNotExist."""
    return safe(lucide._render_icon(name, size, aria_hidden="true", focusable="false"))


def keyboard(key: str) -> str:
    """The keys of a shortcut shown in a control, hidden from screen readers (`aria-keyshortcuts` says them)."""
    words = " ".join(key_name(part) for part in key.split())
    return f'<kbd class="hint" aria-hidden="true">{conditional_escape(words)}</kbd>' if key else ""


def key_name(key: str) -> str:
    """What is written on that key of the reader's keyboard."""
    return str(KEYS.get(key, key))


def shortcut(key: str) -> str:
    """The keys as ARIA names them: "Ctrl Entrée" gives "Control+Enter"."""
    names = {"Ctrl": "Control", "Entrée": "Enter", "Échap": "Escape", "Maj": "Shift"}
    return "+".join(names.get(part, part) for part in key.split())


def fresh_id(stem: str) -> str:
    """An id no other piece of this page has; stable ids are given by the caller where a test or a link needs them."""
    return f"{stem}-{next(_numbers)}"
