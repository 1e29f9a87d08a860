"""The security journal: fifty lines a page, by key; nothing forged, nothing secret; forgotten after a year."""

from datetime import timedelta

import pytest

from accounts import audit
from accounts.forgetting import forget
from accounts.models import ApiToken, AuditEntry, Invitation
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


def test_a_year_later_lines_credentials_and_invitations_are_forgotten(nadia):
    now = clock.real_now()
    long_ago = now - timedelta(days=367)
    young = audit.note("logout", by=nadia)
    for days, at in ((1, now), (2, long_ago)):
        AuditEntry.objects.create(event="logout", at=at, subject=str(days))
        ApiToken.objects.create(user=nadia, name=str(days), token_hash=str(days), revoked_at=at)
        Invitation.objects.create(user=nadia, key_hash=str(days), expires_at=at)
    ApiToken.objects.create(user=nadia, name="in use", token_hash="in use", created_at=long_ago)
    assert forget(now) == {"sessions": 0, "journal": 1, "tokens": 1, "invitations": 1}
    assert forget(now) == {"sessions": 0, "journal": 0, "tokens": 0, "invitations": 0}
    assert list(AuditEntry.objects.filter(subject="").order_by("id")) == [young]


def test_only_who_may_reads_it(as_karim, as_camille):
    assert [browser.get("/journal/").status_code for browser in (as_karim, as_camille)] == [403, 403]
