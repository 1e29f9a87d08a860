"""A socket that listens on this machine: whoever is made to fetch something is heard."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Ear:
    """`address` is where it listens; `heard` the first bytes of each connection."""

    address: str
    heard: list[bytes] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Its address in the forms that filters forget (trust.md F3)."""
        port = self.address.rpartition(":")[2]
        hosts = ["127.0.0.1", "localhost", "0177.0.0.1", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "a:b@127.0.0.1"]
        return [f"http://{host}:{port}/x" for host in hosts] + [f"HtTp://{self.address}/y", f"ftp://{self.address}/z"]


@pytest.fixture
def ear() -> Iterator[Ear]:
    """The ear; closed at the end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Ear(f"127.0.0.1:{server.getsockname()[1]}")

        def listen() -> None:
            while True:
                try:
                    line, _who = server.accept()
                except OSError:
                    return
                with line:
                    line.settimeout(2)
                    found.heard.append(line.recv(200))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
