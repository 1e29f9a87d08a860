"""A worker killed at any point: no mail twice, none lost in silence. The long run is `benchmarks/mail_kills.py`."""

import subprocess
import sys
from datetime import timedelta

import pytest

from benchmarks import mail_kills
from crm import outbox
from crm.models import Email
from crm.transport import Smtp, SmtpSettings
from lib import clock
from tests.harness.smtp import Sink


@pytest.mark.faults
def test_100_mails_and_8_kills_none_twice_and_each_accounted_for(committing):
    found = mail_kills.run_and_kill(100, 8, committing.environment)
    assert (found.twice, found.lost, found.elsewhere) == (0, 0, 0)
    assert found.sent + found.in_doubt == 100
    assert found.in_doubt <= 8


@pytest.mark.faults
def test_the_count_would_see_a_naive_worker(committing):
    """The negative control: a worker that sends, then marks, does send twice, and the same count says so."""
    mail_kills.fill(1)
    email = Email.objects.get()
    with Sink() as sink:
        for _crash in range(2):  # sent, then killed before it could be marked
            way = Smtp(SmtpSettings("127.0.0.1", sink.port, "none"))
            way.open()
            way.deliver(outbox.build(email))
            way.close()
        arrived = mail_kills.Counter(received.recipients[0] for received in sink.received)
    assert mail_kills.account(1, 2, arrived, 0).twice == 1


def test_two_processes_share_the_work_and_none_is_sent_twice(committing):
    mail_kills.fill(40)
    with Sink(pause=0.002) as sink:
        team = [mail_kills.Worker(sink.port, committing.environment) for _number in range(2)]
        for worker in team:
            worker.finish()
        arrived = [received.recipients[0] for received in sink.received]
    assert (len(arrived), len(set(arrived))) == (40, 40)
    assert Email.objects.filter(state=Email.State.SENT).count() == 40
    by_client = [
        [int(one[1:].split("@")[0]) for one in arrived if int(one[1:].split("@")[0]) % 30 == client] for client in range(30)
    ]
    assert by_client == [sorted(numbers) for numbers in by_client]  # each client's mails in the order they were written


def test_a_crash_between_the_fact_and_its_mail_leaves_neither(committing):
    program = (
        "import django, os, signal; django.setup()\n"
        "from django.db import transaction\n"
        "from crm.customers import create_customer\n"
        "from crm.outbox import queue_mail\n"
        "with transaction.atomic():\n"
        "    customer = create_customer(by=None, name='Le Goff')\n"
        "    queue_mail(key='k', to='a@b.example', subject='s', text='t', by=None, customer=customer)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=mail_kills.ROOT,
        check=False,
        env={**committing.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    assert (killed.returncode, Email.objects.count()) == (-9, 0)


def test_a_mail_paid_for_just_before_the_claim_is_not_sent(committing):
    """The facts are read inside the claim's own transaction: what was committed before it counts."""
    paid: list[str] = []
    mail_kills.fill(20)
    Email.objects.update(guard="invoice")

    def guard(email):
        paid.append(email.key)
        return "Réglée." if len(paid) % 2 else ""

    with Sink() as sink:
        way = Smtp(SmtpSettings("127.0.0.1", sink.port, "none"))
        done = outbox.drain(now=clock.real_now() + timedelta(seconds=1), way=way, guards={"invoice": guard})
        assert (done.sent, done.held, len(sink.received)) == (10, 10, 10)
