"""The demonstration: built by the gestures in the order of time, always the same, only where nothing is real."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Installation, User
from billing.models import Invoice, Question, TransferNotice
from complaints.models import Complaint
from crm.models import (
    BadAddress,
    Commitment,
    Customer,
    CustomerMerge,
    DuplicateCandidate,
    Email,
    ImportBatch,
    Interaction,
    SearchEntry,
)
from crm.models.timeline import CONTACT_KINDS, Mood
from demo.building import build, is_of_today, refuse_real
from demo.days import Days, typeset
from lib import clock
from lib.errors import Refusal
from tact.brief import compose
from tact.situation import read
from tests.portal import every_client

MONDAY = datetime(2026, 11, 23, 7, 52, tzinfo=UTC)  # 8 h 52 in Paris, the day of the reference pages
TODAY = date(2026, 11, 23)


def everything() -> dict[str, list[tuple]]:
    """What a person would see of the whole firm, row by row."""
    return {
        "customers": list(
            Customer.objects.order_by("pk").values_list("public_id", "reference", "name", "created_at", "merged_into")
        ),
        "history": list(
            Interaction.objects.order_by("pk").values_list("public_id", "kind", "occurred_at", "author__name", "body")
        ),
        "owed": list(Commitment.objects.order_by("pk").values_list("public_id", "what", "due_on", "due_at", "kept_at")),
        "mails": list(Email.objects.order_by("pk").values_list("public_id", "subject", "state", "created_at")),
    }


@pytest.fixture
def built(committing):
    """The firm on that Monday morning, in a database of its own."""
    build(MONDAY)
    return everything()


def test_the_firm_of_that_monday(built):
    """One test, because building takes seconds: all that the pages of reference show."""
    the_whole_firm(built)
    the_record_of_the_reference_page()
    the_money_and_the_complaints()
    the_briefs_of_those_one_looks_at_first()
    every_record_and_every_day_within_its_budget()
    with clock.travelling(MONDAY):
        assert every_client.each_reads_the_decision_of_the_queue_the_record_and_the_api() >= 5
        if connection.vendor == "sqlite":  # four hundred pages: on the other engine `tests/portal/test_budgets.py` is enough
            assert every_client.every_page_of_every_client_costs_twelve_statements_at_most() > 200


def every_record_and_every_day_within_its_budget():
    """Also of who owes, promised, asked, complained and was reminded; beside session and user."""
    with clock.travelling(MONDAY):
        for role in ("reception", "accountant", "manager", "viewer"):
            client = Client()
            client.force_login(User.objects.filter(role=role, is_active=True).earliest("pk"))
            client.get("/")  # the session is written at its first request
            costs = {"/": 21} | {f"/clients/{one.public_id}/": 15 for one in Customer.objects.heads()}
            documents = Invoice.objects.issued() if role == "manager" else Invoice.objects.unpaid()  # paid ones are all alike
            costs |= {f"/factures/{one.public_id}/": 10 for one in documents}
            over = {url: count for url, most in costs.items() if (count := statements(client, url)) > most + 2}
            assert over == {}, role


def statements(client: Client, url: str) -> int:
    """How many it costs, all told."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len([row for row in captured if "SAVEPOINT" not in row["sql"]])


