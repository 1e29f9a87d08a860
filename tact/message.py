"""The words of a reminder, from the texts of the house: what is sent, and what changes from the model. Pure.

`{portes}` keeps, until the mail is queued, the place of the links to pay, ask and say a difficulty.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from lib.errors import Refusal
from lib.templating import fill
from lib.typography import amount, list_of, long_date, weekday_date
from lib.wording import say as _
from tact.facts import Claim, Decision, MoneySituation, Reason

FOLDER = Path(__file__).parent / "texts"
DOORS = "{portes}"
WORDS = (
    "salutation", "adapté", "phrases", "liste", "facture", "émission", "échéance", "montant", "total", "réclamation", "suivi",
    "années", "téléphone", "formule", "signature",
)  # fmt: skip
MODEL_TONES = {"information": "plain", "first": "delicate", "second": "helpful"}
SAID = ("complaint", "question", "promise", "transit", "mood", "first_delay")  # reasons that a message says


@dataclass(frozen=True)
class Text:
    """One text of the house: `one` for a single invoice, `many` for several."""

    key: str
    name: str
    subject: str
    subject_many: str
    emotion: str
    one: str
    many: str


@dataclass(frozen=True)
class Message:
    """A reminder as it would leave, its links still to come; `model` is what the step's own text would say."""

    model_name: str
    subject: str
    body: str
    model: str
    language: str

    @property
    def digest(self) -> str:
        """What a person has seen when they saw this message: any change of fact or word changes it."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()[:32]

    @property
    def paragraphs(self) -> list[list[tuple[str, bool]]]:
        """Its paragraphs, each cut where it differs from the model: (words, changed); the doors are their own one."""
        return differences(self.model, self.body)


def compose(
    decision: Decision, situation: MoneySituation, values: Mapping[str, str], *, on: date, language: str, moved: bool = False
) -> Message:
    """The message that `decision` (`send` or `soften`) calls for, on the civil day `on`, in `language` («fr», «en»).

    `values` gives `salutation`, `formule`, `signature` and `téléphone` for the person and the sender. `moved`: an invoice bears
    an account that is no longer the firm's, which the message says without giving any. ValueError for a decision that is
    no mail.
    """
    if decision.decision not in ("send", "soften") or decision.step not in MODEL_TONES:
        raise ValueError(f"{decision.decision} {decision.step} is no mail")
    known = dict(values) | _amounts(decision, on, language)
    text = text_of(f"{decision.step}-{decision.tone}", language)
    model = text_of(f"{decision.step}-{MODEL_TONES[decision.step]}", language)
    several = len(decision.claims) > 1
    subject = fill(text.subject_many if several else text.subject, known, WORDS)
    adapted = "\n\n".join(_said(decision, situation, on, language)) if decision.decision == "soften" else ""
    body = _filled(text, several, known | {"adapté": adapted})
    if moved:
        body = body.replace(DOORS, f"{DOORS}\n\n{phrases(language)['account_many' if several else 'account']}", 1)
    return Message(
        text.name,
        subject,
        body,
        _filled(model, several, known | {"adapté": ""}),
        language,
    )


def formal_notice(decision: Decision, types: Set[str], values: Mapping[str, str], *, language: str) -> tuple[str, str]:
    """Subject and words of the formal notice. `types` are those of the client on each of its invoices: a consumer, a
    non-professional or a client of unknown type never reads of penalties or of the 40 € (C. com. L441-10; CPCE L111-8), nor
    does a sole trader about what they bought for their home."""
    kind = next(iter(types)) if len(types) == 1 and types <= {"professional", "public"} else "consumer"
    text = text_of(f"formal_notice-{kind}", language)
    rows = [_phrase("item_notice", claim, language) for claim in decision.claims]
    known = dict(values) | {"montant": amount(decision.amount, language=language), "liste": "\n".join(f"– {row}" for row in rows)}
    return text.subject, fill(text.one, known | dict.fromkeys(set(WORDS) - set(known), ""), WORDS)


def with_doors(body: str, doors: Sequence[tuple[str, str]], *, phone: str, language: str) -> str:
    """`body` with its links in their place: `doors` are (words, address) pairs; without any, how to answer. Refuses a body
    that has lost their place: every reminder lets one pay, ask and say a difficulty."""
    if body.count(DOORS) != 1:
        raise Refusal(
            _(
                "Gardez le mot {doors} à sa place : il devient les liens pour régler, en parler ou dire une difficulté.",
                doors=DOORS,
            ),
            field="body",
        )
    said = phrases(language)
    if doors:
        block = "\n".join(f"{words}{_colon(words, language)} {url}" for words, url in doors)
    else:
        block = fill(said["no_link"] if phone else said["no_link_no_phone"], {"téléphone": phone}, ("téléphone",))
    return body.replace(DOORS, block)


def _colon(words: str, language: str) -> str:
    return "" if words.endswith("?") else "\u00a0:" if language == "fr" else ":"


def door_words(claims: Sequence[Claim], language: str) -> tuple[list[str], str, str]:
    """What the links are called: one to pay each invoice, one to ask, one for a difficulty."""
    said = phrases(language)
    each = [fill(said["pay_number"], {"facture": claim.debt.number}, ("facture",)) for claim in claims]
    pay = each if len(claims) > 1 else [said["pay"]]
    return pay, said["question_door"], said["difficulty_door"]


def differences(model: str, body: str) -> list[list[tuple[str, bool]]]:
    """`body` by paragraphs and stretches, each with whether it changes from `model`, word by word."""
    ours, theirs = _tokens(body), _tokens(model)
    same = [False] * len(ours)
    for block in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
        same[block.b : block.b + block.size] = [True] * block.size
    found: list[list[tuple[str, bool]]] = [[]]
    for word, kept in zip(ours, same, strict=True):
        paragraph = found[-1]
        if word.count("\n") > 1:
            found.append([])
        elif paragraph and (word.isspace() or paragraph[-1][1] is not kept):  # a space goes with what it follows
            paragraph[-1] = (paragraph[-1][0] + word, paragraph[-1][1])
        else:
            paragraph.append((word, not kept))
    return [paragraph for paragraph in found if paragraph]


def _tokens(text: str) -> list[str]:
    return [token for token in re.split(r"(\s+)", text) if token]


# --- the texts of the house


@cache
def text_of(key: str, language: str) -> Text:
    """The text of a step and tone («first-delicate»), in French when the language has none."""
    path = FOLDER / language / f"{key}.txt"
    head, _blank, body = (path if path.exists() else FOLDER / "fr" / path.name).read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    one, _line, many = body.strip().partition("\n\n-----\n\n")
    return Text(key, fields["name"], fields["subject"], fields["subject_many"], fields["emotion"], one, many or one)


@cache
def phrases(language: str) -> dict[str, str]:
    """The small sentences that messages are made of."""
    path = FOLDER / language / "phrases.txt"
    rows = (path if path.exists() else FOLDER / "fr" / path.name).read_text(encoding="utf-8").splitlines()
    return dict(row.split(": ", 1) for row in rows if row)


def _filled(text: Text, several: bool, values: dict[str, str]) -> str:
    body = text.many if several else text.one
    kept = [paragraph for paragraph in body.split("\n\n") if paragraph != "{adapté}" or values["adapté"]]
    return fill("\n\n".join(kept), values, WORDS)


def _amounts(decision: Decision, on: date, language: str) -> dict[str, str]:
    claims = decision.claims
    first = claims[0]
    if len(claims) == 1:
        part = "_part" if first.kept else "_rest" if first.debt.balance < first.debt.amount else ""
        told = _phrase(_when(first, on) + part, first, language)
    else:
        told = "\n".join(f"– {_phrase(f'item_{_when(claim, on)}', claim, language)}" for claim in claims)
    return {
        "phrases": told,
        "liste": "",
        "facture": list_of([claim.debt.number for claim in claims], language=language),
        "émission": long_date(first.debt.issued_on, language=language, year=False),
        "échéance": long_date(first.debt.due_on, language=language, year=False),
        "montant": amount(decision.amount, language=language),
        "total": amount(decision.amount, language=language),
        "réclamation": "", "suivi": "", "années": "",
    }  # fmt: skip


def _when(claim: Claim, on: date) -> str:
    return "late" if claim.debt.due_on < on else "coming"


def _phrase(key: str, claim: Claim, language: str) -> str:
    debt = claim.debt
    values = {
        "facture": debt.number,
        "montant": amount(claim.amount, language=language),
        "échéance": weekday_date(debt.due_on, language=language, year=False),
        "émission": long_date(debt.issued_on, language=language),
    }
    return fill(phrases(language)[key], values, WORDS)


def _said(decision: Decision, situation: MoneySituation, on: date, language: str) -> list[str]:
    """What the message says of the relation: each kind of reason once, two at most."""
    codes: dict[str, Reason] = {}
    for reason in decision.reasons:
        codes.setdefault(reason.code, reason)
    return [_sentence(code, situation, on, language) for code in SAID if code in codes][:2]


def _sentence(code: str, situation: MoneySituation, on: date, language: str) -> str:
    said = phrases(language)
    if code == "complaint":
        rows = [*(row for debt in situation.debts for row in debt.complaints), *situation.complaints]
        known = {"réclamation": rows[0].label.split()[-1], "suivi": rows[0].owner}
        return fill(said["complaint" if rows[0].owner else "complaint_alone"], known, WORDS)
    if code == "first_delay" and situation.client_since is not None:
        since = situation.client_since
        years = on.year - since.year - ((on.month, on.day) < (since.month, since.day))
        return fill(said["first_delay"], {"années": str(years)}, WORDS)
    return said[code]
