"""The start-up self-check: what is wrong, named, with how to mend it. Each check is a function of the settings or
of the database; `manage.py check` and `./run` tell them all, `manage.py diagnose` tells the rest."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's own word)
from django.db import DatabaseError, connection

from accounts.models import Installation
from config.launch import machine
from crm import triggers

HOUSE = "egards"  # the tag of our own checks: what the machine and the environment say, not the code
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ROOM = 500 * 1024 * 1024  # bytes under which a disk is said to be nearly full
# What SQLite must answer when the settings are read back (trust.md, finding 4).
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "recursive_triggers": 1, "foreign_keys": 1}
WORDS = {"real": "réelle", "demo": "de démonstration", "bench": "de banc d’essai"}


@register(HOUSE)
def public_url(**kwargs: Any) -> Sequence[CheckMessage]:
    """EGARDS_URL is a plain origin; http only on loopback."""
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        return [
            Error(
                f"EGARDS_URL vaut « {settings.PUBLIC_URL} », ce n’est pas une adresse publique.",
                hint="Écrivez le protocole et le nom, sans chemin : EGARDS_URL=https://crm.exemple.fr",
                id="egards.E001",
            )
        ]
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return [
            Error(
                f"EGARDS_URL vaut « {settings.PUBLIC_URL} » : en http simple, mots de passe et factures passeraient en clair.",
                hint="Placez Égards derrière un serveur TLS et donnez EGARDS_URL=https://… (docs/install.md) ; "
                "http n’est servi que sur localhost.",
                id="egards.E002",
            )
        ]
    return []


@register(HOUSE)
def moved_clock(**kwargs: Any) -> Sequence[CheckMessage]:
    """EGARDS_TODAY is an ISO date, and never moves a real database's clock."""
    wanted = os.environ.get("EGARDS_TODAY", "")
    if not wanted:
        return []
    try:
        date.fromisoformat(wanted)
    except ValueError:
        return [Error(f"EGARDS_TODAY vaut « {wanted} ».", hint="Écrivez une date : EGARDS_TODAY=2026-11-21", id="egards.E003")]
    if settings.INSTALLATION_KIND == "real":
        return [
            Error(
                "EGARDS_TODAY déplacerait la date d’une base réelle : les échéances et les délais légaux seraient faux.",
                hint="Retirez EGARDS_TODAY, ou ouvrez la démonstration : ./run --demo",
                id="egards.E004",
            )
        ]
    return []


@register(HOUSE)
def documents(**kwargs: Any) -> Sequence[CheckMessage]:
    """Pango and a font, without which no PDF can be laid out."""
    lacking = [package for package in machine.missing() if not machine.NEEDS[package][2]]
    if not lacking:
        return []
    what = " ; ".join(machine.NEEDS[package][0] for package in lacking)
    return [
        Warning(f"Il manque {what} : les PDF ne peuvent pas être produits.", hint=machine.install_line(lacking), id="egards.W001")
    ]


@register(HOUSE)
def cards(**kwargs: Any) -> Sequence[CheckMessage]:
    """Cards are taken with both keys of Stripe or not at all, and a real house takes no test card."""
    key, secret = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    if bool(key) != bool(secret):
        lacking = "EGARDS_STRIPE_WEBHOOK_SECRET" if key else "EGARDS_STRIPE_SECRET_KEY"
        hint = f"Donnez aussi {lacking} (docs/install.md), ou retirez l’autre."
        return [
            Warning("Il manque l’une des deux clés de Stripe : le paiement par carte reste fermé.", hint=hint, id="egards.W003")
        ]
    if settings.INSTALLATION_KIND == "real" and key and "_live_" not in key[:12]:
        hint = "Mettez la clé réelle (live) et le secret de son propre point d’arrivée."
        return [Warning("La clé de Stripe est une clé d’essai : aucun paiement ne serait encaissé.", hint=hint, id="egards.W004")]
    return []


