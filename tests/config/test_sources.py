"""What is written is complete: migrations, documents, translations, and letters our fonts can draw."""

import ast
import re
import unicodedata
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from fontTools.ttLib import TTFont

from config.environment import ROOT
from tests.config.sources import PACKAGES, calls, modules, name_of, templates, tree

DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(name_of(path) for path in (ROOT / "docs").glob("*.md"))]


def all_documents() -> str:
    return "\n".join((ROOT / name).read_text() for name in DOCUMENTS if (ROOT / name).exists())


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_table_has_its_line_of_life():
    rows = [line for line in (ROOT / "docs" / "data.md").read_text().splitlines() if line.startswith("|")]
    documented = {name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row)}
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in PACKAGES}
    assert ours - documented == set()
    assert {name for name in documented if name.split(".")[0] in PACKAGES and name.split(".")[1][0].isupper()} - ours == set()


def test_a_client_or_an_invoice_is_locked_without_stopping_what_points_to_it():
    found = [
        (name_of(path), call.lineno, {word.arg for word in call.keywords})
        for path in modules()
        for call in calls(tree(path))
        if isinstance(call.func, ast.Attribute) and call.func.attr == "select_for_update"
        and ast.unparse(call.func.value) in ("Customer.objects", "Invoice.objects", "family")
    ]  # fmt: skip
    assert len(found) > 15
    assert [where for *where, words in found if "no_key" not in words] == []


def test_every_command_is_documented():
    ours = {path.stem for package in PACKAGES for path in (ROOT / package / "management" / "commands").glob("[a-z]*.py")}
    told = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(ours | {"createsuperuser"}), "one line each, none twice"


def test_every_environment_variable_is_documented():
    sources = [path.read_text() for path in modules()] + [(ROOT / "run").read_text()]
    internal = {"EGARDS_PREPARE", "EGARDS_PARENT", "EGARDS_LAUNCHED", "EGARDS_TESTING"}
    used = {name for text in sources for name in re.findall(r"\b(EGARDS_[A-Z]+|DATABASE_(?:OWNER_)?URL)\b", text)} - internal
    text = all_documents()
    assert {name for name in used if name not in text} == set()


def test_every_dependency_is_explained():
    text = (ROOT / "docs" / "dependencies.md").read_text().lower()
    lines = [line for file in ("requirements.in", "requirements-dev.in") for line in (ROOT / file).read_text().splitlines()]
    names = {re.split(r"[\[<>=~ ]", line)[0] for line in lines if line and not line.startswith(("-", "#"))}
    assert {name for name in names if name.lower() not in text} == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name):
    path = ROOT / name
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


def drawable() -> set[int]:
    """The characters that both house fonts can draw."""
    folders = [Path(entry[1]) for entry in settings.STATICFILES_DIRS if isinstance(entry, tuple)]
    files = {"Manrope-VariableFont_wght.ttf", "SourceSerifPro-Regular.ttf"}
    fonts = [TTFont(path) for folder in folders for path in folder.iterdir() if path.name in files]
    assert len(fonts) == len(files)
    return set.intersection(*(set(font.getBestCmap()) for font in fonts))


def words_of_code(path: Path) -> str:
    """The string constants of a module, without its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return "".join(
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    )


# file: the characters it holds without ever showing them.
NEVER_SHOWN: dict[str, str] = {}


def is_shown(character: str) -> bool:
    """Whether a character leaves ink or room: control and format characters do not."""
    return unicodedata.category(character) not in ("Cc", "Cf")


def test_the_house_fonts_draw_every_letter_we_show():
    known = drawable()
    texts = {name_of(path): path.read_text() for path in templates()}
    texts |= {name_of(path): words_of_code(path) for path in modules() if path.parts[-2] != "lib"}
    texts |= {
        name_of(path): "".join(entry.msgstr for entry in polib.pofile(str(path))) for path in (ROOT / "locale").rglob("*.po")
    }
    missing = {
        name: {
            f"U+{ord(character):04X} {character}"
            for character in set(text)
            if ord(character) not in known and is_shown(character)
        }
        - set(NEVER_SHOWN.get(name, ()))
        for name, text in texts.items()
    }
    assert {name: found for name, found in missing.items() if found} == {}
