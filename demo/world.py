"""A bench world as plain facts: who the customers are, what was said, promised and written. The same seed gives the same
world; `demo.bulk` writes it, and a test has the gestures write it too."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

FIXED = (10, 500, 10_000)  # interactions of the first three customers, where the world is large enough
YEARS = 4
PEOPLE = 5

_FIRST = (
    "Amélie Benoît Chloé Désiré Élodie François Gaëlle Hélène Inès Jérôme Loïc Maëlys Noël Océane Pénélope Rémi Sébastien Thérèse "
    "Zoé Anne Marie Paul Luc Jean Sophie Claire Marc Julie Nadia Yann"
).split()
_LAST = (
    "Lefèvre Béranger Müller Dubois Garçon Forêt Châtelain Pélissier Château Rivière Gonçalves Desprès Hervé Brûlé Martin Durand "
    "Petit Leroy Moreau Simon Laurent Michel Garcia David Bertrand Roux Vincent Fournier Morel Cœurdassier"
).split()
_TRADES = "Boulangerie Plomberie Garage Cabinet Atelier Pharmacie Librairie Épicerie Fromagerie Imprimerie Maçonnerie Hôtellerie".split()
_FORMS = "SARL SAS EURL SASU EI".split()
_TOWNS = (
    ("44000", "Nantes"), ("35000", "Rennes"), ("29200", "Brest"), ("56000", "Vannes"), ("49000", "Angers"), ("85000", "La Roche-sur-Yon"),
    ("44600", "Saint-Nazaire"), ("22000", "Saint-Brieuc"), ("53000", "Laval"), ("72000", "Le Mans"),
)  # fmt: skip
_WORDS = (
    "facture livraison retard délai règlement chèque virement devis commande qualité défaut remboursement échéance médiation geste "
    "commercial acompte contrat entretien intervention téléphone réponse satisfait mécontent remercié rappelé confirmé promis payé "
    "erreur montant adresse dirigeant comptable accueil chantier pièce garantie échange retour série numéro référence trimestre "
    "bilan ambassadeur parrainage témoignage avis fidélité remise nouveauté poli pressé inquiet rassuré cœur œuvre escalier volet "
    "fenêtre parquet placard bibliothèque terrasse portail chêne hêtre frêne châtaignier vernis huile poignée serrure charnière"
).split()
_SAYS = (
    "Appelle au sujet de {}.", "Demande où en est {}.", "Remercie pour {} et parle de {}.", "Un souci avec {}, lié à {}.",
    "Voudrait {} avant la fin du mois.", "Confirme {} ; reste à voir {}.", "{} : tout est en ordre.", "Hésite entre {} et {}.",
)  # fmt: skip
_PROMISES = ("Rappeler avec une date", "Envoyer le devis", "Passer prendre les cotes", "Vérifier le délai", "Renvoyer la facture")
_MOODS = ("", "", "", "", "calm", "happy", "worried", "upset")
_KINDS = (("call", "in"), ("call", "in"), ("call", "out"), ("email", "in"), ("visit", ""), ("note", ""), ("message", "in"))
_NOWHERE = "client-{}.example"


@dataclass(frozen=True)
class ClientFact:
    """A customer, its record opened at `at` by the house's person number `by`, and somebody to speak to there."""

    number: int
    at: datetime
    by: int
    fields: dict[str, Any]
    contact: dict[str, Any] = field(default_factory=dict)
    tagged: bool = False


@dataclass(frozen=True)
class PromiseFact:
    """What was promised with an exchange, for how many days later, and when it was kept if it was."""

    what: str
    days: int
    kept_at: datetime | None = None
    owed_by: str = "us"


@dataclass(frozen=True)
class SaidFact:
    """An exchange with customer `client`."""

    client: int
    at: datetime
    by: int
    kind: str
    direction: str
    body: str
    mood: str = ""
    minutes: int | None = None
    promise: PromiseFact | None = None


@dataclass(frozen=True)
class MailFact:
    """A mail that left at once."""

    client: int
    at: datetime
    by: int
    subject: str
    text: str


@dataclass
class World:
    """All of it; `said` and `mails` in the order of time. `told` counts the interactions of each customer, the rows that the
    house writes of itself included."""

    clients: list[ClientFact]
    said: list[SaidFact]
    mails: list[MailFact]
    told: list[int]


