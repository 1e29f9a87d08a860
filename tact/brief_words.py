"""The words of the brief, as a colleague would say them. Pure; sentences are French and translated when said."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lib.plain_text import first_sentence, shorten
from lib.typography import amount, hour, long_date, quoted, relative_day
from lib.wording import say as _
from tact import decide_words
from tact.facts import ComplaintNow, Contact, Debt, Decision, Link, LostMail, Promise, Reason, RefusedAddress, Situation

__all__ = ["Link", "Words"]
NOTE_SIGNS = 200  # a note has no length; the thread has all of it


class Words:
    """Says the facts on the civil day `today`, with dates and amounts of `language`."""

    def __init__(self, today: date, language: str):
        self.today = today
        self.language = language
        self.queue = decide_words.Words(today, language)  # money is told in the words of the queue

    # --- headlines

    def keep_first(self) -> str:
        return _("Tenez d’abord ce qui est promis")

    def due_today(self, promise: Promise) -> str:
        return f"{self._what(promise)}, {self._hour(promise) or _('aujourd’hui')}"

    def call_rather(self) -> str:
        return _("Appelez plutôt que d’écrire")

    def where_is_it(self) -> str:
        return _("Demandez où en est ce qui était promis")

    def new_address(self) -> str:
        return _("Demandez une nouvelle adresse e-mail")

    def mail_lost(self) -> str:
        return _("Un e-mail n’est pas arrivé")

    def nothing_urgent(self) -> str:
        return _("Rien d’urgent")

    def meet(self) -> str:
        return _("Faites connaissance")

    def news(self) -> str:
        return _("Prenez des nouvelles")

    def nothing(self) -> str:
        return _("Rien n’attend")

    def complaint_first(self) -> str:
        return _("Une réclamation attend notre réponse")

    def call_about_money(self) -> str:
        return _("Appelez au sujet de ce qui est dû")

    def reminder_ready(self) -> str:
        return _("Un rappel est prêt")

    # --- advice

    def complaint_advice(self, row: ComplaintNow) -> str:
        return f"{self.line_complaint(row)}."

    def reason(self, reason: Reason, situation: Situation) -> str:
        return f"{reason.text}{self._preferably(situation, calling=True)}."

    def reminder_advice(self, decision: Decision) -> str:
        return f"{decision.reasons[0].text}. {decision.deduction}"

    def broken(self, promise: Promise, situation: Situation, *, apologise: bool) -> str:
        told = self._promised_for(promise)
        sentence = _("Commencez par vous excuser : {told}", told=told) if apologise else told
        return f"{_capital(sentence)}{self._preferably(situation)}."

    def who_promised(self, promise: Promise, situation: Situation) -> str:
        on = self._day(promise.promised_on) if promise.promised_on else ""
        if promise.promised_by and on:
            told = _("{who} l’a promis {day}", who=promise.promised_by, day=on)
        elif promise.promised_by:
            told = _("{who} l’a promis", who=promise.promised_by)
        else:
            told = _("C’est promis depuis {day}", day=on) if on else _("C’est promis")
        return f"{told}{self._preferably(situation)}."

    def upset_and_alone(self, mood: Contact, on: date, situation: Situation) -> str:
        told = _("Mécontentement noté {day}, et personne ne lui a parlé depuis", day=self._day(on))
        known = "" if situation.phone else _(" ; aucun numéro n’est connu")
        return f"{told}{self._preferably(situation, calling=True)}{known}."

    def expected(self, promise: Promise, situation: Situation) -> str:
        told = _(
            "{what} était attendu pour {day} : demandez-le sans reproche", what=self._quoted(promise), day=self._due(promise)
        )
        return f"{told}{self._preferably(situation)}."

    def planned(self, promise: Promise) -> str:
        return _("{what} est prévu pour {day}.", what=self._quoted(promise), day=self._due(promise))

    def never_spoke(self, since_on: date | None) -> str:
        if since_on is None:
            return _("Aucun échange n’est encore consigné.")
        return _("Client depuis le {day}, aucun échange n’est encore consigné.", day=self._full(since_on))

    def silent_since(self, on: date) -> str:
        return _("Le dernier échange remonte au {day}.", day=self._full(on))

    def last_words(self, last: Contact, on: date) -> str:
        return _("Dernier échange : {what}.", what=_small(self._contact(last, on)).rstrip("."))

    # --- lines, some of which are advice too

    def line_late(self, promise: Promise) -> str:
        told = _("{what}, promis pour {day}", what=self._what(promise), day=self._due(promise))
        return told + self._by(promise)

    def line_today(self, promise: Promise) -> str:
        return self.due_today(promise) + self._by(promise)

    def line_expected(self, promise: Promise) -> str:
        return _("{what}, attendu depuis {day}", what=self._what(promise), day=self._due(promise))

    def line_next(self, promise: Promise) -> str:
        what, day = self._what(promise), self._due(promise)
        if not promise.ours:
            return _("{what}, attendu {day}", what=what, day=day)
        return _("{what}, prévu {day}", what=what, day=day) + self._by(promise)

    def line_contact(self, last: Contact, on: date) -> str:
        told = self._contact(last, on)
        if last.hidden or not last.words:
            return told
        return _("{told} : {words}", told=told, words=first_sentence(last.words))

    def line_mood(self, mood: Contact, on: date) -> str:
        day = self._day(on)
        return _("Mécontentement noté {day}", day=day) if mood.mood == "upset" else _("Inquiétude notée {day}", day=day)

    def lost(self, mail: LostMail) -> str:
        day = self._day(mail.on)
        if mail.hidden:
            return _("Un e-mail réservé, {day}, n’est pas arrivé", day=day)
        subject = quoted(mail.subject, language=self.language)
        if mail.state == "failed":
            return _("L’e-mail {subject}, {day}, a été refusé", subject=subject, day=day)
        if mail.state == "uncertain":
            return _("L’e-mail {subject}, {day}, est peut-être arrivé", subject=subject, day=day)
        return _("L’e-mail {subject}, {day}, n’est pas parti", subject=subject, day=day)

    def refused_since(self, refused: RefusedAddress) -> str:
        told = _(
            "L’adresse {address} de {holder} est refusée depuis {day}",
            address=refused.address,
            holder=refused.holder,
            day=self._day(refused.since_on),
        )
        return f"{told} ({refused.reason})" if refused.reason else told

    def preference(self, situation: Situation) -> str:
        """«Préfère le téléphone, le matin», or nothing."""
        channel = _channels().get(situation.preferred_channel, ("", ""))[0]
        wanted = ", ".join(part for part in (channel, situation.preferred_moment) if part)
        return _("Préfère {wanted}", wanted=wanted) if wanted else ""

    def and_others(self, count: int) -> str:
        return _(" et {count} autre", count=count) if count == 1 else _(" et {count} autres", count=count)

    def line_note(self, note: Contact, on: date) -> str:
        day = self._day(on)
        told = _("Note de {who} {day}", who=note.colleague, day=day) if note.colleague else _("Note {day}", day=day)
        return _("{told} : {words}", told=told, words=shorten(first_sentence(note.words), NOTE_SIGNS))

    def line_complaint(self, row: ComplaintNow) -> str:
        told = _("{label}, depuis {day}", label=row.label, day=self._day(row.since_on))
        if row.falls_on is not None:
            told += ", " + _duty(row.code, self._full(row.falls_on))
        return told + (_(", suivie par {who}", who=row.owner) if row.owner else "")

    def line_overdue(self, debts: Sequence[Debt]) -> str:
        total = amount(sum((debt.balance for debt in debts), Decimal(0)), language=self.language)
        day = self._day(min(debt.due_on for debt in debts))
        if len(debts) == 1:
            return _("{amount} échus depuis {day}", amount=total, day=day)
        return _("{amount} échus sur {count} factures, depuis {day}", amount=total, count=len(debts), day=day)

    def line_due_soon(self, debts: Sequence[Debt]) -> str:
        total = amount(sum((debt.balance for debt in debts), Decimal(0)), language=self.language)
        return _("{amount} à régler pour {day}", amount=total, day=self._day(min(debt.due_on for debt in debts)))

    def line_reminder(self, decision: Decision) -> str:
        reason = decision.reasons[0].text
        if decision.decision == "call":
            return _("À appeler : {reason}", reason=reason)
        if decision.decision == "wait":
            return _("Rien ne part : {reason}", reason=reason)
        return _("Un rappel est prêt : {reason}", reason=reason)

    # --- pieces

    def _promised_for(self, promise: Promise) -> str:
        what, day = self._quoted(promise), self._due(promise)
        if promise.promised_by:
            return _("{what} était promis pour {day} par {who}", what=what, day=day, who=promise.promised_by)
        return _("{what} était promis pour {day}", what=what, day=day)

    def _what(self, promise: Promise) -> str:
        return promise.what if promise.amount is None else f"{promise.what}, {amount(promise.amount, language=self.language)}"

    def _quoted(self, promise: Promise) -> str:
        money = "" if promise.amount is None else f" ({amount(promise.amount, language=self.language)})"
        return quoted(promise.what, language=self.language) + money

    def _hour(self, promise: Promise) -> str:
        if promise.due_at is None:
            return ""
        at = hour(promise.due_at, language=self.language)
        return _("avant {hour}", hour=at) if promise.due_before else _("à {hour}", hour=at)

    def _due(self, promise: Promise) -> str:
        return " ".join(part for part in (self._day(promise.due_on), self._hour(promise)) if part)

    def _by(self, promise: Promise) -> str:
        return f", {promise.owner}" if promise.owner else ""

    def _day(self, day: date) -> str:
        return relative_day(day, self.today, language=self.language)

    def _full(self, day: date) -> str:
        return long_date(day, language=self.language)

    def _preferably(self, situation: Situation, *, calling: bool = False) -> str:
        """How and when they like to be reached. `calling`: the advice is to call whatever they prefer, so that only the
        moment is said, never «appelez … de préférence par e-mail»."""
        channel = (
            ""
            if calling and situation.preferred_channel != "phone"
            else _channels().get(situation.preferred_channel, ("", ""))[1]
        )
        wanted = ", ".join(part for part in (channel, situation.preferred_moment) if part)
        return _(", de préférence {wanted}", wanted=wanted) if wanted else ""

    def _contact(self, last: Contact, on: date) -> str:
        what = _kinds().get((last.kind, last.direction)) or _kinds()[(last.kind, "")]
        if last.hidden:
            told = _(
                "{what} {day}, un échange réservé, voir {who}", who=last.colleague or _("la maison"), what=what, day=self._day(on)
            )
            return told
        told = f"{what} {self._day(on)}"
        return _("{told}, avec {who}", told=told, who=last.colleague) if last.colleague else told


def _duty(code: str, day: str) -> str:
    """The date that falls next, in words."""
    said = {
        "answer": _("réponse avant le {day}", day=day),
        "acknowledge": _("accusé de réception avant le {day}", day=day),
        "invite": _("à inviter à écrire avant le {day}", day=day),
        "promised": _("réponse promise pour le {day}", day=day),
        "execution": _("à faire avant le {day}", day=day),
    }
    return said.get(code) or _("prochaine date le {day}", day=day)


def _channels() -> dict[str, tuple[str, str]]:
    """Each channel as an object of «préfère» and after «de préférence»."""
    return {
        "phone": (_("le téléphone"), _("par téléphone")),
        "email": (_("l’e-mail"), _("par e-mail")),
        "visit": (_("une visite"), _("de vive voix")),
        "post": (_("le courrier"), _("par courrier")),
        "message": (_("un message"), _("par message")),
        "portal": (_("son espace client"), _("dans son espace client")),
    }


def _kinds() -> dict[tuple[str, str], str]:
    return {
        ("call", "in"): _("Appel reçu"),
        ("call", "out"): _("Appel passé"),
        ("call", ""): _("Appel"),
        ("visit", ""): _("Visite"),
        ("meeting", ""): _("Rendez-vous"),
        ("message", "in"): _("Message reçu"),
        ("message", "out"): _("Message envoyé"),
        ("message", ""): _("Message"),
        ("letter", "in"): _("Courrier reçu"),
        ("letter", "out"): _("Courrier envoyé"),
        ("letter", ""): _("Courrier"),
        ("email", "in"): _("E-mail reçu"),
        ("email", "out"): _("E-mail envoyé"),
        ("email", ""): _("E-mail"),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
