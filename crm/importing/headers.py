"""What the header of a column means, in the words that French and English exports use. Pure Python.

The names come from the exports of Axonaut, Sellsy, Dolibarr, EBP, Sage, Outlook and Google, and from hand-made sheets.
"""

import re

from crm.importing.contents import plain

EXACT, STRONG, FAIR, WEAK = 100, 85, 65, 45

# Headers known word for word, once folded and without punctuation.
_EXACT = {
    "name": "raison sociale|nom de la societe|nom societe|nom de l entreprise|nom entreprise|societe|entreprise|denomination|"
    "denomination sociale|intitule|intitule client|intitule du compte|nom du client|nom client|client|clients|company|"
    "company name|organization|organisation|organization name|organization 1 name|account name|customer|customer name|"
    "business name|nom du tiers|tiers|nom raison sociale|nom ou raison sociale|raison sociale nom|structure|etablissement",
    "last_name": "nom de famille|last name|lastname|surname|family name|nom contact|nom du contact|nom de l interlocuteur|"
    "nom interlocuteur|contact nom|contact last name|nom d usage|patronyme|nom personne|nom gerant|nom du gerant",
    "first_name": "prenom|prenoms|prenom contact|prenom du contact|prenom de l interlocuteur|contact prenom|first name|"
    "firstname|given name|forename|contact first name|prenom gerant|prenom du gerant",
    "full_name": "contact|interlocuteur|nom complet|nom et prenom|nom prenom|prenom nom|prenom et nom|full name|"
    "contact principal|contact name|personne a contacter|a l attention de|gerant|dirigeant|responsable|correspondant|"
    "nom complet du contact|nom et prenom du contact|nom prenom contact|interlocuteur principal|main contact",
    "civility": "civilite|civ|salutation|titre de civilite|civilite contact|civilite du contact|genre|m mme|mr mme",
    "job_title": "fonction|fonction du contact|fonction contact|job title|position|role|qualite|poste occupe|profession du contact",
    "email": "e mail|email|mail|courriel|mel|adresse e mail|adresse email|adresse mail|adresse electronique|"
    "adresse de messagerie|e mail address|email address|e mail 1 value|e mail 1|email 1|mail 1|e mail principal|"
    "e mail professionnel|mail pro|courrier electronique|adresse courriel|e mail client|email client",
    "contact_email": "e mail contact|email contact|mail contact|e mail du contact|email du contact|courriel du contact|"
    "contact email|contact e mail|mail du contact|e mail interlocuteur|email de l interlocuteur",
    "phone": "tel|telephone|phone|telephone fixe|tel fixe|fixe|numero de telephone|n de telephone|n telephone|n tel|num tel|"
    "telephone 1|tel 1|phone number|phone 1 value|phone 1|business phone|telephone bureau|tel bureau|"
    "telephone professionnel|tel pro|standard|telephone standard|telephone principal|main phone|telephone societe",
    "mobile": "portable|mobile|gsm|tel portable|telephone portable|tel mobile|telephone mobile|mobile phone|cell|cell phone|"
    "n portable|numero de portable|numero de mobile|portable contact|mobile contact|tel port|tel gsm",
    "contact_phone": "telephone contact|telephone du contact|tel contact|tel du contact|contact phone|ligne directe|"
    "telephone interlocuteur|telephone direct|tel direct",
    "website": "site web|site internet|site|url|website|web|web site|web page|page web|www|website 1 value|business home page",
    "siret": "siret|n siret|numero siret|numero de siret|num siret|siret siren|siren siret|id prof 2|id prof 2 siret|no siret",
    "siren": "siren|n siren|numero siren|numero de siren|num siren|id prof 1|id prof 1 siren|no siren|rcs siren",
    "vat_number": "tva intracommunautaire|tva intracom|tva intra|n tva|numero tva|numero de tva|n tva intracommunautaire|"
    "n de tva|numero de tva intracommunautaire|n tva intra|vat number|vat|vat id|vat no|num tva|identifiant tva|"
    "code tva intracommunautaire|n id tva|tva",
    "address": "adresse|adresse 1|adresse ligne 1|adresse partie 1|adresse de facturation|adresse facturation|rue|voie|"
    "address|address 1|address line 1|street|street address|business street|billing address|billing street|adresse postale|"
    "adresse rue|adresse du siege|adresse siege|rue bureau|address 1 street|adr 1|adresse1|numero et voie|n et voie|"
    "adresse de facturation ligne 1|billing address line 1|adresse client|address1",
    "address_extra": "complement|complement d adresse|complement adresse|adresse 2|adresse 3|adresse ligne 2|adresse ligne 3|"
    "adresse partie 2|adresse suite|suite adresse|adresse complement|address 2|address line 2|business street 2|street 2|"
    "batiment|residence|lieu dit|bp|boite postale|adresse2|address2|complement de facturation|adresse bis",
    "postal_code": "code postal|cp|c p|code postal ville|zip|zip code|postcode|postal code|postal|business postal code|"
    "code postal bureau|code postal de facturation|code postal facturation|cp facturation|billing postal code|"
    "billing zip|adresse code postal|address 1 postal code|npa|codepostal|code postal siege",
    "city": "ville|city|town|commune|localite|business city|ville bureau|ville de facturation|ville facturation|"
    "billing city|adresse ville|address 1 city|bureau distributeur|ville siege",
    "country": "pays|country|code pays|country code|country region|business country region|pays region bureau|"
    "pays de facturation|pays facturation|billing country|adresse pays|address 1 country",
    "delivery_address": "adresse de livraison|adresse livraison|adresse de chantier|adresse du chantier|adresse chantier|"
    "shipping address|delivery address|shipping street|livraison|chantier|lieu d intervention|adresse d intervention|"
    "rue livraison|adresse de livraison ligne 1",
    "delivery_postal_code": "code postal de livraison|code postal livraison|cp livraison|cp chantier|code postal chantier|"
    "shipping postal code|shipping zip|delivery postal code|cp de livraison|code postal du chantier",
    "delivery_city": "ville de livraison|ville livraison|ville chantier|ville du chantier|shipping city|delivery city",
    "type": "type|type de client|type client|type du tiers|type de tiers|type d entreprise|nature|nature du client|typologie|"
    "customer type|account type|b2b b2c|b2c b2b|pro particulier|particulier pro|particulier professionnel|"
    "professionnel particulier|client type|profil",
    "payment_days": "delai de paiement|delai paiement|conditions de paiement|condition de paiement|conditions de reglement|"
    "delai de reglement|delai reglement|payment terms|echeance|mode d echeance|delai de paiement jours|payment days",
    "language": "langue|language|langue du client",
    "owner": "commercial|suivi par|vendeur|representant|owner|sales rep|account manager|charge d affaires|gestionnaire|"
    "proprietaire|attribue a|affecte a|assigned to|responsable commercial|commercial affecte|nom du commercial|"
    "account owner|charge de clientele|referent",
    "source": "origine|source|provenance|origine du contact|origine du client|lead source|apporteur|apporteur d affaires|"
    "canal d acquisition|comment nous avez vous connus|connu par|origine client",
    "since_on": "date de creation|date creation|client depuis|cree le|date d entree|created at|creation date|created|"
    "date d ajout|date creation client|customer since|date de creation du client|depuis|date creation fiche|date d ouverture",
    "note": "commentaire|commentaires|note|notes|remarque|remarques|observation|observations|comment|comments|description|"
    "memo|infos|information|informations|a savoir|divers|note publique|note privee|notes internes|commentaire interne|"
    "informations complementaires",
    "tags": "etiquettes|etiquette|tags|tag|labels|mots cles|mot cle|categories|group membership|groupes|libelles|famille",
    "external_reference": "code client|reference|ref|reference client|ref client|n client|numero client|numero de client|"
    "no client|num client|id client|code tiers|customer id|customer number|customer code|id|identifiant|matricule|"
    "identifiant client|account number|numero de compte|n compte|code|external id|client id|n de client|ref externe|"
    "ancien code|compte client|code du client|client code",
}  # fmt: skip

