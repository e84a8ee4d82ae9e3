"""The officer at the form of an act: the letter is seen as it will be sent, and nothing happens before."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.delivery import letters as mails
from contacts.models import Contact, Message, PolicyVersion
from dsr.intake import identity
from dsr.models import Request
from dsr.records import restricted
from dsr.words.vocabulary import Kind, Outcome, State
from tests.support.admin_pages import contents
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, Desk, ada, asks, letters, owed_mails, url
from tests.support.factories import NOON, customer, hold
from tests.support.requesting import OFFICER, asked_by, entered, fresh, steps

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P23")]

REFUSAL = {"ground": "excessive", "reasons": BECAUSE}
FRIDAY = "2026-12-04"


@pytest.fixture
def officer(log_in: LogIn, policy: PolicyVersion) -> Client:
    return log_in("privacy officer")


def by_post(policy: PolicyVersion, kind: Kind = Kind.ERASURE) -> Request:
    """Came by letter, and is about somebody on file."""
    request = entered(policy, kind)
    return identity.identify(request.pk, [ada(policy)], "called back", at=NOON, by=OFFICER)


def test_the_letter_is_shown_before_anything_happens(officer: Client, policy: PolicyVersion) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE), "refuse")
    assert desk.sheet == ""
    before = contents()
    desk.fill(**REFUSAL)
    assert BECAUSE in desk.sheet
    assert "domstol" in desk.sheet
    assert "Nothing has happened yet." in desk.html
    assert contents() == before


def test_pressed_without_looking_the_letter_is_shown_first(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    desk = Desk(officer, request, "refuse")
    before = contents()
    desk.send(**REFUSAL)
    assert BECAUSE in desk.sheet
    assert contents() == before
    desk.send()
    assert fresh(request).outcome == Outcome.REFUSED


def test_what_leaves_is_what_was_shown(officer: Client, policy: PolicyVersion) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE), "refuse")
    desk.fill(**REFUSAL)
    shown = desk.sheet
    desk.send()
    message = Message.objects.select_related("contact").get(template="written")
    envelope = mails.write(message, policy=policy, at=NOON)
    ((left, _kind),) = envelope.alternatives
    assert str(left).split() == shown.split()
    assert "Hello" not in shown


def test_the_words_of_the_officer_are_what_is_sent(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    desk = Desk(officer, request, "refuse")
    desk.fill(**REFUSAL)
    desk.fill(subject="Ditt brev", text="Hej.\r\n\r\nVi kan inte.  ")
    assert "Vi kan inte." in desk.sheet
    desk.send()
    (text,) = letters(request)
    assert text.startswith("Hej.\n\nVi kan inte.\n\nSkriv till oss")
    assert text.endswith("vända dig till domstol.")
    assert request.papers.get(kind="letter").data["subject"] == "Ditt brev"


def test_words_changed_after_the_last_look_are_shown_before_they_leave(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    desk = Desk(officer, request, "refuse")
    desk.fill(**REFUSAL)
    desk.send(text="Changed at the last moment.")
    assert "Changed at the last moment." in desk.sheet
    assert fresh(request).state == State.OPEN
    desk.send()
    assert letters(request)[0].startswith("Changed at the last moment.")


def test_a_change_of_the_facts_writes_the_letter_anew(officer: Client, policy: PolicyVersion) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE), "refuse")
    desk.fill(**REFUSAL)
    desk.fill(reasons="Because of the tides.")
    assert "Because of the tides." in desk.sheet
    assert BECAUSE not in desk.letter


def test_a_letter_that_the_officer_put_a_hand_to_is_not_written_over(officer: Client, policy: PolicyVersion) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE), "refuse")
    desk.fill(**REFUSAL)
    desk.fill(text="My own words.")
    desk.typed.pop("text")
    desk.fill(reasons="Because of the tides.")
    assert desk.letter == "My own words."


def test_a_letter_that_is_emptied_is_written_anew(officer: Client, policy: PolicyVersion) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE), "refuse")
    desk.fill(**REFUSAL)
    desk.fill(text="  ")
    assert BECAUSE in desk.letter


def test_nothing_that_was_typed_becomes_markup_in_the_page(officer: Client, policy: PolicyVersion) -> None:
    rude = "</iframe><script>alert(1)</script>\"'><b>"
    desk = Desk(officer, asks(policy, Kind.ERASURE, first_name=rude), "refuse")
    desk.fill(ground="excessive", reasons=rude)
    assert "<script>alert" not in desk.html
    assert "<script>alert" not in desk.sheet
    assert "<iframe" in desk.html
    assert " sandbox " in desk.html


def test_a_letter_without_facts_is_there_at_the_first_look(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    desk = Desk(officer, request, "hand-over")
    assert "8 december 2026" in desk.sheet
    desk.send()
    assert fresh(request).outcome == Outcome.FULFILLED
    assert request.handovers.count() == 1


def test_an_answer_on_paper_is_printed_and_no_mail_leaves(officer: Client, policy: PolicyVersion) -> None:
    request = by_post(policy)
    desk = Desk(officer, request, "refuse")
    desk.fill(**REFUSAL)
    desk.fill(posted_on="2026-11-24")
    assert 'href="data:application/pdf;base64,' in desk.html
    assert 'class="from"' in desk.sheet
    desk.send()
    assert owed_mails() == 0
    assert request.papers.get(kind="letter").data["posted_on"] == "2026-11-24"
    assert request.entries.filter(step="letter").get().rule == "letter:post"


@pytest.mark.parametrize(("bounced_on", "offered"), [(None, False), (TODAY, True)])
def test_paper_is_offered_where_mails_bounce(
    officer: Client, policy: PolicyVersion, bounced_on: dt.date | None, offered: bool
) -> None:
    desk = Desk(officer, asks(policy, Kind.ERASURE, bounced_on=bounced_on), "refuse")
    assert ('name="posted_on"' in desk.fill(**REFUSAL)) is offered


def test_nothing_was_posted_on_a_day_to_come(officer: Client, policy: PolicyVersion) -> None:
    request = by_post(policy)
    desk = Desk(officer, request, "refuse")
    desk.fill(**REFUSAL)
    before = contents()
    desk.send(posted_on="2026-11-25")
    assert "This day is still to come." in desk.html
    assert contents() == before


def test_who_has_no_address_on_file_is_answered_by_post(officer: Client, policy: PolicyVersion) -> None:
    request = entered(policy)
    desk = Desk(officer, request, "refuse")
    desk.fill(ground="not_identified", reasons=BECAUSE)
    assert 'name="posted_on" value="2026-11-24"' in desk.html
    desk.send(posted_on="2026-11-24")
    assert (fresh(request).outcome, owed_mails()) == (Outcome.REFUSED, 0)


def test_a_refusal_by_the_act_is_told_beside_the_letter(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    desk = Desk(officer, request, "agree")
    desk.fill(agreement=BECAUSE, by_when="2026-11-20")
    before = contents()
    desk.send()
    assert "cannot be done by a day that is past" in desk.html
    assert BECAUSE in desk.sheet
    assert contents() == before


# The forms of the acts


def test_more_time_is_taken_with_a_letter(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    desk = Desk(officer, request, "extend")
    desk.fill(reason=BECAUSE)
    assert "Answer by 24 February 2027." in desk.send()
    assert "24 februari 2027" in letters(request)[0]


def test_an_extension_is_noted_afterwards_without_a_letter(officer: Client, policy: PolicyVersion) -> None:
    request = entered(policy, received_on=dt.date(2026, 10, 5))
    assert "extend/" not in officer.get(url(request, "change")).content.decode().replace("note-extension/", "")
    desk = Desk(officer, request, "note-extension")
    assert "The extension is on record." in desk.send(told_on="2026-11-02", reason=BECAUSE)
    assert fresh(request).extended_late
    assert owed_mails() == 0


def test_old_and_new_stand_side_by_side(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    pk = Contact.objects.get().pk
    typed = {f"{pk}-{name}": "" for name in ("job_title", "address", "postal_code", "city", "country", "company")}
    typed |= {f"{pk}-first_name": "Ada", f"{pk}-last_name": "Lind", f"{pk}-phone": "", f"{pk}-language": "sv"}
    typed |= {f"{pk}-email": "ada@fjordkraft.example"}
    desk = Desk(officer, request, "correct")
    desk.fill(**typed)
    assert '<th scope="row">Last name</th><td>Berg</td><td><strong>Lind</strong></td>' in desk.html
    assert "Efternamn: Lind" in desk.letter
    assert "The details are corrected" in desk.send()
    assert Contact.objects.get().last_name == "Lind"


def test_what_is_on_file_longer_than_a_form_takes_stays_where_the_officer_leaves_it(
    officer: Client, policy: PolicyVersion
) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    Contact.objects.update(job_title="Head of\n" + "x" * 300, last_name="Berg")
    person = Contact.objects.get()
    names = ("first_name", "email", "language", "phone", "company")
    typed = {f"{person.pk}-{name}": getattr(person, name) for name in names}
    desk = Desk(officer, request, "correct")
    desk.fill(**typed, **{f"{person.pk}-last_name": "Lind", f"{person.pk}-job_title": "Head of" + "x" * 300})
    assert "The details are corrected" in desk.send()
    person.refresh_from_db()
    assert (person.last_name, person.corrected) == ("Lind", ["last_name"])
    assert person.job_title == "Head of\n" + "x" * 300


def test_where_nothing_changes_the_form_says_so(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RECTIFICATION)
    person = Contact.objects.get()
    desk = Desk(officer, request, "correct")
    before = contents(looks=False)
    desk.fill(
        **{
            f"{person.pk}-{name}": getattr(person, name)
            for name in ("first_name", "last_name", "email", "language", "phone", "job_title", "company")
        }
    )
    assert "Nothing would change" in desk.html
    assert contents(looks=False) == before


@pytest.mark.promise("L6")
def test_a_restriction_is_placed_told_and_lifted(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.RESTRICTION)
    desk = Desk(officer, request, "restrict")
    desk.fill(ground="c", reasons=BECAUSE)
    desk.send()
    page = officer.get(url(request, "change")).content.decode()
    assert "announce-lifting/" in page
    assert "/lift/" not in page
    desk = Desk(officer, request, "announce-lifting")
    desk.fill(on="2026-11-25", reasons=BECAUSE)
    assert "used again from 25 November 2026" in desk.send()
    assert "announce-lifting/" not in officer.get(url(request, "change")).content.decode()
    before = contents()
    officer.post(url(request, "lift"))
    assert contents() == before
    assert restricted.is_restricted(request, TOMORROW)


@pytest.mark.promise("P22")
def test_following_an_objection_states_its_numbers_and_asks_for_the_number(
    officer: Client, policy: PolicyVersion
) -> None:
    person = customer(policy, email="ada@fjordkraft.example")
    hold(person, "prospect", TODAY, policy=policy)
    request = asked_by(person, policy, Kind.OBJECTION)
    desk = Desk(officer, request, "uphold")
    assert "1 reason to hold them goes, with what they alone needed; 1 stays." in desk.html
    desk.fill(ours="Sales", theirs="A journalist", reasons=BECAUSE)
    before = contents()
    desk.send(number="2026-9999")
    assert "This is not the number of this request." in desk.html
    assert BECAUSE in desk.sheet
    assert contents() == before
    desk.send(number=request.number)
    assert fresh(request).outcome == Outcome.FULFILLED
    assert person.bases.count() == 1


@pytest.mark.promise("P22")
def test_who_would_be_held_for_nothing_is_deleted_next(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.OBJECTION)
    desk = Desk(officer, request, "uphold")
    assert "none is left: the person has to be deleted next" in desk.html
    desk.fill(ours="Sales", theirs="A journalist", reasons=BECAUSE)
    assert "Now delete the person" in desk.send(number=request.number)
    page = officer.get(url(request, "change")).content.decode()
    assert "/erase/" in page
    assert "/uphold/" not in page


@pytest.mark.promise("P22")
def test_an_objection_that_is_not_followed_is_refused(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.OBJECTION)
    desk = Desk(officer, request, "reject")
    desk.fill(ours="A claim", theirs="None said", reasons=BECAUSE, ground="legal_claims", on="2026-12-01")
    assert "(artikel 21.1 i dataskyddsförordningen)" in desk.letter
    desk.send()
    assert fresh(request).refusal == "legal_claims"
    assert "needed for legal claims (Art. 21(1))" in officer.get(url(request, "change")).content.decode()
    assert steps(request)[-1] == "closed"


def test_a_complaint_is_settled_in_two_letters(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    assert "agreement-done/" not in officer.get(url(request, "change")).content.decode()
    desk = Desk(officer, request, "agree")
    desk.fill(agreement="We call first.", by_when=FRIDAY)
    desk.send()
    desk = Desk(officer, request, "agreement-done")
    desk.fill(done="We called.")
    assert "We call first." in desk.sheet
    desk.send()
    assert fresh(request).outcome == Outcome.FULFILLED
    assert owed_mails() == 2


def test_two_requests_are_answered_together(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    earlier = entered(policy, received_on=dt.date(2026, 11, 3))
    identity.identify(earlier.pk, [Contact.objects.get()], "called back", at=NOON, by=OFFICER)
    assert "answer-together/" not in officer.get(url(earlier, "change")).content.decode()
    told = Desk(officer, request, "answer-together").send(earlier=str(earlier.pk))
    assert f"Answer both under number {earlier.number} by 3 December 2026." in told
    assert fresh(request).outcome == Outcome.DUPLICATE


@pytest.mark.promise("P20")
def test_the_package_is_looked_at_by_get_and_taken_out_by_post(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = contents(looks=False)
    page = officer.get(url(request, "package")).content.decode()
    assert "ada@fjordkraft.example" in page
    assert contents(looks=False) == before
    answer = officer.post(url(request, "package"))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="request-{request.number}.zip"'
    assert steps(request)[-1] == "fetched"


def test_a_request_that_asks_for_none_has_no_package(officer: Client, policy: PolicyVersion) -> None:
    assert officer.get(url(asks(policy, Kind.ERASURE), "package")).status_code == 404


ACTS = [
    (Kind.ACCESS, "hand-over"),
    (Kind.ACCESS, "extend"),
    (Kind.ACCESS, "refuse"),
    (Kind.ACCESS, "package"),
    (Kind.RECTIFICATION, "correct"),
    (Kind.RESTRICTION, "restrict"),
    (Kind.OBJECTION, "uphold"),
    (Kind.OBJECTION, "reject"),
    (Kind.COMPLAINT, "agree"),
]


OTHERS = ("marketing", "sales", "events", "auditor", "administrator")


@pytest.mark.parametrize(("kind", "act"), ACTS)
def test_nobody_but_the_officer_reaches_any_of_them(log_in: LogIn, policy: PolicyVersion, kind: Kind, act: str) -> None:
    page, clients = url(asks(policy, kind), act), {role: log_in(role) for role in OTHERS}
    before = contents()
    told = {
        role: (client.get(page).status_code, client.post(page, REFUSAL).status_code) for role, client in clients.items()
    }
    assert told == dict.fromkeys(OTHERS, (403, 403))
    assert contents() == before


@pytest.mark.parametrize(("kind", "act"), ACTS)
def test_a_form_that_is_opened_changes_nothing(officer: Client, policy: PolicyVersion, kind: Kind, act: str) -> None:
    request = asks(policy, kind)
    before = contents(looks=False)
    assert officer.get(url(request, act)).status_code == 200
    assert contents(looks=False) == before


OFFERED = {
    Kind.ACCESS: {"hand-over", "restrict", "extend", "refuse"},
    Kind.RECTIFICATION: {"correct", "restrict", "extend", "refuse"},
    Kind.ERASURE: {"restrict", "extend", "refuse"},
    Kind.RESTRICTION: {"restrict", "extend", "refuse"},
    Kind.PORTABILITY: {"hand-over", "restrict", "extend", "refuse"},
    Kind.OBJECTION: {"uphold", "reject", "extend", "refuse"},
    Kind.COMPLAINT: {"agree", "restrict", "extend", "refuse"},
    Kind.LEAVER: {"restrict", "extend", "refuse"},
}
MINE = {name for names in OFFERED.values() for name in names} | {
    *("hand-over-again", "announce-lifting", "lift", "agreement-done", "answer-together", "note-extension"),
}


@pytest.mark.parametrize("kind", OFFERED)
def test_each_kind_of_request_is_offered_what_fits_it(officer: Client, policy: PolicyVersion, kind: Kind) -> None:
    request = asks(policy, kind)
    page = officer.get(url(request, "change")).content.decode()
    assert {name for name in MINE if url(request, name) in page} == OFFERED[kind]
