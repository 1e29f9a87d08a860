"""A customer file goes in: once, wholly accounted for, and out again where nobody touched it."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import AuditEntry
from config import jobs
from crm import search, timeline
from crm.commitments import promise
from crm.contacts import add_contact
from crm.customers import create_customer, edit_customer, tag_customers
from crm.importing import receiving, reports, running, undoing
from crm.models import Contact, Customer, DuplicateCandidate, ImportBatch, ImportLine, Interaction, SearchEntry, Tag
from crm.models.timeline import Kind, Visibility
from lib import clock
from lib.errors import Refusal
from tests.files import customer_file

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"
State = ImportBatch.State


def receive(content, by=None, **options):
    """Give a file in, as a person or the command does."""
    content = content.encode() if isinstance(content, str) else content
    return receiving.receive_file(file=ContentFile(content, "clients.csv"), filename="clients.csv", by=by, **options)


def tried(batch, **options):
    """Settle the columns as proposed and run the trial."""
    options = {"default_type": batch.default_type, "by": batch.by} | options
    receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), **options)
    return running.carry_on(batch.pk)


def imported(content, by=None, **options):
    """The whole way of a file."""
    batch = tried(receive(content, by, **options))
    running.start_import(batch, by=by)
    return running.carry_on(batch.pk)


def outcomes(batch):
    """Line → outcome."""
    return dict(batch.lines.order_by("line").values_list("line", "outcome"))


def undone(batch, by=None):
    """The whole way back."""
    undoing.start_undo(batch, by=by)
    return running.carry_on(batch.pk)


SMALL = "Code client;Raison sociale;E-mail;Ville\nA1;Menuiserie Le Goff;anne@legoff.example;Nantes\nA2;M. Diallo;;Rennes\n"


def test_a_real_file_goes_in_as_its_trial_said(karim):
    batch = tried(receive(customer_file.content(), karim))
    assert (batch.state, batch.encoding, batch.delimiter, batch.total) == (State.CHECKED, "cp1252", ";", 240)
    assert Customer.objects.count() == 0
    said = outcomes(batch)
    assert reports.told(batch) == (
        f"240 lignes lues{NBSP}: 233 clients à ajouter (dont {batch.counts['queued']} doublons possibles à examiner), "
        "2 déjà présents, 5 lignes refusées."
    )
    running.start_import(batch, by=karim)
    batch = running.carry_on(batch.pk)
    assert (batch.state, batch.position) == (State.DONE, 240)
    assert outcomes(batch) == said
    assert Customer.objects.count() == 233 == reports.added(batch)
    assert list(Customer.objects.order_by("reference").values_list("reference", flat=True)) == [
        f"C{number:05d}" for number in range(1, 234)
    ]


def test_accents_ligatures_and_line_breaks_come_through(karim):
    imported(customer_file.content(), karim)
    assert Customer.objects.filter(name__contains="Kerbœuf").exists()
    assert Customer.objects.filter(name__contains="D’Hervé").exists()
    assert Customer.objects.filter(note="Préfère le matin\nNe pas appeler le mercredi").exists()


def test_the_same_file_twice_adds_nothing(karim):
    first = imported(customer_file.content(), karim)
    again = imported(customer_file.content(), karim, default_type="consumer")
    assert Customer.objects.count() == reports.added(first)
    assert again.counts["skipped"] == 235
    assert reports.added(again) == 0


def test_every_line_is_accounted_for_once(karim):
    batch = imported(customer_file.content(), karim)
    assert sum(batch.counts[outcome] for outcome in ("created", "queued", "skipped", "refused")) == batch.lines.count() == 240
    assert {line.customer_id for line in batch.lines.filter(outcome__in=("created", "queued"))} == set(
        Customer.objects.values_list("pk", flat=True)
    )


LIKE_GESTURES = (
    "Raison sociale;E-mail;Tél.;CP;Ville;Adresse;Type;Étiquettes\n"
    "SARL Le Goff;anne@legoff.example;0240123456;44000;Nantes;12 quai Est;pro;\n"
    "M. Amadou Diallo;diallo@example.org;;35000;Rennes;;particulier;fidèle\n"
)


def by_import(by):
    """The rows as the import writes them."""
    imported(LIKE_GESTURES, by)


def by_gestures(by):
    """The same clients, one gesture after the other."""
    create_customer(
        by=by, name="SARL Le Goff", email="anne@legoff.example", phone="+33240123456", postal_code="44000", city="Nantes",
        address="12 quai Est", type="professional",
    )  # fmt: skip
    diallo = create_customer(
        by=by, name="M. Amadou Diallo", email="diallo@example.org", postal_code="35000", city="Rennes", type="consumer"
    )
    diallo.tags.add(Tag.objects.create(name="fidèle"))  # worn at birth: the line of the file says it, nothing changed since


def test_imported_rows_are_those_of_the_gestures(karim):
    worlds = []
    for build in (by_import, by_gestures):
        with transaction.atomic():
            build(karim)
            worlds.append({model.__name__: rows_of(model) for model in (Customer, Contact, Interaction, SearchEntry, Tag)})
            worlds[-1]["tags"] = list(Customer.objects.order_by("pk").values_list("name", "tags__name"))
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1]
    assert [len(rows) for rows in worlds[0].values()] == [2, 1, 2, 3, 1, 2]


def rows_of(model):
    """The rows of a table without what differs by nature: keys, moments, the batch they come from."""
    own = {"id", "public_id", "import_batch", "created_at", "updated_at", "occurred_at", "recorded_at", "customer", "ref"}
    fields = [field.attname for field in model._meta.concrete_fields if field.name not in own]
    return sorted(model.objects.order_by("pk").values(*fields), key=str)


@pytest.mark.parametrize(
    ("existing", "line", "why"),
    [
        ({"external_reference": "A1", "name": "Autre"}, "A1;Le Goff;;", "même code client"),
        ({"siret": "73282932000074", "siren": "732829320", "name": "Autre"}, ";Le Goff;;73282932000074", "même SIRET"),
        ({"name": "LE GOFF", "email": "Anne@legoff.example"}, ";Le Goff;anne@legoff.example;", "même nom et même e-mail"),
        ({"name": "Le Goff"}, "C00001;Le Goff;;", "même référence"),
    ],
)
def test_only_identical_lines_are_skipped_and_told(karim, existing, line, why):
    create_customer(by=karim, **existing)
    batch = imported(f"Code client;Raison sociale;E-mail;SIRET\n{line}\n", karim)
    assert Customer.objects.count() == 1
    assert batch.lines.get().message == f"Déjà présent{NBSP}: C00001 {existing['name']} ({why})"


@pytest.mark.parametrize(
    ("existing", "line"),
    [
        ({"name": "Menuiserie Le Goff"}, ";Le Goff Menuiserie;;"),
        ({"siret": "73282932000074", "siren": "732829320", "name": "Autre"}, ";Le Goff;;73282932000082"),
        ({"name": "Le Goff", "email": "anne@legoff.example"}, ";Un autre nom;anne@legoff.example;"),
        ({"name": "Dupont", "email": "d@example.org"}, "C00001;Le Goff;d@example.org;"),
    ],
)
def test_what_merely_looks_alike_goes_in_and_waits_for_a_person(karim, existing, line):
    first = create_customer(by=karim, **existing)
    batch = imported(f"Code client;Raison sociale;E-mail;SIRET\n{line}\n", karim)
    if line.startswith("C00001"):  # our own reference and the same mail: the very same record
        assert (Customer.objects.count(), batch.lines.get().outcome) == (1, "skipped")
        return
    pair = DuplicateCandidate.objects.get()
    assert (pair.first, pair.import_batch, Customer.objects.count(), batch.lines.get().outcome) == (first, batch, 2, "queued")


def test_our_own_reference_in_another_firms_numbering_is_not_believed(karim):
    create_customer(by=karim, name="Menuiserie Le Goff")
    imported("Code client;Raison sociale\nC00001;M. Diallo\n", karim)
    assert Customer.objects.get(name="M. Diallo").external_reference == "C00001"


def test_two_lines_of_one_file_that_look_alike_are_queued_and_two_identical_ones_are_one(karim):
    batch = tried(receive("Nom;Tél\nLe Goff;0240123456\nDiallo;0240123456\nLe Goff;0240123456\n", karim))
    said = outcomes(batch)
    assert said == {2: "created", 3: "queued", 4: "skipped"}
    running.start_import(batch, by=karim)
    assert outcomes(running.carry_on(batch.pk)) == said
    assert DuplicateCandidate.objects.get().reasons == ["phone"]


def test_a_crash_in_the_middle_of_a_chunk_leaves_whole_chunks_and_resumes_where_it_was(karim, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 50)
    batch = tried(receive(customer_file.content(), karim))
    expected = outcomes(batch)
    running.start_import(batch, by=karim)
    real, calls = running.queue_near, []

    def crash(batch, customers):
        calls.append(1)
        if len(calls) == 3:
            raise MemoryError("the machine gives up after the rows were written")
        return real(batch, customers)

    monkeypatch.setattr(running, "queue_near", crash)
    with pytest.raises(MemoryError):
        running.carry_on(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.position, batch.lines.count()) == (State.FAILED, 100, 100)
    assert Customer.objects.count() == Interaction.objects.count() == reports.added(batch)
    assert batch.message == (
        f"Arrêté par une erreur après la ligne 100. Ce qui précède est en place{NBSP}; «{NBSP}Reprendre{NBSP}» continue ensuite."
    )
    running.start_import(batch, by=karim)
    batch = running.carry_on(batch.pk)
    assert (batch.state, outcomes(batch), Customer.objects.count()) == (State.DONE, expected, 233)


def test_a_slice_of_work_stops_and_is_taken_up_again(karim, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 60)
    whole = outcomes(tried(receive(customer_file.content(), karim)))
    batch = receive(customer_file.content(), karim)
    receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), default_type="", by=karim)
    positions = []
    while (batch := running.carry_on(batch.pk, seconds=0)).state in running.AT_WORK:
        positions.append(batch.position)
    assert (positions, batch.state, outcomes(batch)) == ([60, 120, 180], State.CHECKED, whole)
    running.start_import(batch, by=karim)
    while (batch := running.carry_on(batch.pk, seconds=0)).state in running.AT_WORK:
        positions.append(batch.position)
    assert (positions[3:], outcomes(batch)) == ([60, 120, 180], whole)


def test_a_second_worker_finds_the_batch_taken(karim):
    batch = tried(receive(SMALL, karim))
    running.start_import(batch, by=karim)
    ImportBatch.objects.filter(pk=batch.pk).update(lease_until=clock.real_now() + timedelta(seconds=30))
    assert running.carry_on(batch.pk) is None
    assert running.waiting(clock.real_now()) == []
    assert running.waiting(clock.real_now() + timedelta(seconds=31)) == [batch.pk]


def test_a_worker_that_lost_its_lease_writes_nothing(karim, monkeypatch):
    batch = tried(receive(SMALL, karim))
    running.start_import(batch, by=karim)
    worker = running._claim(batch.pk)
    ImportBatch.objects.filter(pk=batch.pk).update(lease_until=clock.real_now() - timedelta(seconds=1))
    assert running.carry_on(batch.pk).state == State.DONE
    with pytest.raises(running.Lost):
        worker.work(10, None)
    assert Customer.objects.count() == 2


def test_the_statements_of_a_chunk_do_not_grow_with_its_rows(karim, django_assert_max_num_queries):
    batch = tried(receive(customer_file.content(20), karim))
    running.start_import(batch, by=karim)
    with django_assert_max_num_queries(60) as small:
        running.carry_on(batch.pk)
    batch = tried(receive(customer_file.content(24, seed=7), karim))
    running.start_import(batch, by=karim)
    with django_assert_max_num_queries(len(small) + 4):
        running.carry_on(batch.pk)


def test_undo_removes_what_nobody_touched_and_says_why_the_rest_stays(karim, camille):
    before = create_customer(by=camille, name="Avant")
    content = "Nom\n" + "Intact\nAppel\nPromesse\nChange\nContact\nEtiquette\nReserve\n"
    batch = imported(content, karim)
    of = {customer.name: customer for customer in Customer.objects.order_by("pk")}
    with_words(of["Appel"], camille)
    promise(of["Promesse"], owed_by="us", what="Rappeler", due_on=clock.today(), by=camille, record=False)
    edit_customer(of["Change"], by=camille, city="Nantes")
    add_contact(of["Contact"], by=camille, last_name="Le Goff")
    tag_customers([of["Etiquette"]], tag=Tag.objects.create(name="fidèle"), by=camille)
    with_words(of["Reserve"], camille, visibility=Visibility.ME)
    told = undoing.reasons_to_keep(batch, list(undoing.touched(batch)))
    assert sorted(customer.name for customer in undoing.untouched(batch)) == ["Intact"]
    day = f"{clock.local(clock.now()):%-d}"
    assert told[of["Appel"].pk].startswith(f"Camille a consigné un échange (appel) le {day}")
    assert told[of["Change"].pk].startswith(f"Fiche modifiée par Camille le {day}")
    batch = undone(batch, karim)
    assert (batch.state, batch.counts["removed"], batch.counts["kept"]) == (State.UNDONE, 1, 6)
    assert set(Customer.objects.values_list("name", flat=True)) == {before.name, *of} - {"Intact"}
    reasons = dict(batch.lines.filter(outcome="kept").values_list("label", "message"))
    assert reasons["Promesse"] == "Un engagement a été pris"
    assert reasons["Etiquette"].startswith(f"Fiche modifiée par Camille le {day}")
    assert reasons["Reserve"] == reasons["Appel"]
    assert AuditEntry.objects.filter(event="import.undone").get().data == {"batch": batch.public_id, "removed": 1, "kept": 6}


def with_words(customer, by, **options):
    """Somebody logs a call."""
    timeline.record(customer=customer, kind=Kind.CALL, summary="Appel", by=by, body="mot secret", **options)


def test_undo_of_an_untouched_file_leaves_the_base_as_it_was(karim, le_goff):
    before = counts()
    batch = undone(imported(customer_file.content(), karim), karim)
    assert counts() == before
    assert (batch.counts["removed"], set(batch.lines.values_list("outcome", flat=True))) == (
        233,
        {"removed", "skipped", "refused"},
    )
    assert imported(customer_file.content(), karim).counts["created"] > 200


def counts():
    return [model.objects.count() for model in (Customer, Contact, Interaction, SearchEntry, DuplicateCandidate)]


def test_undo_waits_for_the_end_and_is_asked_once(karim):
    batch = tried(receive(SMALL, karim))
    with pytest.raises(Refusal):
        undoing.start_undo(batch, by=karim)
    batch = imported(SMALL.replace("A1", "B1").replace("A2", "B2"), karim)
    undone(batch, karim)
    assert undoing.start_undo(batch, by=karim).state == State.UNDONE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Ce fichier est vide. Exportez-le à nouveau, avec une ligne de titres et une ligne par client."),
        (b"Nom;Ville\n", "Ce fichier n’a que des titres, aucune ligne à importer."),
        (
            b"PK\x03\x04rest",
            f"C’est un classeur, pas un fichier CSV. Dans le tableur, choisissez «{NBSP}Enregistrer sous{NBSP}», puis CSV.",
        ),
        (
            b"%PDF-1.7\n",
            "Ce fichier n’est pas un tableau. Ouvrez-le dans votre tableur et enregistrez-le en CSV, puis envoyez-le.",
        ),
        (b"a\x00b\x00;\x00\n", "Ce fichier n’est pas un texte. Exportez-le en CSV depuis votre tableur ou votre logiciel."),
        (
            b"Le Goff;anne@legoff.example\nDiallo;d@example.org\n",
            "La première ligne de ce fichier n’est pas une ligne de titres. Ajoutez-en une (Nom, E-mail, Ville…), puis recommencez.",
        ),
    ],
)
def test_what_is_no_table_of_customers_is_refused_whole(content, message):
    with pytest.raises(Refusal) as refusal:
        receive(content)
    assert refusal.value.message == message
    assert (ImportBatch.objects.count(), default_storage.exists("imports") and default_storage.listdir("imports")[1]) in [
        (0, False),
        (0, []),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b'Nom;Ville\nLe Goff;Nantes\n"Diallo;Rennes\n', id="a quote never closed"),
        pytest.param(b"Nom;Ville\nLe Goff;" + b"x" * 10_000_000 + b"\n", id="a cell of ten megabytes"),
        pytest.param("Nom;Ville\nLe Goff;Évry\n".encode("utf-16")[2:], id="no mark, two bytes a letter"),
    ],
)
def test_a_broken_file_imports_nothing(broken):
    with pytest.raises(Refusal):
        receive(broken)
    assert (ImportBatch.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        pytest.param('Nom,Remise\nLe Goff,"2,5"\n'.encode("utf-8-sig"), ["Le Goff"], id="comma, mark, decimal comma"),
        pytest.param("Nom\tVille\nCœur d’Été\tÉvry\n".encode("utf-16"), ["Cœur d’Été"], id="UTF-16, tabs"),
        pytest.param(
            b"Nom;Ville;Ville\nLe Goff;Nantes;Rennes\nDiallo\nTrop;a;b;c;d\n", ["Diallo", "Le Goff"], id="ragged, headers twice"
        ),
        pytest.param(b"Nom;Note\n=cmd|' /C calc'!A0;+33\n", ["=cmd|' /C calc'!A0"], id="a formula is only text"),
    ],
)
def test_files_as_firms_have_them_go_in(content, names):
    imported(content)
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(names)


def test_the_report_is_a_table_that_does_no_harm(karim):
    batch = imported("Nom;E-mail\n=HYPERLINK(1);\nDiallo;@@\n", karim)
    text = b"".join(reports.csv_report(batch)).decode("utf-8-sig")
    assert text.splitlines() == [
        '"Ligne";"Client";"Résultat";"Explication";"Référence"',
        '"2";"\'=HYPERLINK(1)";"ajouté";"";"C00001"',
        f'"3";"Diallo";"refusé";"E-mail{NBSP}: Ce champ attend une seule adresse e-mail. Ajoutez l’autre dans un second contact.";""',
    ]


def test_columns_may_be_corrected_until_the_import(karim):
    batch = receive("Truc;Machin\nLe Goff;Nantes\n", karim)
    with pytest.raises(Refusal) as refusal:
        receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), default_type="", by=karim)
    assert (
        refusal.value.message == f"Indiquez quelle colonne porte le nom du client{NBSP}: sans nom, aucune ligne ne peut entrer."
    )
    receiving.choose_columns(batch, mapping={0: "name", 1: "city"}, default_type="public", by=karim)
    batch = running.carry_on(batch.pk)
    running.start_import(batch, by=karim)
    running.carry_on(batch.pk)
    assert Customer.objects.values_list("name", "city", "type").get() == ("Le Goff", "Nantes", "public")
    with pytest.raises(Refusal):
        receiving.choose_columns(batch, mapping={0: "name"}, default_type="", by=karim)


def test_raw_files_go_after_thirty_days_and_reports_after_three_years(karim):
    batch = imported(SMALL, karim)
    left = tried(receive("Nom\nJamais importé\n", karim))
    assert receiving.drop_old_files(clock.now() + timedelta(days=29)) == 0
    assert receiving.drop_old_files(clock.now() + timedelta(days=31)) == 2
    assert not ImportBatch.objects.filter(pk=left.pk).exists()
    batch.refresh_from_db()
    assert (batch.stored_as, batch.lines.count(), default_storage.listdir("imports")[1]) == ("", 2, [])
    receiving.drop_old_files(clock.now() + timedelta(days=3 * 366))
    assert (ImportBatch.objects.count(), ImportLine.objects.count(), Customer.objects.count()) == (0, 0, 2)


def test_the_command_tries_imports_and_reports(tmp_path, karim, capsys):
    source, report = tmp_path / "clients.csv", tmp_path / "out.json"
    source.write_bytes(customer_file.content())
    call_command("import_customers", str(source), "--dry-run", "--report", str(report))
    assert (json.loads(report.read_text())["added"], Customer.objects.count(), ImportBatch.objects.count()) == (233, 0, 0)
    call_command("import_customers", str(source), "--report", str(report), "--user", "KARIM@demo.example")
    found = json.loads(report.read_text())
    assert (found["total"], found["added"], found["skipped"], found["refused"], len(found["lines"])) == (240, 233, 2, 5, 240)
    assert found["lines"][0] == {
        "line": 2,
        "outcome": "created",
        "reason": "",
        "reference": "C00001",
        "name": found["lines"][0]["name"],
    }
    assert ImportBatch.objects.get().by == karim
    call_command("import_customers", str(source))
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"clients.csv{NBSP}: 240 lignes lues{NBSP}: aucun client ajouté, 235 déjà présents, 5 lignes refusées."
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"Titre inconnu\nvaleur\n"])
def test_the_command_refuses_a_file_as_a_whole_with_code_two(tmp_path, content):
    source = tmp_path / "clients.csv"
    source.write_bytes(content)
    with pytest.raises(CommandError) as refusal:
        call_command("import_customers", str(source))
    assert (refusal.value.returncode, ImportBatch.objects.count()) == (2, 0)
    with pytest.raises(CommandError) as refusal:
        call_command("import_customers", str(tmp_path / "absent.csv"))
    assert refusal.value.returncode == 2


def test_the_lookups_of_a_chunk_use_their_indexes():
    """PostgreSQL walks through tables as small as these: here it is asked what it would do if it could not."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for name in ("external_reference", "siren", "email_key"):
        plan = Customer.objects.filter(~Q((name, "")), **{f"{name}__in": ["a", "b"]}).order_by().explain()
        assert re.search(rf"(?i:index|scan (?:using|on)) customer_{name}\b", plan), plan
    plan = ImportLine.objects.filter(~Q(row_hash=""), row_hash__in=["a"]).order_by().explain()
    assert re.search(r"(?i:index|scan (?:using|on)) import_row_hash\b", plan), plan


def test_the_bell_and_the_sweep_finish_what_a_page_began(karim, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(running, "CHUNK", 60)
    batch = receive(customer_file.content(), karim)
    receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), default_type="", by=karim)
    with django_capture_on_commit_callbacks(execute=True) as rung:
        batch = running.begin(batch, seconds=0)
    assert (len(rung), batch.position) == (1, 60)
    batch.refresh_from_db()
    assert batch.state == State.CHECKED
    running.start_import(batch, by=karim)
    jobs.resume_imports()
    batch.refresh_from_db()
    assert (batch.state, reports.added(batch)) == (State.DONE, 233)


def test_a_customer_is_found_by_the_code_of_the_former_software(karim):
    imported(SMALL, karim)
    assert [hit.customer.name for hit in search.find(karim, "A1").customers] == ["Menuiserie Le Goff"]
