"""The last weeks of those with whom something went wrong."""

from crm.models.timeline import Visibility
from demo.cast import CAMILLE, NADIA, THOMAS
from demo.scene import NoSuchPerson, Scene, Step


def abadie(scene: Scene) -> None:
    """The client in difficulty with us: a scratched floor, an answer that does not come."""
    work = scene.days.work
    scene.said(
        "abadie",
        work(-45),
        "11:00",
        THOMAS,
        "visit",
        "Parquet posé. Une rayure de 40 cm près de la baie, faite en rentrant la cale. Je l'ai signalée à Nadia.",
    )
    scene.said(
        "abadie",
        work(-44),
        "09:05",
        CAMILLE,
        "letter",
        "Lettre reçue : parquet rayé à la pose, demande la reprise de deux lames.",
        direction="in",
        mood="upset",
    )
    scene.said(
        "abadie",
        work(-43),
        "10:00",
        NADIA,
        "call",
        "Reçu sa lettre, je le lui dis. Réponse promise avant le {d-6}.",
        direction="out",
        minutes=9,
        mood="upset",
        then=Step("Répondre à sa lettre", work(-6), owner=NADIA),
    )
    scene.said(
        "abadie",
        work(-30),
        "16:20",
        NADIA,
        "note",
        "L'assurance demande trois photos. Je préfère reprendre les lames à nos frais, à voir avec le stock.",
        seen=Visibility.ME,
    )
    scene.said(
        "abadie",
        work(-4),
        "08:50",
        CAMILLE,
        "call",
        "« Cela fait deux mois, et personne ne m'a répondu. » Je n'ai pas su quoi lui dire.",
        direction="in",
        minutes=11,
        mood="upset",
        then=Step("Lui donner une date de reprise des lames", work(-2), owner=THOMAS),
    )


def ollivier(scene: Scene) -> None:
    """A swollen shutter; the letter must leave this week."""
    work = scene.days.work
    scene.said(
        "ollivier",
        work(-39),
        "14:10",
        CAMILLE,
        "call",
        "« Il ne ferme plus depuis les pluies. » Le volet de la cuisine frotte en bas.",
        direction="in",
        minutes=14,
        mood="upset",
    )
    scene.said(
        "ollivier",
        work(-37),
        "09:30",
        THOMAS,
        "visit",
        "Le bois est sain, il a gonflé de 4 mm. Un ajustage suffit. Il voudrait un volet neuf.",
    )
    scene.said(
        "ollivier",
        work(-9),
        "10:15",
        NADIA,
        "call",
        "Proposé un ajustage à nos frais et 60 € pour la gêne. Il préfère un volet neuf, je lui écris.",
        direction="out",
        minutes=12,
        mood="worried",
        then=Step("Lui écrire ce que nous proposons", work(4), owner=NADIA),
    )


def pinto(scene: Scene) -> None:
    """Complained by voice; to be invited to write."""
    scene.said(
        "pinto",
        scene.days.work(-3),
        "11:50",
        CAMILLE,
        "call",
        "Trois semaines de retard sur ses étagères et deux appels sans suite. Elle a raison. Je m'occupe de la suite.",
        direction="in",
        minutes=13,
        mood="upset",
        then=Step("L'inviter à nous écrire ce qui s'est passé", scene.days.work(5), owner=CAMILLE),
    )
    scene.said(
        "pinto",
        scene.days.work(-2),
        "09:20",
        THOMAS,
        "call",
        "Étagères prêtes, pose {w3} matin. Elle est soulagée qu'on la rappelle.",
        direction="out",
        minutes=4,
        mood="calm",
        then=Step("Poser les étagères", scene.days.work(3), owner=THOMAS),
    )


def boreal(scene: Scene) -> None:
    """An architect's builder: wrong sizes, a refused address, and a word kept between managers."""
    work = scene.days.work
    scene.said(
        "boreal",
        work(-5),
        "10:05",
        CAMILLE,
        "email",
        "Erreur de cotes sur deux châssis, le chantier attend. Ton sec, copie à l'architecte.",
        direction="in",
        person="Nora Kermarrec",
        mood="upset",
    )
    scene.said(
        "boreal",
        work(-5),
        "11:20",
        THOMAS,
        "note",
        "Vérifié : l'erreur est chez nous, 12 mm de trop. Je refais les deux, prêts {w6}.",
        then=Step("Livrer les deux châssis refaits", work(6), owner=THOMAS),
    )
    scene.wrote(
        "boreal",
        work(-4),
        "09:00",
        NADIA,
        "Vos deux châssis",
        "Bonjour Madame,\n\nVous avez raison, l'erreur vient de nous. Les deux châssis sont refaits et vous seront "
        "livrés le {d6}. Je vous appelle demain.\n\nNadia Ferrand",
        person="Nora Kermarrec",
        way=NoSuchPerson(),
    )
    scene.said(
        "boreal",
        work(-3),
        "17:45",
        NADIA,
        "note",
        "Sylvain Boréal hésite à nous garder pour le chantier du printemps. À traiter avec lui seul.",
        seen=Visibility.ME,
    )


def karst(scene: Scene) -> None:
    """The only address she gave is refused."""
    work = scene.days.work
    scene.wrote(
        "karst",
        work(-4),
        "15:40",
        CAMILLE,
        "La fiche d'entretien de vos volets",
        "Bonjour Madame,\n\nVoici comment garder vos volets en bon état : un chiffon humide au printemps, rien d'autre.\n\nCamille",
        way=NoSuchPerson(),
    )


STORIES = (abadie, ollivier, pinto, boreal, karst)
