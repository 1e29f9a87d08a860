"""The budgets of the house: sizes, and what a reader should never find. An exception carries its reason here."""

import ast
import re

import pytest

from config.environment import ROOT
from tests.config.sources import calls, modules, name_of, templates, tree, word

MODULE, FUNCTION, TEMPLATE, SETTINGS = 500, 40, 120, 90
# "file:function": why it may be longer than the budget.
LONG_FUNCTIONS: dict[str, str] = {
    "complaints/handling.py:open_complaint": "one keyword a line, then each thing that may be wrong",
    "crm/timeline.py:record": "the one writer of the history: one keyword a line, then one column a line",
    "crm/commitments.py:promise": "one keyword a line, then one column a line",
    "demo/stories/promises.py:lemoine": "what happened, one word a line",
    "demo/stories/promises.py:okafor": "what happened, one word a line",
    "demo/stories/troubles.py:abadie": "what happened, one word a line",
    "demo/stories/troubles.py:boreal": "what happened, one word a line",
}
# file: why floats are not money there.
FLOATS = {
    "config/marks.py": "seconds of a clock",
    "crm/importing/contents.py": "shares of a column that look like something",
}
# file: why this statement is built from parts, and whose parts.
BUILT_SQL = {
    "config/checks.py": "PRAGMA names from a constant",
    "crm/triggers.py": "names of tables and triggers, constants of the code",
    "crm/importing/seen.py": "three names of tables of a scratch file of ours",
}
# Why an import may stand inside a function; nothing else is a reason.
INLINE_REASONS = (
    "Django is set up here",
    "models are ready",
    "heavy",
    "optional library or step",
)


def lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def test_no_module_is_too_long():
    sizes = {name_of(path): lines(path.read_text()) for path in modules()}
    assert {name: size for name, size in sizes.items() if size > MODULE} == {}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    """Lines of code: signature and body, without blank lines and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    head = source[function.lineno - 1 : function.body[0].lineno - 1] or [""]
    return lines("\n".join(head)) + lines("\n".join(source[body[0].lineno - 1 : function.end_lineno]))


def test_no_function_is_too_long():
    long = {}
    for path in modules():
        source = path.read_text().splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node, source) > FUNCTION:
                long[f"{name_of(path)}:{node.name}"] = length(node, source)
    assert {name: size for name, size in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) <= set(long), "an exception that is no longer needed"


def test_no_template_is_too_long():
    sizes = {name_of(path): lines(path.read_text()) for path in templates()}
    assert {name: size for name, size in sizes.items() if size > TEMPLATE} == {}


def test_settings_stay_few():
    names = {
        target.id
        for node in tree(ROOT / "config" / "settings.py").body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper()
    }
    assert len(names) <= SETTINGS


def offences(found) -> list[str]:
    """`file:line` of each node that `found` (path → nodes) gives, over the whole product."""
    return [f"{name_of(path)}:{node.lineno}" for path in modules() for node in found(path)]


def test_no_float_near_money():
    def floats(path):
        if name_of(path) in FLOATS:
            return []
        return [call for call in calls(tree(path)) if isinstance(call.func, ast.Name) and call.func.id in ("float", "round")]

    assert offences(floats) == []


def test_no_text_is_compiled_as_a_template():
    def compiled(path):
        return [call for call in calls(tree(path)) if word(call) in ("Template", "from_string")]

    assert offences(compiled) == []


def test_no_statement_is_built_from_text():
    def is_text(node):
        return isinstance(node, ast.JoinedStr | ast.BinOp) or (
            isinstance(node, ast.Call) and word(node) == "format" and isinstance(getattr(node.func, "value", None), ast.Constant)
        )

    def built(path):
        if name_of(path) in BUILT_SQL:
            return []
        runs = [call for call in calls(tree(path)) if word(call) in ("execute", "executemany", "executescript", "raw", "RunSQL")]
        extras = [call for call in calls(tree(path)) if word(call) in ("extra", "RawSQL")]
        return [call for call in runs if call.args and is_text(call.args[0])] + extras

    assert offences(built) == []


def test_what_a_request_says_never_becomes_keywords():
    said = re.compile(r"^(self\.)?request\.\w+(\.dict\(\))?$")

    def spread(path):
        keywords = [(call, keyword) for call in calls(tree(path)) for keyword in call.keywords if keyword.arg is None]
        return [call for call, keyword in keywords if said.match(ast.unparse(keyword.value))]

    assert offences(spread) == []


def test_requests_are_never_one_transaction():
    assert [name_of(path) for path in modules() if re.search(r"ATOMIC_REQUESTS\W+True", path.read_text())] == []


def test_an_inline_import_has_a_reason():
    def inline(path):
        source = path.read_text().splitlines()
        functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        imports = {node for function in functions for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)}
        return [node for node in imports if not any(f"inline: {reason}" in source[node.lineno - 1] for reason in INLINE_REASONS)]

    assert offences(inline) == []


def test_no_signal_between_our_apps():
    def receivers(path):
        return [
            call
            for call in calls(tree(path))
            if word(call) == "receiver" or ast.unparse(call.func).endswith(("_save.connect", "_delete.connect"))
        ]

    assert offences(receivers) == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "common.py", "services.py", "selectors.py", "misc.py"])
def test_no_junk_drawer(name):
    assert [name_of(path) for path in modules() if path.name == name] == []


def test_no_foreign_key_to_anything():
    assert [name_of(path) for path in modules() if "GenericForeignKey" in path.read_text()] == []


def test_no_secret_in_the_code():
    suspicious = re.compile(r"(sk_live_|-----BEGIN [A-Z ]*PRIVATE KEY|SECRET_KEY\s*=\s*[\"'])")
    assert [name_of(path) for path in modules() if suspicious.search(path.read_text())] == []


@pytest.mark.parametrize("name", ["travelling", "drawn_from"])
def test_only_the_builder_of_an_invented_firm_moves_time_or_draws_known_identifiers(name):
    users = {name_of(path).split("/")[0] for path in modules() for call in calls(tree(path)) if word(call) == name}
    assert users == {"demo"}
