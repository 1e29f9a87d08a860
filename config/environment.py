"""What the environment says: where the data is, which database, which public address. No Django here.

Read once by `config.settings`; `./run` decides the variables, this module only reads and checks them.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("real", "demo", "bench")


def data_folder() -> Path:
    """The folder of the database and the files (`EGARDS_DATA`, else `data/` beside the code)."""
    return Path(os.environ.get("EGARDS_DATA") or ROOT / "data").resolve()


def chosen_kind() -> str:
    """Which of the embedded databases is served: `EGARDS_KIND`, else the real one when it exists, else the demo."""
    kind = os.environ.get("EGARDS_KIND", "")
    if kind:
        if kind not in KINDS:
            raise SystemExit(f"EGARDS_KIND vaut {kind!r} ; valeurs possibles : {', '.join(KINDS)}.")
        return kind
    return "real" if (data_folder() / "real.sqlite3").exists() else "demo"


def secret_key() -> str:
    """The installation's secret: `EGARDS_SECRET_KEY`, else a file made once, readable by its owner only."""
    if key := os.environ.get("EGARDS_SECRET_KEY"):
        return key
    path = data_folder() / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
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
            raise SystemExit(
                "DATABASE_URL doit commencer par postgresql:// ; sans elle, la base est un fichier SQLite."
            )
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
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_folder() / f"{chosen_kind()}.sqlite3",
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