# What is kept aside on purpose though it holds a word above.
_ASIDE = re.compile(
    r"\b(?:fax|telecopie\w*|taux|regime tva|assujetti\w*|mailing|emailing|newsletter|optin|opt in|optout|consentement|"
    r"e mail (?:\d )?type|phone \d type|display name|birthday|anniversaire|pager|telex|isdn|ttytdd|categorie tarifaire|"
    r"mot de passe|password|iban|bic|rib)\b"
)
_DELIVERY = re.compile(r"\b(?:livraison|livre|chantier|shipping|ship|delivery|expedition|intervention)\b")
_PRIVATE = re.compile(
    r"\b(?:home|domicile|personnel|personnelle|prive|privee|other|autre|secondaire|assistant|assistante|[2-9])\b"
)
_CONTACT = re.compile(r"\b(?:contact|interlocuteur|gerant|dirigeant|correspondant|directe?)\b")

# By a word inside a longer header, in this order.
_INSIDE = [
    ("siret", r"\bsiret\b"),
    ("siren", r"\bsiren\b"),
    ("vat_number", r"\b(?:tva|vat)\b.*\b(?:intra\w*|n|num\w*|number|id\w*|no)\b|\b(?:n|num\w*|no|id\w*)\b.*\b(?:tva|vat)\b"),
    ("email", r"\b(?:e ?mails?|mails?|courriels?|messagerie)\b"),
    ("mobile", r"\b(?:mobiles?|portables?|gsm|cell)\b"),
    ("postal_code", r"\b(?:cp|code postal|zip|postcode|postal code)\b"),
    ("phone", r"\b(?:tel|telephones?|phones?)\b"),
    ("address_extra", r"\b(?:complement|address|adresse|street|rue)\b.*\b(?:2|3|suite|bis|complement)\b|\bcomplement\b"),
    ("city", r"\b(?:ville|city|commune|localite)\b"),
    ("country", r"\b(?:pays|country)\b"),
    ("address", r"\b(?:adresse|address|rue|street|voie)\b"),
    ("website", r"\b(?:site (?:web|internet)|website|url)\b"),
    ("civility", r"\b(?:civilite|salutation)\b"),
    ("first_name", r"\b(?:prenom|first ?name|given name)\b"),
    ("name", r"\b(?:raison sociale|denomination|nom de la societe|nom commercial|enseigne|company name)\b"),
    ("last_name", r"\b(?:last ?name|family name|nom de famille)\b"),
    ("external_reference", r"\b(?:code|n|no|num|numero|ref|reference|id|identifiant)\b.*\b(?:client|tiers|customer)\b"),
    ("type", r"\btype\b.*\b(?:client|tiers|customer)\b"),
    ("since_on", r"\b(?:date|cree\w*)\b.*\b(?:creation|entree|ajout|client)\b|\bclient depuis\b"),
    ("owner", r"\b(?:commercial|vendeur|charge d affaires)\b"),
    ("note", r"\b(?:commentaires?|remarques?|observations?|notes?)\b"),
]  # fmt: skip
_INSIDE_COMPILED = [(field, re.compile(pattern)) for field, pattern in _INSIDE]
_BY_HEADER = {header: field for field, headers in _EXACT.items() for header in headers.split("|")}
_DELIVERED = {
    "address": "delivery_address", "address_extra": "delivery_address", "postal_code": "delivery_postal_code",
    "city": "delivery_city",
}  # fmt: skip
_OF_CONTACT = {"email": "contact_email", "phone": "contact_phone", "name": "full_name"}


