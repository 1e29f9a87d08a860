"""The first person, and the credentials made by command."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from accounts.models import ApiToken, AuditEntry, Installation, Role, User
from config.first_run import first_run_link
from crm.models import Company

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase de passe assez longue"


def test_createsuperuser_makes_the_first_responsable(monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Nadia.Morvan@maison.example")
    person = User.objects.get()
    assert (person.email, person.name, person.role) == ("nadia.morvan@maison.example", "Nadia Morvan", Role.MANAGER)
    client = Client()
    client.post("/compte/login/", {"login": person.email, "password": PASSWORD})
    assert client.get("/personnes/").status_code == 200
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False, email="NADIA.morvan@maison.example")


def test_a_token_is_alone_on_the_last_line_and_works(nadia, capsys):
    call_command("api_token", user="NADIA@demo.example")
    token = capsys.readouterr().out.strip().splitlines()[-1]
    answer = Client().get("/api/v1/company/", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert ApiToken.objects.filter(token_hash=token).count() == 0
    assert AuditEntry.objects.get(event="token.made").subject == nadia.email


def test_a_token_for_nobody_is_refused_in_words(nadia):
    with pytest.raises(CommandError, match="Aucune personne en activité n’a l’adresse qui@"):
        call_command("api_token", user="qui@maison.example")


@pytest.mark.parametrize("header", ["Bearer", "Bearer faux", "Bearer a b", "Basic abc", "bearer \xe9\xe9"])
def test_a_wrong_credential_is_a_wrong_credential(header):
    assert Client().get("/api/v1/company/", headers={"authorization": header}).status_code == 401


def first_link():
    with override_settings(INSTALLATION_KIND="real"):
        return first_run_link().removeprefix("http://localhost:8000")


def form(**changes):
    return {"company_name": "Atelier Morvan", "name": "Nadia", "email": "nadia@maison.example", "password": PASSWORD, **changes}


def test_the_first_run_opens_the_house_once():
    Installation.objects.get_or_create(pk=1, defaults={"kind": "demo"})
    link = first_link()
    for _ in range(50):
        assert Client().get(link).status_code == 200
    assert User.objects.count() == 0
    assert Client().post(link, form(password="court")).status_code == 422
    assert Client().post(link, form(email="deux@a.fr, b@c.fr")).status_code == 422
    assert Client().post(link, form()).status_code == 302
    person = User.objects.get()
    assert (person.role, Company.objects.get().name) == (Role.MANAGER, "Atelier Morvan")
    assert [Client().get(link).status_code, Client().post(link, form()).status_code] == [404, 404]
    assert first_link() == ""


def test_only_the_last_first_run_link_opens():
    Installation.objects.get_or_create(pk=1, defaults={"kind": "demo"})
    links = [first_link(), first_link()]
    assert [Client().get(link).status_code for link in [*links, "/bienvenue/shared/", "/bienvenue/0/"]] == [404, 200, 404, 404]
