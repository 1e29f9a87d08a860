"""The process that draws PDFs. Started by `billing.rendering`: it imports WeasyPrint once, then answers one document at
a time, drawn by a child that may use little memory and time, and reach nothing. What is too much for the child ends it
alone: the next document gets another, as does every fiftieth.

No Django here: a question is a length and JSON on the input, an answer is «+» or «-», a length and bytes.
"""

import gc
import json
import logging
import os
import resource
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

FACTURX_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_FACTURX = f"""<rdf:Description rdf:about="" xmlns:fx="{FACTURX_NAMESPACE}"><fx:DocumentType>INVOICE</fx:DocumentType>\
<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName><fx:Version>1.0</fx:Version>\
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"""
_UA = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description>"""
WORKS = 50  # documents of one child
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "urllib.", "ftplib.", "smtplib.")


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints does not reach the answers
    logging.disable(logging.CRITICAL)
    fonts = _choose_fonts()
    try:
        draw = _load()
        draw(_rehearsal())
    finally:
        shutil.rmtree(fonts, ignore_errors=True)
    gc.collect()
    gc.freeze()  # what is loaded stays as it is in every child, on the same pages of memory
    artist: _Artist | None = None
    while question := _message(0):
        artist = artist or _Artist(draw, [answers.fileno()])
        status, answer = artist.ask(question)
        if status == b"!" or artist.drawn >= WORKS:
            artist.leave()
            artist = None
        answers.write(struct.pack(">cI", b"-" if status == b"!" else status, len(answer)) + answer)
        answers.flush()


def _rehearsal() -> dict[str, Any]:
    """A page with a bit of everything that papers use: fonts, types and styles are then ready in every child."""
    row = "<tr><th scope=row>Pose<span>à l’heure</span></th><td class=num>1</td><td class=num>1 240,00 €</td></tr>"
    return {
        "html": (
            "<html lang=fr><body><div class=words data-paper=x data-page=page data-of=sur>"
            "<p class=specimen>x</p><div class=head><div class=name><h1>Facture</h1></div><p class=house>Égards</p></div>"
            "<div class=parties><address><strong>é</strong><br>x</address><dl class=facts><dt>x</dt><dd>y</dd></dl></div>"
            "<p class=plain-words>x</p><table class=items><thead><tr><th scope=col>x</th><th scope=col>y</th><th scope=col>z</th></tr>"
            f"</thead><tbody>{row * 3}</tbody></table><div class=sums><div class=left><table class=vat><tr><td>x</td></tr></table></div>"
            "<dl class=totals><dt class=due>x</dt><dd class=due>y</dd></dl><div class=end></div></div><div class=pay><div class=scan>"
            ""
            "<img class=qr alt=x src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4nGNgAAAAAgABSK"
            "+kcQAAAABJRU5ErkJggg=='></div>"
            "<h2>x</h2></div><p class=legal><a href='mailto:x@y.z'>x</a></p><ul><li>x</li></ul></div>"
        ),
        "title": "x", "language": "fr", "identifier": "x", "paper": True, "at": "2026-01-01T00:00:00+00:00",
        "attached": {"name": "x.xml", "content": "<x/>", "description": "x", "relationship": "Alternative"},
    }  # fmt: skip


def _choose_fonts() -> str:
    """The house's own serif first, then those of the machine for other scripts. The configuration is read once."""
    folders = ["/usr/share/fonts", "/usr/local/share/fonts"]
    found = find_spec("font_source_serif_pro")
    if found and found.origin:
        folders.insert(0, str(Path(found.origin).parent / "files"))
    folder = tempfile.mkdtemp(prefix="egards-fonts-")
    said = "".join(f"<dir>{one}</dir>" for one in folders)
    Path(folder, "fonts.conf").write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>{said}<cachedir>{folder}</cachedir></fontconfig>',
        encoding="utf-8",
    )
    os.environ["FONTCONFIG_FILE"] = str(Path(folder, "fonts.conf"))
    return folder


