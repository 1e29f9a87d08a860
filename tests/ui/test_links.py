"""Every place that a template names exists: `{% url … as x %}` would say nothing when it does not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import get_resolver

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
NAMES = re.compile(r"""\{%-?\s*url\s+["']([\w:-]+)["']""")


def names(resolver: Any, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inside = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern, inside)
        elif pattern.name:
            yield prefix + pattern.name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_every_place_a_template_names_exists(template: Path) -> None:
    known = set(names(get_resolver()))
    assert [name for name in NAMES.findall(template.read_text()) if name not in known] == []
