"""`world`: a bench world, written in bulk into the bench database."""

import gc
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Installation, Role, User
from billing.models import Invoice, Payment
from complaints.models import Complaint
from config.statistics import refresh_statistics
from crm.company import update_company
from crm.models import Commitment, Customer, Email, Interaction, SearchEntry
from demo.building import empty
from demo.bulk import write_world
from demo.bulk_money import write_money
from demo.world import FIXED, PEOPLE, invent
from demo.world_money import invent_money
from lib import clock
from lib.typography import plural


class Command(BaseCommand):
    help = "Écrit en masse un monde d’essai dans la base de banc d’essai (gardée ensuite telle quelle)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=10_000)
        parser.add_argument("--interactions", type=int, default=100_000, help="lignes de l’historique, en tout")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--again", action="store_true", help="efface d’abord le monde qui s’y trouve")

    def handle(self, *args: Any, customers: int, interactions: int, seed: int, again: bool, **options: Any) -> None:
        if settings.INSTALLATION_KIND != "bench" or Installation.objects.values_list("kind", flat=True).first() != "bench":
            raise CommandError("Cette base n’est pas un banc d’essai : rien n’a été touché.")
        if customers < 1 or interactions < 2 * customers:
            raise CommandError("Il faut au moins un client, et deux lignes d’historique par client.")
        if Customer.objects.exists():
            if not again:
                self.describe()
                raise CommandError("Un monde est déjà là, et il est gardé : --again l’efface et en écrit un autre.")
            with transaction.atomic():
                empty()
        began = time.monotonic()
        gc.disable()  # a million small objects, and nothing among them to collect: a quarter of the time
        house = open_house()
        world = invent(customers=customers, interactions=interactions, seed=seed, now=clock.now())
        written = write_world(world, house=house)
        write_money(invent_money(customers=customers, seed=seed, now=clock.now()), written, house=house)
        refresh_statistics()
        self.describe()
        self.stdout.write(f"Écrit en {time.monotonic() - began:.0f} s sur {connection.vendor}.")

    def describe(self) -> None:
        """What the world holds, and where its fixed records are."""
        counts = [
            (model._meta.model_name, model._default_manager.count())
            for model in (Customer, Interaction, Commitment, Email, SearchEntry, Invoice, Payment, Complaint)
        ]
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts))
        fixed = Customer.objects.filter(pk__in=Customer.objects.order_by("pk").values("pk")[: len(FIXED)])
        for row in fixed.annotate(rows=Count("interactions")).order_by("pk"):
            self.stdout.write(f"{row.reference} : {plural(row.rows, 'ligne')}, /clients/{row.public_id}/")


def open_house() -> list[User]:
    """The people of the bench: a manager, who is who the bench signs in, and those who wrote."""
    update_company(by=None, name="Banc d’essai", email="bonjour@banc.example")
    people = []
    for number in range(PEOPLE):
        role = Role.MANAGER if number == 0 else Role.RECEPTION
        people.append(User.objects.create_user(f"personne{number}@banc.example", name=f"Personne {number}", role=role))
        people[-1].verify_address()
    return people
