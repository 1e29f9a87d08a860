"""What the workshop makes, and what was said of each thing while it was being made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One kind of work: its name with both articles, and sentences that are only about it."""

    a: str  # «une bibliothèque en chêne»
    the: str  # «la bibliothèque»
    wish: str
    measured: str
    doubt: str
    made: str
    fitted: str
    trouble: str
    price: str  # euros, as written
    adjective: str = ""  # e when feminine


HOME = (
    Piece(
        "une bibliothèque en chêne",
        "la bibliothèque",
        "{Il} garde les livres de son père dans des cartons depuis le déménagement et voudrait un mur entier, avec une échelle si possible.",
        "Mur de 3 m 42 sur 2 m 58, pas d'équerre : 2 cm de faux aplomb à gauche. Prévoir un retour de plinthe et déplacer une prise.",
        "Hésitation entre le chêne clair et le chêne fumé. L'échelle fait monter le prix, peut-on la laisser pour plus tard ?",
        "Montants usinés, il reste le vernis. Deux planches refusées à la livraison (nœuds), remplacées sans délai.",
        "Bibliothèque posée en une journée, calée contre le mur qui n'est pas droit. Les livres sont rangés avant notre départ.",
        "Une tablette du bas fléchit sous les gros volumes.",
        "4 860",
        "e",
    ),
    Piece(
        "un escalier quart tournant en frêne",
        "l'escalier",
        "L'ancien escalier grince et les enfants y descendent en chaussettes. Il faut quelque chose de sûr, avec une rampe des deux côtés.",
        "Trémie de 2 m 70 sur 0 m 86, hauteur à franchir 2 m 63. Quatorze marches, giron de 23 cm : c'est confortable.",
        "La rampe en acier ou en bois ? Les barreaux verticaux leur paraissent plus sûrs pour la petite.",
        "Limons débillardés, marches poncées. Le frêne est très clair, je fais un essai d'huile avant de choisir.",
        "Escalier posé, l'ancien démonté et emporté. Plus un bruit. Protection en carton laissée une semaine.",
        "La troisième marche craque depuis que le chauffage tourne.",
        "7 320",
    ),
    Piece(
        "trois fenêtres en bois double vitrage",
        "les fenêtres",
        "Il y a de la buée tous les matins dans les chambres et le bruit de la rue monte. {Il} voudrait garder l'allure des anciennes.",
        "Tableaux de 118 sur 136, appuis en granit sains. On garde les dormants à l'étage, on change tout au rez-de-chaussée.",
        "Demande si le double vitrage sera aussi fin que l'ancien : l'architecte des Bâtiments de France regardera les petits bois.",
        "Vitrages reçus, petits bois collés. La couleur demandée (gris 7035) est en cabine jusqu'à jeudi.",
        "Trois fenêtres posées dans la journée, joints faits, rien de cassé. La chambre du fond est silencieuse.",
        "La crémone de la salle de bains force quand il pleut.",
        "5 940",
        "es",
    ),
    Piece(
        "un dressing sous pente",
        "le dressing",
        "La chambre mansardée ne sert à rien : {il} imagine un dressing qui suit la pente, avec des tiroirs en bas.",
        "Rampant à 38 degrés, 1 m 12 au plus bas. On peut loger onze tiroirs et une penderie courte côté fenêtre.",
        "{Il} aimerait des façades sans poignées, mais craint les traces de doigts sur le blanc.",
        "Caissons montés à blanc, tout ferme. Les coulisses à frein arrivent mardi.",
        "Dressing posé au millimètre sous la pente. {Il} a rangé les manteaux pendant que je balayais.",
        "Deux tiroirs se touchent quand on les ouvre ensemble.",
        "3 780",
    ),
    Piece(
        "une porte d'entrée en chêne massif",
        "la porte d'entrée",
        "La porte d'entrée prend l'eau et la serrure accroche. {Il} veut du solide, avec un vitrage pour éclairer le couloir.",
        "Passage de 92, seuil à reprendre. Serrure trois points et barillet à clés protégées, deux jeux.",
        "Voudrait savoir si l'assurance demande une serrure certifiée. Oui, et celle du devis l'est.",
        "Panneaux collés, moulures taillées. La porte sèche trois jours avant la lasure.",
        "Porte posée, seuil refait, clés remises en main propre. Le couloir est enfin clair.",
        "Le bas de la porte frotte sur le tapis quand il fait humide.",
        "3 460",
        "e",
    ),
    Piece(
        "une terrasse en pin de pays",
        "la terrasse",
        "Ils dînent dehors dès qu'ils peuvent et la dalle est glissante. Une terrasse basse, sans marche pour la grand-mère.",
        "24 m², pente de 1 cm par mètre vers le jardin. Plots réglables, pas de maçonnerie.",
        "Une inquiétude, l'entretien : faut-il la traiter chaque printemps ? On laisse griser, un lavage suffit.",
        "Lames débitées et triées, on écarte celles qui ont des poches de résine.",
        "Terrasse posée en deux jours, accès de plain-pied. La grand-mère l'a essayée la première.",
        "Une lame se soulève près du robinet.",
        "4 150",
        "e",
    ),
    Piece(
        "des volets battants",
        "les volets",
        "Les volets datent des grands-parents, deux ne ferment plus. {Il} veut les mêmes, à écharpe, et le même bleu.",
        "Cinq paires, gonds à sceller à neuf côté jardin. J'ai relevé la teinte au nuancier : bleu 5024.",
        "Demande si l'on peut garder les vieilles espagnolettes de la façade. Oui, elles sont saines.",
        "Volets assemblés, première couche passée. Le bleu est juste.",
        "Cinq paires posées, réglées, les anciennes ferrures brossées et remontées. La rue les a remarqués.",
        "Le volet de la cuisine gonfle et ferme mal.",
        "3 920",
        "s",
    ),
    Piece(
        "un parquet en châtaignier",
        "le parquet",
        "La moquette part, {il} voudrait un parquet qui ne craigne pas le chien. Deux chambres et le couloir.",
        "46 m² au total, chape sèche (2,1 %). Une porte à raboter, quatre seuils à poser.",
        "Vernis mat ou huile ? Avec le chien, l'huile se reprend par endroits, c'est plus sage.",
        "Lames livrées, elles s'acclimatent chez eux depuis lundi. Ne pas poser avant jeudi.",
        "Parquet posé, plinthes comprises. Le chien a glissé une fois, puis plus.",
        "Une rayure au milieu du salon depuis la pose.",
        "5 270",
    ),
    Piece(
        "un plan de travail en hêtre",
        "le plan de travail",
        "La cuisine est bonne mais le plan a gonflé près de l'évier. {Il} veut du bois, du vrai, et assez d'épaisseur.",
        "3 m 80 d'un tenant, découpe pour l'évier et la plaque. On ne passe pas par l'escalier : par la fenêtre.",
        "{Il} se demande si le hêtre tient près de l'évier. Avec un chant huilé et une goutte d'eau essuyée, oui.",
        "Plan collé, poncé au 240. Je passe la troisième huile demain.",
        "Plan posé, découpes étanches, bidon d'huile laissé pour le printemps.",
        "Une auréole est apparue près de l'égouttoir.",
        "1 690",
    ),
    Piece(
        "des portes de placard coulissantes",
        "les portes de placard",
        "Les portes pliantes de l'entrée sortent de leur rail une fois par semaine. {Il} voudrait du coulissant, avec un miroir.",
        "Niche de 2 m 31 sur 2 m 44. Le sol penche de 8 mm : rail réglable en bas.",
        "Se demande si trois vantaux valent mieux que deux. Oui, pour passer l'aspirateur.",
        "Vantaux montés, miroir livré entier. Les rails sont coupés à la cote.",
        "Portes posées, elles glissent d'un doigt. L'ancien placard est parti à la déchetterie.",
        "Le vantail de droite déraille en fin de course.",
        "1 980",
        "es",
    ),
)

