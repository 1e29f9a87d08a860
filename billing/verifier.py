#!/usr/bin/env python3
"""Vérifie une archive de scellés d’Égards, sans Égards : Python seul et l’archive suffisent.

    python3 verifier.py ARCHIVE [--key CLÉ_PUBLIQUE]

ARCHIVE est le fichier .zip écrit par Égards, son archive.jsonl, ou le dossier où il est ouvert. Le programme relit chaque scellé et dit, au rang
près, ce qui a été changé, ôté, ajouté, déplacé ou coupé. Il rend 0 quand tout est intact, 1 sinon, 2 quand rien ne se lit.

Ce qu’est un scellé, exactement :
- `payload` est du JSON canonique : UTF-8 en forme NFC, clés triées, sans espace, décimaux et dates en texte ;
- `commitment` = SHA-256(salt ‖ payload), `salt` étant 32 octets de hasard écrits en hexadécimal ;
- `digest` = SHA-256(previous ‖ commitment), les deux en texte hexadécimal ; le premier `previous` est
  SHA-256("egards:" + nom de la chaîne) ;
- `signature` est celle, Ed25519 (RFC 8032), des 32 octets de `digest`.
Un effacement permis par la loi vide `salt` et `payload` : le maillon reste, et la chaîne se vérifie toujours.

Ce programme n’emploie que la bibliothèque standard. Égards s’en sert aussi : il n’y a qu’une définition.
"""

import argparse
import hashlib
import io
import json
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

FORMAT_VERSION = 1
ENVELOPE = ("position", "kind", "about_ref", "about_label", "sealed_at", "format_version")

# What is wrong, and where: the position of a seal (0 for the chain as a whole), its label, the words.
Finding = tuple[int, str, str]
Check = Callable[[str, bytes, str], bool]


def canonical(value: Any) -> str:
    """The one way to write `value`: keys sorted, NFC, decimals without useless zeros and instants in UTC as text.
    TypeError for a float, or anything that could be written in two ways."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _nfc(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {_nfc(str(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _decimal(value: Decimal) -> str:
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("", "-0") else plain


def commitment_of(salt: str, payload: str) -> str:
    """SHA-256(salt ‖ payload); `salt` in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()


def digest_of(previous: str, commitment: str) -> str:
    """SHA-256(previous ‖ commitment), as written."""
    return hashlib.sha256((previous + commitment).encode()).hexdigest()


def beginning_of(chain: str) -> str:
    """What the first link of the chain of that name has for `previous`."""
    return hashlib.sha256(f"egards:{chain}".encode()).hexdigest()


def findings(
    seals: Iterable[Mapping[str, Any]], *, chain: str, keys: Iterable[str], head: tuple[int, str], check: Check
) -> Iterator[Finding]:
    """Everything wrong in a chain, in order. `seals` come by position; `head` is the last position and digest that a
    place the chain cannot write itself remembers; `check(key, signed, signature)` verifies Ed25519."""
    keys, expected, previous, last = list(keys), 0, beginning_of(chain), 0
    at_head = beginning_of(chain) if head[0] == 0 else ""
    for seal in seals:
        expected, last = expected + 1, seal["position"]
        if last != expected:
            gap = f"le scellé {expected} manque" if last > expected else f"le scellé {last} est en double ou déplacé"
            yield last, seal["about_label"], gap
            expected = last
        for words in _of_one(seal, previous, keys, check):
            yield last, seal["about_label"], words
        previous = seal["digest"]
        at_head = previous if last == head[0] else at_head
    if last < head[0]:
        yield head[0], "", f"la fin de la chaîne manque : elle allait jusqu’au scellé {head[0]}, elle s’arrête au {last}"
    elif at_head != head[1]:
        yield head[0], "", f"le scellé {head[0]} n’est plus celui dont on avait gardé la trace"


def _of_one(seal: Mapping[str, Any], previous: str, keys: list[str], check: Check) -> Iterator[str]:
    if seal["previous"] != previous:
        yield "il ne suit pas le scellé d’avant (ajouté, déplacé, ou l’autre a changé)"
    if seal["digest"] != digest_of(seal["previous"], seal["commitment"]):
        yield "son empreinte n’est pas celle de son contenu"
    if not any(check(key, _bytes(seal["digest"]), seal["signature"]) for key in keys):
        yield "sa signature n’est pas la bonne"
    if seal["salt"] or seal["payload"]:  # both empty: erased as the law allows
        yield from _of_words(seal)


def _of_words(seal: Mapping[str, Any]) -> Iterator[str]:
    if len(_bytes(seal["salt"])) != 32 or commitment_of(seal["salt"], seal["payload"]) != seal["commitment"]:
        yield "son contenu a changé"
        return
    told = json.loads(seal["payload"])
    for name in ENVELOPE:
        if told[name] != seal[name]:
            yield f"« {name} » vaut « {seal[name]} », et non « {told[name]} » comme scellé"


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


# Ed25519 (RFC 8032 § 5.1), only what verifying needs: points in extended coordinates (X, Y, Z, T).

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, x, y, z = f - e, h - g, h + g, f + e
    return e * x % _P, y * z % _P, x * y % _P, e * z % _P


