"""A person's day: the sentence, what comes first, the lists, and what it costs."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from complaints.handling import entrust, open_from_portal
from crm import timeline
from crm.commitments import promise
from crm.customers import create_customer
from crm.exchanges import log_interaction
from crm.merging import merge_customers
from crm.models import Commitment, Customer, DuplicateCandidate, Email, ImportBatch
from desk import phrases
from desk.today import _unquoted, answer, is_call, most_urgent, spelled
from lib import clock
from tests.desk import lemoine
from tests.desk.reading import words
from tests.harness.personas import signed_in

HOME = "/"


@pytest.fixture
def world(db):
    with time_machine.travel(lemoine.MONDAY, tick=False):
        made = lemoine.build()
        lemoine.rest_of_the_day(made)
        yield made


def test_the_day_of_camille_in_full(world):
    page = signed_in(world.camille).get(HOME)
    assert words(page, '<div class="hello">', '<section class="card first') == (
        "Lundi 23 novembre 2026, 8 h 52 Bonjour Camille. "
        "Un appel avant 10 h, deux autres promesses dans la journée, une promesse de client à suivre. Le reste peut attendre demain."
    )
    assert words(page, '<section class="card first', '<div class="parts">') == (
        "D’abord, appelez Mme Lemoine Promis avant 10 h. Thomas, aujourd’hui à 8 h 10 : « Fournisseur joint : les deux charnières "
        "arrivent jeudi matin à l’atelier. » Tout ce qu’il faut savoir 06 39 98 00 45 Appeler A Tenu T"
    )
    assert words(page, '<section class="part" id="promis"', '<section class="part" id="attendu"') == (
        "Ce que j’ai promis tout voir "
        "avant 10 h Rappeler avec une date Mme Anne Lemoine, dit vendredi à 16 h 42. Tenu Déplacer "
        "avant 12 h Envoyer les deux teintes de chêne M. Okafor, dit jeudi à 14 h 30. Tenu Déplacer "
        "avant 18 h Dire si l’on peut poser le 4 décembre Crèche des Tilleuls, noté jeudi. Tenu Déplacer "
        "mercredi Préparer le devis de la bibliothèque Mme Aubry, noté jeudi. Tenu Déplacer"
    )
    assert words(page, '<section class="part" id="attendu"', '<section class="part" id="nouvelles"') == (
        "Ce qu’on m’a promis "
        "vendredi Régler 420,00 € M. Toussaint, noté jeudi par Karim. C’est fait Déplacer "
        "lundi 30 Régler la facture une fois les portes posées Mme Anne Lemoine, dit vendredi à 16 h 42. C’est fait Déplacer"
    )
    assert (
        words(page, '<section class="part" id="nouvelles"', "</main>")
        == "De qui prendre des nouvelles 3 mois M. Carvalho Visite le 14 août 2026."
    )


def test_red_only_for_a_promise_whose_moment_is_past(world):
    page = signed_in(world.camille).get(HOME).content.decode()
    assert page.count('class="when past"') == 1  # M. Toussaint, Friday
    with time_machine.travel(lemoine.at(23, 11), tick=False):  # 10 h is past and nobody called
        assert signed_in(world.camille).get(HOME).content.decode().count('class="when past"') == 2


def test_a_day_without_anything_is_calm(world):
    Commitment.objects.update(kept_at=lemoine.MONDAY)
    page = signed_in(world.camille).get(HOME)
    assert words(page, '<div class="hello">', "</main>") == (
        "Lundi 23 novembre 2026, 8 h 52 Bonjour Camille. Rien ne vous attend aujourd’hui. Rien ne vous attend. "
        "Toutes les promesses sont tenues. C’est un bon jour pour prendre des nouvelles de M. Carvalho. Ouvrir la fiche de M. Carvalho"
    )


def test_the_first_day_of_an_empty_house_says_where_to_begin(camille, karim):
    text = "Votre maison est vide. Commencez par les clients : tout le reste s’écrit sur leur fiche."
    assert words(signed_in(camille).get(HOME), '<div class="card empty', "</main>") == f"{text} Créer le premier client"
    assert (
        words(signed_in(karim).get(HOME), '<div class="card empty', "</main>")
        == f"{text} Importer un fichier Créer le premier client"
    )


def test_kept_from_the_day_with_its_undo(world):
    client = signed_in(world.camille)
    owed = Commitment.objects.get(what="Rappeler avec une date")
    kept = client.post(reverse("commitment_keep", args=[owed.public_id]), {"version": owed.version, "next": HOME})
    assert kept.headers["Location"] == f"/?fait={owed.public_id}"
    page = client.get(kept.headers["Location"])
    assert words(page, '<div class="note calm undo', "</form>") == "Tenu : Rappeler avec une date. Annuler Z"
    assert words(page, '<section class="card first', "Tout ce").startswith(
        "D’abord, envoyer les deux teintes de chêne M. Okafor. Promis avant 12 h."
    )


def test_what_awaits_a_decision_is_shown_to_who_may_decide(world, lecture):
    mail = {
        "key": "k",
        "direction": "out",
        "recipient_email": "a@example.org",
        "subject": "Votre pose",
        "text": "…",
        "author": world.camille,
    }
    Email.objects.create(**mail, state="held", reason="L’adresse a été refusée", customer=world.customer)
    first, second = world.customer.pk, create_customer(by=None, name="Lemoine Anne").pk
    DuplicateCandidate.objects.create(first_id=first, second_id=second)
    ImportBatch.objects.create(filename="clients.csv", sha256="x", size=1, by=world.karim)
    told = "À décider retenu Mme Anne Lemoine Votre pose. L’adresse a été refusée"
    decide = [
        words(signed_in(who).get(HOME), "<main", "</main>").partition("À décider")[2]
        for who in (world.camille, world.karim, lecture)
    ]
    assert decide[0].startswith(told.removeprefix("À décider"))
    assert ("doublon" in decide[0], "1 doublon Deux fiches" in decide[1], "import clients.csv" in decide[1]) == (
        False,
        True,
        True,
    )
    assert decide[2] == ""
    assert "un e-mail à décider" in words(signed_in(world.camille).get(HOME))


def test_a_private_mail_awaits_only_its_author(world):
    Email.objects.create(
        key="k",
        direction="out",
        recipient_email="a@example.org",
        subject="Secret",
        text="…",
        author=world.nadia,
        state="held",
        visibility="me",
    )
    assert ["Secret" in words(signed_in(who).get(HOME)) for who in (world.camille, world.nadia)] == [False, True]


def test_the_last_words_of_the_first_card_are_only_those_one_may_read(world):
    log_interaction(world.customer, by=world.nadia, kind="note", body="Elle divorce.", visibility="me")
    assert "divorce" not in words(signed_in(world.camille).get(HOME))


@pytest.mark.parametrize("count", [10, 400])
def test_the_day_costs_the_same_whatever_the_rows(world, count, django_assert_num_queries):
    Commitment.objects.bulk_create(
        Commitment(
            customer=world.customer, owed_by=side, what=f"{side}{number}", due_on=date(2026, 11, 23) + timedelta(days=number % 9 - 4),
            owner=world.camille, author=world.karim,
        )
        for number in range(count)
        for side in ("us", "them")
    )  # fmt: skip
    lemoine.growing(world.customer, world.camille, count)
    client = signed_in(world.camille)
    client.get(HOME)
    with django_assert_num_queries(COST + 2):  # session and user
        page = client.get(HOME)
    assert len(page.content) < 100_000
    assert (len(page.context["page"].mine), len(page.context["page"].theirs)) == (8, 8)
    more = {10: ("et 6 autres", "et 4 autres"), 400: ("et plus de 92 autres", "et plus de 92 autres")}
    assert (page.context["page"].more_mine, page.context["page"].more_theirs) == more[count]


COST = 10


def test_the_last_time_we_spoke_is_the_one_of_the_list_of_clients(world):
    """A receipt that the house sent of itself is nobody speaking: both pages say the visit of 14 August."""
    carvalho = Customer.objects.get(name="M. Carvalho")
    with time_machine.travel(lemoine.at(20, 9, month=8), tick=False):
        row = timeline.record(customer=carvalho, kind="email", summary="E-mail envoyé", direction="out", channel="email", by=None)
    Email.objects.create(
        key="k", direction="out", recipient_email="c@example.org", subject="Reçu", text="…", state="sent", purpose="receipt",
        customer=carvalho, interaction=row,
    )  # fmt: skip
    client = signed_in(world.camille)
    assert "3 mois M. Carvalho Visite le 14 août 2026." in words(client.get(HOME))
    assert "14 août" in words(client.get(reverse("customers")), "M. Carvalho", "</tr>")


def test_a_record_reunited_with_theirs_has_spoken_too(world):
    carvalho = Customer.objects.get(name="M. Carvalho")
    twin = create_customer(by=world.camille, name="Carvalho", type="consumer")
    with time_machine.travel(lemoine.at(15, 9, month=8), tick=False):
        log_interaction(twin, by=world.camille, kind="call", direction="in")
    merge_customers(kept=carvalho, alias=twin, by=world.nadia, reason="La même personne")
    assert "M. Carvalho Dernier échange le 15 août 2026." in words(signed_in(world.camille).get(HOME))


def test_nothing_waits_only_when_nothing_is_to_decide(world):
    with translation.override("fr"):
        told = [answer([], [], mails=0, pending=pending, now=NOW) for pending in (0, 2)]
    assert told == [
        "Rien ne vous attend aujourd’hui.", "Rien n’est promis pour aujourd’hui\u00a0; ce qui est à décider attend plus bas.",
    ]  # fmt: skip


def test_strangers(world, client):
    assert client.get(HOME).status_code == 302
    assert signed_in(User.objects.create_user("anne@example.org", name="Anne")).get(HOME).status_code == 404


# --- the sentence, without a database

LONG_DAY = "Un appel avant 10 h, deux autres promesses dans la journée, deux e-mails à décider. Le reste peut attendre demain."  # as the mock says it
HARD_DAY = (
    "Deux promesses ont dépassé leur jour, une autre promesse dans la journée, deux promesses de clients à suivre, "
    "un e-mail à décider."
)
NOW = datetime(2026, 11, 23, 8, 52, tzinfo=lemoine.PARIS)


def owed(what="Rappeler", days=0, at=None, before=True):
    row = Commitment(
        what=what,
        due_on=date(2026, 11, 23) + timedelta(days=days),
        due_at=time(at) if at else None,
        due_before=before,
        owed_by="us",
    )
    row.pk = id(row)
    return row


@pytest.mark.parametrize(
    ("mine", "theirs", "mails", "sentence"),
    [
        ([], [], 0, "Rien ne vous attend aujourd’hui."),
        ([owed(days=2)], [], 0, "Rien ne presse aujourd’hui."),
        ([owed()], [], 0, "Une promesse dans la journée."),
        ([owed(at=10)], [], 0, "Un appel avant 10 h."),
        ([owed("Livrer", at=10, before=False)], [], 0, "Une promesse à 10 h."),
        ([owed(at=10), owed(), owed(at=17), owed(days=1)], [], 2, LONG_DAY),
        ([owed(days=-3)], [owed()], 0, "Une promesse a dépassé son jour, une promesse de client à suivre."),
        ([owed(days=-3), owed(days=-1), owed()], [owed(), owed(days=-1), owed(days=1)], 1, HARD_DAY),
        ([owed(at=8)], [], 0, "Un appel avant 8 h."),  # its hour is past: it is still the first thing to say
        ([owed() for _number in range(12)], [], 0, "12 promesses dans la journée."),
    ],
)  # fmt: skip
def test_the_day_in_one_sentence(mine, theirs, mails, sentence):
    with translation.override("fr"):
        assert answer(mine, theirs, mails=mails, now=NOW).replace("\xa0", " ") == sentence


def test_what_comes_first_is_the_next_hour_then_what_is_broken_then_the_day():
    broken, soon, later, plain = owed(days=-2), owed(at=10), owed(at=17), owed()
    assert most_urgent([broken, later, plain, soon], NOW) is soon
    assert most_urgent([broken, plain], NOW) is broken
    assert most_urgent([owed(days=1), plain], NOW) is plain
    assert most_urgent([owed(days=1)], NOW) is None


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("Rappeler avec une date", True),
        ("appeler M. Diallo", True),
        ("Téléphoner", True),
        ("Rappelerons", False),
        ("Envoyer le rappel", False),
    ],
)
def test_a_call_is_known_by_its_verb(what, call):
    assert is_call(SimpleNamespace(what=what)) is call


def test_small_numbers_are_words():
    with translation.override("fr"):
        assert [spelled(count) for count in (1, 2, 10, 11)] == ["une", "deux", "dix", "11"]
    with translation.override("en"):
        assert spelled(2) == "two"


def test_a_promise_of_the_day_is_found_by_its_customer_even_merged(world):
    promise(
        world.customer,
        owed_by="us",
        what="Urgent",
        due_on=date(2026, 11, 23),
        due_at=time(9),
        by=world.camille,
        owner=world.camille,
    )
    assert "D’abord, urgent Mme Anne Lemoine. Promis à 9 h." in words(signed_in(world.camille).get(HOME))


def test_a_complaint_that_nobody_follows_is_told_to_those_who_may(diallo, camille, as_camille, as_lecture):
    made = open_from_portal(customer=diallo, contact=None, subject="Volet", body="Il gonfle.")
    told = words(as_camille.get(HOME))
    line = f"M. Diallo Accuser réception : {made.reference}. Personne ne s’en charge encore."
    assert (line in told, f"Répondre à la réclamation {made.reference}" in told) == (True, False)
    assert "Personne ne s’en charge encore" not in words(as_lecture.get(HOME))
    entrust(made, to=camille, by=camille, today=clock.today())
    assert "Personne ne s’en charge encore" not in words(as_camille.get(HOME))


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("« Cela fait deux mois, et personne ne m’a répondu.", "Cela fait deux mois, et personne ne m’a répondu."),
        ("« Bravo. »", "Bravo."),
        ("« Bravo », dit-elle.", "« Bravo », dit-elle."),
        ("Rien de neuf.", "Rien de neuf."),
    ],
)
def test_words_that_are_quoted_already_are_quoted_once(sentence: str, shown: str) -> None:
    assert _unquoted(sentence) == shown


@pytest.mark.parametrize(
    ("days", "margin"),
    [
        (0, "à 10 h"),
        (1, "demain à 10 h"),
        (-1, "hier à 10 h"),
        (2, "mercredi à 10 h"),
        (10, "jeudi\u00a03"),
        (40, "2\u00a0janvier 2027"),
    ],
)
def test_a_promised_hour_is_told_days_before(days, margin):
    today = date(2026, 11, 23)
    row = Commitment(due_on=today + timedelta(days=days), due_at=time(10))
    assert phrases.due_briefly(row, today).replace("\u00a0", " ") == margin.replace("\u00a0", " ")


def test_what_a_client_promised_to_pay_is_told_with_its_amount(as_camille, camille, le_goff):
    promise(
        le_goff, owed_by="them", what="Payer la moitié", due_on=clock.today(), amount=Decimal("620"), owner=camille, by=camille
    )
    for place in (reverse("home"), reverse("customer", args=[le_goff.public_id])):
        assert "Payer la moitié, 620,00 €" in words(as_camille.get(place))
