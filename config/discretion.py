"""What the log must not hold: the keys of mailed links, which open a document to whoever reads them."""

import logging
import re

_KEY = re.compile(r"(/f/)[^/\s?\"']+")


class WithoutKeys(logging.Filter):
    """Writes `/f/…` for the address of a mailed link, wherever it stands in a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the line through, without the key."""
        message = record.getMessage()
        hidden = _KEY.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