def _load() -> Callable[[dict[str, Any]], bytes]:
    from weasyprint import CSS, Attachment  # inline: heavy, and reads FONTCONFIG_FILE
    from weasyprint.text.fonts import FontConfiguration  # inline: heavy
    from weasyprint.urls import URLFetcher  # inline: heavy

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    fonts = FontConfiguration()
    paper = CSS(string=_sheet(), font_config=fonts, url_fetcher=fetcher)  # read once for all documents
    read, once = _reader(fetcher, fonts), _writer()

    def draw(wanted: dict[str, Any]) -> bytes:
        styles = [paper] if wanted["paper"] else []
        document = read(wanted).render(font_config=fonts, stylesheets=styles)
        metadata = document.metadata
        metadata.title, metadata.lang = wanted["title"], wanted["language"]
        metadata.created = metadata.modified = wanted["at"]
        file = wanted["attached"]
        plain = metadata.generate_rdf_metadata
        more = (_FACTURX + _UA + _schemas(facturx=True)) if file else (_UA + _schemas(facturx=False))

        def told(*given: object) -> bytes:  # inside WeasyPrint's one rdf:RDF, where every reader looks
            return bytes(plain(*given)).replace(b"</rdf:RDF>", more.encode() + b"</rdf:RDF>")

        metadata.generate_rdf_metadata = told
        if file:
            metadata.attachments = [
                Attachment(
                    string=file["content"],
                    name=file["name"],
                    relationship=file["relationship"],
                    description=file["description"],
                    created=_instant(wanted["at"]),
                    modified=_instant(wanted["at"]),
                )
            ]
        return bytes(document.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=wanted["identifier"].encode(), finisher=once))

    return draw


def _reader(fetcher: Any, fonts: Any) -> Callable[[dict[str, Any]], Any]:
    """What reads the page of a question: the house's own papers by a shorter way."""
    import weasyprint  # inline: heavy
    from cssselect2 import ElementWrapper  # inline: heavy
    from weasyprint import CSS, HTML  # inline: heavy

    usual = [CSS(string=_usual(Path(weasyprint.__file__)), font_config=fonts, url_fetcher=fetcher)]

    class Paper(HTML):  # type: ignore[misc]
        """A page of the house's own templates, without what they never have: marks of lists and of notes, six of them
        reckoned for each element, a tenth of the time of a document; read by the XML parser, six times as quick."""

        def __init__(self, text: str) -> None:
            self.base_url, self.url_fetcher, self.media_type = None, fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(ElementTree.fromstring(text), content_language=None)
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return usual

    def read(wanted: dict[str, Any]) -> Any:
        if wanted["paper"]:
            try:
                return Paper(wanted["html"])
            except ElementTree.ParseError:  # a sign that XML has not, in somebody's words
                pass
        return HTML(string=wanted["html"], url_fetcher=fetcher, base_url=None)

    return read


def _writer() -> Callable[[Any, Any], None]:
    """What WeasyPrint calls before it writes the file: each object is put into words and compressed once, where the library does
    it again for the fingerprint of the file."""
    from pydyf import Object  # inline: heavy

    class Written(Object):  # type: ignore[misc]
        """An object of the file as it will stand in it."""

        def __init__(self, thing: Any) -> None:
            super().__init__()
            self.number, self.generation, self.free = thing.number, thing.generation, thing.free
            self._words, self._may_be_packed = b"" if thing.free == "f" else thing.data, thing.compressible

        @property
        def data(self) -> bytes:
            return bytes(self._words)

        @property
        def compressible(self) -> bool:
            return bool(self._may_be_packed)

    def once(_document: Any, file: Any) -> None:
        file.objects[:] = [Written(thing) for thing in file.objects]

    return once


def _usual(library: Path) -> str:
    """What browsers give every element before any style, as WeasyPrint has it, without its pseudo-elements of lists and notes."""
    lines = library.parent.joinpath("css", "html5_ua.css").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("::"))


