"""Sentences of `lib`, French in the source like every other, translated by whoever speaks to the reader.

`lib` knows no framework: the application says once, at start, how it translates (`speak_with`). Modules write
`from lib.wording import say as _`, so that the usual extraction of `_("…")` finds their sentences. They are
translated when said, in the language of the request or job that runs.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

NBSP = "\u00a0"

_translate: Callable[[str], str] = str
_override: Callable[[str], AbstractContextManager[object]] = nullcontext


def speak_with(translate: Callable[[str], str], override: Callable[[str], AbstractContextManager[object]] | None = None) -> None:
    """Install the translation of a French sentence, e.g. gettext, and how to speak another language for a while.
    Called once when the application starts."""
    global _translate, _override  # noqa: PLW0603 — one voice for the process, as there is one language setting
    _translate = translate
    _override = override or nullcontext


def speaking(language: str) -> AbstractContextManager[object]:
    """Say what follows in `language` («fr», «en»), whatever the reader's own is."""
    return _override(language)


def say(sentence: str, **values: object) -> str:
    """`sentence` in the reader's language, its {names} replaced by `values`. KeyError when one is missing."""
    return _translate(sentence).format(**values)