SHOP = (
    Piece(
        "un comptoir d'accueil",
        "le comptoir",
        "Le comptoir actuel coupe la salle en deux. Il en faudrait un plus bas d'un côté, pour les personnes en fauteuil.",
        "4 m 20, partie basse à 80 cm sur 1 m 10. Passage de câbles et deux tiroirs qui ferment à clé.",
        "Le placage leur paraît fragile aux angles : on passe en massif sur les chants, 180 € de plus.",
        "Comptoir monté à l'atelier, on peut venir le voir avant la livraison.",
        "Comptoir posé un lundi, jour de fermeture, rouvert mardi à l'heure.",
        "Un tiroir ne ferme plus à clé.",
        "6 480",
    ),
    Piece(
        "une vitrine et sa porte",
        "la vitrine",
        "La vitrine laisse passer le froid et l'assurance demande un vitrage retardateur.",
        "Baie de 3 m 60 sur 2 m 40, vitrage feuilleté 44.2. Autorisation de voirie à demander pour la nacelle.",
        "La copropriété veut garder la teinte bordeaux de la rue : nous l'avons, référence 3005.",
        "Cadres prêts, vitrages attendus mercredi chez le miroitier.",
        "Vitrine posée en une nuit, magasin ouvert le matin comme d'habitude.",
        "Un joint se décolle en bas à droite.",
        "8 350",
        "e",
    ),
    Piece(
        "douze châssis à guillotine",
        "les châssis",
        "Ils rénovent trois appartements et cherchent quelqu'un qui sache encore faire des guillotines.",
        "Cotes prises sur les douze baies, deux ne sont pas identiques : à reporter sur les plans, c'est là qu'on se trompe.",
        "Veulent une livraison par appartement, dans l'ordre du chantier. Accord, avec trois bons de livraison.",
        "Quatre châssis terminés sur douze, les contrepoids sont arrivés.",
        "Premier lot posé, conforme. Le chef de chantier signe le bon.",
        "Deux châssis ont une erreur de cotes, 12 mm de trop en largeur.",
        "14 700",
        "s",
    ),
    Piece(
        "du mobilier pour la salle commune",
        "le mobilier",
        "Les tables vacillent et les enfants se pincent. Il faut du solide, à la bonne hauteur, avec des angles ronds.",
        "Huit tables de 120 sur 60, hauteur 53 cm, vingt-quatre chaises. Bois non traité, finition à l'eau.",
        "La directrice demande le certificat de la finition. Envoyé par mail l'après-midi même.",
        "Tables terminées, chaises en cours. On arrondit tous les chants à la main.",
        "Livré un mercredi, sans les enfants. Les cartons sont repartis avec nous.",
        "Une chaise a un pied plus court.",
        "5 120",
    ),
    Piece(
        "des rayonnages d'atelier",
        "les rayonnages",
        "Les pièces traînent par terre et quelqu'un a failli se blesser. On veut des rayonnages qui portent vraiment.",
        "Quatre travées de 1 m 20, charge de 150 kg par tablette. Fixation au mur en parpaing, chevilles chimiques.",
        "Trouve le prix un peu haut. On retire les fonds, inutiles : 240 € de moins.",
        "Montants débités, tablettes rabotées. Livraison possible dès vendredi.",
        "Rayonnages posés avant l'ouverture. Tout est rangé, une photo nous est arrivée le soir même.",
        "Une tablette penche vers l'avant.",
        "2 140",
        "s",
    ),
    Piece(
        "une banque de prêt et des bacs à livres",
        "la banque de prêt",
        "La bibliothèque municipale rouvre au printemps ; il faut une banque de prêt et vingt bacs à livres sur roulettes.",
        "Banque en L de 2 m 80, plateau à deux hauteurs. Les bacs doivent passer la porte de 83.",
        "Le conseil vote le 12 : rien à lancer avant. Le bon de commande suivra avec le numéro d'engagement.",
        "Bacs terminés, on attend la quincaillerie des roulettes freinées.",
        "Livraison faite avec les agents de la commune, procès-verbal signé sans réserve.",
        "Trois roulettes ne freinent pas.",
        "9 260",
        "e",
    ),
)
