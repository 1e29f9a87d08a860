"""Hostile files are refused in words, or kept inert; good ones come in under a name of chance."""

import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import attachments
from crm.attachments import MAX_SIZE, check, clean_name, remove_orphans, store
from lib import clock
from lib.errors import Refusal

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PDF = b"%PDF-1.7\n" + b"0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 40
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 40
DOCX = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
XLSX = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def package(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def upload(name, content):
    file = SimpleUploadedFile("x", content)
    file._name = name  # the browser's own words: Django would take the path off before we see it
    return file


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("PLAN.PDF", PDF, "application/pdf"),
        ("porte.jpeg", JPEG, "image/jpeg"),
        ("porte.png", PNG, "image/png"),
        ("porte.webp", b"RIFF0000WEBPVP8 ", "image/webp"),
        ("porte.heic", b"\x00\x00\x00\x18ftypheic" + b"0" * 20, "image/heic"),
        ("voix.mp3", b"ID3\x03" + b"0" * 20, "audio/mpeg"),
        ("mot.txt", "Été à l’œuvre".encode("cp1252"), "text/plain"),
        ("liste.csv", b"nom;ville\nLe Goff;Brest\n", "text/csv"),
        ("lettre.docx", package(DOCX), attachments.ALLOWED["docx"][0]),
        ("devis.xlsx", package(XLSX), attachments.ALLOWED["xlsx"][0]),
        ("lettre.odt", package(ODT), attachments.ALLOWED["odt"][0]),
        ("lettre.doc", OLE, "application/msword"),
        ("facture.2026.11.pdf", PDF, "application/pdf"),
        ("évil.php.png", PNG, "image/png"),
    ],
)
def test_what_a_client_sends_comes_in(name, content, content_type):
    assert check(upload(name, content)) == (name, content_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # types that a browser or a machine would run
        ("logo.svg", SVG), ("page.html", HTML), ("page.htm", HTML), ("page.xhtml", HTML), ("a.xml", b"<?xml version='1.0'?>"),
        ("a.php", b"<?php"), ("a.pHaR", b"<?php"), ("a.PhP5", b"<?php"), ("a.js", b"alert(1)"), ("a.exe", b"MZ"), ("a.bat", b"del"),
        ("a.sh", b"#!/bin/sh"), ("a.py", b"import os"), ("a.jar", package({"a": b"b"})), ("a.zip", package({"a": b"b"})),
        ("a.swf", b"FWS"), ("a.lnk", b"L\x00"), ("a.msi", OLE), ("a.docm", package(DOCX)), ("a.xlsm", package(XLSX)), ("a.iso", b"CD001"),
        # names that say one thing and do another
        ("facture.pdf.exe", b"MZ"), ("facture.pdf ", b""), ("facture.php.", b"<?php"), ("facture", PDF), ("", PDF), (".htaccess", b"x"),
        ("..", PDF), ("a.pdf\x00.exe", b"MZ"), ("photo\u202egpj.exe", b"MZ"),
        # contents that are not what the name says
        ("logo.png", SVG), ("logo.png", HTML), ("plan.pdf", HTML), ("plan.pdf", b"\n\n%PDF-1.7"), ("plan.pdf", HTML + PDF), ("a.jpg", PNG),
        ("a.gif", b"GIF90a"), ("a.webp", b"RIFF0000WAVE"), ("a.docx", PDF), ("a.docx", package(XLSX)), ("a.docx", package({"word/x": b""})),
        ("a.docx", package({**DOCX, "word/vbaProject.bin": b"x"})), ("a.docx", package({**DOCX, "../../etc/passwd": b"x"})),
        ("a.docx", package({**DOCX, "/etc/passwd": b"x"})), ("a.docx", package({**DOCX, "word\\x": b"x"})),
        ("a.docx", package(DOCX)[:-30]), ("a.odt", package(DOCX)), ("a.odt", package({"content.xml": b"x", **ODT})),
        ("a.docx", package({**DOCX, "word/media/bomb.bin": b"0" * 60_000_000})),
        ("a.txt", b"text\x00binary"), ("a.csv", b"\x7fELF\x02\x01\x01\x00"), ("a.eml", b"\x00" * 20), ("vide.pdf", b""),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_words(name, content):
    with pytest.raises(Refusal) as refused:
        check(upload(name, content))
    assert refused.value.field == "files"
    assert refused.value.message[-1] == "."


def test_a_file_too_big_is_told_its_limit():
    heavy = upload("film.mp4", b"")
    heavy.size = MAX_SIZE + 1
    with pytest.raises(Refusal, match="dépasse 20"):
        check(heavy)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Camille\\devis.pdf", "devis.pdf"),
        ("photo\u202egpj.png", "photogpj.png"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("  deux   espaces .pdf", "deux espaces .pdf"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),  # plain text: printed literally
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("...", ""),
    ],
)
def test_the_name_is_only_text(given, kept):
    assert clean_name(given) == kept


def test_a_polyglot_is_kept_as_the_bytes_it_is_under_a_name_of_chance(settings):
    polyglot = PDF + HTML
    (stored,) = store([upload("plan.pdf", polyglot)])
    with default_storage.open(stored.stored_as) as kept:
        assert kept.read() == polyglot
    assert (len(stored.stored_as), "." in stored.stored_as, "plan" in stored.stored_as) == (len("pieces/aa/") + 40, False, False)
    assert default_storage.path(stored.stored_as).startswith(str(settings.FILES_DIR))
    assert not default_storage.path(stored.stored_as).startswith(str(settings.STATIC_ROOT))


def test_one_bad_file_among_good_ones_stores_none():
    shelves = default_storage.listdir("pieces")[0] if default_storage.exists("pieces") else []
    with pytest.raises(Refusal):
        store([upload("a.png", PNG), upload("b.svg", SVG)])
    assert (default_storage.listdir("pieces")[0] if default_storage.exists("pieces") else []) == shelves


def test_eleven_files_are_too_many():
    with pytest.raises(Refusal, match="Dix fichiers"):
        store([upload(f"{number}.png", PNG) for number in range(11)])


@pytest.mark.django_db
def test_files_that_a_crash_left_alone_go_after_a_day_and_the_others_stay():
    (known,), (orphan,), (fresh,) = (store([upload("a.png", PNG)]) for _number in range(3))
    attachments.attach([known], by=None)
    yesterday = (clock.real_now() - timedelta(days=2)).timestamp()
    for file in (known, orphan):
        os.utime(default_storage.path(file.stored_as), (yesterday, yesterday))
    remove_orphans()
    assert [default_storage.exists(file.stored_as) for file in (known, orphan, fresh)] == [True, False, True]
    assert remove_orphans() == 0
