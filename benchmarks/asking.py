"""Asking several servers in turn, A B A B, and saying what came of it.

Absolute milliseconds depend on the machine and on what else runs there; the ratios of one run are what counts.
"""

import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from benchmarks.servers import Server

WARM_UP = 4


@dataclass
class Question:
    """One address of one server: how long each answer took (seconds), and of how much processor (nanoseconds)."""

    server: Server
    path: str
    cookie: str = ""
    times: list[float] = field(default_factory=list)
    processor: list[int] = field(default_factory=list)
    octets: int = 0

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.times) * 1000

    @property
    def cpu(self) -> float:
        """Milliseconds of processor in the server, which other load disturbs less than the time of the clock."""
        return statistics.median(self.processor) / 1_000_000

    @property
    def p95(self) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.times, n=20)[-1] * 1000


class Line:
    """One connection kept open to one server."""

    def __init__(self, port: int):
        self.port = port
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, question: Question) -> float:
        """The seconds from the request to the last byte of the answer. SystemExit for anything but 200."""
        headers = {"Host": "localhost", "Cookie": question.cookie} if question.cookie else {}
        for last in (False, True):
            began = time.perf_counter()
            try:
                self.connection.request("GET", question.path, headers=headers)
                answer = self.connection.getresponse()
                content = answer.read()
            except (HTTPException, OSError):
                self.connection.close()  # the server closed a connection kept too long
                if last:
                    raise
                continue
            break
        spent = time.perf_counter() - began
        if answer.status != 200:
            raise SystemExit(f"{question.path} answers {answer.status}")
        question.octets = len(content)
        return spent


def ask_in_turn(questions: Iterable[Question], *, rounds: int) -> None:
    """Ask every question `rounds` times, one after the other, round after round, after a warm-up that is not counted."""
    questions = list(questions)
    lines = {port: Line(port) for port in {question.server.port for question in questions}}
    for turn in range(WARM_UP + rounds):
        for question in questions:
            before = question.server.spent()
            spent = lines[question.server.port].ask(question)
            if turn >= WARM_UP:
                question.times.append(spent)
                question.processor.append(question.server.spent() - before)
    for line in lines.values():
        line.connection.close()
