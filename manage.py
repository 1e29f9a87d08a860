#!/usr/bin/env python
"""Run a management command of Égards. `./run manage …` comes here with the environment and the database ready."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ.get("EGARDS_PREPARE") == "1":
        from config.prelude import prepare_for  # inline: optional library or step

        prepare_for(sys.argv[1:])
    from django.core.management import execute_from_command_line  # inline: Django is set up here

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
