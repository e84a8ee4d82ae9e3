"""Every letter about a request, in both languages: what the law has it say, and what may never stand in it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from contacts.delivery import letters as mails
from contacts.models import Message, PolicyVersion, Tombstone
from dsr.admin.letters import preview
from dsr.answers import answering, remedies
from dsr.letters import (
    answers,
    complaints,
    corrections,
    free,
    handovers,
    paper,
    question,
    refusals,
    restrictions,
)
from dsr.letters.common import Writer
from dsr.words.vocabulary import Kind, RefusalGround
from tests.support.admin_pages import contents
from tests.support.deciding import BECAUSE, asks, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, entered

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P23")]

DAY = dt.date(2027, 2, 24)
SPELLED = {"en": "24 February 2027", "sv": "24 februari 2027"}
RUDE = '<script>alert("Ada")</script><img src=x> & **you**'

WITH_DAY: list[tuple[Writer, dict[str, Any]]] = [
    (answers.extended, {"until": DAY, "reason": BECAUSE}),
    (answers.unidentified, {"asked_on": DAY}),
    (handovers.access_ready, {"until": DAY}),
    (handovers.portability_ready, {"until": DAY}),
    (restrictions.to_be_lifted, {"on": DAY, "reasons": BECAUSE}),
    (restrictions.not_upheld, {"on": DAY, "reasons": BECAUSE}),
    (restrictions.not_upheld, {"on": DAY, "reasons": BECAUSE, "ground": RefusalGround.LEGAL_CLAIMS}),
    (restrictions.upheld, {"left": True, "on": DAY, "reasons": BECAUSE}),
    (refusals.refused, {"ground": RefusalGround.NOT_COVERED, "on": DAY, "reasons": BECAUSE}),
    (answers.taken_back, {"on": DAY}),
    (answers.nothing_held, {"stone": Tombstone(erased_on=DAY, ends_on=DAY)}),
    (complaints.agreed, {"agreement": BECAUSE, "by": DAY}),
    (question.question, {"goes_on": DAY}),
    (question.scope, {"entries": 600, "answers_all": DAY}),
]
OTHERS: list[tuple[Writer, dict[str, Any]]] = [
    (answers.nothing_held, {"suppressed": True}),
    (handovers.enclosed, {}),
    (corrections.corrected, {"values": {"phone": "", "city": "Umeå"}}),
    (question.question, {}),
    (refusals.refused, {"ground": RefusalGround.EXCESSIVE, "reasons": BECAUSE}),
    (refusals.refused_in_part, {"ground": RefusalGround.LEGAL_DUTY, "reasons": BECAUSE, "done": "A."}),
    (restrictions.restricted, {"reasons": BECAUSE}),
    (restrictions.not_upheld, {"still": ["2026-0007"], "reasons": BECAUSE}),
    (restrictions.upheld, {"left": True, "still": ["2026-0007"], "reasons": BECAUSE}),
    (refusals.refused, {"ground": RefusalGround.NOT_COVERED, "still": ["2026-0007"], "reasons": BECAUSE}),
    (answers.taken_back, {"still": ["2026-0007"]}),
    (restrictions.upheld, {"left": True, "reasons": BECAUSE}),
    (restrictions.upheld, {"left": False, "reasons": BECAUSE}),
    (complaints.done, {"agreement": BECAUSE, "done": "B."}),
    (complaints.answered, {"answer": BECAUSE}),
    (question.scope, {"entries": 600}),
    (free.fee, {"fee": "250 kr", "reasons": BECAUSE}),
    *((free.free, {"template": each}) for each in free.Template.values),
]
REFUSING = {
    answers.unidentified,
    restrictions.to_be_lifted,
    restrictions.not_upheld,
    refusals.refused,
    refusals.refused_in_part,
    complaints.agreed,
    complaints.done,
    complaints.answered,
    free.fee,
}
ALL = WITH_DAY + OTHERS

every_letter = pytest.mark.parametrize(("write", "facts"), ALL, ids=lambda each: getattr(each, "__name__", ""))
every_language = pytest.mark.parametrize("language", ["en", "sv"])


@every_letter
@every_language
def test_each_letter_has_the_number_how_to_reach_us_and_the_authority(
    policy: PolicyVersion, write: Writer, facts: dict[str, Any], language: str
) -> None:
    request = asks(policy, Kind.OBJECTION)
    letter = draft(write, request, policy, language, **facts)
    assert request.number in letter.subject
    assert request.number in letter.text
    for named in (policy.controller["privacy_contact"], policy.controller["authority"]["name"]):
        assert named in letter.closing
    assert all(str(value) in letter.text for value in facts.values() if value == BECAUSE)


@every_letter
@pytest.mark.promise("L3")
def test_each_refusal_names_the_way_to_court(policy: PolicyVersion, write: Writer, facts: dict[str, Any]) -> None:
    letter = draft(write, asks(policy, Kind.OBJECTION), policy, "en", **facts)
    assert ("go to court" in letter.closing) == (write in REFUSING)
    if write in REFUSING:
        remedies.check(letter, policy)


@pytest.mark.parametrize(("write", "facts"), WITH_DAY, ids=lambda each: getattr(each, "__name__", ""))
@every_language
def test_days_are_spelled_out_in_the_language_of_the_letter(
    policy: PolicyVersion, write: Writer, facts: dict[str, Any], language: str
) -> None:
    assert SPELLED[language] in draft(write, asks(policy, Kind.OBJECTION), policy, language, **facts).whole


@every_letter
def test_each_letter_speaks_swedish_from_its_subject_to_its_end(
    policy: PolicyVersion, write: Writer, facts: dict[str, Any]
) -> None:
    request = asks(policy, Kind.OBJECTION)
    english, swedish = (draft(write, request, policy, language, **facts) for language in ("en", "sv"))
    said = {paragraph for paragraph in english.whole.split("\n\n") if paragraph not in facts.values()}
    assert not said & set(swedish.whole.split("\n\n"))
    assert english.subject != swedish.subject
    assert english.why != swedish.why


@pytest.mark.parametrize("kind", Kind)
@every_language
def test_each_kind_of_request_is_called_by_what_was_asked(policy: PolicyVersion, kind: Kind, language: str) -> None:
    opening = draft(handovers.enclosed, entered(policy, kind), policy, language).text.split("\n\n")[0]
    asked = {"en": "On 24 November 2026 you asked us ", "sv": "Den 24 november 2026 bad du oss "}
    # Who left may not have told us themselves.
    heard = {"en": "On 24 November 2026 we heard that ", "sv": "Den 24 november 2026 fick vi höra att "}
    assert opening.startswith((heard if kind == Kind.LEAVER else asked)[language])
    others = {draft(handovers.enclosed, entered(policy, other), policy, language).text[:60] for other in Kind}
    assert len(others) == len(Kind)


@every_language
@pytest.mark.parametrize("kind", ["mail", "paper"])
def test_what_anybody_typed_is_text_and_never_markup(policy: PolicyVersion, language: str, kind: str) -> None:
    request = asks(policy, Kind.ERASURE, first_name=RUDE, last_name=RUDE)
    letter = draft(refusals.refused, request, policy, language, ground="excessive", reasons=RUDE)
    show: Callable[..., str] = {"mail": preview, "paper": paper.html}[kind]
    page = show(request, replace(letter, subject=RUDE), policy=policy, at=NOON)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_the_letter_that_leaves_is_the_one_that_was_shown(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = draft(refusals.refused, request, policy, "sv", ground="excessive", reasons=BECAUSE)
    shown = preview(request, letter, policy=policy, at=NOON)
    answering.send(request, letter, at=NOON, by=OFFICER)
    message = Message.objects.select_related("contact").get(template="written")
    ((left, _kind),) = mails.write(message, policy=policy, at=NOON).alternatives
    assert left == shown


def test_looking_at_a_letter_stores_nothing(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE)
    letter = draft(refusals.refused, request, policy, ground="excessive", reasons=BECAUSE)
    before, files = contents(), _files()
    for show in (preview, paper.html, paper.data_url):
        assert show(request, letter, policy=policy, at=NOON)
    assert (contents(), _files()) == (before, files)


def test_a_letter_on_paper_is_a_tagged_pdf_addressed_to_the_person(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE, address="Storgatan 1", postal_code="903 26", city="Umeå", country="SE")
    letter = draft(refusals.refused, request, policy, "sv", ground="excessive", reasons=BECAUSE)
    assert b"/StructTreeRoot" in paper.pdf(request, letter, policy=policy, at=NOON)
    page = paper.html(request, letter, policy=policy, at=NOON)
    for line in ("Ada Berg", "Storgatan 1", "903 26 Umeå", "Sverige", "domstol", BECAUSE):
        assert line in page


def test_a_name_that_no_font_can_show_is_printed_all_the_same(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ERASURE, first_name="愛子")
    letter = draft(handovers.enclosed, request, policy)
    assert paper.pdf(request, letter, policy=policy, at=NOON).startswith(b"%PDF")


def _files() -> set[str]:
    # The servers write of their own accord, and other workers into folders beside ours.
    ours = {each for each in settings.VAR_DIR.iterdir() if each.name != "servers" and not each.name.startswith("media")}
    return {str(path) for folder in {*ours, settings.MEDIA_ROOT} for path in folder.rglob("*")}
