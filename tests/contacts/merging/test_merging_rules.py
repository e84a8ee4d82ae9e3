"""What becomes of each row of two records of one person, rule by rule, and that nobody else has a part in it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User

from contacts.models import (
    Addressee,
    Basis,
    ChannelPermission,
    Contact,
    DuplicatePair,
    Event,
    FoodPreference,
    Interest,
    Mailing,
    Message,
    PolicyVersion,
    Recipient,
    Registration,
    Topic,
    Upload,
    UploadedDifference,
    UploadedPerson,
)
from contacts.outbox import outbox
from contacts.words.vocabulary import MailTemplate
from privacy_crm.merging import merge
from retention.models import Hold
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    OrganisationFactory,
    TopicFactory,
    do,
    everything_about,
    hold,
    place,
    register,
)
from tests.support.merging import paired
from tests.support.sharing import RecipientFactory, gave

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P1")]

EARLY, LATE = dt.date(2026, 2, 1), dt.date(2026, 9, 1)
LONG_AGO = dt.date(2025, 9, 1)
BOTH = pytest.mark.parametrize("first", [0, 1])


@pytest.fixture
def two(policy: PolicyVersion) -> list[Contact]:
    return ContactFactory.create_batch(2)


def merged(two: list[Contact], policy: PolicyVersion) -> Contact:
    """The record that is left."""
    merge(two[0].pk, two[1].pk, [], policy=policy, at=NOON, by="test")
    return Contact.objects.get(pk=two[0].pk)


# Other people


class World:
    """What people have in common: one event, topic, mailing, recipient."""

    def __init__(self, policy: PolicyVersion) -> None:
        self.policy = policy
        self.event: Event = EventFactory.create()
        self.topic: Topic = TopicFactory.create()
        self.mailing = Mailing.objects.create(name="News", kind="marketing", rate=1, made_by="user:1")
        self.recipient: Recipient = RecipientFactory.create()

    def enter(self, *people: Contact, day: dt.date = LATE, until: dt.date | None = dt.date(2030, 1, 1)) -> None:
        for person in people:
            self._live(person, day, until)
        gave(self.recipient, *people)

    def _live(self, person: Contact, day: dt.date, until: dt.date | None) -> None:
        known = {"source": f"list of {day}", "source_kind": "public"}
        hold(person, "prospect", day, policy=self.policy, **known)
        do(person, "call", NOON - 3 * ONE_DAY, self.policy)
        register(person, self.event, NOON - ONE_DAY if day == LATE else NOON - 9 * ONE_DAY, policy=self.policy)
        consented = day if day == LATE else NOON.date()
        for channel, state, given_on in (("email", "consented", consented), ("post", "objected", day)):
            ChannelPermission.objects.create(contact=person, channel=channel, state=state, given_on=given_on)
        Interest.objects.create(contact=person, topic=self.topic, wanted=day == LATE, since=day)
        place(person, "duty", "tax", until)
        Addressee.objects.create(mailing=self.mailing, contact=person)
        outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=person.pk, once="whitepaper:1")


def rows(person: Contact) -> dict[str, int]:
    return {table: len(found) for table, found in everything_about(person).items()}


def test_what_others_have_in_common_with_the_record_that_goes_stands_in_nobodys_way(
    two: list[Contact], policy: PolicyVersion
) -> None:
    world, somebody = World(policy), ContactFactory.create()
    world.enter(two[1], somebody)
    before = everything_about(somebody)
    keep = merged(two, policy)
    assert everything_about(somebody) == before
    assert rows(keep) == rows(somebody)
    assert set(Addressee.objects.values_list("contact", flat=True)) == {keep.pk, somebody.pk}


def test_what_others_have_in_common_with_both_has_no_part_in_what_is_left(
    two: list[Contact], policy: PolicyVersion
) -> None:
    world, somebody = World(policy), ContactFactory.create()
    world.enter(*two)
    world.enter(somebody, day=LONG_AGO, until=None)
    others, ours = everything_about(somebody), everything_about(two[0])
    keep = merged(two, policy)
    assert everything_about(somebody) == others
    left = everything_about(keep)
    unchanged = ["Basis", "Activity", "Registration", "ChannelPermission", "Interest", "Hold", "Disclosure"]
    assert {table: left[table] for table in unchanged} == {table: ours[table] for table in unchanged}
    assert set(Addressee.objects.values_list("contact", flat=True)) == {keep.pk, somebody.pk}
    assert Mailing.objects.get().withheld == 1


# Reasons to hold somebody


@BOTH
def test_the_earlier_of_two_reasons_brings_its_legal_ground_its_version_and_what_was_told(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    later = hold(two[1 - first], "prospect", LATE, policy=policy, source="form")
    earlier = hold(two[first], "prospect", EARLY, policy=policy, source="list", source_kind="public", informed_on=EARLY)
    Basis.objects.filter(pk=earlier.pk).update(legal_basis="consent")
    Basis.objects.filter(pk=later.pk).update(informed_on=LATE)
    left = merged(two, policy).bases.get()
    assert (left.collected_on, left.legal_basis, left.source) == (EARLY, "consent", "list")
    assert (left.source_kind, left.informed_on) == ("public", EARLY)


@pytest.mark.promise("L5")
@BOTH
def test_two_reasons_of_one_day_keep_the_word_of_the_record_that_stays(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    for number, person in enumerate(two):
        hold(person, "prospect", EARLY, policy=policy, source=f"form {number}")
    assert merged(two, policy).bases.get().source == "form 0"


@pytest.mark.promise("L5")
@BOTH
@pytest.mark.parametrize("untold_day", [EARLY, LATE])
def test_one_source_that_somebody_has_not_been_told_of_is_told_and_the_other_stays_named(
    two: list[Contact], policy: PolicyVersion, first: int, untold_day: dt.date
) -> None:
    told_day = LATE if untold_day == EARLY else EARLY
    hold(two[first], "prospect", untold_day, policy=policy, source="list", source_kind="third_party")
    hold(two[1 - first], "prospect", told_day, policy=policy, source="register", source_kind="public", informed_on=LATE)
    left = merged(two, policy).bases.get()
    assert (left.collected_on, left.informed_on, left.source_kind) == (EARLY, None, "third_party")
    named = set(left.source.split("; "))
    assert "list" in named
    assert named <= {"list", "register"}


# Places at events


@BOTH
def test_of_two_places_the_earlier_registration_the_earlier_attendance_and_the_later_day_before_it_stand(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    event = EventFactory.create()
    moments = {first: NOON - 9 * ONE_DAY, 1 - first: NOON - ONE_DAY}
    for number, at in moments.items():
        register(two[number], event, at, policy=policy)
        Registration.objects.filter(contact=two[number]).update(attended_at=at, active_before=at.date())
    left = merged(two, policy).registrations.get()
    assert (left.registered_at, left.attended_at) == (moments[first], moments[first])
    assert left.active_before == moments[1 - first].date()


@BOTH
def test_a_place_stands_where_either_stands(two: list[Contact], policy: PolicyVersion, first: int) -> None:
    event = EventFactory.create()
    for person in two:
        register(person, event, NOON, policy=policy)
    Registration.objects.filter(contact=two[first]).update(cancelled_at=NOON)
    assert merged(two, policy).registrations.get().cancelled_at is None


@BOTH
def test_a_place_that_both_gave_up_was_given_up_when_the_last_was(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    event = EventFactory.create()
    for number, at in {first: NOON - ONE_DAY, 1 - first: NOON}.items():
        register(two[number], event, NOON - 9 * ONE_DAY, policy=policy)
        Registration.objects.filter(contact=two[number]).update(cancelled_at=at)
    assert merged(two, policy).registrations.get().cancelled_at == NOON


@pytest.mark.promise("P8")
@pytest.mark.parametrize(("notes", "left"), [(("No nuts", "Vegan"), ["No nuts"]), (("", "Vegan"), ["Vegan"])])
def test_what_a_guest_eats_is_noted_once_and_for_its_own_event(
    two: list[Contact], policy: PolicyVersion, notes: tuple[str, str], left: list[str]
) -> None:
    event, other = EventFactory.create(), EventFactory.create()
    for person, note in zip(two, notes, strict=True):
        register(person, event, NOON, policy=policy, food=note)
    register(two[0], other, NOON, policy=policy)
    keep = merged(two, policy)
    kept = FoodPreference.objects.filter(registration=keep.registrations.get(event=event))
    assert list(kept.values_list("preference", flat=True)) == left
    assert FoodPreference.objects.count() == 1


def test_a_mail_about_a_place_is_about_the_place_that_is_left(two: list[Contact], policy: PolicyVersion) -> None:
    event, other = EventFactory.create(), EventFactory.create()
    mails: list[Message] = []
    for person in two:
        registration = register(person, event, NOON, policy=policy)
        mails.append(outbox.enqueue(MailTemplate.REMINDER, at=NOON, contact_id=person.pk, registration=registration))
    elsewhere = register(two[0], other, NOON, policy=policy)
    keep = merged(two, policy)
    about = Message.objects.filter(pk__in=[mail.pk for mail in mails]).values_list("contact", "registration")
    assert set(about) == {(keep.pk, keep.registrations.get(event=event).pk)}
    assert len(about) == 2
    assert keep.registrations.filter(pk=elsewhere.pk).exists()


# What was said


@BOTH
@pytest.mark.parametrize(
    ("early", "late", "wanted", "since"),
    [(True, True, True, EARLY), (False, False, False, EARLY), (True, False, False, LATE), (False, True, False, EARLY)],
)
def test_a_no_to_a_topic_counts_since_it_was_said_and_a_yes_since_the_first(
    two: list[Contact], policy: PolicyVersion, first: int, early: bool, late: bool, wanted: bool, since: dt.date
) -> None:
    topic = TopicFactory.create()
    Interest.objects.create(contact=two[first], topic=topic, wanted=early, since=EARLY)
    Interest.objects.create(contact=two[1 - first], topic=topic, wanted=late, since=LATE)
    said = merged(two, policy).interests.get()
    assert (said.wanted, said.since) == (wanted, since)


def test_a_word_on_one_channel_says_nothing_of_another(two: list[Contact], policy: PolicyVersion) -> None:
    for person, channel, day in ((two[0], "email", EARLY), (two[1], "post", LATE)):
        ChannelPermission.objects.create(contact=person, channel=channel, state="consented", given_on=day)
    said = merged(two, policy).permissions.values_list("channel", "given_on")
    assert set(said) == {("email", EARLY), ("post", LATE)}


# Holds


@pytest.mark.promise("P5")
@BOTH
def test_the_longer_of_two_holds_stands_for_what_either_keeps_and_names_both_laws(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    ends = {first: dt.date(2030, 1, 1), 1 - first: dt.date(2033, 1, 1)}
    for number, until in ends.items():
        placed = place(two[number], "duty", "tax", until, keeps=("name",) if number else ("organisation",))
        at = NOON - 9 * ONE_DAY if number == first else NOON
        Hold.objects.filter(pk=placed.pk).update(placed_at=at, legal_reference=f"Act {number}")
    place(two[1], "duty", "bookkeeping")
    left = Hold.objects.get(contact=merged(two, policy), reason="tax")
    assert (left.until, left.placed_at, left.legal_reference) == (ends[1 - first], NOON - 9 * ONE_DAY, "Act 0; Act 1")
    assert left.keeps == ["name", "organisation"]
    assert Hold.objects.get(reason="bookkeeping").contact == two[0]


@pytest.mark.promise("P5")
@BOTH
def test_a_hold_without_an_end_outlasts_every_other(two: list[Contact], policy: PolicyVersion, first: int) -> None:
    for number, until in {first: None, 1 - first: dt.date(2033, 1, 1)}.items():
        placed = place(two[number], "duty", "tax", until)
        Hold.objects.filter(pk=placed.pk).update(legal_reference="The Act" if number == first else "")
    left = Hold.objects.get(contact=merged(two, policy))
    assert (left.until, left.legal_reference) == (None, "The Act")


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("closed", "left"),
    [((EARLY, LATE), LATE), ((LATE, EARLY), LATE), ((EARLY, None), None), ((None, EARLY), None)],
)
def test_a_run_looks_again_where_one_of_two_holds_has_not_been_dealt_with(
    two: list[Contact], policy: PolicyVersion, closed: tuple[dt.date | None, dt.date | None], left: dt.date | None
) -> None:
    for person, day in zip(two, closed, strict=True):
        placed = place(person, "duty", "tax", LONG_AGO)
        Hold.objects.filter(pk=placed.pk).update(closed_on=day, legal_reference="The Act")
    kept = Hold.objects.get(contact=merged(two, policy))
    assert (kept.closed_on, kept.legal_reference) == (left, "The Act")


# Mails and mailings


@pytest.fixture
def mailing() -> Mailing:
    return Mailing.objects.create(name="News", kind="marketing", rate=1, made_by="user:1")


@BOTH
@pytest.mark.parametrize("waiting", [0, 1])
def test_who_has_had_a_mailing_has_no_second_turn_in_it(
    two: list[Contact], policy: PolicyVersion, mailing: Mailing, first: int, waiting: int
) -> None:
    other = Mailing.objects.create(name="More", kind="marketing", rate=1, made_by="user:1")
    Message.objects.create(
        template="mailing", purpose="marketing", contact=two[first], mailing=mailing, created_at=NOON, not_before=NOON
    )
    for each in (mailing, other):
        Addressee.objects.create(mailing=each, contact=two[waiting])
    keep = merged(two, policy)
    assert list(Addressee.objects.values_list("mailing", "contact")) == [(other.pk, keep.pk)]
    assert list(Mailing.objects.order_by("pk").values_list("withheld", flat=True)) == [1, 0]


@BOTH
def test_a_mail_in_somebodys_hands_is_the_one_that_leaves(
    two: list[Contact], policy: PolicyVersion, first: int
) -> None:
    sending, waiting = (
        outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=two[number].pk, once="whitepaper:1")
        for number in (first, 1 - first)
    )
    Message.objects.filter(pk=sending.pk).update(claimed_until=NOON + ONE_DAY)
    merged(two, policy)
    for mail in (sending, waiting):
        mail.refresh_from_db()
    assert (sending.ended_at, sending.end) == (None, "")
    assert (waiting.ended_at, waiting.end, waiting.reason) == (NOON, "skipped", "merged")


@pytest.mark.parametrize(
    "theirs",
    [{"once": "whitepaper:2"}, {"template": MailTemplate.INFORM}, {"once": ""}],
    ids=["about something else", "of another kind", "about nothing in particular"],
)
def test_mails_that_say_different_things_both_leave(
    two: list[Contact], policy: PolicyVersion, theirs: dict[str, Any]
) -> None:
    ours = {"template": MailTemplate.ANNOUNCE, "once": "whitepaper:1" if theirs.get("once") != "" else ""}
    for person, mail in zip(two, (ours, ours | theirs), strict=True):
        outbox.enqueue(mail["template"], at=NOON, contact_id=person.pk, once=mail["once"])
    merged(two, policy)
    assert Message.objects.filter(contact=two[0], ended_at=None).count() == 2


@pytest.mark.parametrize("ended", [0, 1])
def test_of_two_mails_that_ended_both_stay_on_record(two: list[Contact], policy: PolicyVersion, ended: int) -> None:
    mails = [
        outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=person.pk, once="whitepaper:1") for person in two
    ]
    Message.objects.filter(pk=mails[ended].pk).update(ended_at=NOON - ONE_DAY, end="gave_up")
    Message.objects.filter(pk=mails[1 - ended].pk).update(sent_at=NOON - ONE_DAY)
    keep = merged(two, policy)
    left = Message.objects.filter(contact__isnull=False).order_by("pk").values_list("contact", "ended_at", "sent_at")
    assert {(contact, bool(end), bool(sent)) for contact, end, sent in left} == {
        (keep.pk, True, False),
        (keep.pk, False, True),
    }


# Uploads and duplicates


@pytest.fixture
def upload() -> Upload:
    user = User.objects.create(username="uploader")
    return Upload.objects.create(uploaded_by=user, uploaded_at=NOON, file_format="csv", state="done")


@pytest.mark.parametrize("created", [(0,), (1,), (0, 1)])
def test_an_import_takes_back_only_whom_it_created_alone(
    two: list[Contact], policy: PolicyVersion, upload: Upload, created: tuple[int, ...]
) -> None:
    somebody = ContactFactory.create()
    for person in (somebody, *(two[number] for number in created)):
        UploadedPerson.objects.create(upload=upload, contact=person)
    keep = merged(two, policy)
    left = {somebody.pk} | ({keep.pk} if len(created) == 2 else set())
    assert set(UploadedPerson.objects.values_list("contact", flat=True)) == left


def test_an_import_says_nothing_of_whom_another_created(
    two: list[Contact], policy: PolicyVersion, upload: Upload
) -> None:
    another = Upload.objects.create(uploaded_by=upload.uploaded_by, uploaded_at=NOON, file_format="csv", state="done")
    UploadedPerson.objects.create(upload=upload, contact=two[0])
    UploadedPerson.objects.create(upload=another, contact=two[1])
    merged(two, policy)
    assert not UploadedPerson.objects.exists()


@pytest.mark.promise("L15")
@pytest.mark.parametrize(
    ("of", "own", "left"),
    [
        ((0, 1), {}, [0]),  # 0 is the record that stays
        ((1,), {}, [1]),
        ((1,), {"city": "Oslo"}, []),
        ((0,), {"city": "Oslo"}, [0]),
    ],
)
def test_what_a_list_replaced_can_be_put_back_after_a_merge_but_for_what_stood_there_by_itself(
    of: tuple[int, ...], own: dict[str, str], left: list[int], two: list[Contact], policy: PolicyVersion, upload: Upload
) -> None:
    keep, gone = two
    Contact.objects.filter(pk=keep.pk).update(**own)
    for number in of:
        said = {"detail": "city", "old": f"of {number}", "new": "Oslo"}
        UploadedDifference.objects.create(upload=upload, contact=(keep, gone)[number], **said)
    merged(two, policy)
    found = UploadedDifference.objects.values_list("contact", "old")
    assert list(found) == [(keep.pk, f"of {number}") for number in left]


@pytest.mark.promise("L15")
@pytest.mark.parametrize("own", ["Havglimt AS", "Fjordkraft AB", ""])
def test_the_employer_before_an_update_moves_unless_the_other_record_names_the_same(
    own: str, two: list[Contact], policy: PolicyVersion, upload: Upload
) -> None:
    keep, gone = two
    employer = OrganisationFactory.create(name=own) if own else None
    Contact.objects.filter(pk=keep.pk).update(organisation=employer)
    said = {"detail": "organisation", "old": "Nordvik AB", "new": "Havglimt AS"}
    UploadedDifference.objects.create(upload=upload, contact=gone, **said)
    merged(two, policy)
    assert UploadedDifference.objects.filter(contact=keep).exists() == (own != "Havglimt AS")


def test_who_is_somebody_else_than_the_one_is_somebody_else_than_the_other(policy: PolicyVersion) -> None:
    older, gone, keep, newer, stranger = ContactFactory.create_batch(5)
    apart = {"dismissed_at": NOON, "dismissed_by": "user:1"}
    paired(older, gone, **apart)
    paired(gone, keep)
    paired(gone, newer)
    paired(keep, newer, **apart)
    elsewhere = paired(older, stranger)
    merged([keep, gone], policy)
    left = DuplicatePair.objects.exclude(pk=elsewhere.pk).order_by("one", "other")
    assert list(left.values_list("one", "other", "dismissed_by")) == [
        (older.pk, keep.pk, "user:1"),
        (keep.pk, newer.pk, "user:1"),
    ]
    assert DuplicatePair.objects.filter(pk=elsewhere.pk).exists()


@pytest.mark.promise("P8")
def test_what_another_guest_eats_stays_with_that_guest(policy: PolicyVersion, two: list[Contact]) -> None:
    event, other = EventFactory.create(kind="physical", starts_at=NOON + 9 * ONE_DAY), ContactFactory.create()
    theirs = register(other, event, NOON, policy=policy, food="vegan")
    for person in two:
        register(person, event, NOON, policy=policy)
    merged(two, policy)
    assert FoodPreference.objects.get().registration_id == theirs.pk


def reminded(person: Contact, event: Event, policy: PolicyVersion, food: str = "") -> Message:
    registration = register(person, event, NOON, policy=policy, food=food)
    return outbox.enqueue(MailTemplate.REMINDER, at=NOON, contact_id=person.pk, registration=registration)


@pytest.mark.promise("P8")
def test_guests_beside_them_have_no_part_in_their_places(two: list[Contact], policy: PolicyVersion) -> None:
    event, beside = EventFactory.create(), ContactFactory.create_batch(4)
    before = [reminded(person, event, policy) for person in beside[:2]]
    register(two[0], event, NOON, policy=policy)
    reminded(two[1], event, policy, food="Vegan")
    before += [reminded(person, event, policy) for person in beside[2:]]
    keep = merged(two, policy)
    place_left = keep.registrations.get()
    assert FoodPreference.objects.get().registration == place_left
    assert Message.objects.get(contact=keep).registration == place_left
    for mail in before:
        assert Message.objects.get(pk=mail.pk).registration == mail.registration


def test_a_mail_stays_about_its_own_event(two: list[Contact], policy: PolicyVersion) -> None:
    here, there = EventFactory.create(), EventFactory.create()
    register(two[0], there, NOON, policy=policy)
    mail = reminded(two[1], here, policy)
    merged(two, policy)
    assert Message.objects.get(pk=mail.pk).registration.event == here  # type: ignore[union-attr]


def test_what_somebody_else_has_had_stops_no_mail_and_no_turn_of_theirs(
    two: list[Contact], policy: PolicyVersion, mailing: Mailing
) -> None:
    somebody = ContactFactory.create()
    had = outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=somebody.pk, once="whitepaper:1")
    Message.objects.filter(pk=had.pk).update(sent_at=NOON, mailing=mailing)
    waits = outbox.enqueue(MailTemplate.ANNOUNCE, at=NOON, contact_id=two[1].pk, once="whitepaper:1")
    Addressee.objects.create(mailing=mailing, contact=two[1])
    keep = merged(two, policy)
    waits.refresh_from_db()
    assert (waits.contact, waits.ended_at) == (keep, None)
    assert Addressee.objects.get().contact == keep


@pytest.mark.parametrize(
    ("at", "reference", "left"), [(NOON, "Renewal", 1), (NOON, "Support", 2), (NOON - ONE_DAY, "Renewal", 2)]
)
def test_only_the_same_deed_is_kept_once(
    two: list[Contact], policy: PolicyVersion, at: dt.datetime, reference: str, left: int
) -> None:
    do(two[0], "call", NOON, policy, "Renewal")
    do(two[1], "call", at, policy, reference)
    assert merged(two, policy).activities.filter(kind="call").count() == left
