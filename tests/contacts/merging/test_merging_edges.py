"""Two records of one person at their edges: nothing that somebody is still to be told is lost by making them one."""

import datetime as dt

import pytest

from contacts.models import Basis, PolicyVersion
from privacy_crm.merging import merge
from tests.support.factories import NOON, ContactFactory, hold

pytestmark = pytest.mark.django_db

EARLY, LATE = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.mark.promise("L5")
@pytest.mark.parametrize(("ours", "theirs"), [(EARLY, LATE), (LATE, EARLY), (EARLY, EARLY)])
def test_who_has_not_been_told_of_two_sources_is_told_of_both(
    ours: dt.date, theirs: dt.date, policy: PolicyVersion
) -> None:
    keep, gone = ContactFactory.create(), ContactFactory.create()
    hold(keep, "prospect", ours, policy=policy, source="register", source_kind="public")
    hold(gone, "prospect", theirs, policy=policy, source="list", source_kind="third_party")
    merge(keep.pk, gone.pk, [], policy=policy, at=NOON, by="test")
    untold = Basis.objects.untold().get()
    assert (untold.collected_on, set(untold.source.split("; "))) == (EARLY, {"register", "list"})


@pytest.mark.promise("L5")
def test_a_source_that_both_name_is_told_once(policy: PolicyVersion) -> None:
    keep, gone = ContactFactory.create(), ContactFactory.create()
    for person, day in ((keep, LATE), (gone, EARLY)):
        hold(person, "prospect", day, policy=policy, source="list", source_kind="third_party")
    merge(keep.pk, gone.pk, [], policy=policy, at=NOON, by="test")
    assert Basis.objects.untold().get().source == "list"
