"""The local mailbox: in the demonstration nothing leaves, and everything can be read."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client

from crm import outbox
from crm.models import Company, Email
from crm.transport import MAILBOX, LocalMailbox, Smtp, chosen
from demo.mailbox import letter_names
from lib import clock


def test_what_is_sent_is_read_there_by_anybody_who_tries(company, le_goff, camille, client):
    with transaction.atomic():
        outbox.queue_mail(
            key="k",
            to="anne@legoff.example",
            to_name="Anne",
            subject="Été <b>",
            text="Bonjour <script>",
            by=camille,
            customer=le_goff,
        )
    mail.get_connection("crm.mailing.OutboxBackend").send_messages(
        [mail.EmailMessage("Votre code", "KXNM-PRTW", to=["nadia@demo.example"])]
    )
    outbox.drain(now=clock.real_now() + timedelta(minutes=2))
    page = client.get("/boite-de-demonstration/")
    assert [letter.subject for letter in page.context["letters"]] == ["Été <b>", "Votre code"]
    letter = page.context["letters"][0]
    assert "Bonjour &lt;script&gt;" in client.get(f"/boite-de-demonstration/{letter.name}/").content.decode()
    assert set(Email.objects.values_list("state", flat=True)) == {"sent"}


def test_an_empty_box_says_what_to_do(db, client):
    assert "La boîte est vide" in client.get("/boite-de-demonstration/").content.decode()
    assert client.get("/boite-de-demonstration/nulle-part/").status_code == 404


def test_nothing_leaves_a_demonstration_even_with_a_server_and_everything_does_elsewhere(settings, db):
    company = Company(smtp_host="smtp.example")
    ways = {}
    for kind in ("demo", "bench", "real"):
        settings.INSTALLATION_KIND = kind
        ways[kind] = type(chosen(company))
    assert ways == {"demo": LocalMailbox, "bench": LocalMailbox, "real": Smtp}
    assert chosen(Company()) is None


def test_it_does_not_exist_on_real_data(settings, db):
    settings.DEMO = False  # TESTING stays: whichever test asks first, the addresses are read once
    assert Client().get("/boite-de-demonstration/").status_code == 404


@pytest.mark.parametrize("number", [1, 2])
def test_what_another_test_stored_is_not_here(number, db, client):
    """Each test has its files: the letter that one leaves is not read by the next."""
    assert letter_names() == []
    default_storage.save(f"{MAILBOX}/left-behind.eml", ContentFile(b"Subject: bonjour\n\nFacture du mois"))
    assert letter_names() == ["left-behind.eml"]
