"""Reading a page as a person does: its words in order, without markup."""

import html
import re
from typing import Any

_HIDDEN = re.compile(r"<(head|script|style|template|dialog|svg)\b.*?</\1>", re.DOTALL)


def words(answer: Any, start: str = "", end: str = "") -> str:
    """The visible words of an answer between two pieces of markup, on one line, no-break spaces as spaces."""
    text = answer.content.decode()
    if start:
        assert start in text, f"{start} is not on the page"
        text = text[text.index(start) :]
    if end:
        text = text[: text.index(end)]
    bare = html.unescape(re.sub(r"<[^>]+>", " ", _HIDDEN.sub(" ", text)))
    return re.sub(r" ([,.)])", r"\1", " ".join(bare.replace("\xa0", " ").split()))


def messages(answer: Any) -> list[str]:
    """The notices that a page shows."""
    found = re.search(r'<div class="messages".*?</div>', answer.content.decode(), re.DOTALL)
    return [html.unescape(line) for line in re.findall(r"<li[^>]*>(.*?)</li>", found[0])] if found else []
