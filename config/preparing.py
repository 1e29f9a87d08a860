"""Bring the chosen database and the files around it up to date: schema, translations, static files, demo.

All it says goes to stderr, so that what a command prints can be piped.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError, ProgrammingError

from config import environment, translations
from config.checks import HOUSE


def prepare(*, serving: bool, demo: bool = True, unguarded: bool = False) -> None:
    """Bring the chosen database and the files around it up to date; exits with the reason when it cannot.

    `serving` also collects the static files and rebuilds a demo older than a day; a command run on its own
    leaves yesterday's demo as it is. Without `demo`, a new demo database stays empty. `unguarded`: a database that lost
    the guards of the books is read all the same, and told.
    """
    environment.make_data_folder()
    with one_at_a_time():
        translations.compile_all()
        if serving:
            collect_static()
        new = migrate()
        if demo and environment.chosen_kind() == "demo" and (new or serving):
            build_demo()
    refuse_errors(but={"egards.E010"} if unguarded else set())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two processes never migrate the same database at once: the second waits, then finds nothing to do."""
    with (environment.data_folder() / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate() -> bool:
    """Apply what is missing from the schema; says whether the database is new. The owner's account does it if set, and gives the
    application's account its rights when somebody else made the schema (a house read under the owner's account)."""
    owner = os.environ.get("DATABASE_OWNER_URL", "")
    try:
        executor = read_schema(owner)
    except OperationalError as trouble:
        sys.exit(f"La base de données ne répond pas : {trouble}\nVérifiez DATABASE_URL et que le serveur est démarré.")
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return False
    new = not executor.loader.applied_migrations
    say("Je crée la base…" if new else f"Je mets la base à jour ({len(plan)} étape{'s' if len(plan) > 1 else ''})…")
    if owner:
        connection.close()
        migrate_as(owner)
    else:
        call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    return new


def migrate_as(owner: str) -> None:
    """Migrate under the owner's account, then give the application's account the rows and nothing more."""
    command = [sys.executable, str(environment.ROOT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": owner}, stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit("La mise à jour de la base sous le compte propriétaire (DATABASE_OWNER_URL) a échoué.")
    give_rights(owner)


def read_schema(owner: str) -> MigrationExecutor:
    """What the schema is, as the application's account reads it; with `owner`, its rights are given to it when it has none."""
    try:
        return MigrationExecutor(connection)
    except ProgrammingError:  # the tables are there, and not for us
        if not owner:
            raise
        connection.close()
        give_rights(owner)
        return MigrationExecutor(connection)


def give_rights(owner: str) -> None:
    """Give the application's account the rows of the owner's tables, and nothing more."""
    import psycopg  # inline: optional library or step
    from psycopg import sql  # inline: optional library or step

    app = environment.database()["USER"]
    with psycopg.connect(owner) as connection:
        for grant in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            connection.execute(sql.SQL(grant).format(sql.Identifier(app)))


def build_demo() -> None:
    """Build the demo company when there is none, or when it is older than a day."""
    if "demo" in get_commands():
        call_command("demo", "--if-needed", stdout=sys.stderr)


def collect_static() -> None:
    """Gather, name by content and compress the static files, when one of them changed."""
    mark = Path(settings.STATIC_ROOT) / ".from"
    signature = static_signature(settings.BASE_DIR)
    if mark.exists() and mark.read_text() == signature:
        return
    say("Je rassemble les fichiers statiques…")
    unused = ["admin", "rest_framework", "*.map", "htmx-4*", "htmax-4*", *unused_fonts(settings.BASE_DIR)]
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=unused)
    mark.write_text(signature)


def unused_fonts(root: Path) -> list[str]:
    """The files of the font wheels that no style sheet of ours names: compressing them all takes half a minute."""
    named = "".join(path.read_text() for path in (root / "static").rglob("*.css"))
    folders = [Path(entry[1]) for entry in settings.STATICFILES_DIRS if isinstance(entry, tuple)]
    return [path.name for folder in folders for path in folder.iterdir() if path.name not in named]


def static_signature(root: Path) -> str:
    """A fingerprint that changes with any of our static files, or with the libraries that bring theirs."""
    digest = hashlib.sha256((root / "requirements.txt").read_bytes())
    for folder in sorted([root / "static", *root.glob("*/static")]):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                digest.update(f"{path.relative_to(root)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def refuse_errors(*, but: Container[str] = ()) -> None:
    """Exit with what is wrong and how to mend it when a check of ours of level ERROR fails, those of `but` only told; tell
    the warnings.
    Django's own checks read the code, which is the suite's business and takes a second."""
    found = [message for message in checks.run_checks(tags=[HOUSE], databases=["default"]) if not message.is_silenced()]
    for message in sorted(found, key=lambda message: message.level):
        say(f"{'Attention' if message.level < checks.ERROR else 'Erreur'} [{message.id}] : {message.msg}")
        if message.hint:
            say(f"    → {message.hint}")
    if any(message.level >= checks.ERROR and message.id not in but for message in found):
        sys.exit(1)


def say(text: str) -> None:
    """One line for the person who started us."""
    print(text, file=sys.stderr, flush=True)
