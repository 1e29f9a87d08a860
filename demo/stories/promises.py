"""The last weeks of those to whom something is promised, or who promised something."""

from decimal import Decimal

from crm.models.timeline import Visibility
from demo.cast import CAMILLE, KARIM, NADIA, THOMAS
from demo.scene import THEM, LineCut, Scene, Step
from lib.french_calendar import add_months

PLAN = (
    b"Releve du dressing, Mme Lemoine\n\nhauteur sous pente   2,31 m\nlargeur              3,42 m\nportes battantes     2 x 61 cm\n"
    b"charnieres           invisibles, ouverture 110 degres\n"
)


def lemoine(scene: Scene) -> None:
    """Two hinges are missing, a call was promised for this morning."""
    work = scene.days.work
    scene.said(
        "lemoine", scene.days.ago(88), "10:20", THOMAS, "visit",
        "Relevé fait dans la chambre : dressing à portes battantes, charnières invisibles. Paul Lemoine sera là pour la pose.",
        files=(("releve-dressing.txt", PLAN),),
    )  # fmt: skip
    scene.wrote(
        "lemoine", work(-27), "17:05", CAMILLE, "Votre dressing, la date de livraison",
        "Bonjour Madame,\n\nVotre dressing sort de l'atelier à la fin du mois. Nous vous proposons une livraison le {d-12}, entre 9 h et "
        "11 h. Dites-moi si ce jour vous convient.\n\nBien à vous,\nCamille",
    )  # fmt: skip
    scene.said(
        "lemoine",
        work(-26),
        "09:12",
        CAMILLE,
        "call",
        "Le {d-12} lui va très bien. Son mari sera présent.",
        direction="in",
        minutes=3,
        mood="calm",
    )
    scene.said(
        "lemoine", work(-12), "11:40", THOMAS, "visit",
        "Livraison et pose. Les portes sont en place, sauf celles du bas : deux charnières ne sont pas dans le carton, je les commande.",
    )  # fmt: skip
    due = scene.days.soon
    scene.said(
        "lemoine", work(-1), "16:42", CAMILLE, "call",
        "Deux charnières manquent depuis la livraison. Elle comprend le retard mais ne peut rien ranger. Je lui ai promis un rappel {w0} "
        "{soon}, avec une date. Elle réglera la facture une fois les portes posées.",
        direction="in", person="Anne Lemoine", minutes=6, mood="worried",
        then=Step("Rappeler avec une date", scene.days.today, owner=CAMILLE, at=due, before=due is not None),
    )  # fmt: skip
    scene.promised(
        "lemoine", work(-1), "16:50", CAMILLE,
        Step("Régler la facture une fois les portes posées", work(4), owed_by=THEM), person="Anne Lemoine",
    )  # fmt: skip
    scene.said(
        "lemoine", scene.days.today, "08:10", THOMAS, "note",
        "Fournisseur joint : les deux charnières arrivent {w3} matin à l'atelier. Je peux passer chez elle {w3} à 14 h.",
        then=Step("Poser les deux charnières", work(3), owner=THOMAS),
    )  # fmt: skip


def okafor(scene: Scene) -> None:
    """Recommended by a friend, signed last week; chooses a tint tonight."""
    work = scene.days.work
    scene.said(
        "okafor",
        work(-20),
        "12:25",
        CAMILLE,
        "call",
        "Vient de la part de Mme Haddad. Voudrait une table et un banc en chêne pour six.",
        direction="in",
        minutes=9,
        mood="calm",
    )
    scene.said(
        "okafor",
        work(-15),
        "17:30",
        THOMAS,
        "visit",
        "Pièce de 4 m sur 3 m 20. Table de 180 par 90, banc le long du mur. Deux pieds centraux pour les genoux.",
    )
    scene.wrote(
        "okafor", work(-10), "11:15", CAMILLE, "Votre table et son banc",
        "Bonjour Monsieur,\n\nVoici notre proposition pour la table et le banc : 2 640,00 €, livraison comprise. Le bois vient de la forêt du "
        "Gâvre.\n\nBien à vous,\nCamille",
    )  # fmt: skip
    scene.said(
        "okafor",
        work(-2),
        "18:05",
        CAMILLE,
        "message",
        "C'est signé. Merci aussi à Mme Haddad, qui avait raison !",
        direction="in",
        mood="happy",
    )
    scene.said(
        "okafor", work(-1), "10:10", CAMILLE, "call", "Hésite entre chêne clair et chêne fumé. Il choisit avec sa fille {w0} soir.",
        direction="in", minutes=5, then=Step("Envoyer les deux teintes de chêne", scene.days.today, owner=CAMILLE),
    )  # fmt: skip
    scene.said(
        "okafor",
        scene.days.today,
        "08:25",
        THOMAS,
        "note",
        "Les photos des deux teintes sont prêtes, prises à la lumière du jour.",
    )


