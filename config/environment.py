"""What the environment says: where the data is, which database, which public address. No Django here.

Read once by `config.settings`; `./run` decides the variables, this module only reads and checks them.
"""

import os
import secrets
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("real", "demo", "bench")


def data_folder() -> Path:
    """The folder of the database and the files (`EGARDS_DATA`, else `data/` beside the code)."""
    return Path(os.environ.get("EGARDS_DATA") or ROOT / "data").resolve()


def make_data_folder() -> None:
    """Make the data folder, closed to the other accounts of the machine."""
    data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def named_kind() -> str:
    """The kind `EGARDS_KIND` asks for, empty when it asks for none."""
    kind = os.environ.get("EGARDS_KIND", "")
    if kind and kind not in KINDS:
        raise SystemExit(f"EGARDS_KIND vaut {kind!r} ; valeurs possibles : {', '.join(KINDS)}.")
    return kind


def chosen_kind() -> str:
    """Which database is served: the one asked for, else what PostgreSQL says it is, else the real one when it
    exists, else the demo."""
    if kind := named_kind():
        return kind
    if url := os.environ.get("DATABASE_URL", ""):
        return recorded_kind(url) or "demo"
    return "real" if database_file("real").exists() else "demo"


def reason() -> str:
    """Why `chosen_kind` chooses what it does, in words for the person who starts the product."""
    kind = chosen_kind()
    if named_kind():
        return "choisie à la main"
    if os.environ.get("DATABASE_URL"):
        return "ce que dit la base PostgreSQL" if kind == "real" else "la base PostgreSQL n’est pas une base réelle"
    return f"elle existe dans {data_folder()}" if kind == "real" else f"il n’y a pas encore de base réelle dans {data_folder()}"


@cache
def recorded_kind(url: str) -> str:
    """What the PostgreSQL database at `url` was recorded to be at its birth; empty when it is new or out of reach."""
    import psycopg  # inline: optional library or step

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT kind FROM accounts_installation").fetchone()
    except psycopg.Error:  # a new database has no such table; an unreachable one is told by whoever needs it
        return ""
    return row[0] if row else ""


def database_file(kind: str) -> Path:
    """The embedded database of `kind`."""
    return data_folder() / f"{kind}.sqlite3"


def secret_key() -> str:
    """The installation's secret: `EGARDS_SECRET_KEY`, else a file made once, readable by its owner only."""
    if key := os.environ.get("EGARDS_SECRET_KEY"):
        return key
    path = data_folder() / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        make_data_folder()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:  # another process made it between our look and our write
        pass
    return path.read_text().strip()


def database() -> dict:
    """The `DATABASES["default"]` entry: PostgreSQL by `DATABASE_URL`, else the embedded SQLite of the chosen kind.

    Engine settings are those of the trust report: WAL, IMMEDIATE, a 30 s wait and synchronous=FULL together
    (any one missing gives lock errors or loses acknowledged commits), recursive_triggers so that REPLACE
    cannot slip past a delete trigger.
    """
    url = os.environ.get("DATABASE_URL", "")
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise SystemExit("DATABASE_URL doit commencer par postgresql:// ; sans elle, la base est un fichier SQLite.")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    file = database_file(chosen_kind())
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:" if os.environ.get("EGARDS_PREPARE") == "never" and not file.exists() else file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
                "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824"
            ),
        },
    }
