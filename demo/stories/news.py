"""The last weeks of the others: a delighted client, a silent one, a project to come."""

from datetime import timedelta

from demo.cast import CAMILLE, NADIA, THOMAS
from demo.scene import THEM, Scene, Step


def lestrade(scene: Scene) -> None:
    """Delighted, and says so to everybody."""
    work = scene.days.work
    scene.said("lestrade", work(-6), "16:30", THOMAS, "visit", "Pose de la bibliothèque terminée, tout rangé avant de partir.")
    scene.wrote(
        "lestrade",
        work(-5),
        "10:30",
        CAMILLE,
        "Merci de votre accueil",
        "Bonjour Monsieur,\n\nThomas m'a dit combien vous l'aviez bien reçu. Si quelque chose bouge dans les semaines "
        "qui viennent, appelez-moi directement.\n\nCamille",
    )
    scene.said(
        "lestrade",
        work(-2),
        "10:10",
        CAMILLE,
        "email",
        "« Chantier propre, équipe aimable, et ma femme a pleuré en voyant ses livres rangés. » Accepte qu'on le cite.",
        direction="in",
        mood="happy",
    )


def haddad(scene: Scene) -> None:
    """Recommends us; to be thanked."""
    work = scene.days.work
    scene.said(
        "haddad",
        work(-20),
        "12:10",
        CAMILLE,
        "message",
        "Je vous ai recommandés à mon collègue Samuel Okafor, il va vous appeler. Vous le méritez.",
        direction="in",
        mood="happy",
    )
    scene.said(
        "haddad",
        work(-1),
        "14:00",
        NADIA,
        "note",
        "M. Okafor a signé grâce à elle. Lui écrire un mot, et lui offrir la planche à découper en noyer.",
        then=Step("Remercier Mme Haddad", work(2), owner=CAMILLE),
    )


def carvalho(scene: Scene) -> None:
    """A good client nobody has called since August."""
    scene.said(
        "carvalho",
        scene.days.ago(104),
        "18:15",
        CAMILLE,
        "call",
        "Tout va bien depuis la pose. Il fera sans doute les chambres l'an prochain.",
        direction="out",
        minutes=7,
        mood="happy",
    )


def hotel(scene: Scene) -> None:
    """A big order to come."""
    work = scene.days.work
    scene.said(
        "hotel",
        work(-12),
        "10:30",
        NADIA,
        "meeting",
        "Tour des douze chambres avec la directrice. Têtes de lit et bureaux, livraison avant Pâques. Budget à confirmer par le propriétaire.",
        person="Maud Rival",
        mood="happy",
        then=Step("Envoyer l'avant-projet des chambres", work(8), owner=NADIA),
    )
    scene.promised(
        "hotel",
        work(-12),
        "11:30",
        NADIA,
        Step("Confirmer le budget du propriétaire", work(6), owner=NADIA, owed_by=THEM),
        person="Maud Rival",
    )


def atelier(scene: Scene) -> None:
    """An architect who sends us work."""
    work = scene.days.work
    scene.said(
        "atelier",
        work(-11),
        "15:15",
        NADIA,
        "meeting",
        "Deux projets au printemps : une verrière et un escalier. Elle apprécie qu'on dise non quand c'est non.",
        person="Nolwenn Quéré",
        mood="happy",
    )
    scene.promised(
        "atelier",
        work(-11),
        "15:30",
        NADIA,
        Step("Rendre les plans de la verrière", work(-1), owner=NADIA, owed_by=THEM),
        person="Nolwenn Quéré",
    )


def carter(scene: Scene) -> None:
    """Speaks English; writes in English."""
    scene.wrote(
        "carter",
        scene.days.work(-8),
        "09:45",
        CAMILLE,
        "Your window shutters",
        "Dear Ms Carter,\n\nThe shutters are painted and ready. Would Thursday or Friday morning suit you for the fitting?\n\nKind regards,\nCamille",
    )
    scene.said(
        "carter",
        scene.days.work(-7),
        "11:10",
        CAMILLE,
        "email",
        "Friday is perfect. Thank you for writing in English!",
        direction="in",
        mood="happy",
    )


def rousseau(scene: Scene) -> None:
    """Hears badly: write the date down, and say it again."""
    scene.said(
        "rousseau",
        scene.days.work(-2),
        "10:40",
        CAMILLE,
        "call",
        "Rappelé lentement la date de pose, le {d7}. Elle a noté sur son calendrier et m'a relu le jour.",
        direction="out",
        minutes=9,
        mood="calm",
        then=Step("Appeler la veille de la pose", scene.days.work(6), owner=CAMILLE),
    )


def syndic(scene: Scene) -> None:
    """A committee that decides slowly."""
    scene.said(
        "syndic",
        scene.days.work(-16),
        "14:00",
        NADIA,
        "call",
        "Le conseil syndical vote le remplacement des portes de hall le {d10}. Rien avant.",
        direction="in",
        person="Claire Jaouen",
        minutes=10,
    )
    scene.promised(
        "syndic",
        scene.days.work(-16),
        "14:10",
        NADIA,
        Step("Donner le résultat du vote", scene.days.work(11), owner=NADIA, owed_by=THEM),
        person="Claire Jaouen",
    )


def cosson(scene: Scene) -> None:
    """A mail written this minute: there is still time to take it back."""
    scene.said(
        "cosson",
        scene.days.work(-1),
        "17:50",
        CAMILLE,
        "call",
        "Voudraient la couleur exacte des portes pour la peinture du mur.",
        direction="in",
        minutes=4,
        then=Step("Envoyer la référence de la couleur", scene.days.today + timedelta(days=1), owner=CAMILLE),
    )


def trevidic(scene: Scene) -> None:
    """A promise that no longer held."""
    work = scene.days.work
    scene.said(
        "trevidic",
        work(-13),
        "09:30",
        CAMILLE,
        "call",
        "Veut attendre la vente de sa maison avant la cuisine. Rappeler au printemps.",
        direction="in",
        minutes=5,
        mood="calm",
        then=Step("Rappeler au printemps", work(90), owner=CAMILLE),
    )


STORIES = (lestrade, haddad, carvalho, hotel, atelier, carter, rousseau, syndic, cosson, trevidic)