@register(HOUSE)
def disk(**kwargs: Any) -> Sequence[CheckMessage]:
    """The data folder can be written, with room left."""
    folder = settings.DATA_DIR
    if not folder.exists():
        return []  # made when something is first written
    if not os.access(folder, os.W_OK | os.X_OK):
        return [
            Error(
                f"Le dossier des données {folder} n’est pas accessible en écriture.",
                hint="Donnez-le au compte qui lance Égards (chown), ou choisissez-en un autre : EGARDS_DATA=…",
                id="egards.E005",
            )
        ]
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return [
            Warning(
                f"Il reste {free // 1024**2} Mo sur le disque des données ({folder}).",
                hint="Libérez de la place : une base qui ne peut plus écrire refuse tout, sans rien perdre de ce qui est enregistré.",
                id="egards.W002",
            )
        ]
    return []


@register(HOUSE, deploy=True)
def links_in_mails(**kwargs: Any) -> Sequence[CheckMessage]:
    """A real firm's mails must not carry links to localhost."""
    if settings.INSTALLATION_KIND == "real" and urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK:
        return [
            Error(
                "EGARDS_URL désigne cette machine : les liens envoyés aux clients ne mèneraient nulle part.",
                hint="Donnez l’adresse publique : EGARDS_URL=https://crm.exemple.fr",
                id="egards.E006",
            )
        ]
    return []


def of_database(check: Callable[[], list[CheckMessage]]) -> Callable[..., Sequence[CheckMessage]]:
    """Register `check` among those that may read the database; one that does not answer is told instead."""

    @register(HOUSE, Tags.database)
    def run(databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
        if "default" not in (databases or []) or not exists():
            return []
        try:
            return check()
        except DatabaseError as trouble:
            return [
                Error(
                    f"La base de données ne répond pas : {trouble}",
                    hint="Vérifiez DATABASE_URL et que le serveur est démarré.",
                    id="egards.E007",
                )
            ]

    return run


def exists() -> bool:
    """Whether there is a database to look at: reading an embedded one must not create it."""
    return connection.vendor != "sqlite" or in_memory() or Path(connection.settings_dict["NAME"]).exists()


def in_memory() -> bool:
    """Whether the embedded database is the tests' own, which no file holds."""
    return "mode=memory" in str(connection.settings_dict["NAME"]) or connection.settings_dict["NAME"] == ":memory:"


@of_database
def engine() -> list[CheckMessage]:
    """SQLite really runs with the settings that keep acknowledged commits, read back from the engine."""
    if connection.vendor != "sqlite":
        return []
    found = read_pragmas()
    wrong = [f"{name} = {found[name]} au lieu de {wanted}" for name, wanted in PRAGMAS.items() if found[name] != wanted]
    if in_memory():
        wrong = [text for text in wrong if not text.startswith("journal_mode")]
    if not wrong:
        return []
    return [
        Error(
            "SQLite ne tourne pas avec les réglages qui protègent les écritures : " + ", ".join(wrong) + ".",
            hint="Un disque réseau refuse souvent le mode WAL : mettez EGARDS_DATA sur un disque local.",
            id="egards.E008",
        )
    ]


def read_pragmas() -> dict[str, object]:
    """The settings of the embedded database, as the engine itself says."""
    with connection.cursor() as cursor:
        return {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}


@of_database
def kind() -> list[CheckMessage]:
    """The database is what it is served as; a real one is never taken for a demo, nor the reverse."""
    if Installation._meta.db_table not in connection.introspection.table_names():
        return []  # not migrated yet
    recorded = Installation.objects.values_list("kind", flat=True).first()
    if recorded is None or recorded == settings.INSTALLATION_KIND:
        return []
    return [
        Error(
            f"Cette base est {WORDS[recorded]}, et on la sert comme base {WORDS[settings.INSTALLATION_KIND]}.",
            hint="Retirez EGARDS_KIND, --empty, --demo ou --bench, ou donnez un autre EGARDS_DATA ou DATABASE_URL.",
            id="egards.E009",
        )
    ]


@of_database
def guards() -> list[CheckMessage]:
    """The triggers that keep issued documents, money and books from changing are all there."""
    lacking = triggers.missing(connection, triggers.declared())
    if not lacking:
        return []
    names = ", ".join(sorted({guard.table for guard in lacking}))
    return [
        Error(
            f"La base a perdu {len(lacking)} des protections qui empêchent de changer factures, paiements et écritures ({names}).",
            hint="Remettez-les par ./run manage migrate, puis vérifiez : ./run manage verify_seals et ./run manage verify_ledger.",
            id="egards.E010",
        )
    ]