def tilleuls(scene: Scene) -> None:
    """The nursery waits for a date."""
    work = scene.days.work
    scene.said(
        "tilleuls", work(-3), "13:20", CAMILLE, "call",
        "La directrice demande si l'on peut poser les barrières de la cour le {d9}, jour de formation sans enfants. Réponse promise pour {w0}.",
        direction="in", person="Sandrine Morvan", minutes=7,
        then=Step("Dire si l'on peut poser le jour de la formation", scene.days.today, owner=CAMILLE),
    )  # fmt: skip
    scene.said(
        "tilleuls",
        scene.days.today,
        "08:15",
        THOMAS,
        "note",
        "Oui pour le {d9}, à deux, de 8 h à 12 h. Prévoir les vis inviolables.",
    )


def aubry(scene: Scene) -> None:
    """A new client to whom a quote was promised."""
    work = scene.days.work
    scene.said(
        "aubry",
        work(-8),
        "15:00",
        CAMILLE,
        "call",
        "A vu notre vitrine. Voudrait un bureau d'angle pour travailler chez elle.",
        direction="in",
        minutes=8,
        mood="calm",
        then=Step("Passer prendre les cotes du bureau", work(-5), owner=THOMAS),
    )
    scene.said(
        "aubry",
        work(-5),
        "17:10",
        THOMAS,
        "visit",
        "Angle de 1 m 64 par 1 m 20, fenêtre à gauche. Passe-câble et un tiroir qui ferme.",
    )
    scene.kept("aubry", work(-5), "17:40", THOMAS, "Passer prendre les cotes du bureau")
    scene.said(
        "aubry",
        work(-2),
        "11:32",
        CAMILLE,
        "email",
        "Demande où en est le devis, elle a besoin de la réponse avant la fin du mois.",
        direction="in",
        then=Step("Préparer le devis de Mme Aubry", work(2), owner=CAMILLE),
    )


def toussaint(scene: Scene) -> None:
    """Promised to pay on the last working day; nothing came."""
    work = scene.days.work
    scene.said(
        "toussaint", work(-9), "09:40", KARIM, "call", "Le solde de ses portes de placard lui était sorti de l'esprit. Virement promis pour {w-1}.",
        direction="out", minutes=5, mood="calm",
    )  # fmt: skip
    scene.promised(
        "toussaint",
        work(-9),
        "09:50",
        KARIM,
        Step("Régler le solde des portes de placard", work(-1), owner=KARIM, owed_by=THEM, amount=Decimal("420.00")),
    )
    scene.said(
        "toussaint",
        scene.days.today,
        "08:30",
        KARIM,
        "note",
        "Rien sur le compte ce matin. Je l'appelle, c'est sans doute un oubli.",
        then=Step("Appeler M. Toussaint, sans reproche", scene.days.today, owner=KARIM),
    )


def diallo(scene: Scene) -> None:
    """Promised to pay in two days."""
    scene.said(
        "diallo",
        scene.days.work(-3),
        "18:20",
        KARIM,
        "call",
        "Paie d'ordinaire sans retard. Sa prime tombe le {d2}, il règle ce jour-là.",
        direction="out",
        minutes=4,
        mood="calm",
    )
    scene.promised(
        "diallo",
        scene.days.work(-3),
        "18:28",
        KARIM,
        Step("Régler la tablette du salon", scene.days.work(2), owner=KARIM, owed_by=THEM, amount=Decimal("310.00")),
    )


