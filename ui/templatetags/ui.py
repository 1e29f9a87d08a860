"""The component tags: props are declared, so an unknown one fails when the template is compiled; tones are closed
lists, so a typo raises instead of rendering wrong. All of them are shown on /_ui/. They know no model."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape as esc
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ui.markup import attributes, fresh_id, icon_svg, key_name, keyboard, one_of, safe, shortcut

register = template.Library()

BUTTON_TONES = ("plain", "primary", "quiet", "danger")
TAG_TONES = ("plain", "ok", "warn", "late", "info")
NOTICE_TONES = ("warn", "calm", "late", "info")
CARD_TONES = ("plain", "first", "well")
SIZES = ("normal", "small", "wide")
STEP_STATES = ("todo", "done", "now", "late")
TIMELINE_TONES = ("human", "auto", "warn", "late")
LEVELS = (2, 3, 4)


def _classes(*names: str) -> str:
    return " ".join(name for name in names if name and name not in ("plain", "normal", "human", "todo"))


def _inside(label: Any, icon: str, key: str) -> str:
    return f"{icon_svg(icon, 18) if icon else ''}{esc(label)}{' ' + keyboard(key) if key else ''}"


@register.simple_tag
def icon(name: str, *, size: int = 18) -> SafeString:
    """An icon beside a word, never alone: it is hidden from screen readers."""
    return icon_svg(str(name), size)


@register.simple_tag
def button(
    label: Any, *, tone: str = "plain", size: str = "normal", type: str = "submit", name: str = "", value: Any = "",
    form: str = "", key: str = "", icon: str = "", id: str = "", disabled: bool = False, action: str = "", formaction: str = "",
    why: str = "", novalidate: bool = False,
) -> SafeString:  # fmt: skip
    """A button; `label` says what happens. `key` is its shortcut, `action` what the script listens for, `why` the id
    of the sentence that explains why it is disabled."""
    html = attributes(
        class_=_classes("btn", one_of("tone", tone, BUTTON_TONES), one_of("size", size, SIZES)),
        type=one_of("type", type, ("submit", "button", "reset")),
        name=name, value=str(value) if name else "", form=form, id=id, disabled=bool(disabled), formaction=formaction,
        formnovalidate=novalidate, aria_describedby=why, aria_keyshortcuts=shortcut(key),
        data_key=key if len(key) == 1 or key == "Entrée" else "", data_action=action,
    )  # fmt: skip
    return safe(f"<button{html}>{_inside(label, icon, key)}</button>")


@register.simple_tag
def link_button(
    label: Any, href: str, *, tone: str = "plain", size: str = "normal", key: str = "", icon: str = "", id: str = "",
    download: bool = False,
) -> SafeString:  # fmt: skip
    """A link that looks like a button: it goes somewhere and changes nothing."""
    html = attributes(
        class_=_classes("btn", one_of("tone", tone, BUTTON_TONES), one_of("size", size, SIZES)),
        href=href, id=id, download=download, aria_keyshortcuts=shortcut(key), data_key=key if len(key) == 1 else "",
    )  # fmt: skip
    return safe(f"<a{html}>{_inside(label, icon, key)}</a>")


@register.simple_tag(takes_context=True)
def post_button(
    context: Context, label: Any, url: str, *, tone: str = "plain", size: str = "normal", key: str = "", icon: str = "",
    name: str = "", value: Any = "", next: str = "",
) -> SafeString:  # fmt: skip
    """A form of one button, for a gesture that needs no field (undo, keep, log out)."""
    inner = button(label, tone=tone, size=size, key=key, icon=icon, name=name, value=value)
    back = f"<input{attributes(type='hidden', name='next', value=next)}>" if next else ""
    token = f"<input{attributes(type='hidden', name='csrfmiddlewaretoken', value=str(context.get('csrf_token') or ''))}>"
    return safe(f'<form method="post"{attributes(action=url)} class="inline-form">{token}{back}{inner}</form>')


@register.simple_tag
def tag(text: Any, *, tone: str = "plain") -> SafeString:
    """A word or two in a pastille. `late` is kept for a legal or money deadline that is past."""
    return safe(f'<span class="{_classes("tag", one_of("tone", tone, TAG_TONES))}">{esc(text)}</span>')


@register.simple_tag
def keys(*names: str) -> SafeString:
    """Keys of the keyboard, in words that stand in a sentence."""
    return safe(" ".join(f"<kbd>{esc(key_name(name))}</kbd>" for name in names))


@register.simple_tag
def page_title(title: Any, *, over: Any = "", under: Any = "") -> SafeString:
    """The h1 of a page, with a line over it (a date) or under it (who this is)."""
    return safe(
        (f'<p class="over">{esc(over)}</p>' if over else "")
        + f"<h1>{esc(title)}</h1>"
        + (f'<p class="under muted">{esc(under)}</p>' if under else "")
    )


@register.simple_block_tag(end_name="endpage_head")
def page_head(content: SafeString, title: Any, *, over: Any = "", under: Any = "", answer: Any = "") -> SafeString:
    """The head of a page: title, answer, and its actions (the content of the block) on the right."""
    words = page_title(title, over=over, under=under) + (f'<p class="answer">{esc(answer)}</p>' if answer else "")
    acts = f'<div class="acts">{content}</div>' if content.strip() else ""
    return safe(f'<div class="page-head"><div>{words}</div>{acts}</div>')


@register.simple_block_tag(end_name="endanswer")
def answer(content: SafeString) -> SafeString:
    """The answer to the page's question, in words a person would say."""
    return safe(f'<p class="answer">{content.strip()}</p>')


