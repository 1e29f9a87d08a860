"""Creating and changing a customer or a contact: wrong fields told together, doubles warned of, nothing lost."""

import pytest

from crm.contacts import add_contact
from crm.customers import create_customer, edit_customer
from crm.models import Contact, Customer, Interaction

pytestmark = pytest.mark.django_db
NEW = "/clients/nouveau/"


def shown(form):
    """What a browser would send back of a form it received."""
    data = {}
    for bound in form:
        if bound.value() not in (None, False):
            data[bound.html_name] = bound.value()
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = "" if bound.initial is None else str(bound.initial)
    return data


def test_creating_a_consumer_also_writes_down_the_person(as_camille, karim):
    answer = as_camille.post(
        NEW,
        {"type": "consumer", "name": " Mme  Anne Lemoine", "phone": "06 39 98 00 45", "postal_code": "44000", "city": "Nantes", "country": "FR",
         "language": "fr", "owner": karim.pk, "tags": "VIP, à rappeler"},
    )  # fmt: skip
    customer = Customer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/clients/{customer.public_id}/")
    assert (customer.name, customer.phone, customer.owner) == ("Mme Anne Lemoine", "+33639980045", karim)
    assert sorted(tag.name for tag in customer.tags.all()) == ["VIP", "à rappeler"]
    assert [contact.formal_name for contact in Contact.objects.all()] == ["Mme Lemoine"]


def test_every_wrong_field_is_told_and_nothing_is_written(as_camille):
    answer = as_camille.post(
        NEW, {"type": "vip", "name": "", "email": "a@b.fr, c@d.fr", "siret": "123", "postal_code": "4400", "note": "x" * 2001}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"type", "name", "email", "siret", "postal_code", "note"}
    assert {name: len(told) for name, told in answer.context["form"].errors.items() if len(told) != 1} == {}
    assert list(answer.context["form"].errors["name"]) == ["Un client a un nom\xa0: remplissez-le."]
    assert not Customer.objects.exists()


def test_only_what_the_form_shows_can_be_written(as_camille):
    as_camille.post(
        NEW,
        {"name": "Goff", "type": "unknown", "language": "fr", "country": "FR", "reference": "C99999", "public_id": "0" * 26, "merged_into": "1",
         "archived_at": "2026-01-01", "version": "77", "sort_name": "zz", "extra": '{"a": 1}', "id": "42"},
    )  # fmt: skip
    row = Customer.objects.get()
    assert (row.reference, row.version, row.sort_name, row.extra, row.archived_at, row.merged_into) == (
        "C00001",
        1,
        "goff",
        {},
        None,
        None,
    )


def test_one_who_exists_is_told_before_a_second_is_made(as_camille, le_goff):
    data = {
        "name": "Le Goff menuiserie",
        "type": "professional",
        "language": "fr",
        "country": "FR",
        "email": "anne@legoff.example",
    }
    answer = as_camille.post(NEW, data)
    assert [(customer, [str(reason) for reason in reasons]) for customer, reasons in answer.context["near"]] == [
        (le_goff, ["même adresse e-mail", "même nom"])
    ]
    assert Customer.objects.count() == 1
    as_camille.post(NEW, {**data, "anyway": answer.context["anyway"]})
    assert Customer.objects.count() == 2
    assert (
        len(as_camille.post(NEW, {**data, "anyway": answer.context["anyway"]}).context["near"]) == 2
    )  # the one just made is new


def test_two_people_change_different_things(as_camille, karim, le_goff):
    url = f"/clients/{le_goff.public_id}/modifier/"
    seen = shown(as_camille.get(url).context["form"])
    edit_customer(le_goff, by=karim, city="Rennes")
    answer = as_camille.post(url, {**seen, "phone": "06 39 98 00 45"})
    assert answer.status_code == 409
    lines = {str(line.label): (line.now, line.typed) for line in answer.context["differences"]}
    assert lines == {"Ville": ("Rennes", ""), "Téléphone": ("", "06 39 98 00 45")}
    le_goff.refresh_from_db()
    assert (le_goff.city, le_goff.phone) == ("Rennes", "")
    as_camille.post(url, shown(answer.context["form"]))
    le_goff.refresh_from_db()
    assert (le_goff.city, le_goff.phone, le_goff.version) == ("Rennes", "+33639980045", 3)


