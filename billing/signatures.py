"""Whether Ed25519 signatures are right; for many of them, by processes that do nothing else while this one reads the rows.

A signature costs a tenth of a millisecond of processor, two thirds of the verification of a long chain. The other processes
are told bytes and answer bytes: no database, no file, no Django. One that dies costs time, never an answer: what it did not
say is reckoned here.
"""

import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANY = 2_000  # signatures that are worth a process
MOST = 4  # processes
AHEAD = 2  # batches that each of them may have been told before its answer is awaited
_SIGNED, _MARK = 32, 64  # bytes of a digest, of a signature
_NONE = 255  # of the keys, none

Signed = tuple[bytes, str]  # the bytes that were signed, the signature in hexadecimal
Row = TypeVar("Row")


def verifies(key: str, signed: bytes, signature: str) -> bool:
    """Whether `signature` is that of `signed` under `key`: what `billing.verifier.verify_ed25519` says, a hundred times
    faster."""
    try:
        return _is_of(key, signed, bytes.fromhex(signature))
    except ValueError:
        return False


def _is_of(key: str, signed: bytes, mark: bytes) -> bool:
    try:
        _public(key).verify(mark, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _public(key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))


def helpers_for(number: int) -> int:
    """How many processes are worth starting for `number` signatures: none for a few, or on a machine of one core."""
    cores = os.cpu_count() or 1
    return min(cores, MOST) if number >= MANY and cores > 1 else 0


class Team:
    """Checks signatures under `keys` with `helpers` processes, or here when there are none. To be closed."""

    def __init__(self, keys: Sequence[str], helpers: int) -> None:
        self.keys = list(keys)
        self._known: dict[Signed, int] = {}
        self._helpers = [_started(self.keys) for _one in range(helpers if len(self.keys) < _NONE else 0)]

    def ahead(self, batches: Iterable[list[Row]], signed_by: Callable[[Row], Signed]) -> Iterator[list[Row]]:
        """The same batches, each once its signatures were looked at; `AHEAD` of them a process are held meanwhile, and no
        more. `check` answers at once for the rows of the batch given last."""
        waiting: deque[tuple[list[Row], list[Signed], int]] = deque()
        for turn, batch in enumerate(batches):
            place = turn % len(self._helpers) if self._helpers else -1
            waiting.append((batch, self._tell(place, map(signed_by, batch)), place))
            if len(waiting) > AHEAD * len(self._helpers):
                yield self._heard(*waiting.popleft())
        while waiting:
            yield self._heard(*waiting.popleft())

    def check(self, key: str, signed: bytes, signature: str) -> bool:
        """What `verifies` says of it, by what a helper found when one was asked."""
        found = self._known.get((signed, signature))
        return verifies(key, signed, signature) if found is None else found == self.keys.index(key)

    def close(self) -> None:
        """Let the helpers go."""
        gone, self._helpers = self._helpers, []
        for helper in gone:
            with suppress(OSError):
                helper.communicate()

    def _tell(self, place: int, rows: Iterable[Signed]) -> list[Signed]:
        """Ask a helper; returns what it was asked, nothing when it is not there. Odd lengths are for `verifies` to refuse."""
        if place < 0:
            return []
        asked = [row for row in rows if len(row[0]) == _SIGNED and len(_bytes(row[1])) == _MARK]
        words = b"".join(signed + bytes.fromhex(signature) for signed, signature in asked)
        try:
            _pipe(self._helpers[place].stdin).write(struct.pack(">I", len(asked)) + words)
            _pipe(self._helpers[place].stdin).flush()
        except (OSError, ValueError):
            return []
        return asked

    def _heard(self, batch: list[Row], asked: list[Signed], place: int) -> list[Row]:
        """The batch, now that `check` knows what a helper said of it; when it said nothing, `check` finds out."""
        self._known = {}
        if asked:
            answer = _pipe(self._helpers[place].stdout).read(len(asked))
            self._known = dict(zip(asked, answer, strict=False))
        return batch


def _started(keys: list[str]) -> "subprocess.Popen[bytes]":
    kept = ("PATH", "LANG", "HOME", "PYTHONPATH", "LD_LIBRARY_PATH")
    return subprocess.Popen(
        [sys.executable, "-m", "billing.signatures", *keys],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
        env={name: os.environ[name] for name in kept if name in os.environ},
    )


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None
    return end


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def main() -> None:
    """A helper: under the keys of its command line, answer for each signature the rank of the key that verifies it."""
    keys, told, said = sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer
    with suppress(KeyboardInterrupt, BrokenPipeError):
        while head := told.read(4):
            number = struct.unpack(">I", head)[0]
            rows = told.read(number * (_SIGNED + _MARK))
            said.write(bytes(_rank(keys, row) for row in struct.iter_unpack(f"{_SIGNED}s{_MARK}s", rows)))
            said.flush()


def _rank(keys: list[str], row: tuple[bytes, ...]) -> int:
    return next((place for place, key in enumerate(keys) if _is_of(key, *row)), _NONE)


if __name__ == "__main__":
    main()
