"""A reason is kept in French and told to each reader in their own language."""

import pytest
from django.utils.translation import override

from config import messages
from config.environment import ROOT
from crm.mail_reasons import PATTERNS, retold

# Said at once to the person who writes, never kept.
NOT_KEPT = {"L’adresse %(address)s ne répond plus\u00a0: %(reason)s"}


def test_every_reason_that_holds_something_is_known():
    sources = [(ROOT / name).read_text() for name in ("crm/outbox.py", "crm/transport.py", "tact/rereading.py")]
    holding = {one.sentence for source in sources for one in messages.of_python(source) if "%(" in one.sentence}
    assert holding - NOT_KEPT == set(PATTERNS)


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        ("", ""),
        ("Le serveur d’envoi ne répond pas.", "The mail server does not answer."),
        ("Le serveur le refuse (550 no).", "The server refuses it (550 no)."),
        (
            "L’adresse ne répond plus\u00a0: Cette adresse n’existe pas, dit le serveur (550 5.1.1 no).",
            "The address no longer answers: This address does not exist, says the server (550 5.1.1 no).",
        ),
        ("Elle a changé de poste.", "Elle a changé de poste."),
    ],
)
def test_reasons_are_retold(reason, english):
    assert retold(reason) == reason
    with override("en"):
        assert retold(reason) == english
