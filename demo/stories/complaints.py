"""Complaints at every point of their course: day 52 of two months, at the mediator, a firm's, an oral one, one that ended well."""

from datetime import timedelta
from decimal import Decimal

from complaints import handling, replying
from complaints.models import Complaint
from complaints.states import F
from demo.cast import CAMILLE, NADIA
from demo.scene import Scene
from lib import clock


def received(
    scene: Scene, key: str, days: int, subject: str, body: str, *, channel: str = "post", person: str = "", label: str = "",
    written: bool = True, owner: str = NADIA,
) -> None:  # fmt: skip
    """A complaint sent `days` days ago."""
    day = scene.days.today - timedelta(days)

    def play() -> None:
        contact = scene.person(key, person)
        contact = contact or scene.clients[key].contacts.order_by("pk").first()
        scene.complaints[key] = handling.open_complaint(
            customer=scene.clients[key].head, subject=scene.days.say(subject), body=scene.days.say(body), channel=channel,
            by=scene.house[CAMILLE], today=day, sent_on=day, received_on=day, written=written, contact=contact,
            invoice=scene.papers.get((key, label)) if label else None, owner=scene.house[owner],
        )  # fmt: skip

    scene.at(day, "10:40", play)


def then(scene: Scene, key: str, days: int, hour: str, gesture: object) -> None:
    """Something is done about it `days` days ago."""
    day = scene.days.today - timedelta(days)

    def play() -> None:
        gesture(Complaint.objects.get(pk=scene.complaints[key].pk), scene.house[NADIA], clock.today())  # type: ignore[operator]
        scene.deliver()

    scene.at(day, hour, play)


def fact(kind: str, words: str = "", **fields: object) -> object:
    """A dated fact, noted the day it happened."""
    return lambda complaint, by, today: handling.record_fact(
        complaint, kind=kind, on=today, by=by, today=today, words=words, **fields
    )


def ollivier(scene: Scene) -> None:
    """Day 52 of two months: the answer must leave."""
    received(
        scene, "ollivier", 52, "Volet qui ne ferme plus", "Le volet de la cuisine frotte depuis les pluies et ne ferme plus. Je demande "
        "que vous repreniez le gond et que vous en preniez la charge.",
    )  # fmt: skip
    then(scene, "ollivier", 50, "09:30", lambda one, by, today: replying.acknowledge(one, by=by, today=today))


def bergot(scene: Scene) -> None:
    """At the mediator, who has told both sides."""
    received(
        scene, "bergot", 160, "Teinte différente de l'échantillon", "La teinte de la bibliothèque n'est pas celle de l'échantillon. Je "
        "demande sa reprise complète.", channel="email",
    )  # fmt: skip
    then(scene, "bergot", 158, "09:00", lambda one, by, today: replying.acknowledge(one, by=by, today=today))
    words = scene.days.say("La teinte livrée est celle du bon signé. Nous proposons une retouche, pas une reprise complète.")
    then(scene, "bergot", 120, "15:00", lambda one, by, today: replying.refuse(one, words=words, by=by, today=today))
    then(
        scene,
        "bergot",
        40,
        "11:00",
        fact(F.REFERRED, "Nous l'apprenons par le médiateur.", place="Médiation de l’Estuaire", number="ME-2026-118"),
    )
    then(scene, "bergot", 30, "11:00", fact(F.NOTIFIED))


def syndic(scene: Scene) -> None:
    """A firm's: no mediation, and the page says why."""
    received(
        scene, "syndic", 12, "Portes coupe-feu livrées sans procès-verbal", "Les trois portes du parking sont posées, mais les procès-verbaux "
        "manquent : notre assurance les réclame.", channel="email", person="Claire Jaouen",
    )  # fmt: skip


def lemoine(scene: Scene) -> None:
    """Two hinges: a complaint on one invoice, whose reminder waits."""
    received(
        scene, "lemoine", 1, "Deux charnières manquantes", "Les portes du bas ne sont pas posées. Je réglerai quand tout sera en place.",
        channel="email", label="dressing", person="Anne Lemoine", owner=CAMILLE,
    )  # fmt: skip


def pinto(scene: Scene) -> None:
    """Said aloud: nothing runs until it is written, and we say how."""
    received(scene, "pinto", 4, "Bruit du plancher", "Le plancher craque depuis la pose.", channel="phone", written=False)


def trevidic(scene: Scene) -> None:
    """Ended well: a gesture, and thanks."""
    received(scene, "trevidic", 75, "Tiroir voilé", "Le tiroir du bas ne coulisse plus depuis l'été.", channel="email")
    then(scene, "trevidic", 74, "10:00", lambda one, by, today: replying.acknowledge(one, by=by, today=today))
    words = scene.days.say("Vous avez raison. Nous remplaçons le tiroir et vous offrons l'entretien de l'année.")
    then(
        scene, "trevidic", 68, "14:00",
        lambda one, by, today: replying.answer(
            one, decision=F.FAVOURABLE, words=words, by=by, today=today, amount=Decimal("60.00"), until=today + timedelta(10)
        ),
    )  # fmt: skip
    then(
        scene,
        "trevidic",
        55,
        "16:00",
        lambda one, by, today: handling.close(one, satisfied=True, reason="Tiroir remplacé.", by=by, today=today),
    )


STORIES = (ollivier, bergot, syndic, lemoine, pinto, trevidic)
