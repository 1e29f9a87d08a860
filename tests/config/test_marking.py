"""What a person reads is marked for translation: words between the tags of a template, French in the code."""

import ast
import html
import re
from collections.abc import Iterator

from django.template.base import Lexer, TokenType

from config.errors import BROKEN
from config.messages import names_of_marks
from tests.config.sources import calls, modules, name_of, templates, tree, word

# Files that speak French whatever the reader's language, and why.
FRENCH_CODE = {
    "config/launch/": "the terminal of who starts the server",
    "config/management/": "the terminal of who runs the server",
    "config/checks.py": "the terminal of who starts the server",
    "config/environment.py": "the terminal of who starts the server",
    "config/preparing.py": "the terminal of who starts the server",
    "billing/facturx.py": "what a file between programs says, in the language of the law",
    "billing/rendering_child.py": "the rehearsal of a paper nobody reads",
    "billing/terms.py": "both languages side by side",
    "billing/management/": "the terminal of who runs the server",
    "billing/triggers.py": "what the database says to who types SQL",
    "billing/verifier.py": "a program of one file, which leaves with the archive",
    "complaints/management/": "the terminal of who runs the server",
    "complaints/triggers.py": "what the database says to who types SQL",
    "tact/triggers.py": "what the database says to who types SQL",
    "crm/management/": "the terminal of who runs the server",
    "crm/mail_checkup.py": "the terminal of who runs the server",
    "demo/": "the demonstration firm is French: its people, its works, their words",
    "crm/importing/cells.py": "what French files say",
    "crm/importing/contents.py": "what French files say",
    "crm/importing/headers.py": "what French files say",
    "lib/folding.py": "what French people write",
    "lib/moments.py": "what French people type",
    "lib/when.py": "what French people type, and both languages side by side",
    "lib/when_words.py": "what French people type",
    "lib/typography.py": "both languages side by side",
    "ui/formats/": "one file a language",
    "ui/gallery.py": "the gallery of pieces is ours to look at",
    "templates/ui/gallery": "the gallery of pieces is ours to look at",
    "templates/500.html": "no catalogue may be needed when everything is broken: both languages side by side",
}
# file: strings in French that nobody reads as a sentence of ours, or that are said in both languages nearby.
FRENCH_WORDS = {
    "accounts/adapter.py": {"Égards"},
    "accounts/apps.py": {"Personnes et droits"},
    "accounts/models.py": {"Français"},
    "config/api/history.py": {"Le même appel répété rend la première réponse."},
    "config/errors.py": {BROKEN},  # both languages side by side: no catalogue may be needed when everything is broken
    "config/settings.py": {"Égards"},
    "crm/company_checks.py": {"franchise en base de tva"},
    "billing/invoice_mail.py": {"échéance", "corrigée"},
    "tact/message.py": {"{adapté}", "\u00a0:", "adapté", "réclamation", "années", "téléphone", "émission", "échéance"},
    "tact/reminding.py": {"téléphone"},
    "crm/mail_words.py": {"prénom", "société", "référence", "téléphone"},
    "desk/dates.py": {"après-midi"},
    "desk/today.py": {"zéro", "«", "»", "«» \u00a0"},
    "desk/reminder_queue.py": {"zéro"},
    "billing/seals.py": {"scellé "},  # the terminal of who verifies
    "config/api/invoices.py": {"en préparation"},
    "complaints/calendar.py": {"-//Égards//FR"},
    "ui/templatetags/ui.py": {"Entrée"},
    "ui/markup.py": {"Entrée", "Échap"},
}
# What reads the same in both languages; the last is a class of the page, alone in its block.
SAME = {"IBAN", "BIC", "Égards", "Ctrl", "Français", "English", "wide"}
PATTERN = re.compile(r"\\|\(\?|\[.*\]|\|")
ACCENTED = re.compile(r"[àâçéèêëîïôûùüœ«»’]|\w\u00a0|\u00a0[\w:;!?]", re.IGNORECASE)
SMALL = re.compile(
    r"\b(?:le|la|les|des|du|de|un|une|est|sont|pas|pour|avec|dans|sur|par|qui|que|votre|vos|nous|vous|aux|et|ce|cette)\b"
)
# Arguments and calls whose text is read as it is.
READ = {"label", "help_text", "verbose_name", "title", "placeholder", "hint", "text", "note", "empty_label", "message", "answer"}
SAYING = {"Refusal", "ValidationError", "messages.success", "messages.warning", "messages.error", "messages.info"}


def excused(file: str) -> bool:
    return any(file.startswith(start) for start in FRENCH_CODE)


def is_french(text: str) -> bool:
    """Whether `text` is words in French rather than a key or a pattern."""
    return not PATTERN.search(text) and bool(ACCENTED.search(text) or (" " in text.strip() and SMALL.search(text)))


