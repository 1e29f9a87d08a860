"""What is owed and what was said of it: invoices of every age, promises, transfers on their way, questions."""

from datetime import date, timedelta

from billing import questions
from billing.collecting import announce_transfer
from billing.correcting import credit_invoice
from billing.drafting import create_draft
from billing.models import Invoice
from crm import access
from crm.contacts import edit_contact
from demo.cast import CAMILLE, KARIM, NADIA
from demo.scene import Lines, Scene
from lib import clock
from portal.talking import promise_to_pay


def lines(*told: tuple[str, str, str]) -> Lines:
    """Lines of one piece each: what, in plain words, EUR without tax; 20 % of VAT."""
    return [
        {"description": what, "plain_words": plain, "quantity": "1", "unit_price": price, "vat_rate": "20"}
        for what, plain, price in told
    ]


def due_in(scene: Scene, days: int) -> date:
    """The civil day that many days from today (before when negative)."""
    return scene.days.today + timedelta(days)


def owing(scene: Scene) -> None:
    """Those who owe, from the mildest to the oldest."""
    bill = scene.invoiced
    bill("karst", "tablettes", lines(("Deux tablettes, hêtre", "pour la buanderie", "150.00")), due=due_in(scene, 5))
    bill(
        "perrin", "porte", lines(("Porte d’atelier, chêne massif", "une pièce", "590.00"), ("Pose et réglage", "une demi-journée", "126.67")),
        due=due_in(scene, -3), subject="La porte de l’atelier, posée chez vous, au prix du devis.",
    )  # fmt: skip
    bill("sorel", "bureau", lines(("Bureau d’associé, noyer", "livré et monté", "933.33")), due=due_in(scene, -3))
    bill("pelisson", "comptoir", lines(("Dessus de comptoir", "hêtre huilé", "400.00")), due=due_in(scene, -10))
    bill("pelisson", "étagères", lines(("Étagères à pain", "trois rangs", "220.83")), due=due_in(scene, -10), hour="11:40")
    bill("valmarais", "bancs", lines(("Six bancs de la salle des mariages", "restaurés", "4500.00")), due=due_in(scene, -10))
    bill("boreal", "portes", lines(("Huit blocs-portes", "chantier des Halles", "2100.00")), due=due_in(scene, -21))
    bill("boreal", "plinthes", lines(("Plinthes, 62 m", "chantier des Halles", "1100.00")), due=due_in(scene, -18))
    bill("atelier", "maquette", lines(("Maquette au 1/20", "projet du quai", "640.00")), due=due_in(scene, -34))
    bill("kone", "console", lines(("Console d’entrée", "frêne", "275.00")), due=due_in(scene, 18))


def promising(scene: Scene) -> None:
    """Those who said when: last Friday, today, in two days, in four parts."""
    work = scene.days.work
    scene.invoiced("toussaint", "placard", lines(("Portes de placard, solde", "deux vantaux", "350.00")), due=due_in(scene, -16))
    scene.invoiced("diallo", "tablette", lines(("Tablette du salon", "chêne, 1,80 m", "258.33")), due=due_in(scene, -8))
    scene.invoiced("vidal", "banquette", lines(("Table et banc", "pour six", "1833.33")), due=due_in(scene, -12))
    scene.paid("vidal", "banquette", work(-4), amount="550.00")
    scene.invoiced("renaud", "volets", lines(("Deux volets, peinture comprise", "façade sud", "216.67")), due=due_in(scene, -9))
    scene.at(work(-5), "17:10", lambda: promise_money(scene, "renaud", "volets", scene.days.today))


def promise_money(scene: Scene, key: str, label: str, on: date) -> None:
    """The client gives the day, by the link of their mail."""
    invoice = Invoice.objects.get(pk=scene.papers[key, label].pk)
    promise_to_pay(invoice, on=on, words=scene.days.say("Je règle dès que ma prime est versée."), contact=None)


