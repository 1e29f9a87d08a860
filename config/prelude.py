"""Before Django loads for a command: which database it is about, and whether that database must be made ready.

`./run` asks for it by `EGARDS_PREPARE=1`; `python manage.py …` alone never prepares anything.
"""

import os

from config import environment

# Commands that need no database, ours, Django's and those of our dependencies: where there is none, they get an empty one in
# memory, because Django looks into it all the same.
WITHOUT_DATABASE = {
    "check", "collectstatic", "compilemessages", "complaint_dates", "diffsettings", "findstatic", "help", "makemessages",
    "makemigrations", "messages", "optimizemigration", "showmigrations", "spectacular", "sqlmigrate", "squashmigrations", "version",
}  # fmt: skip
# Commands that take the database as it is, or make it themselves.
AS_IT_IS = {"createcachetable", "dbshell", "diagnose", "migrate"}
# A command that says by its very name which database it is for.
KIND_OF_COMMAND = {"world": "bench", "bench": "bench", "demo": "demo"}
# On a machine without any database these begin a real one: they make no sense in the demo.
FIRST_COMMANDS = {"createsuperuser", "company", "first_run_link"}


def prepare_for(words: list[str]) -> None:
    """Make ready what the command `words` needs. Called before Django loads: it may still choose the database."""
    os.environ.pop("EGARDS_PREPARE", None)
    name = words[0] if words else "help"
    if name.startswith("-") or name in WITHOUT_DATABASE or {"-h", "--help"} & set(words):
        os.environ["EGARDS_PREPARE"] = "never"
        return
    if name in AS_IT_IS:
        return
    choose_kind(name)
    import django  # inline: Django is set up here

    django.setup()
    from django.core.management import get_commands, load_command_class  # inline: Django is set up here

    app = get_commands().get(name)
    command = load_command_class(app, name) if isinstance(app, str) else None
    if command is not None and getattr(command, "needs_database", True):
        from config.preparing import prepare  # inline: Django is set up here

        prepare(serving=False, demo=name != "demo", unguarded=getattr(command, "reads_unguarded", False))


def choose_kind(command: str) -> None:
    """Put in `EGARDS_KIND` what the command implies, unless the person already chose."""
    if environment.named_kind():
        return
    if command in KIND_OF_COMMAND:
        os.environ["EGARDS_KIND"] = KIND_OF_COMMAND[command]
    elif command in FIRST_COMMANDS and not any_database():
        os.environ["EGARDS_KIND"] = "real"


def any_database() -> bool:
    """Whether some database already exists here."""
    if url := os.environ.get("DATABASE_URL", ""):
        return bool(environment.recorded_kind(url))
    return any(environment.database_file(kind).exists() for kind in ("real", "demo"))
