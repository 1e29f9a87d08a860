"""The words of a decision: reasons, what one infers, what the person should feel, what would change it. Pure.

Sentences are French and translated when said; a reason has no full stop, so that several can be told in one line.
"""

from collections.abc import Sequence
from datetime import date, datetime

from lib import clock
from lib.typography import amount, list_of, long_date, relative_day, weekday_date
from lib.wording import say as _
from tact.facts import (
    Claim,
    Contact,
    DatedHold,
    Debt,
    Decision,
    Link,
    MoneyPromise,
    MoneySituation,
    OpenComplaint,
    OpenQuestion,
    PastReminder,
    Reason,
    RefusedAddress,
    Satisfaction,
    Transit,
)


def civil_day(instant: datetime) -> date:
    """The civil day of an instant at the firm's."""
    return clock.local(instant).date()


class Words:
    """Says the facts on the civil day `today`, with dates and amounts of `language`."""

    def __init__(self, today: date, language: str = "fr"):
        self.today = today
        self.language = language

    # --- why an invoice is left alone

    def complaint(self, row: OpenComplaint, debt: Debt | None) -> Reason:
        if debt is None:
            text = _("{label} ouverte", label=row.label)
        elif row.amount is None:
            text = _("{label} sur cette facture", label=row.label)
        else:
            text = _("{label} sur {amount} de cette facture", label=row.label, amount=self._euros(row.amount))
        return Reason("complaint", text + self._followed_by(row.owner), row.link)

    def question(self, row: OpenQuestion) -> Reason:
        day = self._day(row.asked_on)
        if row.hidden:
            text = _("Question posée {day}, un échange réservé, voir {who}", day=day, who=row.colleague or _("la maison"))
        elif row.kind == "time":
            text = _("Délai demandé {day}, nous n’avons pas encore répondu", day=day)
        else:
            text = _("Question posée {day}, nous n’avons pas encore répondu", day=day)
        return Reason("question", text, row.link)

    def promise(self, rows: Sequence[MoneyPromise]) -> Reason:
        """Open promises, the next one first."""
        first = rows[0]
        if len(rows) > 1:
            text = _("Règlement en {count} fois, prochaine part {day}", count=len(rows), day=self._for(first.due_on))
        elif first.amount is not None:
            text = _("A promis {amount} pour {day}", amount=self._euros(first.amount), day=self._for(first.due_on))
        else:
            text = _("A promis de régler pour {day}", day=self._for(first.due_on))
        if first.promised_on and first.noted_by:
            text = _("{text}, noté par {who} {day}", text=text, who=first.noted_by, day=self._day(first.promised_on))
        return Reason("promise", text, first.link)

    def transit(self, row: Transit) -> Reason:
        day = self._day(row.announced_on)
        if row.amount is None:
            return Reason("transit", _("Règlement annoncé {day}, il est en chemin", day=day), row.link)
        text = _("{amount} annoncés {day}, en chemin", amount=self._euros(row.amount), day=day)
        return Reason("transit", text, row.link)

    def kept(self, situation: MoneySituation) -> Reason:
        text = _("Nous gardons {amount} à ce client, qui ne comptent sur aucune facture", amount=self._euros(situation.kept))
        return Reason("kept", text, situation.link)

    def hold(self, row: DatedHold) -> Reason:
        until = self._for(row.resume_on)
        later = "" if row.tomorrow else _("Retenu jusqu’à {day} : {reason}", day=until, reason=row.reason)
        text = later or _("Remis à {day}", day=until)
        return Reason("hold", _("{text}, par {who}", text=text, who=row.by) if row.by else text, row.link)

    # --- why it is decided

    def closed_day(self, situation: MoneySituation) -> Reason:
        text = _("Jour non travaillé : rien ne part")
        return Reason("closed_day", text, situation.link)

    def promise_broken(self, row: MoneyPromise) -> Reason:
        day = self._for(row.due_on)
        if row.received > 0 and row.amount is not None:
            text = _(
                "Avait promis {amount} pour {day}, {received} sont arrivés",
                amount=self._euros(row.amount),
                day=day,
                received=self._euros(row.received),
            )
        else:
            text = _("Avait promis pour {day}, rien n’est arrivé", day=day)
        return Reason("promise_broken", text, row.link)

    def not_yet(self, claim: Claim | None, situation: MoneySituation) -> Reason:
        if claim is None or claim.step_on is None:
            return Reason("all_done", _("Tout le scénario a été suivi : la suite est votre décision"), situation.link)
        day = self._for(claim.step_on)
        text = _("Rien aujourd’hui ; prochaine étape {day} : {step}", step=step_names()[claim.step], day=day)
        return Reason("not_yet", text, claim.debt.link)

    def just_reminded(self, past: PastReminder) -> Reason:
        if past.leaving:
            return Reason("leaving", _("Un message est sur le départ"), past.link)
        day = self._day(past.on)
        text = _("Appelé {day}", day=day) if past.how == "call" else _("Un rappel est déjà parti {day}", day=day)
        return Reason("just_reminded", text, past.link)

    def just_spoke(self, row: Contact) -> Reason:
        return Reason("just_spoke", self._contact(row, _("Échange {day}", day=self._day(civil_day(row.at)))), row.link)

    def upset(self, row: Contact) -> Reason:
        text = _("Mécontentement noté {day}, et personne ne lui a parlé depuis", day=self._day(civil_day(row.at)))
        return Reason("upset", text, row.link)

    def mood(self, row: Contact) -> Reason:
        day = self._day(civil_day(row.at))
        text = _("Mécontentement noté {day}", day=day) if row.mood == "upset" else _("Inquiétude notée {day}", day=day)
        return Reason("mood", text, row.link)

    def dissatisfied(self, row: Satisfaction) -> Reason:
        text = _("Satisfaction {score} sur 5 {day}", score=row.score, day=self._day(row.on))
        return Reason("dissatisfied", text, row.link)

    def no_address(self, refused: RefusedAddress | None, situation: MoneySituation) -> Reason:
        if refused is None:
            return Reason("no_address", _("Aucune adresse e-mail n’est connue"), situation.link)
        text = _("L’adresse {address} est refusée depuis {day}", address=refused.address, day=self._day(refused.since_on))
        return Reason("no_address", text, refused.link)

    def first_delay(self, situation: MoneySituation, years: int) -> Reason:
        text = _("Premier retard en {years} ans", years=years) + ", "
        text += _("{count} factures réglées à l’heure", count=situation.paid_on_time)
        return Reason("first_delay", text, situation.link)

    def public(self, situation: MoneySituation) -> Reason:
        return Reason("public", _("Comptable public : on demande une date, sans presser"), situation.link)

    def prefers_voice(self, situation: MoneySituation) -> Reason:
        text = _("Préfère une visite") if situation.preferred_channel == "visit" else _("Préfère le téléphone")
        return Reason("prefers_voice", text, situation.link)

    def step(self, claim: Claim, days: int, late: int, owner: str) -> Reason:
        name = _("{day}, {name}", day=j(days), name=step_names()[claim.step])
        if late > 0 and claim.step_on is not None and claim.step == "call":
            day = self._for(claim.step_on)
            name = _("{name} prévu {day}, en retard de {late}", name=name, day=day, late=days_of(late))
            name += _(", à {who}", who=owner) if owner else ""
        return Reason("step", name, claim.debt.link)

    def contact(self, row: Contact) -> Reason:
        text = self._contact(row, _("Dernier échange {day}", day=self._day(civil_day(row.at))))
        return Reason("contact", text, row.link)

    def unanswered(self, rows: Sequence[PastReminder]) -> Reason:
        count = len(rows)
        text = _("Un message sans réponse") if count == 1 else _("{count} messages sans réponse", count=count)
        return Reason("unanswered", text, rows[-1].link)

    # --- pieces

    def _contact(self, row: Contact, told: str) -> str:
        if row.hidden:
            return _("{told}, un échange réservé, voir {who}", told=told, who=row.colleague or _("la maison"))
        return _("{told}, avec {who}", told=told, who=row.colleague) if row.colleague else told

    def _followed_by(self, owner: str) -> str:
        return _(", suivie par {who}", who=owner) if owner else ""

    def _euros(self, value: object) -> str:
        return amount(value, language=self.language)  # type: ignore[arg-type]

    def _day(self, day: date) -> str:
        """«hier», «vendredi», «le 2 novembre»: after a verb in the past."""
        if abs((day - self.today).days) <= 6:
            return relative_day(day, self.today, language=self.language)
        return _("le {day}", day=long_date(day, language=self.language, year=day.year != self.today.year))

    def _for(self, day: date) -> str:
        """«aujourd’hui», «demain», «mercredi 25 novembre»: after «pour»."""
        if abs((day - self.today).days) <= 1:
            return relative_day(day, self.today, language=self.language)
        return weekday_date(day, language=self.language, year=day.year != self.today.year)


