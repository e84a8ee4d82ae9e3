"""Letters that decide nothing, what came in with its files, notes, and who works on a request."""

import datetime as dt

import pytest

from contacts.models import PolicyVersion
from dsr import package
from dsr.answers import correspondence
from dsr.answers.correspondence import MEGABYTES, Enclosed
from dsr.intake import identity
from dsr.letters import free
from dsr.models import Attachment, Paper, Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Source
from tests.support.deciding import TODAY, TOMORROW, asks, draft, letters
from tests.support.factories import NOON, ContactFactory
from tests.support.packaged import unzipped
from tests.support.requesting import KNOWN, OFFICER, close, entered, fresh, posted, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

SCAN = Enclosed("letter.pdf", b"%PDF-1.7 a scan")


def comes_in(
    request: Request, policy: PolicyVersion, words: str = "It is me.", on: dt.date = TODAY, file: Enclosed | None = SCAN
) -> Paper:
    came = {"source": Source.POST, "on": on, "enclosed": file}
    return correspondence.came_in(request.pk, words, **came, policy=policy, at=NOON, by=OFFICER)


def write(request: Request, policy: PolicyVersion, template: str = "working") -> None:
    letter = draft(free.free, request, policy, "sv", template=template)
    correspondence.write(request.pk, letter, at=NOON, by=OFFICER)


def test_a_letter_that_decides_nothing_leaves_request_and_clock_as_they_are(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = fresh(request)
    write(request, policy)
    after = fresh(request)
    assert (after.state, after.safe_on, after.paused_since) == (before.state, before.safe_on, None)
    assert "senast den 24 december 2026" in letters(request)[0]
    assert steps(request)[-1] == "letter"


@pytest.mark.parametrize("template", free.Template.values)
def test_each_template_names_the_request_and_where_to_complain(policy: PolicyVersion, template: str) -> None:
    request = asks(policy, Kind.ACCESS)
    letter = draft(free.free, request, policy, "en", template=template)
    assert request.number in letter.text
    assert "Integritetsskyddsmyndigheten" in letter.closing


def test_a_letter_can_follow_the_answer_as_long_as_the_person_is_held(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    close(request, policy)
    write(request, policy, "thanks")
    assert fresh(request).state == "closed"
    request.subjects.all().delete()
    with pytest.raises(RequestError, match="Nobody is on file any more"):
        write(request, policy)


def test_what_nobody_has_confirmed_is_not_written_about(policy: PolicyVersion) -> None:
    request = posted(policy)
    with pytest.raises(MovedError):
        comes_in(request, policy)


def test_what_came_in_is_kept_with_its_file_and_goes_with_the_person(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    paper = comes_in(request, policy)
    person = request.subjects.get().contact
    assert (paper.text, paper.data, paper.contact) == (
        "It is me.",
        {"source": "post", "came_on": TODAY.isoformat()},
        person,
    )
    assert bytes(paper.attachments.get().content) == SCAN.content
    assert steps(request)[-1] == "came_in"
    person.delete()
    assert not Attachment.objects.exists()


def test_what_came_from_nobody_on_file_goes_when_the_request_is_closed(policy: PolicyVersion) -> None:
    request = entered(policy)
    comes_in(request, policy)
    close(request, policy)
    assert not Attachment.objects.exists()


def test_what_they_wrote_stays_where_the_wrong_person_is_taken_off_and_our_notes_do_not(policy: PolicyVersion) -> None:
    request, wrong = entered(policy), ContactFactory.create()
    identity.identify(request.pk, [wrong], KNOWN, at=NOON, by=OFFICER)
    comes_in(request, policy)
    correspondence.note(request.pk, "Rang them twice.", at=NOON, by=OFFICER)
    identity.mistaken(request.pk, [wrong], policy=policy, at=NOON, by=OFFICER)
    kept = request.papers.get(kind="incoming")
    assert (kept.contact, kept.attachments.count()) == (None, 1)
    assert not request.papers.filter(kind="note").exists()


@pytest.mark.promise("P20")
def test_the_person_gets_what_they_sent_us_as_it_came(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    comes_in(request, policy)
    comes_in(asks(policy, Kind.ACCESS, email="other@fjordkraft.example"), policy, file=Enclosed("a.txt", b"theirs"))
    person = request.subjects.get().contact
    made = unzipped(package.write([person.pk], policy=policy, language="en", at=NOON))
    number = Attachment.objects.get(name="letter.pdf").pk
    files = {name: content for name, content in made.items() if name.startswith("files/")}
    assert files == {f"files/{number}-letter.pdf": SCAN.content}


@pytest.mark.parametrize(
    ("words", "on", "file", "why"),
    [
        ("x", TOMORROW, None, "a day to come"),
        (" ", TODAY, None, "choose a file"),
        ("x", TODAY, Enclosed("run.exe", b"MZ"), "one of these kinds"),
        ("x", TODAY, Enclosed("empty.pdf", b""), "empty"),
        ("x", TODAY, Enclosed("big.pdf", b"x" * (MEGABYTES * 1_000_000 + 1)), "larger than 10 MB"),
    ],
)
def test_what_cannot_have_come_in_changes_nothing(
    policy: PolicyVersion, words: str, on: dt.date, file: Enclosed | None, why: str
) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        comes_in(request, policy, words, on, file)
    assert whole(request) == before


def test_a_note_says_something(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    with pytest.raises(RequestError, match="Write the note"):
        correspondence.note(request.pk, " ", at=NOON, by=OFFICER)
    correspondence.note(request.pk, "Rang them twice.", at=NOON, by=OFFICER)
    assert request.papers.get(kind="note").text == "Rang them twice."


def test_a_request_is_taken_on_and_given_back_while_it_stands(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    correspondence.assign(request.pk, "user:7", at=NOON, by=OFFICER)
    assert fresh(request).worked_on_by == "user:7"
    correspondence.assign(request.pk, "", at=NOON, by=OFFICER)
    assert fresh(request).worked_on_by == ""
    assert list(request.entries.filter(step="assigned").values_list("rule", flat=True)) == ["user:7", "nobody"]
    close(request, policy)
    with pytest.raises(MovedError):
        correspondence.assign(request.pk, "user:7", at=NOON, by=OFFICER)
