"""What the chain of seals keeps outside the database: the private key that signs, the public ones, and the last head.

All of it is in `EGARDS_DATA/seals/`, closed to the other accounts of the machine. Somebody who rewrites the whole
database can neither sign for us nor cut the end of the chain unseen.
"""

import fcntl
import json
import os
import re
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from lib.errors import Refusal
from lib.public_ids import PATTERN


def folder() -> Path:
    """Where they are; made at the first use."""
    place = Path(settings.DATA_DIR) / "seals"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def sign(data: bytes, *, begun: bool) -> str:
    """The Ed25519 signature of `data`, in hexadecimal. `begun`: the chain has links already, so that a missing key is a
    lost key, and nothing is sealed under another one until a person says so (`seal_key --replace`)."""
    path = folder() / f"{settings.INSTALLATION_KIND}.key"
    if not path.exists():
        if begun:
            raise Refusal(
                _(
                    "La clé qui signe les scellés manque (%(path)s) : rien n’a été émis. Remettez ce fichier depuis une "
                    "sauvegarde ; s’il est perdu, ./run manage seal_key --replace en fait une autre et le dit."
                )
                % {"path": path}
            )
        make_key()
    return _private(path, path.stat().st_mtime_ns).sign(data).hex()


def make_key() -> str:
    """Make a private key when there is none (several processes may ask at once), and remember its public one, which is
    returned."""
    path = folder() / f"{settings.INSTALLATION_KIND}.key"
    fresh = path.with_suffix(f".{secrets.token_hex(8)}")
    raw = Ed25519PrivateKey.generate().private_bytes_raw()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw.hex().encode())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)  # the first to come wins, and nobody ever reads half a key
    fresh.unlink()
    public = _private(path, path.stat().st_mtime_ns).public_key().public_bytes_raw().hex()
    with _public_path().open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if public not in file.read().split():
            file.write(public + "\n")
    return public


def replace_key() -> str:
    """Put the private key aside and make another; the former public one stays known. Returns the new public key."""
    path = folder() / f"{settings.INSTALLATION_KIND}.key"
    if path.exists():
        path.rename(path.with_suffix(f".{secrets.token_hex(4)}.former"))
    return make_key()


def public_keys() -> list[str]:
    """Every public key this installation has signed with, oldest first, in hexadecimal."""
    path = _public_path()
    return path.read_text(encoding="ascii").split() if path.exists() else []


def keep_head(chain: str, position: int, digest: str) -> None:
    """Remember outside the database where the chain ends; called after each commit, never goes back."""
    path = _head_path(chain)
    with path.with_suffix(".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept_head(chain)[0] >= position:
            return
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="ascii") as file:
            file.write(json.dumps({"chain": chain, "position": position, "digest": digest}))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def kept_head(chain: str) -> tuple[int, str]:
    """The last position and digest remembered; (0, "") when none is."""
    path = _head_path(chain)
    if not path.exists():
        return 0, ""
    told = json.loads(path.read_text(encoding="ascii"))
    return int(told["position"]), str(told["digest"])


def _public_path() -> Path:
    return folder() / f"{settings.INSTALLATION_KIND}.pub"


def _head_path(chain: str) -> Path:
    if not re.fullmatch(PATTERN, chain):  # it comes from the database: it must not name another file
        raise ValueError(f"no chain bears that name: {chain!r}")
    return folder() / f"{settings.INSTALLATION_KIND}-{chain}.head"


@cache
def _private(path: Path, changed: int) -> Ed25519PrivateKey:
    """The key in that file, read again when the file is another one."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
