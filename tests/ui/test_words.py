"""Our French source texts are said as written: a word that is also an English msgid of Django's or allauth's
catalogues would be replaced by their French for it (« Note » became « Remarque »)."""

import ast
import re
from pathlib import Path

from django.utils import translation

OURS = ("accounts", "config", "crm", "demo", "desk", "lib", "tact", "ui")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}  # pgettext is the way out: it names a context


def words_of_code() -> set[str]:
    found = set()
    for path in (path for folder in OURS for path in Path(folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                found |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def words_of_templates() -> set[str]:
    return {
        word
        for path in Path("templates").rglob("*.html")
        for word in re.findall(r'\{% trans(?:late)? "([^"]+)"(?! context)', path.read_text())
    }


def test_no_catalogue_changes_our_words() -> None:
    with translation.override("fr"):
        changed = {word: translation.gettext(word) for word in words_of_code() | words_of_templates()}
    assert {word: said for word, said in changed.items() if word and said != word} == {}
