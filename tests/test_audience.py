import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import exporting, permission
from contacts.audience import Wanted
from contacts.models import AuditEvent, Contact, Interest, PolicyVersion, Segment, Topic
from contacts.permission import Reach, Refusal
from contacts.vocabulary import Channel
from tests.factories import (
    NOON,
    ContactFactory,
    CountryRuleFactory,
    OrganisationFactory,
    TopicFactory,
    contact_of,
    crowd,
    hold,
)

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
EVERYTHING = {"phone": "08-465 00 00", "address": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}
DANGEROUS = ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"]
HARMLESS = ["Åsa", "Ødegård", "李", "O'Brien", "1st", "(x)", '"quoted"', "a,b", "two\nlines", "\U0001f600", ""]


@pytest.fixture(autouse=True)
def free_country() -> None:
    for channel in Channel:
        CountryRuleFactory.create(
            country="GB", channel=channel, ground="legitimate_interest", valid_from=dt.date(2020, 1, 1)
        )


def somebody(policy: PolicyVersion, **fields: Any) -> Contact:
    told = {"organisation": None, "country": "GB", "language": "en", **EVERYTHING, **fields}
    return contact_of(scenario="prospect", policy=policy, **told)


def export(channel: Channel = Channel.EMAIL, topics: list[Topic] | None = None) -> tuple[list[dict[str, str]], Reach]:
    out = io.BytesIO()
    found = exporting.write(out, Wanted(channel, topics=topics or []), day=TODAY, at=NOON, by="test")
    return list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""))), found


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("channel", "reached_by"),
    [("email", ["email"]), ("phone", ["phone"]), ("post", ["address", "postal_code", "city"])],
)
def test_the_file_has_who_may_be_written_to_and_what_reaches_them(
    channel: str, reached_by: list[str], policy: PolicyVersion
) -> None:
    contact = somebody(policy, company="Fjordkraft")
    rows, found = export(Channel(channel))
    assert list(rows[0]) == ["public_id", *reached_by, "first_name", "last_name", "company", "language", "country"]
    assert rows[0] == {name: str(getattr(contact, name)) for name in rows[0]}
    assert found == Reach(1)


def test_the_company_is_the_organisation_once_it_is_matched(policy: PolicyVersion) -> None:
    somebody(policy, company="fjordkraft ab", organisation=OrganisationFactory.create(name="Fjordkraft AB"))
    rows, _ = export()
    assert [row["company"] for row in rows] == ["Fjordkraft AB"]


@pytest.mark.promise("P11")
@pytest.mark.promise("P12")
def test_whoever_is_refused_is_counted_by_reason_and_not_in_the_file(policy: PolicyVersion) -> None:
    free = [somebody(policy) for _ in range(3)]
    somebody(policy, country="SE")
    somebody(policy, country="SE")
    objecting = somebody(policy)
    objecting.permissions.create(channel="email", state="objected", given_on=TODAY)
    rows, found = export()
    assert {row["public_id"] for row in rows} == {str(contact.public_id) for contact in free}
    assert found == permission.reach(Channel.EMAIL, day=TODAY, topics=[])
    assert found == Reach(3, {Refusal.NO_CONSENT: 2, Refusal.OBJECTED: 1})


@pytest.mark.promise("P11")
def test_people_held_for_their_interest_alone_are_in_the_file_of_their_topics(policy: PolicyVersion) -> None:
    topic, other = TopicFactory.create(), TopicFactory.create()
    contact = contact_of(None, "whitepaper", policy, country="GB")
    Interest.objects.create(contact=contact, topic=topic, since=TODAY)
    assert [len(export(topics=about)[0]) for about in ([], [other], [topic], [topic, other])] == [0, 0, 1, 1]


@pytest.mark.parametrize("cell", DANGEROUS)
@pytest.mark.parametrize(
    ("channel", "name"),
    [
        *(("email", name) for name in ("first_name", "last_name", "company", "language")),
        *(("post", name) for name in ("address", "postal_code", "city")),
        ("phone", "phone"),
    ],
)
def test_a_cell_that_would_be_a_formula_is_text(channel: str, name: str, cell: str, policy: PolicyVersion) -> None:
    somebody(policy, **{name: cell})
    rows, _ = export(Channel(channel))
    begins = f"{cell[0]}'{cell[1:]}" if cell[0].isspace() else cell  # what a tab or a line's end begins, too
    assert rows[0][name] == f"'{begins}"


def test_an_address_and_a_company_on_record_are_no_formulas_either(policy: PolicyVersion) -> None:
    somebody(policy, email="=cmd@fjordkraft.example", organisation=OrganisationFactory.create(name="@Fjord"))
    rows, _ = export()
    assert (rows[0]["email"], rows[0]["company"]) == ("'=cmd@fjordkraft.example", "'@Fjord")


