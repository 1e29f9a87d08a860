"""A customer file as a firm of the west of France would export it: 240 lines, Windows-1252, `;`, dates day first.

Deterministic: the same lines for ever. `python -m tests.files.customer_file OUT.csv [LINES]` writes it, of any length.
What it holds on purpose, so that tests can say what must become of it, is in `WRONG`, `KNOWN` and `ALIKE`.
"""

import csv
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from stdnum import luhn

HEADERS = (
    "Code client", "Raison sociale", "Civilité", "Nom", "Prénom", "Fonction", "Tél.", "Portable", "Courriel", "Adresse", "Code postal",
    "Ville", "Adresse de livraison", "Code postal", "Ville", "SIRET", "Catégorie", "Délai de règlement", "Remise %", "Client depuis",
    "Commentaires",
)  # fmt: skip
LINES = 240
TRADES = (
    "Menuiserie", "Boulangerie", "Charpente", "Garage", "Cabinet", "Pépinière", "Imprimerie", "Fromagerie", "Électricité", "Crêperie",
    "Maçonnerie", "Pêcherie", "Sœurs &", "Atelier", "Serrurerie", "Hôtel", "Clôtures", "Vérandas",
)  # fmt: skip
NAMES = (
    "Le Goff", "Lefèvre", "Guéguen", "Kerbœuf", "D’Hervé", "Morvan", "Cœuret", "Lœillet", "Prigent", "Béchu", "L’Hostis", "Quéré",
    "Nédélec", "Garçon", "Maître", "Noël", "Thébaud", "Le Bœuf", "Châtelain", "Dupré", "Riou", "Abgrall", "Yvinec", "Çapan", "Huët",
)  # fmt: skip
FIRST = (
    "Anne",
    "Yann",
    "Gwenaëlle",
    "Loïc",
    "Maëlle",
    "François",
    "Océane",
    "Joël",
    "Hélène",
    "Rozenn",
    "Cédric",
    "Zoé",
    "Aïcha",
    "Raphaël",
)
TOWNS = (
    ("29000", "Quimper"), ("29300", "Quimperlé"), ("44000", "Nantes"), ("35000", "Rennes"), ("56100", "Lorient"),
    ("22000", "Saint-Brieuc"), ("44600", "Saint-Nazaire"), ("29200", "Brest"), ("01000", "Bourg-en-Bresse"), ("50100", "Cherbourg"),
)  # fmt: skip
STREETS = (
    "rue de l’Église",
    "quai de l’Odet",
    "allée des Chênes",
    "rue Général de Gaulle",
    "place aux Bœufs",
    "chemin du Vieux-Pré",
)
NOTES = (
    "", "", "Sonner à l’arrière", "Préfère le matin\r\nNe pas appeler le mercredi", "À relancer « après l’été »", "Sœur de M. Riou",
    "Paie par chèque ; demander le RIB",
)  # fmt: skip
# line of the file → the column that is wrong in it
WRONG = {37: "Courriel", 92: "SIRET", 141: "Raison sociale", 188: "Tél.", 215: "Code postal"}
# line → the earlier line that it repeats entirely, or by its code
KNOWN = {60: 12, 170: 44}
# line → the earlier line it looks like, and by what
ALIKE = {101: (20, "phone"), 151: (32, "email")}


def siret(rng: random.Random) -> str:
    """A SIRET whose keys are right, of a firm that does not exist."""
    siren = f"9{rng.randrange(10**7):07d}"
    siren += luhn.calc_check_digit(siren)
    nic = f"{siren}{rng.randrange(1, 30):04d}"
    return nic + luhn.calc_check_digit(nic)


def rows(lines: int = LINES, seed: int = 2400) -> Iterator[list[str]]:
    """The lines under the headers. Line 2 of the file is the first."""
    rng = random.Random(seed)
    made: dict[int, list[str]] = {}
    for line in range(2, lines + 2):
        row = _row(line, rng)
        if line in KNOWN:
            row = list(made[KNOWN[line]])
            row[20] = row[20] if line == 60 else "le même code, un autre commentaire"
        if line in ALIKE:
            other, by = ALIKE[line]
            place = {"phone": 6, "email": 8}[by]
            row[place] = made[other][place]
        if line in WRONG:
            _spoil(row, WRONG[line])
        if line <= LINES + 1:
            made[line] = row
        yield row


def _row(line: int, rng: random.Random) -> list[str]:
    name, first, (code, town) = rng.choice(NAMES), rng.choice(FIRST), rng.choice(TOWNS)
    is_firm = line % 3 != 0
    firm = f"{rng.choice(TRADES)} {name} {rng.choice(('SARL', 'SAS', 'et fils', ''))}".strip() + f" n° {line}" if is_firm else ""
    person = line % 2 == 0 or not is_firm
    number = f"{line:08d}"
    local = f"{first}.{name}.{line}".lower().translate(str.maketrans("éèêëàâäîïôöùûüçœ’ ", "eeeeaaaiioouuuco--"))
    phone = f"02 {number[0:2]} {number[2:4]} {number[4:6]} {number[6:8]}".replace("02 00", "02 40")
    remote = rng.random() < 0.2
    return [
        f"CL-{line:04d}",
        firm,
        rng.choice(("M.", "Mme")) if person else "",
        f"{name} {line}" if person and not is_firm else name if person else "",
        first if person else "",
        rng.choice(("Gérante", "Comptable", "Chef d’équipe")) if person and is_firm else "",
        phone,
        f"06 {number[0:2]} {number[2:4]} {number[4:6]} {number[6:8]}".replace("06 00", "06 12") if person else "",
        f"{local}@exemple.example" if line % 5 else "",
        f"{rng.randrange(1, 90)} {rng.choice(STREETS)}",
        code,
        town,
        f"{rng.randrange(1, 90)} {rng.choice(STREETS)}" if remote else "",
        code if remote else "",
        town if remote else "",
        siret(rng) if is_firm and line % 4 else "",
        "Professionnel" if is_firm else rng.choice(("Particulier", "particulier", "")),
        rng.choice(("30 jours", "30 jours fin de mois", "comptant", "")) if is_firm else "",
        rng.choice(("0", "2,5", "10,00", "")),
        f"{rng.randrange(1, 28):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(2008, 2026)}",
        rng.choice(NOTES),
    ]


def _spoil(row: list[str], column: str) -> None:
    place = HEADERS.index(column)
    row[place] = {"Courriel": "anne@@exemple", "SIRET": "123 456 789", "Tél.": "0240", "Code postal": "99999"}.get(column, "")
    if column == "Raison sociale":
        row[3] = row[4] = ""


def content(lines: int = LINES, seed: int = 2400, encoding: str = "cp1252") -> bytes:
    """The whole file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows(rows(lines, seed))
    return text.getvalue().encode(encoding)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(content(int(sys.argv[2]) if len(sys.argv) > 2 else LINES))
