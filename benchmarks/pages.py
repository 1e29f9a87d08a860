"""Which pages the bench asks for, and what they cost inside: run as `python -m benchmarks.pages` on one bench world.

Prints one JSON object: the cookie of a signed-in manager, and for each page its address, its statements (beside those of
session and user), its bytes, and the address of the floor's page it is compared with.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from demo.world_money import BILLED, FIRST

# What every signed-in page of any Django pays: who is asking.
OF_SESSION = re.compile(r'FROM "django_session"|FROM "accounts_user" WHERE "accounts_user"."id" = ')
COMMON, NOWHERE = "facture", "zyxwvut"


@dataclass
class Page:
    """One page of ours, the floor's page nearest to it, and what a request of ours costs."""

    name: str
    path: str
    floor: str = ""
    reader: str = ""  # address of who asks, when it is not the manager: a client, in their space
    cookie: str = ""  # theirs
    statements: int = 0
    octets: int = 0


def chosen_pages() -> list[Page]:
    """The pages of this world, by what its rows are."""
    from crm.models import Customer, Interaction  # inline: Django is set up here

    fixed = list(Customer.objects.order_by("pk")[:3])
    rare = re.findall(r"\d{5}", Interaction.objects.exclude(body="").earliest("pk").body)[-1]
    name = Customer.objects.order_by("pk")[5].name.split()[-1]
    return [
        *(
            Page(f"record, {rows} interactions", f"/clients/{row.public_id}/", f"/record/{row.pk}")
            for rows, row in zip(("10", "500", "10 000"), fixed, strict=False)
        ),
        Page("list of customers", "/clients/", "/customers"),
        Page("list of customers, searched", f"/clients/?q={quote(name)}", f"/customers?q={quote(name)}"),
        Page("search, common word", f"/recherche/?q={COMMON}"),
        Page("search, rare word", f"/recherche/?q={rare}"),
        Page("search, no hit", f"/recherche/?q={NOWHERE}"),
        Page("Aujourd’hui", "/"),
        Page("commitments", "/engagements/"),
        Page("mails", "/courrier/"),
        *money_pages(),
    ]


def money_pages() -> list[Page]:
    """What is owed, what is asked and what is reproached; none in a world without money."""
    from billing.models import Invoice  # inline: Django is set up here
    from crm.models import Customer  # inline: Django is set up here

    billed = list(Customer.objects.order_by("pk")[FIRST : FIRST + len(BILLED)])
    open_one = Invoice.objects.unpaid().order_by("due_on", "pk").first()
    if open_one is None:
        return []
    spaces = [(rows, row, portal_reader(row)) for rows, row in zip(BILLED, billed, strict=False)]
    return [
        Page("list of unpaid invoices", "/factures/", "/unpaid"),
        Page("one invoice", f"/factures/{open_one.public_id}/"),
        Page("list of payments", "/encaissements/"),
        Page("list of complaints", "/reclamations/"),
        Page("queue of reminders", "/relances/"),
        *(Page(f"record, {rows} invoices", f"/clients/{row.public_id}/") for rows, row, _who in spaces),
        *(Page(f"space of a client, {rows} invoices: home", "/espace/", reader=who) for rows, _row, who in spaces),
        *(Page(f"space of a client, {rows} invoices: list", "/espace/documents/", reader=who) for rows, _row, who in spaces),
        *(
            Page(f"space of a client, {rows} invoices: one", f"/espace/documents/{newest_of(row)}/", reader=who)
            for rows, row, who in spaces
        ),
    ]


def newest_of(customer: Any) -> str:
    """The public id of their newest invoice."""
    return customer.invoices.issued().order_by("-pk").values_list("public_id", flat=True)[0]


def portal_reader(customer: Any) -> str:
    """The address of somebody who comes into the space of that client, invited now if nobody is."""
    from crm.access import invite  # inline: Django is set up here
    from crm.models import Contact, ContactAccess  # inline: Django is set up here

    access = ContactAccess.objects.living().filter(customer=customer).select_related("user").first()
    if access is None:
        person = customer.contacts.present().exclude(email="").first()
        if person is None:
            box = f"espace-{customer.reference.lower()}@banc.example"
            person = Contact.objects.create(customer=customer, last_name="Espace", email=box, email_key=box)
        access = invite(person, customer=customer, by=None)
    return str(access.user.email)


def measured(pages: list[Page]) -> str:
    """Fill in what each page costs, asked by the test client; returns the cookie to ask with over the wire."""
    from django.db import connection  # inline: Django is set up here
    from django.test import Client  # inline: Django is set up here
    from django.test.utils import CaptureQueriesContext  # inline: Django is set up here

    from accounts.models import User  # inline: Django is set up here

    manager = "personne0@banc.example"
    clients = {}
    for email in {manager, *(page.reader for page in pages if page.reader)}:
        clients[email] = Client(HTTP_HOST="localhost")
        clients[email].force_login(User.objects.get(email=email))
        clients[email].get("/")  # the session is rewritten at its first request
    for page in pages:
        client = clients[page.reader or manager]
        page.cookie = cookie_of(client) if page.reader else ""
        client.get(page.path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(page.path)
        if answer.status_code != 200:
            raise SystemExit(f"{page.path} answers {answer.status_code}")
        page.statements = sum(1 for query in captured if not OF_SESSION.search(query["sql"]) and "SAVEPOINT" not in query["sql"])
        page.octets = len(answer.content)
    return cookie_of(clients[manager])


def cookie_of(client: Any) -> str:
    """The session of a signed-in browser, as its header says it."""
    from django.conf import settings  # inline: Django is set up here

    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def main() -> None:
    """What the other side of the bench reads."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # inline: Django is set up here

    django.setup()
    from config.preparing import collect_static  # inline: Django is set up here

    collect_static()
    pages = chosen_pages()
    cookie = measured(pages)
    print(json.dumps({"cookie": cookie, "pages": [asdict(page) for page in pages]}))


if __name__ == "__main__":
    main()