def invent(*, customers: int, interactions: int, seed: int, now: datetime) -> World:
    """`customers` records that hold `interactions` rows of history in all, ending at `now`. The first three hold exactly
    `FIXED` rows (less when the world is too small for them), the others share the rest as firms do: few have much."""
    chance = random.Random(seed)
    clients = [_client(chance, number, now) for number in range(customers)]
    told = [1 + bool(client.contact) + client.tagged for client in clients]
    world = World(clients, [], [], told)
    wanted = _fixed(interactions, customers)
    for number, rows in enumerate(wanted):
        while told[number] < rows:
            _add(chance, world, number, now, room=rows - told[number])
    total = sum(told)
    while total < interactions:
        number = len(wanted) + int((customers - len(wanted)) * chance.random() ** 2.2)
        before = told[number]
        _add(chance, world, number, now, room=interactions - total)
        total += told[number] - before
    world.said.sort(key=lambda fact: (fact.at, fact.client))
    world.mails.sort(key=lambda fact: (fact.at, fact.client))
    return world


def _fixed(interactions: int, customers: int) -> list[int]:
    left = interactions - 3 * customers
    return [rows for rows in FIXED if rows <= max(left, 0) and customers > len(FIXED)]


def _client(chance: random.Random, number: int, now: datetime) -> ClientFact:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    postal_code, city = chance.choice(_TOWNS)
    person = chance.random() < 0.6
    name = (
        f"{chance.choice(['M.', 'Mme'])} {first} {last}" if person else f"{chance.choice(_TRADES)} {last} {chance.choice(_FORMS)}"
    )
    fields = {
        "name": name, "type": "consumer" if person else "professional", "city": city, "postal_code": postal_code, "country": "FR",
        "address": f"{chance.randint(1, 199)} rue {chance.choice(_LAST)}", "email": f"bonjour@{_NOWHERE.format(number)}",
        "phone": f"+3363998{number % 10_000:04d}", "source": chance.choice(["", "site internet", "salon"]),
        "preferred_channel": chance.choice(["", "phone", "email"]), "since_on": None,
    }  # fmt: skip
    contact = {}
    if not person:
        contact = {"civility": chance.choice(["m", "mme"]), "first_name": first, "last_name": last, "job_title": "gérance",
                   "email": f"{number}@{_NOWHERE.format(number)}", "decides": True}  # fmt: skip
    age = timedelta(days=YEARS * 365 + 30 - number % 30)  # before anything is said
    return ClientFact(number, _at(now, age, chance), chance.randrange(PEOPLE), fields, contact, tagged=chance.random() < 0.2)


def _at(now: datetime, age: timedelta, chance: random.Random) -> datetime:
    day = (now - age).date()
    return datetime(day.year, day.month, day.day, chance.randint(7, 16), chance.randint(0, 59), chance.randint(0, 59), tzinfo=UTC)


def _add(chance: random.Random, world: World, number: int, now: datetime, *, room: int) -> None:
    """One more exchange or mail with a customer, of at most `room` rows."""
    at = _at(now, timedelta(days=1 + int((YEARS * 365 - 2) * chance.random() ** 1.3)), chance)
    by = chance.randrange(PEOPLE)
    if chance.random() < 0.02:
        world.mails.append(
            MailFact(number, at, by, _words(chance, 3).capitalize(), f"Bonjour,\n\n{_body(chance)}\n\nBien à vous.")
        )
        world.told[number] += 1
        return
    kind, direction = chance.choice(_KINDS)
    promise = _promise(chance, at, now, room) if chance.random() < 0.2 else None
    minutes = chance.choice([None, 3, 6, 12]) if kind == "call" else None
    mood = "" if kind == "note" else chance.choice(_MOODS)
    world.said.append(SaidFact(number, at, by, kind, direction, _body(chance), mood, minutes, promise))
    world.told[number] += 1 + (promise is not None and promise.kept_at is not None)


def _promise(chance: random.Random, at: datetime, now: datetime, room: int) -> PromiseFact:
    days = chance.randint(1, 21)
    kept_at = at + timedelta(days=days, minutes=-chance.randint(60, 600))
    kept = room > 1 and kept_at < now and (chance.random() < 0.995 or at > now - timedelta(days=60))
    return PromiseFact(chance.choice(_PROMISES), days, kept_at if kept else None, "them" if chance.random() < 0.2 else "us")


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))


def _body(chance: random.Random) -> str:
    sentences = []
    for _sentence in range(chance.randint(1, 4)):
        pattern = chance.choice(_SAYS)
        sentences.append(pattern.format(*(_words(chance, chance.randint(2, 5)) for _place in range(pattern.count("{}")))))
    return f"{' '.join(sentences)} Dossier {chance.randint(10_000, 99_999)}."


def in_batches(rows: list[Any], size: int) -> Iterator[list[Any]]:
    """`rows` by slices of `size`."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
