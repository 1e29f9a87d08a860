"""The example of the house: Mme Lemoine on Monday 23 November 2026, with what was said and promised."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import time_machine

from accounts.models import Role, User
from crm.commitments import promise
from crm.contacts import add_contact, edit_contact
from crm.customers import create_customer
from crm.exchanges import NextStep, log_interaction
from crm.models import BadAddress, Contact, Customer, Interaction, Tag

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, 52, tzinfo=PARIS)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment of autumn 2026, in Paris."""
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def person(name: str, role: str, job_title: str = "") -> User:
    """A colleague, whom a persona may already be."""
    email = f"{name.lower()}@demo.example"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, "une phrase de passe assez longue", name=name, role=role, job_title=job_title)


def build() -> SimpleNamespace:
    """Write the example by the gestures, each at its moment; returns who and what is in it."""
    camille, karim = person("Camille", Role.RECEPTION), person("Karim", Role.ACCOUNTANT)
    nadia, thomas = person("Nadia", Role.MANAGER), person("Thomas", Role.RECEPTION, "poseur")
    with time_machine.travel(at(12, 9, month=10), tick=False):
        customer = create_customer(
            by=camille, name="Mme Anne Lemoine", type="consumer", city="Nantes", postal_code="44000", address="12 rue des Carmes",
            since_on=date(2021, 3, 4), preferred_channel="phone", preferred_moment="le matin", phone="+33639980045",
            email="anne.lemoine@courriel.example",
        )  # fmt: skip
        born = Contact.objects.get(customer=customer)
        fields = {
            "civility": "mme",
            "first_name": "Anne",
            "last_name": "Lemoine",
            "mobile": "+33639980045",
            "email": customer.email,
        }
        anne = edit_contact(born, by=camille, **fields)
        paul = add_contact(
            customer, by=camille, civility="m", first_name="Paul", last_name="Lemoine", job_title="son mari",
            note="présent pour les poses", email="paul@courriel.example",
        )  # fmt: skip
        BadAddress.objects.create(address="paul@courriel.example", reason="Boîte inconnue du serveur")
        customer.tags.add(Tag.objects.create(name="chantier en cours"))
    with time_machine.travel(at(6, 11, 20), tick=False):
        log_interaction(
            customer, by=nadia, kind="email", direction="in", contact=anne, occurred_at=at(6, 11, 5), mood="upset",
            body="« La livraison de mercredi est incomplète et personne ne m’a prévenue. J’ai dû m’en apercevoir seule. »",
            next_step=NextStep(what="Répondre par écrit", due_on=date(2027, 1, 6), owner=nadia),
        )  # fmt: skip
    with time_machine.travel(at(20, 16, 48), tick=False):
        call = log_interaction(
            customer, by=camille, kind="call", direction="in", contact=anne, occurred_at=at(20, 16, 42), minutes=6, mood="worried",
            body="Deux charnières manquent depuis la livraison. Elle comprend le retard mais ne peut rien ranger. Je lui ai promis un rappel "
            "lundi avant 10 h, avec une date. Elle réglera la facture une fois les portes posées.",
            next_step=NextStep(what="Rappeler avec une date", due_on=date(2026, 11, 23), due_at=time(10), due_before=True),
        )  # fmt: skip
        promise(
            customer,
            owed_by="them",
            what="Régler la facture une fois les portes posées",
            due_on=date(2026, 11, 30),
            by=camille,
            interaction=call,
        )
    with time_machine.travel(at(23, 8, 12), tick=False):
        log_interaction(
            customer, by=thomas, kind="note", occurred_at=at(23, 8, 10),
            body="Fournisseur joint : les deux charnières arrivent jeudi matin à l’atelier. Je peux passer chez elle jeudi à 14 h.",
            next_step=NextStep(what="Poser les deux charnières", due_on=date(2026, 11, 26), due_at=time(14), owner=thomas),
        )  # fmt: skip
    return SimpleNamespace(
        customer=customer, anne=anne, paul=paul, call=call, camille=camille, karim=karim, nadia=nadia, thomas=thomas
    )


def rest_of_the_day(world: SimpleNamespace) -> None:
    """What else Camille owes and awaits that Monday."""
    camille, karim = world.camille, world.karim
    with time_machine.travel(at(19, 14, 30), tick=False):
        okafor = create_customer(by=camille, name="M. Okafor", type="consumer", city="Rezé")
        log_interaction(
            okafor, by=camille, kind="call", direction="in", body="Il choisit avec sa fille. Photos prêtes dans son dossier.",
            next_step=NextStep(what="Envoyer les deux teintes de chêne", due_on=date(2026, 11, 23), due_at=time(12), due_before=True),
        )  # fmt: skip
        tilleuls = create_customer(by=camille, name="Crèche des Tilleuls", type="public", city="Nantes")
        promise(
            tilleuls,
            owed_by="us",
            what="Dire si l’on peut poser le 4 décembre",
            due_on=date(2026, 11, 23),
            due_at=time(18),
            due_before=True,
            owner=camille,
            by=camille,
        )
        aubry = create_customer(by=camille, name="Mme Aubry", type="consumer", city="Vertou")
        promise(
            aubry, owed_by="us", what="Préparer le devis de la bibliothèque", due_on=date(2026, 11, 25), owner=camille, by=camille
        )
        toussaint = create_customer(by=karim, name="M. Toussaint", type="consumer", city="Nantes")
        promise(toussaint, owed_by="them", what="Régler 420,00 €", due_on=date(2026, 11, 20), owner=camille, by=karim)
    with time_machine.travel(at(14, 10, month=8), tick=False):
        carvalho = create_customer(by=camille, name="M. Carvalho", type="consumer", city="Orvault", owner=camille)
        log_interaction(carvalho, by=world.thomas, kind="visit", body="Pose terminée, très content.", mood="happy")


def growing(customer: Customer, by: User, count: int, *, words: str = "Bonjour, tout va bien.") -> None:
    """`count` more exchanges on a record, one an hour back in time, written in bulk as a bench does."""
    Interaction.objects.bulk_create(
        [
            Interaction(
                customer=customer, kind="call" if number % 3 else "commitment_kept", direction="in" if number % 3 else "", author=by,
                occurred_at=MONDAY - timedelta(hours=number), recorded_at=MONDAY, summary="Appel reçu", body=words if number % 3 else "",
            )
            for number in range(1, count + 1)
        ]
    )  # fmt: skip