def j(days: int) -> str:
    """«J+3», «J−5»; “D+3” in English."""
    return _("J+{days}", days=days) if days >= 0 else _("J−{days}", days=-days)


def days_of(count: int) -> str:
    """«1 jour», «12 jours»."""
    return _("{count} jour", count=count) if count == 1 else _("{count} jours", count=count)


def step_names() -> dict[str, str]:
    """Each step as it is named in a sentence."""
    return {
        "information": _("une simple information"),
        "first": _("premier rappel"),
        "second": _("deuxième rappel"),
        "call": _("un appel"),
        "formal_notice": _("mise en demeure"),
        "": _("aucune étape"),
    }


def tone_names() -> dict[str, str]:
    """Each tone as it is named."""
    return {
        "plain": _("simple"),
        "delicate": _("délicat"),
        "helpful": _("prévenant"),
        "factual": _("factuel"),
        "spoken": _("de vive voix"),
        "formal": _("formel"),
        "": "",
    }


def emotion(tone: str) -> str:
    """What the person should feel."""
    return {
        "plain": _("Que la personne se sente prévenue, sans être pressée."),
        "delicate": _("Que la personne se sente considérée, jamais soupçonnée."),
        "helpful": _("Que la personne se sente aidée, et libre de dire une difficulté."),
        "factual": _("Que la personne sache exactement ce que nous attendons, et de qui."),
        "spoken": _("Que la personne se sente écoutée avant d’être sollicitée."),
        "formal": _("Que la personne sache clairement où nous en sommes, sans menace."),
        "": _("Que la personne voie que nous tenons compte de ce qu’elle nous a dit."),
    }[tone]


