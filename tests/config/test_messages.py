"""How marked sentences are found, and how the catalogues follow the sources."""

import polib
import pytest

from config import messages, translations
from config.messages import Message

PYTHON = """
from django.utils.translation import gettext_lazy as lazy, ngettext, pgettext
from django.utils import translation
from lib.wording import say as _
LABEL = lazy("Un " "nom")
_("Dites {what}", what=_("bonjour"))
ngettext("%(n)s client", "%(n)s clients", 2)
pgettext("a place", "Note")
translation.gettext("De loin")
_(LABEL)
other("Pas marqué")
"""
TEMPLATE = """
{% translate "Bonjour" %}{% translate "Note" context "a place" as word %}{% button label=_("Garder l’essai") kind="b" %}
{{ name|default:_("personne") }}{# _("jamais") #}
{% blocktranslate trimmed count n=rows|length %}
    {{ n }} ligne
{% plural %}
    {{ n }} lignes
{% endblocktranslate %}
{% blocktranslate with a=b %}100 % de {{ a }} (vu){% endblocktranslate %}
"""


def test_python_is_read_under_any_name():
    assert list(messages.of_python(PYTHON)) == [
        Message("", "Un nom"),
        Message("", "Dites {what}"),
        Message("", "%(n)s client", "%(n)s clients"),
        Message("a place", "Note"),
        Message("", "De loin"),
        Message("", "bonjour"),
    ]


def test_templates_are_read_as_django_reads_them():
    assert list(messages.of_template(TEMPLATE)) == [
        Message("", "Bonjour"),
        Message("a place", "Note"),
        Message("", "Garder l’essai"),
        Message("", "personne"),
        Message("", "%(n)s ligne", "%(n)s lignes"),
        Message("", "100 %% de %(a)s (vu)"),
    ]


@pytest.fixture
def root(tmp_path):
    """A product of one file, whose catalogues were written once."""
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "one.py").write_text(PYTHON)
    messages.update((one.message for one in messages.marked(tmp_path)), tmp_path)
    return tmp_path


def english(root):
    return polib.pofile(str(messages.path_of(root, "en")))


def test_what_has_no_english_is_named_with_its_file(root):
    assert [one.message.sentence for one in messages.missing(root)] == [
        "Un nom",
        "Dites {what}",
        "%(n)s client",
        "Note",
        "De loin",
        "bonjour",
    ]
    assert {one.file for one in messages.missing(root)} == {"desk/one.py"}


def test_an_update_keeps_what_is_said_and_forgets_the_rest(root):
    book = english(root)
    book.find("bonjour").msgstr = "hello"
    book.find("%(n)s client").msgstr_plural = {0: "%(n)s customer", 1: "%(n)s customers"}
    book.save()
    (root / "desk" / "one.py").write_text(PYTHON.replace("De loin", "De près"))
    messages.update((one.message for one in messages.marked(root)), root)
    book = english(root)
    assert [entry.msgid for entry in book] == ["%(n)s client", "De près", "Dites {what}", "Note", "Un nom", "bonjour"]
    assert [entry.msgid for entry in book if entry.translated()] == ["%(n)s client", "bonjour"]
    before = messages.path_of(root, "en").read_text()
    messages.update((one.message for one in messages.marked(root)), root)
    assert messages.path_of(root, "en").read_text() == before


def test_french_counts_as_french_does(root):
    entries = polib.pofile(str(messages.path_of(root, "fr")))
    assert [(entry.msgid, entry.msgstr_plural) for entry in entries] == [
        ("%(n)s client", {0: "%(n)s client", 1: "%(n)s clients"})
    ]
    assert entries.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"


def test_a_catalogue_is_compiled_when_it_is_newer(root):
    assert messages.path_of(root, "en").with_suffix(".mo").exists()
    assert translations.compile_all(root) == []
    messages.path_of(root, "en").with_suffix(".mo").unlink()
    assert translations.compile_all(root) == [messages.path_of(root, "en")]
