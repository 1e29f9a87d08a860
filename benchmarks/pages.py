"""Which pages the bench asks for, and what they cost inside: run as `python -m benchmarks.pages` on one bench world.

Prints one JSON object: the cookie of a signed-in manager, and for each page its address, its statements (beside those of
session and user), its bytes, and the address of the floor's page it is compared with.
"""

import json
import os
import re
from dataclasses import asdict, dataclass
from urllib.parse import quote

# What every signed-in page of any Django pays: who is asking.
OF_SESSION = re.compile(r'FROM "django_session"|FROM "accounts_user" WHERE "accounts_user"."id" = ')
COMMON, NOWHERE = "facture", "zyxwvut"


@dataclass
class Page:
    """One page of ours, the floor's page nearest to it, and what a request of ours costs."""

    name: str
    path: str
    floor: str = ""
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
    ]


def measured(pages: list[Page]) -> str:
    """Fill in what each page costs, asked by the test client; returns the cookie to ask with over the wire."""
    from django.conf import settings  # inline: Django is set up here
    from django.db import connection  # inline: Django is set up here
    from django.test import Client  # inline: Django is set up here
    from django.test.utils import CaptureQueriesContext  # inline: Django is set up here

    from accounts.models import User  # inline: Django is set up here

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(email="personne0@banc.example"))
    client.get("/")  # the session is rewritten at its first request
    for page in pages:
        client.get(page.path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(page.path)
        if answer.status_code != 200:
            raise SystemExit(f"{page.path} answers {answer.status_code}")
        page.statements = sum(1 for query in captured if not OF_SESSION.search(query["sql"]) and "SAVEPOINT" not in query["sql"])
        page.octets = len(answer.content)
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
