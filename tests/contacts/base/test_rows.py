import copy
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contacts.base.rows import insert, one
from contacts.models import AuditEvent, Event, Message, PolicyVersion, SignUp, Whitepaper
from tests.support.factories import NOON, EventFactory, SignUpFactory, WhitepaperFactory

pytestmark = pytest.mark.django_db


def stored(record: Any) -> dict[str, Any]:
    """The row of a record, which goes; without its key, which is counted up."""
    rows = type(record).objects.filter(pk=record.pk)
    row = rows.values().get() | {"id": None}
    rows.delete()
    return row


def test_a_row_is_the_one_that_django_itself_would_insert(policy: PolicyVersion) -> None:
    wish = {"kind": "whitepaper", "scenario": "whitepaper", "whitepaper": WhitepaperFactory.create()}
    typed = SignUpFactory.build(policy_version=policy, consents={"email": "Yes, “news”"}, **wish)
    somebody = SignUpFactory.create(policy_version=policy)
    mail = {"template": "confirm", "purpose": "service", "created_at": NOON, "not_before": NOON}
    for record in (
        typed,
        Message(sign_up=somebody, public_id=uuid.uuid4(), **mail),
        AuditEvent(at=NOON, by="test", code="test.happened"),
    ):
        twin = copy.copy(record)
        twin.save(force_insert=True)
        assert stored(twin) == stored(insert(record))


def test_an_inserted_record_can_be_changed_like_any_other(policy: PolicyVersion) -> None:
    made = insert(SignUpFactory.build(policy_version=policy))
    made.city = "Kiruna"
    made.save()
    assert list(SignUp.objects.values_list("pk", "city")) == [(made.pk, "Kiruna")]


def test_the_databases_constraints_hold(policy: PolicyVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(SignUpFactory.build(policy_version=policy, email=""))
    assert not SignUp.objects.exists()


def test_a_row_is_read_as_django_itself_would_read_it() -> None:
    WhitepaperFactory.create(slug="other")
    for model, made in (
        (Whitepaper, WhitepaperFactory.create(slug="wanted", summary={"en": "“Short”"})),
        (Event, EventFactory.create(slug="wanted", summary={"sv": "Kort"})),
    ):
        found, django_s = one(model, "slug", "wanted"), model.objects.get(pk=made.pk)
        assert found
        for field in model._meta.concrete_fields:
            ours, theirs = getattr(found, field.attname), getattr(django_s, field.attname)
            assert (ours, type(ours)) == (theirs, type(theirs))


def test_a_record_that_was_read_can_be_changed_like_any_other() -> None:
    WhitepaperFactory.create(slug="wanted")
    found = one(Whitepaper, "slug", "wanted")
    assert found
    found.title = "Another"
    found.save()
    assert list(Whitepaper.objects.values_list("slug", "title")) == [("wanted", "Another")]


def test_no_row_is_none() -> None:
    WhitepaperFactory.create(slug="other")
    assert one(Whitepaper, "slug", "wanted") is None
