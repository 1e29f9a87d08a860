"""Who people are: the Menuiserie Duval, those who work there, and its clients in the order they came."""

from dataclasses import dataclass

CAMILLE, KARIM, NADIA, THOMAS, LECTURE = "camille", "karim", "nadia", "thomas", "lecture"
# key: address, name, what they do, role, team
HOUSE = {
    CAMILLE: ("accueil@demo.example", "Camille Aubert", "accueil", "reception", "Bureau"),
    KARIM: ("comptable@demo.example", "Karim Benslimane", "comptabilité", "accountant", "Bureau"),
    NADIA: ("responsable@demo.example", "Nadia Ferrand", "gérante", "manager", "Bureau"),
    THOMAS: ("thomas@demo.example", "Thomas Guével", "poseur", "reception", "Atelier"),
    LECTURE: ("lecture@demo.example", "Lise Moreau", "cabinet comptable", "viewer", ""),
}
FIRM = {
    "name": "Menuiserie Duval", "legal_form": "SARL", "capital": "20000", "rcs": "Nantes", "siren": "999000011", "siret": "99900001100018",
    "vat_number": "FR66999000011",    "iban": "FR7630006000011234567890189", "account_holder": "MENUISERIE DUVAL SARL",
    "address": "12 quai des Exemples", "postal_code": "44000", "city": "Nantes", "country": "FR",
    "email": "bonjour@menuiserie-duval.example", "phone": "0261910012", "website": "https://menuiserie-duval.example",
    "mediator_name": "Médiation de l’Estuaire", "mediator_postal_address": "3 quai des Exemples, 44000 Nantes",
    "mediator_website": "https://www.mediation-estuaire.example", "sender_name": "Menuiserie Duval",
    "sender_email": "bonjour@menuiserie-duval.example", "tone": "warm",
    "mail_signature": "Menuiserie Duval\n12 quai des Exemples, 44000 Nantes\n02 61 91 00 12",
}  # fmt: skip


@dataclass(frozen=True)
class Client:
    """One client as the record tells them. `since` is days before today; `works` how many pieces of work they had;
    `persons` are beside the main one a consumer is born with."""

    key: str
    name: str
    type: str
    city: str
    postal_code: str
    address: str
    since: int
    works: int = 2
    channel: str = ""
    moment: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    persons: tuple[tuple[str, str, str, str], ...] = ()  # civility, first name, last name, what they do
    note: str = ""
    source: str = "ancien fichier"
    quiet: int = 0  # nothing more was said since that many days
    siren: str = ""
    language: str = "fr"

    @property
    def is_person(self) -> bool:
        """A consumer, as opposed to an organisation."""
        return self.type == "consumer"


