"""The sentences of a piece of work, from the first call to the thanks. {a}, {the}, {price} … are the piece's own words."""

FIRST_IN = (
    "Nous a trouvés par une voisine. {wish}",
    "{wish} Pas pressé, mais voudrait une idée du prix avant l'été.",
    "A vu notre panneau devant un chantier de la rue et demande si nous ferions {a}. {wish}",
    "Premier appel, très aimable. {wish} Disponible surtout en fin de journée.",
    "Revient vers nous après avoir comparé deux devis ailleurs. {wish}",
    "{wish} Demande qu'on prévienne la veille de toute visite.",
    "Rappelle après notre passage au salon de l'habitat. {wish}",
)
FIRST_MESSAGE = (
    "Bonjour, je cherche un menuisier pour {a}. Pourriez-vous passer voir ? Merci d'avance.",
    "Message laissé par le site : demande {a}, joindre plutôt le soir.",
    "Écrit pour {a}. Photos jointes, on voit bien l'état actuel.",
)
VISIT = (
    "{measured}",
    "Visite avec Thomas. {measured} Café offert, bon accueil.",
    "{measured} Accès facile, on peut se garer devant.",
    "Passé comme convenu. {measured} Prévoir deux personnes pour la pose.",
)
QUOTE_SUBJECT = (
    "Votre projet : {the}",
    "Notre proposition pour {the}",
    "Le chiffrage que vous attendiez",
    "Ce que nous vous proposons",
)
QUOTE_TEXT = (
    (
        "Bonjour,\n\nComme promis, voici notre proposition pour {a} : {price} € toutes taxes comprises, pose et évacuation incluses."
        "\n\nPrenez le temps de la lire. Si un point n'est pas clair, appelez-moi, je préfère une question de trop à un doute qui reste."
        "\n\nBien à vous,\n{author}"
    ),
    (
        "Bonjour,\n\nMerci de nous avoir reçus. Vous trouverez ci-dessous ce que nous ferions pour {the}, ligne par ligne, avec la raison de "
        "chacune. Le total est de {price} € ; rien ne s'ajoutera sans que vous l'ayez décidé."
        "\n\nJe reste joignable au 02 61 91 00 12.\n\n{author}"
    ),
    (
        "Bonjour,\n\nThomas a bien pris vos mesures. Pour {a}, nous arrivons à {price} €. Le bois représente un peu moins de la moitié ; le reste "
        "est du temps d'atelier et de pose.\n\nSi ce montant ne convient pas, dites-le simplement : nous chercherons ensemble ce qui peut "
        "être fait autrement.\n\nBien à vous,\n{author}"
    ),
)
QUOTE_SENT = ("Chiffrage envoyé pour {the} : {price} €.", "Proposition envoyée : {price} € pour {the}, pose comprise.")
DOUBT = (
    "{doubt}",
    "A bien reçu la proposition. {doubt}",
    "Appelle avant de se décider. {doubt} Réponse donnée tout de suite.",
    "{doubt} En parle ce soir en famille et nous rappelle.",
)
YES = (
    "C'est oui, après une nuit de réflexion. Remercie de ne pas avoir insisté.",
    "Confirme par téléphone, le bon signé suit.",
    "D'accord sur tout, sauf la poignée : la même que celle de la cuisine.",
    "C'est d'accord. Demande seulement à connaître la date une semaine avant.",
    "Accepte la proposition, apprécie qu'on ait tout expliqué. Signe ce soir.",
    "Donne son accord, avec un mot gentil sur la visite.",
    "D'accord pour {price} €. Préfère payer l'acompte par virement.",
    "On y va. Voudrait que ce soit fait avant les fêtes si possible.",
)
WORKSHOP = (
    "{made}",
    "Atelier : {made}",
    "{made} Rien à signaler pour le client.",
    "{made} Si le client appelle, on peut annoncer la pose dans une dizaine de jours.",
)
DATE_CALL = (
    "Le jour convient, l'heure aussi. Tiendra la place de stationnement devant la porte.",
    "Demande si l'on peut commencer après 9 h, à cause de l'école. Oui.",
    "Date notée. Voudrait que Thomas vienne en personne, c'est prévu.",
    "Préfère décaler d'un jour, un livreur passe le matin. Décalé.",
    "Pose fixée. Confirme que quelqu'un sera là dès 8 h 30.",
    "Date convenue ensemble. Laissera la clé chez la voisine du premier.",
    "D'accord sur le jour. Demande qu'on protège bien le sol du couloir.",
    "La date convient. Le chien sera chez un ami.",
    "Rendez-vous pris. Rappeler la veille au soir, c'est promis.",
)
FITTED = (
    "{fitted}",
    "{fitted} Tour du chantier fait ensemble avant de partir.",
    "{fitted} Reste un petit coup de main à donner au printemps, quand le bois aura bougé.",
)
THANKS = (
    "Des amis ont dîné à la maison : « Ils ont caressé le bois toute la soirée. »",
    "Tout est parfait. Enverra une photo quand la pièce sera repeinte.",
    "Un grand merci, et des madeleines déposées à l'atelier.",
    "Appelle juste pour remercier. « On passe devant exprès pour l'admirer. »",
    "Le résultat plaît beaucoup. Parlera de nous à sa sœur, qui cherche un menuisier.",
    "« C'est exactement ce que nous avions imaginé. » Un mot à transmettre à Thomas.",
    "Dit sa satisfaction, et surtout d'avoir eu des nouvelles à chaque étape.",
    "Merci chaleureux, avec une photo. Accepte qu'on la montre à d'autres clients.",
    "Dit que l'équipe a été d'une politesse rare et que tout était propre.",
)
TROUBLE = (
    "{trouble} Déception, mais confiance. Je lui ai dit que Thomas passerait.",
    "{trouble} Ne veut pas nous déranger pour si peu ; j'ai répondu que c'était une bonne idée d'appeler.",
    "{trouble} N'a pas aimé devoir rappeler deux fois. Excuses faites, passage promis cette semaine.",
    "Signale un souci. {trouble} Demande quand nous pouvons venir.",
)
MENDED = (
    "Passé ce matin, repris sur place en une demi-heure. Tout est en ordre.",
    "Réglé. Visite du jardin en prime, nous sommes quittes.",
    "Défaut corrigé et vérifié ensemble. Rien à payer, évidemment.",
    "Repris à l'atelier et reposé. C'est mieux, paraît-il, qu'au premier jour.",
)
MENDED_THANKS = (
    "Remercie d'être venus si vite. L'affaire est close.",
    "La reprise convient. « Vous au moins, vous revenez. »",
    "Tout va bien désormais, et un merci pour Thomas.",
)
NEWS = (
    "Rien à signaler pour {the}. Demande des nouvelles de Thomas, son genou va mieux.",
    "Pris des nouvelles. Tout va bien, rien à reprendre sur {the}.",
    "Petit appel d'après-chantier ({the}) : tout tient bien.",
    "Appelé un an après. Pense à nous pour la suite, peut-être l'an prochain.",
    "Pris des nouvelles avant l'hiver. Question sur l'entretien du bois : expliqué, et fiche envoyée.",
    "Tout va bien. Sa fille s'installe, elle a notre numéro.",
)
PAID = (  # by what means, and on which day, the payment itself says: a cheque here and a transfer there would be a lie
    "Le solde est arrivé. Remercié par message.",
    "Solde reçu. Rien à réclamer, merci.",
    "Règlement reçu, compte soldé.",
    "Tout est réglé. À remercier au prochain appel.",
)
LETTERS = (
    "Attestation de fin de travaux et notice d'entretien, par courrier.",
    "Carte pour les dix ans de la maison, signée de toute l'équipe.",
    "Carte de vœux écrite à la main par Nadia.",
    "Mot de remerciement envoyé avec la fiche d'entretien du bois.",
    "Attestation de travaux envoyée par courrier, pour l'assurance.",
)
AUTUMN = (
    "Demande un double de la facture pour les impôts. Envoyé dans l'heure.",
    "Cherche la référence de la teinte, pour retoucher une éraflure. Retrouvée dans le dossier.",
    "Appelle pour souhaiter une bonne année à l'équipe.",
    "A vu une termite, croit-on. C'était une fourmi ailée ; soulagement.",
    "Voudrait offrir un banc à ses parents. Ordre de prix donné, suite au printemps.",
    "Demande l'adresse d'un bon couvreur. Donné le nom de celui avec qui nous travaillons.",
    "Demande un conseil pour une fenêtre qui condense. Conseil donné, rien à vendre.",
    "Voudrait montrer les machines à son fils. Convenu d'un mercredi après-midi à l'atelier.",
    "Nous recommande à un voisin, qui appellera.",
    "Voudrait une tablette de plus, de la même teinte. Noté pour le prochain passage de Thomas.",
    "Change l'aménagement du premier : nouvelles dimensions à prendre un jour, sans urgence.",
    "Demande si nous travaillons aussi pour la copropriété. Oui, et nous connaissons le syndic.",
)
FITTING = "Livraison, pose et reprise des emballages"
FITTED_SUBJECT = "Pour {the}, livraison et pose comprises, au prix convenu."
