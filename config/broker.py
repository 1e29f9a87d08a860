"""Where django-q2 finds its tasks, and where its sentinel tells that it goes round."""

from pathlib import Path

from django_q.brokers.orm import ORM

from config.marks import mark


class Broker(ORM):
    """The tasks in our own tables. Twice a second the sentinel saves the state of its cluster, for a screen we do not
    have: here that is the mark by which the watchdog knows it alive, and nothing is written in the database."""

    marks: Path | None = None

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Mark the turn; where nobody watches, nothing."""
        if self.marks:
            mark(self.marks / "guard")
