"""How fast the outbox sends, beside Django's own send_messages on one connection, in the same run.

    python benchmarks/mail_rate.py --mails 2000

Bar: at least 0.7 of the bare rate, though each mail of the outbox is claimed and marked in the database.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2000)
    mails = parser.parse_args().mails
    sys.path.insert(0, str(ROOT))
    from benchmarks import mail_kills

    mail_kills.throwaway()
    import django

    django.setup()
    from django.core.mail import EmailMultiAlternatives, get_connection
    from django.core.management import call_command
    from django.db import connection

    from crm import outbox
    from crm.models import Email
    from crm.transport import Smtp, SmtpSettings
    from lib import clock
    from tests.harness.smtp import Sink

    call_command("migrate", verbosity=0)
    mail_kills.fill(mails)
    rows = list(Email.objects.order_by("id"))
    with Sink() as sink:
        bare = [EmailMultiAlternatives(row.subject, row.text, row.sender_email, [row.recipient_email]) for row in rows]
        for message, row in zip(bare, rows, strict=True):
            message.attach_alternative(row.html, "text/html")
        began = time.perf_counter()
        get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=sink.port).send_messages(bare)
        floor = mails / (time.perf_counter() - began)
        began = time.perf_counter()
        way = Smtp(SmtpSettings("127.0.0.1", sink.port, "none"))
        done = outbox.drain(now=clock.real_now(), way=way, limit=mails, seconds=600)
        rate = mails / (time.perf_counter() - began)
    print(
        f"{connection.vendor}: {done.sent} of {mails} sent, {rate:.0f}/s; bare send_messages {floor:.0f}/s; ratio {rate / floor:.2f}"
    )


if __name__ == "__main__":
    main()
