"""The refusal of a gesture: a message a person can act on. Pure Python."""

from collections.abc import Mapping


class Refusal(Exception):
    """A gesture refuses, nothing was written.

    `message` is French text ready for a form or an API answer; `field` names the input at fault when there is
    one; `errors` maps several fields to their messages when more than one is wrong.
    """

    def __init__(self, message: object = "", *, field: str = "", errors: Mapping[str, object] | None = None):
        self.errors = dict(errors or ({field: message} if field else {}))
        self.field = field
        self._message = message or (next(iter(self.errors.values())) if self.errors else "")
        super().__init__(self._message)

    @property
    def message(self) -> str:
        """The first thing to tell, as text (lazily translated messages resolve here)."""
        return str(self._message)


class Conflict(Refusal):
    """Someone else changed the same thing meanwhile; nothing was lost, nothing was overwritten.

    `differs` says for each field what is stored now and what was asked, when the gesture compared them.
    """

    def __init__(
        self,
        message: object = "",
        *,
        field: str = "",
        errors: Mapping[str, object] | None = None,
        differs: Mapping[str, tuple[object, object]] | None = None,
    ):
        super().__init__(message, field=field, errors=errors)
        self.differs = dict(differs or {})