def on_the_way(scene: Scene) -> None:
    """A transfer announced yesterday, and one that has just come."""
    work = scene.days.work
    scene.invoiced("hotel", "vestiaire", lines(("Vestiaire du hall", "frêne et laiton", "2350.00")), due=due_in(scene, -6))
    scene.at(work(-1), "18:05", lambda: announce_transfer(scene.papers["hotel", "vestiaire"], contact=None, on=clock.today()))
    scene.invoiced("delaunay", "marches", lines(("Nez de marches", "quatorze", "392.00")), due=due_in(scene, 2))
    scene.paid("delaunay", "marches", work(-1))


def asking(scene: Scene) -> None:
    """A question on a line that waits for us, and one that was answered."""
    work = scene.days.work
    scene.invoiced(
        "nguyen", "cuisine", lines(("Façades de cuisine, chêne", "onze portes et tiroirs", "1980.00"), ("Dépose de l’ancienne", "évacuée", "240.00")),
        due=due_in(scene, 9), subject="Vos façades de cuisine, posées en deux jours, au prix du devis.",
    )  # fmt: skip
    scene.invoiced("cosson", "bac", lines(("Bac à plantes", "douglas", "310.00")), due=due_in(scene, 14))

    def ask(key: str, label: str, words: str, position: int = 1) -> questions.Question:
        invoice = scene.papers[key, label]
        return questions.ask(invoice, words=scene.days.say(words), contact=None, line=invoice.lines.get(position=position))

    scene.at(
        work(-1), "20:15", lambda: ask("nguyen", "cuisine", "La dépose n'était-elle pas comprise dans le prix des façades ?", 2)
    )
    found: list[questions.Question] = []
    scene.at(work(-6), "12:30", lambda: found.append(ask("cosson", "bac", "Le traitement du bois est-il compris ?")))
    scene.at(
        work(-5), "09:40",
        lambda: questions.answer(found[0], words=scene.days.say("Oui, deux couches d'huile, passées à l'atelier."), by=scene.house[KARIM]),
    )  # fmt: skip


def space(scene: Scene) -> None:
    """Mme Lemoine and two others come into their space."""
    scene.invoiced(
        "lemoine", "dressing", lines(("Dressing à portes battantes", "charnières invisibles", "833.33"), ("Livraison et pose", "", "200.00")),
        due=due_in(scene, -5), subject="Votre dressing, livré et posé, au prix du devis.",
    )  # fmt: skip
    for key, name, by in (
        ("lemoine", "Anne Lemoine", CAMILLE),
        ("perrin", "Annie Perrin", KARIM),
        ("hotel", "Maud Rival", NADIA),
    ):
        scene.at(scene.days.work(-40), "10:05", lambda key=key, name=name, by=by: invite(scene, key, name, by))


def invite(scene: Scene, key: str, name: str, by: str) -> None:
    """Open the space of one person."""
    contact = scene.person(key, name)
    assert contact is not None, name
    if not contact.email:
        contact = edit_contact(contact, by=scene.house[by], email=scene.clients[key].email)
    access.invite(contact, by=scene.house[by])
    scene.deliver()


def in_between(scene: Scene) -> None:
    """Neither new, nor late, nor paid: a part has come, a credit note has taken back a part, a draft is being written."""
    work = scene.days.work
    scene.paid("cosson", "bac", work(-2), amount="150.00", method="cheque")
    scene.at(work(-4), "16:20", lambda: give_back(scene))
    shelves = lines(("Étagères du bureau d’accueil", "noyer, trois niveaux", "486.00"), ("Pose", "une matinée", "120.00"))
    scene.at(
        work(-1), "17:40",
        lambda: create_draft(customer=scene.clients["sorel"].head, lines=shelves, by=scene.house[CAMILLE], nature="mixed"),
    )  # fmt: skip


def give_back(scene: Scene) -> None:
    """A scratch on the console: twenty euros without tax are taken back."""
    reason = scene.days.say("Une éraflure sous le plateau, à la livraison : nous la reprenons à l'atelier.")
    credit_invoice(
        scene.papers["kone", "console"],
        reason=reason,
        by=scene.house[KARIM],
        on=clock.today(),
        lines=[{"position": 1, "amount": "20.00"}],
    )
    scene.deliver()


STORIES = (owing, promising, on_the_way, asking, in_between, space)
