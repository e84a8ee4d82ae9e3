import datetime as dt
import itertools
from contextlib import closing
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.audiences import audience
from contacts.audiences.audience import Wanted
from contacts.models import Audience, AuditEvent, Contact, Interest, ListedPerson, PolicyVersion
from contacts.permission import permission
from contacts.permission.permission import Reach, Refusal
from contacts.words.vocabulary import Channel, Scenario
from tests.support import listing
from tests.support.factories import NOON, OrganisationFactory, TopicFactory, contact_of, crowd
from tests.support.listing import EVERYTHING, content, free_country, from_csv

__all__ = ["free_country"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("free_country")]

TODAY = dt.date(2026, 11, 24)
DANGEROUS = ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"]
HARMLESS = ["Åsa", "Ødegård", "李", "O'Brien", "1st", "(x)", '"quoted"', "a,b", "two\nlines", "\U0001f600", ""]


def somebody(policy: PolicyVersion, **fields: Any) -> Contact:
    told = {"organisation": None, "country": "GB", "language": "en", **EVERYTHING, **fields}
    return contact_of(scenario="prospect", policy=policy, **told)


def export(policy: PolicyVersion, channel: Channel = Channel.EMAIL) -> tuple[list[dict[str, str]], Reach]:
    file = listing.export(policy, Wanted(channel, Scenario.PROSPECT))
    return from_csv(content(file)), file.draft.reach


@pytest.mark.promise("P11")
@pytest.mark.parametrize(
    ("channel", "reached_by"),
    [("email", ["email"]), ("phone", ["phone"]), ("post", ["address", "postal_code", "city"])],
)
def test_the_file_has_who_may_be_written_to_and_what_reaches_them(
    channel: str, reached_by: list[str], policy: PolicyVersion
) -> None:
    contact = somebody(policy, company="Fjordkraft")
    rows, found = export(policy, Channel(channel))
    assert list(rows[0]) == ["public_id", *reached_by, "first_name", "last_name", "company", "language", "country"]
    assert rows[0] == {name: str(getattr(contact, name)) for name in rows[0]}
    assert found == Reach(1)


def test_the_company_is_the_organisation_once_it_is_matched(policy: PolicyVersion) -> None:
    somebody(policy, company="fjordkraft ab", organisation=OrganisationFactory.create(name="Fjordkraft AB"))
    rows, _ = export(policy)
    assert [row["company"] for row in rows] == ["Fjordkraft AB"]


@pytest.mark.promise("P11")
@pytest.mark.promise("P12")
def test_whoever_is_refused_is_counted_by_reason_and_not_in_the_file(policy: PolicyVersion) -> None:
    free = [somebody(policy) for _ in range(3)]
    somebody(policy, country="SE")
    somebody(policy, country="SE")
    objecting = somebody(policy)
    objecting.permissions.create(channel="email", state="objected", given_on=TODAY)
    rows, found = export(policy)
    assert {row["public_id"] for row in rows} == {str(contact.public_id) for contact in free}
    assert found == permission.reach(Channel.EMAIL, day=TODAY, topics=[])
    assert found == Reach(3, {Refusal.NO_CONSENT: 2, Refusal.OBJECTED: 1})


@pytest.mark.promise("P11")
def test_people_held_for_their_interest_alone_are_in_the_file_of_their_topics(policy: PolicyVersion) -> None:
    topic, other = TopicFactory.create(), TopicFactory.create()
    contact = contact_of(None, "whitepaper", policy, country="GB")
    Interest.objects.create(contact=contact, topic=topic, since=TODAY)
    reached = [Channel.EMAIL, Scenario.WHITEPAPER]
    for about, number in (([], 0), ([other], 0), ([topic], 1), ([topic, other], 1)):
        asked = audience.question(Wanted(*reached, topics=about), day=TODAY)
        assert asked.filter(answer="").count() == number
    rows = from_csv(content(listing.export(policy, Wanted(*reached, topics=[topic, other]))))
    assert [row["public_id"] for row in rows] == [str(contact.public_id)]


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
    rows, _ = export(policy, Channel(channel))
    begins = f"{cell[0]}'{cell[1:]}" if cell[0].isspace() else cell  # what a tab or a line's end begins, too
    assert rows[0][name] == f"'{begins}"


def test_an_address_and_a_company_on_record_are_no_formulas_either(policy: PolicyVersion) -> None:
    somebody(policy, email="=cmd@fjordkraft.example", organisation=OrganisationFactory.create(name="@Fjord"))
    rows, _ = export(policy)
    assert (rows[0]["email"], rows[0]["company"]) == ("'=cmd@fjordkraft.example", "'@Fjord")


@pytest.mark.parametrize("cell", HARMLESS)
def test_every_other_cell_is_what_it_was(cell: str, policy: PolicyVersion) -> None:
    somebody(policy, first_name=cell)
    rows, _ = export(policy)
    assert rows[0]["first_name"] == cell


def test_a_name_that_looks_like_the_start_of_a_row_hides_nobody(policy: PolicyVersion) -> None:
    somebody(policy, first_name='x\n"",objected,')
    somebody(policy, first_name="objected")
    rows, found = export(policy)
    assert (len(rows), found) == (2, Reach(2))


@pytest.mark.promise("P17")
def test_an_export_and_each_person_in_it_are_in_the_audit(policy: PolicyVersion) -> None:
    people = {somebody(policy).public_id for _ in range(2)}
    somebody(policy, country="SE")
    export(policy)
    event = AuditEvent.objects.get(code="audience.exported")
    rule = f"audience:{Audience.objects.get().pk}"
    assert (event.rule, event.by, event.public_id) == (f"{rule}:2", "test", None)
    each = AuditEvent.objects.filter(code="contact.exported", by="test", at=NOON, rule=rule)
    assert sorted(each.values_list("public_id", flat=True)) == sorted(people)
    listed = ListedPerson.objects.filter(audience=Audience.objects.get()).values_list("contact__public_id", flat=True)
    assert sorted(listed) == sorted(people)


@pytest.mark.promise("P17")
def test_of_an_export_that_breaks_off_everybody_is_in_the_audit(policy: PolicyVersion) -> None:
    crowd(2_000, "prospect", TODAY, policy=policy)
    Contact.objects.update(country="GB")
    with closing(listing.export(policy)) as file:
        read = b"".join(itertools.islice(file, 2))  # the first line, and the first rows
    assert 1 < read.count(b"\n") < 2_000
    assert AuditEvent.objects.get(code="audience.exported").rule.endswith(":2000")
    assert AuditEvent.objects.filter(code="contact.exported").count() == 2_000


def test_questions_do_not_grow_with_people(policy: PolicyVersion) -> None:
    counts, _ = [], listing.holder()
    for size in (1, 30):
        crowd(size, "prospect", TODAY, policy=policy)
        Contact.objects.update(country="GB")
        with CaptureQueriesContext(connection) as asked:
            export(policy)
        counts.append(len(asked))
    assert counts[0] == counts[1]
