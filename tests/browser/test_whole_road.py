"""The whole road in a browser: a draft, its invoice, the client's question, a reminder, a complaint to its end, the money.

One winter of Karim, Nadia and M. Diallo, on moved clocks; the worker's part (papers, mail) is done between two pages, as
its own jobs do it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from accounts.models import Role
from billing import documents
from billing.models import Invoice, Payment
from complaints.models import Complaint
from config import jobs
from crm import outbox
from crm.customers import create_customer
from crm.models import Customer, Email
from lib import clock
from tact.models import Reminder
from tests.billing import house
from tests.desk.lemoine import MONDAY, PARIS, person

FIRST_STEP = datetime(2026, 12, 28, 9, 5, tzinfo=PARIS)  # due on 23 December: J+3 is a Saturday
SECOND_STEP = datetime(2027, 1, 4, 9, 5, tzinfo=PARIS)  # J+10, a Saturday too


@pytest.fixture
def world(live_server: Any, settings: Any) -> Iterator[SimpleNamespace]:
    """Monday 23 November 2026 at 8 h 52: a firm that may issue, and a consumer with an address; `clock` moves the day."""
    settings.PUBLIC_URL = live_server.url
    with time_machine.travel(MONDAY, tick=True) as traveller:
        house.open_firm()
        karim, nadia = person("Karim", Role.ACCOUNTANT), person("Nadia", Role.MANAGER)
        customer = create_customer(by=karim, name="M. Diallo", type="consumer", email="diallo@example.org")
        house.settle(customer)
        yield SimpleNamespace(customer=customer, karim=karim, nadia=nadia, clock=traveller)


@pytest.fixture
def client(browser: Browser, live_server: Any, faults: list[str]) -> Iterator[Page]:
    """The client's own browser, a telephone that never met this house; its complaints are faults too."""
    context = browser.new_context(
        base_url=live_server.url, locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()


def post(count: int) -> None:
    """The worker's rounds, two minutes later: letters typeset, what is due handed over; `count` mails leave and none stays."""
    jobs.typeset_letters()
    done = outbox.drain(now=clock.real_now() + timedelta(minutes=2), guards=jobs.MAIL_GUARDS)
    assert (done.sent, done.held, done.failed, done.trouble) == (count, 0, 0, "")


def read_mail(client: Page, subject: str | re.Pattern[str], *, door: str = "") -> None:
    """Open the newest mail of that subject in the local mailbox, and follow its link (that of `door`, when it has several)."""
    client.goto("/boite-de-demonstration/")
    client.get_by_role("link", name=subject).first.click()
    words = client.get_by_role("main").inner_text()
    client.goto(re.findall(rf"http\S+/f/[\w-]{{43}}/{door}(?=\s|$)", words)[0])


def says(page: Page, path: str, *words: str) -> None:
    """That page says each of these."""
    page.goto(path)
    for text in words:
        expect(page.get_by_role("main")).to_contain_text(text)


def write_and_issue(page: Page, customer: Customer) -> Invoice:
    """Two lines typed on screen, read again, issued; the worker makes the paper."""
    page.goto(f"/clients/{customer.public_id}/")
    page.get_by_role("link", name="Nouvelle facture").click()
    page.get_by_label("En clair").first.fill("La bibliothèque du salon.")
    for place, (words, price) in enumerate((("Bibliothèque en chêne", "1 000"), ("Pose", "200"))):
        line = page.locator("[data-line]").nth(place)
        line.get_by_label("Désignation").fill(words)
        line.get_by_label("Prix unitaire HT").fill(price)
        if not place:
            line.get_by_label("Prix unitaire HT").press("Enter")
            expect(page.locator("[data-line]").nth(1).get_by_label("Désignation")).to_be_focused()
    expect(page.locator("#reckoning .all dd")).to_have_text("1 440,00 €")
    page.get_by_role("button", name="Enregistrer et relire avant d’émettre").click()
    page.get_by_role("button", name="Émettre et envoyer").click()
    expect(page.get_by_text("est émise")).to_be_visible()
    invoice = Invoice.objects.get()
    documents.make_files(invoice)
    return invoice


def letter(page: Page, act: str, words: str, **fields: str) -> None:
    """Write a letter of the complaint on screen and send it."""
    page.get_by_role("link", name=act, exact=True).click()
    page.get_by_label("Vos mots").fill(words)
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Envoyer la lettre").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Désaccord")


