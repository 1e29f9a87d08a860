"""The record: what is shown, to whom, and at what cost."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Team, User
from crm.customers import create_customer
from crm.exchanges import correct_words, erase_interaction, log_interaction
from crm.merging import merge_customers
from crm.models import Contact, Customer, Email, Interaction
from desk.thread import Place
from tests.desk import lemoine
from tests.desk.reading import words
from tests.harness.personas import signed_in

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:"7" }}{% debug %}" \''
LIMIT = 15  # statements beside session and user


@pytest.fixture
def monday():
    """Monday 23 November 2026, 8 h 52 in Paris."""
    with time_machine.travel(lemoine.MONDAY, tick=False):
        yield


@pytest.fixture
def world(db, monday):
    return lemoine.build()


def record_of(customer, **query):
    return reverse("customer", args=[customer.public_id], query=query or None)


def statements(client, url):
    """How many statements a page costs, beside the session and the user."""
    client.get(url)  # compiles the templates
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200
    beside = [
        query
        for query in seen.captured_queries
        if '"django_session"' not in query["sql"] and 'FROM "accounts_user" WHERE "accounts_user"."id" = ' not in query["sql"]
    ]
    return len(beside), len(answer.content)


def test_the_head_says_who_this_is(world):
    page = signed_in(world.camille).get(record_of(world.customer))
    assert words(page, '<div class="page-head">', '<div class="record">') == (
        "Mme Anne Lemoine Particulière à Nantes, cliente depuis mars 2021. Préfère le téléphone, le matin. "
        f"Référence {world.customer.reference}. chantier en cours Écrire un e-mail E Nouvelle facture Une réclamation Modifier la fiche"
    )


def test_the_thread_tells_what_was_said_day_by_day(world):
    page = signed_in(world.camille).get(record_of(world.customer))
    assert words(page, '<div id="thread-rows">', "</section>") == (
        "Aujourd’hui, lundi 23 novembre "
        "Note de Thomas, poseur 8 h 10 "
        "Fournisseur joint : les deux charnières arrivent jeudi matin à l’atelier. Je peux passer chez elle jeudi à 14 h. "
        "Et ensuite : Poser les deux charnières, jeudi 26 novembre à 14 h, Thomas "
        "Vendredi 20 novembre "
        "Appel reçu d’Anne Lemoine, 6 min 16 h 42, Camille "
        "Deux charnières manquent depuis la livraison. Elle comprend le retard mais ne peut rien ranger. Je lui ai promis un rappel lundi "
        "avant 10 h, avec une date. Elle réglera la facture une fois les portes posées. inquiète "
        "Et ensuite : Rappeler avec une date, aujourd’hui avant 10 h, Camille "
        "De son côté : Régler la facture une fois les portes posées, lundi 30 novembre "
        "1 ligne automatique : engagement pris 16 h 48, engagement pris : Régler la facture une fois les portes posées, par Camille "
        "Vendredi 6 novembre "
        "E-mail reçu d’Anne Lemoine 11 h 05, Nadia "
        "« La livraison de mercredi est incomplète et personne ne m’a prévenue. J’ai dû m’en apercevoir seule. » mécontente "
        "Et ensuite : Répondre par écrit, mercredi 6 janvier 2027, Nadia "
        "Lundi 12 octobre "
        "3 lignes automatiques : fiche modifiée, fiche créée 9 h, fiche modifiée, par Camille "
        "9 h, fiche modifiée, par Camille 9 h, fiche créée, par Camille"
    )


def test_the_side_tells_what_is_owed_and_whom_to_reach(world):
    page = signed_in(world.camille).get(record_of(world.customer))
    assert words(page, '<section class="card" id="engagements"', '<section class="card" id="joindre"') == (
        "Engagements ajouter Les nôtres Rappeler avec une date aujourd’hui avant 10 h, Camille Tenu "
        "Poser les deux charnières jeudi 26 novembre à 14 h, Thomas Tenu "
        "Répondre par écrit mercredi 6 janvier 2027, Nadia Tenu "
        "Les siens Régler la facture une fois les portes posées lundi 30 novembre, dit vendredi à 16 h 42 C’est fait"
    )
    assert words(page, '<section class="card" id="joindre"', "</aside>") == (
        "Joindre ajouter Anne Lemoine décide, reçoit les factures, reçoit les relances 06 39 98 00 45 anne.lemoine@courriel.example "
        "Paul Lemoine, son mari paul@courriel.example adresse refusée Boîte inconnue du serveur présent pour les poses "
        "12 rue des Carmes 44000 Nantes Espace client : qui peut y entrer"
    )


@pytest.mark.parametrize("count", [10, 500, 3000])
def test_the_record_costs_the_same_whatever_its_history(world, count):
    lemoine.growing(world.customer, world.camille, count, words="Deux charnières manquent. " * 30)
    number, size = statements(signed_in(world.camille), record_of(world.customer))
    assert number <= LIMIT
    assert (number, size < 100_000) == (COST, True)


COST = 13  # the same at 10, 500 and 3 000 rows


def test_an_alias_costs_no_more_and_tells_its_history(world):
    twin = create_customer(by=world.camille, name="Anne Lemoine", type="consumer")
    log_interaction(twin, by=world.camille, kind="note", body="Dite sur l’autre fiche")
    merge_customers(kept=world.customer, alias=twin, by=world.nadia, reason="La même personne")
    client = signed_in(world.camille)
    answer = client.get(record_of(twin))
    assert (answer.status_code, answer.headers["Location"]) == (302, record_of(world.customer))
    assert "Dite sur l’autre fiche" in words(client.get(record_of(world.customer)))
    assert statements(client, record_of(world.customer))[0] <= LIMIT


def test_the_filters_show_people_alone_and_say_when_there_is_nothing(world):
    client = signed_in(world.camille)
    human = words(client.get(record_of(world.customer, fil="humain")), '<div id="thread-rows">', "</section>")
    assert ("ligne automatique" in human, "Note de Thomas" in human) == (False, True)
    empty = create_customer(by=None, name="Neuve")
    assert (
        words(client.get(record_of(empty, fil="humain")), '<div id="thread-rows">', "</section>")
        == "Rien de tel dans ce fil. « Tout » montre le reste."
    )
    pills = words(client.get(record_of(world.customer)), '<div class="thread-head">', '<div id="thread-rows">')
    assert pills == "Le fil Tout Humain"  # neither invoice nor complaint: no empty promise


@pytest.mark.parametrize("place", ["", "x", "1-", "-1", "99999999999999999999999-1", "1-2-3", "٣-٤", "-" * 50])
def test_a_place_nobody_wrote_is_the_beginning(world, place):
    answer = signed_in(world.camille).get(record_of(world.customer, avant=place, fil="<b>"))
    assert (answer.status_code, "Note de Thomas" in words(answer)) == (200, True)


def test_pages_follow_each_other_without_gap_nor_repeat(world):
    moment = lemoine.MONDAY - timedelta(days=40)
    Interaction.objects.bulk_create(
        Interaction(
            customer=world.customer,
            kind="note",
            author=world.camille,
            occurred_at=moment,
            recorded_at=moment,
            summary="Note",
            body=f"mot-{number}.",
        )
        for number in range(120)
    )
    client, url, seen = signed_in(world.camille), record_of(world.customer), []
    for _page in range(4):
        text = words(client.get(url), '<div id="thread-rows">', "</section>")
        seen += [word for word in text.split() if word.startswith("mot-")]
        older = client.get(url).context["page"].thread.older
        url = record_of(world.customer) + older
        if not older:
            break
    assert sorted(seen) == sorted(f"mot-{number}." for number in range(120))


def test_the_place_of_a_row_is_read_back():
    place = Place(lemoine.MONDAY, 42)
    assert Place.read(str(place)) == place


def test_words_kept_private_are_not_there_only_that_people_spoke(world):
    log_interaction(
        world.customer, by=world.nadia, kind="call", direction="in", body="Elle divorce", visibility="me", contact=world.anne
    )
    log_interaction(world.customer, by=world.nadia, kind="note", body="Le voisin est jaloux", visibility="me")
    seen = words(signed_in(world.camille).get(record_of(world.customer)), '<div id="thread-rows">', "</section>")
    assert ("divorce" in seen, "jaloux" in seen, "d’Anne Lemoine 8 h 52" in seen) == (False, False, False)
    assert "Appel reçu 8 h 52, Nadia Un échange réservé, voir Nadia." in seen
    assert seen.count("réservé") == 1  # a private note is not even told
    assert "Elle divorce" in words(signed_in(world.nadia).get(record_of(world.customer)))


def test_the_team_reads_what_is_for_the_team(world):
    team = Team.objects.create(name="Atelier")
    User.objects.filter(pk__in=[world.thomas.pk, world.nadia.pk]).update(team=team)
    thomas = User.objects.get(pk=world.thomas.pk)
    log_interaction(world.customer, by=thomas, kind="note", body="Prévoir deux personnes", visibility="team")
    seen = [
        "Prévoir deux" in words(signed_in(User.objects.get(pk=who.pk)).get(record_of(world.customer)))
        for who in (world.nadia, world.camille)
    ]
    assert seen == [True, False]


def test_corrected_words_show_what_they_were_and_erased_ones_say_why(world):
    correct_words(world.call, by=world.camille, body="Trois charnières manquent.", seen=0)
    client = signed_in(world.karim)
    seen = words(client.get(record_of(world.customer)))
    assert "Trois charnières manquent. inquiète" in seen
    assert "corrigé aujourd’hui, lire les mots d’avant Deux charnières manquent" in seen
    erase_interaction(world.call, by=world.nadia, reason="Donnée de santé")
    seen = words(client.get(record_of(world.customer)))
    assert ("charnières manquent" in seen, "Mots effacés aujourd’hui par Nadia : Donnée de santé" in seen) == (False, True)


def test_a_mail_tells_its_subject_its_words_and_its_state(world):
    row = log_interaction(world.customer, by=world.camille, kind="email", direction="out", contact=world.anne)
    mail = Email.objects.create(
        key="k", customer=world.customer, interaction=row, direction="out", state=Email.State.HELD, recipient_email="anne@example.org",
        subject="Votre pose de jeudi", text="Bonjour madame, nous passons jeudi à 14 h.", reason="L’adresse a été refusée hier", author=world.camille,
    )  # fmt: skip
    client = signed_in(world.camille)
    told = (
        "E-mail envoyé à Anne Lemoine 8 h 52, Camille Votre pose de jeudi Bonjour madame, nous passons jeudi à 14 h. "
        "retenu L’adresse a été refusée hier"
    )
    assert told in words(client.get(record_of(world.customer)))
    Email.objects.filter(pk=mail.pk).update(state=Email.State.SENT)
    assert "14 h. Aujourd’hui" not in words(client.get(record_of(world.customer)))


def test_long_words_are_cut_in_the_thread_and_whole_on_their_page(world):
    row = log_interaction(world.customer, by=world.camille, kind="note", body="mot " * 4000)
    client = signed_in(world.camille)
    assert words(client.get(record_of(world.customer))).count("mot ") < 200
    assert words(client.get(reverse("exchange", args=[row.public_id]))).count("mot ") >= 3999


def test_hostile_words_are_printed_as_they_are(world):
    text = HOSTILE
    Customer.objects.filter(pk=world.customer.pk).update(name=text, city=text[:100], note=text, preferred_moment=text[:80])
    Contact.objects.filter(pk=world.anne.pk).update(first_name=text[:80], last_name=text[:80], job_title=text[:80], note=text)
    log_interaction(world.customer, by=world.camille, kind="call", direction="in", body=text, contact=world.anne)
    page = signed_in(world.camille).get(record_of(world.customer))
    source = page.content.decode()
    assert ("<script>alert" in source, "<img src=x" in source, "1414" in source) == (False, False, False)
    assert words(page).count("<script>alert(1)</script>") >= 5


def test_who_only_reads_has_no_button_and_writes_nothing(world, lecture):
    client = signed_in(lecture)
    page = client.get(record_of(world.customer))
    assert ('class="card composer' in page.content.decode(), "Tenu" in words(page), "ajouter" in words(page)) == (
        False,
        False,
        False,
    )
    assert client.post(reverse("exchange_log", args=[world.customer.public_id]), {"kind": "note", "body": "x"}).status_code == 403
    assert not Interaction.objects.filter(body="x").exists()


def test_strangers_find_nothing(world, client):
    url = record_of(world.customer)
    assert client.get(url).status_code == 302
    contact = signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    missing = reverse("customer", args=["0" * 26])
    answers = [contact.get(url), signed_in(world.camille).get(missing)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_what_is_not_everyone_s_says_so_to_its_author(world):
    log_interaction(world.customer, by=world.nadia, kind="note", body="Le voisin est jaloux", visibility="me")
    page = signed_in(world.nadia).get(record_of(world.customer)).content.decode()
    assert page.count('<span class="tag plain">lisible par moi seulement</span>') == 1
