"""The gates: what a tool can refuse, refused before any test runs."""

import os
import subprocess
import time

from config.launch.environment import ROOT, VENV, ensure
from config.launch.machine import say

GATES = {
    "ruff": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "import-linter": ["lint-imports"],
    "mypy": ["mypy"],
    "djlint": ["djlint", "--lint", "--quiet", "templates", "ui"],
}


def run() -> int:
    """Run every gate, tell each one's outcome and time; 0 when all are green."""
    ensure("dev")
    environment = {**os.environ, "EGARDS_TESTING": "1", "EGARDS_SECRET_KEY": "only-for-gates", "EGARDS_KIND": "demo"}
    failed = []
    for name, words in GATES.items():
        began = time.monotonic()
        command = [str(VENV / "bin" / words[0]), *words[1:]]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        say(f"  {'ok   ' if done.returncode == 0 else 'ÉCHEC'} {name} ({time.monotonic() - began:.1f} s)")
        if done.returncode:
            failed.append(name)
            say((done.stdout + done.stderr).rstrip())
    return 1 if failed else 0
