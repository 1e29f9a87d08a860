"""The invented firm, whole: its people, its clients, their years and the last weeks, in one transaction."""

from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts import people
from accounts.models import Installation, User
from crm import access, customers, triggers
from crm.addresses import bad_among
from crm.company import update_company
from crm.contacts import edit_contact
from crm.importing import receiving, running
from crm.merging import merge_customers
from crm.models import Customer
from demo.cast import CAMILLE, CLIENTS, FIRM, HOUSE, KARIM, NADIA, TAGS, Client
from demo.days import Days
from demo.scene import Scene
from demo.stories import complaints, money, news, promises, troubles
from demo.works import tell_years
from lib import clock
from lib.errors import Refusal
from lib.folding import fold
from lib.public_ids import drawn_from

# What the invented firm's tables never hold: the house's own books.
KEPT = {"accounts_installation", "django_content_type", "auth_permission", "django_q_schedule", "django_q_task", "django_q_ormq"}


def build(now: datetime) -> dict[str, int]:
    """Empty the demonstration and build it again as of `now` (aware), all of it or nothing; who reads meanwhile goes on
    reading the former one. Returns how many rows of what. Refuses any database that is not a demonstration."""
    refuse_real()
    former = set(stored_files())
    with transaction.atomic(), drawn_from("Menuiserie Duval"):
        empty()
        scene = Scene(Days(clock.local(now, clock.PARIS).date(), now), {})
        with clock.travelling(scene.days.moment(scene.days.ago(2150), "09:00")):
            open_house(scene)
        for number, client in enumerate(CLIENTS):
            welcome(scene, client, number)
        tell_years(scene, CLIENTS)
        for story in (*promises.STORIES, *troubles.STORIES, *news.STORIES, *money.STORIES, *complaints.STORIES):
            story(scene)
        surprises(scene)
        moments = scene.play()
        Installation.objects.filter(pk=1).update(born_at=now)
    for path in former:
        path.unlink(missing_ok=True)
    return {"moments": moments, "customers": Customer.objects.count()}


def is_there() -> bool:
    """Whether a demonstration has been built, of whatever day."""
    return Customer.objects.exists() and Installation.objects.filter(born_at__isnull=False).exists()


def is_of_today() -> bool:
    """Whether the demonstration is there and dated from the civil day in force."""
    born = Installation.objects.values_list("born_at", flat=True).first()
    return Customer.objects.exists() and born is not None and clock.local(born, clock.PARIS).date() == clock.today(clock.PARIS)


def refuse_real() -> None:
    """Raise Refusal unless both the settings and the database itself say that everything here is invented."""
    recorded = Installation.objects.values_list("kind", flat=True).first()
    if settings.INSTALLATION_KIND != "demo" or recorded != "demo":
        raise Refusal("Cette base n’est pas une démonstration : rien n’a été touché.")


def empty() -> None:
    """Delete every row of ours and begin the numbers again, inside the caller's transaction."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    wanted = sorted(set(tables) - KEPT)
    triggers.remove(connection, triggers.declared())  # nothing here was ever issued to anybody
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), wanted, reset_sequences=True, allow_cascade=False):
            cursor.execute(statement)
    triggers.install(connection, triggers.declared())


def stored_files() -> list[Path]:
    """The files of this database, which go with its rows."""
    return [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()] if Path(settings.FILES_DIR).exists() else []


def open_house(scene: Scene) -> None:
    """The firm and those who work there; they come in by the role cards, without a password."""
    teams = {name: people.add_team(name, by=None) for name in ("Bureau", "Atelier")}
    for key, (email, name, job, role, team) in HOUSE.items():
        person = User.objects.create_user(email, name=name, job_title=job, role=role, team=teams.get(team))
        person.verify_address()
        scene.house[key] = person
    update_company(by=None, **FIRM)
    for name in TAGS:
        customers.find_tag(name)


def welcome(scene: Scene, client: Client, number: int) -> None:
    """Schedule the opening of a client's record."""
    persons = []
    for place, (civility, first, last, job) in enumerate(client.persons):
        box = f"{fold(first)}.{fold(last)}".replace(" ", "-").replace("'", "")
        own = (
            {}
            if client.is_person
            else {
                "email": f"{box}@{client.key}.example",
                "receives_invoices": place == len(client.persons) - 1,
                "decides": place == 0,
            }
        )
        persons.append({"civility": civility, "first_name": first, "last_name": last, "job_title": job, **own})
    fields = {
        "name": client.name, "type": client.type, "city": client.city, "postal_code": client.postal_code, "address": client.address,
        "phone": f"06399{80000 + PHONES.get(client.key, 200 + number)}", "email": address_of(client), "siren": client.siren,
        "language": client.language, "preferred_channel": client.channel, "preferred_moment": client.moment, "source": client.source,
        "note": client.note, "since_on": scene.days.ago(client.since), "owner": client.owner, "tags": client.tags,
    }  # fmt: skip
    hour = f"07:{number:02d}"
    scene.welcome(client.key, scene.days.ago(client.since), hour, by=client.owner or CAMILLE, persons=tuple(persons), **fields)