@register.simple_block_tag(end_name="endcard")
def card(
    content: SafeString, *, title: Any = "", level: int = 2, link: str = "", link_label: Any = "", tone: str = "plain", id: str = "",
    note: Any = "",
) -> SafeString:  # fmt: skip
    """A sheet of paper: a title, perhaps a link or a note on its right, then anything."""
    one_of("tone", tone, CARD_TONES)
    head, name = "", ""
    if title:
        name = f"{esc(id)}-title" if id else fresh_id("card")
        one_of("level", level, LEVELS)
        aside = f'<span class="small faint">{esc(note)}</span>' if note else ""
        side = f"<a{attributes(href=link)}>{esc(link_label)}</a>" if link else aside
        head = f'<header><h{level} id="{name}">{esc(title)}</h{level}>{side}</header>'
    return safe(
        f"<section{attributes(class_=_classes('card', tone), id=id, aria_labelledby=safe(name))}>{head}{content}</section>"
    )


@register.simple_block_tag(end_name="endpart")
def part(content: SafeString, title: Any, *, link: str = "", link_label: Any = "", note: Any = "", id: str = "") -> SafeString:
    """A part of a page on bare paper, under a ruled title."""
    name = f"{esc(id)}-title" if id else fresh_id("part")
    aside = f" <small>{esc(note)}</small>" if note else ""
    side = f" <a{attributes(href=link)}>{esc(link_label)}</a>" if link else aside
    head = f'<h2 id="{name}">{esc(title)}{side}</h2>'
    return safe(f"<section{attributes(class_='part', id=id, aria_labelledby=safe(name))}>{head}{content}</section>")


@register.simple_block_tag(end_name="endempty")
def empty(content: SafeString, title: Any, *, text: Any = "", level: int = 2) -> SafeString:
    """What to do first when there is nothing yet: a sentence and, in the block, the buttons."""
    one_of("level", level, LEVELS)
    words = f"<p>{esc(text)}</p>" if text else ""
    acts = f'<div class="acts">{content}</div>' if content.strip() else ""
    return safe(f'<div class="card empty"><h{level}>{esc(title)}</h{level}>{words}{acts}</div>')


@register.simple_block_tag(end_name="endnotice")
def notice(content: SafeString, tone: str = "warn", *, title: Any = "", live: bool = False) -> SafeString:
    """A notice in the page; `live` when it appears in answer to what the person just did."""
    one_of("tone", tone, NOTICE_TONES)
    role = ("alert" if tone == "late" else "status") if live else ""
    head = f"<strong>{esc(title)}</strong>" if title else ""
    return safe(f"<div{attributes(class_='note' if tone == 'warn' else f'note {tone}', role=role)}>{head}{content}</div>")


