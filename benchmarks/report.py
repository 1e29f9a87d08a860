"""What the bench prints: one table, and whether the bars of `docs/performance.md` are met."""

from dataclasses import dataclass
from typing import Any

from benchmarks.asking import Question

LARGEST = 100_000  # bytes of one page
STATEMENTS = {
    "record": 15, "space": 10, "list": 8, "search": 8, "Aujourd’hui": 20, "commitments": 8, "mails": 8, "one invoice": 12, "queue": 12,
}  # fmt: skip
CLOSE = ("record", "invoice")  # pages that ten times the customers may cost 1.3 × at most; the others, 1.5 ×


@dataclass
class Measure:
    """One page in the small and in the large world, ours and (when there is one) the floor's."""

    name: str
    pages: list[dict[str, Any]]
    ours: list[Question]
    floors: list[Question]

    @property
    def ratio(self) -> float | None:
        """Ours to the floor's, in the large world."""
        return self.ours[-1].median / self.floors[-1].median if self.floors else None

    @property
    def cpu_ratio(self) -> float | None:
        """The same in time of processor."""
        return self.ours[-1].cpu / self.floors[-1].cpu if self.floors else None

    @property
    def growth(self) -> float | None:
        """The large world to the small one, in time of processor."""
        return self.ours[-1].cpu / self.ours[0].cpu if len(self.ours) > 1 else None

    @property
    def statements(self) -> int:
        """Beside session and user, the dearest of the worlds."""
        return max(page["statements"] for page in self.pages)

    @property
    def octets(self) -> int:
        """Of HTML, the largest of the worlds."""
        return max(question.octets for question in self.ours)

    @property
    def same_rows(self) -> bool:
        """Whether both worlds fill the page alike: one that shows more has more to write, whatever the rows behind it."""
        return self.ours[-1].octets < 1.2 * self.ours[0].octets

    @property
    def bars(self) -> list[str]:
        """The bars that this page does not meet."""
        budget = next(limit for word, limit in STATEMENTS.items() if word in self.name)
        missed = []
        if self.statements > budget:
            missed.append(f"{self.statements} statements, {budget} allowed")
        if self.octets > LARGEST:
            missed.append(f"{self.octets} bytes, {LARGEST} allowed")
        if ("500" in self.name or "unpaid" in self.name) and self.ratio and self.ratio > 3:
            missed.append(f"{self.ratio:.1f} × the floor, 3 allowed")
        if self.growth and self.same_rows and self.growth > (1.3 if any(word in self.name for word in CLOSE) else 1.5):
            missed.append(f"×{self.growth:.2f} with ten times the customers")
        return missed


def table(measures: list[Measure], sizes: list[int]) -> str:
    """The figures in Markdown: milliseconds are medians (p95 beside), statements beside session and user."""
    heads = [f"{size} customers: ms (p95) cpu" for size in sizes]
    heads += ["floor: ms (p95) cpu", "to the floor: clock, cpu", "×10 customers, cpu", "statements", "kB"]
    lines = ["| page | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for measure in measures:
        cells = [figures(question) for question in measure.ours]
        cells.append(figures(measure.floors[-1]) if measure.floors else "–")
        cells.append(f"×{measure.ratio:.2f}, ×{measure.cpu_ratio:.2f}" if measure.ratio else "–")
        cells.append(f"×{measure.growth:.2f}" if measure.growth else "–")
        cells += [str(measure.statements), " → ".join(f"{question.octets / 1000:.0f}" for question in measure.ours)]
        lines.append(f"| {measure.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures(question: Question) -> str:
    """One cell."""
    return f"{question.median:.1f} ({question.p95:.0f}) {question.cpu:.1f}"


def verdict(measures: list[Measure]) -> str:
    """Which bars are missed, page by page."""
    missed = [f"- {measure.name}: {'; '.join(measure.bars)}" for measure in measures if measure.bars]
    return "Missed:\n" + "\n".join(missed) if missed else "Every bar is met."


def as_json(measures: list[Measure], sizes: list[int]) -> dict[str, Any]:
    """The same for a machine."""
    return {"pages": [page_json(measure, sizes) for measure in measures]}


def page_json(measure: Measure, sizes: list[int]) -> dict[str, Any]:
    """One page."""

    def told(questions: list[Question]) -> list[dict[str, Any]]:
        return [
            {"customers": size, "median_ms": one.median, "p95_ms": one.p95, "cpu_ms": one.cpu}
            for size, one in zip(sizes, questions, strict=False)
        ]

    return {
        "page": measure.name,
        "statements": measure.statements,
        "bytes": measure.octets,
        "ratio_to_floor": measure.ratio,
        "cpu_ratio_to_floor": measure.cpu_ratio,
        "growth": measure.growth,
        "missed": measure.bars,
        "ours": told(measure.ours),
        "floor": told(measure.floors),
    }
