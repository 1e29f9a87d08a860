"""The editor of a draft: what is typed is reckoned, kept, met with a colleague's, issued; and says what is missing."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import Invoice
from crm.models import Company, Email
from lib import clock
from tests.billing import house
from tests.desk.reading import words

pytestmark = pytest.mark.django_db
SHELF = {
    "description": "Étagère en chêne",
    "quantity": "2",
    "unit": "C62",
    "unit_price": "1 240,50",
    "discount": "10",
    "vat": "S:20",
}
HOURS = {"description": "Pose", "quantity": "3,5", "unit": "HUR", "unit_price": "45", "vat": "S:10"}
HTMX = {"HX-Request": "true"}


def form(*lines, keys=None, **fields):
    """What a browser sends."""
    data = {"lines": str(len(lines)), "nature": "services", **fields}
    for place, line in enumerate(lines):
        data[f"l-{place}-key"] = keys[place] if keys else f"n{place}"
        data |= {f"l-{place}-{name}": value for name, value in line.items()}
    return data


def again(page, *lines, **fields):
    """What the browser sends back from the page of a draft, its lines as typed."""
    editor = page.context["editor"]
    was = {bound.html_initial_name: bound.initial or "" for bound in editor.form if bound.field.show_hidden_initial}
    now = {name: fields.get(name, editor.form[name].value() or "") for name in (*editor.form.names, "contact")}
    return form(*lines, **{**was, **now, "version": editor.form["version"].value(), "seen": editor.seen}, keys=fields.get("keys"))


@pytest.fixture
def client_of_ours(le_goff):
    house.open_firm()
    return house.settle(le_goff)


@pytest.fixture
def new(client_of_ours):
    return reverse("invoice_new", query={"client": client_of_ours.public_id})


@pytest.fixture
def draft(client_of_ours):
    return house.drafted(client_of_ours, subject="La bibliothèque")


def edit_url(draft):
    return reverse("invoice_edit", args=[draft.public_id])


def test_a_client_is_chosen_first(as_camille, le_goff, diallo):
    page = as_camille.get(reverse("invoice_new"), {"q": "goff"})
    assert words(page, 'class="queue"', "</ul>").endswith("Menuiserie Le Goff C00001, Nantes")
    assert as_camille.get(reverse("invoice_new"), {"client": "0" * 26}).status_code == 404


def test_a_draft_is_written_in_french_numbers(as_camille, new):
    answer = as_camille.post(new, form(SHELF, HOURS, {}, subject="Une étagère, posée"))
    draft = Invoice.objects.get()
    assert answer.headers["Location"] == edit_url(draft)
    lines = [(line.description, line.quantity, line.unit_price, line.discount, line.net) for line in draft.lines.all()]
    assert lines == [
        ("Étagère en chêne", Decimal(2), Decimal("1240.5"), Decimal(10), Decimal("2232.90")),
        ("Pose", Decimal("3.5"), Decimal(45), Decimal(0), Decimal("157.50")),
    ]
    assert (draft.total_excl_tax, draft.total_tax, draft.total_incl_tax) == tuple(map(Decimal, ("2390.40", "462.33", "2852.73")))
    page = as_camille.get(edit_url(draft))
    assert [line.values["unit_price"] for line in page.context["editor"].lines] == ["1240,50", "45,00"]


@pytest.mark.parametrize(
    "typed", ["1,240.50", "1.240,50 €", "€1,240.50", "1\u202f240,50", "1\u00a0240,50", "1240.50", "1’240.50"]
)
def test_a_price_is_read_as_either_language_writes_it(as_camille, new, typed):
    as_camille.post(new, form({**SHELF, "quantity": "1,5", "discount": "5 %", "unit_price": typed}))
    line = Invoice.objects.get().lines.get()
    assert (line.unit_price, line.quantity, line.discount) == (Decimal("1240.50"), Decimal("1.5"), Decimal(5))


@pytest.mark.parametrize(("field", "other"), [("unit_price", "1,2400"), ("quantity", "1,2400"), ("discount", "1,24")])
@pytest.mark.parametrize("typed", ["1,240", "1.240"])
def test_a_number_of_two_readings_is_refused_with_both(as_camille, new, typed, field, other):
    page = as_camille.post(new, form({**SHELF, field: typed}))
    assert (page.status_code, Invoice.objects.exists()) == (422, False)
    assert f"« {typed} » peut se lire 1 240 ou 1,240. Écrivez 1240 ou {other}." in words(page)


def test_while_typing_a_number_of_two_readings_is_told_not_counted_in_silence(as_camille, new):
    live = as_camille.post(new, form({**SHELF, "unit_price": "1,240"}, do="totals"), headers=HTMX)
    assert "Ligne 1 : « 1,240 » peut se lire 1 240 ou 1,240. Écrivez 1240 ou 1,2400." in words(live).replace("\xa0", " ")


def test_three_decimals_are_shown_as_they_are_read_back(as_camille, new):
    as_camille.post(new, form({**SHELF, "quantity": "1,1250", "unit_price": "0,125"}))
    draft = Invoice.objects.get()
    page = as_camille.get(edit_url(draft))
    seen = page.context["editor"].lines[0].values
    assert (seen["quantity"], seen["unit_price"]) == ("1,1250", "0,1250")
    as_camille.post(edit_url(draft), again(page, seen, keys=["b0"]))
    assert [(line.quantity, line.unit_price) for line in draft.lines.all()] == [(Decimal("1.125"), Decimal("0.125"))]


def test_totals_are_reckoned_while_typing_and_nothing_is_written(as_camille, new):
    half = {**HOURS, "unit_price": ""}
    live = as_camille.post(new, form(SHELF, half, do="totals"), headers=HTMX)
    assert (live.status_code, Invoice.objects.exists()) == (200, False)
    seen = words(live)
    assert "Total hors taxes 2 232,90 € TVA 20 % sur 2 232,90 € 446,58 € Total toutes taxes comprises 2 679,48 €" in seen
    assert '<output id="net-n0" hx-swap-oob="true">2\xa0232,90\xa0€</output>' in live.content.decode()
    assert "Rien ne manque : elle peut être émise." in seen
    plain = as_camille.post(new, form(SHELF, half, do="totals"))
    assert "2 679,48 €" in words(plain)
    assert plain.content.decode().count("error-summary") == 0


@pytest.mark.parametrize(
    ("gesture", "keys"),
    [("add", ["n0", "n1", "n2"]), ("remove:n0", ["n1"]), ("down:n0", ["n1", "n0"]), ("up:n0", ["n0", "n1"]), ("up:zz", ["n0", "n1"])]
)  # fmt: skip
def test_lines_come_go_and_move_without_a_script(as_camille, new, gesture, keys):
    page = as_camille.post(new, form(SHELF, HOURS, do=gesture))
    assert [line.key for line in page.context["editor"].lines] == keys
    fragment = as_camille.post(new, form(SHELF, HOURS, do=gesture), headers=HTMX).content.decode()
    assert ("<html" in fragment, fragment.count("data-line>"), 'hx-swap-oob="innerHTML"' in fragment) == (False, len(keys), True)


def test_what_is_wrong_is_told_beside_its_field_and_every_word_kept(as_camille, new):
    page = as_camille.post(
        new,
        form({**SHELF, "unit_price": "douze"}, {"plain_words": "Sans nom", "unit_price": "1", "vat": "S:20"}, payment_days="x"),
    )
    assert (page.status_code, Invoice.objects.exists()) == (422, False)
    seen = words(page)
    assert "Ligne 1 : « douze » n’est pas un nombre" in seen
    assert "Ligne 2 : Dites ce qui est vendu" in seen
    assert 'value="douze"' in page.content.decode()
    assert page.content.decode().count('aria-invalid="true"') == 3


def test_two_people_on_one_draft_lose_nothing(as_camille, as_karim, draft):
    hers = as_camille.get(edit_url(draft))
    seen = hers.context["editor"].lines
    shelf, hours = seen[0].values, seen[1].values
    his = as_karim.get(edit_url(draft))
    extra = {"description": "Vernis", "quantity": "1", "unit": "C62", "unit_price": "30", "vat": "S:20"}
    as_karim.post(
        edit_url(draft), again(his, {**shelf, "quantity": "4"}, hours, extra, keys=["b0", "b1", "n1"], buyer_reference="BC 12")
    )
    late = as_camille.post(
        edit_url(draft), again(hers, {**shelf, "quantity": "3"}, {**hours, "unit_price": "50"}, keys=["b0", "b1"], subject="La grande bibliothèque")
    )  # fmt: skip
    assert late.status_code == 409
    table = words(late, "Les deux versions", "</table>")
    assert "Étagère en chêne, 4 × 120,00, TVA 20 % Étagère en chêne, 3 × 120,00, TVA 20 %" in table
    assert "Ligne ajoutée Vernis, 1 × 30,00, TVA 20 % pas changé par vous" in table
    editor = late.context["editor"]
    assert [(line.values["description"], line.values["quantity"], line.values["unit_price"]) for line in editor.lines] == [
        ("Étagère en chêne", "3", "120,00"), ("Pose", "3,5", "50"), ("Vernis", "1", "30,00"),
    ]  # fmt: skip
    kept = again(late, *[line.values for line in editor.lines], keys=[line.key for line in editor.lines])
    assert as_camille.post(edit_url(draft), kept).status_code == 302
    saved = Invoice.objects.get()
    assert (saved.subject, saved.buyer_reference, saved.lines.count(), saved.version) == ("La grande bibliothèque", "BC 12", 3, 3)


def test_what_is_missing_leads_to_where_it_is_mended(as_nadia, as_camille, draft, client_of_ours):
    Company.objects.update(siren="", vat_number="", siret="")
    type(client_of_ours).objects.update(type="unknown", city="")
    page = as_nadia.get(edit_url(draft))
    links = [(todo.link, todo.url) for todo in page.context["editor"].todo]
    record = reverse("customer_edit", args=[client_of_ours.public_id])
    assert links == [
        ("Les réglages de la maison", "/maison/identite/"), ("Les réglages de la maison", "/maison/identite/"),
        ("La fiche du client", f"{record}#id_type"), ("La fiche du client", f"{record}#id_city"),
    ]  # fmt: skip
    assert "Demandez-le à un responsable." in words(as_camille.get(edit_url(draft)))


def test_issuing_says_what_it_will_do_then_does_it_once(as_karim, as_camille, draft, client_of_ours):
    url = reverse("invoice_issue", args=[draft.public_id])
    seen = words(as_karim.get(url))
    year = clock.today().year
    assert f"le suivant de la série F{year} : F{year}-000001, si personne n’émet avant vous" in seen
    assert "Part à Menuiserie Le Goff, anne@legoff.example" in seen
    assert as_camille.post(url).status_code == 403
    answers = [as_karim.post(url).headers["Location"] for _twice in (1, 2)]
    assert answers == [reverse("invoice", args=[draft.public_id])] * 2
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.total_incl_tax, Email.objects.count()) == (f"F{year}-000001", Decimal("461.25"), 1)
    assert as_karim.get(edit_url(draft)).headers["Location"] == reverse("invoice", args=[draft.public_id])


def test_issuing_what_lacks_a_mention_is_refused_with_the_list(as_karim, draft, client_of_ours):
    type(client_of_ours).objects.update(type="unknown")
    answer = as_karim.post(reverse("invoice_issue", args=[draft.public_id]))
    assert (answer.status_code, Invoice.objects.get().number) == (422, None)
    assert "Ce client est-il un particulier, un professionnel" in words(answer)


def test_a_draft_is_thrown_away(as_camille, draft, client_of_ours):
    answer = as_camille.post(reverse("invoice_discard", args=[draft.public_id]))
    assert (answer.headers["Location"], Invoice.objects.exists()) == (reverse("customer", args=[client_of_ours.public_id]), False)


def test_the_pages_of_a_draft_keep_their_budget(as_karim, draft, new, django_assert_max_num_queries):
    for url, most in (
        (edit_url(draft), 8), (new, 8), (reverse("invoice_issue", args=[draft.public_id]), 12), (reverse("invoice_new"), 5),
        (reverse("invoice_preview", args=[draft.public_id]), 11),
    ):  # fmt: skip
        as_karim.get(url)
        with django_assert_max_num_queries(most):
            assert as_karim.get(url).status_code == 200


def test_who_only_reads_sees_a_draft_and_changes_nothing(as_lecture, draft, new):
    answers = [
        as_lecture.get(url).status_code for url in (edit_url(draft), new, reverse("invoice_issue", args=[draft.public_id]))
    ]
    page = as_lecture.get(reverse("invoice", args=[draft.public_id]))
    assert (answers, "Un brouillon, sans numéro : rien n’est parti." in words(page)) == ([403] * 3, True)
    assert as_lecture.post(reverse("invoice_discard", args=[draft.public_id])).status_code == 403


def test_forged_lines_break_nothing(as_camille, new):
    for lines in ("-1", "9999999", "x", "٣", ""):
        assert as_camille.post(new, {"lines": lines, "do": "totals", "seen": "[[1]]"}).status_code == 200
    assert as_camille.post(new, form({**SHELF, "vat": "Z:900"}, do="totals")).status_code == 200
    assert as_camille.post(new, form({**SHELF, "vat": "Z:900", "unit": "XX"})).status_code == 422


def test_a_draft_of_five_hundred_lines_is_written(as_camille, new):
    line = {**HOURS, "plain_words": "", "discount": ""}
    assert as_camille.post(new, form(*[line] * 500)).status_code == 302
    assert (Invoice.objects.get().lines.count(), Invoice.objects.get().total_excl_tax) == (500, Decimal("78750.00"))
    too_long = as_camille.post(new, form(*[line] * 501))
    assert (too_long.status_code, "Une facture tient en 500 lignes au plus." in words(too_long)) == (422, True)


def test_a_form_sent_twice_begins_one_draft_and_other_words_are_told(as_camille, as_karim, new):
    keys = [as_camille.get(new).context["editor"].key for _visit in range(2)]
    sent = form(SHELF, subject="Une étagère", key=keys[0])
    answers = [as_camille.post(new, sent) for _click in range(2)]
    draft = Invoice.objects.get()
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, edit_url(draft))}
    changed = as_camille.post(new, {**sent, "subject": "Deux étagères"})
    editor = changed.context["editor"]
    assert (changed.status_code, Invoice.objects.count(), editor.key in keys, editor.form["subject"].value()) == (
        422, 1, False, "Deux étagères",
    )  # fmt: skip
    assert "Cette page a déjà fait un brouillon" in words(changed)
    assert f'name="key" value="{editor.key}"' in changed.content.decode()
    assert as_camille.post(new, {**sent, "subject": "Deux étagères", "key": editor.key}).status_code == 302
    assert as_camille.post(new, {**sent, "key": keys[1]}).status_code == 302  # another page: another draft
    assert as_karim.post(new, sent).status_code == 302  # nobody's key is another's
    assert Invoice.objects.count() == 4


def test_a_refused_form_keeps_its_key(as_camille, new):
    answer = as_camille.post(new, form({**SHELF, "unit": "XX"}, key="k"))
    assert (answer.status_code, answer.context["editor"].key, Invoice.objects.count()) == (422, "k", 0)
    assert [as_camille.post(new, form(SHELF, key="k")).status_code for _click in range(2)] == [302, 302]
    assert Invoice.objects.count() == 1
