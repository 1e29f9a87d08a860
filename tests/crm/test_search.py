"""Search: what people type is found as they would say it, newest first, and never tells what is hidden."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Role, Team, User
from crm import search, search_index, timeline
from crm.contacts import add_contact, edit_contact
from crm.customers import create_customer, edit_customer
from crm.models import Contact, Customer, Interaction, SearchEntry
from crm.models.timeline import Kind, Visibility
from lib import clock
from lib.folding import query

pytestmark = pytest.mark.django_db


@pytest.fixture
def le_goff(camille):
    return create_customer(
        by=camille,
        name="Menuiserie Le Goff",
        type="professional",
        email="contact@legoff.example",
        phone="+33639980045",
        siren="732829320",
        siret="73282932000074",
        postal_code="29000",
        city="Quimper",
    )


def log(customer, by, body, *, days=0, **fields):
    with transaction.atomic():
        return timeline.record(
            customer=customer,
            kind=Kind.CALL,
            summary="Appel",
            by=by,
            body=body,
            occurred_at=clock.now() - timedelta(days=days),
            **fields,
        )


def bodies(user, text):
    return [hit.thing.body for hit in search.find(user, text).exchanges]


def names(user, text):
    return [hit.title for hit in search.find(user, text).customers]


@pytest.mark.parametrize(
    "typed",
    [
        "le goff", "LE GOFF", "goff menuis", "menuiserie", "Menuiseries ", "C00001", "c1", "06 39 98 00 45", "0639980045", "+33639980045",
        "732 829 320", "732829320", "73282932000074", "contact@legoff.example", "legoff", "quimper", "29000",
    ],
)  # fmt: skip
def test_a_customer_is_found_by_all_that_names_it(le_goff, camille, typed):
    assert names(camille, typed) == ["Menuiserie Le Goff"]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "m", "le", "%", "_", "'", '"', "chêne OR 1=1", "legof* AND chene", "§f", "ﬁ", "a b c d e f g h i j k l m n o"],
)
def test_what_names_nobody_finds_nobody(le_goff, camille, typed):
    expected = ["Menuiserie Le Goff"] if typed in ("le",) else []
    assert names(camille, typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "cœur",
        "coeur",
        "COEUR ",
        "fenêtres",
        "fenetre ",
        "réclamation",
        "reclamations ",
        "l’été",
        "ete ",
        "fenê",
        "reclam",
        "travail ",
    ],
)
def test_accents_ligatures_elisions_and_endings_do_not_matter(le_goff, camille, typed):
    log(le_goff, camille, "Réclamation : la fenêtre posée l’été dernier, au cœur des travaux.")
    log(le_goff, camille, "Rien à voir.")
    assert bodies(camille, typed) == ["Réclamation : la fenêtre posée l’été dernier, au cœur des travaux."]


def test_the_newest_comes_first_whenever_it_was_written_down(le_goff, camille):
    log(le_goff, camille, "chêne hier", days=1)
    log(le_goff, camille, "chêne il y a longtemps", days=900)
    log(le_goff, camille, "chêne aujourd’hui")
    assert bodies(camille, "chene") == ["chêne aujourd’hui", "chêne hier", "chêne il y a longtemps"]


def test_an_answer_stops_at_twenty_and_says_there_is_more(le_goff, camille):
    for number in range(22):
        log(le_goff, camille, f"chêne {number}", days=number)
    found = search.find(camille, "chêne ")
    assert ([hit.thing.body for hit in found.exchanges], found.more) == ([f"chêne {number}" for number in range(20)], True)


def test_hidden_words_are_not_found_and_do_not_push_out_others(le_goff, camille, karim):
    team = Team.objects.create(name="Atelier")
    other = User.objects.create_user("nadia@demo.example", name="Nadia", role=Role.MANAGER, team=team)
    log(le_goff, karim, "chêne visible", days=40)
    for number in range(25):
        log(le_goff, karim, f"chêne secret {number}", visibility=Visibility.ME)
    log(le_goff, other, "chêne de l’atelier", visibility=Visibility.TEAM)
    assert bodies(camille, "chêne ") == ["chêne visible"]
    assert search.find(camille, "secret ") == search.Found()
    assert len(bodies(karim, "secret ")) == 20
    assert bodies(other, "atelier") == ["chêne de l’atelier"]


def test_a_contact_of_the_portal_finds_nothing(le_goff, camille):
    log(le_goff, camille, "chêne")
    stranger = User.objects.create_user("anne@client.example", name="Anne")
    assert search.find(stranger, "chêne ") == search.Found()
    assert search.find(stranger, "goff") == search.Found()


def test_the_index_follows_each_change(le_goff, camille):
    anne = add_contact(le_goff, by=camille, first_name="Anne", last_name="Lemoine", mobile="+33639980046")
    edit_customer(le_goff, by=camille, name="Ateliers Kermadec")
    edit_contact(anne, by=camille, last_name="Diallo")
    assert [names(camille, "goff"), names(camille, "kermadec")] == [[], ["Ateliers Kermadec"]]
    found = search.find(camille, "06 39 98 00 46")
    assert [(hit.title, hit.customer) for hit in found.contacts] == [("Anne Diallo", le_goff)]
    assert search.find(camille, "lemoine") == search.Found()


def test_what_was_said_is_found_with_the_name_of_who_it_was_said_with(le_goff, diallo, camille):
    log(le_goff, camille, "Les charnières arrivent jeudi.")
    log(diallo, camille, "Les charnières sont posées.")
    assert bodies(camille, "goff charniere") == ["Les charnières arrivent jeudi."]
    edit_customer(le_goff, by=camille, name="Ateliers Kermadec")
    assert [bodies(camille, "goff charniere"), bodies(camille, "kermadec charn")] == [[], ["Les charnières arrivent jeudi."]]


def test_an_alias_answers_with_its_head(le_goff, camille):
    alias = create_customer(by=camille, name="Ets Goffic Yann", type="consumer")
    row = log(alias, camille, "porte en frêne")
    Customer.objects.filter(pk=alias.pk).update(merged_into=le_goff)
    assert names(camille, "goffic") == ["Menuiserie Le Goff"]
    assert [(hit.thing, hit.customer) for hit in search.find(camille, "frêne").exchanges] == [(row, le_goff)]
    assert set(search.head_ids(camille, "goffic")) == {(le_goff.pk,)}


def test_erased_words_leave_the_index(le_goff, camille):
    row = log(le_goff, camille, "un mot regrettable")
    row.body, row.erased_at = "", clock.now()
    row.save()
    search.index_interactions([row])
    search_index.compact(connection)
    assert search.find(camille, "regrettable") == search.Found()
    assert not SearchEntry.objects.filter(ref=row.public_id).exists()


def test_a_consumer_is_found_as_a_person_too(camille):
    create_customer(by=camille, name="Mme Anne Lemoine", type="consumer")
    found = search.find(camille, "lemoine anne")
    assert [[hit.title for hit in found.customers], [hit.title for hit in found.contacts]] == [
        ["Mme Anne Lemoine"],
        ["Anne Lemoine"],
    ]


def test_both_engines_answer_what_the_folding_answers(le_goff, camille):
    texts = [
        "Devis F2026-000123 envoyé", "Cœur de chêne, œuvre d’art", "Appeler M. N’Diaye au 06 39 98 00 45", "naïve Noël straße", "日本語 と ひらがな",
        "a-t-il payé 1 240,50 € ?", "e-mail: anne.lemoine@exemple.fr", "x²y₂ ½", "été ete etait", "12e5 0x1F 1e10",
    ]  # fmt: skip
    for text in texts:
        log(le_goff, camille, text)
    indexed = {entry.ref: entry.terms for entry in SearchEntry.objects.filter(kind="interaction")}
    rows = {row.public_id: row.body for row in Interaction.objects.filter(public_id__in=indexed)}
    for typed in (
        "f2026",
        "coeur ",
        "oeuvre",
        "ndiaye",
        "n’diaye ",
        "0639980045",
        "noel",
        "strasse",
        "日本",
        "1240",
        "lemoine",
        "x2",
        "ete ",
        "12e5",
        "1e",
        "0x1f ",
    ):
        asked = query(typed)
        expected = {rows[ref] for ref, terms in indexed.items() if asked.matches(terms)}
        assert (typed, set(bodies(camille, typed))) == (typed, expected)


def test_reindexing_finds_the_same_and_forgets_what_is_gone(le_goff, camille):
    row = log(le_goff, camille, "chêne massif")
    before = list(SearchEntry.objects.order_by("pk").values())
    SearchEntry.objects.filter(pk=search.position("interaction", row.pk, row.occurred_at)).delete()
    SearchEntry.objects.create(kind="interaction", ref="gone", occurred_at=clock.now(), terms="chene", pk=7)
    call_command("reindex", verbosity=0)
    assert list(SearchEntry.objects.order_by("pk").values()) == before
    assert bodies(camille, "massif") == ["chêne massif"]


def test_the_index_survives_a_rebuilt_table(le_goff, camille):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER crm_search_added")
    search_index.install(connection)
    log(le_goff, camille, "chêne massif")
    assert bodies(camille, "massif") == ["chêne massif"]


def test_a_search_costs_the_same_however_much_it_finds(le_goff, camille, django_assert_max_num_queries):
    for number in range(25):
        log(le_goff, camille, f"chêne {number}")
        add_contact(le_goff, by=camille, last_name=f"Chêne {number}")
    with django_assert_max_num_queries(7):
        search.find(camille, "chêne ")


def test_names_that_begin_so_come_first(camille):
    for name in ("Anne Martin", "Martin Dupont", "Zoé Martinez", "Martin"):
        create_customer(by=camille, name=name, type="professional")
    assert names(camille, "martin") == ["Martin", "Martin Dupont", "Anne Martin", "Zoé Martinez"]


def test_people_are_born_with_the_name_they_have(camille):
    typed = {
        "Mme Anne Lemoine": ("mme", "Anne", "Lemoine"),
        "M. Diallo": ("m", "", "Diallo"),
        "LE GOFF Yann": ("", "Yann", "LE GOFF"),
        "Mme Le Goff": ("mme", "", "Le Goff"),
        "M. et Mme Martin": ("", "", "M. et Mme Martin"),
        "Anne": ("", "", "Anne"),
        "Monsieur": ("", "", "Monsieur"),
    }
    for name in typed:
        create_customer(by=camille, name=name, type="consumer")
    born = Contact.objects.order_by("pk").values_list("civility", "first_name", "last_name")
    assert list(born) == list(typed.values())


@pytest.mark.django_db
def test_a_full_text_table_of_a_former_version_is_made_again_with_its_words(camille, le_goff):
    if connection.vendor == "sqlite":  # elsewhere there is no such table, and nothing to make again
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE crm_search_words")
            cursor.execute(
                "CREATE VIRTUAL TABLE crm_search_words USING fts5(terms, content='crm_searchentry', content_rowid='id')"
            )
    search_index.install(connection)
    assert [hit.customer for hit in search.find(camille, "Le Goff").customers] == [le_goff]
