"""By which doors the firm's money and mail may be moved, and what the trial of a server may ask of whom."""

import json
import re

import pytest
from django.conf import settings as product
from django.test import Client

from accounts.models import AuditEntry
from accounts.tokens import create_token
from config.uploads import MOST_OF_A_REQUEST
from crm.company import update_company
from crm.mail_trial import send_trial
from crm.models import BankChange, Company
from tests.harness.smtp import Sink

IBAN, OTHER = "FR7630006000011234567890189", "DE89370400440532013000"


@pytest.fixture
def patch(company, nadia):
    """The firm changed by Nadia's credential: one responsable, nobody to approve."""
    update_company(by=None, iban=IBAN, account_holder="Atelier Morvan SARL")
    client = Client(headers={"authorization": f"Bearer {create_token(user=nadia, name='essai', by=None)}"})

    def send(**fields):
        return client.patch("/api/v1/company/", json.dumps(fields), "application/json")

    return send


@pytest.mark.parametrize(("field", "value"), [("iban", OTHER), ("iban", ""), ("account_holder", "Un autre")])
def test_a_credential_alone_moves_no_money(patch, nadia, field, value):
    """A stolen one would send the clients' transfers elsewhere; nothing of the same call is written either."""
    answer = patch(**{field: value, "city": "Brest"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert "à l’écran" in answer.json()["detail"]
    company = Company.objects.get()
    assert (company.iban, company.bic, company.account_holder, company.city) == (IBAN, "", "Atelier Morvan SARL", "Quimper")
    assert not BankChange.objects.exists()
    assert not AuditEntry.objects.filter(actor=nadia, event__startswith="company.bank").exists()


def test_what_does_not_change_may_be_said_again(patch):
    """A program that reads the firm and writes it back with another city is no thief."""
    answer = patch(iban="FR76 3000 6000 0112 3456 7890 189", account_holder="Atelier Morvan SARL", city="Brest")
    assert (answer.status_code, answer.json()["changed"]) == (200, ["city"])


PRIVATE = [
    "127.0.0.1",
    "localhost",
    "::1",
    "10.0.0.5",
    "192.168.1.25",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::ffff:10.0.0.5",
]


@pytest.fixture
def real(company, settings):
    settings.INSTALLATION_KIND = "real"
    Company.objects.update(sender_email="bonjour@atelier-morvan.example", smtp_security="none")
    return settings


@pytest.mark.parametrize("host", PRIVATE)
def test_the_trial_asks_nothing_of_the_machine_nor_of_its_network(real, nadia, host):
    with Sink() as sink:
        Company.objects.update(smtp_host=host, smtp_port=sink.port)
        said = send_trial(Company.objects.get(), to=nadia)
    assert said.startswith("Ce serveur est sur cette machine ou dans son réseau")
    assert (sink.received, Company.objects.get().smtp_tested_at) == ([], None)


def test_the_operator_of_the_machine_may_say_that_it_is_ours(real, nadia, monkeypatch):
    monkeypatch.setenv("EGARDS_SMTP_PRIVATE", "relais.local, 127.0.0.1")
    with Sink() as sink:
        Company.objects.update(smtp_host="127.0.0.1", smtp_port=sink.port)
        assert send_trial(Company.objects.get(), to=nadia) == ""
    assert [letter.recipients for letter in sink.received] == [[nadia.email]]


def test_a_name_that_nobody_bears_is_told_by_the_trial_itself(real, nadia):
    Company.objects.update(smtp_host="nulle-part.invalid")
    said = send_trial(Company.objects.get(), to=nadia)
    assert said
    assert not said.startswith("Ce serveur est sur cette machine")


def test_the_proxy_of_the_manual_lets_our_largest_form_in():
    """Beyond it nginx would answer by its own page, in English; ours says what is too heavy."""
    told = re.findall(r"client_max_body_size (\d+)m;", (product.BASE_DIR / "docs" / "install.md").read_text())
    assert [int(size) * 1024 * 1024 > MOST_OF_A_REQUEST for size in told] == [True]
