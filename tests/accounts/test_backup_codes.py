"""The codes for the day when the telephone is lost have one name everywhere."""

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client

from tests.accounts.test_doors import PASSWORD, with_second_factor


def test_backup_codes_have_one_name(committing, camille):
    """On the page, in the message after, in the mail and in the journal: «codes de secours»."""
    with_second_factor(camille)
    RecoveryCodes.activate(camille)
    client = Client()
    client.force_login(camille)
    client.post("/compte/reauthenticate/", {"password": PASSWORD})
    mail.outbox.clear()
    page = client.post("/compte/2fa/recovery-codes/generate/", follow=True).content.decode()
    assert "De nouveaux codes de secours sont prêts." in page
    assert [letter.subject for letter in mail.outbox] == ["De nouveaux codes de secours"]
    assert "récupération" not in page + mail.outbox[0].body
    assert "De nouveaux codes de secours ont été faits pour votre compte" in mail.outbox[0].body
