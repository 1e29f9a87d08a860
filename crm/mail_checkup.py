"""Whether the firm's mail can leave and will be believed, in sentences for somebody who is not an engineer."""

from dataclasses import dataclass

from crm.mail_message import house_address
from crm.models import Company
from crm.transport import ServerTrouble, Smtp, chosen
from lib import dns_text

# Names under which the usual senders publish their DKIM key; the right one is known to the firm's mail provider only.
SELECTORS = (
    "default",
    "dkim",
    "mail",
    "smtp",
    "s1",
    "s2",
    "selector1",
    "selector2",
    "google",
    "k1",
    "k2",
    "mail1",
    "brevo1",
    "brevo2",
    "ovh1",
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `good` is True, False, or None when nobody knows."""

    what: str
    good: bool | None
    words: str


def check_mail(company: Company | None, *, server: tuple[str, int] | None = None) -> list[Finding]:
    """Look at everything, in the order in which to mend it. `server` is the DNS resolver, by default the machine's."""
    _name, sender = house_address(company)
    if not sender or company is None:
        return [
            Finding("Adresse d’expédition", False, "La maison n’a pas d’adresse d’expédition : donnez-la dans Maison, E-mails.")
        ]
    domain = sender.rpartition("@")[2]
    return [_server(company), _spf(domain, server), _dkim(domain, server), _dmarc(domain, server)]


def _server(company: Company) -> Finding:
    what = "Serveur d’envoi"
    try:
        way = chosen(company)
        if way is None:
            return Finding(what, False, "Aucun serveur d’envoi : donnez-le dans Maison, E-mails. Les messages attendent.")
        way.open()
        way.close()
    except ServerTrouble as trouble:
        return Finding(what, False, f"{trouble} Les messages attendent, rien n’est perdu.")
    if not isinstance(way, Smtp):
        return Finding(what, True, "Démonstration : rien ne quitte cette machine, les messages vont dans la boîte locale.")
    if company.smtp_security == "none":
        return Finding(
            what,
            True,
            f"{company.smtp_host} répond, sans chiffrement : à réserver à un serveur de cette machine ou de ce réseau.",
        )
    return Finding(what, True, f"{company.smtp_host} répond, la connexion est chiffrée et l’identifiant est accepté.")


def _texts(name: str, server: tuple[str, int] | None, mark: str) -> list[str] | None:
    try:
        return [text for text in dns_text.texts(name, server=server) if text.lower().replace(" ", "").startswith(mark)]
    except dns_text.NoAnswer:
        return None


def _unknown(what: str) -> Finding:
    return Finding(what, None, "Le DNS n’a pas répondu à cette machine : réessayez, ou demandez à votre hébergeur.")


def _spf(domain: str, server: tuple[str, int] | None) -> Finding:
    what = "SPF (qui a le droit d’envoyer pour votre domaine)"
    found = _texts(domain, server, "v=spf1")
    if found is None:
        return _unknown(what)
    if len(found) != 1:
        count = "n’en publie aucun" if not found else "en publie plusieurs, donc aucun ne compte"
        return Finding(
            what,
            False,
            f"{domain} {count}. Demandez à votre hébergeur un seul enregistrement SPF qui nomme votre serveur d’envoi.",
        )
    if "+all" in found[0] or found[0].rstrip().endswith(" all"):
        return Finding(
            what, False, f"{domain} permet à tout le monde d’écrire en votre nom (« {found[0]} »). Terminez-le par -all ou ~all."
        )
    return Finding(what, True, found[0])


def _dkim(domain: str, server: tuple[str, int] | None) -> Finding:
    what = "DKIM (vos messages sont signés)"
    for selector in SELECTORS:
        found = _texts(f"{selector}._domainkey.{domain}", server, "v=dkim1")
        if found is None:
            return _unknown(what)
        if found:
            return Finding(what, True, f"une clé est publiée sous {selector}._domainkey.{domain}.")
    return Finding(
        what, None, "aucune clé sous les noms habituels. Demandez à votre hébergeur si vos messages sont signés (DKIM)."
    )


def _dmarc(domain: str, server: tuple[str, int] | None) -> Finding:
    what = "DMARC (que faire d’un message qui vous imite)"
    found = _texts(f"_dmarc.{domain}", server, "v=dmarc1")
    if found is None:
        return _unknown(what)
    if not found:
        return Finding(
            what, False, f"{domain} ne publie rien. Pour commencer : un TXT _dmarc.{domain} qui vaut « v=DMARC1; p=none »."
        )
    return Finding(what, True, found[0])
