"""`./run test`: the gates, then the suite; at the end, what was left out and why."""

import os
import subprocess

from config.launch import gates
from config.launch.environment import PYTHON, ROOT, ensure
from config.launch.machine import say

ASIDE = {
    "browser": "les parcours dans Chromium",
    "faults": "les pannes provoquées (processus tués, serveur de mail éteint)",
}


def run(words: list[str]) -> int:
    """Without words: gates and whole suite. With words: pytest receives them as they are. Gives the exit code."""
    ensure("dev")
    if words:
        return pytest(words)
    say("Vérifications :")
    refused = gates.run()
    say("Tests :")
    failed = pytest(["-q", "-rs", "-n", str(min(os.cpu_count() or 1, 4)), "-m", " and ".join(f"not {mark}" for mark in ASIDE)])
    say("Laissé de côté par ./run test :")
    for mark, what in ASIDE.items():
        say(f"  {what} : ./run test -m {mark}")
    say("  la suite sur PostgreSQL : DATABASE_URL=postgresql://… ./run test ; .ci/run fait tout, sans rien passer.")
    return refused or failed


def pytest(words: list[str]) -> int:
    """Run pytest with `words`, from the top of the code; its exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "EGARDS_TESTING"}
    return subprocess.run([PYTHON, "-m", "pytest", *words], cwd=ROOT, env=environment, check=False).returncode