def test_from_the_draft_to_the_closed_complaint(
    page: Page, client: Page, sign_in: Callable[[Any], None], world: SimpleNamespace
) -> None:
    customer, record = world.customer, f"/clients/{world.customer.public_id}/"

    # Karim writes and issues; the mail leaves, the client reads and asks
    sign_in(world.karim)
    invoice = write_and_issue(page, customer)
    bill = f"/factures/{invoice.public_id}/"
    post(1)
    assert Email.objects.get().text.startswith("Bonjour Monsieur Diallo,")
    read_mail(client, f"Votre facture {invoice.number}")
    expect(client.locator("p.amount")).to_have_text("1 440,00 €")
    line = client.locator("#detail li").nth(1)
    line.get_by_text("Une question sur cette ligne ?").click()
    line.get_by_role("textbox").fill("La pose comprend-elle les finitions ?")
    line.get_by_role("button", name="Poser la question").click()
    expect(client.get_by_text("Votre question nous est parvenue.")).to_be_visible()

    # Karim finds it on the invoice and answers; the client reads the answer under the line
    page.goto(bill)
    expect(page.get_by_text("Une question attend notre réponse")).to_be_visible()
    page.get_by_role("textbox", name="Notre réponse").fill("Oui, plinthes et joints compris.")
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.get_by_text("Une question attend notre réponse")).to_have_count(0)
    post(1)
    client.reload()
    expect(line).to_contain_text("Oui, plinthes et joints compris.")
    client.goto("about:blank")  # what a page says two seconds after it opened is said before the day moves

    # The due date passes in silence: a reminder is ready, Karim reads its reasons and approves it
    world.clock.move_to(FIRST_STEP, tick=True)
    sign_in(world.karim)
    page.goto("/relances/")
    expect(page.locator("#apercu-title")).to_have_text("M. Diallo")
    expect(page.locator(".queue > li")).to_contain_text("J+3, premier rappel")
    page.get_by_role("button", name="Lu, envoyer (1 sur 1)").click()
    expect(page.locator("[data-undo]")).to_be_visible()
    post(1)
    assert Reminder.objects.get().approved_by == world.karim

    # Its last link leads to the words for a difficulty: the client disagrees, which is a written complaint
    read_mail(client, re.compile("^Votre facture du"), door="difficulte/")
    client.get_by_label("Je ne suis pas d’accord").check()
    client.get_by_label("Quelques mots").fill("Une porte de la bibliothèque ne ferme pas.")
    client.locator("#parler").get_by_role("button", name="Envoyer").click()
    expect(client.get_by_text("Votre réclamation est enregistrée.")).to_be_visible()
    client.goto("about:blank")
    complaint = Complaint.objects.get()
    case = f"/reclamations/{complaint.public_id}/"

    # The next step falls, and is held for that reason; Aujourd’hui tells Nadia what to answer
    world.clock.move_to(SECOND_STEP, tick=True)
    sign_in(world.karim)
    says(
        page, "/relances/", "Personne à relancer. Un client attend, pour une bonne raison.", f"Réclamation {complaint.reference}"
    )
    sign_in(world.nadia)
    says(page, "/", f"Accuser réception : {complaint.reference}. Personne ne s’en charge encore.")
    says(page, record, "Une réclamation attend notre réponse")

    # Nadia acknowledges, says yes, credits the installation, closes
    page.goto(case)
    letter(page, "Accuser réception", "Je passe chez vous vendredi.")
    letter(page, "Répondre", "La porte est reprise, et la pose vous est offerte.")
    page.goto(f"{bill}avoir/")
    page.get_by_text("une partie, ligne par ligne").click()
    page.get_by_label("À reprendre sur Pose, hors taxes").fill("200")
    page.get_by_label("Pourquoi").fill("Une porte qui ne fermait pas")
    page.get_by_role("button", name="Émettre l’avoir et l’envoyer").click()
    expect(page.get_by_text("est émis.")).to_be_visible()
    page.goto(case)
    page.locator("#clore summary").click()
    page.locator("#clore").get_by_label("Ce qui a été fait").fill("Porte ajustée vendredi, pose offerte.")
    page.get_by_role("button", name="Clore la réclamation").click()
    expect(page.get_by_role("main")).to_contain_text("Elle est close, et le client est satisfait.")
    documents.make_missing()
    post(3)

    # The client reads what is left and pays it; Karim writes the transfer
    read_mail(client, re.compile("avoir"))
    expect(client.locator("p.amount")).to_have_text("240,00 €")
    sign_in(world.karim)
    page.goto(bill)
    page.get_by_role("link", name="Enregistrer un paiement").click()
    expect(page.get_by_label("Montant reçu, en euros")).to_have_value("1200,00")
    page.get_by_role("button", name="Enregistrer le paiement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 200,00 €")
    assert (invoice.balance(), Payment.objects.get().recorded_by) == (Decimal(0), world.karim)

    # Every step is on the one record; nothing waits any more
    post(1)
    says(
        page, record, "Rien n’attend", "Rien n’est dû.", "paiement reçu : 1 200,00 € par virement, par Karim", "réclamation close",
        "notre réponse", "rappel envoyé : e-mail, par Karim", "Réclamation reçue", "réponse à une question", "facture émise",
    )  # fmt: skip
    says(page, "/relances/", "Personne à relancer")
    says(page, "/", "Rien ne vous attend aujourd’hui.")
    assert not Email.objects.exclude(state="sent").exists()
