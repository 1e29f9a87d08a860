"""The sources of the product, as the gates read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config.environment import ROOT

PACKAGES = ("accounts", "billing", "complaints", "config", "crm", "demo", "desk", "lib", "portal", "tact", "ui")


@cache
def modules() -> tuple[Path, ...]:
    """Our Python files, without tests and migrations."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    return tuple(sorted(found))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def templates() -> list[Path]:
    """Our templates."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".xml", ".svg"))


def name_of(path: Path) -> str:
    """The path as one writes it, from the top."""
    return str(path.relative_to(ROOT))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call under `node`."""
    return (found for found in ast.walk(node) if isinstance(found, ast.Call))


def word(call: ast.Call) -> str:
    """The last word of what is called: `x.y.execute(…)` gives `execute`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
