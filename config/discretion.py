"""What the log must not hold: the keys of links, which open a document, a calendar, an account to whoever reads them."""

import logging
import re

# A mailed document, one's own calendar (whose programmes ask for what we do not answer, and each refusal is a line), an
# invitation, the first account of a house, a new password.
_KEY = re.compile(r"(/(?:f|agenda|invitation|bienvenue|password/reset/key)/)[^/\s?\"']+")


class WithoutKeys(logging.Filter):
    """Writes `/f/…` for an address that holds a key, wherever it stands in a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the line through, without the key."""
        message = record.getMessage()
        hidden = _KEY.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
