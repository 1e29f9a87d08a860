"""The official rules of electronic invoices, run where `saxonche` is installed (the extra `conformite`).

Always in a process of its own: the engine crashes in a child forked after its first use, and takes 100 MB.
`python -m lib.schematron RULES.xslt…` reads an XML on its input and writes what fired and what failed as JSON.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SECONDS = 120


@dataclass(frozen=True)
class Failure:
    """A rule that failed: its identifier, its flag («fatal», «warning») and its sentence."""

    rule: str
    flag: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """What one set of rules said: how many fired, which failed."""

    fired: int
    failed: tuple[Failure, ...]


def available() -> bool:
    """Whether the rules can be run on this installation."""
    return find_spec("saxonche") is not None


def run(xml: bytes, rules: Sequence[Path]) -> list[Verdict]:
    """What each of the compiled schematrons `rules` (XSLT files) says of `xml`. RuntimeError when the engine fails."""
    command = [sys.executable, "-m", "lib.schematron", *map(str, rules)]
    done = subprocess.run(
        command, input=xml, capture_output=True, timeout=SECONDS, check=False, cwd=Path(__file__).resolve().parent.parent
    )
    if done.returncode:
        raise RuntimeError(f"the schematron engine stopped ({done.returncode}): {done.stderr.decode(errors='replace')[-400:]}")
    return [Verdict(said["fired"], tuple(Failure(*failure) for failure in said["failed"])) for said in json.loads(done.stdout)]


def _main(rules: list[str]) -> None:
    from saxonche import PySaxonProcessor  # inline: optional library or step, and this process alone may load it

    xml = sys.stdin.buffer.read().decode()
    said = []
    with PySaxonProcessor(license=False) as processor:
        node = processor.parse_xml(xml_text=xml)
        for path in rules:
            executable = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)
            said.append(_read(executable.transform_to_string(xdm_node=node)))
    sys.stdout.write(json.dumps(said))


def _read(svrl: str) -> dict[str, object]:
    root = ElementTree.fromstring(svrl)
    failed = [
        (one.get("id") or one.get("location") or "", one.get("flag") or "fatal", " ".join("".join(one.itertext()).split()))
        for one in root.iter(f"{SVRL}failed-assert")
    ]
    return {"fired": len(list(root.iter(f"{SVRL}fired-rule"))), "failed": failed}


if __name__ == "__main__":
    _main(sys.argv[1:])
