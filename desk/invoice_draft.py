"""The editor of a draft: what was typed, what it comes to, what is missing to issue it, and where two people meet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Right, User
from billing import composing, drafting, idempotence, mentions
from billing.models import Invoice
from billing.models.invoices import VatCategory
from crm.models import Company, Customer
from crm.models.company import VatRegime
from desk import invoice_lines
from desk.forms.firm import SECTIONS
from desk.forms.invoices import DraftForm
from desk.invoice_lines import Typed
from desk.invoice_meeting import meet_lines
from desk.record import find_family, present_contacts
from desk.versions import meet
from lib import vat
from lib.errors import Conflict, Refusal
from lib.public_ids import public_id


@dataclass(frozen=True)
class ToDo:
    """One thing missing before it may be issued, and where to mend it; `url` is empty when somebody else must."""

    words: str
    url: str
    link: str


@dataclass
class Editor:
    """Everything the page of a draft shows."""

    customer: Customer
    form: DraftForm
    lines: list[Typed]
    seen: str
    company: Company
    draft: Invoice | None = None
    totals: vat.Totals | None = None
    due_on: date | None = None
    todo: list[ToDo] = field(default_factory=list)
    advice: list[ToDo] = field(default_factory=list)
    differences: list[Any] = field(default_factory=list)
    conflict: str = ""
    judged: bool = False  # saving was asked for: what is wrong is listed
    key: str = ""  # of the form that begins a draft: sent twice, it begins one

    @property
    def faulty(self) -> bool:
        """Whether something typed cannot be understood: the sums leave it out."""
        return bool(self.form.errors) or any(line.errors for line in self.lines)

    @property
    def wrong_lines(self) -> list[tuple[Typed, str, str]]:
        """What is wrong in the lines: the line, its field, the sentence."""
        return [(line, name, words) for line in self.lines for name, words in line.errors.items()] if self.judged else []

    @property
    def unread(self) -> list[tuple[Typed, str]]:
        """While typing: the numbers that the sums leave out, and why. Once judged, the summary of errors says it."""
        return [] if self.judged else [(line, words) for line in self.lines for words in line.errors.values()]

    @property
    def exempt(self) -> bool:
        """Whether a line is without VAT for a reason that somebody must say."""
        told = any(line.values.get("vat", "").startswith(f"{VatCategory.EXEMPT}:") for line in self.lines)
        return told and self.company.vat_regime != VatRegime.FRANCHISE

    @property
    def ready(self) -> bool:
        """Whether nothing is missing any more."""
        return not self.todo and bool(self.totals and self.totals.groups)


def find_draft(ref: str, *, user: User) -> Invoice:
    """The draft of a public id; 404 when it is not there for `user`. One statement."""
    rows = Invoice.objects.visible_to(user).filter(kind=Invoice.Kind.INVOICE)
    found = rows.select_related("customer", "customer__merged_into", "contact").filter(public_id=ref).first()
    if found is None:
        raise Http404
    return found


def open_new(customer: Customer, *, user: User, company: Company, today: date, data: Any = None) -> Editor:
    """The editor of an invoice that is not saved yet, as typed when `data` is given."""
    contacts = list(present_contacts([customer.pk], user=user))
    chosen = next((person.public_id for person in contacts if person.receives_invoices), "")
    form = DraftForm(data, contacts=contacts, initial={"contact": chosen})
    lines = invoice_lines.read(data) if data is not None else []
    lines = lines or [invoice_lines.blank([], regime=company.vat_regime, fresh=False)]
    key = (data.get("key", "") if data is not None else "") or public_id()
    editor = Editor(customer, form, lines, seen="[]", company=company, key=key)
    return reckoned(editor, user=user, today=today)


def open_draft(draft: Invoice, *, user: User, company: Company, today: date, data: Any = None) -> Editor:
    """The editor of a saved draft, as typed when `data` is given."""
    contacts = list(present_contacts([draft.customer_id], user=user))
    if draft.contact is not None and draft.contact not in contacts:
        contacts.append(draft.contact)
    form = DraftForm(data, existing=draft, contacts=contacts)
    if data is None:
        lines = invoice_lines.stored(draft.lines.order_by("position", "id"))
        seen = invoice_lines.packed(lines)
        lines = lines or [invoice_lines.blank([], regime=company.vat_regime, fresh=False)]
    else:
        lines, seen = invoice_lines.read(data), data.get("seen", "[]")
    editor = Editor(draft.customer, form, lines, seen, company, draft)
    return reckoned(editor, user=user, today=today)


def reckoned(editor: Editor, *, user: User, today: date, strict: bool = False) -> Editor:
    """The same, with what the lines come to and what is missing."""
    editor.judged = strict
    rows = invoice_lines.reckon(editor.lines, regime=editor.company.vat_regime, today=today, strict=strict)
    editor.totals = vat.totals(rows)
    looked = _looked_at(editor)
    document = composing.compose(looked, company=editor.company, number="", on=today, lines=rows)
    editor.due_on = document.payment.due_on if document.payment else None
    editor.todo = [_todo(one, editor, user) for one in _once(mentions.missing(document))]
    editor.advice = [_todo(one, editor, user) for one in _once(mentions.advice(document))]
    return editor


def _looked_at(editor: Editor) -> Invoice:
    """The draft as it would be if it were saved now, without its lines; never saved."""
    draft, form = editor.draft, editor.form
    looked = Invoice(customer=editor.customer, kind=Invoice.Kind.INVOICE)
    if form.is_bound:
        form.is_valid()
        values = getattr(form, "values", {})
    else:
        values = {name: getattr(draft, name) for name in (*form.names, "contact")} if draft else {}
        if draft is None:
            values["contact"] = form.contacts.get(form.initial.get("contact", ""))
    for name, value in values.items():
        setattr(looked, name, value)
    return looked


def _once(found: Iterable[mentions.Missing]) -> list[mentions.Missing]:
    """Each sentence once: an address without street nor town is one thing to do."""
    return list({one.words: one for one in reversed(list(found))}.values())[::-1]


def _todo(one: mentions.Missing, editor: Editor, user: User) -> ToDo:
    where, _dot, name = one.where.partition(".")
    if where == "company":
        may = user.may(Right.MANAGE_SETTINGS)
        section = next((key for key, section in SECTIONS.items() if name in section.fields), "identite")
        return ToDo(one.words, reverse("firm_section", args=[section]) if may else "", _("Les réglages de la maison"))
    if where == "customer":
        may = user.may(Right.EDIT_CUSTOMERS)
        url = f"{reverse('customer_edit', args=[editor.customer.public_id])}#id_{name}"
        return ToDo(one.words, url if may else "", _("La fiche du client"))
    if where == "invoice":
        return ToDo(one.words, f"#id_{name}" if name in editor.form.fields else "#draft-fields", _("Compléter"))
    place, _dot, what = name.partition(".")
    return ToDo(one.words, _line_anchor(editor, place, what), _("Voir la ligne") if place else _("Les lignes"))


def _line_anchor(editor: Editor, place: str, what: str) -> str:
    filled = [line for line in editor.lines if line.net is not None]
    if not place.isdigit() or not 0 < int(place) <= len(filled):
        return "#draft-lines"
    what = "vat" if what.startswith("vat") else what or "description"
    return f"#l-{filled[int(place) - 1].key}-{what}"


def save(editor: Editor, *, user: User, today: date) -> Invoice | None:
    """Write what was typed; None, with what is wrong beside each field or both versions, when it cannot be."""
    if not editor.form.is_valid():
        return None
    asked = [line.asked() for line in editor.lines if not line.blank]
    try:
        if editor.draft is None:
            return _begin(editor, asked, user=user, today=today)
        version = editor.form.cleaned_data.get("version") or 0
        return drafting.change_draft(editor.draft, version=version, by=user, lines=asked, **editor.form.values)
    except Conflict as conflict:
        _meet(editor, conflict)
    except Refusal as refusal:
        _refuse(editor, refusal)
    return None


def _begin(editor: Editor, asked: list[dict[str, Any]], *, user: User, today: date) -> Invoice:
    """The draft that this form begins; sent twice (double click, page sent again), the one it began. Refuses other words of
    a form that already began one: sent once more, they begin another."""
    key, values = editor.key, editor.form.values

    def begin(name: str) -> Invoice:
        return drafting.create_draft(customer=editor.customer, lines=asked, by=user, key=name, **values)

    try:
        return idempotence.once(
            Invoice.Kind.INVOICE, on=today, key=f"form-{user.pk}-{key}", body=[editor.customer.public_id, asked, values],
            act=begin, kept_as="draft_key",
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.field != "Idempotency-Key":
            raise
        editor.key = public_id()
        raise Refusal(
            _(
                "Cette page a déjà fait un brouillon, avec d’autres mots : il est gardé. Changez-le depuis la fiche du client, "
                "ou enregistrez à nouveau pour en faire un second."
            )
        ) from refusal


def _refuse(editor: Editor, refusal: Refusal) -> None:
    """What the gesture refused, beside its field, else above the form."""
    filled = [line for line in editor.lines if not line.blank]
    for name, words in (refusal.errors or {"": refusal.message}).items():
        part, _dot, rest = name.partition(".")
        place, _dot, what = rest.partition(".")
        if part == "lines" and place.isdigit() and int(place) < len(filled):
            filled[int(place)].errors["vat" if what.startswith("vat") else what] = str(words)
            continue
        field = name if name in editor.form.fields else None
        editor.form.add_error(field, ValidationError(str(words)))


def _meet(editor: Editor, conflict: Conflict) -> None:
    """A colleague saved meanwhile: their lines and fields beside this person's, nothing lost."""
    assert editor.draft is not None
    current = Invoice.objects.select_related("contact", "customer").get(pk=editor.draft.pk)
    now = invoice_lines.stored(current.lines.order_by("position", "id"))
    lines, told = meet_lines(invoice_lines.unpacked(editor.seen), now, editor.lines)
    form, fields = meet(editor.form, current)
    editor.form, editor.lines, editor.draft = form, lines, current  # type: ignore[assignment]
    editor.seen, editor.conflict = invoice_lines.packed(now), conflict.message
    editor.differences = [*fields, *told]
    _rekey(editor, now)


def _rekey(editor: Editor, now: list[Typed]) -> None:
    """Give each line the key of the stored line it is now, so that a third meeting starts from what is stored."""
    free = {line.key: line for line in now}
    for number, line in enumerate(editor.lines):
        twin = next((key for key, other in free.items() if other.same_as(line)), None)
        line.key = twin or f"n{900 + number}"
        if twin:
            del free[twin]


def found_customer(ref: str, *, user: User) -> Customer:
    """The client to write an invoice for: the head of the family; 404 when there is none for `user`."""
    family = find_family(ref, user=user)
    return find_family(family.head, user=user).customer if family.head else family.customer
