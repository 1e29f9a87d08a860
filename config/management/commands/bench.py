"""`bench`: how long the pages take over the wire, beside the least Django that does the same."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from benchmarks.asking import Question, ask_in_turn
from benchmarks.report import Measure, as_json, table, verdict
from benchmarks.servers import World, serving

EXTRA = 10_510  # interactions of the fixed records, beside ten for each customer


class Command(BaseCommand):
    help = "Mesure les pages, à 1 000 et 10 000 clients, à tour de rôle avec le plancher s’il est donné."
    needs_database = False  # each world has its own
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--floor", type=Path, help="dossier du plancher (sans lui, nos pages seules)")
        parser.add_argument("--json", type=Path, help="écrit aussi les chiffres dans ce fichier")
        parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="nombres de clients des mondes")
        parser.add_argument("--rounds", type=int, default=40)

    def handle(self, *args: Any, floor: Path | None, sizes: list[int], rounds: int, **options: Any) -> None:
        if floor is not None and not (floor / "floor" / "wsgi.py").exists():
            raise CommandError(f"Le plancher n’est pas dans {floor}. Sans --floor, nos pages sont mesurées seules.")
        worlds = [self.world(size, floor.resolve() if floor else None) for size in sorted(sizes)]
        with ExitStack() as servers:
            measures = self.measures(worlds, servers)
            ask_in_turn([question for measure in measures for question in interleaved(measure)], rounds=rounds)
        self.stdout.write(table(measures, sorted(sizes)))
        self.stdout.write("")
        self.stdout.write(verdict(measures))
        if options["json"]:
            options["json"].write_text(json.dumps(as_json(measures, sorted(sizes)), indent=1, ensure_ascii=False) + "\n")

    def world(self, size: int, floor: Path | None) -> World:
        """The world of `size` customers, written once and kept."""
        world = World(size, 10 * size + EXTRA, Path(settings.DATA_DIR) / "banc" / str(size), floor)
        self.stderr.write(f"{size} clients : je prépare le monde…")
        world.prepare()
        world.prepare_floor()
        return world

    def measures(self, worlds: list[World], servers: ExitStack) -> list[Measure]:
        """Start the servers; one measure for each page, with a question to each server that has it."""
        ours = [servers.enter_context(serving("config.wsgi:application", world.environment, path="/healthz")) for world in worlds]
        floors = [
            servers.enter_context(serving("floor.wsgi:application", world.floor_environment, path="/ping"))
            if world.floor
            else None
            for world in worlds
        ]
        found = []
        for number, page in enumerate(worlds[0].pages):
            same = [world.pages[number] for world in worlds]
            asked = [
                Question(server, one["path"], one["cookie"] or world.cookie)
                for server, one, world in zip(ours, same, worlds, strict=True)
            ]
            beside = [Question(server, one["floor"]) for server, one in zip(floors, same, strict=True) if server and one["floor"]]
            found.append(Measure(page["name"], same, asked, beside))
        return found


def interleaved(measure: Measure) -> list[Question]:
    """Ours, the floor's, ours, the floor's."""
    beside = [*measure.floors, *[None] * (len(measure.ours) - len(measure.floors))]
    return [question for pair in zip(measure.ours, beside, strict=True) for question in pair if question is not None]
