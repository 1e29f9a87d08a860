"""The pages of an import, looked at and read by axe; and the way of a real file through them."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.customers import edit_customer
from crm.importing import running
from crm.models import Customer, ImportBatch
from tests.browser.pictures import axe, picture
from tests.files import customer_file


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine takes its time."""
    monkeypatch.setattr(running, "AT_ONCE", 600)


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """The firm's own file."""
    path = tmp_path / "clients-2026.csv"
    path.write_bytes(customer_file.content())
    return path


def test_a_windows_1252_file_of_240_lines_goes_in(page: Page, sign_in: Any, karim: Any, clients: Path) -> None:
    sign_in(karim)
    page.goto("/imports/")
    picture(page, "imports-vide")
    assert axe(page) == []
    page.get_by_label("Fichier CSV").set_input_files(clients)
    page.get_by_role("button", name="Lire ce fichier").click()
    picture(page, "imports-colonnes")
    assert axe(page) == []
    page.get_by_role("button", name="Essayer sans rien écrire").click()
    picture(page, "imports-essai")
    assert axe(page) == []
    page.get_by_role("button", name=re.compile("Importer les 233 lignes")).click()
    expect(page.get_by_text("233 clients ajoutés")).to_be_visible()
    picture(page, "imports-fait")
    assert axe(page) == []
    edit_customer(Customer.objects.get(external_reference="CL-0004"), by=karim, city="Nantes")
    page.get_by_role("link", name="Annuler cet import").click()
    picture(page, "imports-annuler")
    assert axe(page) == []
    page.get_by_role("button", name="Retirer les 232 fiches").click()
    expect(page.get_by_text("232 fiches retirées")).to_be_visible()
    picture(page, "imports-annule")
    page.goto("/imports/")
    picture(page, "imports-liste")
    assert axe(page) == []


def test_work_in_progress_is_seen_and_found_again(page: Page, sign_in: Any, karim: Any, clients: Path, monkeypatch: Any) -> None:
    sign_in(karim)
    page.goto("/imports/")
    page.get_by_label("Fichier CSV").set_input_files(clients)
    page.get_by_role("button", name="Lire ce fichier").click()
    monkeypatch.setattr(running, "begin", lambda batch: batch)  # no worker answers for now
    page.get_by_role("button", name="Essayer sans rien écrire").click()
    batch = ImportBatch.objects.get()
    picture(page, "imports-en-cours")
    assert axe(page) == []
    page.goto("/imports/")
    page.get_by_role("link", name="clients-2026.csv").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    running.carry_on(batch.pk)
    expect(page.get_by_role("button", name=re.compile("Importer les"))).to_be_visible(timeout=5000)
