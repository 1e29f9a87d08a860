"""The page of one commitment."""

from datetime import date, datetime
from typing import Any

from accounts.models import User
from accounts.policy import Right
from billing.models import Question
from crm.models import Commitment, Interaction
from desk import phrases
from desk.promises import promise_line
from desk.promising import DelegateForm, MoveForm, ReleaseForm
from desk.questions import answer_url, comes_from_a_question
from lib import clock

COURSE = 40  # lines of its course that are shown


def promise_page(row: Commitment, *, user: User, now: datetime, here: str = "", **bound: Any) -> dict[str, Any]:
    """What the page of `row` shows; `bound` holds the form that was refused, under the name of its gesture. Two statements."""
    today = clock.local(now).date()
    line = promise_line(row, today=today, now=now)
    course = (
        Interaction.objects.visible_to(user).about(row.public_id, "commitment").select_related("author").newest_first()[:COURSE]
    )
    context: dict[str, Any] = {
        "row": row,
        "line": line,
        "with_whom": row.contact.full_name if row.contact and row.contact.last_name not in row.customer.name else "",
        "ours": row.owed_by == Commitment.Owed.US,
        "answer_url": _answer_url(row),
        "course": [_told(step, today) for step in course],
        "may_act": user.may(Right.LOG) and row.nature == Commitment.Nature.PRIMARY,
        "next": here,
        "open_form": next(iter(bound), ""),
    }
    if context["may_act"] and row.is_open:
        colleagues = [person for person in User.objects.holding(Right.LOG) if person.pk != row.owner_id]
        context["move"] = bound.get("move") or MoveForm(by=user, auto_id="move_%s")
        context["delegate"] = bound.get("delegate") or DelegateForm(by=user, colleagues=colleagues, auto_id="delegate_%s")
        context["release"] = bound.get("release") or ReleaseForm(by=user, auto_id="release_%s")
    return context


def _answer_url(row: Commitment) -> str:
    """Where the question that made this promise is answered; nothing for another promise. One statement, or none."""
    asked = row.is_open and comes_from_a_question(row)
    found = Question.objects.unanswered().filter(commitment=row).select_related("invoice").first() if asked else None
    return answer_url(found) if found else ""


def _told(step: Interaction, today: date) -> dict[str, str]:
    words = str(step.get_kind_display())
    if step.data.get("to") and step.kind == "commitment_moved":
        words += f", {phrases.exact_day(date.fromisoformat(step.data['to']), today)}"
    return {
        "what": words,
        "when": phrases.capital(phrases.moment(step.occurred_at, today)),
        "who": step.author.first_name if step.author else "",
        "why": step.body,
    }
