"""What the machine lacks, and the one line that mends it. Bare Python: nothing is installed yet."""

import ctypes
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

PANGO = "libpangoft2-1.0.so.0"


class FontSet(ctypes.Structure):
    """The head of fontconfig's FcFontSet: how many fonts there are is all we ask."""

    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.c_void_p))


def has_venv() -> bool:
    """Whether this Python can make an environment with pip in it (Debian ships both apart)."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def has_certificates() -> bool:
    """Whether a bundle of authorities can be found: the system's, or the one the environment names."""
    paths = ssl.get_default_verify_paths()
    named = [os.environ.get(name) for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")]
    if any(path and Path(path).is_file() for path in [paths.cafile, *named]):
        return True
    return bool(paths.capath) and any(Path(paths.capath).iterdir())


def has_pango() -> bool:
    """Whether the library that lays out the PDFs loads."""
    try:
        ctypes.CDLL(PANGO)
    except OSError:
        return False
    return True


def count_fonts() -> int:
    """How many fonts fontconfig sees. With none, laying out a PDF kills the whole process, without an exception."""
    try:
        fontconfig = ctypes.CDLL("libfontconfig.so.1")
    except OSError:
        return 0
    fontconfig.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(FontSet)
    fontconfig.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
    config = fontconfig.FcInitLoadConfigAndFonts()
    fonts = fontconfig.FcConfigGetFonts(config, 0) if config else None
    return fonts.contents.count if fonts else 0


# package: (what is missing, in words; how we see it is there; whether nothing works without it)
NEEDS = {
    "python3-venv": ("de quoi créer un environnement Python (venv, ensurepip)", has_venv, True),
    "ca-certificates": ("les certificats des autorités", has_certificates, True),
    "libpangoft2-1.0-0": ("Pango, qui met en page les PDF", has_pango, False),
    "fonts-dejavu-core": ("au moins une police de caractères", lambda: count_fonts() > 0, False),
}


def missing() -> list[str]:
    """The Debian packages this machine lacks, in a fixed order."""
    return [package for package, (_, present, _) in NEEDS.items() if not present()]


def install_line(packages: list[str]) -> str:
    """The exact line that installs `packages`, ready to paste."""
    return "apt-get install --no-install-recommends " + " ".join(packages)


def say(text: str) -> None:
    """One line for the person who started us; stdout stays clean for what the command prints."""
    print(text, file=sys.stderr, flush=True)


def mend() -> None:
    """Install what is missing when we may, else say what to install. Exits when nothing can work without it."""
    lacking = missing()
    if not lacking:
        return
    say("Il manque à cette machine : " + " ; ".join(NEEDS[package][0] for package in lacking) + ".")
    line = install_line(lacking)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"J’exécute : {line}")
        install(lacking)
        lacking = missing()
        if not lacking:
            return
    prefix = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        say(f"Installez-le, puis relancez : {prefix}{install_line(lacking)}")
    else:
        say("Installez l’équivalent des paquets Debian suivants, puis relancez : " + ", ".join(lacking) + ".")
    if any(NEEDS[package][2] for package in lacking):
        sys.exit(1)
    say("Je continue sans : tout marche sauf les documents PDF.")


def install(packages: list[str]) -> bool:
    """Run the apt line as root, refreshing the package lists first when there are none or they are stale."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*install_line(packages).split(), "--yes"]

    def apt(*words: str) -> bool:
        return subprocess.run(words, env=environment, stdout=sys.stderr, check=False).returncode == 0

    if any(Path("/var/lib/apt/lists").glob("*Packages*")) and apt(*command):
        return True
    return apt("apt-get", "update") and apt(*command)
