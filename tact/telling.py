"""A decision as the API, the command and a frozen reminder tell it. Pure: one shape for all three."""

from typing import Any

from tact.facts import Claim, Decision, Reason


def reason_as_json(reason: Reason) -> dict[str, Any]:
    """Its code, its words, the kind and the id of its fact."""
    return {"code": reason.code, "text": reason.text, "ref": {"kind": reason.link.kind, "id": reason.link.ref}}


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """What would be done for one customer and why. `invoices` are the ids of those it speaks of, or, when it waits, of
    those that wait; amounts are decimal strings in EUR, days ISO dates."""
    spoken = decision.claims or decision.waiting
    return {
        "customer": decision.customer.ref,
        "name": decision.name,
        "invoices": [claim.debt.link.ref for claim in spoken],
        "decision": decision.decision,
        "tone": decision.tone,
        "step": decision.step,
        "step_on": decision.step_on.isoformat() if decision.step_on else None,
        "late_days": decision.late_days,
        "amount": f"{decision.amount:.2f}",
        "held": decision.held,
        "resume_on": decision.resume_on.isoformat() if decision.resume_on else None,
        "emotion": decision.emotion,
        "deduction": decision.deduction,
        "reasons": [reason_as_json(reason) for reason in decision.reasons],
        "would_change": list(decision.would_change),
        "claims": [_claim(claim) for claim in decision.claims],
        "waiting": [_claim(claim) for claim in decision.waiting],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    debt = claim.debt
    return {
        "invoice": debt.link.ref,
        "number": debt.number,
        "due_on": debt.due_on.isoformat(),
        "balance_due": f"{debt.balance:.2f}",
        "amount": f"{claim.amount:.2f}",
        "kept": f"{claim.kept:.2f}",
        "step": claim.step,
        "step_on": claim.step_on.isoformat() if claim.step_on else None,
        "reasons": [reason_as_json(reason) for reason in claim.reasons],
    }
