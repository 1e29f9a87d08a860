"""The language of a client: chosen on any page, before or after they come in, kept with them, never by a GET."""

import re

import pytest
import zeal
from django.core import mail
from django.test import Client

from accounts.models import User
from crm import access
from crm.models import Contact, Interaction
from crm.personal_links import key_of
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in
from tests.portal.conftest import followed, past

pytestmark = pytest.mark.django_db
PLACE = "/langue/"
BACK = {"headers": {"referer": "http://testserver/espace/documents/"}}


@pytest.fixture
def person(invoice) -> Contact:
    return Contact.objects.get(customer=invoice.customer)


@pytest.fixture
def his(person, nadia) -> Client:
    """M. Diallo's browser."""
    return signed_in(access.invite(person, by=nadia).user)


def test_chosen_in_the_space_it_is_theirs_and_the_record_s(his, person):
    assert ("Vos documents" in text_of(his.get("/espace/documents/")), "English" in text_of(his.get("/espace/documents/"))) == (
        True, True,
    )  # fmt: skip
    answer = his.post(PLACE, {"language": "en"}, **BACK)
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/espace/documents/")
    person.refresh_from_db()
    assert (User.objects.get(email=person.email).language, person.language) == ("en", "en")
    shown = text_of(his.get("/espace/documents/"))
    assert ("Your documents" in shown, "Français" in shown) == (True, True)
    his.post(PLACE, {"language": "fr"}, **BACK)
    person.refresh_from_db()
    assert (person.language, "Vos documents" in text_of(his.get("/espace/documents/"))) == ("fr", True)
    assert Interaction.objects.filter(customer=person.customer, summary="Contact modifié").count() == 2


def test_chosen_at_the_door_they_come_in_with_it(person, nadia):
    user = access.invite(person, by=nadia).user
    browser = Client()
    assert "English" in text_of(browser.get("/compte/login/code/"))
    browser.post(PLACE, {"language": "en"}, headers={"referer": "http://testserver/compte/login/code/"})
    assert ("Français" in text_of(browser.get("/compte/login/code/")), browser.session["language"]) == (True, "en")
    answer = browser.post("/compte/login/code/", {"email": user.email})
    (letter,) = mail.outbox
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", letter.body.split("code", 1)[1])
    assert code is not None
    with zeal.zeal_ignore([{"model": "account.EmailAddress", "field": "*"}]):  # allauth asks twice
        assert browser.post(answer["Location"], {"code": code[0]})["Location"] == "/espace/"
    user.refresh_from_db()
    assert (user.language, "language" in browser.session, "Your documents" in text_of(browser.get("/espace/documents/"))) == (
        "en", False, True,
    )  # fmt: skip


def test_the_reader_of_a_mailed_link_chooses_for_this_browser_alone(reader, link, person):
    browser, place = reader
    for wanted, said in (("en", "your question"), ("fr", "votre question")):
        answer = browser.post(PLACE, {"language": wanted, "next": place})
        assert (answer["Location"], answer.cookies["django_language"]["httponly"], answer.cookies["django_language"]["samesite"]) == (
            place, True, "Lax",
        )  # fmt: skip
        assert said in text_of(browser.get(place)).lower()
    person.refresh_from_db()
    assert person.language == ""


def test_a_link_speaks_the_language_its_mail_was_written_in(link, person):
    Contact.objects.filter(pk=person.pk).update(language="en")
    browser, place = followed(link)
    assert '<html lang="en">' in browser.get(place).content.decode()
    browser.post(PLACE, {"language": "fr", "next": place})
    assert '<html lang="fr">' in browser.get(place).content.decode()


def test_a_refused_form_and_a_dead_link_lead_back_to_a_page(reader, link):
    browser, place = reader
    answer = browser.post(f"{place}en-parler/", {"help": "word", "words": ""})
    assert f'<input type="hidden" name="next" value="{place}">' in answer.content.decode()
    past(link)
    key = key_of(link.public_id)
    again = browser.post(PLACE, {"language": "en"}, headers={"referer": f"http://testserver/f/{key}/nouveau/"})
    assert again["Location"] == f"/f/{key}/"


@pytest.mark.parametrize(
    "said",
    [{"language": "xx"}, {}, {"language": "en", "next": "https://evil.example/"}, {"language": "en", "next": "/nowhere/at/all/"}],
)
def test_what_is_wrong_changes_no_page_and_leads_nowhere_else(said):
    browser = Client()
    answer = browser.post(PLACE, said)
    assert (answer.status_code, answer["Location"]) == (302, "/espace/")
    assert ("django_language" in answer.cookies) == (said.get("language") == "en")


def test_a_get_changes_nothing_and_a_stranger_s_form_is_refused(his):
    assert his.get(f"{PLACE}?language=en").status_code == 405
    assert Client(enforce_csrf_checks=True).post(PLACE, {"language": "en"}).status_code == 403


def test_a_demonstration_says_so_on_every_page_of_a_client_and_a_real_house_never(his, reader, settings):
    browser, place = reader
    pages = [(his, "/espace/"), (his, "/espace/messages/"), (browser, place), (Client(), f"/f/{'A' * 43}/")]
    for demo in (True, False):
        settings.DEMO = demo
        assert [("SPÉCIMEN" in text_of(one.get(page))) for one, page in pages] == [demo] * 4
