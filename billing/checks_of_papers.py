"""Which rules were run on the papers of a document, which were not, and why: kept with the file, told on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from billing.document import Document
from billing.facturx import own_faults
from lib import schematron

PASSED, FAILED, ABSENT, NOT_CONCERNED = "passed", "failed", "absent", "not_concerned"
EN16931, BR_FR = "en16931", "br-fr"


@dataclass(frozen=True)
class Check:
    """One set of rules: its code, what came of it, how many rules fired, the names and words of those that failed."""

    code: str
    state: str
    fired: int = 0
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """What it is called on a page."""
        return {
            "xsd": _("Structure du fichier (XSD de Factur-X)"),
            "own": _("Liste de la maison (clés, dates, mentions vides, sommes)"),
            EN16931: _("Règles européennes EN 16931"),
            BR_FR: _("Règles françaises BR-FR"),
            "pdf": _("PDF/A-3 et PDF/UA"),
        }.get(self.code, self.code)

    @property
    def words(self) -> str:
        """What came of it, in a sentence."""
        if self.state == FAILED:
            return _("Des règles ne sont pas respectées : %(rules)s.") % {
                "rules": ", ".join(rule for rule, _words in self.failed)
            }
        if self.state == ABSENT and self.code == "pdf":
            return _("Vérifié sur nos modèles à chaque version du logiciel, pas sur ce fichier.")
        if self.state == ABSENT:
            return _("Non exécutées : le complément « conformite » n’est pas installé ici.")
        if self.state == NOT_CONCERNED:
            return _("Sans objet : elles ne visent que les professionnels français identifiés par leur SIREN.")
        return _("Respectée.") if self.code in ("xsd", "own") else _("Toutes respectées.")


def check_xml(xml: bytes, document: Document) -> list[Check]:
    """Everything that can be run here on the Factur-X file of `document`, which already passed its XSD."""
    faults = own_faults(xml, document)
    own = Check("own", FAILED if faults else PASSED, failed=tuple((fault.rule, fault.words) for fault in faults))
    return [Check("xsd", PASSED), own, *_official(xml, document)]


def pdf_checks() -> list[Check]:
    """The PDF is not validated where it is made: the outside validator runs on every kind of document before a release."""
    return [Check("pdf", ABSENT)]


def is_french_professional(document: Document) -> bool:
    """Whom the BR-FR rules speak of: an identified professional in France; a consumer's invoice breaks them by right."""
    buyer = document.buyer
    return buyer.client_type == "professional" and buyer.address.country == "FR" and bool(buyer.siren)


def rules_of(document: Document) -> dict[str, Path]:
    """The official rules that concern `document`, by code, as compiled schematrons."""
    import facturx  # inline: heavy, only for where it keeps its files

    folder = Path(facturx.__file__).parent / "xsd_and_schematron"
    found = {EN16931: folder / "facturx-en16931" / "FACTUR-X_EN16931.xslt"}
    if is_french_professional(document):
        found[BR_FR] = folder / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt"
    return found


def _official(xml: bytes, document: Document) -> list[Check]:
    rules = rules_of(document)
    others = [] if BR_FR in rules else [Check(BR_FR, NOT_CONCERNED)]
    if not schematron.available():
        return [*(Check(code, ABSENT) for code in rules), *others]
    found = []
    for code, verdict in zip(rules, schematron.run(xml, list(rules.values())), strict=True):
        fatal = tuple((one.rule, one.words) for one in verdict.failed if one.flag != "warning")
        found.append(Check(code, FAILED if fatal or not verdict.fired else PASSED, verdict.fired, fatal))
    return [*found, *others]


def to_json(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """As kept with the file."""
    return [
        {"code": one.code, "state": one.state, "fired": one.fired, "failed": [list(pair) for pair in one.failed]}
        for one in checks
    ]


def from_json(kept: Sequence[dict[str, Any]]) -> list[Check]:
    """As read back, to be told on a page."""
    return [Check(one["code"], one["state"], one["fired"], tuple((rule, words) for rule, words in one["failed"])) for one in kept]
