"""The Python environment beside the code: made once from the hashed lock, made again when the lock changes."""

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launch.machine import mend, say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
UNREACHABLE = ("Could not connect", "Connection", "Temporary failure", "ProxyError", "timed out", "error sending request",
               "dns error", "Network is unreachable", "No matching distribution")  # fmt: skip


def stamp(which: str) -> Path:
    """The file that says which lock the environment was made from."""
    return VENV / f"egards-{which}.lock"


def wanted(which: str) -> str:
    """The fingerprint of the lock `which` ("run" or "dev")."""
    return hashlib.sha256((ROOT / LOCKS[which]).read_bytes()).hexdigest()


def is_ready(which: str) -> bool:
    """Whether the environment exists and was made from the current lock."""
    try:
        return os.access(PYTHON, os.X_OK) and stamp(which).read_text() == wanted(which)
    except OSError:
        return False


def ensure(which: str = "run") -> None:
    """Make the environment hold exactly what the lock `which` asks for. Nothing is done when it already does."""
    if is_ready(which):
        return
    with one_at_a_time():
        if not is_ready(which):
            mend()
            create()
            install(LOCKS[which])
            stamp(which).write_text(wanted(which))
            if which == "dev":  # the development lock contains the other
                stamp("run").write_text(wanted("run"))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `./run` started together must not build the same environment: the second waits for the first."""
    with (ROOT / "run").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def create() -> None:
    """An environment with a working Python and pip; one whose Python has gone is made afresh."""
    works = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False) if PYTHON.exists() else None
    if works is None or works.returncode:
        say("Je prépare l’environnement Python (.venv)…")
        clear = ["--clear"] if VENV.exists() and not VENV.is_symlink() else []
        made = subprocess.run([sys.executable, "-m", "venv", *clear, VENV], capture_output=True, text=True, check=False)
        if made.returncode:
            sys.exit(f"L’environnement n’a pas pu être créé dans {VENV} :\n{made.stdout}{made.stderr}")


def install(lock: str) -> None:
    """Install `lock` by its hashes: uv when it can be had, else pip. Exits with a clear sentence when neither can."""
    say(f"J’installe les bibliothèques de {lock}, vérifiées par leurs empreintes…")
    if command := fast_installer():
        trouble = attempt([*command, "--require-hashes", "-r", ROOT / lock], uv_settings())
        if trouble is None:
            return
        say(f"uv n’a pas pu ({trouble.splitlines()[0][:200]}) ; pip prend le relais…")
    trouble = attempt([*pip("install"), "--quiet", "--require-hashes", "-r", ROOT / lock])
    if trouble is not None:
        say(trouble)
        sys.exit(explain(trouble))


def fast_installer() -> list | None:
    """The words that install with uv, put in the environment from its own lock; None when it cannot be had."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        if found := shutil.which("uv"):
            uv = Path(found)
        elif attempt([*pip("install"), "--quiet", "--retries", "1", "--require-hashes", "-r", ROOT / "requirements-uv.txt"]):
            return None
    return [uv, "pip", "install", "--quiet", "--python", PYTHON]


def pip(*words: str) -> list:
    """pip of the environment, with the machine's own configuration."""
    return [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]


def attempt(command: list, settings: dict[str, str] | None = None) -> str | None:
    """Run `command` quietly; None when it worked, else what it said."""
    done = subprocess.run(command, env={**os.environ, **(settings or {})}, capture_output=True, text=True, check=False)
    return (done.stderr + done.stdout).strip() if done.returncode else None


def uv_settings() -> dict[str, str]:
    """uv does not read pip's configuration: tell it the same indexes, unless it has its own."""
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return {}
    shown = subprocess.run([*pip("config"), "list"], capture_output=True, text=True, check=False).stdout
    return translate(shown)


def translate(pip_config: str) -> dict[str, str]:
    """The variables that make uv look where `pip config list` says pip looks.

    Hashes are required in any case, so the best match may come from any of the indexes.
    """
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    found: dict[str, str] = {}
    for line in pip_config.splitlines():
        key, _, value = line.partition("=")
        name = names.get(key.rpartition(".")[2])
        if name and value:
            text = " ".join(ast.literal_eval(value).split())
            found[name] = text.replace(" ", ",") if name == "UV_FIND_LINKS" else text
    if "UV_INDEX" in found:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def explain(trouble: str) -> str:
    """What to do about a failed installation, in words."""
    if any(sign.lower() in trouble.lower() for sign in UNREACHABLE):
        return (
            "Les bibliothèques n’ont pas pu être téléchargées : l’index Python n’est pas joignable d’ici.\n"
            "Vérifiez le réseau ; derrière un mandataire, définissez HTTPS_PROXY ; avec un miroir, PIP_INDEX_URL "
            "(ou pip config set global.index-url …). Rien n’est perdu : relancez ./run."
        )
    if "hash" in trouble.lower():
        return "Une bibliothèque téléchargée n’a pas l’empreinte attendue : elle n’est pas installée. Changez d’index, puis relancez ./run."
    return "L’installation des bibliothèques a échoué ; le message ci-dessus dit pourquoi. Relancez ensuite ./run."
