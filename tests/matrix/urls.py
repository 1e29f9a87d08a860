"""Every URL of the product, as the resolver has it, with the policy it declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.middleware import declared_policy
from accounts.policy import Policy

# Twins that a router makes of a URL it already has (`.json`), and roots that only list the others.
TWINS = {"format"}


@dataclass(frozen=True)
class Url:
    """One URL: `parameters` maps each name to the word of the path before it, which says what it designates."""

    name: str
    route: str
    parameters: tuple[tuple[str, str], ...]
    policy: Policy | None
    view: Any

    def __str__(self) -> str:
        return self.name or self.route


def every_url() -> list[Url]:
    """All of them, in the resolver's order, without the routers' twins."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], route: str, namespace: str) -> Iterator[Url]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, space)
        elif isinstance(pattern, URLPattern) and not TWINS & set(names_in(here)):
            name = f"{namespace}{pattern.name}" if pattern.name else ""
            match = SimpleNamespace(view_name=name)
            yield Url(name, here, tuple(_parameters(here)), declared_policy(pattern.callback, match), pattern.callback)


def names_in(route: str) -> list[str]:
    """The names of the parameters of a route, in either spelling of Django's."""
    return [found[0] or found[1] for found in re.findall(r"\(\?P<(\w+)>|<(?:\w+:)?(\w+)>", route)]


def _parameters(route: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"\(\?P<(\w+)>|<(?:\w+:)?(\w+)>", route):
        before = re.findall(r"[a-z0-9_-]+", re.sub(r"\(\?P<.*?>[^)]*\)|<.*?>", "", route[: found.start()]))
        yield found[1] or found[2], before[-1] if before else ""
