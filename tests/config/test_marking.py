"""What a person reads is marked for translation: texts between the tags of a template, French in the code."""

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, TokenType

from config.environment import ROOT
from config.messages import names_of_marks
from tests.config.sources import modules, name_of, templates, tree

# What reads the same in both languages.
SAME = {"Égards", "JSON", "CSV", "API", "Ctrl", "K", "C", "Esc"}
# Whole files that speak French whatever the reader's language, and why.
FRENCH_FILES = {
    "config/launch/": "before anything is installed, in the terminal of who starts the server",
    "config/management/": "in the terminal of who runs the server",
    "config/preparing.py": "in the terminal of who starts the server",
    "config/environment.py": "in the terminal of who starts the server",
    "config/checks.py": "in the terminal of who starts the server",
    "config/messages.py": "in the terminal of who works on Égards",
}