PRO, PUBLIC, ASSOCIATION, PERSON = "professional", "public", "non_professional", "consumer"
NANTES = ("Nantes", "44000")
# Created in this order: the seventeenth is Mme Lemoine, C00017.
CLIENTS = (
    Client("perrin", "Garage Perrin", PRO, "Rezé", "44400", "4 route des Exemples", 2120, 3, "phone", "avant 9 h", KARIM, ("fidèle",),
           (("m", "Luc", "Perrin", "gérant"), ("mme", "Annie", "Perrin", "comptabilité")), siren="999000029"),
    Client("valmarais", "Commune de Valmarais", PUBLIC, "Valmarais", "44320", "Place de la Mairie", 2116, 3, "email", "", KARIM, ("marché public",),
           (("mme", "Hélène", "Rouaud", "services techniques"), ("m", "Denis", "Lucas", "finances")), siren="999000037"),
    Client("pelisson", "Boulangerie Pélisson", PRO, *NANTES, "18 rue du Pain", 2115, 2, "phone", "après 14 h", CAMILLE, ("fidèle",),
           (("m", "Éric", "Pélisson", "boulanger"),), siren="999000045"),
    Client("sorel", "Cabinet Sorel", PRO, *NANTES, "7 place des Exemples", 2114, 2, "email", "", KARIM, (),
           (("mme", "Florence", "Sorel", "associée"), ("m", "Yves", "Sorel", "associé")), siren="999000052"),
    Client("karst", "Mme Odile Karst", PERSON, "Orvault", "44700", "3 allée des Tilleuls", 2113, 2, "post", "", CAMILLE),
    Client("toussaint", "M. Henri Toussaint", PERSON, *NANTES, "25 rue des Carrières", 2112, 2, "phone", "le matin", KARIM),
    Client("abadie", "M. Lucien Abadie", PERSON, "Vertou", "44120", "9 chemin du Moulin", 2111, 2, "phone", "", NADIA, ("à suivre",)),
    Client("ollivier", "M. Gérard Ollivier", PERSON, "Couëron", "44220", "31 rue des Embruns", 2110, 2, "email", "", NADIA, ("à suivre",)),
    Client("carvalho", "M. José Carvalho", PERSON, "Saint-Herblain", "44800", "6 rue des Platanes", 2109, 3, "phone", "le soir", CAMILLE,
           ("fidèle",), quiet=100),
    Client("vidal", "M. et Mme Vidal", PERSON, "Basse-Goulaine", "44115", "14 rue du Verger", 2108, 2, "phone", "le soir", KARIM),
    Client("boreal", "SARL Boréal", PRO, "Carquefou", "44470", "2 rue de l'Industrie", 2107, 3, "email", "", NADIA, ("prescripteur",),
           (("m", "Sylvain", "Boréal", "gérant"), ("mme", "Nora", "Kermarrec", "conductrice de travaux")), siren="999000060"),
    Client("lestrade", "M. Alain Lestrade", PERSON, "La Chapelle-sur-Erdre", "44240", "5 rue des Fauvettes", 2106, 2, "email", "", CAMILLE,
           ("bouche-à-oreille",)),
    Client("lebris", "M. Yann Le Bris", PERSON, "Pornic", "44210", "22 corniche des Pins", 2105, 2, "message", "", CAMILLE, quiet=215),
    Client("tilleuls", "Crèche des Tilleuls", ASSOCIATION, *NANTES, "11 rue des Tilleuls", 2104, 2, "phone", "pendant la sieste, 13 h à 15 h",
           CAMILLE, ("fidèle",), (("mme", "Sandrine", "Morvan", "directrice"), ("m", "Loïc", "Bescond", "trésorier")), siren="999000078"),
    Client("gueno", "Mme Martine Guéno", PERSON, "Blain", "44130", "8 rue de la Forêt", 2103, 2, "phone", "", CAMILLE, quiet=420),
    Client("syndic", "Syndic Erdre et Loire", PRO, *NANTES, "40 boulevard des Exemples", 2102, 3, "email", "", NADIA, ("copropriété", "prescripteur"),
           (("mme", "Claire", "Jaouen", "gestionnaire"), ("m", "Bruno", "Tessier", "comptable")), siren="999000086"),
    Client("lemoine", "Mme Anne Lemoine", PERSON, *NANTES, "27 rue des Exemples", 2085, 2, "phone", "le matin", CAMILLE, ("fidèle",),
           (("m", "Paul", "Lemoine", "son mari"),), source="recommandée par Mme Karst"),
    Client("haddad", "Mme Salma Haddad", PERSON, "Rezé", "44400", "16 rue du Port", 1870, 2, "message", "le midi", CAMILLE,
           ("bouche-à-oreille", "à choyer"), source="salon de l'habitat"),
    Client("pinto", "Mme Rosa Pinto", PERSON, "Bouguenais", "44340", "2 impasse des Lilas", 1790, 1, "phone", "", CAMILLE, source="annuaire"),
    Client("diallo", "M. Ibrahima Diallo", PERSON, *NANTES, "53 rue des Marronniers", 1720, 2, "phone", "après 18 h", KARIM,
           source="recommandé par M. Lestrade"),
    Client("meriadec", "École Saint-Mériadec", ASSOCIATION, "Vannes", "56000", "1 rue de l'École", 1650, 2, "email", "", NADIA, (),
           (("mme", "Agnès", "Le Floch", "directrice"),), siren="999000094", source="marché"),
    Client("hotel", "Hôtel du Vieux Quai", PRO, "Le Croisic", "44490", "3 quai du Port", 1600, 3, "phone", "après 10 h", NADIA, ("fidèle",),
           (("mme", "Maud", "Rival", "directrice"), ("m", "Pascal", "Noé", "entretien")), siren="999000102", source="recommandé par le syndic"),
    Client("carter", "Ms Emily Carter", PERSON, "Clisson", "44190", "4 rue de la Sèvre", 1540, 2, "email", "", CAMILLE, language="en",
           source="site internet"),
    Client("trevidic", "Mme Gwenaëlle Trévidic", PERSON, "Guérande", "44350", "12 rue des Remparts", 1480, 2, "phone", "", CAMILLE,
           source="site internet"),
    Client("pharmacie", "Pharmacie des Arcades", PRO, *NANTES, "9 rue des Arcades", 1420, 1, "email", "", KARIM, (),
           (("mme", "Isabelle", "Coutant", "titulaire"),), siren="999000110", source="annuaire"),
    Client("renaud", "M. Philippe Renaud", PERSON, "Savenay", "44260", "7 place du Marché", 1360, 2, "phone", "", CAMILLE,
           source="salon de l'habitat"),
    Client("bergot", "Mme Catherine Bergot", PERSON, *NANTES, "61 rue de la Fosse", 1290, 1, "post", "", CAMILLE, source="annuaire", quiet=300),
    Client("bibliotheque", "Médiathèque de Saint-Ambre", PUBLIC, "Saint-Ambre", "44170", "2 place du Livre", 1230, 1, "email", "", KARIM,
           ("marché public",), (("m", "Jérôme", "Kerhervé", "directeur"),), siren="999000128", source="marché"),
    Client("nguyen", "M. Bao Nguyen", PERSON, "Saint-Sébastien-sur-Loire", "44230", "19 rue du Pont", 1170, 2, "message", "", CAMILLE,
           source="recommandé par M. Renaud"),
    Client("restaurant", "Restaurant La Cantine d'Armor", PRO, "Saint-Nazaire", "44600", "5 rue du Bac", 1100, 1, "phone", "entre 15 h et 17 h",
           CAMILLE, (), (("m", "Gaël", "Prigent", "chef"),), siren="999000136", source="site internet"),
    Client("delaunay", "Mme Béatrice Delaunay", PERSON, "Sautron", "44880", "10 rue des Genêts", 1010, 1, "phone", "", CAMILLE,
           source="recommandée par Mme Haddad"),
    Client("cosson", "M. et Mme Cosson", PERSON, "Thouaré-sur-Loire", "44470", "33 rue des Vignes", 930, 2, "phone", "le soir", CAMILLE,
           source="site internet"),
    Client("atelier", "Atelier d'architecture Nolwenn Quéré", PRO, *NANTES, "15 rue des Ateliers", 860, 2, "email", "", NADIA,
           ("prescripteur",), (("mme", "Nolwenn", "Quéré", "architecte"),), siren="999000144", source="salon de l'habitat"),
    Client("amap", "AMAP du Bocage", ASSOCIATION, "Nort-sur-Erdre", "44390", "Hameau du Bocage", 790, 1, "email", "", CAMILLE, (),
           (("m", "Tristan", "Hervouet", "président"),), source="site internet"),
    Client("rousseau", "Mme Jeanne Rousseau", PERSON, "Pont-Saint-Martin", "44860", "6 rue du Lavoir", 700, 1, "phone", "le matin", CAMILLE,
           note="Entend mal au téléphone : parler lentement, elle préfère qu'on répète la date.", source="recommandée par le garage Perrin"),
    Client("kone", "Mme Aïssata Koné", PERSON, *NANTES, "48 rue des Hauts-Pavés", 610, 1, "message", "", CAMILLE, source="site internet"),
    Client("fleuriste", "Fleurs de Belle-Rive", PRO, "Ancenis", "44150", "21 quai de Belle-Rive", 520, 1, "phone", "", CAMILLE, (),
           (("mme", "Solène", "Maillard", "fleuriste"),), siren="999000151", source="site internet"),
    Client("gauthier", "M. Olivier Gauthier", PERSON, "Haute-Goulaine", "44115", "17 rue des Mimosas", 430, 1, "email", "", CAMILLE,
           source="site internet"),
    Client("lemarchand", "Mme Colette Lemarchand", PERSON, "Treillières", "44119", "3 rue du Four", 330, 1, "phone", "", CAMILLE,
           source="site internet"),
    Client("bellanger", "M. Simon Bellanger", PERSON, *NANTES, "12 rue du Calvaire", 240, 1, "message", "", CAMILLE, source="site internet"),
    Client("aubry", "Mme Claire Aubry", PERSON, "Les Sorinières", "44840", "5 allée des Cerisiers", 25, 0, "email", "", CAMILLE,
           source="site internet"),
    Client("okafor", "M. Samuel Okafor", PERSON, *NANTES, "8 rue des Tanneurs", 40, 0, "message", "le soir", CAMILLE,
           ("bouche-à-oreille",), source="recommandé par Mme Haddad"),
)  # fmt: skip
TAGS = ("fidèle", "à suivre", "à choyer", "bouche-à-oreille", "prescripteur", "copropriété", "marché public")