@register.simple_block_tag(end_name="endmore")
def more(content: SafeString, summary: Any, *, open: bool = False, id: str = "") -> SafeString:
    """Something folded that opens without a script."""
    return safe(
        f"<details{attributes(class_='more-of', id=id, open=bool(open))}><summary>{esc(summary)}</summary>{content}</details>"
    )


@register.simple_tag
def field(bound: BoundField, *, label: Any = "", hint: Any = "", wide: bool = False) -> SafeString:
    """A form field in house clothes: label, control, help, error, tied together for screen readers."""
    if label:
        bound.label = label
    if hint:
        bound.help_text = hint
    return safe(f"<div{attributes(class_=_field_class(bound, wide))}>{bound.as_field_group()}</div>")


def _field_class(bound: BoundField, wide: bool = False) -> str:
    single_box = bound.widget_type == "checkbox"
    return " ".join(word for word in ("field", "check" if single_box else "", "full" if wide else "") if word)


@register.simple_tag
def choice_field(bound: BoundField, *, label: Any = "", hide_label: bool = False) -> SafeString:
    """Radio buttons or boxes as pills in a fieldset."""
    return safe(
        render_to_string(
            "components/choice_field.html",
            {"field": bound, "label": label or bound.label, "hide_label": hide_label, "options": list(bound)},
        )
    )


@register.simple_tag
def error_summary(form: Any) -> SafeString:
    """The list of what is wrong, at the top of a form, each line leading to its field. Empty when nothing is."""
    if not form.errors:
        return safe("")
    return safe(render_to_string("components/error_summary.html", {"form": form, "lines": _error_lines(form)}))


def _error_lines(form: Any) -> list[tuple[str, Any, str]]:
    return [
        (bound.id_for_label or bound.auto_id, bound.label, error) for bound in form.visible_fields() for error in bound.errors
    ]


@register.simple_tag
def pills(items: Iterable[Any], *, label: Any) -> SafeString:
    """A filter: links as pills, from `(label, url, current)` or `(label, url, current, count)` rows."""
    links = []
    for text, url, current, *count in items:
        number = f' <span class="count">{esc(count[0])}</span>' if count and count[0] is not None else ""
        links.append(f"<a{attributes(href=url, aria_current='true' if current else None)}>{esc(text)}{number}</a>")
    return safe(f"<nav{attributes(class_='pills', aria_label=label)}>{''.join(links)}</nav>")


