"""The pages of mail, looked at and read by axe; a letter written, taken back and sent by keyboard."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from crm import outbox
from crm.addresses import mark_bad
from crm.contacts import add_contact
from crm.mail_templates import save_text
from crm.models import Email
from lib import clock
from tests.browser.pictures import axe, picture

WORDS = "Bonjour Madame Le Goff,\n\nLes deux charnières sont posées jeudi matin, avant dix heures.\n\nBien à vous,\n\nCamille\nAtelier Morvan"


@pytest.fixture
def anne(le_goff: Any, camille: Any) -> Any:
    return add_contact(
        le_goff, by=camille, civility="mme", first_name="Anne", last_name="Le Goff", email="anne@legoff.example", is_main=True
    )


@pytest.fixture
def mails(company: Any, le_goff: Any, diallo: Any, anne: Any, camille: Any, karim: Any) -> dict[str, Email]:
    """One mail in each state."""
    made = {}
    for number, (state, reason) in enumerate(
        [
            ("sent", ""),
            ("queued", ""),
            ("held", "L’adresse de cette personne a changé depuis la rédaction."),
            ("uncertain", "Le programme s’est arrêté au moment même de l’envoi\u00a0: le message est peut-être parti."),
            ("failed", "Cette adresse n’existe pas, dit le serveur (550 5.1.1 no such user)."),
            ("cancelled", ""),
        ]
    ):
        with transaction.atomic():
            made[state] = outbox.queue_mail(
                key=f"k{number}", to="anne@legoff.example" if number % 2 else "diallo@example.org", to_name="Anne Le Goff", customer=le_goff,
                contact=anne, subject=["Vos charnières", "Un moment pour nous voir", "Merci", "Votre devis"][number % 4], text=WORDS,
                by=camille if number % 2 else karim, delay=timedelta(hours=1) if state == "queued" else outbox.COUNTDOWN,
            )  # fmt: skip
        sent_at = clock.now() if state == "sent" else None
        Email.objects.filter(pk=made[state].pk).update(state=state, reason=reason, sent_at=sent_at)
    return made


PAGES = {"courrier": "/courrier/", "courrier-decider": "/courrier/a-decider/", "textes": "/courrier/textes/"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_mail(page: Page, sign_in: Any, mails: Any, karim: Any, name: str) -> None:
    sign_in(karim)
    page.goto(PAGES[name])
    picture(page, name)
    assert axe(page) == []


@pytest.mark.parametrize("state", ["sent", "failed", "uncertain", "queued"])
def test_one_mail(page: Page, sign_in: Any, mails: Any, karim: Any, state: str) -> None:
    sign_in(karim)
    page.goto(f"/courrier/{mails[state].public_id}/")
    picture(page, f"message-{state}")
    assert axe(page) == []


def test_a_text_and_its_versions(page: Page, sign_in: Any, company: Any, nadia: Any) -> None:
    save_text(key="thanks", language="fr", name="Remercier", subject="Merci à vous", body="{salutation}\n\nMerci.", by=nadia)
    sign_in(nadia)
    page.goto("/courrier/textes/thanks/fr/")
    picture(page, "texte")
    assert axe(page) == []


def test_an_address_that_no_longer_answers(page: Page, sign_in: Any, company: Any, le_goff: Any, anne: Any, camille: Any) -> None:
    mark_bad("anne@legoff.example", reason="Elle a changé de maison.", by=camille)
    sign_in(camille)
    page.goto(f"/clients/{le_goff.public_id}/ecrire/")
    picture(page, "ecrire-impossible")
    assert axe(page) == []
    page.goto(f"/clients/{le_goff.public_id}/adresse/?adresse=anne@legoff.example")
    picture(page, "adresse")
    assert axe(page) == []


def test_a_letter_is_written_seen_sent_and_taken_back(
    page: Page, sign_in: Any, company: Any, le_goff: Any, anne: Any, camille: Any
) -> None:
    sign_in(camille)
    page.goto(f"/clients/{le_goff.public_id}/ecrire/?texte=promised_answer")
    page.get_by_label("Objet").fill("Vos charnières")
    body = page.get_by_label("Message")
    body.fill(body.input_value().replace("[…]", "elles arrivent jeudi. {maison}"))
    expect(page.locator("#preview mark").filter(has_text="Atelier Morvan").first).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("elles arrivent jeudi. Atelier Morvan")
    expect(page.locator("#preview h2")).to_have_text("Vos charnières")
    picture(page, "ecrire")
    assert axe(page) == []
    body.press("Control+Enter")
    expect(page.locator("[data-undo]")).to_be_visible()
    picture(page, "message-en-attente")
    assert axe(page) == []
    page.keyboard.press("z")
    expect(page.get_by_label("Message")).to_have_value(Email.objects.get().text)
    assert Email.objects.get().state == "cancelled"


def test_the_local_mailbox(page: Page, company: Any, le_goff: Any, anne: Any, camille: Any) -> None:
    with transaction.atomic():
        outbox.queue_mail(
            key="k",
            to="anne@legoff.example",
            to_name="Anne Le Goff",
            subject="Vos charnières",
            text=WORDS,
            by=camille,
            customer=le_goff,
        )
    outbox.drain(now=clock.real_now() + timedelta(minutes=2))
    page.goto("/boite-de-demonstration/")
    picture(page, "boite")
    assert axe(page) == []
    page.get_by_role("link", name="Vos charnières").first.click()
    picture(page, "boite-message")
    assert axe(page) == []
