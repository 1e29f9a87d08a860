"""CSV as firms have it, and CSV that does no harm."""

import codecs
import csv
import io
import tempfile
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refusal
from lib.tabular import Row, open_table, safe_cell, write_csv


def rows(content: bytes) -> list[Row]:
    return list(open_table(io.BytesIO(content)).rows())


TEXT = "Raison sociale;Ville\nMenuiserie Le Goff;Quimperlé\nDiallo & Cie — « été »;Évry\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r").encode(), "utf-8"),
        (b"sep=;\r\n" + TEXT.encode(), "utf-8"),
    ],
)
def test_the_same_table_in_each_encoding(content: bytes, encoding: str) -> None:
    table = open_table(io.BytesIO(content))
    assert (table.encoding, table.delimiter, table.columns) == (encoding, ";", ("Raison sociale", "Ville"))
    assert [row.cells for row in table.rows()] == [
        {"Raison sociale": "Menuiserie Le Goff", "Ville": "Quimperlé"},
        {"Raison sociale": "Diallo & Cie — « été »", "Ville": "Évry"},
    ]


@pytest.mark.parametrize("delimiter", list(";,\t|"))
def test_each_separator(delimiter: str) -> None:
    lines = [["nom", "montant", "note"], ["Le Goff", '"12,50; soit | ici"', '"a\tb"'], ["Diallo", '"3,5"', ""]]
    table = open_table(io.BytesIO("\n".join(delimiter.join(line) for line in lines).encode()))
    assert table.delimiter == delimiter
    assert [list(row.cells.values()) for row in table.rows()] == [
        ["Le Goff", "12,50; soit | ici", "a\tb"],
        ["Diallo", "3,5", ""],
    ]


def test_decimal_commas_are_no_separators() -> None:
    table = open_table(io.BytesIO(b"nom;taux;prix\na;1,5;2,5\nb;1,5;2,5\n"))
    assert (table.delimiter, table.columns) == (";", ("nom", "taux", "prix"))


def test_one_column_is_a_table_too() -> None:
    table = open_table(io.BytesIO(b"email\na@b.fr\n"))
    assert (table.columns, [row.cells for row in table.rows()]) == (("email",), [{"email": "a@b.fr"}])


def test_lines_are_those_of_the_file() -> None:
    content = b'\nnom;adresse\n"Le Goff";"1 rue\r\ndu Port"\n\n;\nDiallo;2 rue\n'
    assert rows(content) == [
        Row(3, {"nom": "Le Goff", "adresse": "1 rue\ndu Port"}),
        Row(7, {"nom": "Diallo", "adresse": "2 rue"}),
    ]


def test_headers_written_twice_or_not_at_all() -> None:
    table = open_table(io.BytesIO(b"Nom;Code postal; code  POSTAL ;;Ville;;\na;1;2;3;b;;\n"))
    assert table.columns == ("Nom", "Code postal", "code POSTAL (2)", "Colonne 4", "Ville")
    assert next(table.rows()) == Row(2, {"Nom": "a", "Code postal": "1", "code POSTAL (2)": "2", "Colonne 4": "3", "Ville": "b"})


def test_ragged_rows_are_reported() -> None:
    assert rows(b"a;b;c\n1;2\n1;2;3;4\n1;2;3;;\n") == [
        Row(2, {"a": "1", "b": "2", "c": ""}, "Cette ligne compte 2 colonnes au lieu de 3."),
        Row(3, {"a": "1", "b": "2", "c": "3"}, "Cette ligne compte 4 colonnes au lieu de 3."),
        Row(4, {"a": "1", "b": "2", "c": "3"}),
    ]


def test_what_spreadsheets_put_around_a_cell_is_taken_off() -> None:
    assert [row.cells for row in rows(b'cp;tel;nom\n="01000";\'+33612;\xc2\xa0Le "Petit" Goff \n')] == [
        {"cp": "01000", "tel": "+33612", "nom": 'Le "Petit" Goff'}
    ]
    assert rows(b'a;b\n"Le Goff" SARL;x\n') == [Row(2, {"a": "Le Goff SARL", "b": "x"})]


