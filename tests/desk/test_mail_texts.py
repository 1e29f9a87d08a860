"""The texts of the house: versions, words between braces, golden texts."""

from pathlib import Path

import pytest

from crm.contacts import add_contact
from crm.mail_templates import current_texts, find_text, originals, save_text, versions
from crm.mail_words import WORDS, filled, values_for
from crm.models import Company, MailTemplate
from lib.errors import Conflict, Refusal

GOLDEN = Path(__file__).parent.parent / "golden" / "mails"


@pytest.fixture
def anne(le_goff, camille):
    return add_contact(le_goff, by=camille, civility="mme", first_name="Anne", last_name="Le Goff", email="anne@legoff.example")


@pytest.mark.parametrize("tone", ["warm", "plain", "formal"])
@pytest.mark.parametrize("language", ["fr"])
def test_each_text_reads_as_it_was_agreed(company, le_goff, anne, camille, tone, language):
    company.tone, company.phone = tone, "+33298000000"
    values = values_for(customer=le_goff, contact=anne, by=camille, company=company, language=language)
    page = ""
    for text in sorted((text for text in originals().values() if text.language == language), key=lambda text: text.key):
        page += f"### {text.name}\n{filled(text.subject, values)}\n\n{filled(text.body, values)}\n\n"
    assert page == (GOLDEN / f"{language}-{tone}.txt").read_text(encoding="utf-8")


def test_every_text_exists_in_both_languages_with_known_words():
    keys = {language: sorted(key for key, spoken in originals() if spoken == language) for language in ("fr", "en")}
    assert keys["fr"] == keys["en"]
    assert all(filled(text.body, dict.fromkeys(WORDS, "")).count("{") == 0 for text in originals().values())


def save(by, **changes):
    fields = {"key": "thanks", "language": "fr", "name": "Remercier", "subject": "Merci", "body": "Merci {prénom}.", "by": by}
    return save_text(**{**fields, **changes})


def test_saving_makes_a_version_and_the_original_can_come_back(as_nadia, nadia, company):
    save(nadia)
    save(nadia, body="Merci beaucoup {prénom}.", version=1)
    assert [text.version for text in versions("thanks", "fr")] == [2, 1, 0]
    as_nadia.post("/courrier/textes/thanks/fr/0/reprendre/")
    assert find_text("thanks", "fr").body == originals()[("thanks", "fr")].body
    assert list(MailTemplate.objects.filter(is_current=True).values_list("version", flat=True)) == [3]
    assert len(current_texts("fr")) == 5


def test_the_second_of_two_writers_is_told(nadia, company):
    save(nadia, version=0)
    with pytest.raises(Conflict):
        save(nadia, version=0)
    assert MailTemplate.objects.count() == 1


@pytest.mark.parametrize("body", ["Bonjour {prenon}", "Bonjour {inconnu}", " ", "x" * 100_001])
def test_a_text_that_would_not_work_is_refused(nadia, company, body):
    with pytest.raises(Refusal) as refusal:
        save(nadia, body=body)
    assert (refusal.value.field, MailTemplate.objects.count()) == ("body", 0)


def test_the_pages_show_all_and_let_a_responsable_change(as_nadia, as_camille, company):
    assert "Présenter des excuses" in as_camille.get("/courrier/textes/").content.decode()
    assert as_camille.get("/courrier/textes/apology/fr/").status_code == 200
    assert (
        as_camille.post("/courrier/textes/apology/fr/", {"name": "x", "subject": "x", "body": "x", "version": 0}).status_code
        == 403
    )
    fields = {"name": "Nos excuses", "subject": "Pardon", "body": "{salutation}", "emotion": "Entendu", "version": 0}
    assert as_nadia.post("/courrier/textes/apology/fr/", fields).status_code == 302
    assert as_nadia.post("/courrier/textes/apology/fr/", fields).status_code == 422
    assert find_text("apology", "fr").name == "Nos excuses"
    assert as_nadia.get("/courrier/textes/apology/de/").status_code == 404


def test_a_new_text_of_the_firm_s_own(as_nadia, as_camille, company):
    fields = {"name": "Vœux", "subject": "Belle année", "body": "{salutation}\n\nBelle année.", "language": "fr"}
    answer = as_nadia.post("/courrier/textes/nouveau/", fields)
    assert (answer.status_code, current_texts("fr")[-1].name) == (302, "Vœux")
    assert as_camille.get("/courrier/textes/nouveau/").status_code == 403
    assert as_nadia.get(answer["Location"]).status_code == 200


def test_the_tone_of_the_house_is_in_the_greeting(le_goff, diallo, anne, camille):
    def greeting(tone, customer, contact):
        return values_for(customer=customer, contact=contact, by=camille, company=Company(tone=tone), language="fr")["salutation"]

    assert [greeting(tone, le_goff, anne) for tone in ("warm", "plain", "formal")] == [
        "Bonjour Madame Le Goff,",
        "Bonjour,",
        "Madame,",
    ]
    assert [greeting(tone, diallo, None) for tone in ("warm", "formal")] == ["Bonjour M. Diallo,", "Madame, Monsieur,"]
    assert greeting("warm", le_goff, None) == "Bonjour,"


def test_a_signature_is_the_person_s_then_the_house_s(camille, le_goff):
    house = Company(name="Atelier Morvan", phone="+33240000001")

    def signed():
        return values_for(customer=le_goff, contact=None, by=camille, company=house, language="fr")["signature"].replace(
            "\u00a0", " "
        )

    assert signed() == "Camille\nAtelier Morvan\n02 40 00 00 01"
    house.mail_signature = "L’atelier\n3 rue du Port"
    assert signed() == "Camille\nL’atelier\n3 rue du Port"
    camille.mail_signature = "Camille Aubert, accueil"
    assert signed() == "Camille Aubert, accueil\nL’atelier\n3 rue du Port"