@pytest.mark.parametrize("cell", HARMLESS)
def test_every_other_cell_is_what_it_was(cell: str, policy: PolicyVersion) -> None:
    somebody(policy, first_name=cell)
    rows, _ = export()
    assert rows[0]["first_name"] == cell


def test_a_name_that_looks_like_the_start_of_a_row_hides_nobody(policy: PolicyVersion) -> None:
    somebody(policy, first_name='x\n"",objected,')
    somebody(policy, first_name="objected")
    rows, found = export()
    assert (len(rows), found) == (2, Reach(2))


@pytest.mark.promise("P17")
def test_an_export_and_each_person_in_it_are_in_the_audit(policy: PolicyVersion) -> None:
    people = {somebody(policy).public_id for _ in range(2)}
    somebody(policy, country="SE")
    export()
    event = AuditEvent.objects.get(code="audience.exported")
    assert (event.rule, event.by, event.public_id) == ("channel:email:2", "test", None)
    each = AuditEvent.objects.filter(code="contact.exported", by="test", at=NOON, rule="channel:email")
    assert sorted(each.values_list("public_id", flat=True)) == sorted(people)


class Broken(io.BytesIO):
    def write(self, row: Any) -> int:
        if self.tell() > 200:
            raise BrokenPipeError
        return super().write(row)


@pytest.mark.promise("P17")
def test_of_an_export_that_breaks_off_everybody_is_in_the_audit(policy: PolicyVersion) -> None:
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    out = Broken()
    with pytest.raises(BrokenPipeError):
        exporting.write(out, Wanted(Channel.EMAIL), day=TODAY, at=NOON, by="test")
    assert 1 < out.getvalue().count(b"\n") < 2_000
    assert AuditEvent.objects.get(code="audience.exported").rule == "channel:email:2000"
    assert AuditEvent.objects.filter(code="contact.exported").count() == 2_000


def test_questions_do_not_grow_with_people(policy: PolicyVersion) -> None:
    counts = []
    for size in (1, 30):
        crowd(size, "prospect", TODAY, policy=policy)
        with CaptureQueriesContext(connection) as asked:
            export()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_command_prints_the_file_and_says_who_is_left_out(policy: PolicyVersion, capfdbinary: Any) -> None:
    contact = somebody(policy)
    somebody(policy, country="SE")
    call_command("audience", "email")
    printed = capfdbinary.readouterr()
    assert str(contact.public_id).encode() in printed.out
    assert printed.err.startswith(b"1 of 2 is left out: 1 needs consent")


def test_the_command_asks_about_topics_by_their_short_name(policy: PolicyVersion, capfdbinary: Any) -> None:
    topic = TopicFactory.create(slug="cloud")
    contact = contact_of(None, "event", policy, country="GB")
    Interest.objects.create(contact=contact, topic=topic, since=TODAY)
    call_command("audience", "email", topic=["cloud"])
    assert str(contact.public_id).encode() in capfdbinary.readouterr().out


def test_the_command_asks_about_the_people_of_a_segment_alone(policy: PolicyVersion, capfdbinary: Any) -> None:
    inside, outside = somebody(policy, company="Fjordkraft"), somebody(policy, country="IE")
    owner = User.objects.create(username="somebody")
    segment = Segment.objects.create(name="Britain", owner=owner, filters={"country": "GB"}, created_at=NOON)
    call_command("audience", "email", segment=segment.pk)
    printed = capfdbinary.readouterr()
    assert str(inside.public_id).encode() in printed.out
    assert str(outside.public_id).encode() not in printed.out
    assert printed.err.startswith(b"Nobody of 1 is left out")


def test_a_segment_that_there_is_not_is_refused_before_anything_leaves(policy: PolicyVersion, capfdbinary: Any) -> None:
    somebody(policy)
    with pytest.raises(CommandError, match="no segment of this number"):
        call_command("audience", "email", segment=0)
    assert capfdbinary.readouterr().out == b""
    assert not AuditEvent.objects.filter(code__endswith="exported").exists()


def test_a_topic_that_there_is_not_is_refused_before_anything_leaves(policy: PolicyVersion, capfdbinary: Any) -> None:
    somebody(policy)
    with pytest.raises(CommandError, match="no topic clouds"):
        call_command("audience", "email", topic=["clouds"])
    assert capfdbinary.readouterr().out == b""
    assert not AuditEvent.objects.filter(code="audience.exported").exists()


def test_nobody_to_write_to_is_a_file_with_its_first_line_alone(policy: PolicyVersion) -> None:
    hold(ContactFactory.create(country="SE"), "prospect", TODAY, policy=policy)
    rows, found = export()
    assert (rows, found.may, found.asked) == ([], 0, 1)
