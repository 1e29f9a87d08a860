"""PDFs are drawn by a process that can do nothing else: bombs fail alone, nothing is fetched, nothing is run."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from billing import rendering
from billing.rendering import Attached, CannotRender, render_pdf

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PAGE = "<html lang=fr><head><title>x</title></head><body>{}</body></html>"


def words_of(pdf: bytes) -> str:
    """The text of a PDF, as a reader copies it."""
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_an_archivable_accessible_file() -> None:
    pdf = render_pdf(PAGE.format("<h1>Réponse à votre réclamation</h1>"), title="Réponse", at=AT, identifier="L1")
    with pikepdf.open(BytesIO(pdf)) as file, file.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
        assert said["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert said["dc:title"] == "Réponse"
        assert (str(file.Root.Lang), bool(file.Root.MarkInfo.Marked)) == ("fr", True)
        assert list(file.attachments) == []
    assert words_of(pdf).strip() == "Réponse à votre réclamation"


def test_a_file_inside() -> None:
    pdf = render_pdf(PAGE.format("x"), title="x", at=AT, attached=Attached("factur-x.xml", "<a>é</a>", "Facture"))
    with pikepdf.open(BytesIO(pdf)) as file:
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == "<a>é</a>".encode()
        assert str(file.Root.AF[0].AFRelationship) == "/Alternative"
        with file.open_metadata() as said:
            assert said["{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}ConformanceLevel"] == "EN 16931"


def test_only_fonts_that_are_in_the_file() -> None:
    pdf = render_pdf(PAGE.format("<p style='font-family: Source Serif Pro'>1 240,00 € ≠ ∞ œ"), title="x", at=AT)
    told = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode().splitlines()[2:]
    assert "Source-Serif-Pro" in told[0]
    assert [line.split()[-5] for line in told] == ["yes"] * len(told)


@pytest.mark.parametrize(
    "bomb", ["<div>" * 3000, "<table><tr><td colspan=99999999>x</table>", "<table>" + "<tr><td>x<td>y" * 40_000],
    ids=["nested", "wide", "long"],
)  # fmt: skip
def test_a_bomb_fails_alone(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 1)
    with pytest.raises(CannotRender, match="trop de temps ou de mémoire"):
        render_pdf(PAGE.format(bomb), title="x", at=AT)
    assert words_of(render_pdf(PAGE.format("toujours là"), title="x", at=AT)).strip() == "toujours là"


def test_a_text_without_end_is_refused_before() -> None:
    with pytest.raises(CannotRender, match="trop long"):
        render_pdf("x" * (rendering.LARGEST + 1), title="x", at=AT)


def test_a_renderer_that_dies_is_started_again() -> None:
    render_pdf("<p>x", title="x", at=AT)
    current = rendering._renderer()
    assert current._process is not None
    current._process.kill()
    current._process.wait()
    assert render_pdf("<p>x", title="x", at=AT)[:5] == b"%PDF-"


def test_without_its_library_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpangoft2')\n")
    rendering.close()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CannotRender, match=r"libpangoft2-1\.0-0"):
        render_pdf("<p>x", title="x", at=AT)
    rendering.close()


def test_it_ends_with_its_parent() -> None:
    code = (
        "from datetime import datetime, UTC\nfrom billing import rendering\n"
        "rendering.render_pdf('<p>x', title='x', at=datetime.now(UTC))\n"
        "print(rendering._renderer()._process.pid, flush=True)\nimport os\nos._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=Path.cwd())
    child = int(done.stdout)
    for _try in range(100):
        if not Path(f"/proc/{child}").exists() or "zombie" in Path(f"/proc/{child}/status").read_text():
            break
        threading.Event().wait(0.05)
    assert not Path(f"/proc/{child}").exists() or "zombie" in Path(f"/proc/{child}/status").read_text()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what was asked of it."""
    asked: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/again")
            self.end_headers()

        def log_message(self, *given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_is_fetched(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    where, asked = listener
    port = where.rpartition(":")[2]
    secret = tmp_path / "secret.txt"
    secret.write_text("MOT-DE-PASSE")
    hosts = [
        where, f"localhost:{port}", f"0177.0.0.1:{port}", f"2130706433:{port}", f"0x7f.1:{port}", f"[::ffff:127.0.0.1]:{port}",
        f"user:pw@{where}", f"127.1:{port}", f"example.org@{where}",
    ]  # fmt: skip
    places = [
        "<img src='{0}' alt=x>", "<link rel=stylesheet href='{0}'>", "<style>@import url({0});</style>",
        "<p style='background:url({0})'>x</p>", "<object data='{0}'></object>", "<embed src='{0}'>", "<iframe src='{0}'></iframe>",
        "<style>@font-face{{font-family:f;src:url({0})}} p{{font-family:f}}</style>", "<link rel=attachment href='{0}'>",
        "<svg><image href='{0}' width=9 height=9 /><use href='{0}#a'/></svg>", "<a rel=attachment href='{0}'>x</a>",
        "<p style='content:url({0})'>", "<base href='{0}'><img src=x alt=x>", "<video poster='{0}'></video>",
    ]  # fmt: skip
    urls = [f"http://{host}/a" for host in hosts] + [f"HtTp://{where}/b", f"ftp://{where}/c", f"//{where}/d", secret.as_uri()]
    body = "".join(place.format(url) for url in urls for place in places)
    pdf = render_pdf(PAGE.format(f"<p>bonjour</p>{body}"), title="x", at=AT)
    assert asked == []
    assert "MOT-DE-PASSE" not in words_of(pdf)
    with pikepdf.open(BytesIO(pdf)) as file:
        assert list(file.attachments) == []


def test_the_ear_hears(listener: tuple[str, list[str]]) -> None:
    """Negative control of the test above."""
    where, asked = listener
    code = f"from weasyprint import HTML\nHTML(string='<img src=http://{where}/heard>').write_pdf('/dev/null')\n"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert "/heard" in asked


def test_what_a_document_may_not_do() -> None:
    code = (
        "import sys\nfrom billing.rendering_child import _refuse\nsys.addaudithook(_refuse)\n"
        "import socket, subprocess, os\nfailed = []\n"
        "for attempt in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: subprocess.run(['true']), "
        "lambda: os.system('true'), lambda: socket.getaddrinfo('example.org', 80)):\n"
        "    try:\n        attempt()\n    except PermissionError as error:\n        failed.append(str(error))\n"
        "print(failed)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    assert said.strip() == "['socket.getaddrinfo', 'subprocess.Popen', 'os.system', 'socket.getaddrinfo']"


def test_it_knows_nothing_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGARDS_SECRET_KEY", "never-told")
    rendering.close()
    render_pdf("<p>x", title="x", at=AT)
    process = rendering._renderer()._process
    assert process is not None
    names = {entry.split("=")[0] for entry in Path(f"/proc/{process.pid}/environ").read_text().split("\0") if entry}
    assert names <= {"PATH", "LANG", "TMPDIR", "HOME", "PYTHONPATH"}
    assert shutil.which("pdftotext") is not None
    assert os.getpid() == rendering._renderer().owner