@register.simple_tag
def pairs(rows: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> SafeString:
    """Terms and what they are worth; a row whose value is empty is left out."""
    lines = rows.items() if isinstance(rows, Mapping) else rows
    inner = "".join(f"<dt>{esc(term)}</dt><dd>{esc(value)}</dd>" for term, value in lines if value not in (None, ""))
    return safe(f'<dl class="pairs">{inner}</dl>')


@register.simple_tag
def progress(done: int, total: int, *, label: Any, text: Any = "") -> SafeString:
    """Real progress of a long work: a bar, and the same in words."""
    words = text or _("%(done)s sur %(total)s") % {"done": done, "total": total}
    bar = f'<progress{attributes(max=max(total, 1), aria_label=label)} value="{min(done, total)}">{esc(words)}</progress>'
    return safe(f'<div class="gauge"><div class="row"><span>{esc(label)}</span><span>{esc(words)}</span></div>{bar}</div>')


@register.simple_block_tag(end_name="endtimeline")
def timeline(content: SafeString, *, day: Any = "", level: int = 3) -> SafeString:
    """The rows of one day of the thread, under the name of the day."""
    one_of("level", level, LEVELS)
    head = f'<h{level} class="day">{esc(day)}</h{level}>' if day else ""
    return safe(f'{head}<ul class="timeline">{content}</ul>')


@register.simple_block_tag(end_name="endtimeline_item")
def timeline_item(
    content: SafeString, title: Any, *, when: Any = "", body: Any = "", tone: str = "human", id: str = ""
) -> SafeString:
    """One line of the thread: what, when and by whom, the words said (`body`), then anything."""
    one_of("tone", tone, TIMELINE_TONES)
    said = f'<p class="body">{esc(body)}</p>' if body else ""
    moment = f"<small>{esc(when)}</small>" if when else ""
    return safe(
        f"<li{attributes(class_=_classes(tone), id=id)}>"
        f'<div class="head"><strong>{esc(title)}</strong>{moment}</div>{said}{content}</li>'
    )


@register.simple_block_tag(end_name="endtimeline_auto")
def timeline_auto(content: SafeString, number: int, *, text: Any = "") -> SafeString:
    """Automatic lines folded into one; the block holds their `<li>`s."""
    head = ngettext("%(number)s ligne automatique", "%(number)s lignes automatiques", number) % {"number": number}
    if text:
        head = _("%(what)s : %(more)s") % {"what": head, "more": text}
    return safe(f'<li class="auto"><details><summary>{esc(head)}</summary><ul>{content}</ul></details></li>')


@register.simple_block_tag(end_name="endsteps")
def steps(content: SafeString, *, label: Any = "") -> SafeString:
    """The course of a case on a line, made of `step`s."""
    return safe(f"<ol{attributes(class_='steps', aria_label=label)}>{content}</ol>")


@register.simple_block_tag(end_name="endstep")
def step(content: SafeString, title: Any, *, state: str = "todo") -> SafeString:
    """One step: done, now (with the date that falls next), late, or still to come."""
    one_of("state", state, STEP_STATES)
    current = "step" if state in ("now", "late") else ""
    said = {"done": _("fait"), "now": _("en cours"), "late": _("en retard")}.get(state, "")
    hidden = f'<span class="sr"> {esc(said)}</span>' if said else ""
    note = f"<span>{content}</span>" if content.strip() else ""
    return safe(f"<li{attributes(class_=_classes(state), aria_current=current)}><strong>{esc(title)}{hidden}</strong>{note}</li>")


@register.simple_block_tag(end_name="enddata_table")
def data_table(content: SafeString, caption: Any, *, show_caption: bool = False, cards: bool = True, id: str = "") -> SafeString:
    """A table on a sheet that scrolls sideways alone; on a phone each row becomes a small card (`cards`)."""
    name = fresh_id("table")
    hidden = "" if show_caption else ' class="sr"'
    return safe(
        f"<div{attributes(class_='sheet', id=id, role='region', aria_labelledby=safe(name), tabindex='0')}>"
        f'<table class="data{" cards" if cards else ""}"><caption id="{name}"{hidden}>{esc(caption)}</caption>{content}</table></div>'
    )


@register.simple_block_tag(end_name="endtodo_item")
def todo_item(
    content: SafeString, title: Any, href: str, *, when: Any = "", today: bool = False, late: bool = False, text: Any = "", id: str = "",
) -> SafeString:  # fmt: skip
    """One thing to do: when, what, why, and in the block its buttons."""
    moment = f"<b>{esc(when)}</b>" if today or late else esc(when)
    words = f"<p>{esc(text)}</p>" if text else ""
    acts = f'<div class="acts">{content}</div>' if content.strip() else ""
    return safe(
        f'<li{attributes(id=id, data_item=True)}><span class="{"when past" if late else "when"}">{moment}</span>'
        f"<div><a{attributes(class_='title', href=href)}>{esc(title)}</a>{words}{acts}</div></li>"
    )


@register.simple_tag
def next_page(url: str, *, label: Any = "") -> SafeString:
    """The link to what follows in a list paged by key; nothing when there is nothing more."""
    return safe(f'<p class="next-page">{link_button(label or _("Afficher la suite"), url)}</p>') if url else safe("")


@register.simple_tag(takes_context=True)
def undo(context: Context, text: Any, url: str, *, until: datetime, now: datetime, of: int = 60, gone: Any = "") -> SafeString:
    """What can still be taken back: words, the seconds left out of `of`, a button. After that, only words (`gone`)."""
    left = max(int((until - now).total_seconds()), 0)
    values = {
        "text": text, "url": url, "left": left, "of": max(of, left), "gone": gone or _("C’est parti."),
        "until": until.isoformat(), "csrf_token": context.get("csrf_token") or "",
    }  # fmt: skip
    return safe(render_to_string("components/undo.html", values))
