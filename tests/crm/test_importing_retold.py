"""What an import said of its lines is kept in French and read in the reader's language."""

import re

import pytest
from django.utils import translation

from config.environment import ROOT
from crm.importing.retelling import PATTERNS, retold


@pytest.mark.parametrize(
    ("kept", "english"),
    [
        ("", ""),
        ("Ce SIREN n’est pas valable\u00a0: sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre.", None),
        (
            "E-mail du client\u00a0: Le début de cette adresse, «\u00a0a..b\u00a0», n’est pas valable\u00a0: ni accent, ni point en double.",
            "E-mail du client: The beginning of this address, “a..b”, is not valid: no accents, no double dots.",
        ),
        ("Déjà présent\u00a0: C00012 Garage Perrin (même SIRET)", "Already here: C00012 Garage Perrin (same SIRET)"),
        ("SIREN lu 012345678\u00a0: un tableur avait effacé le zéro du début · code postal lu 01000\u00a0: un tableur avait effacé le zéro", None),
        ("«\u00a0beaucoup\u00a0» n’est pas un délai de paiement que la loi permet\u00a0: gardé sous «\u00a0Délai\u00a0»", None),
        ("Une étiquette a été posée", None),
    ],
)  # fmt: skip
def test_a_line_is_retold(kept, english):
    assert retold(kept) == kept
    with translation.override("en"):
        told = retold(kept)
    ours = re.sub(r"“[^”]*”|^E-mail du client", "", told)
    assert not re.search(r"[«»àâçéèêîôûœ\u00a0’]|\b(?:le|la|un|est|pas|lu|que)\b", ours)
    assert english in (None, told)


def test_what_is_not_ours_stays():
    with translation.override("en"):
        assert retold("Le serveur dit autre chose") == "Le serveur dit autre chose"


def test_each_sentence_that_is_retold_is_said_somewhere():
    code = "".join(
        path.read_text() for folder in ("crm", "lib") for path in (ROOT / folder).rglob("*.py") if path.name != "retelling.py"
    )
    said = code.replace("\\u00a0", "\u00a0")
    assert [one for one in PATTERNS if one not in said] == []
