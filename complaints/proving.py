"""The proof that a letter of ours left by post: its number, the receipt, the day; a dated fact like any other."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from complaints.handling import _line, add_fact, keep_files, lock, noted_already
from complaints.models import ComplaintFact, ComplaintLetter
from complaints.states import F
from crm.attachments import Stored
from lib.errors import Refusal


def keep_proof(
    letter: ComplaintLetter,
    *,
    on: date,
    by: User | None,
    today: date,
    number: str = "",
    files: Iterable[Stored] = (),
    key: str = "",
) -> ComplaintFact:
    """Keep the proof that `letter` was posted on the civil day `on`: the `number` of the registered letter, the receipt among
    `files`, or both. No legal date comes from it. The same `key` twice is once.

    Refuses a proof of nothing, a day to come or before the letter, a letter whose mail was taken back or refused, and one declared recorded in error.
    """
    files, number = list(files), _line(number, "number", 80)
    if not (number or files):
        raise Refusal(_("Donnez le numéro du recommandé, ou joignez l’avis : une preuve se montre."), field="number")
    if on > today:
        raise Refusal(_("Cet envoi serait dans le futur : il se note quand il a eu lieu."), field="on")
    if on < letter.written_on:
        raise Refusal(_("Cet envoi serait avant la lettre elle-même. Vérifiez le jour."), field="on")
    if not letter.has_left:
        raise Refusal(_("Cette lettre n’est pas partie : écrivez-la à nouveau, puis gardez la preuve de son envoi."))
    with transaction.atomic():
        current = lock(letter.complaint, today=today, closed=True)
        if any(row.letter_id == letter.pk and row.correction is not None for row in current.facts.all()):
            raise Refusal(_("Cette lettre a été déclarée enregistrée par erreur : écrivez-la à nouveau, puis gardez sa preuve."))
        if found := noted_already(current, key, kind=F.POSTED, on=on, words="", number=number):
            return found
        fact = add_fact(current, kind=F.POSTED, on=on, by=by, number=number, channel="post", proof_of=letter, key=key or None)
        keep_files(fact, files, by=by)
    return fact
