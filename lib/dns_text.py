"""Ask the DNS for the TXT records of a name: what decides whether a firm's mail is believed (SPF, DKIM, DMARC).

A question of one packet to the machine's own resolver (RFC 1035), because no library of ours does it. Pure Python.
"""

import secrets
import socket
import struct
from pathlib import Path

TXT, IN = 16, 1
TIMEOUT = 3.0  # seconds


class NoAnswer(Exception):
    """The resolver did not answer, or answered that it could not: nothing is known."""


def resolver(path: Path = Path("/etc/resolv.conf")) -> tuple[str, int]:
    """The first name server of this machine; 127.0.0.1 when it names none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    found = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    return (found[0] if found else "127.0.0.1", 53)


def texts(name: str, *, server: tuple[str, int] | None = None) -> list[str]:
    """The TXT records of `name`, each in one piece; none when the name does not exist. NoAnswer when nobody knows."""
    ask = secrets.randbelow(65536)
    question = struct.pack(">HHHHHH", ask, 0x0100, 1, 0, 0, 0) + _packed(name) + struct.pack(">HH", TXT, IN)
    where = server or resolver()
    try:
        with socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(TIMEOUT)
            line.connect(where)
            line.send(question)
            answer = line.recv(4096)
        return _read(answer, ask)
    except (OSError, struct.error, IndexError) as trouble:
        raise NoAnswer(str(trouble)) from trouble


def _packed(name: str) -> bytes:
    labels = [label.encode("idna") for label in name.strip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _read(answer: bytes, ask: int) -> list[str]:
    given, flags, questions, answers = struct.unpack(">HHHH", answer[:8])
    if given != ask or flags & 0x0200 or flags & 0xF not in (0, 3):  # truncated, or the server failed
        raise NoAnswer(f"flags {flags:04x}")
    at = 12
    for _question in range(questions):
        at = _skip_name(answer, at) + 4
    found = []
    for _record in range(answers):
        at = _skip_name(answer, at)
        kind, _kind_class, _life, size = struct.unpack(">HHIH", answer[at : at + 10])
        at += 10
        if kind == TXT:
            found.append(_strings(answer[at : at + size]))
        at += size
    return found


def _skip_name(answer: bytes, at: int) -> int:
    while answer[at]:
        if answer[at] & 0xC0:
            return at + 2
        at += answer[at] + 1
    return at + 1


def _strings(data: bytes) -> str:
    pieces, at = [], 0
    while at < len(data):
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(pieces).decode("utf-8", "replace")
