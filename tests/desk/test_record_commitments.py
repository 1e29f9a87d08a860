"""Commitments on the pages: taken, kept, moved, handed over, lifted, taken back; by two people at once; listed."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role, User
from crm.commitments import keep, promise
from crm.models import Commitment, Interaction
from tests.desk import lemoine
from tests.desk.reading import messages, words
from tests.harness.personas import signed_in


@pytest.fixture
def world(db):
    with time_machine.travel(lemoine.MONDAY, tick=False):
        yield lemoine.build()


@pytest.fixture
def owed(world):
    return Commitment.objects.get(what="Rappeler avec une date")


@pytest.fixture
def client(world):
    return signed_in(world.camille)


def act(client, owed, gesture, **fields):
    return client.post(reverse(f"commitment_{gesture}", args=[owed.public_id]), {"version": owed.version, **fields})


def record_of(world):
    return reverse("customer", args=[world.customer.public_id])


def traces(owed):
    return list(Interaction.objects.filter(about_ref=owed.public_id).order_by("id").values_list("kind", flat=True))


def test_the_page_says_what_was_promised_to_whom_and_when(client, owed):
    page = client.get(reverse("commitment", args=[owed.public_id]))
    assert words(page, '<div class="page-head">', '<div class="stack') == (
        "Nous l’avons promis Rappeler avec une date Aujourd’hui avant 10 h, Camille. Mme Anne Lemoine. Dit vendredi à 16 h 42. "
        "Lire l’échange Tenu T"
    )


def test_kept_from_the_record_with_its_undo(client, world, owed):
    here = record_of(world)
    answer = act(client, owed, "keep", next=here)
    assert answer.headers["Location"] == f"{here}?fait={owed.public_id}"
    page = client.get(answer.headers["Location"])
    assert words(page, '<div class="note calm undo', "</form>") == "Tenu : Rappeler avec une date. Annuler Z"
    assert "Et ensuite : Rappeler avec une date, aujourd’hui avant 10 h, Camille (tenu)" in words(page)
    undone = client.post(reverse("commitment_reopen", args=[owed.public_id]), {"next": here})
    assert (undone.headers["Location"], messages(client.get(here))) == (here, ["L’engagement est de nouveau ouvert."])
    assert traces(owed) == ["commitment_kept", "commitment_made"]
    owed.refresh_from_db()
    assert owed.is_open


def test_kept_twice_is_kept_once(client, owed):
    assert [act(client, owed, "keep").status_code for _click in range(2)] == [302, 302]
    assert traces(owed) == ["commitment_kept"]


def test_moved_in_plain_french_with_the_reason(client, world, owed):
    answer = act(client, owed, "move", when="mardi en huit, 14 h", reason="Elle est absente", next=record_of(world))
    assert answer.headers["Location"] == record_of(world)
    owed.refresh_from_db()
    assert (str(owed.due_on), str(owed.due_at)) == ("2026-12-01", "14:00:00")
    page = client.get(reverse("commitment", args=[owed.public_id]))
    assert (
        words(page, "Son histoire", "</main>")
        == "Son histoire Engagement déplacé, mardi 1er décembre Aujourd’hui à 8 h 52, Camille Elle est absente"
    )


def test_handed_to_a_colleague(client, world, owed):
    act(client, owed, "delegate", owner=world.thomas.public_id)
    owed.refresh_from_db()
    assert (owed.owner, traces(owed)) == (world.thomas, ["commitment_delegated"])


def test_lifted_with_a_reason_and_taken_back(client, world, owed):
    assert act(client, owed, "release", reason=" ").status_code == 422
    answer = act(client, owed, "release", reason="Elle a rappelé d’elle-même", next=record_of(world))
    page = client.get(answer.headers["Location"])
    assert words(page, '<div class="note calm undo', "</form>") == "Levé : Rappeler avec une date. Annuler Z"
    client.post(reverse("commitment_reopen", args=[owed.public_id]))
    owed.refresh_from_db()
    assert owed.is_open


@pytest.mark.parametrize("when", ["", "bientôt", "hier", "22/11/2026"])
def test_a_day_that_cannot_be_is_refused_with_a_sentence(client, owed, when):
    answer = act(client, owed, "move", when=when)
    assert answer.status_code == 422
    assert list(answer.context["move"].errors) == ["when"]


@pytest.mark.parametrize(
    ("gesture", "fields"), [("keep", {}), ("move", {"when": "demain"}), ("release", {"reason": "x"}), ("delegate", {})]
)
def test_the_second_of_two_colleagues_is_told_and_changes_nothing(client, world, owed, gesture, fields):
    first = signed_in(world.nadia)
    fields = {"owner": world.thomas.public_id} if gesture == "delegate" else fields
    act(first, owed, "move", when="vendredi")
    answer = act(client, owed, gesture, **fields)
    assert answer.headers["Location"] == reverse("commitment", args=[owed.public_id])
    assert messages(client.get(answer.headers["Location"])) == [
        "Un collègue vient de changer cet engagement. Relisez-le, puis recommencez."
    ]
    owed.refresh_from_db()
    assert (str(owed.due_on), owed.is_open, owed.owner, traces(owed)) == ("2026-11-27", True, world.camille, ["commitment_moved"])


def test_what_is_settled_is_not_moved(client, world, owed):
    keep(owed, by=world.camille)
    owed.refresh_from_db()
    answer = act(client, owed, "move", when="demain")
    assert answer.status_code == 422
    page = client.get(reverse("commitment", args=[owed.public_id]))
    assert ("Déplacer" in words(page, "<main"), "Rouvrir" in words(page)) == (False, True)


def test_a_date_of_law_is_not_moved_by_hand(client, world, owed):
    Commitment.objects.filter(pk=owed.pk).update(nature="projected", about_kind="complaint", about_ref="R1")
    answer = act(client, owed, "keep")
    assert messages(client.get(answer.headers["Location"])) == [
        "Cette date vient d’un document ou de la loi\xa0: elle se change par un nouveau fait, pas ici."
    ]
    assert "Tenu" not in words(client.get(record_of(world)), '<section class="card" id="engagements"', "Poser les deux")


def test_a_promise_of_the_client_is_taken_from_the_record(client, world):
    url = reverse("commitment_add", args=[world.customer.public_id])
    sent = {
        "owed_by": "them",
        "what": "Régler l’acompte",
        "when": "vendredi",
        "owner": world.karim.public_id,
        "amount": "420,00",
        "visibility": "everyone",
    }
    assert client.post(url, sent).headers["Location"] == record_of(world)
    made = Commitment.objects.get(what="Régler l’acompte")
    assert (made.owed_by, str(made.amount), made.owner, made.author, traces(made)) == (
        "them",
        "420.00",
        world.karim,
        world.camille,
        ["commitment_made"],
    )


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"what": ""}, ["what"]),
        ({"when": "un jour"}, ["when"]),
        ({"amount": "-3"}, ["amount"]),
        ({"what": "x" * 201}, ["what"]),
        ({"owner": "x"}, ["owner"]),
    ],
)
def test_a_promise_that_cannot_be_is_said_and_kept_in_the_form(client, world, fields, wrong):
    url = reverse("commitment_add", args=[world.customer.public_id])
    sent = {
        "owed_by": "us",
        "what": "Rappeler",
        "when": "vendredi",
        "owner": world.camille.public_id,
        "visibility": "everyone",
        **fields,
    }
    answer = client.post(url, sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, wrong)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil"]
)
def test_nobody_is_sent_to_another_house(client, world, owed, elsewhere):
    answer = act(client, owed, "keep", next=elsewhere)
    assert answer.headers["Location"] == f"{record_of(world)}?fait={owed.public_id}"


def test_who_only_reads_and_strangers(world, owed, lecture):
    reader, contact = signed_in(lecture), signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    page = reader.get(reverse("commitment", args=[owed.public_id]))
    assert ("Tenu" in words(page, "<main"), "Déplacer" in words(page, "<main")) == (False, False)
    for gesture in ("keep", "reopen", "move", "delegate", "release"):
        assert [act(who, owed, gesture, when="demain", reason="x").status_code for who in (reader, contact)] == [403, 404]
    Commitment.objects.filter(pk=owed.pk).update(visibility="me", owner=world.camille, author=world.camille)
    karim = signed_in(world.karim)
    assert [karim.get(reverse("commitment", args=[owed.public_id])).status_code, act(karim, owed, "keep").status_code] == [
        404,
        404,
    ]
    assert Commitment.objects.get(pk=owed.pk).version == owed.version


# --- the lists


def lines(answer):
    return [(line.margin, line.what, line.owner) for line in answer.context["page"].lines]


def test_the_list_is_mine_then_everyone_s_then_late(client, world):
    lemoine.rest_of_the_day(world)
    url = reverse("commitments")
    assert lines(client.get(url)) == [
        ("vendredi", "Régler 420,00 €", "Camille"),
        ("avant 10\xa0h", "Rappeler avec une date", "Camille"),
        ("avant 12\xa0h", "Envoyer les deux teintes de chêne", "Camille"),
        ("avant 18\xa0h", "Dire si l’on peut poser le 4 décembre", "Camille"),
        ("mercredi", "Préparer le devis de la bibliothèque", "Camille"),
        ("lundi\xa030", "Régler la facture une fois les portes posées", "Camille"),
    ]
    assert [line[2] for line in lines(client.get(url, {"qui": "tous"}))].count("Thomas") == 1
    assert lines(client.get(url, {"qui": world.nadia.public_id})) == [("6\xa0janvier 2027", "Répondre par écrit", "Nadia")]
    assert [line[1] for line in lines(client.get(url, {"etat": "retard"}))] == ["Régler 420,00 €"]
    assert [line[1] for line in lines(client.get(url, {"cote": "clients"}))] == [
        "Régler 420,00 €",
        "Régler la facture une fois les portes posées",
    ]
    assert words(client.get(url), "<h1>", "</div>") == "Engagements Un engagement est en retard."


@pytest.mark.parametrize(
    "query",
    [{"qui": "0" * 26}, {"cote": "x"}, {"etat": "x"}, {"apres": "x"}, {"apres": "2026-11-23_x"}, {"apres": "2026-13-45_1"}],
)
def test_a_query_that_makes_no_sense_is_the_plain_list(client, query):
    assert client.get(reverse("commitments"), query).status_code == 200


def test_the_list_costs_the_same_whatever_the_rows_and_its_pages_follow(client, world, django_assert_max_num_queries):
    Commitment.objects.bulk_create(
        Commitment(
            customer=world.customer,
            owed_by="us",
            what=f"n{number}",
            due_on=date(2026, 12, 1) + timedelta(days=number // 7),
            owner=world.camille,
        )
        for number in range(140)
    )
    url, seen = reverse("commitments"), []
    for _page in range(4):
        with django_assert_max_num_queries(8):
            page = client.get(url).context["page"]
        seen += [line.what for line in page.lines]
        url = page.next_url
        if not url:
            break
    assert (len(seen), len(set(seen))) == (142, 142)


def test_what_colleagues_keep_to_themselves_is_not_listed(client, world):
    promise(
        world.customer, owed_by="us", what="Secret", due_on=date(2026, 11, 30), by=world.nadia, owner=world.nadia, visibility="me"
    )
    assert "Secret" not in words(client.get(reverse("commitments"), {"qui": "tous"}))


def test_what_cannot_be_undone_is_not_offered(client, world, owed):
    assert "undo" not in client.get(f"{record_of(world)}?fait={owed.public_id}").content.decode()
    assert "undo" not in client.get(f"{record_of(world)}?fait={'0' * 26}").content.decode()


def test_a_promise_is_offered_to_those_who_may_keep_it(client, owed, world):
    lemoine.person("Lise", Role.VIEWER)
    page = client.get(reverse("commitment", args=[owed.public_id]))
    assert [name for _ref, name in page.context["delegate"].fields["owner"].choices] == ["Karim", "Nadia", "Thomas"]


def test_moving_and_handing_over_say_when_and_to_whom(client, owed, world):
    act(client, owed, "move", when="jeudi 15 h")
    assert messages(client.get("/clients/")) == ["L’engagement est déplacé\u00a0: jeudi 26\u00a0novembre 2026 à 15\u00a0h."]
    owed.refresh_from_db()
    act(client, owed, "delegate", owner=world.thomas.public_id)
    assert messages(client.get("/clients/")) == ["L’engagement est confié à Thomas."]


def test_inside_a_day_what_has_an_hour_comes_first(client, owed, world):
    promise(
        customer=world.customer, owed_by="us", what="Sans heure", due_on=date(2026, 11, 23), by=world.camille, owner=world.camille
    )
    Commitment.objects.filter(pk=owed.pk).update(due_at=None)
    timed = promise(
        customer=world.customer,
        owed_by="us",
        what="À une heure",
        due_on=date(2026, 11, 23),
        due_at=time(18),
        by=world.camille,
        owner=world.camille,
    )
    lines = client.get(reverse("commitments")).context["page"].lines
    assert [line.what for line in lines if line.today] == [timed.what, owed.what, "Sans heure"]