def test_two_people_change_the_same_thing(as_camille, karim, le_goff):
    url = f"/clients/{le_goff.public_id}/modifier/"
    seen = shown(as_camille.get(url).context["form"])
    edit_customer(le_goff, by=karim, city="Rennes")
    answer = as_camille.post(url, {**seen, "city": "Brest"})
    assert [(line.now, line.typed, line.both) for line in answer.context["differences"]] == [("Rennes", "Brest", True)]
    as_camille.post(url, shown(answer.context["form"]))
    le_goff.refresh_from_db()
    assert le_goff.city == "Brest"


def test_saving_what_nobody_changed_writes_nothing(as_camille, le_goff):
    url = f"/clients/{le_goff.public_id}/modifier/"
    before = Interaction.objects.count()
    assert as_camille.post(url, shown(as_camille.get(url).context["form"])).status_code == 302
    le_goff.refresh_from_db()
    assert (le_goff.version, Interaction.objects.count()) == (1, before)


def test_a_siren_is_read_from_the_siret_typed(as_camille, le_goff):
    url = f"/clients/{le_goff.public_id}/modifier/"
    as_camille.post(url, {**shown(as_camille.get(url).context["form"]), "siret": "732 829 320 00074"})
    le_goff.refresh_from_db()
    assert (le_goff.siren, le_goff.siret) == ("732829320", "73282932000074")


def test_a_contact_is_added_changed_and_put_aside(as_camille, karim, le_goff):
    as_camille.post(f"/clients/{le_goff.public_id}/contacts/nouveau/", {"last_name": "Lemoine", "decides": "on"})
    contact = Contact.objects.get()
    assert (contact.customer, contact.is_main, contact.decides, contact.receives_invoices) == (le_goff, True, True, False)
    url = f"/contacts/{contact.public_id}/"
    seen = shown(as_camille.get(url).context["form"])
    assert as_camille.post(url, {**seen, "first_name": "Anne", "email": "x"}).context["form"].errors.keys() == {"email"}
    add_contact(le_goff, by=karim, last_name="Diallo", is_main=True)
    Contact.objects.filter(pk=contact.pk).update(version=2, job_title="gérante")
    answer = as_camille.post(url, {**seen, "first_name": "Anne"})
    assert (answer.status_code, [line.now for line in answer.context["differences"]]) == (409, ["", "gérante", ""])
    as_camille.post(url, shown(answer.context["form"]))
    contact.refresh_from_db()
    assert (contact.first_name, contact.job_title, contact.is_main) == ("Anne", "gérante", False)
    as_camille.post(f"{url}archiver/")
    as_camille.post(f"{url}archiver/")
    assert Contact.objects.present().count() == 1
    as_camille.post(f"{url}retablir/")
    assert Contact.objects.present().count() == 2


def test_archiving_and_bringing_back(as_camille, le_goff):
    as_camille.post(f"/clients/{le_goff.public_id}/archiver/")
    assert as_camille.get("/clients/").context["list"].page.rows == []
    as_camille.post(f"/clients/{le_goff.public_id}/retablir/")
    assert [row.pk for row in as_camille.get("/clients/").context["list"].page.rows] == [le_goff.pk]
    assert as_camille.get(f"/clients/{le_goff.public_id}/archiver/").status_code == 405


@pytest.mark.parametrize(
    "value", ["\x00", "=1+1", "<script>", "é" * 5000, "\ud83d\ude00" * 10, "' OR 1=1", "\u202e", "99999999999999999999"]
)
def test_no_field_is_ever_a_crash(as_camille, le_goff, value):
    value = value.encode("utf-16", "surrogatepass").decode("utf-16")
    for url in (NEW, f"/clients/{le_goff.public_id}/modifier/", f"/clients/{le_goff.public_id}/contacts/nouveau/"):
        form = as_camille.get(url).context["form"]
        for name in [*form.fields, "anyway", "initial-owner", "initial-since_on"]:
            answer = as_camille.post(url, {**shown(form), name: value})
            assert answer.status_code in (200, 302, 409, 422)


def test_the_forms_cost_the_same_however_many_customers(as_camille, camille, le_goff, django_assert_max_num_queries):
    for number in range(30):
        create_customer(by=camille, name=f"Client {number}", type="professional")
    for url in (NEW, f"/clients/{le_goff.public_id}/modifier/"):
        with django_assert_max_num_queries(8):
            answer = as_camille.get(url)
        assert len(answer.content) < 40_000
