"""`manage.py audience`: the list and its record are those of the browser, with somebody who answers for it."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from contacts.models import Audience, AuditEvent, Interest, PolicyVersion, Segment
from tests.contacts.audiences.test_audience import somebody
from tests.support import listing
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, TopicFactory, contact_of, hold
from tests.support.listing import TODAY, free_country, taker

__all__ = ["free_country"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("free_country")]


@pytest.fixture
def kim() -> User:
    return taker("kim")


def run(**options: Any) -> None:
    call_command("audience", "email", **{"holder": "kim", "purpose": "prospect", **options})


def test_the_command_prints_the_file_and_says_who_is_left_out(
    policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    contact = somebody(policy)
    somebody(policy, country="SE")
    run()
    printed = capfdbinary.readouterr()
    assert str(contact.public_id).encode() in printed.out
    assert printed.err.startswith(b"1 of 2 is left out: 1 needs consent")


@pytest.mark.promise("P15")
@pytest.mark.usefixtures("at_noon")
def test_a_list_for_our_own_use_is_outstanding_until_its_holder_says_what_became_of_it(
    policy: PolicyVersion, kim: User
) -> None:
    somebody(policy)
    somebody(policy, country="SE")
    segment = Segment.objects.create(name="Everybody", owner=kim, filters={"scenario": "prospect"}, created_at=NOON)
    run(segment=segment.pk)
    made = Audience.objects.outstanding().get()
    assert (made.holder, made.recipient, made.segment, made.purpose) == (kim, None, segment, "prospect")
    assert (made.people, made.left_out, made.file_format) == (1, {"no_consent": 1}, "csv")
    assert (made.made_at, made.valid_through) == (NOON, TODAY + dt.timedelta(days=settings.AUDIENCE_DAYS))
    told = AuditEvent.objects.filter(code__endswith="exported").values_list("code", "rule", "by").order_by("code")
    own = f"audience:{made.pk}"
    assert list(told) == [("audience.exported", f"{own}:1", "audience"), ("contact.exported", own, "audience")]


@pytest.mark.promise("P15")
def test_above_the_set_size_the_command_asks_for_a_reason(
    policy: PolicyVersion, kim: User, capfdbinary: Any, settings: Any
) -> None:
    settings.AUDIENCE_REASON_ABOVE = 1
    for _ in range(2):
        somebody(policy)
    before = contents()
    with pytest.raises(CommandError, match="say why you need more than 1 people"):
        run()
    assert capfdbinary.readouterr().out == b""
    assert contents() == before
    run(reason="A printed invitation to all.")
    assert Audience.objects.get().reason == "A printed invitation to all."


@pytest.mark.promise("P15")
@pytest.mark.parametrize("holder", ["nobody", "someone without a role", "someone who has left"])
def test_without_somebody_who_may_hold_it_no_list_leaves(holder: str, policy: PolicyVersion, capfdbinary: Any) -> None:
    somebody(policy)
    listing.holder("someone without a role")
    taker("someone who has left")
    User.objects.filter(username="someone who has left").update(is_active=False)
    before = contents()
    with pytest.raises(CommandError, match="somebody who may take lists out"):
        run(holder=holder)
    assert capfdbinary.readouterr().out == b""
    assert contents() == before


@pytest.mark.parametrize("missing", ["--holder", "--purpose"])
def test_a_list_without_a_holder_or_a_purpose_is_wrong_use(missing: str, policy: PolicyVersion) -> None:
    given = [each for each in ("--holder=kim", "--purpose=prospect") if not each.startswith(missing)]
    with pytest.raises(CommandError, match=missing):
        call_command("audience", "email", *given)
    assert not Audience.objects.exists()


def test_the_command_asks_about_topics_by_their_short_name(policy: PolicyVersion, kim: User, capfdbinary: Any) -> None:
    topic = TopicFactory.create(slug="cloud")
    contact = contact_of(None, "event", policy, country="GB")
    Interest.objects.create(contact=contact, topic=topic, since=TODAY)
    run(topic=["cloud"], purpose="event")
    assert str(contact.public_id).encode() in capfdbinary.readouterr().out


def test_the_command_asks_about_the_people_of_a_segment_alone(
    policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    inside, outside = somebody(policy, company="Fjordkraft"), somebody(policy, country="IE")
    segment = Segment.objects.create(name="Britain", owner=kim, filters={"country": "GB"}, created_at=NOON)
    run(segment=segment.pk)
    printed = capfdbinary.readouterr()
    assert str(inside.public_id).encode() in printed.out
    assert str(outside.public_id).encode() not in printed.out
    assert printed.err.startswith(b"Nobody of 1 is left out")


@pytest.mark.parametrize(
    ("options", "why"),
    [({"segment": 0}, "no segment of this number"), ({"topic": ["clouds"]}, "no topic clouds")],
)
def test_a_segment_or_a_topic_that_there_is_not_is_refused_before_anything_leaves(
    options: dict[str, Any], why: str, policy: PolicyVersion, kim: User, capfdbinary: Any
) -> None:
    somebody(policy)
    before = contents()
    with pytest.raises(CommandError, match=why):
        run(**options)
    assert capfdbinary.readouterr().out == b""
    assert contents() == before


def test_a_list_of_nobody_is_none(policy: PolicyVersion, kim: User, capfdbinary: Any) -> None:
    hold(ContactFactory.create(country="SE"), "prospect", TODAY, policy=policy)
    before = contents()
    with pytest.raises(CommandError, match="nobody is left"):
        run()
    assert capfdbinary.readouterr().out == b""
    assert contents() == before
