"""Account mails go through the outbox: one row each, read by nobody else, nothing that fails on an empty installation."""

import pytest
from django.test import Client, override_settings

from accounts import people
from accounts.models import Role
from crm.models import Company, Email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_outbox(settings):
    settings.EMAIL_BACKEND = "crm.mailing.OutboxBackend"


@pytest.mark.parametrize("url", ["/compte/password/reset/", "/compte/login/code/"])
@pytest.mark.parametrize("email", ["nadia@demo.example", "inconnue@demo.example"])
def test_a_door_mail_never_fails_even_before_the_firm_has_an_address(nadia, url, email):
    nadia.verify_address()
    assert Client().post(url, {"email": email}).status_code == 302
    assert Email.objects.filter(recipient_email=email).count() == 1


def test_nobody_reads_the_links_of_others(company, nadia, camille, as_camille, as_nadia):
    nadia.verify_address()
    Client().post("/compte/password/reset/", {"email": nadia.email})
    person = people.invite(email="lea@maison.example", name="Léa", role=Role.RECEPTION, by=nadia)
    for mail in Email.objects.all():
        for browser in (as_camille, as_nadia):
            assert browser.get(f"/courrier/{mail.public_id}/").status_code == 404
    listed = as_nadia.get("/courrier/").content.decode()
    assert (listed.count(person.email), listed.count("/password/reset/key/")) == (0, 0)


def test_an_invitation_and_its_mail_are_written_together_or_not_at_all(nadia):
    Company.objects.update_or_create(pk=1, defaults={"sender_email": "bonjour@atelier.example"})
    people.invite(email="lea@maison.example", name="Léa", role=Role.RECEPTION, by=nadia)
    (mail,) = Email.objects.all()
    assert (mail.recipient_email, mail.sender_email, mail.subject) == (
        "lea@maison.example",
        "bonjour@atelier.example",
        "Votre accès à Égards",
    )
    assert mail.text.startswith("Bonjour Léa,\n\nNadia vous ouvre un accès à Égards")


@override_settings(PUBLIC_URL="https://egards.atelier.example")
def test_links_use_the_public_address_not_the_host_that_was_asked(nadia):
    nadia.verify_address()
    Client(headers={"host": "localhost"}).post("/compte/password/reset/", {"email": nadia.email})
    people.invite(email="lea@maison.example", name="Léa", role=Role.RECEPTION, by=nadia)
    for mail in Email.objects.all():
        assert mail.text.count("https://egards.atelier.example/") == 1
        assert mail.text.count("://") == 1
