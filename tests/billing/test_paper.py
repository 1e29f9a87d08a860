"""The page of a document: its words in the right language, literal whatever people type, the same boxes for all."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageChops

from billing.document import Document
from billing.paper import html_of, set_in_type, title_of
from billing.rendering import render_pdf
from tests.harness.papers import FRANCHISE, FREE, SHELF, STOOL, credit, samples, say

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PAYLOADS = [
    "<script>alert(1)</script>", "<style>*{display:none}</style>", "</style><b>x", "<img src=x onerror=y>", "<b>gras</b>",
    "<!-- caché", "]]>", "&lt;b&gt;", "&amp;amp;", "&#x41;&#65;", "\"'><i>", "<svg/onload=z>", "<iframe src=//z>", "<base href=//z>",
    "<link rel=stylesheet href=z>", "<meta http-equiv=refresh>", "<table><tr><td>", "</table></div></body>", "{{ 7*7 }}",
    "{% now 'Y' %}", "{# a #}", "${7*7}", "%(x)s %s", "{0.__class__}", "url(http://z/)", "@page{size:1px}", "\\00003c b",
]  # fmt: skip


def pdf_of(document: Document) -> bytes:
    return render_pdf(html_of(document), title=title_of(document), at=AT, language=document.language, paper=True)


def told(pdf: bytes) -> str:
    """The text of a PDF, without the spaces that lines and columns put."""
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return "".join(text.split())


def picture(pdf: bytes) -> Image.Image:
    """Its first page at 60 dots per inch, in grey."""
    drawn = subprocess.run(
        ["pdftoppm", "-r", "60", "-gray", "-png", "-singlefile", "-"], input=pdf, capture_output=True, check=True
    )
    return Image.open(BytesIO(drawn.stdout)).convert("L")


def marked(start: int) -> list[str]:
    """Some payloads between words that say where they are."""
    return PAYLOADS[start : start + 9]


@pytest.mark.parametrize("start", [0, 9, 18])
def test_what_people_type_is_printed_as_it_is(start: int) -> None:
    some = marked(start)
    every = " ".join(some)
    document = say(
        "consumer",
        lines=[{**SHELF, "description": every, "plain_words": every}],
        subject=every,
        note=every,
        buyer_reference=every,
        firm={"name": every, "account_holder": every, "rcs": every, "city": every, "mediator_name": every, "website": every},
        client={"name": every, "address": every, "city": every, "delivery_address": every, "reference": "C<b>1"},
    )
    text = told(pdf_of(document))
    for payload in some:
        assert text.count("".join(payload.split())) >= 13, payload
    assert "C<b>1" in text


def test_credit_notes_and_letters_of_the_law_too() -> None:
    every = " ".join(PAYLOADS[:9])
    text = told(pdf_of(credit(credit_reason=every, firm={"legal_form": "SAS <b>x</b>"})))
    assert "".join(every.split()) in text
    assert "SAS<b>x</b>" in text


class Tags(HTMLParser):
    """The tags of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_word_becomes_a_tag(payload: str) -> None:
    def tags(words: str) -> list[str]:
        reader = Tags()
        reader.feed(
            html_of(say(lines=[{**SHELF, "description": words}], subject=words, client={"name": words}, firm={"name": words}))
        )
        return reader.found

    assert tags(payload) == tags("mots")


@pytest.mark.parametrize(
    "payload", ["<style>*{display:none}</style>", "</table></div></body>", "@page{size:1px}", "</style><b>x"]
)
def test_totals_and_bank_are_drawn_the_same(payload: str) -> None:
    clean, other = (picture(pdf_of(say(lines=[{**SHELF, "description": words}, STOOL]))) for words in ("Pose", payload))
    assert clean.size == other.size
    row = clean.height * 29 // 100  # below the first line, above the sums
    below = (0, row, clean.width, clean.height)
    assert ImageChops.difference(clean.crop(below), other.crop(below)).getbbox() is None
    assert ImageChops.difference(clean, other).getbbox() is not None  # the first line does differ


@pytest.mark.parametrize("name", samples())
def test_each_sample_prints_its_number_its_total_and_its_words(name: str) -> None:
    document = samples()[name]
    text = told(pdf_of(document))
    paper = set_in_type(document)
    assert document.number in text
    assert document.buyer.name.replace(" ", "") in text
    assert "".join(paper.totals[-1].amount.split()) in text
    for mention in document.mentions:
        assert "".join(mention.words.split()) in text
    for group in document.vat:
        assert "".join(group.reason.split()) in text
    assert (("SPECIMEN" if document.language == "en" else "SPÉCIMEN") in text) is document.specimen
    assert "page1sur1" in text or document.language == "en"


def test_an_invoice_in_franchise_shows_no_tax() -> None:
    document = say(lines=[FREE], firm=FRANCHISE)
    text = told(pdf_of(document))
    assert "TVAnonapplicable,article293BduCGI" in text
    assert text.count("TVA") == 1 + document.buyer.vat_number.count("TVA") + 1  # and «Votre n° de TVA»
    assert [row.name for row in set_in_type(document).totals] == ["À payer"]


def test_a_real_house_prints_no_specimen() -> None:
    assert "SPÉCIMEN" not in told(pdf_of(replace(say(), specimen=False)))


def test_a_long_invoice_repeats_its_heading_and_counts_its_pages() -> None:
    lines = [{**STOOL, "description": f"Fourniture {place}"} for place in range(60)]
    text = told(pdf_of(say(lines=lines)))
    pages = text.count("Désignation")
    assert pages > 1
    assert f"page{pages}sur" in text
    assert [place for place in range(60) if f"Fourniture{place}1" not in text] == []


def test_the_code_of_the_transfer_is_drawn_sharp_enough_to_be_read() -> None:
    def pictures(document: Document) -> list[tuple[int, int]]:
        with pikepdf.open(BytesIO(pdf_of(document))) as file:
            return [(int(one.Width), int(one.Height)) for one in file.pages[0].get_images().values()]

    ((width, height),) = pictures(say())
    assert width == height
    assert width >= 4 * 33  # dots for each module of the smallest code of a transfer
    assert pictures(say(firm={"iban": ""})) == []
    assert "CodeQR" not in told(pdf_of(say()))  # its words are for those who do not see it


def test_what_is_left_to_pay_and_the_code_of_the_transfer() -> None:
    part, paid, free = say(prepaid="500.00"), say(prepaid="1740.00"), say(firm={"iban": ""})
    assert [row.name for row in set_in_type(part).totals][-2:] == ["Déjà réglé", "Reste à payer"]
    assert [bool(set_in_type(one).qr) for one in (say(), part, paid, free, credit())] == [True, True, False, False, False]
    assert set_in_type(paid).pay_heading == "Cette facture est déjà réglée."
    assert set_in_type(free).pay_heading == "À régler au plus tard le 21\u00a0décembre 2026"
