"""A complaint told by telephone: only what matters is asked, and it is the telephone unless one says otherwise."""

import pytest
from django.urls import reverse

from complaints.models import Complaint, ComplaintFact
from lib import clock
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


def receive(client, customer, **said):
    sent = {"form": "oral", "subject": "Porte", "body": "Elle frotte.", "client_type": "consumer", "channel": "email", **said}
    return client.post(reverse("complaint_receive", args=[customer.public_id]), sent)


@pytest.mark.parametrize(("heard", "channel"), [("phone", "phone"), ("visit", "visit")])
def test_what_was_said_came_by_telephone_or_in_person(as_camille, diallo, heard, channel):
    sent = {"heard": heard, "sent_on": clock.today().isoformat(), "number": "1A"}  # typed before «À l’oral» was chosen
    assert receive(as_camille, diallo, **sent).status_code == 302
    fact = ComplaintFact.objects.get(complaint=Complaint.objects.get())
    assert (fact.channel, fact.number, Complaint.objects.with_facts().get().standing_on(clock.today()).state) == (
        channel,
        "",
        "oral",
    )


def test_a_written_one_keeps_its_own_means(as_camille, diallo):
    assert receive(as_camille, diallo, form="written", heard="phone", channel="post").status_code == 302
    assert ComplaintFact.objects.get(complaint=Complaint.objects.get()).channel == "post"


def test_the_page_offers_the_telephone_first_and_hides_what_a_letter_needs(as_camille, diallo):
    page = as_camille.get(reverse("complaint_receive", args=[diallo.public_id]))
    heard = page.content.decode().partition('class="oral-only"')[2].partition("</fieldset>")[0]
    assert heard.index('value="phone"') < heard.index('value="visit"')
    assert "checked" in heard[: heard.index('value="visit"')]
    assert "Par quel moyen Au téléphone De vive voix" in words(page)
    assert page.content.decode().count('class="written-only"') == 4


def test_what_was_said_by_telephone_is_not_written(as_camille, diallo):
    """A call recorded as a letter would start the mediator's year: the means is not offered, and refused if it comes anyway."""
    content = as_camille.get(reverse("complaint_receive", args=[diallo.public_id])).content.decode()
    means = content.partition('name="channel"')[2].partition("</select>")[0]
    assert [means.count(f'value="{value}"') for value in ("phone", "post", "visit")] == [0, 1, 1]
    refused = receive(as_camille, diallo, form="written", channel="phone")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["channel"])
    assert Complaint.objects.count() == 0


def test_the_page_names_what_is_already_open(as_camille, diallo):
    """The letter that follows a call belongs to the same complaint."""
    place = reverse("complaint_receive", args=[diallo.public_id])
    asked = "La même affaire\u00a0?"
    assert asked not in as_camille.get(place).content.decode()
    assert receive(as_camille, diallo, heard="phone").status_code == 302
    one = Complaint.objects.get()
    content = as_camille.get(place).content.decode()
    assert asked in content
    assert f'<a href="{reverse("complaint", args=[one.public_id])}">Porte</a>' in content
