"""The security journal: fifty lines a page, by key; nothing forged, nothing secret; forgotten after a year."""

from datetime import timedelta

import pytest

from accounts import audit
from accounts.models import AuditEntry
from lib import clock

pytestmark = pytest.mark.django_db


def test_pages_follow_each_other_without_a_gap_nor_a_twin(as_nadia, nadia):
    same = clock.real_now()
    AuditEntry.objects.bulk_create(
        [AuditEntry(event="logout", subject=str(number), actor=nadia, at=same) for number in range(120)]
    )
    seen, before = [], ""
    while True:
        answer = as_nadia.get("/journal/", {"before": before} if before else {})
        seen += [line.subject for line, _words in answer.context["rows"]]
        before = answer.context["following"]
        if before is None:
            break
    assert seen == [str(number) for number in reversed(range(120))]


@pytest.mark.parametrize("mark", ["x", "-1", "9" * 40, "²", "1; DROP"])
def test_a_strange_mark_is_the_first_page(as_nadia, mark):
    assert as_nadia.get("/journal/", {"before": mark}).status_code == 200


def test_a_line_cannot_be_forged(nadia):
    line = audit.note("login.failed", by=None, subject="a@b.fr\r\n2026 login.succeeded nadia\u2028x")
    assert line.subject == "a@b.fr  2026 login.succeeded nadia x"


def test_a_year_later_a_line_is_forgotten(nadia):
    old, young = audit.note("logout", by=nadia), audit.note("logout", by=nadia)
    AuditEntry.objects.filter(pk=old.pk).update(at=clock.real_now() - timedelta(days=367))
    assert audit.forget() == 1
    assert list(AuditEntry.objects.all()) == [young]


def test_only_who_may_reads_it(as_karim, as_camille):
    assert [browser.get("/journal/").status_code for browser in (as_karim, as_camille)] == [403, 403]
