"""Coming in: what a stranger learns (nothing), how often they may try, how a session ends, the second factor."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts import people, vault
from accounts.models import AuditEntry, Role, User
from crm.models import Company
from lib import clock
from tests.harness.personas import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, HOME = "/compte/login/", "/profil/"
RESET_LINK = re.compile(r"http://localhost:8000(/compte/password/reset/key/\S+/)")
STRANGER = "inconnue@demo.example"


@pytest.fixture
def camille(camille):
    camille.verify_address()
    return camille


@pytest.fixture
def nadia(nadia):
    nadia.verify_address()
    return nadia


@pytest.fixture
def closed(nadia, karim):
    karim.verify_address()
    people.close(karim, by=nadia)
    return karim


def enter(email, password=PASSWORD, client=None):
    client = client or Client()
    return client, client.post(LOGIN, {"login": email, "password": password})


def without_key(answer, email):
    body = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.content.decode())
    return answer.status_code, answer.get("Location", ""), body.replace(email, "EMAIL")


def code_for(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_second_factor(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


# — what a stranger learns (E7)


def test_known_unknown_and_closed_read_the_same_refusal(camille, closed):
    answers = {
        without_key(enter(email, "un mauvais mot de passe")[1], email) for email in (camille.email, STRANGER, closed.email)
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200


def test_a_closed_person_with_the_right_password_reads_what_a_wrong_one_reads(closed):
    assert without_key(enter(closed.email)[1], closed.email) == without_key(enter(closed.email, "faux")[1], closed.email)


@pytest.mark.parametrize("url", ["/compte/password/reset/", "/compte/login/code/"])
def test_asking_for_a_mail_tells_nothing(camille, closed, url):
    answers = set()
    for email in (camille.email, STRANGER, closed.email):
        client = Client()
        first = without_key(client.post(url, {"email": email}), email)
        answers.add((first, without_key(client.get(first[1]), email)))
    assert len(answers) == 1


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
def test_an_unknown_address_costs_a_password_check_too(camille, monkeypatch):
    from django.contrib.auth import hashers

    camille.set_password(PASSWORD)
    camille.save()
    made = []
    original = hashers.PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        hashers.PBKDF2PasswordHasher, "encode", lambda *args, **kwargs: (made.append(1), original(*args, **kwargs))[1]
    )
    for email in (camille.email, STRANGER):
        made.clear()
        enter(email, "faux")
        assert len(made) == 1


# — how often they may try (E8)


def test_five_wrong_passwords_close_the_door_for_a_while_whatever_the_writing(camille):
    evaluated = 0
    for email in ("camille@demo.example", "CAMILLE@demo.example", " camille@demo.example ", "Camille@Demo.example") * 3:
        _client, answer = enter(email, "faux")
        evaluated += "Trop de tentatives" not in answer.content.decode()
    assert evaluated == 5
    _client, answer = enter(camille.email)
    assert answer.status_code == 200  # even the right one waits
    assert Client().post("/compte/login/code/", {"email": camille.email}).status_code == 302  # the mailed code does not


def test_a_forged_address_does_not_give_more_tries(camille):
    for number in range(8):
        client = Client(headers={"x-forwarded-for": f"10.0.0.{number}"})
        _client, answer = enter(camille.email, "faux", client)
    assert "Trop de tentatives" in answer.content.decode()


# — sessions (E10)


def test_a_new_session_at_login_and_none_after_logout(camille):
    client = Client()
    client.get(LOGIN)
    before = client.session.session_key
    enter(camille.email, client=client)
    inside = client.session.session_key
    assert inside != before
    assert client.get(HOME).status_code == 200
    client.post("/compte/logout/")
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = inside
    assert stale.get(HOME).status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(54, 200), (61, 302)])
def test_an_hour_asleep_ends_a_session(camille, as_camille, time_machine_at, minutes, status):
    as_camille.get(HOME)
    with time_machine_at(timedelta(minutes=minutes)):
        assert as_camille.get(HOME).status_code == status


def test_twelve_hours_end_a_session_however_busy(camille, as_camille, time_machine_at):
    as_camille.get(HOME)
    for quarter in range(1, 16 * 3):
        with time_machine_at(timedelta(minutes=15 * quarter)):
            alive = as_camille.get(HOME).status_code == 200
        assert alive == (quarter < 48)
    with time_machine_at(timedelta(hours=12)):
        assert as_camille.get(HOME).status_code == 302


def test_a_live_session_is_written_at_most_every_five_minutes(camille, as_camille, time_machine_at, django_assert_num_queries):
    as_camille.get("/profil/jetons/")
    written = Session.objects.get().session_data
    with time_machine_at(timedelta(minutes=4)):
        as_camille.get("/profil/jetons/")
        assert Session.objects.get().session_data == written
    with time_machine_at(timedelta(minutes=6)):
        as_camille.get("/profil/jetons/")
        assert Session.objects.get().session_data != written


def test_a_new_role_a_new_password_and_a_new_factor_end_the_other_sessions(camille, nadia):
    here, elsewhere = enter(camille.email)[0], enter(camille.email)[0]
    changed = here.post(
        "/compte/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "une phrase toute neuve et longue",
            "password2": "une phrase toute neuve et longue",
        },
    )
    assert changed.status_code == 302
    assert [client.get(HOME).status_code for client in (here, elsewhere)] == [200, 302]
    people.change_person(camille, by=nadia, role=Role.VIEWER, team=None)
    assert here.get(HOME).status_code == 302


# — the second factor (E11)


def test_the_second_factor_is_asked_whichever_door_is_used(camille):
    secret = with_second_factor(camille)
    by_password, answer = enter(camille.email)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert by_password.get(HOME).status_code == 302
    by_code = Client()
    by_code.post("/compte/login/code/", {"email": camille.email})
    (code,) = re.findall(r"\b[A-Z0-9]{4}-?[A-Z0-9]{4}\b", mail.outbox[-1].body)
    by_code.post("/compte/login/code/confirm/", {"code": code})
    assert by_code.get(HOME).status_code == 302
    assert by_password.post(reverse("mfa_authenticate"), {"code": code_for(secret)}).status_code == 302
    assert by_password.get(HOME).status_code == 200


def test_a_reset_link_is_opened_many_times_logs_nobody_in_and_skips_no_factor(camille):
    with_second_factor(camille)
    Client().post("/compte/password/reset/", {"email": camille.email})
    (link,) = RESET_LINK.findall(mail.outbox[-1].body)
    for _ in range(50):
        scanner = Client()
        scanner.get(link, follow=True)
        assert scanner.get(HOME).status_code == 302
    person = Client()
    form = person.get(link, follow=True).redirect_chain[-1][0]
    new = "une autre phrase longue"
    assert person.post(form, {"password1": new, "password2": new}).status_code == 302
    assert person.get(HOME).status_code == 302
    assert enter(camille.email, new, person)[1]["Location"] == reverse("mfa_authenticate")
    assert person.get(HOME).status_code == 302


def test_a_code_serves_once(camille):
    secret = with_second_factor(camille)
    code = code_for(secret)
    statuses = []
    for _ in range(2):
        client, _answer = enter(camille.email)
        statuses.append(client.post(reverse("mfa_authenticate"), {"code": code}).status_code)
    assert statuses == [302, 200]


def test_secrets_of_the_second_factor_are_sealed(camille):
    secret = with_second_factor(camille)
    RecoveryCodes.activate(camille)
    stored = {row.type: row.data for row in Authenticator.objects.order_by("type")}
    assert secret not in str(stored)
    assert vault.unseal(stored["totp"]["secret"]) == secret
    assert len(vault.unseal(stored["recovery_codes"]["seed"])) == 80


def test_recovery_codes_are_shown_once(camille):
    with_second_factor(camille)
    RecoveryCodes.activate(camille)
    client = Client()
    client.force_login(camille)
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    shown = [client.get("/compte/2fa/recovery-codes/").content.decode() for _ in range(2)]
    assert [codes[0] in page for page in shown] == [True, False]
    assert client.get("/compte/2fa/recovery-codes/download/").status_code == 403


@pytest.mark.parametrize(
    ("role", "tested", "asked"), [(Role.MANAGER, True, True), (Role.MANAGER, False, False), (Role.RECEPTION, True, False)]
)
def test_who_owes_a_second_factor_reaches_nothing_but_enrolment_once_mail_works(company, camille, role, tested, asked):
    Company.objects.update(second_factor_roles=["manager", "accountant"], smtp_tested_at=clock.now() if tested else None)
    User.objects.filter(pk=camille.pk).update(role=role)
    client, _answer = enter(camille.email)
    for page in (HOME, "/profil/jetons/" if role == Role.MANAGER else HOME, "/compte/sessions/", "/compte/password/change/"):
        answer = client.get(page)
        assert (answer.status_code == 302 and answer["Location"] == reverse("mfa_activate_totp")) == asked
    assert client.get("/compte/2fa/totp/activate/")["Location"].startswith("/compte/reauthenticate/")


def test_outside_the_demonstration_those_who_hold_keys_and_money_owe_a_second_factor():
    with override_settings(DEMO=False):
        assert Company().second_factor_roles == ["accountant", "manager"]
    assert Company().second_factor_roles == []


# — the demonstration


def test_a_card_opens_the_demonstration_in_one_click():
    User.objects.create_user("accueil@demo.example", name="Camille", role=Role.RECEPTION).verify_address()
    client = Client()
    page = client.get(LOGIN).content.decode()
    assert page.count('name="email" value="accueil@demo.example"') == 1
    assert client.post("/demo/entrer/", {"email": "accueil@demo.example"}).status_code == 302
    assert client.get(HOME).status_code == 200


def test_no_card_opens_anything_else(nadia):
    assert Client().post("/demo/entrer/", {"email": nadia.email}).status_code == 404


def test_outside_the_demonstration_no_card_and_no_door():
    User.objects.create_user("accueil@demo.example", name="Camille", role=Role.RECEPTION).verify_address()
    with override_settings(DEMO=False):
        assert Client().post("/demo/entrer/", {"email": "accueil@demo.example"}).status_code == 404
        assert Client().get(LOGIN).content.decode().count("accueil@demo.example") == 0


# — the rest of the doors


@pytest.mark.parametrize(
    "path", ["/compte/signup/", "/compte/inactive/", "/compte/email/", "/compte/confirm-email/", "/compte/password/set/"]
)
def test_doors_the_house_does_not_use_are_walled_up(as_nadia, path):
    assert [Client().get(path).status_code, as_nadia.get(path).status_code] == [404, 404]


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example"]
)
def test_nobody_is_sent_elsewhere(camille, as_camille, evil):
    assert enter(camille.email, client=Client())[1]["Location"] == "/"
    answer = Client().post(LOGIN, {"login": camille.email, "password": PASSWORD, "next": evil})
    assert answer["Location"] == "/"
    assert as_camille.post("/profil/preferences/", {"theme": "dark", "next": evil})["Location"] == "/"


def test_the_journal_tells_who_came_from_where(camille):
    enter(camille.email, "faux")
    enter(camille.email)
    enter("mot de passe tapé trop vite", "x")
    lines = list(AuditEntry.objects.order_by("id").values_list("event", "subject", "address"))
    assert lines == [("login.failed", camille.email, "127.0.0.1"), ("login.succeeded", camille.email, "127.0.0.1")]