def the_whole_firm(built):
    house = dict(User.objects.values_list("email", "role"))
    assert {name: house[f"{name}@demo.example"] for name in ("accueil", "comptable", "responsable", "lecture")} == {
        "accueil": "reception", "comptable": "accountant", "responsable": "manager", "lecture": "viewer",
    }  # fmt: skip
    assert 40 <= Customer.objects.active().count() <= 50
    assert set(Customer.objects.values_list("type", flat=True)) == {
        "consumer",
        "professional",
        "non_professional",
        "public",
        "unknown",
    }
    oldest = Interaction.objects.order_by("occurred_at").first()
    assert oldest is not None
    assert (TODAY - oldest.occurred_at.date()).days > 5 * 365
    times = [row[2] for row in built["history"]]
    assert times == sorted(times), "written in the order of time"
    assert max(times) <= MONDAY
    assert {row.state for row in Email.objects.to_decide()} == {"failed", "uncertain", "held"}
    assert BadAddress.objects.count() == 2
    assert DuplicateCandidate.objects.filter(decision="").count() == 1
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.by.first_name, sorted(batch.lines.values_list("outcome", flat=True))) == (
        "done", "Karim", ["created", "created", "created", "queued", "refused"],
    )  # fmt: skip
    assert CustomerMerge.objects.filter(undone_at=None).count() == 1
    assert Interaction.objects.filter(visibility="me").count() == 2
    assert Interaction.objects.filter(visibility="team").count() == 1
    late = Commitment.objects.open().filter(due_on__lt=TODAY)
    today = Commitment.objects.open().filter(due_on=TODAY)
    assert set(late.values_list("owed_by", flat=True)) == {"us", "them"}
    assert set(today.filter(owner__name__startswith="Camille").values_list("customer__name", flat=True)) == {
        "Mme Anne Lemoine", "M. Samuel Okafor", "Crèche des Tilleuls",
    }  # fmt: skip
    assert Interaction.objects.filter(kind__in=CONTACT_KINDS, data__mood=Mood.HAPPY).count() > 20
    assert SearchEntry.objects.filter(kind="interaction").count() > 500
    assert not re.search(r"\{\w+\}|'| ;| :(?!//)", " ".join(row[4] for row in built["history"])), (
        "a placeholder, or a space that breaks"
    )


def the_record_of_the_reference_page():
    customer = Customer.objects.get(name="Mme Anne Lemoine")
    assert (customer.reference, customer.phone, customer.city) == ("C00017", "+33639980045", "Nantes")
    assert (customer.since_on.year, customer.since_on.month) == (2021, 3)
    assert (customer.preferred_channel, customer.preferred_moment) == ("phone", "le matin")
    assert sorted(contact.full_name for contact in customer.contacts.all()) == ["Anne Lemoine", "Paul Lemoine"]
    owed = [
        (row.what, row.due_on, row.owed_by, row.owner.first_name) for row in customer.commitments.open().filter(nature="primary")
    ]
    assert owed == [
        ("Rappeler avec une date", TODAY, "us", "Camille"),
        ("Poser les deux charnières", date(2026, 11, 26), "us", "Thomas"),
        ("Régler la facture une fois les portes posées", date(2026, 11, 27), "them", "Camille"),
    ]
    newest = customer.interactions.human().newest_first()[:2]
    assert [(row.author.first_name, f"{clock.local(row.occurred_at):%d/%m %H:%M}") for row in newest if row.body] == [
        ("Thomas", "23/11 08:10"), ("Camille", "20/11 16:42"),
    ]  # fmt: skip
    assert newest[0].body == typeset(
        "Fournisseur joint : les deux charnières arrivent jeudi matin à l'atelier. Je peux passer chez elle jeudi à 14 h."
    )


def the_money_and_the_complaints():
    unpaid = {row.customer.name: row.balance() for row in Invoice.objects.unpaid().select_related("customer")}
    assert (unpaid["Mme Anne Lemoine"], unpaid["Garage Perrin"], unpaid["M. et Mme Vidal"]) == (
        Decimal("1240.00"), Decimal("860.00"), Decimal("1650.00"),
    )  # fmt: skip
    (note,) = Invoice.objects.filter(kind="credit_note")
    assert (note.customer.name, note.total_incl_tax, unpaid["Mme Aïssata Koné"]) == ("Mme Aïssata Koné", 24, 306)
    assert (unpaid["M. et Mme Cosson"], [row.customer.name for row in Invoice.objects.drafts()]) == (222, ["Cabinet Sorel"])
    assert {row.due_on - TODAY for row in Invoice.objects.unpaid()} >= {
        timedelta(5),
        timedelta(-3),
        timedelta(-10),
        timedelta(-34),
    }
    assert list(Invoice.objects.invoices().order_by("pk").values_list("number", flat=True).filter(issued_on__year=2026)) == [
        f"F2026-{number:06d}" for number in range(1, Invoice.objects.invoices().filter(issued_on__year=2026).count() + 1)
    ]
    promised = Commitment.objects.open().filter(owed_by="them", due_on=TODAY, amount__isnull=False, nature="primary")
    assert [row.customer.name for row in promised] == ["M. Philippe Renaud"]
    assert TransferNotice.objects.in_transit(TODAY).get().invoice.customer.name == "Hôtel du Vieux Quai"
    assert Question.objects.unanswered().get().invoice.customer.name == "M. Bao Nguyen"
    found = {row.customer.name: row.client_type for row in Complaint.objects.open_on(TODAY)}
    assert (found["Syndic Erdre et Loire"], found["M. Gérard Ollivier"], "Mme Catherine Bergot" in found) == (
        "professional", "consumer", True,
    )  # fmt: skip
    assert User.objects.get(email="anne.lemoine@courriel.example").accesses.count() == 1
    assert not Email.objects.filter(guard="invoice").exclude(state="sent").exists()


