"""The list of customers and the forms that create and change one."""

import csv
from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.urls import reverse

from crm import timeline
from crm.contacts import add_contact
from crm.customers import create_customer, edit_customer, find_tag, set_tags, tag_customers
from crm.merging import merge_customers
from crm.models import BulkChange, Contact, Customer
from crm.models.timeline import Kind
from lib import clock

pytestmark = pytest.mark.django_db
LIST = "/clients/"

# What a hostile or broken address may hold (trust.md E4).
HOSTILE = [
    "'", '"',
    "' OR 1=1 --", "1; DROP TABLE crm_customer", "%00", "\x00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "%", "_", "*",
    "\\", "{{7*7}}", "{% debug %}", "${7*7}", "<script>alert(1)</script>", "../../etc/passwd", "9" * 400, "-1", "0", "1e308", "NaN", "null", "[]",
    "{}", "true", "2026-02-30", "9999999999999999999999999", "é" * 300,
    "\u202e", "ﬀ", "§f", "NOT", "AND", "NEAR(a b)", '"*', "a:b", "a & b | !c", "<->",
    "password__startswith", "-owner__password", "id__gt", "sort_name); --", "W10", "eyJhIjoxfQ", "WzFd", "WyJhIiwgMV0", "WyJcdTAwMDAiLCAxXQ",
]  # fmt: skip


@pytest.fixture
def many(camille, karim):
    rows = [
        Customer(
            reference=f"T{number:04}", name=f"Client {number:03}", sort_name=f"client {number:03}", name_key=f"client {number:03}",
            city=["Nantes", "Rennes"][number % 2], type=["consumer", "public"][number % 2], created_at=clock.now() - timedelta(days=number),
        )
        for number in range(120)
    ]  # fmt: skip
    Customer.objects.bulk_create(rows)
    return list(Customer.objects.order_by("sort_name"))


def names(answer):
    return [row.name for row in answer.context["list"].page.rows]


def call(customer, by, days, **fields):
    with transaction.atomic():
        when = clock.now() - timedelta(days=days)
        return timeline.record(customer=customer, kind=Kind.CALL, summary="Appel", by=by, occurred_at=when, **fields)


def test_pages_follow_each_other_and_come_back(many, as_camille):
    first = as_camille.get(LIST)
    second = as_camille.get(first.context["list"].page.next_url)
    third = as_camille.get(second.context["list"].page.next_url)
    assert names(first) + names(second) + names(third) == [row.name for row in many]
    assert [third.context["list"].page.next_url, first.context["list"].page.previous_url] == ["", ""]
    back = as_camille.get(third.context["list"].page.previous_url)
    assert names(back) == names(second)
    assert names(as_camille.get(back.context["list"].page.previous_url)) == names(first)


@pytest.mark.parametrize(
    ("order", "first"), [("nom", "Client 000"), ("recents", "Client 000"), ("anciens", "Client 119"), ("ville", "Client 000")]
)
def test_every_order_walks_the_whole_list_once(many, as_camille, order, first):
    seen, url = [], f"{LIST}?tri={order}"
    while url:
        answer = as_camille.get(url)
        seen += names(answer)
        url = answer.context["list"].page.next_url
    assert (seen[0], sorted(seen)) == (first, [row.name for row in many])


def test_filters_are_closed_lists_and_add_up(many, as_camille, camille, karim):
    tag_customers(many[:6], tag=find_tag("VIP"), by=camille)
    Customer.objects.filter(pk=many[4].pk).update(owner=karim, source="Salon")
    Customer.objects.filter(pk=many[0].pk).update(archived_at=clock.now())
    assert names(as_camille.get(f"{LIST}?etiquette=VIP&type=consumer")) == ["Client 002", "Client 004"]
    assert names(as_camille.get(f"{LIST}?suivi={karim.pk}")) == ["Client 004"]
    assert names(as_camille.get(f"{LIST}?suivi=personne&etiquette=VIP&ville=rennes")) == [
        "Client 001",
        "Client 003",
        "Client 005",
    ]
    assert names(as_camille.get(f"{LIST}?origine=salon")) == ["Client 004"]
    assert names(as_camille.get(f"{LIST}?etat=archives")) == ["Client 000"]
    assert names(as_camille.get(f"{LIST}?etat=tous&etiquette=VIP&ville=Nantes")) == ["Client 000", "Client 002", "Client 004"]
    month_ago = clock.today() - relativedelta(months=1)
    recent = [row for row in many[1:] if clock.local(row.created_at).date() >= month_ago]
    assert len(names(as_camille.get(f"{LIST}?cree=1"))) == len(recent)


