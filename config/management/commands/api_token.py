"""`api_token`: a credential of the API for somebody of the house."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.tokens import create_token


class Command(BaseCommand):
    help = "Crée un jeton d’accès à l’API et l’écrit seul sur la dernière ligne. Il ne pourra plus être relu."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL", help="la personne au nom de qui le jeton agit")
        parser.add_argument("--name", default="ligne de commande", help="à quoi il servira, pour savoir lequel révoquer")

    def handle(self, *args: Any, user: str, name: str, **options: Any) -> None:
        person = User.objects.staff().filter(email__iexact=user.strip()).first()
        if person is None:
            known = ", ".join(User.objects.staff().values_list("email", flat=True)[:10])
            raise CommandError(
                f"Aucune personne en activité n’a l’adresse {user}. "
                + (f"Personnes connues : {known}." if known else "Créez-en une avec createsuperuser.")
            )
        self.stderr.write(f"Jeton de {person.name} ({person.get_role_display()}), à garder secret :")
        self.stdout.write(create_token(user=person, name=name, by=None))
