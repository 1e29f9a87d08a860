"""The words after `./run`, each leading to one step. Everything a person reads goes to stderr."""

import argparse
import os
import sys

from config.launch import gates, tests
from config.launch.environment import PYTHON, ROOT, ensure
from config.launch.machine import say

USAGE = """\
Égards, la relation client d’une petite entreprise française.

  ./run                      ouvre l’application sur http://localhost:8000
                             (la base réelle si elle existe, sinon l’entreprise de démonstration)
  ./run --empty              ouvre une base réelle, vide la première fois, et donne le lien de première connexion
  ./run --demo  |  --bench   choisit la démonstration ou le banc d’essai
  ./run manage COMMANDE …    exécute une commande (./run manage help les liste)
  ./run test [ARGUMENTS]     les vérifications et les tests ; avec des arguments, pytest seul
  ./run gates                les vérifications sans les tests

Options : --port N (8000), --host ADRESSE (127.0.0.1 ; une autre adresse demande EGARDS_URL en https).
Environnement : EGARDS_DATA, EGARDS_URL, EGARDS_TODAY, DATABASE_URL, DATABASE_OWNER_URL… voir docs/install.md.
"""
KINDS = {"--demo": "demo", "--empty": "real", "--bench": "bench"}


def main(words: list[str]) -> None:
    """Read `words` and run the step they name; never returns normally when a server or a command was asked."""
    if any(word in ("-h", "--help", "help") for word in words[:1]):
        print(USAGE, end="")
        return
    words = take_kind(words)
    match words:
        case ["manage", *rest]:
            manage(take_kind(rest))
        case ["test", *rest]:
            sys.exit(tests.run(rest))
        case ["gates"]:
            sys.exit(gates.run())
        case _:
            serve(words)


def take_kind(words: list[str]) -> list[str]:
    """Take `--demo`, `--empty` or `--bench` off the front of `words`, into `EGARDS_KIND`."""
    if words and words[0] in KINDS:
        os.environ["EGARDS_KIND"] = KINDS[words[0]]
        return take_kind(words[1:])
    return words


def serve(words: list[str]) -> None:
    """Open the product: environment, then web and worker in this very process (`manage.py serve`)."""
    parser = argparse.ArgumentParser(prog="./run", usage=USAGE, add_help=False)
    parser.add_argument("--port", type=int, default=int(os.environ.get("EGARDS_PORT", "8000")))
    parser.add_argument("--host", default="127.0.0.1")
    for flag, kind in KINDS.items():
        parser.add_argument(flag, dest="kind", action="store_const", const=kind)
    options = parser.parse_args(words)
    if options.kind:
        os.environ["EGARDS_KIND"] = options.kind
    os.environ.setdefault("EGARDS_URL", f"http://localhost:{options.port}")
    become("serve", "--port", str(options.port), "--host", options.host)


def manage(words: list[str]) -> None:
    """Run a management command; the database it needs is made ready first, when it needs one."""
    if not words:
        words = ["help"]
    become(*words)


def become(*words: str) -> None:
    """Turn this process into `manage.py words`, in an environment that is ready."""
    ensure("run")
    os.environ["EGARDS_PREPARE"] = "1"
    os.environ.pop("PYTHONHOME", None)
    try:
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *words])
    except OSError as trouble:
        say(f"L’environnement Python est abîmé ({trouble}). Supprimez le dossier .venv, puis relancez ./run.")
        sys.exit(1)
