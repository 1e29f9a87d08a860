"""A Stripe of ours on loopback: real HTTP for the SDK, and messages that a test delivers as it likes."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.stripe_standin import StandIn

API_KEY, SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"


class Server:
    """The stand-in behind a real port. `standin` is its state; `url` where the SDK calls it. It tells nobody by itself."""

    def __init__(self, folder: Path, webhook_url: str = "") -> None:
        self.standin = StandIn(folder / "stripe.sqlite3", API_KEY, SECRET, "http://127.0.0.1/payer", webhook_url)
        self.calls: list[str] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.http.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = (
                    self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                    if self.command == "POST"
                    else parts.query
                )
                server.calls.append(f"{self.command} {parts.path}")
                key, who = self.headers.get("Idempotency-Key", ""), self.headers.get("Authorization", "")
                status, told = server.standin.call(self.command, parts.path, body, key, who)
                self.reply(status, told)

            def reply(self, status: int, told: dict[str, Any]) -> None:
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Request-Id", "req_test")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer  # noqa: N815 — names that http.server calls

            def log_message(self, *args: Any) -> None:
                """Silent."""

        return Handler

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def stripe_server(tmp_path: Path, settings: Any) -> Iterator[Server]:
    """The stand-in, and our settings pointed at it."""
    server = Server(tmp_path)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API = API_KEY, SECRET, server.url
    yield server
    server.stop()