def the_briefs_of_those_one_looks_at_first():
    rules = {}
    nadia = User.objects.get(email="responsable@demo.example")
    for name in ("Mme Anne Lemoine", "M. Lucien Abadie", "M. Henri Toussaint", "Mme Odile Karst"):
        situation = read(Customer.objects.get(name=name), user=nadia, now=MONDAY)
        with clock.travelling(MONDAY):
            rules[name] = compose(situation, today=TODAY, now=MONDAY, language="fr").rule
    assert rules == {"Mme Anne Lemoine": 2, "M. Lucien Abadie": 1, "M. Henri Toussaint": 2, "Mme Odile Karst": 5}


def test_built_again_the_firm_is_the_same_and_a_build_that_fails_changes_nothing(built, monkeypatch):
    build(MONDAY)
    assert everything() == built
    with monkeypatch.context() as broken:
        broken.setattr("demo.building.surprises", lambda scene: scene.at(TODAY, "08:00", lambda: 1 / 0))
        with pytest.raises(ZeroDivisionError):
            build(MONDAY)
    assert everything() == built
    with clock.travelling(MONDAY):
        assert is_of_today()
        told = StringIO()
        call_command("demo", "--if-needed", stdout=told)
    assert (told.getvalue(), everything() == built) == ("", True)
    with clock.travelling(datetime(2026, 11, 24, 8, 0, tzinfo=UTC)):
        assert not is_of_today()
        call_command("demo", "--if-needed", stdout=told)
    assert "47 clients" in told.getvalue()
    assert Installation.objects.get().born_at.date() == date(2026, 11, 24)


def test_a_real_database_is_refused(db, settings):
    Installation.objects.update_or_create(pk=1, defaults={"kind": "real"})
    with pytest.raises(Refusal):
        refuse_real()
    settings.INSTALLATION_KIND = "real"
    with pytest.raises(CommandError):
        call_command("demo", "--rebuild")


@pytest.mark.parametrize(
    ("hour", "promised"),
    [
        ("06:00", "avant 10 h"),
        ("09:29", "avant 10 h"),
        ("09:30", "avant 11 h"),
        ("14:10", "avant 16 h"),
        ("22:00", "dans la soirée"),
    ],
)
def test_a_call_promised_for_today_is_still_to_come(hour, promised):
    days = Days(TODAY, datetime.fromisoformat(f"2026-11-23T{hour}:00+01:00"))
    assert days.say("{soon}").replace("\u00a0", " ") == promised


def test_what_would_be_in_the_future_happened_just_now_in_order():
    now = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    days = Days(TODAY, now)
    moments = [days.moment(TODAY, at) for at in ("08:00", "08:10", "17:40")]
    assert moments == sorted(moments)
    assert moments[-1] < now


def test_only_a_manager_resets_and_only_by_asking(as_nadia, as_camille, monkeypatch):
    asked = []
    monkeypatch.setattr("demo.views.async_task", asked.append)
    assert as_camille.post("/remettre-a-neuf/").status_code in (403, 404)
    assert as_nadia.get("/remettre-a-neuf/").status_code == 200
    assert asked == []
    assert as_nadia.post("/remettre-a-neuf/").status_code == 200
    assert asked == ["demo.jobs.rebuild"]
