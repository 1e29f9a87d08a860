"""Every kind of document the house issues, before every validator: XSD, the schematrons of EN 16931 and of France, our own
list, and an outside validator of PDF/A-3A and PDF/UA-1. Each with what must fail, to prove that it can.

`.ci/run` has a stage of its own for these: they need Java (see `tests/conformity/verapdf.py`) and saxonche.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from billing.checks_of_papers import BR_FR, check_xml, rules_of
from billing.document import Document
from billing.facturx import NAME, make_xml
from billing.paper import html_of
from billing.rendering import Attached, render_pdf
from lib import schematron
from tests.harness.papers import SHELF, STOOL, samples, say

pytestmark = pytest.mark.conformity

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HOSTILE = "<style>*{display:none}</style>{{ 7*7 }}{% now %}&amp;]]>"
LONG = [{**STOOL, "description": f"Fourniture {place}, {'x' * place}", "plain_words": "posée"} for place in range(60)]


def documents() -> dict[str, Document]:
    """The samples, and what layouts find hard."""
    hard = {
        "sixty lines": say(lines=LONG),
        "long words": say(lines=[{**SHELF, "description": "Anticonstitutionnellement" * 9}], client={"name": "Société" * 22}),
        "hostile words": say(lines=[{**SHELF, "description": HOSTILE}], subject=HOSTILE, note=HOSTILE, client={"name": HOSTILE}),
        "other scripts": say(lines=[{**SHELF, "description": "Полка, ράφι, €, œ, №"}], client={"city": "Łódź"}),
        "without bank": say(firm={"iban": "", "bic": "", "account_holder": ""}),
    }
    return {**samples(), **hard}


def pdf_of(document: Document) -> bytes:
    file = Attached(NAME, make_xml(document).decode(), "Facture au format Factur-X")
    return render_pdf(
        html_of(document), title=document.number, at=AT, language=document.language, identifier="x", attached=file, paper=True
    )


@pytest.mark.parametrize("name", documents())
def test_every_rule_of_the_file(name: str) -> None:
    document = documents()[name]
    found = check_xml(make_xml(document), document)
    assert [(one.code, one.failed) for one in found if one.state == "failed"] == []
    official = [one for one in found if one.state == "passed" and one.code not in ("xsd", "own")]
    assert len(official) == len(rules_of(document))
    assert min(one.fired for one in official) > 40


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b">1740.00</ram:GrandTotalAmount>", b">1740.01</ram:GrandTotalAmount>", "BR-CO-15"),
        (b'unitCode="C62"', b'unitCode="XXQ"', "FX-SCH-A-000613"),
        (b"<ram:SubjectCode>PMT<", b"<ram:SubjectCode>AAI<", "BR-FR-05_BT-22_PMT"),
    ],
)
def test_the_official_rules_can_fail(before: bytes, after: bytes, rule: str) -> None:
    document = say()
    xml = make_xml(document)
    assert before in xml
    failed = [one.rule for verdict in schematron.run(xml.replace(before, after), list(rules_of(document).values()))
              for one in verdict.failed]  # fmt: skip
    assert any(rule in one for one in failed), failed


def test_the_french_rules_are_for_identified_professionals() -> None:
    """A consumer's invoice breaks them by right: they are not run on it, and would be seen to fail."""
    consumer = say("consumer")
    assert BR_FR not in rules_of(consumer)
    (verdict,) = schematron.run(make_xml(consumer), [rules_of(say())[BR_FR]])
    assert "BR-FR-12_BT-49" in [one.rule for one in verdict.failed]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the outside validator says of each PDF, and of two that must fail: one Java for all."""
    folder = tmp_path_factory.mktemp("papers")
    found = {name: pdf_of(document) for name, document in documents().items()}
    found["letter"] = render_pdf("<html lang=fr><body><h1>Réponse</h1><p>Bonjour.", title="Réponse", at=AT)
    code = "import sys; from weasyprint import HTML; sys.stdout.buffer.write(HTML(string='<p>plain').write_pdf())"
    found["plain"] = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    untagged = "<html lang=fr><body><svg width=10 height=10><rect width=9 height=9 /></svg>"
    found["picture without words"] = render_pdf(untagged, title="x", at=AT)
    paths = {}
    for place, (name, content) in enumerate(found.items()):
        paths[name] = folder / f"{place}.pdf"
        paths[name].write_bytes(content)
    command = [sys.executable, "-m", "tests.conformity.verapdf", *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, check=False, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    said = json.loads(done.stdout)
    return {name: said[str(path)] for name, path in paths.items()}


@pytest.mark.parametrize("name", [*documents(), "letter"])
def test_archivable_and_accessible(name: str, verdicts: dict[str, Any]) -> None:
    assert {profile: said["broken"] for profile, said in verdicts[name].items()} == {"PDFA_3_A": [], "PDFUA_1": []}
    assert min(said["checks"] for said in verdicts[name].values()) > 100


def test_the_outside_validator_can_fail(verdicts: dict[str, Any]) -> None:
    assert [said["compliant"] for said in verdicts["plain"].values()] == [False, False]
    assert [said["compliant"] for said in verdicts["picture without words"].values()] == [True, False]