def test_silence_counts_the_aliases_too(as_camille, camille, le_goff, diallo):
    alias = create_customer(by=camille, name="Goff", type="professional")
    merge_customers(le_goff, alias, by=camille, reason="même client")
    call(alias, camille, 10)
    call(diallo, camille, 200)
    answer = as_camille.get(f"{LIST}?silence=3")
    assert names(answer) == ["M. Diallo"]
    rows = {row.name: row.last_contact_at for row in as_camille.get(LIST).context["list"].page.rows}
    assert {name: (clock.now() - at).days for name, at in rows.items()} == {"Menuiserie Le Goff": 10, "M. Diallo": 200}


def test_words_are_asked_of_the_index(as_camille, camille, le_goff, diallo):
    add_contact(diallo, by=camille, first_name="Awa", last_name="Kermadec")
    assert names(as_camille.get(f"{LIST}?q=GOFF")) == ["Menuiserie Le Goff"]
    assert names(as_camille.get(f"{LIST}?q=kerma")) == ["M. Diallo"]
    assert names(as_camille.get(f"{LIST}?q=goff&type=consumer")) == []


def test_a_value_that_does_not_exist_is_ignored_with_a_sentence(as_camille, le_goff):
    answer = as_camille.get(f"{LIST}?type=vip")
    assert names(answer) == ["Menuiserie Le Goff"]
    assert answer.context["list"].filter.faults == ["Le filtre «\u00a0Type\u00a0» n’a pas cette valeur\u00a0: il est ignoré."]


@pytest.mark.parametrize(
    "name", ["q", "type", "ville", "etiquette", "suivi", "origine", "cree", "silence", "etat", "tri", "apres", "avant", "fait"]
)
def test_no_parameter_of_the_list_is_ever_a_crash(as_karim, le_goff, name):
    for value in HOSTILE:
        assert as_karim.get(LIST, {name: value}).status_code == 200
    assert as_karim.get("/clients/export.csv", {name: HOSTILE[2]}).status_code == 200


def test_the_list_costs_the_same_whatever_it_shows(many, as_camille, camille, django_assert_max_num_queries):
    tag_customers(many, tag=find_tag("VIP"), by=camille)
    for row in many[:20]:
        call(row, camille, 3)
    with django_assert_max_num_queries(8 + 3):  # session, user and the frame beside the eight of the list
        as_camille.get(f"{LIST}?q=client&type=consumer&etiquette=VIP&silence=1")
    with django_assert_max_num_queries(8 + 3):
        answer = as_camille.get(LIST)
    assert len(answer.content) < 100_000


def test_beyond_a_thousand_nobody_counts(as_camille):
    rows = [
        Customer(reference=f"T{number:04}", name=f"N{number:04}", sort_name=f"n{number:04}", name_key="n")
        for number in range(1001)
    ]
    Customer.objects.bulk_create(rows)
    answer = as_camille.get(LIST)
    assert (answer.context["list"].count, answer.context["list"].many) == (1000, True)