def header_words(header: str) -> str:
    """A header as rules compare it: «companyName», «Company_Name» and «COMPANY NAME» all give «company name»."""
    once = re.sub(r" \([0-9]{1,2}\)$", "", header[:200])  # what `lib.tabular` adds to a header written twice
    return plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", once).replace("_", " "))


def header_field(header: str) -> tuple[str, int]:
    """The field that a header announces and how surely (`EXACT` … `WEAK`); («», 0) when it says nothing we know.

    «Nom» alone announces «nom», which `crm.importing.columns` settles by looking at the other columns; «Titre» and
    «Catégorie» announce «title» and «category», which their contents settle. «Fax» and the like are kept aside.
    """
    text = header_words(header)
    if _ASIDE.search(text):
        return "extra", EXACT
    if text in ("nom", "name", "noms", "nom usuel"):
        return "nom", EXACT
    if text in ("titre", "title", "poste"):
        return "title", EXACT
    if text in (
        "categorie",
        "category",
        "segment",
        "statut",
        "status",
        "groupe",
        "famille client",
        "categorie client",
        "forme juridique",
    ):
        return "category", STRONG
    if text in _BY_HEADER:
        return _BY_HEADER[text], EXACT
    return _by_a_word_inside(text)


def _by_a_word_inside(text: str) -> tuple[str, int]:
    for field, pattern in _INSIDE_COMPILED:
        if pattern.search(text):
            if _DELIVERY.search(text):
                return (_DELIVERED[field], STRONG) if field in _DELIVERED else ("", 0)
            if _PRIVATE.search(text) and field != "address_extra":
                return field, WEAK
            if _CONTACT.search(text) and field in _OF_CONTACT:
                return _OF_CONTACT[field], STRONG
            return field, FAIR
    return "", 0
