"""Organisations: what is noted of many at once costs no more statements than of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import AuditEvent, Organisation
from contacts.people import organisations
from contacts.people.organisations import Marked
from contacts.words.vocabulary import LegalForm
from tests.support.factories import NOON, OrganisationFactory

pytestmark = pytest.mark.django_db


def statements(names: list[str], form: LegalForm) -> int:
    with CaptureQueriesContext(
        connection,
    ) as ran:
        organisations.mark(names, form, at=NOON, by="user:1")
    return len(ran)


@pytest.mark.promise("P11")
def test_a_legal_form_is_noted_of_many_in_as_many_statements_as_of_one() -> None:
    made = OrganisationFactory.create_batch(40)
    names = [each.name for each in made]
    assert statements(names[:1], LegalForm.COMPANY) == statements(names, LegalForm.COMPANY)
    noted = AuditEvent.objects.filter(code="organisation.marked").values_list("rule", flat=True)
    assert sorted(noted) == sorted(f"organisation:{each.pk}" for each in made)
    assert set(Organisation.objects.values_list("legal_form", flat=True)) == {"company"}


@pytest.mark.promise("P11")
def test_where_all_have_the_form_already_nothing_is_noted() -> None:
    OrganisationFactory.create(name="Fjordkraft AB", legal_form="company")
    assert organisations.mark(["Fjordkraft AB", "X"], LegalForm.COMPANY, at=NOON, by="user:1") == Marked(0, 1, ["X"])
    assert not AuditEvent.objects.exists()
