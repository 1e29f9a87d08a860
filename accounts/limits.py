"""How often one address may fail at a door, counted in the shared cache: for doors that no account stands behind."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from lib import clock

WINDOW = 300  # seconds


def failures(request: HttpRequest, door: str) -> int:
    """How often the address of `request` has failed at `door` in this window of five minutes. One statement."""
    return int(cache.get(_key(request, door), 0))


def note_failure(request: HttpRequest, door: str) -> None:
    """One more. Two at the same instant may count as one: this bounds what guessing costs us, it is no lock."""
    cache.set(_key(request, door), failures(request, door) + 1, 2 * WINDOW)


def _key(request: HttpRequest, door: str) -> str:
    return f"failures:{door}:{_origin(request)}:{int(clock.real_now().timestamp()) // WINDOW}"


def _origin(request: HttpRequest) -> str:
    """Where a request comes from: its address, or the network of one subscriber (/64) in IPv6."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
