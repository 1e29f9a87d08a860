"""`docs/proofs.md` names tests that exist."""

import re

from config.environment import ROOT

CITED = re.compile(r"`(tests/[\w/]+\.py)?(?:::(test_\w+))?`")


def cited():
    """Each test named, with its file: `::name` alone is of the file named before it on its line."""
    for number, line in enumerate((ROOT / "docs" / "proofs.md").read_text(encoding="utf-8").splitlines(), 1):
        path = ""
        for found in CITED.finditer(line):
            path = found[1] or path
            if found[1] or found[2]:
                yield number, path, found[2] or ""


def test_every_test_named_by_the_page_exists():
    rows = list(cited())
    assert len(rows) > 80
    wrong = [
        (number, path, name)
        for number, path, name in rows
        if not path or not (ROOT / path).exists() or (name and f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert wrong == []