def _sheet() -> str:
    """The style of the papers of the house."""
    return Path(__file__).resolve().parent.parent.joinpath("static", "css", "paper.css").read_text(encoding="utf-8")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _schemas(*, facturx: bool) -> str:
    """The extension schemas that PDF/A asks of every property it does not know."""
    known = [("PDF/UA", "http://www.aiim.org/pdfua/ns/id/", "pdfuaid", [("part", "Integer", "internal", "PDF/UA part")])]
    if facturx:
        names = ("DocumentFileName", "DocumentType", "Version", "ConformanceLevel")
        known.append(("Factur-X", FACTURX_NAMESPACE, "fx", [(name, "Text", "external", f"Factur-X {name}") for name in names]))
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        "<pdfaExtension:schemas><rdf:Bag>" + "".join(_schema(*one) for one in known) + "</rdf:Bag></pdfaExtension:schemas>"
        "</rdf:Description>"
    )


def _schema(name: str, uri: str, prefix: str, properties: list[tuple[str, str, str, str]]) -> str:
    said = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{one}</pdfaProperty:name>'
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>{category}</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for one, kind, category, words in properties
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{name}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{said}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


class _Artist:
    """A child that draws: forked with everything loaded, limited, and told one document at a time."""

    def __init__(self, draw: Callable[[dict[str, Any]], bytes], others: list[int]) -> None:
        told, self._tell = os.pipe()
        self._hear, say = os.pipe()
        self.drawn = 0
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                for one in (0, self._tell, self._hear, *others):
                    os.close(one)
                status = _work(draw, told, say)
            finally:
                os._exit(status)
        os.close(told)
        os.close(say)

    def ask(self, question: bytes) -> tuple[bytes, bytes]:
        """«+» and the PDF, «-» and why, or «!» when the child did not survive the question."""
        self.drawn += 1
        end = time.monotonic() + 2 * json.loads(question)["seconds"]
        try:
            _write(self._tell, struct.pack(">I", len(question)) + question)
        except BrokenPipeError:
            return b"!", b"too-much"
        answer = _message(self._hear, end)
        return (answer[:1], answer[1:]) if answer else (b"!", b"too-much")

    def leave(self) -> None:
        """End the child, whatever it is doing."""
        os.close(self._tell)
        os.close(self._hear)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _work(draw: Callable[[dict[str, Any]], bytes], told: int, say: int) -> int:
    """Draw what is told until nothing more is."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.addaudithook(_refuse)
    gc.disable()  # between two documents only
    while question := _message(told):
        answer = _draw_one(draw, json.loads(question))
        _write(say, struct.pack(">I", len(answer)) + answer)
        gc.collect()
    return 0


def _draw_one(draw: Callable[[dict[str, Any]], bytes], question: dict[str, Any]) -> bytes:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + question["seconds"]
    for limit, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, question["memory"])):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        return b"+" + draw(question)
    except (MemoryError, RecursionError):
        return b"!too-much"
    except Exception as problem:  # noqa: BLE001 — told to the caller, whatever it is
        return b"-" + f"{type(problem).__name__}: {problem}".encode()


def _refuse(event: str, given: tuple[object, ...]) -> None:
    """While a document is drawn, nothing is reached and nothing is started; `data:` is in the document itself."""
    if event.startswith(_REFUSED) and not (event == "urllib.Request" and str(given[0]).startswith("data:")):
        raise PermissionError(event)


def _message(pipe: int, end: float | None = None) -> bytes:
    """A length and that many bytes; nothing when the other side is gone, or silent at the instant `end`."""
    head = _exactly(pipe, 4, end)
    return _exactly(pipe, struct.unpack(">I", head)[0], end) if head else b""


def _exactly(pipe: int, size: int, end: float | None) -> bytes:
    found = bytearray()
    while len(found) < size:
        if end is not None and not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            return b""
        part = os.read(pipe, min(size - len(found), 1 << 20))
        if not part:
            return b""
        found += part
    return bytes(found)


def _write(pipe: int, content: bytes) -> None:
    while content:
        content = content[os.write(pipe, content) :]


if __name__ == "__main__":
    main()
