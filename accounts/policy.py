"""One policy per URL, declared beside the view and enforced in one place. A URL without one answers nothing.

Staff policies name the right needed; objects are then fetched through `visible_to(user)` querysets, so that a
foreign object and a missing one look alike (404).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from rest_framework.permissions import BasePermission

from accounts.rights import Right

View = TypeVar("View", bound=Callable[..., Any])


SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Policy:
    """What a request must be to reach a view.

    `public`: anybody. `right`: a member of staff who holds it (reading). `write`: the right needed for verbs
    that change something, when it is another. `signed_in`: anybody who is logged in. `contact`: a client's
    contact (portal). `api`: authenticated by the API's own credential. `demo`: exists only outside real data.
    `enrolment`: reached even by a person who still owes their second factor. `closed`: answers 404 to everyone.
    """

    public: bool = False
    signed_in: bool = False
    right: str = ""
    write: str = ""
    contact: bool = False
    api: bool = False
    demo: bool = False
    enrolment: bool = False
    closed: bool = False

    def right_for(self, method: str) -> str:
        """The right that `method` needs."""
        return self.write if self.write and method not in SAFE_METHODS else self.right


def policy(**declared: Any) -> Callable[[View], View]:
    """Declare the policy of a view: `@policy(right=Right.LOG)`, `@policy(public=True)`."""
    made = Policy(**declared)

    def decorate(view: View) -> View:
        view.policy = made  # type: ignore[attr-defined]
        return view

    return decorate


class ApiPolicyPermission(BasePermission):
    """The same policies, read by DRF: `policy` on the view class, with `write` for the unsafe verbs."""

    def has_permission(self, request: Any, view: Any) -> bool:
        declared: Policy | None = getattr(view, "policy", None)
        if declared is None:
            raise LookupError(f"{view.__class__.__name__} declares no policy")
        if declared.public:
            return True
        if not request.user.is_authenticated or not request.user.is_active:
            return False
        needed = declared.right_for(request.method)
        return request.user.may(needed) if needed else True


__all__ = ["ApiPolicyPermission", "Policy", "Right", "policy"]