def deduction(decision: str, code: str, step: str) -> str:
    """What one infers, from the deciding reason, else from the step."""
    by_reason = {
        "complaint": _("Le désaccord ne porte que sur une part : on parle du reste, avec délicatesse."),
        "question": _("Nous devons une réponse : on le dit, et on ne parle que du reste."),
        "promise": _("Une part est promise : on ne parle que du reste."),
        "transit": _("Une part est en chemin : on ne parle que du reste."),
        "kept": _("Une part est déjà chez nous : on ne parle que du reste."),
        "hold": _("Une facture est laissée de côté : on ne parle que du reste."),
        "mood": _("Une inquiétude est là : on ménage la relation."),
        "first_delay": _("Un oubli, sans doute. Ni pénalité, ni formule juridique."),
        "public": _("Un mandat en cours, sans doute : on demande une date."),
        "promise_broken": _("Une parole n’a pas été tenue : on demande ce qui s’est passé, sans reproche."),
        "upset": _("Un message de plus blesserait : on écoute d’abord."),
        "dissatisfied": _("Quelque chose s’est mal passé : on écoute d’abord."),
        "no_address": _("Un message n’arriverait pas : on demande une adresse, et des nouvelles."),
        "prefers_voice": _("Une voix sera mieux reçue qu’un message."),
    }
    by_step = {
        "information": _("Rien ne presse : un mot suffit."),
        "first": _("Un oubli, ou un règlement en chemin."),
        "second": _("Une difficulté, peut-être : on offre de l’aide avant d’insister."),
        "call": _("Écrire encore ne servirait à rien : une voix vaudra mieux."),
        "formal_notice": _("Les mots n’ont pas suffi : la lettre est prête, une personne décide."),
        "": "",
    }
    if decision == "wait":
        return _("Écrire aujourd’hui desservirait la relation.")
    return by_reason.get(code) or by_step[step]


def would_change(decision: Decision, say: Words) -> tuple[str, ...]:
    """What would change this decision, in words."""
    if decision.decision == "wait":
        codes = {reason.code for reason in decision.reasons} | {
            reason.code for claim in decision.waiting for reason in claim.reasons
        }
        ends = {
            "complaint": _("Reprise quand la réclamation sera close"),
            "question": _("Reprise après notre réponse à la question"),
            "kept": _("Reprise quand cette somme comptera sur une facture, ou sera rendue"),
            "upset": _("Reprise après un échange avec cette personne"),
            "dissatisfied": _("Reprise après un échange avec cette personne"),
            "no_address": _("Reprise avec une adresse qui répond"),
        }
        told = [text for code, text in ends.items() if code in codes]
        if decision.resume_on is not None:
            told.append(_("À relire {day}", day=say._for(decision.resume_on)))
        return tuple(dict.fromkeys(told))
    if decision.decision == "call":
        return (_("Un règlement, ou l’appel consigné"),)
    return (_("Un règlement, une promesse, une question ou une réclamation d’ici l’envoi : le message serait retenu"),)


def numbers(claims: Sequence[Claim], language: str) -> str:
    """«F2026-000131 et F2026-000140»."""
    return list_of([claim.debt.number for claim in claims], language=language)


__all__ = ["Link", "Words"]
