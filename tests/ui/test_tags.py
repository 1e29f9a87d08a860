"""The component tags: what they render, and that a typo never renders."""

from datetime import datetime, timedelta

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone
from lucide import IconDoesNotExist


def render(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


ONE_OF_EACH = {
    "button": '{%% button "Dire" %s %%}',
    "link_button": '{%% link_button "Dire" "/x/" %s %%}',
    "post_button": '{%% post_button "Dire" "/x/" %s %%}',
    "tag": '{%% tag "mot" %s %%}',
    "icon": '{%% icon "phone" %s %%}',
    "page_title": '{%% page_title "Titre" %s %%}',
    "page_head": '{%% page_head "Titre" %s %%}{%% endpage_head %%}',
    "answer": "{%% answer %s %%}x{%% endanswer %%}",
    "card": "{%% card %s %%}x{%% endcard %%}",
    "part": '{%% part "Titre" %s %%}x{%% endpart %%}',
    "empty": '{%% empty "Rien" %s %%}{%% endempty %%}',
    "notice": "{%% notice %s %%}x{%% endnotice %%}",
    "more": '{%% more "Plus" %s %%}x{%% endmore %%}',
    "pills": '{%% pills rows label="Filtrer" %s %%}',
    "pairs": "{%% pairs rows %s %%}",
    "progress": '{%% progress 1 2 label="Import" %s %%}',
    "timeline": "{%% timeline %s %%}x{%% endtimeline %%}",
    "timeline_item": '{%% timeline_item "Appel" %s %%}{%% endtimeline_item %%}',
    "timeline_auto": "{%% timeline_auto 2 %s %%}{%% endtimeline_auto %%}",
    "steps": "{%% steps %s %%}x{%% endsteps %%}",
    "step": '{%% step "Écrite" %s %%}{%% endstep %%}',
    "data_table": '{%% data_table "Clients" %s %%}{%% enddata_table %%}',
    "todo_item": '{%% todo_item "Rappeler" "/x/" %s %%}{%% endtodo_item %%}',
    "next_page": '{%% next_page "/x/" %s %%}',
    "undo": '{%% undo "Message" "/x/" until=now now=now %s %%}',
}


@pytest.mark.parametrize("source", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_an_unknown_prop_fails_when_the_template_is_compiled(source: str) -> None:
    assert render(source % "", rows=[], now=timezone.now())
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument 'tune'"):
        Template(source % 'tune="late"')


@pytest.mark.parametrize(
    "source",
    [
        '{% button "Dire" tone="late" %}',
        '{% button "Dire" size="huge" %}',
        '{% button "Dire" type="link" %}',
        '{% link_button "Dire" "/" tone="ok" %}',
        '{% tag "mot" tone="red" %}',
        '{% card tone="warn" %}x{% endcard %}',
        '{% card title="x" level=7 %}x{% endcard %}',
        '{% notice "danger" %}x{% endnotice %}',
        '{% timeline_item "Appel" tone="blue" %}{% endtimeline_item %}',
        '{% step "Écrite" state="almost" %}{% endstep %}',
    ],
)
def test_an_unknown_tone_raises(source: str) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        render(source)


def test_an_unknown_icon_raises() -> None:
    with pytest.raises(IconDoesNotExist):
        render('{% icon "no-such-thing" %}')


def test_an_icon_is_hidden_from_readers() -> None:
    html = render('{% icon "phone" %}')
    assert 'aria-hidden="true"' in html
    assert 'width="18"' in html


def test_a_button_says_its_key_and_what_happens() -> None:
    assert render('{% button "Consigner" tone="primary" key="Ctrl Entrée" %}') == (
        '<button class="btn primary" type="submit" aria-keyshortcuts="Control+Enter">'
        'Consigner <kbd class="hint" aria-hidden="true">Ctrl Entrée</kbd></button>'
    )
    assert render('{% link_button "Appeler" "tel:3949" key="A" %}') == (
        '<a class="btn" href="tel:3949" aria-keyshortcuts="A" data-key="A">'
        'Appeler <kbd class="hint" aria-hidden="true">A</kbd></a>'
    )


HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "source",
    [
        "{% button bad name=bad value=bad form=bad id=bad %}",
        "{% link_button bad bad id=bad %}",
        "{% post_button bad bad name='x' value=bad next=bad %}",
        "{% tag bad %}",
        "{% keys bad %}",
        "{% page_title bad over=bad under=bad %}",
        "{% page_head bad answer=bad %}{% endpage_head %}",
        "{% card title=bad link=bad link_label=bad id=bad %}{{ bad }}{% endcard %}",
        "{% part bad note=bad %}{{ bad }}{% endpart %}",
        "{% empty bad text=bad %}{% endempty %}",
        "{% notice title=bad %}{{ bad }}{% endnotice %}",
        "{% more bad %}{{ bad }}{% endmore %}",
        "{% pills rows label=bad %}",
        "{% pairs pairs %}",
        "{% progress 1 2 label=bad text=bad %}",
        "{% timeline day=bad %}{% timeline_item bad when=bad body=bad id=bad %}{{ bad }}{% endtimeline_item %}{% endtimeline %}",
        "{% timeline_auto 2 text=bad %}{% endtimeline_auto %}",
        "{% step bad %}{{ bad }}{% endstep %}",
        "{% data_table bad %}{% enddata_table %}",
        "{% todo_item bad bad when=bad text=bad id=bad %}{% endtodo_item %}",
        "{% undo bad bad until=now now=now gone=bad %}",
    ],
)
def test_what_people_type_is_escaped(source: str) -> None:
    html = render(source, bad=HOSTILE, rows=[(HOSTILE, HOSTILE, True)], pairs=[(HOSTILE, HOSTILE)], now=timezone.now())
    assert "<script>" not in html


def test_undo_counts_the_seconds_left() -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.get_current_timezone())
    html = render('{% undo "Message" "/x/" until=until now=now of=30 %}', now=now, until=now + timedelta(seconds=24))
    assert 'data-countdown="24">24 secondes</time>' in html
    assert '<progress max="30" value="24"' in html
    late = render('{% undo "Message" "/x/" until=until now=now %}', now=now, until=now - timedelta(seconds=5))
    assert 'data-countdown="0"' in late


def test_pills_mark_where_we_are() -> None:
    rows = [("Tout", "?", True), ("Argent", "?fil=argent", False, 3)]
    assert render('{% pills rows label="Filtrer" %}', rows=rows) == (
        '<nav class="pills" aria-label="Filtrer"><a href="?" aria-current="true">Tout</a>'
        '<a href="?fil=argent">Argent <span class="count">3</span></a></nav>'
    )


def test_pairs_leave_out_what_is_empty() -> None:
    assert render("{% pairs rows %}", rows=[("Ville", "Nantes"), ("RCS", ""), ("Jours", 0)]) == (
        '<dl class="pairs"><dt>Ville</dt><dd>Nantes</dd><dt>Jours</dt><dd>0</dd></dl>'
    )


def test_a_list_without_a_next_page_shows_no_link() -> None:
    assert render("{% next_page url %}", url="") == ""
