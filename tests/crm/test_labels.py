"""What code wrote for ever is French in the house, and retold to each reader in their own language."""

import pytest
from django.utils.translation import override

from config import messages
from config.environment import ROOT
from crm.labels import PATTERNS, retold

NBSP = "\u00a0"


def test_every_promise_of_a_complaint_is_known():
    source = (ROOT / "complaints" / "projecting.py").read_text()
    promises = {one.sentence for one in messages.of_python(source) if "%(reference)s" in one.sentence}
    assert promises == {one for one in PATTERNS if "%(reference)s" in one} - {"Réclamation %(reference)s"}


@pytest.mark.parametrize(
    ("label", "english"),
    [
        ("", ""),
        ("Facture F2026-000012", "Invoice F2026-000012"),
        ("Avoir A2026-000001", "Credit note A2026-000001"),
        (f"1{NBSP}240,50{NBSP}€ par virement", "€1,240.50 by transfer"),
        (f"550,00{NBSP}€ en espèces", "€550.00 in cash"),
        (f"Accuser réception{NBSP}: R2026-000004", "Acknowledge: R2026-000004"),
        (f"Donner au client le nom du médiateur{NBSP}: R2026-000004", "Give the customer the name of the mediator: R2026-000004"),
        ("Répondre à la réclamation R2026-000003", "Answer complaint R2026-000003"),
        ("Répondre à sa question sur la facture F2026-000020", "Answer the question about invoice F2026-000020"),
        ("Régler la facture", "Pay the invoice"),
        ("Régler la facture une fois les portes posées", "Régler la facture une fois les portes posées"),
        ("Facture perdue", "Facture perdue"),
    ],
)
def test_labels_are_retold(label, english):
    assert retold(label) == label
    with override("en"):
        assert retold(label) == english