def _double(a: Point) -> Point:
    xx, yy, zz = a[0] * a[0] % _P, a[1] * a[1] % _P, 2 * a[2] * a[2] % _P
    h = xx + yy
    e, g = h - (a[0] + a[1]) * (a[0] + a[1]) % _P, xx - yy
    f = zz + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE: Point = _point(_BASE_Y.to_bytes(32, "little"))  # type: ignore[assignment]
_ZERO: Point = (0, 1, 1, 0)


def verify_ed25519(key: str, signed: bytes, signature: str) -> bool:
    """Whether `signature` (128 hexadecimal characters) is that of `signed` under the public `key` (64)."""
    public, mark = _bytes(key), _bytes(signature)
    if len(public) != 32 or len(mark) != 64:
        return False
    a, r, s = _point(public), _point(mark[:32]), int.from_bytes(mark[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(mark[:32] + public + signed).digest(), "little") % _L
    minus = (_P - a[0], a[1], 1, _P - a[3])
    table, found = (_ZERO, _BASE, minus, _add(_BASE, minus)), _ZERO
    for place in range(255, -1, -1):  # s·B − h·A, both at once
        found = _double(found)
        if chosen := (s >> place & 1) | (h >> place & 1) << 1:
            found = _add(found, table[chosen])
    return (found[0] * r[2] - r[0] * found[2]) % _P == 0 and (found[1] * r[2] - r[1] * found[2]) % _P == 0


def head_text(chain: str, position: int, digest: str, at: str) -> bytes:
    """What the signature of an archive's head signs."""
    return canonical({"chain": chain, "position": position, "digest": digest, "at": at}).encode()


def verify_archive(lines: Iterable[str], *, key: str = "", check: Check = verify_ed25519) -> tuple[int, list[Finding], list[str]]:
    """How many seals an archive holds, what is wrong in it, and its public keys. `key` is the one you trust, when you have
    it from elsewhere; else those that the archive itself brings are believed. `check` is who verifies a signature."""
    rows = [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if len(rows) < 2 or rows[0].get("type") != "egards-archive" or rows[-1].get("type") != "head":
        return 0, [(0, "", "ce fichier n’est pas une archive entière : sa première ou sa dernière ligne manque")], []
    first, last, seals = rows[0], rows[-1], rows[1:-1]
    if first.get("format_version") != FORMAT_VERSION:
        return 0, [(0, "", f"archive de format {first.get('format_version')} : il faut un vérificateur plus récent")], []
    keys = [key] if key else list(first["public_keys"])
    signed = head_text(first["chain"], last["position"], last["digest"], last["at"])
    found: list[Finding] = []
    if not any(check(one, signed, last["signature"]) for one in keys):
        found.append((0, "", "la signature de l’archive n’est pas la bonne"))
    if strange := [
        seal
        for seal in seals
        if set(seal) != {"type", *ENVELOPE, "salt", "payload", "commitment", "previous", "digest", "signature"}
    ]:
        return len(seals), [(seal.get("position", 0), "", "cette ligne n’est pas un scellé") for seal in strange], keys
    head = (last["position"], last["digest"])
    found += findings(seals, chain=first["chain"], keys=keys, head=head, check=check)
    if seals and seals[-1]["position"] > head[0]:
        found.append((seals[-1]["position"], seals[-1]["about_label"], "ce scellé a été ajouté après la fin de l’archive"))
    return len(seals), found, keys


def _row(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    return row if isinstance(row, dict) else {"type": "unreadable", "position": number - 1}


def read_archive(path: Path) -> list[str]:
    """The lines of an archive, zipped or not, or of the folder it was unpacked in."""
    if path.is_dir():
        path = path / "archive.jsonl"
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive, archive.open("archive.jsonl") as file:
            return io.TextIOWrapper(file, encoding="utf-8", newline="\n").readlines()
    return path.read_text(encoding="utf-8").split("\n")


def main(words: list[str] | None = None) -> int:
    """The command. Returns 0 when the archive is whole, 1 otherwise, 2 when the file cannot be read."""
    parser = argparse.ArgumentParser(description="Vérifie une archive de scellés d’Égards.")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--key", default="", help="la clé publique à laquelle vous vous fiez, si vous l’avez d’ailleurs")
    asked = parser.parse_args(words)
    out = sys.stdout.write
    try:
        lines = read_archive(asked.archive)
    except (OSError, UnicodeDecodeError, KeyError, zipfile.BadZipFile) as trouble:
        sys.stderr.write(f"{asked.archive} ne se lit pas : {trouble}\n")
        return 2
    count, found, keys = verify_archive(lines, key=asked.key)
    for position, label, wrong in found:
        out(f"scellé {position}{f' ({label})' if label else ''} : {wrong}\n")
    out(f"clé publique : {', '.join(keys)}\n")
    many, more = ("s" if number > 1 else "" for number in (count, len(found)))
    out(f"{count} scellé{many}, intact{many}.\n" if not found else f"{count} scellé{many}, {len(found)} anomalie{more}.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