def test_rows_may_be_walked_again_and_the_file_stays_open() -> None:
    file = io.BytesIO(TEXT.encode())
    table = open_table(file)
    assert list(table.rows()) == list(table.rows())
    next(table.rows())
    assert not file.closed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce fichier est vide. Exportez-le à nouveau, avec une ligne de titres et une ligne par client."),
        (b"\n;;\n", "Ce fichier est vide. Exportez-le à nouveau, avec une ligne de titres et une ligne par client."),
        (
            b"PK\x03\x04xlsx",
            "C’est un classeur, pas un fichier CSV. Dans le tableur, choisissez « Enregistrer sous », puis CSV.",
        ),
        (
            b"nom;ville\na\x00;b",
            "Ce fichier n’est pas un texte. Exportez-le en CSV depuis votre tableur ou votre logiciel.",
        ),
        (
            "prénom;société\nZoé;Le Goff\n".encode("mac-roman"),
            "Les accents de ce fichier sont illisibles. Enregistrez-le en « CSV UTF-8 », puis recommencez.",
        ),
        (
            b"nom;ville\na\x81;b",
            "Les accents de ce fichier sont illisibles. Enregistrez-le en « CSV UTF-8 », puis recommencez.",
        ),
        (
            codecs.BOM_UTF16_LE + b"a",
            "Les accents de ce fichier sont illisibles. Enregistrez-le en « CSV UTF-8 », puis recommencez.",
        ),
        (b";".join([b"x"] * 201), "Ce fichier compte 201 colonnes ; 200 au plus sont lues."),
    ],
)
def test_what_is_no_table(content: bytes, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_table(io.BytesIO(content))
    assert refused.value.message.replace("\u00a0", " ") == said


def test_a_file_too_large() -> None:
    with pytest.raises(Refusal) as refused:
        open_table(io.BytesIO(b"a;b\n" * 1000), largest=3000)
    assert refused.value.message.replace("\u00a0", " ") == (
        "Ce fichier pèse 4 ko ; 3 ko au plus sont lus. Coupez-le en plusieurs fichiers."
    )


@pytest.mark.parametrize("tail", [b'x;"open\n1;2\n', b'x;"open', b'x;"' + b"y" * 200_000 + b'"\n'])
def test_a_quote_never_closed_is_told_with_its_line(tail: bytes) -> None:
    table = open_table(io.BytesIO(b"a;b\n1;2\n" + tail))
    walked = table.rows()
    assert next(walked).line == 2
    with pytest.raises(Refusal, match="ligne 3 n’est jamais refermé"):
        next(walked)


def test_a_hundred_thousand_rows_in_flat_memory() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"nom;ville;note\n")
        for number in range(100_000):
            file.write(b"Menuiserie %d;Quimper;une note assez longue pour peser\n" % number)
        tracemalloc.start()
        count = sum(1 for _row in open_table(file).rows())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+33 6", "'+33 6"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\0=1", "'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("Le Goff = bien", "Le Goff = bien"),
        ("", ""),
        (None, ""),
        (-12, "-12"),
        (Decimal("-12.50"), "-12,50"),
        (True, "oui"),
        (date(2026, 11, 21), "21/11/2026"),
        (datetime(2026, 11, 21, 16, 42, tzinfo=UTC), "21/11/2026 16:42"),
    ],
)
def test_safe_cell(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_what_is_written() -> None:
    file = io.BytesIO()
    write_csv(file, ["nom", "solde"], [['Le "Goff"', Decimal("-12.50")], ["=cmd", None]])
    assert file.getvalue() == codecs.BOM_UTF8 + b'"nom";"solde"\r\n"Le ""Goff""";"-12,50"\r\n"\'=cmd";""\r\n'


characters = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
plain = st.text(characters, min_size=1).map(str.strip).filter(lambda text: text and not text.startswith(("'", '="')))


@given(st.lists(st.tuples(plain, plain), min_size=1))
def test_what_is_written_is_harmless_and_read_back(written: list[tuple[str, str]]) -> None:
    file = io.BytesIO()
    write_csv(file, ["a", "b"], written)
    lines = csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";")
    assert [cell for line in lines for cell in line if cell[0] in "=+-@\t\r＝＋－＠"] == []
    assert [tuple(row.cells.values()) for row in open_table(file).rows()] == written
