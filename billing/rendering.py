"""From HTML to an archivable, accessible PDF (PDF/A-3A and PDF/UA-1), in a process that may do nothing else.

The first call of a process starts a renderer (`billing.rendering_child`) that imports WeasyPrint once and stays warm;
each document is then drawn in a child of its own, with little memory, little time, no network and no file but what the
HTML itself holds as `data:`. A document that is too much for it fails alone. Callers belong to the background work: no
page waits for a renderer.
"""

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

SECONDS = 20  # of processor time for one document
MEMORY = 768 * 1024 * 1024  # of address space
LARGEST = 8_000_000  # characters of HTML: a thousand pages


class CannotRender(Exception):
    """No PDF came out; the message is for the person who looks after the installation."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF: `relationship` is that of PDF/A-3 (`Alternative` for Factur-X)."""

    name: str
    content: str
    description: str
    relationship: str = "Alternative"


def render_pdf(
    html: str,
    *,
    title: str,
    at: datetime,
    language: str = "fr",
    identifier: str = "",
    attached: Attached | None = None,
    paper: bool = False,
) -> bytes:
    """The PDF of `html`, whose `<html lang>` and `<title>` are set by `language` and `title`. CannotRender otherwise.

    `at` is the instant written in it, `identifier` names the document. With `attached`, it is a Factur-X invoice. Nothing
    is fetched: pictures and fonts are `data:` URLs, styles are in the page, or those of `paper.css` with `paper`. PDF bytes
    differ from one process to the next: keep them, never make them again.
    """
    if len(html) > LARGEST:
        raise CannotRender(_("Ce document est trop long pour être mis en page."))
    wanted: dict[str, object] = {
        "html": html,
        "title": title,
        "language": language,
        "identifier": identifier or title,
        "at": at.isoformat(timespec="seconds"),
        "attached": asdict(attached) if attached else None,
        "paper": paper,
        "seconds": SECONDS,
        "memory": MEMORY,
    }
    return _renderer().ask(wanted)


def warm_up() -> None:
    """Start the renderer of this process without waiting for it: the first document finds it ready."""
    _renderer().start()


class _Renderer:
    """The process that draws for this one. One question at a time; started again when it died."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._lock:
            self._started()

    def ask(self, wanted: dict[str, object]) -> bytes:
        """The bytes of the PDF, or CannotRender."""
        question = json.dumps(wanted).encode()
        with self._lock:
            process = self._started()
            assert process.stdin
            assert process.stdout
            try:
                process.stdin.write(struct.pack(">I", len(question)) + question)
                process.stdin.flush()
                status, size = struct.unpack(">cI", _read(process.stdout, 5))
                answer = _read(process.stdout, size)
            except (OSError, EOFError) as error:
                self.close()
                raise CannotRender(_missing_engine()) from error
        if status != b"+":
            raise CannotRender(_explained(answer.decode(errors="replace")))
        return answer

    def close(self) -> None:
        """Let go of the process; it ends when its input does."""
        process, self._process = self._process, None
        if process is None or self.owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "billing.rendering_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parent.parent,
                env={
                    name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR", "HOME", "PYTHONPATH")
                },
            )
        return self._process


_current: _Renderer | None = None


def _renderer() -> _Renderer:
    """That of this process: one inherited through a fork belongs to the parent."""
    global _current  # noqa: PLW0603 — one renderer per process
    if _current is None or _current.owner != os.getpid():
        _current = _Renderer()
    return _current


def close() -> None:
    """End the renderer of this process, if it has one."""
    if _current is not None:
        _current.close()


atexit.register(close)


def _read(pipe: object, size: int) -> bytes:
    found = pipe.read(size)  # type: ignore[attr-defined]
    if len(found) < size:
        raise EOFError
    return bytes(found)


def _missing_engine() -> str:
    return _(
        "Le moteur de mise en page n’a pas démarré. Il lui faut la bibliothèque Pango : sous Debian, "
        "« apt-get install libpangoft2-1.0-0 », puis relancez Égards."
    )


def _explained(problem: str) -> str:
    if problem == "too-much":
        return _("Ce document demande trop de temps ou de mémoire pour être mis en page. Raccourcissez-le.")
    return _("Ce document n’a pas pu être mis en page (%(problem)s).") % {"problem": problem[:300]}