def set_aside(root: ast.Module) -> set[int]:
    """The constants that are marked, and the docstrings."""
    marks = names_of_marks(root)
    given = [call.args[: len(marks[name])] for call in calls(root) if (name := ast.unparse(call.func)) in marks]
    marked = {id(node) for args in given for arg in args for node in ast.walk(arg)}
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = [node.body[0] for node in ast.walk(root) if isinstance(node, homes) and node.body]
    return marked | {id(one.value) for one in first if isinstance(one, ast.Expr)}


def strings(root: ast.AST) -> Iterator[ast.Constant]:
    return (node for node in ast.walk(root) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_french_of_the_code_is_marked():
    found = {
        f"{name_of(path)}:{node.lineno}: {node.value}"
        for path in modules()
        if not excused(name_of(path))
        for aside in [set_aside(tree(path))]
        for node in strings(tree(path))
        if id(node) not in aside and is_french(node.value) and node.value not in FRENCH_WORDS.get(name_of(path), ())
    }
    assert found == set()


def test_no_excuse_is_left_over():
    held = {name_of(path): {node.value for node in strings(tree(path))} for path in modules()}
    assert {file for file, words in FRENCH_WORDS.items() if words - held[file]} == set()
    files = [*held, *map(name_of, templates())]
    assert {start for start in FRENCH_CODE if not any(file.startswith(start) for file in files)} == set()


def labels(root: ast.Module) -> Iterator[ast.Constant]:
    """Plain strings where a person's words stand: labels, refusals, messages, the names of choices."""
    for call in calls(root):
        yield from (one.value for one in call.keywords if one.arg in READ and isinstance(one.value, ast.Constant))
        if {word(call), ast.unparse(call.func)} & SAYING:
            yield from (one for one in call.args if isinstance(one, ast.Constant))
    for node in ast.walk(root):
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            values = [line.value for line in node.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple)]
            yield from (value.elts[1] for value in values if isinstance(value.elts[1], ast.Constant))


def test_labels_refusals_and_choices_are_marked():
    found = {
        f"{name_of(path)}:{node.lineno}: {node.value}"
        for path in modules()
        if not excused(name_of(path))
        for node in labels(tree(path))
        if isinstance(node.value, str) and re.search(r"[A-Z]\w|\w \w", node.value) and node.value not in SAME
    }
    assert found == set()


def plain(text: str) -> str:
    """A template without what its tags say: each tag leaves a mark, a sentence that is translated leaves nothing."""
    kept, until = [], ""
    for token in Lexer(text).tokenize():
        first = token.split_contents()[0] if token.token_type == TokenType.BLOCK else ""
        if until:
            until = "" if first == until else until
        elif first in ("blocktranslate", "blocktrans", "comment"):
            until = f"end{first}"
        else:
            kept.append(token.contents if token.token_type == TokenType.TEXT else "\0")
    return html.unescape("".join(kept))


def arguments(text: str) -> Iterator[str]:
    """The plain strings given to our tags, that they show as they are."""
    quiet = "translate trans blocktranslate blocktrans url static include extends block load if elif keys".split()
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.BLOCK and token.split_contents()[0] not in quiet:
            for word in token.split_contents()[1:]:
                name, _, value = word.rpartition("=")
                if value[:1] in "\"'" and name not in ("key", "id", "name", "icon", "value", "form"):
                    yield value.strip("\"'")


def unmarked(text: str) -> set[str]:
    """The words of a template that are not marked: between its tags, in attributes that are read, given to our tags."""
    source = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", "", plain(text), flags=re.DOTALL)
    attributes = re.findall(r"\b(?:title|aria-label|alt|placeholder|label)=\"([^\"]*)\"", source)
    between = re.split(r"<[^<>]*>|\0", re.sub(r"\"[^\"<]*\"", '""', source))
    said = [*attributes, *between, *(one for one in arguments(text) if " " in one or is_french(one) or one[:1].isupper())]
    words = {" ".join(one.replace("\0", " ").split()) for one in said}
    return {one for one in words if set(re.findall(r"[^\W\d_]{2,}", one)) - SAME}


def test_words_of_templates_are_marked():
    found = {name_of(path): unmarked(path.read_text()) for path in templates() if not excused(name_of(path))}
    assert {name: words for name, words in found.items() if words} == {}


def test_quotation_marks_follow_the_language():
    """Quotation marks are part of a sentence that is translated, or put by `|quoted`; “20 %” by `|percent`."""
    loose = re.compile(r"[«»“”]|\0[\s\u00a0]?%")
    found = {name_of(path): loose.findall(plain(path.read_text())) for path in templates() if not excused(name_of(path))}
    assert {name: marks for name, marks in found.items() if marks} == {}


def test_the_reading_of_templates_misses_nothing():
    page = """{% extends "a.html" %}<p title="Dit {{ x }}">Mot {{ x|join:", " }} <b class="un mot">{% translate "tu" %}</b></p>
    {% button "Garder l’essai" tone="quiet" %}{% button _("Dire") %}{% blocktranslate %}Deux {{ y }}{% endblocktranslate %}
    <input placeholder="Un nom" name="deux mots">{# un mot #}<script>let mot = 1</script>&nbsp;·"""
    assert unmarked(page) == {"Dit", "Mot", "Garder l’essai", "Un nom"}
