"""The ordinary years of a client: pieces of work from the first call to the thanks, and a word now and then."""

import random
import re
from datetime import date, timedelta
from decimal import Decimal

from demo.cast import CAMILLE, KARIM, NADIA, THOMAS, Client
from demo.scene import US, Scene, Step
from demo.words import projects as said
from demo.words.pieces import HOME, SHOP, Piece
from lib.money import cents

RECENT = 45  # days before today left to the stories


class Years:
    """One client's past, drawn from the client's own name: the same every time the firm is built."""

    def __init__(self, scene: Scene, client: Client, shelf: list[Piece]):
        self.scene, self.client = scene, client
        self.chance = random.Random(client.key)
        self.shelf = shelf
        self.told: set[str] = set()
        self.had: list[Piece] = []
        self.end = max(client.quiet, RECENT)

    def tell(self) -> None:
        """Schedule the works, evenly over the years, and a few words between them."""
        works = min(self.client.works, max(1, (self.client.since - self.end) // 80)) if self.client.works else 0
        span = (self.client.since - self.end) // max(works, 1)
        for number in range(works):
            start = self.client.since - number * span - (self.chance.randint(0, span // 6) if number else 0)
            self._work(start, min(span - 20, self.chance.randint(60, 120)), first=number == 0)
        if self.client.works:
            self._between()

    def _work(self, start: int, length: int, *, first: bool) -> None:
        piece = self.shelf.pop(self.chance.randrange(len(self.shelf)))
        self.had.append(piece)
        step = length // 9
        when = [max(start - step * number - self.chance.randint(0, 2), self.end) for number in range(10)]
        self._opening(piece, when, first=first)
        author = CAMILLE if self.client.is_person else self.chance.choice([CAMILLE, NADIA])
        if self.client.language == "fr" and self.chance.random() < 0.6:
            self._quote_by_mail(piece, when[2], author)
        else:
            self._say(piece, when[2], author, "email", said.QUOTE_SENT, direction="out")
        if self.chance.random() < 0.7:
            self._say(piece, when[3], CAMILLE, "call", said.DOUBT, direction="in", minutes=self._minutes())
        self._say(
            piece, when[4], CAMILLE, "call", said.YES, direction="in", mood=self.chance.choice(["", "happy", "calm"]), minutes=4
        )
        self._say(piece, when[5], THOMAS, "note", said.WORKSHOP)
        self._say(piece, when[6], CAMILLE, "call", said.DATE_CALL, direction="out", minutes=3)
        self._say(piece, when[7], THOMAS, "visit", said.FITTED)
        self._ending(piece, when)

    def _opening(self, piece: Piece, when: list[int], *, first: bool) -> None:
        if self.chance.random() < 0.7 or first:
            self._say(
                piece,
                when[0],
                CAMILLE,
                "call",
                said.FIRST_IN,
                direction="in",
                minutes=self._minutes(),
                promise="Passer prendre les cotes",
                of=THOMAS,
                kept=when[1],
            )
        else:
            self._say(piece, when[0], CAMILLE, "message", said.FIRST_MESSAGE, direction="in")
        self._say(piece, when[1], THOMAS, "visit", said.VISIT)

    def _ending(self, piece: Piece, when: list[int]) -> None:
        if self.chance.random() < 0.3:
            mood = self.chance.choice(["worried", "upset", ""])
            self._say(
                piece,
                when[8],
                CAMILLE,
                "call",
                said.TROUBLE,
                direction="in",
                mood=mood,
                minutes=self._minutes(),
                promise="Passer voir et reprendre",
                of=THOMAS,
                kept=when[8] - 4,
            )
            self._say(piece, when[8] - 4, THOMAS, "visit", said.MENDED)
            self._say(piece, when[8] - 6, CAMILLE, "call", said.MENDED_THANKS, direction="out", mood="calm", minutes=3)
        else:
            self._say(piece, when[8], CAMILLE, "call", said.THANKS, direction="in", mood="happy", minutes=self._minutes())
        paid_on = self._invoice(piece, when)
        if self.chance.random() < 0.5:  # said once the money is there, a weekend apart
            self._say(piece, max((self.scene.days.today - paid_on).days - 3, 0), KARIM, "note", said.PAID)

    def _invoice(self, piece: Piece, when: list[int]) -> date:
        """The invoice of the work, and its payment: on time, or a few days late. Returns the day of the payment."""
        net = cents(Decimal(re.sub(r"\D", "", piece.price)) / Decimal("1.2"))
        made, fitted = cents(net * Decimal("0.7")), net - cents(net * Decimal("0.7"))
        name = self._words(piece, (piece.a,))
        lines = [
            {"description": name, "quantity": "1", "unit_price": str(made), "vat_rate": "20"},
            {"description": said.FITTING, "quantity": "1", "unit": "LS", "unit_price": str(fitted), "vat_rate": "20"},
        ]
        due = self.scene.days.ago(max(when[8] - 25, self.end + 5))
        label = f"work {len(self.had)}"
        self.scene.invoiced(
            self.client.key, label, lines, due=due, hour=self._hour(), subject=said.FITTED_SUBJECT.replace("{the}", piece.the)
        )
        paid_on = due + timedelta(days=self.chance.choice([-12, -8, -5, -3, -2, -1, 0, 0, 4, 9]))
        self.scene.paid(
            self.client.key,
            label,
            paid_on,
            hour=self._hour(late=True),
            method=self.chance.choice(["transfer", "transfer", "cheque"]),
        )
        return paid_on

    def _between(self) -> None:
        for year in range(1, 6):
            day = year * 330 + self.chance.randint(-60, 60)
            if self.end < day < self.client.since - 60:
                bank = self.chance.choice([said.AUTUMN, said.AUTUMN, said.NEWS, said.LETTERS])
                kind, direction = ("letter", "out") if bank is said.LETTERS else ("call", "out" if bank is said.NEWS else "in")
                self._say(self.had[0], day, NADIA if kind == "letter" else CAMILLE, kind, bank, direction=direction)

    def _quote_by_mail(self, piece: Piece, ago: int, author: str) -> None:
        name = self.scene.house[author].first_name
        subject = self._words(piece, said.QUOTE_SUBJECT)
        text = self._words(piece, said.QUOTE_TEXT).replace("{author}", name)
        self.scene.wrote(self.client.key, self.scene.days.ago(ago), self._hour(), author, subject, text, person=self._anyone())

    def _say(
        self, piece: Piece, ago: int, by: str, kind: str, bank: tuple[str, ...], *, direction: str = "", mood: str = "",
        minutes: int | None = None, promise: str = "", of: str = "", kept: int = 0,
    ) -> None:  # fmt: skip
        day = self.scene.days.ago(max(ago, self.end))
        step = None
        if promise:
            due: date = self.scene.days.ago(max(kept, self.end))
            step = Step(f"{promise} ({piece.the})", due, owner=of, owed_by=US)
        person = self._anyone() if kind in ("call", "message") else ""
        self.scene.said(
            self.client.key, day, self._hour(), by, kind, self._words(piece, bank), direction=direction, person=person, mood=mood,
            minutes=minutes, then=step,
        )  # fmt: skip
        if step:
            self.scene.kept(self.client.key, max(step.due_on, day + timedelta(days=1)), self._hour(late=True), of, step.what)

    def _words(self, piece: Piece, bank: tuple[str, ...]) -> str:
        """A sentence of the bank that this client was not told yet."""
        fresh = [text for text in bank if text not in self.told] or list(bank)
        text = self.chance.choice(fresh)
        self.told.add(text)
        named = {
            "a": piece.a,
            "the": piece.the,
            "price": piece.price,
            **{name: getattr(piece, name) for name in ("wish", "measured", "doubt", "made", "fitted", "trouble")},
        }
        for name, value in named.items():
            text = text.replace(f"{{{name}}}", value)
        one = (
            {"mm": "elle", "ms": "elle", "m.": "il"}.get(self.client.name.lower()[:2], "on")
            if "et Mme" not in self.client.name
            else "on"
        )
        text = text.replace("{il}", one).replace("{Il}", one.capitalize())
        return text[0].upper() + text[1:]

    def _anyone(self) -> str:
        if self.client.persons and not self.client.is_person:
            _civility, first, last, _job = self.chance.choice(self.client.persons)
            return f"{first} {last}"
        return ""

    def _hour(self, *, late: bool = False) -> str:
        return f"{self.chance.randint(16, 18) if late else self.chance.randint(8, 15):02d}:{self.chance.randrange(0, 60, 1):02d}"

    def _minutes(self) -> int:
        return self.chance.choice([4, 6, 8, 9, 12, 15, 20])


def tell_years(scene: Scene, clients: tuple[Client, ...]) -> None:
    """The past of everybody; two clients seldom have the same piece made."""
    for number, client in enumerate(clients):
        shelf = list(HOME if client.is_person else SHOP)
        Years(scene, client, shelf[number % len(shelf) :] + shelf[: number % len(shelf)]).tell()
