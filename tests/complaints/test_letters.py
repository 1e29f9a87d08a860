"""The letters of a complaint, word for word, in both languages: what law and house want, around what a person types.

`EGARDS_GOLDEN=1` writes the files again; read them before committing.
"""

import os
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from complaints.deadlines import compute
from complaints.letters import (
    KINDS,
    LANGUAGES,
    NAMES_MEDIATOR,
    Content,
    MediatorBlock,
    MediatorMissing,
    compose,
    printed_website,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "complaints"
SENT = date(2026, 9, 28)
MEDIATOR = MediatorBlock("Médiation de l’Estuaire", "3 quai des Exemples, 44000 Nantes", "www.mediation-estuaire.example")
POLITE = {"fr": ("Monsieur,", "Bien à vous,"), "en": ("Dear Mr Ollivier,", "Yours sincerely,")}
TYPED = {
    "fr": {
        "holding": "Le fabricant doit nous dire si le bois peut être repris.",
        "favourable": "Nous viendrons ajuster le volet à nos frais.",
        "partial": "Nous viendrons l’ajuster à nos frais. Nous ne le remplacerons pas\u00a0: le bois est sain.",
        "refusal": "Le volet a été démonté par une autre entreprise avant notre visite.",
        "closing": "Le volet a été ajusté le 3 décembre, et 60,00 € vous ont été rendus.",
        "to_mediator": "Nous maintenons notre offre d’ajustage.",
    },
    "en": {
        "holding": "The maker must tell us whether the wood can be reworked.",
        "favourable": "We will come and adjust the shutter at our own cost.",
        "partial": "We will adjust it at our own cost. We will not replace it: the wood is sound.",
        "refusal": "The shutter had been taken down by another firm before our visit.",
        "closing": "The shutter was adjusted on 3 December and €60.00 were refunded.",
        "to_mediator": "We stand by our offer to adjust it.",
    },
}


def content(kind: str, language: str, client_type: str = "consumer") -> Content:
    """The letter of M. Ollivier's shutter."""
    salutation, closing = POLITE[language]
    return Content(
        kind=kind, language=language, client_type=client_type, salutation=salutation, closing=closing,
        signature="Nadia Ferrand\nMenuiserie Duval", reference="R2026-000004", subject="volet qui gonfle",
        address="bonjour@duval.example", today=date(2026, 11, 23), client="M. Gérard Ollivier", responsible="Nadia Ferrand",
        words=TYPED[language].get(kind, ""), received_on=date(2026, 9, 29), said_on=date(2026, 9, 25),
        dates=None if kind == "invitation" else compute(sent_on=SENT, client_type=client_type),
        until={"holding": date(2026, 11, 27), "favourable": date(2026, 12, 1), "partial": date(2026, 12, 1)}.get(kind),
        amount=Decimal("60.00") if kind in ("favourable", "partial") else None, number="M-2026-118", mediator=MEDIATOR,
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client_type", ["consumer", "professional", "non_professional"])
def test_every_letter_word_for_word(language: str, client_type: str) -> None:
    parts = []
    for kind in KINDS:
        if kind != "to_mediator" or client_type == "consumer":
            letter = compose(content(kind, language, client_type))
            parts.append(f"=== {kind}\n\n{letter.subject}\n\n{letter.text}\n")
    told = "\n".join(parts)
    path = GOLDEN / f"{language}-{client_type}.txt"
    if os.environ.get("EGARDS_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client_type", ["consumer", "unknown"])
@pytest.mark.parametrize("kind", sorted(NAMES_MEDIATOR))
@pytest.mark.parametrize("lacking", ["name", "postal_address", "website"])
def test_no_refusal_without_a_whole_mediator(language: str, client_type: str, kind: str, lacking: str) -> None:
    with pytest.raises(MediatorMissing):
        compose(replace(content(kind, language, client_type), mediator=replace(MEDIATOR, **{lacking: ""})))


@pytest.mark.parametrize("kind", sorted(NAMES_MEDIATOR))
def test_the_mandatory_paragraph_is_the_references(kind: str) -> None:
    assert compose(content(kind, "fr")).block == (
        "Si cette réponse ne vous satisfait pas, vous pouvez saisir gratuitement le médiateur de la consommation dont nous relevons\u00a0: "
        "Médiation de l’Estuaire, 3 quai des Exemples, 44000 Nantes, www.mediation-estuaire.example. Votre demande doit lui parvenir au "
        "plus tard un an après votre réclamation écrite, soit le 28\u00a0septembre 2027. Vous restez libre de saisir le juge."
    )


def test_a_43_nowhere_the_closed_platform_nor_a_promise_the_law_does_not_make() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((Path("complaints") / "texts").rglob("*.txt"))]
    texts += [path.read_text(encoding="utf-8") for path in sorted(Path("templates").rglob("*.html"))]
    for text in texts:
        assert not re.search(r"ec\.europa\.eu/consumers/odr", text)
        assert not re.search(r"votre délai est suspendu|médiation est obligatoire|il faut attendre deux mois", text)


def test_words_typed_are_never_read_as_a_template() -> None:
    hostile = "{ref} {mediator_name} {{ 7*7 }} %(ref)s <b>"
    letter = compose(replace(content("refusal", "fr"), words=hostile, subject=hostile))
    assert letter.text.count(hostile) == 2


@pytest.mark.parametrize(
    ("url", "printed"), [("https://www.exemple.fr/", "www.exemple.fr"), ("http://exemple.fr", "exemple.fr"), ("", "")]
)
def test_a_website_as_people_read_it(url: str, printed: str) -> None:
    assert printed_website(url) == printed
