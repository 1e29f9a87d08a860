"""The door and one's own account, in a browser: from the first page to the second factor, in house clothes."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from accounts import people
from accounts.models import Role, User
from config.first_run import first_run_link
from tests.browser.pictures import axe, picture
from tests.harness.personas import PASSWORD


def test_the_door_of_the_demonstration(page: Page, camille: User, karim: User) -> None:
    page.goto("/compte/login/")
    assert axe(page) == []
    picture(page, "door")
    camille.email = "accueil@demo.example"
    camille.save()
    page.reload()
    expect(page.locator(".role-card strong")).to_have_text(["Camille"])
    picture(page, "door-demo")


def test_a_wrong_password_says_so_and_keeps_the_address(page: Page, camille: User) -> None:
    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill("camille@demo.example")
    page.get_by_label("Mot de passe").fill("pas celui-là")
    page.get_by_role("button", name="Entrer", exact=True).click()
    expect(page.get_by_label("Adresse e-mail")).to_have_value("camille@demo.example")
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe(page) == []
    picture(page, "door-refused")


def test_a_code_by_mail_and_a_forgotten_password(page: Page, camille: User) -> None:
    for path, name in (("login/code", "door-code"), ("password/reset", "door-forgotten"), ("password/reset/done", "door-sent")):
        page.goto(f"/compte/{path}/")
        assert axe(page) == []
        picture(page, name)


def test_my_account_and_the_second_factor(page: Page, sign_in: Callable[[Any], None], camille: User) -> None:
    sign_in(camille)
    for path, name in (
        ("/profil/", "account"),
        ("/compte/password/change/", "account-password"),
        ("/compte/sessions/", "account-sessions"),
        ("/compte/2fa/", "account-second-factor"),
        ("/compte/logout/", "account-logout"),
    ):
        page.goto(path)
        assert axe(page) == []
        picture(page, name)
    page.goto("/compte/2fa/totp/activate/")
    page.get_by_label("Mot de passe").fill(PASSWORD)  # is it really you?
    picture(page, "account-is-it-you")
    page.get_by_role("button", name="C’est bien moi").click()
    expect(page.get_by_role("heading", name="Relier votre téléphone")).to_be_visible()
    assert axe(page) == []
    picture(page, "account-totp")


def test_the_frame_opens_its_own_menu(page: Page, sign_in: Callable[[Any], None], nadia: User) -> None:
    sign_in(nadia)
    page.goto("/profil/")
    page.locator(".me > summary").click()
    assert axe(page) == []
    page.screenshot(path="pictures/frame-me-1440.png")
    page.keyboard.press("Escape")
    expect(page.locator(".me .panel")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_text("Plus", exact=True).click()
    assert axe(page) == []
    page.screenshot(path="pictures/frame-more-390.png")


def test_the_first_person_opens_the_house_and_the_second_accepts_an_invitation(
    page: Page, settings: Any, mailoutbox: Any
) -> None:
    settings.INSTALLATION_KIND = "real"
    page.goto(first_run_link().removeprefix(settings.PUBLIC_URL))
    page.get_by_label("Le nom de votre maison").fill("Atelier Morvan")
    page.get_by_label("Votre nom").fill("Nadia Morvan")
    page.get_by_label("Votre adresse e-mail").fill("nadia@maison.example")
    page.get_by_label("Choisissez un mot de passe").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page).to_have_url(re.compile("/compte/login/"))
    nadia = User.objects.get()
    people.invite(email="lea@maison.example", name="Léa Riou", role=Role.RECEPTION, by=nadia)
    link = re.search(r"/invitation/[\w-]+/", mailoutbox[-1].body)
    assert link is not None
    page.goto(link.group())
    page.get_by_label("Choisissez un mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Entrer dans la maison").click()
    expect(page).to_have_url(re.compile("/compte/login/"))
    assert User.objects.get(email="lea@maison.example").is_active
