"""What a page may not contain: markup a browser would have to repair, and what our CSP would refuse.

Pure functions on text; `tests.harness.strictness` applies them to every HTML answer of the test client.
"""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Elements whose end tag HTML lets one omit: a following tag or the parent's end closes them.
OPTIONAL_END = {
    "li",
    "dt",
    "dd",
    "p",
    "option",
    "optgroup",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "tfoot",
    "colgroup",
    "html",
    "body",
    "head",
}
# SVG and MathML elements may close themselves.
FOREIGN = {"svg", "math"}
INTERACTIVE = {"a", "button"}
IMAGE_TYPES = ("data:image/",)


class Checker(HTMLParser):
    """Collects what is wrong while reading a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.labelled: list[str] = []
        self.problems: list[str] = []

    def tell(self, problem: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {problem}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.check_attributes(tag, attrs)
        if tag in VOID:
            return
        if tag in INTERACTIVE and any(element in INTERACTIVE for element in self.open):
            self.tell(f"<{tag}> inside another link or button")
        if tag == "form" and "form" in self.open:
            self.tell("<form> inside a form: browsers drop it")
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.check_attributes(tag, attrs)
        if tag not in VOID and not any(element in FOREIGN for element in [*self.open, tag]):
            self.tell(f"<{tag}/> does not close itself")
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.tell(f"</{tag}> of a void element")
            return
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END and tag in self.open:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag in self.open:
            self.tell(f"</{tag}> while <{self.open[-1]}> is open")
            while self.open.pop() != tag:
                pass
        else:
            self.tell(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and data.strip():
            self.tell("inline script: the CSP refuses it")

    def check_attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if len(found) != len(attrs):
            self.tell(f"<{tag}> repeats an attribute")
        if tag == "style":
            self.tell("<style>: the CSP refuses it")
        for name, value in attrs:
            if name == "style":
                self.tell(f'<{tag} style="{value}">: the CSP refuses it')
            if name.startswith(("on", "hx-on")):
                self.tell(f"<{tag} {name}>: an inline handler, the CSP refuses it")
            if name in ("href", "src", "action", "formaction") and (value or "").strip().lower().startswith("javascript:"):
                self.tell(f"<{tag} {name}> runs a script")
        self.check_identity(tag, found)

    def check_identity(self, tag: str, found: dict[str, str | None]) -> None:
        name = found.get("id")
        if name is not None:
            if name in self.ids or not name:
                self.tell(f'id="{name}" is empty or used twice')
            self.ids.add(name)
        if tag == "label" and found.get("for"):
            self.labelled.append(str(found["for"]))
        if tag == "img" and "alt" not in found:
            self.tell("<img> without alt")


def problems(text: str) -> list[str]:
    """What is wrong with the HTML `text` (a page or a fragment), one line each; empty when nothing is."""
    checker = Checker()
    checker.feed(text)
    checker.close()
    found = list(checker.problems)
    found += [f"<{tag}> is never closed" for tag in checker.open if tag not in OPTIONAL_END]
    is_page = "<html" in text[:500].lower()
    if is_page:
        found += [f'<label for="{name}"> names nothing' for name in checker.labelled if name not in checker.ids]
    return found
