"""A form that cannot be accepted is given back with what is wrong, and always answers 422: programs and htmx rely on it."""

import pytest

from accounts.models import Role

pytestmark = pytest.mark.django_db
WRONG = {
    "/personnes/inviter/": {"email": "personne", "name": "", "role": "roi"},
    "/profil/": {"name": "", "language": "klingon"},
    "/profil/jetons/": {"name": ""},
    "/maison/identite/": {"siren": "123", "version": "1"},
    "/maison/banque/": {"iban": "FR00", "version": "1"},
    "/clients/nouveau/": {"name": "", "type": "roi"},
    "/imports/": {"source": ""},
}


@pytest.mark.parametrize("path", WRONG)
def test_wrong_answers_422_and_says_why(path, as_nadia, company):
    answer = as_nadia.post(path, WRONG[path])
    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)


def test_a_person_s_page_too(as_nadia, camille, company):
    answer = as_nadia.post(f"/personnes/{camille.public_id}/", {"role": "roi", "name": ""})
    assert answer.status_code == 422
    camille.refresh_from_db()
    assert camille.role == Role.RECEPTION
