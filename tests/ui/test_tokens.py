"""The colours hold their promises, computed from the style sheet itself (WCAG 2.2: 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path("static/css")
# The sheet of papers goes into PDF files alone: it has its own colours, and no page loads it.
SHEETS = {path.name: path.read_text() for path in sorted(CSS.glob("*.css")) if path.name != "paper.css"}
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", SHEETS["base.css"])
}
GROUNDS = ("paper", "sheet", "well")
INKS = ("ink", "ink-2", "ink-3", "green", "amber", "red", "blue")
SOFT = [(ink, f"{ink}-soft") for ink in ("green", "amber", "red", "blue")]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_reads_on_every_ground(theme: int) -> None:
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS] + SOFT
    pairs += [("ink", soft) for _, soft in SOFT] + [("ink-2", soft) for _, soft in SOFT]
    pairs += [("green", soft) for _, soft in SOFT]  # a link inside a notice
    pairs += [("on-green", "green"), ("on-green", "green-deep")]
    weak = {pair: contrast(TOKENS[pair[0]][theme], TOKENS[pair[1]][theme]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in weak.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_edge_is_seen_on_every_ground(theme: int) -> None:
    pairs = [("edge", ground) for ground in (*GROUNDS, "green-soft")]
    weak = {pair: contrast(TOKENS[pair[0]][theme], TOKENS[pair[1]][theme]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in weak.items() if value < 3} == {}


def test_every_variable_used_is_defined() -> None:
    everything = "\n".join(SHEETS.values())
    used = set(re.findall(r"var\(--([\w-]+)", everything))
    defined = set(re.findall(r"--([\w-]+):", everything))
    assert used - defined == set()
    assert defined - used - {"lifted"} == set()


def test_only_tokens_name_colours() -> None:
    """Hex colours live in the token sheet; the only others are the white a QR code needs and a printed border."""
    elsewhere = [
        colour
        for name, text in SHEETS.items()
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"@layer tokens \{.*?\n\}", "", text, flags=re.DOTALL))
        if colour not in ("#ffffff", "#cfc9bd")
    ]
    assert elsewhere == []


def test_everything_is_in_a_layer() -> None:
    for name, text in SHEETS.items():
        bare = re.sub(r"/\*.*?\*/|@font-face \{[^}]*\}|@layer [\w, ]+;", "", text, flags=re.DOTALL)
        depth, top = 0, ""
        for character in bare:
            depth -= character == "}"
            top += character if depth == 0 and character not in "{}" else ""
            depth += character == "{"
        assert set(top.split()) <= {"@layer", "reset", "tokens", "base", "components", "pages", "utilities", "print"}, name


def test_the_sheets_stay_light() -> None:
    assert sum(len(text.encode()) for text in SHEETS.values()) <= 64_000
    assert len(SHEETS) <= 3
