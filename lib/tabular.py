"""Tables as French firms exchange them: reading any CSV they have, and writing one that opens well and does no harm.

Reading streams: the file is walked once to know its encoding, then row by row, whatever its size.
Writing: `;`, every cell quoted, UTF-8 with its mark (what Excel in French opens at a double click), and cells that a
spreadsheet would run as a formula made harmless (OWASP, « CSV Injection »).
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import BinaryIO

from lib.errors import Refusal
from lib.folding import fold
from lib.typography import file_size
from lib.wording import say as _

LARGEST_FILE = 60_000_000
MOST_COLUMNS = 200
DELIMITERS = ";\t,|"
_CHUNK = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_MAC_LETTER = re.compile(rb"[a-z]\x8e|\x8e[a-z]")  # é in MacRoman, Ž in Windows-1252


@dataclass(frozen=True)
class Row:
    """One record: the line of the file where it begins (from 1), its cells by column, and what is wrong with its shape.
    `short` when its last cells are missing, as Excel leaves them out when they are empty."""

    line: int
    cells: dict[str, str]
    fault: str = ""
    short: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Table:
    """An open table. `rows()` may be walked several times, one at a time; the file must stay open meanwhile."""

    file: BinaryIO
    columns: tuple[str, ...]
    encoding: str
    delimiter: str

    def rows(self) -> Generator[Row, None, None]:
        """Each record after the header, empty ones passed over. Refusal when a quote never closes or a cell is too long."""
        records = _records(self.file, self.encoding, self.delimiter)
        next(records)
        for line, record in records:
            yield self._row(line, record)

    def _row(self, line: int, record: list[str]) -> Row:
        wide = len(self.columns)
        while len(record) > wide and not record[-1]:
            record.pop()
        fault = ""
        if len(record) != wide:
            fault = _("Cette ligne compte {found} colonnes au lieu de {wanted}.", found=len(record), wanted=wide)
        padded = record + [""] * (wide - len(record))
        return Row(line, dict(zip(self.columns, padded, strict=False)), fault, len(record) < wide)


def open_table(file: BinaryIO, *, largest: int = LARGEST_FILE) -> Table:
    """Recognise the encoding, separator and columns of a CSV. `file` is binary and seekable.

    Headers written twice are kept apart (« Code postal », « Code postal (2) »), empty ones named by their place, empty
    trailing ones dropped. Refusal, nothing read, for what is no such table: too large, empty, a workbook, a binary file.
    """
    encoding = _encoding(file, largest)
    delimiter = _delimiter(file, encoding)
    first = next(_records(file, encoding, delimiter), None)
    if first is None:
        raise Refusal(_("Ce fichier est vide. Exportez-le à nouveau, avec une ligne de titres et une ligne par client."))
    columns = _columns(first[1])
    if len(columns) > MOST_COLUMNS:
        raise Refusal(_("Ce fichier compte {count} colonnes ; {most} au plus sont lues.", count=len(columns), most=MOST_COLUMNS))
    return Table(file, columns, encoding, delimiter)


def safe_cell(value: object) -> str:
    """The text of a cell. A text that a spreadsheet would take for a formula is preceded by an apostrophe.

    Numbers (int, Decimal) are safe and written with a decimal comma; dates day first; nothing for None.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, int | Decimal):
        return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y %H:%M}" if hasattr(value, "hour") else f"{value:%d/%m/%Y}"
    text = str(value).replace("\0", "")
    risky = str(value).startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def csv_lines(columns: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The file line by line, for a streamed answer: byte order mark first, then the header, then each row."""
    yield codecs.BOM_UTF8
    for row in chain([columns], rows):
        line = io.StringIO()
        csv.writer(line, delimiter=";", quoting=csv.QUOTE_ALL).writerow([safe_cell(value) for value in row])
        yield line.getvalue().encode()


def write_csv(file: BinaryIO, columns: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    """Write the whole table to a binary file."""
    file.writelines(csv_lines(columns, rows))


def _encoding(file: BinaryIO, largest: int) -> str:
    size = file.seek(0, io.SEEK_END)
    if size > largest:
        raise Refusal(
            _(
                "Ce fichier pèse {size} ; {largest} au plus sont lus. Coupez-le en plusieurs fichiers.",
                size=file_size(size),
                largest=file_size(largest),
            )
        )
    file.seek(0)
    head = file.read(8)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal(_("C’est un classeur, pas un fichier CSV. Dans le tableur, choisissez « Enregistrer sous », puis CSV."))
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _decodable(file, name)
    return _unmarked_encoding(file)


def _unmarked_encoding(file: BinaryIO) -> str:
    """UTF-8 when every byte agrees, else Windows-1252 when every byte exists in it."""
    utf8, strict = codecs.getincrementaldecoder("utf-8")(), True
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            raise Refusal(_("Ce fichier n’est pas un texte. Exportez-le en CSV depuis votre tableur ou votre logiciel."))
        try:
            strict = strict and utf8.decode(chunk) is not None
        except UnicodeDecodeError:
            strict = False
        if not strict and _MAC_LETTER.search(chunk):
            raise _unknown_letters()
    try:
        utf8.decode(b"", final=True)
    except UnicodeDecodeError:
        strict = False
    return "utf-8" if strict else _decodable(file, "cp1252")


def _decodable(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                raise _unknown_letters()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _unknown_letters() from None
    return encoding


def _unknown_letters() -> Refusal:
    return Refusal(_("Les accents de ce fichier sont illisibles. Enregistrez-le en « CSV UTF-8 », puis recommencez."))


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The separator under which the first records have the most columns alike; « sep=; » is obeyed."""
    file.seek(0)
    sample = codecs.getincrementaldecoder(encoding)().decode(file.read(_CHUNK)).lstrip("\ufeff")
    told = re.match(r"sep=(.)\r?\n", sample)
    if told:
        return told[1]
    scores = {delimiter: _likeness(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ";"


def _likeness(sample: str, delimiter: str) -> float:
    try:
        records = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 30)
        widths = [len(record) for record in records if any(record)]
    except csv.Error:
        return 0
    if not widths or widths[0] < 2:
        return 0
    alike = Counter(widths)[widths[0]] / len(widths)
    return alike * (widths[0] - 1)


def _records(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that holds something, with the physical line where it begins; cells trimmed, line breaks plain."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    raw: list[str] = []
    reader = csv.reader(_noting(text, raw), delimiter=delimiter)
    try:
        line = 1
        while True:
            raw.clear()
            record = next(reader, None)
            if record is None:
                return
            if raw and _left_open(raw, reader.line_num - line, delimiter):
                raise _open_quote(line)
            cells = [_cell(cell) for cell in record]
            if any(cells) and not (line == 1 and re.fullmatch(r"\ufeff?sep=.\s*", raw[0])):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise _open_quote(line) from None
    finally:
        text.detach()


def _noting(lines: Iterable[str], raw: list[str]) -> Iterator[str]:
    for line in lines:
        raw.append(line)
        yield line


def _left_open(raw: list[str], more_lines: int, delimiter: str) -> bool:
    """Whether a record of several lines ends with the file, inside a quote."""
    if not more_lines and raw[-1].count('"') % 2 == 0:
        return False
    try:
        list(csv.reader(raw, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _open_quote(line: int) -> Refusal:
    return Refusal(
        _(
            "Un guillemet ouvert à la ligne {line} n’est jamais refermé, ou une cellule est démesurée. "
            "Corrigez cette ligne, rien n’a été lu au-delà.",
            line=line,
        )
    )


def _cell(text: str) -> str:
    cell = re.sub(r"\r\n?", "\n", text).strip()
    excel = _EXCEL_TEXT.fullmatch(cell)
    if excel:
        return excel[1].replace('""', '"').strip()
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(_FORMULA) else cell


def _columns(header: list[str]) -> tuple[str, ...]:
    while header and not header[-1]:
        header = header[:-1]
    columns: list[str] = []
    seen: set[str] = set()
    for place, title in enumerate(header, start=1):
        name = wanted = " ".join(title.replace("\ufeff", "").split()) or _("Colonne {place}", place=place)
        again = 1
        while fold(name) in seen:
            again += 1
            name = f"{wanted} ({again})"
        seen.add(fold(name))
        columns.append(name)
    return tuple(columns)
