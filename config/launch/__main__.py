"""`./run`: read the words of the command line and hand over to the right step."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])  # the house, instead of this folder

from config.launch import steps  # noqa: E402  (the line above makes it importable)

if __name__ == "__main__":
    try:
        steps.main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
