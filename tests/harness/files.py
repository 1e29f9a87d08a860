"""Files of its own for every test: what one stores (pieces, imports, the local mailbox) no other one finds."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.databases import commits


@pytest.fixture(autouse=True)
def own_files(clean_slate: None, request: pytest.FixtureRequest, settings: Any) -> Iterator[Path]:
    """An empty storage, made when something is first stored. A test that commits keeps it beside its database, where
    its child processes look (`EGARDS_DATA`)."""
    own = settings.DATA_DIR / f"own-{secrets.token_hex(8)}"
    house = request.getfixturevalue("tmp_path") if commits(request.node) else own
    folder = house / "files" / settings.INSTALLATION_KIND
    default = settings.STORAGES["default"]
    settings.DATA_DIR, settings.FILES_DIR = house, folder
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}},
    }
    yield folder
    if own.exists():
        shutil.rmtree(own)