def test_tagging_lines_page_or_all_and_taking_it_back(many, as_camille):
    url = f"{LIST}lot/?ville=Nantes"
    answer = as_camille.post(
        url, {"action": "tag", "tag": "VIP", "scope": "checked", "ref": [many[0].public_id, many[2].public_id]}, follow=True
    )
    assert [row.name for row in Customer.objects.filter(tags__name="VIP")] == ["Client 000", "Client 002"]
    as_camille.post(reverse("bulk_undo", args=[answer.context["list"].change.public_id]))
    as_camille.post(url, {"action": "tag", "tag": "vip", "scope": "all"})
    assert Customer.objects.filter(tags__name="VIP").count() == 60
    as_camille.post(
        url,
        {
            "action": "untag",
            "tag": "VIP",
            "scope": "page",
            "line": [row.public_id for row in many[:50:2]],
            "ref": [many[90].public_id],
        },
    )
    assert Customer.objects.filter(tags__name="VIP").count() == 35
    assert set(BulkChange.objects.values_list("state", flat=True)) == {"undone", "done"}


def test_giving_to_somebody_and_refusals(many, as_camille, karim):
    as_camille.post(f"{LIST}lot/", {"action": "owner", "owner": karim.pk, "scope": "checked", "ref": [many[0].public_id]})
    assert list(Customer.objects.filter(owner=karim)) == [many[0]]
    for wrong in (
        {"action": "owner", "owner": "999999", "scope": "all"},
        {"action": "delete", "scope": "all"},
        {"action": "tag", "tag": "", "scope": "all"},
        {"action": "tag", "tag": "VIP", "scope": "checked", "ref": ["x", "' OR 1=1", "0" * 26]},
        {},
    ):
        answer = as_camille.post(f"{LIST}lot/", wrong, follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    as_camille.post(f"{LIST}lot/?type=vip", {"action": "tag", "tag": "VIP", "scope": "all"})
    assert BulkChange.objects.count() == 1


def test_a_change_of_many_is_its_authors_own(many, as_camille, as_karim, camille):
    as_camille.post(f"{LIST}lot/", {"action": "tag", "tag": "VIP", "scope": "checked", "ref": [many[0].public_id]})
    done = BulkChange.objects.get()
    assert as_karim.get(reverse("bulk_progress", args=[done.public_id])).status_code == 404
    assert as_karim.post(reverse("bulk_undo", args=[done.public_id])).status_code == 404
    assert as_camille.get(reverse("bulk_progress", args=[done.public_id])).status_code == 200


def test_the_export_is_the_list_and_never_a_formula(as_karim, camille, le_goff, diallo):
    edit_customer(diallo, by=camille, note="=HYPERLINK(1)", phone="+33639980045")
    set_tags(diallo, names=["VIP"], by=camille)
    answer = as_karim.get("/clients/export.csv?type=consumer")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert [(line["Référence"], line["Nom"], line["À savoir"], line["Téléphone"], line["Étiquettes"]) for line in lines] == [
        ("C00002", "M. Diallo", "'=HYPERLINK(1)", "06\u00a039\u00a098\u00a000\u00a045", "VIP")
    ]


def test_who_may_do_what(as_lecture, as_camille, client, le_goff, diallo):
    ref = le_goff.public_id
    assert as_lecture.get(LIST).status_code == 200
    assert as_camille.get("/clients/export.csv").status_code == 403
    contact = Contact.objects.get(customer=diallo)
    for url in (
        "/clients/nouveau/", f"/clients/{ref}/modifier/", f"/clients/{ref}/contacts/nouveau/", f"/contacts/{contact.public_id}/",
        f"/clients/{ref}/reunir/", "/doublons/",
    ):  # fmt: skip
        assert as_lecture.get(url).status_code == 403
        assert client.get(url).status_code == 302
    for url in (f"/clients/{ref}/archiver/", f"/contacts/{contact.public_id}/archiver/", f"{LIST}lot/"):
        assert as_lecture.post(url).status_code == 403
    for url in (
        f"/clients/{'0' * 26}/modifier/",
        f"/contacts/{'0' * 26}/",
        "/clients/x/modifier/",
        f"/clients/{ref.upper()}/modifier/",
    ):
        assert as_camille.get(url).status_code == 404


def test_an_empty_house_says_what_to_do_first(as_camille):
    assert "Aucun client pour l’instant." in as_camille.get(LIST).content.decode()
