"""The part of a text that answers a search, with the words that matched. Pure Python."""

import re

from lib.folding import Query, fold, stem

_WORD = re.compile(r"[^\W_]+")
_READ = 20_000  # characters looked at: an excerpt is a courtesy, never a reason to read a book
_BEFORE = 60

Excerpt = list[tuple[str, bool]]


def excerpt(text: str, query: Query, *, width: int = 200) -> Excerpt:
    """About `width` characters of `text` around the first word that answers `query`, in pieces `(words, matched)`.

    Without any match, the beginning of the text. The pieces are plain text: whoever shows them escapes them.
    """
    line = " ".join(text[:_READ].split())
    found = [match.span() for match in _WORD.finditer(line) if _answers(match[0], query)]
    start = _word_start(line, found[0][0] - _BEFORE) if found and found[0][0] > width - _BEFORE else 0
    end = _word_end(line, start + width)
    pieces: Excerpt = [("… ", False)] if start else []
    here = start
    for first, last in found:
        if start <= first and last <= end:
            pieces += [(line[here:first], False), (line[first:last], True)]
            here = last
    pieces.append((line[here:end] + (" …" if end < len(line) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _answers(word: str, query: Query) -> bool:
    folded = fold(word)
    return bool(
        stem(folded) in query.required or folded in query.required or (query.prefixes and folded.startswith(query.prefixes))
    )


def _word_start(line: str, position: int) -> int:
    return line.rfind(" ", 0, max(position, 0)) + 1


def _word_end(line: str, position: int) -> int:
    if position >= len(line):
        return len(line)
    space = line.rfind(" ", 0, position + 1)
    return space if space > position - 40 else position
