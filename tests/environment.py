"""Loaded by pytest before anything else (`-p tests.environment`): what the environment must say for tests.

Settings are read once, at import; so the data folder, the testing flag and the kind of database have to be in
place before Django loads, which a conftest is too late for.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if os.environ.get("EGARDS_TESTING") != "1":  # xdist workers inherit what the first process made
    folder = tempfile.mkdtemp(prefix="egards-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (Path(folder) / "static").mkdir()  # WhiteNoise warns when collectstatic never ran
    os.environ["EGARDS_DATA"] = folder
    os.environ["EGARDS_SECRET_KEY"] = "only-for-tests-" + "0" * 50
    os.environ["EGARDS_TESTING"] = "1"
for name in ("EGARDS_TODAY", "EGARDS_URL", "EGARDS_KIND", "EGARDS_DEBUG", "EGARDS_PROXIES"):
    os.environ.pop(name, None)  # what the person's shell says about their own database is not for the suite
os.environ["EGARDS_KIND"] = "demo"
os.environ.setdefault("TZ", "UTC")

from config import translations  # noqa: E402 — the folders above come first

translations.compile_all()  # Django reads a catalogue once, and keeps what it read
