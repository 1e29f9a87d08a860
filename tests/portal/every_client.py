"""For a whole firm already built: what each of its clients reads beside what the house decides, and what their pages cost."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing import links
from billing.models import Invoice
from config.api.reminders import tell_plan
from crm import access
from crm.company import the_company
from crm.models import Contact, Customer
from lib import clock
from portal.between import Reader, read_between
from tact.planning import plan, planning_day
from tact.situation import read
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in
from tests.portal.conftest import followed

MOST = 12  # statements of one page, session and access counted
KEPT = "Nous ne vous relancerons pas"
OWN_REASONS = {"hold"}  # what a person of the house decided is not told


def each_reads_the_decision_of_the_queue_the_record_and_the_api() -> int:
    """Compare, client by client, invoice by invoice; returns how many sentences were read."""
    company, by = the_company(), User.objects.filter(role="manager").earliest("pk")
    on, now = planning_day(clock.today(), company.holiday_zone), clock.now()
    queue = {row.decision.customer.ref: row.decision for row in plan(on=on, now=now, zone=company.holiday_zone)}
    api = {row["customer"]: row for row in tell_plan(on=None)["results"]}
    read_sentences = 0
    for customer in Customer.objects.heads().order_by("pk"):
        ids = customer.family_ids()
        debts = list(Invoice.objects.unpaid_of(ids).order_by("due_on", "number"))
        between = read_between(Reader(customer, ids, None, company, True), debts, today=clock.today())
        decision = queue.get(customer.public_id)
        if decision is None:
            assert (debts, between.waits, customer.public_id in api) == ([], {}, False), customer.name
            continue
        kept = {claim.debt.link.ref: claim for claim in decision.waiting if claim.kept > 0}
        told = {ref for ref, claim in kept.items() if {reason.code for reason in claim.reasons} - OWN_REASONS}
        assert set(between.waits) == told, customer.name
        owed = read(customer, user=by, now=now).owed
        assert owed is not None
        assert owed.decision == decision, customer.name
        by_api = {row["invoice"]: row["kept"] for row in api[customer.public_id]["waiting"] if row["kept"] != "0.00"}
        assert by_api == {ref: f"{claim.kept:.2f}" for ref, claim in kept.items()}, customer.name
        read_sentences += len(between.waits)
    return read_sentences


def every_page_of_every_client_costs_twelve_statements_at_most() -> int:
    """In their space and by the link of each document; returns how many pages were asked for, each showing its sentence."""
    by, asked = User.objects.filter(role="manager").earliest("pk"), 0
    for customer in Customer.objects.heads().order_by("pk"):
        ids = customer.family_ids()
        person = Contact.objects.present().filter(customer_id__in=ids).order_by("-is_main", "pk").first()
        documents = list(Invoice.objects.of_family(ids).issued().order_by("pk"))
        if person is None or not documents:
            continue
        if not person.email:
            box = f"espace-{person.pk}@client.example"
            Contact.objects.filter(pk=person.pk).update(email=box, email_key=box)
            person.refresh_from_db()
        browser = signed_in(access.invite(person, customer=customer, by=by, sees_all=True).user)
        browser.get("/espace/mes-donnees/")  # the session is written at its first request
        pages = ["/espace/", "/espace/documents/", "/espace/messages/", "/espace/mes-donnees/", "/espace/mes-donnees.json"]
        pages += [f"/espace/documents/{row.public_id}/" for row in documents]
        reached = [(browser, page) for page in pages]
        reached += [
            followed(links.mint(row, contact=person, address=person.email, by=None, on=clock.today())) for row in documents
        ]
        costs = {page: statements(one, page) for one, page in reached}
        assert {page: cost for page, cost in costs.items() if cost > MOST} == {}, customer.name
        debts = list(Invoice.objects.unpaid_of(ids).order_by("due_on", "number"))
        waits = read_between(Reader(customer, ids, person, the_company(), True), debts, today=clock.today()).waits
        shown = text_of(browser.get("/espace/"))
        assert all(words.replace("\u00a0", " ") in shown for words in waits.values()), customer.name
        assert shown.count(KEPT) == len(waits), customer.name
        asked += len(costs)
    return asked


def statements(browser: Client, page: str) -> int:
    """What it costs, all told."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page).status_code == 200
    return len([row for row in captured if "SAVEPOINT" not in row["sql"]])
