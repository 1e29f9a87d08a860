"""Adding a second factor, commits included: what allauth tells us of it, it tells after the commit."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Role, User
from tests.accounts.test_doors import HOME, code_for, enter
from tests.harness.personas import PASSWORD


def test_adding_a_factor_keeps_this_session_and_ends_the_others(committing):
    camille = User.objects.create_user("camille@demo.example", PASSWORD, name="Camille", role=Role.RECEPTION)
    camille.verify_address()
    here, elsewhere = enter(camille.email)[0], enter(camille.email)[0]
    here.post("/compte/reauthenticate/", {"password": PASSWORD})
    secret = here.get("/compte/2fa/totp/activate/").context["form"].secret
    assert here.post("/compte/2fa/totp/activate/", {"code": code_for(secret)}).status_code == 302
    assert [client.get(HOME).status_code for client in (here, elsewhere)] == [200, 302]
    assert list(AuditEntry.objects.filter(event="factor.added").values_list("actor", flat=True)) == [camille.pk, camille.pk]


def test_thirty_guesses_at_once_are_five_guesses(committing):
    camille = User.objects.create_user("camille@demo.example", PASSWORD, name="Camille", role=Role.RECEPTION)
    camille.verify_address()

    def guess(number: int) -> int:
        try:
            enter(camille.email, f"faux {number}", Client(headers={"x-forwarded-for": f"2001:db8::{number}"}))
            return AuditEntry.objects.filter(event="login.failed").count()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        list(pool.map(guess, range(30)))
    assert 1 <= AuditEntry.objects.filter(event="login.failed").count() <= 5
