import importlib

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import DB_CASCADE, DB_SET_NULL, ForeignObjectRel

from contacts.models import Contact
from contacts.personal_data import WITH_PERSON, Field
from dsr.package.walking import complete

TABLES = ("contacts.personal_data", "retention.personal_data", "dsr.personal_data", "privacy_crm.personal_data")


def named() -> dict[str, dict[str, Field]]:
    return {label: table for name in TABLES for label, table in importlib.import_module(name).MODELS.items()}


@pytest.mark.promise("P20")
def test_every_field_of_every_installed_app_is_named_and_none_that_does_not_exist() -> None:
    real = {
        model._meta.label: {field.name for field in [*model._meta.concrete_fields, *model._meta.many_to_many]}
        for model in apps.get_models()
    }
    assert len(real) > 10
    assert {label: set(table) for label, table in named().items()} == real


@pytest.mark.promise("P20")
def test_a_table_that_no_app_speaks_of_stops_the_package_instead_of_missing_from_it() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"contacts\.Contact$"):
        complete({label: table for label, table in named().items() if label != "contacts.Contact"}, apps.get_models())


def test_every_personal_field_says_why_it_is_held_and_how_it_goes() -> None:
    personal = [field for table in named().values() for field in table.values() if field.personal]
    assert personal
    assert all(field.why and field.goes for field in personal)


@pytest.mark.promise("L11")
def test_whatever_hangs_on_a_contact_goes_with_it_in_the_database() -> None:
    relations = [r for r in Contact._meta.get_fields(include_hidden=True) if isinstance(r, ForeignObjectRel)]
    assert len(relations) >= 5
    assert {relation.on_delete for relation in relations} <= {DB_CASCADE, DB_SET_NULL}
    for relation in relations:
        key = named()[relation.related_model._meta.label][relation.field.name]
        assert key.goes == WITH_PERSON
