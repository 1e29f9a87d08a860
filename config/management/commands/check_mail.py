"""`check_mail`: whether mail can leave and will be believed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from crm.mail_checkup import check_mail
from crm.models import Company

MARKS = {True: "bien", False: "À FAIRE", None: "inconnu"}


class Command(BaseCommand):
    help = "Vérifie que le courrier peut partir et sera cru : serveur d’envoi, SPF, DKIM, DMARC."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_mail(Company.objects.first())
        for finding in findings:
            self.stdout.write(f"[{MARKS[finding.good]}] {finding.what} : {finding.words}")
        if any(finding.good is False for finding in findings):
            sys.exit(1)