# The last line has a wrong address: the report says so.
VISITORS = (
    "Nom;E-mail;Téléphone;Adresse;Code postal;Ville",
    "Mme Inès Caradec;ines.caradec@courriel.example;06 39 98 03 01;2 rue des Salorges;44100;Nantes",
    "M. Bertrand Lefort;;06 39 98 03 02;15 rue de la Gare;44140;Montbert",
    "Lestrade Alain;;06 39 98 02 11;5 rue des Fauvettes;44240;La Chapelle-sur-Erdre",
    "Café de l'Écluse;bonjour@ecluse.example;02 61 91 03 04;1 quai de l'Écluse;44450;Divatte",
    "Mme Yvonne Thébaud;yvonne.thebaud@@courriel.example;06 39 98 03 05;8 rue du Puits;44115;Haute-Goulaine",
)
PHONES = {"lemoine": 45, "boreal": 112, "toussaint": 127}


def address_of(client: Client) -> str:
    """An address that cannot exist (RFC 2606)."""
    if not client.is_person:
        return f"contact@{client.key}.example"
    words = [fold(word) for word in client.name.split() if word not in ("M.", "Mme", "Ms", "et")]
    return ".".join(words) + "@courriel.example"


def surprises(scene: Scene) -> None:
    """A file of visitors with somebody we know already, a record that was entered twice, an address that changed after the
    letter was written."""
    work = scene.days.work
    scene.at(work(-7), "11:00", lambda: import_visitors(scene))
    other = {
        "type": "professional",
        "name": "Boulangerie Pelisson",
        "city": "Nantes",
        "postal_code": "44000",
        "address": "18 rue du Pain",
    }
    scene.welcome("second", work(-60), "15:00", by=KARIM, source="ancien fichier", **other)
    scene.said("second", work(-58), "16:00", KARIM, "note", "Ancienne fiche, retrouvée dans les papiers du magasin.")
    reason = "Même boulangerie, même adresse. La fiche avait été saisie deux fois."
    scene.at(
        work(-57),
        "09:00",
        lambda: merge_customers(scene.clients["pelisson"], scene.clients["second"], by=scene.house[KARIM], reason=reason),
    )
    scene.at(work(-11), "10:05", lambda: open_space(scene))
    scene.at(work(-1), "17:35", lambda: new_address(scene))
    scene.at(scene.days.today, "08:00", scene.deliver)


def open_space(scene: Scene) -> None:
    """Mme Lemoine may come into her space: the client of the login page's cards."""
    contact = scene.person("lemoine", "Anne Lemoine")
    if contact is not None:
        access.invite(contact, by=scene.house[CAMILLE])
        scene.deliver()


def new_address(scene: Scene) -> None:
    """Mme Sorel gives another address while a letter to the former one waits: the outbox holds it."""
    contact = scene.person("sorel", "Florence Sorel")
    if contact is not None and not bad_among([contact.email]):
        edit_contact(contact, by=scene.house[NADIA], email="f.sorel@sorel.example")


def import_visitors(scene: Scene) -> None:
    """The visitors of the trade fair come in by a file; one of them is a client already, which a person must settle."""
    by = scene.house[KARIM]
    file = ContentFile("\n".join(VISITORS).encode("cp1252"))
    batch = receiving.receive_file(file=file, filename="visiteurs-salon.csv", by=by, source="salon de l’habitat")
    batch = receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), default_type="", by=by)
    running.start_import(batch, by=by, tried=False)
    running.carry_on(batch.pk, seconds=60)