def vidal(scene: Scene) -> None:
    """A household in difficulty; only the office knows why."""
    work = scene.days.work
    scene.said(
        "vidal", work(-10), "18:40", KARIM, "call",
        "M. Vidal a perdu son emploi en septembre, il n'ose pas le dire. Règlement en quatre fois accepté, sans frais. N'en parler à personne.",
        direction="in", minutes=18, mood="worried", seen=Visibility.TEAM,
    )  # fmt: skip
    first = add_months(scene.days.today.replace(day=1), 1)
    for number in range(2):
        scene.promised(
            "vidal",
            work(-10),
            f"18:5{number}",
            KARIM,
            Step(
                f"Verser la part {number + 2} sur 4",
                add_months(first, number),
                owner=KARIM,
                owed_by=THEM,
                amount=Decimal("550.00"),
            ),
        )
    scene.wrote(
        "vidal", work(-9), "09:15", KARIM, "Notre accord, noir sur blanc",
        "Bonjour,\n\nComme convenu hier : quatre parts de 550,00 €, la première reçue, merci. Si un mois devait être plus serré que les "
        "autres, dites-le-moi simplement.\n\nKarim",
    )  # fmt: skip


def perrin(scene: Scene) -> None:
    """Four years without a cloud."""
    work = scene.days.work
    scene.said(
        "perrin",
        work(-14),
        "08:40",
        CAMILLE,
        "call",
        "La porte de l'atelier lui rend bien service. Pense à nous pour le bureau du premier.",
        direction="in",
        person="Luc Perrin",
        minutes=6,
        mood="happy",
    )
    scene.promised(
        "perrin",
        work(-14),
        "08:50",
        CAMILLE,
        Step("Envoyer un ordre de prix pour le bureau du premier", work(1), owner=NADIA),
        person="Luc Perrin",
    )


def valmarais(scene: Scene) -> None:
    """A town hall: the order goes through three desks."""
    work = scene.days.work
    scene.said(
        "valmarais",
        work(-8),
        "10:20",
        KARIM,
        "call",
        "Mandat transmis au comptable public le {d-9}. Paiement sous quinze jours d'après elle.",
        direction="out",
        person="Hélène Rouaud",
        minutes=8,
    )
    scene.promised(
        "valmarais",
        work(-8),
        "10:30",
        KARIM,
        Step("Confirmer la date du virement", work(-3), owner=KARIM, owed_by=THEM),
        person="Hélène Rouaud",
    )
    scene.wrote(
        "valmarais",
        work(-1),
        "11:05",
        KARIM,
        "Votre mandat : une date pour nos prévisions",
        "Bonjour Madame,\n\nAuriez-vous la date du virement, même approximative ? Elle nous sert à prévoir la paie de "
        "fin de mois. Merci de votre aide.\n\nKarim",
        person="Denis Lucas",
        way=LineCut(),
    )


def pelisson(scene: Scene) -> None:
    """Two small jobs and a croissant."""
    scene.said(
        "pelisson",
        scene.days.work(-7),
        "14:20",
        CAMILLE,
        "call",
        "Les étagères du fournil tiennent. Voudrait une tablette de plus avant Noël.",
        direction="in",
        person="Éric Pélisson",
        minutes=4,
        mood="happy",
        then=Step("Passer mesurer la tablette du fournil", scene.days.work(-1), owner=THOMAS),
    )
    scene.moved(
        "pelisson",
        scene.days.work(-1),
        "17:30",
        THOMAS,
        "Passer mesurer la tablette du fournil",
        due_on=scene.days.work(1),
        reason="Le four était en panne, il préfère {w1}.",
    )


def sorel(scene: Scene) -> None:
    """A mail that waits: the contact's address changed after it was written."""
    work = scene.days.work
    scene.said(
        "sorel",
        work(-6),
        "09:55",
        KARIM,
        "call",
        "Le bureau de l'associé est livré. Demande la facture au format de leur logiciel.",
        direction="in",
        person="Florence Sorel",
        minutes=6,
    )
    scene.wrote(
        "sorel",
        work(-1),
        "17:20",
        KARIM,
        "Les documents demandés",
        "Bonjour Madame,\n\nComme promis, vous recevrez la facture dans le format attendu avant vendredi.\n\nKarim",
        person="Florence Sorel",
        leaves=False,
    )


STORIES = (lemoine, okafor, tilleuls, aubry, toussaint, diallo, vidal, perrin, valmarais, pelisson, sorel)
