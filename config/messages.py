"""Find every sentence that the sources mark for translation, and keep the catalogues in step with them.

Pure Python, so that it runs where gettext is not installed: Python files are read as syntax trees, templates by
Django's own `templatize`. `locale/en` holds the English of every sentence; `locale/fr` holds only those that count
something, because in French zero is singular and gettext without a catalogue counts as in English.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

from config import environment, translations

PACKAGES = ("accounts", "billing", "complaints", "config", "crm", "demo", "desk", "lib", "portal", "satisfaction", "tact", "ui")
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
# What each function takes, in order: c the context, s the sentence, p its plural.
FUNCTIONS = {
    "gettext": "s", "gettext_lazy": "s", "gettext_noop": "s", "ngettext": "sp", "ngettext_lazy": "sp", "pgettext": "cs",
    "pgettext_lazy": "cs", "npgettext": "csp", "npgettext_lazy": "csp",
}  # fmt: skip
HOMES = {"django.utils.translation": FUNCTIONS, "lib.wording": {"say": "s"}}
MARKED_IN_TEMPLATES = re.compile(r"\b(n?p?gettext|_)(?=\()")


class Message(NamedTuple):
    """A sentence of the sources: its context or "", itself, its plural or ""."""

    context: str
    sentence: str
    plural: str = ""


class Marked(NamedTuple):
    """A message and the file that says it, from the top of the code."""

    message: Message
    file: str


def marked(root: Path = environment.ROOT) -> list[Marked]:
    """Every marked sentence of the product, file by file. SyntaxError when a template cannot be read."""
    python = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    templates = (path for path in sorted((root / "templates").rglob("*")) if path.suffix in (".html", ".txt"))
    return [
        *(Marked(message, str(path.relative_to(root))) for path in python for message in of_python(path.read_text())),
        *(Marked(message, str(path.relative_to(root))) for path in templates for message in of_template(path.read_text())),
    ]


def of_python(source: str) -> Iterator[Message]:
    """The sentences given to Django's translation functions or to `lib.wording.say`, under whatever name."""
    tree = ast.parse(source)
    known = names_of_marks(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := known.get(ast.unparse(node.func))):
            words = [str(one.value) for one in node.args[: len(shape)] if isinstance(one, ast.Constant)]
            if len(words) == len(shape):
                yield shaped(shape, words)


def names_of_marks(tree: ast.Module) -> dict[str, str]:
    """What marks a sentence in that module: name → what it takes, with the names it was imported under."""
    names = {f"{module}.{name}": shape for module in ("translation", "wording") for name, shape in FUNCTIONS.items()}
    names |= {"wording.say": "s"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in HOMES:
            home = HOMES[node.module]
            names |= {one.asname or one.name: home[one.name] for one in node.names if one.name in home}
    return names


def of_template(text: str) -> Iterator[Message]:
    """The sentences of `{% translate %}`, `{% blocktranslate %}` and `_("…")`."""
    code = templatize(text)
    for found in MARKED_IN_TEMPLATES.finditer(code):
        call = first_call(code[found.start() :])
        words = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
        yield shaped(FUNCTIONS.get(found[1], "s"), words)


def first_call(code: str) -> ast.Call:
    """The call that `code` begins with, whatever comes after it. SyntaxError when there is none."""
    for end in (index for index, letter in enumerate(code, 1) if letter == ")"):
        try:
            node = ast.parse(code[:end], mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            return node
    raise SyntaxError(code[:80])


def texts(nodes: list[ast.expr]) -> list[str]:
    """Those of `nodes` that are plain strings."""
    return [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def shaped(shape: str, words: list[str]) -> Message:
    """The message that `words` make, each in the place that `shape` names."""
    given = dict(zip(shape, words, strict=False))
    return Message(given.get("c", ""), given["s"], given.get("p", ""))


def update(messages: Iterable[Message], root: Path = environment.ROOT) -> None:
    """Rewrite both catalogues: what is translated is kept, what is no longer said leaves, what is new waits empty."""
    by_key = {(one.sentence, one.context): one for one in sorted(messages)}  # the last has a plural when one of them has
    wanted = [one for _key, one in sorted(by_key.items())]
    known = former(root, "en")
    write(root, "en", [(one, kept(one, known)) for one in wanted])
    write(root, "fr", [(one, [one.sentence, one.plural]) for one in wanted if one.plural])


def path_of(root: Path, language: str) -> Path:
    """The catalogue of `language`."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def former(root: Path, language: str) -> dict[tuple[str, str], polib.POEntry]:
    """The entries of a catalogue by context and sentence; nothing when it does not exist."""
    path = path_of(root, language)
    entries = polib.pofile(str(path)) if path.exists() else []
    return {(entry.msgctxt or "", entry.msgid): entry for entry in entries if not entry.obsolete}


def kept(message: Message, entries: dict[tuple[str, str], polib.POEntry]) -> list[str]:
    """What `message` is already called: one text, or one and many. Empty texts when nobody said yet."""
    entry = entries.get((message.context, message.sentence))
    if not message.plural:
        return [entry.msgstr if entry else ""]
    said = entry.msgstr_plural if entry else {}
    return [said.get(0, ""), said.get(1, "")]


def write(root: Path, language: str, entries: list[tuple[Message, list[str]]]) -> None:
    """Write a catalogue whole, one line a text and no dates or places, so that two branches rarely collide."""
    book = polib.POFile(wrapwidth=0)
    book.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for message, said in entries:
        entry = polib.POEntry(msgid=message.sentence, msgctxt=message.context or None)
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict(enumerate(said))
        else:
            entry.msgstr = said[0]
        book.append(entry)
    path = path_of(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{book}\n".rstrip("\n") + "\n")
    translations.compile_one(path)


def missing(root: Path = environment.ROOT) -> list[Marked]:
    """The marked sentences that have no English, or not in both numbers; each once, with the first file that says it."""
    known = former(root, "en")
    lacking = (one for one in marked(root) if not all(kept(one.message, known)))
    return list({one.message: one for one in lacking}.values())
