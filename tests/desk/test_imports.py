"""The pages of an import: without a script, within their budget, closed to whoever may not import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.importing import running
from crm.models import Customer, ImportBatch
from tests.files import customer_file

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def all_the_time(monkeypatch):
    """A slow machine takes its time."""
    monkeypatch.setattr(running, "AT_ONCE", 600)


def send(browser, content, name="clients.csv"):
    """Send a file through the form."""
    return browser.post("/imports/", {"file": SimpleUploadedFile(name, content), "default_type": "", "source": ""})


def tried(browser, content=None):
    """Send a file and have it tried as proposed; returns its address."""
    columns = send(browser, content or customer_file.content())["Location"]
    return browser.post(columns, {"default_type": ""})["Location"]


def test_the_whole_way_without_a_script(as_karim, karim):
    columns = send(as_karim, customer_file.content())["Location"]
    page = as_karim.get(columns)
    assert page.context["doubts"] == 0
    url = as_karim.post(columns, {"default_type": "", "c17": "ignore"})["Location"]
    page = as_karim.get(url)
    assert page.context["import_words"] == "Importer les 233 lignes"
    assert Customer.objects.count() == 0
    as_karim.post(f"{url}importer/")
    page = as_karim.get(url)
    assert page.context["told"].startswith(f"240 lignes lues{NBSP}: 233 clients ajoutés")
    assert Customer.objects.filter(payment_days__isnull=False).count() == 0
    assert ImportBatch.objects.get().by == karim
    page = as_karim.get(f"{url}annuler/")
    assert (page.context["going"], page.context["staying"]) == (233, 0)
    as_karim.post(f"{url}annuler/")
    assert as_karim.get(url).context["told"] == f"Import annulé{NBSP}: 233 fiches retirées."


def test_a_file_that_is_no_table_is_refused_beside_its_field(as_karim):
    answer = send(as_karim, b"PK\x03\x04rest", "clients.xlsx")
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == [
        f"C’est un classeur, pas un fichier CSV. Dans le tableur, choisissez «{NBSP}Enregistrer sous{NBSP}», puis CSV."
    ]
    assert ImportBatch.objects.count() == 0


def test_a_matching_that_cannot_serve_is_shown_again_as_it_was_chosen(as_karim):
    columns = send(as_karim, b"Nom;Ville\nLe Goff;Nantes\n")["Location"]
    answer = as_karim.post(columns, {"default_type": "", "c0": "city", "c1": "city"})
    assert answer.status_code == 422
    assert [column.field for column in answer.context["columns"]] == ["city", "city"]
    assert answer.context["form"].non_field_errors() == [
        f"Les colonnes «{NBSP}Nom{NBSP}» et «{NBSP}Ville{NBSP}» vont au même endroit. Gardez-en une, et mettez l’autre ailleurs."
    ]


def test_a_header_that_lies_is_told_on_the_page(as_karim):
    columns = send(as_karim, b"Nom;T\xe9l\xe9phone\nLe Goff;a@legoff.example\nDiallo;d@example.org\nRiou;r@example.org\n")[
        "Location"
    ]
    page = as_karim.get(columns)
    assert page.context["doubts"] == 1
    assert f"La colonne «{NBSP}Téléphone{NBSP}» contient des adresses e-mail" in page.content.decode()


def test_work_left_to_the_worker_is_found_again_and_told_as_it_goes(as_karim, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 60)
    monkeypatch.setattr(running, "ring", lambda batch: None)
    columns = send(as_karim, customer_file.content())["Location"]
    monkeypatch.setattr(running, "begin", lambda batch: running.carry_on(batch.pk, seconds=0))
    url = as_karim.post(columns, {"default_type": ""})["Location"]
    page = as_karim.get(url)
    assert 'value="60"' in page.content.decode()
    part = as_karim.get(url, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="progress"')
    assert url in as_karim.get("/imports/").content.decode()
    running.carry_on(ImportBatch.objects.get().pk)
    assert as_karim.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_lines_are_read_by_result_and_by_page(as_karim):
    url = tried(as_karim)
    page = as_karim.get(url)
    assert (page.context["outcome"], len(page.context["lines"])) == ("refused", 5)
    page = as_karim.get(url, {"resultat": "created"})
    assert len(page.context["lines"]) == 50
    after = as_karim.get(page.context["more"].split("#")[0])
    assert after.context["lines"][0][0].line > page.context["lines"][-1][0].line
    assert as_karim.get(url, {"resultat": "'; DROP", "apres": "x" * 40}).context["outcome"] == "refused"


def test_the_report_is_downloaded_as_a_table(as_karim):
    answer = as_karim.get(f"{tried(as_karim)}rapport.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="rapport-clients.csv"'
    assert b"".join(answer.streaming_content).count(b"\r\n") == 241


def test_a_forgotten_file_leaves_nothing(as_karim):
    url = tried(as_karim)
    as_karim.post(f"{url}oublier/")
    assert ImportBatch.objects.count() == 0
    assert as_karim.get(url).status_code == 404


@pytest.mark.parametrize("path", ["", "colonnes/", "annuler/", "rapport.csv"])
def test_whoever_may_not_import_sees_nothing_of_it(as_karim, as_camille, path):
    url = tried(as_karim)
    assert as_camille.get("/imports/").status_code == 403
    assert as_camille.get(f"{url}{path}").status_code == 403
    assert as_camille.post(f"{url}importer/").status_code == 403
    assert as_karim.get(f"/imports/{'0' * 26}/{path}").status_code == 404
    assert Customer.objects.count() == 0


def test_the_pages_keep_their_budget(as_karim, django_assert_max_num_queries):
    columns = send(as_karim, customer_file.content())["Location"]
    url = columns.removesuffix("colonnes/")
    for path, most in (("/imports/", 5), (columns, 6)):
        with django_assert_max_num_queries(most):
            page = as_karim.get(path)
        assert len(page.content) < 100_000
    as_karim.post(columns, {"default_type": ""})
    as_karim.post(f"{url}importer/")
    for path, most in ((url, 6), (f"{url}?resultat=created", 6), (f"{url}annuler/", 15)):
        with django_assert_max_num_queries(most):
            page = as_karim.get(path)
        assert len(page.content) < 100_000


def test_a_file_of_a_hundred_columns_keeps_the_page_light(as_karim):
    header = ";".join(["Nom", *(f"Info {number}" for number in range(99))])
    columns = send(as_karim, f"{header}\nLe Goff;{';'.join(['x'] * 99)}\n".encode())["Location"]
    assert len(as_karim.get(columns).content) < 200_000


def test_the_files_sent_before_follow_page_by_page(as_karim, karim):
    made = ImportBatch.objects.bulk_create([ImportBatch(filename=f"f{number}.csv", size=1, by=karim) for number in range(60)])
    first = as_karim.get("/imports/")
    rest = as_karim.get(first.context["more"])
    seen = [row["batch"].filename for page in (first, rest) for row in page.context["batches"]]
    assert (seen, rest.context["more"]) == ([batch.filename for batch in reversed(made)], "")
    for forged in ("x", "9" * 40, "\x00"):
        assert len(as_karim.get("/imports/", {"apres": forged}).context["batches"]) == 50
