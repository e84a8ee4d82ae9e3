"""The policy in the officer's hands: a draft is changed, weighed and published in the browser (P24)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from contacts.base.background import app
from contacts.models import AuditEvent, PolicyVersion
from contacts.policy import drafting, sources
from retention import tasks
from retention.forecasts import policy_effects
from tests.support.assessing import assessed
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.factoring import member
from tests.support.lengthening import lengthen

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P24")]

type LogIn = Callable[[str], Client]

PAGES = "/admin/contacts/policyversion/"
SUMMARY = {"summary_en": "Shorter for prospects.", "summary_sv": "Kortare för presumtiva kunder."}


@pytest.fixture
def draft(policy: PolicyVersion) -> PolicyVersion:
    return drafting.start(at=NOON, by="user:1")


@pytest.fixture
def officer(log_in: LogIn) -> Client:
    return log_in("privacy officer")


def url(version: PolicyVersion, act: str = "change") -> str:
    return f"{PAGES}{version.pk}/{act}/"


def contents(answer: Any) -> str:
    return str(answer.content.decode())


def typed(client: Client, version: PolicyVersion, act: str, **told: Any) -> dict[str, Any]:
    """Return what a form says as it is opened, with some of it typed anew."""
    form = client.get(url(version, act)).context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not None} | told


def fresh(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.objects.get(pk=version.pk)


def test_the_officer_starts_a_draft_and_a_worker_is_asked_what_it_does(
    policy: PolicyVersion, officer: Client, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(f"{PAGES}add/", follow=True)
    assert "A draft: it does not apply yet" in contents(answer)
    assert "The numbers are being counted" in contents(answer)
    assert sent == [tasks.count_policy_effect.name]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which tasks were asked for: there is no broker."""
    asked: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda task, *_args, **_how: asked.append(task))
    return asked


def test_a_rule_is_changed_and_shown_beside_the_one_in_force(draft: PolicyVersion, officer: Client) -> None:
    told = typed(officer, draft, "edit-prospect", months="6", title_en="People we hope to work with")
    shown = contents(officer.post(url(draft, "edit-prospect"), told, follow=True))
    assert "Kept for 6 months (was 18)" in shown
    assert "<ins>" in shown
    assert "<del>" in shown
    assert fresh(draft).rule("prospect").months == 6
    assert sources.of_version(fresh(draft))["rule"][4] == sources.of_version(draft)["rule"][4]


@pytest.mark.parametrize("act", ["edit-customer", "edit-event", "edit-texts", "edit-company"])
def test_what_is_saved_unchanged_says_the_same(draft: PolicyVersion, officer: Client, act: str) -> None:
    before = sources.of_version(draft)
    answer = officer.post(url(draft, act), typed(officer, draft, act), follow=True)
    assert "The draft is saved" in contents(answer)
    assert _stripped(sources.of_version(fresh(draft))) == _stripped(before)


def _stripped(said: Any) -> Any:
    """Forms take the space around a text away."""
    if isinstance(said, dict):
        return {name: _stripped(each) for name, each in said.items()}
    if isinstance(said, list):
        return [_stripped(each) for each in said]
    return said.strip() if isinstance(said, str) else said


@pytest.mark.parametrize(
    ("act", "told", "field", "why"),
    [
        ("edit-event", {"months": "0"}, "months", "from 1 to 1200"),
        ("edit-event", {"note_en": ""}, "note_en", "English text"),
        ("edit-event", {"categories": []}, "categories", "Choose from"),
        ("edit-texts", {"rights_en": ""}, "rights_en", "English text"),
        ("edit-company", {"time_zone": "Mars/Olympus"}, "time_zone", "time zone"),
        ("edit-company", {"links_cookies": "javascript:alert(1)"}, "links_cookies", "https://"),
        ("edit-company", {"email": ""}, "email", "Fill this in"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    draft: PolicyVersion, officer: Client, act: str, told: dict[str, Any], field: str, why: str
) -> None:
    answer = officer.post(url(draft, act), typed(officer, draft, act) | told)
    assert why in str(answer.context["form"].errors[field])
    assert fresh(draft).digest == draft.digest


def test_a_file_replaces_the_draft_and_one_is_handed_out(draft: PolicyVersion, officer: Client) -> None:
    handed_out = officer.get(url(draft, "toml"))
    assert handed_out.headers["Content-Disposition"] == f'attachment; filename="policy-{draft.number}.toml"'
    content = handed_out.content.decode().replace("months = 18", "months = 9")
    file = SimpleUploadedFile("policy.toml", content.encode())
    told = {"seen": draft.digest, "file": file}
    assert "The draft is saved" in contents(officer.post(url(draft, "import"), told, follow=True))
    assert fresh(draft).rule("prospect").months == 9
    officer.post(url(draft, "again"), {"seen": fresh(draft).digest})
    assert fresh(draft).digest == draft.digest


def test_a_file_that_is_no_policy_is_refused_on_the_form(draft: PolicyVersion, officer: Client) -> None:
    for content in (b"not = [toml", b"a = 1"):
        told = {"seen": draft.digest, "file": SimpleUploadedFile("policy.toml", content)}
        assert officer.post(url(draft, "import"), told).context["form"].errors
    assert fresh(draft).digest == draft.digest


@pytest.fixture
def halved(policy: PolicyVersion, draft: PolicyVersion, officer: Client) -> PolicyVersion:
    """A draft that keeps prospects for a third of the time, and somebody whom it hits tonight."""
    assessed(policy)
    person = ContactFactory.create()
    hold(person, "prospect", timezone.localdate() - dt.timedelta(days=250), policy=policy)
    officer.post(url(draft, "edit-prospect"), typed(officer, draft, "edit-prospect", months="6"))
    return fresh(draft)


def propose(client: Client, version: PolicyVersion, day: dt.date | None = None) -> Any:
    told = {"seen": version.digest, "holds_from": str(day or timezone.localdate() + dt.timedelta(days=9)), **SUMMARY}
    return client.post(url(version, "propose"), told, follow=True)


def test_nobody_publishes_what_was_not_counted(halved: PolicyVersion, officer: Client) -> None:
    assert "is not counted yet" in contents(propose(officer, halved))
    assert fresh(halved).proposed_at is None


def test_the_officer_sees_whom_it_hits_and_publishes_it_for_a_day(halved: PolicyVersion, officer: Client) -> None:
    policy_effects.keep(halved.pk, at=timezone.now())
    shown = contents(officer.get(url(halved)))
    assert "0 → <strong>1</strong>" in shown
    assert "Person 1</a>: Prospect" in shown
    assert "Person 1" not in contents(officer.get(url(halved, "propose")))
    assert "It applies from" in contents(propose(officer, halved))
    assert fresh(halved).announced_at is not None
    assert "Take back" in contents(officer.get(url(halved)))
    assert "It is a draft again" in contents(officer.post(url(halved, "take-back"), follow=True))


def test_where_there_are_two_the_second_finds_it_on_the_desk_and_approves(
    halved: PolicyVersion, officer: Client, log_in: LogIn
) -> None:
    policy_effects.keep(halved.pk, at=timezone.now())
    member("privacy officer")
    assert "A second person has to approve it" in contents(propose(officer, halved))
    waiting = "A version of the privacy policy waits for your approval"
    assert waiting not in contents(officer.get("/admin/"))
    assert "You proposed this version" in contents(officer.get(url(halved, "approve")))
    officer.post(url(halved, "approve"), {"seen": halved.digest})
    assert fresh(halved).announced_at is None
    second = log_in("privacy officer")
    assert waiting in contents(second.get("/admin/"))
    assert "It applies from" in contents(second.post(url(halved, "approve"), {"seen": halved.digest}, follow=True))
    assert fresh(halved).announced_at is not None


def test_who_reads_the_policy_sees_no_numbers_and_nobody_of_whom_it_hits(halved: PolicyVersion, log_in: LogIn) -> None:
    policy_effects.keep(halved.pk, at=timezone.now())
    shown = contents(log_in("events").get(url(halved)))
    assert "What it does" not in shown
    assert "Kept for 6 months" in shown
    assert "Person 1" not in contents(log_in("auditor").get(url(halved)))


def test_a_published_version_is_not_changed(policy: PolicyVersion, officer: Client) -> None:
    answer = officer.get(url(policy, "edit-event"), follow=True)
    assert "This is not possible any more" in contents(answer)


def test_the_numbers_are_counted_again_on_request_and_that_is_on_record(
    draft: PolicyVersion, officer: Client, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(url(draft, "count"))
    assert sent == [tasks.count_policy_effect.name]
    assert AuditEvent.objects.filter(code="policy.count_asked", rule=f"draft:{draft.pk}").exists()


# Purposes


SECOND = "Tell you about our services by e-mail, phone or post"
WORDED = {"purpose_2_en": "Tell you of services", "purpose_2_sv": "Berätta om tjänster"}


@pytest.mark.promise("L13")
@pytest.mark.parametrize(
    ("same", "said"),
    [("", {}), (SECOND, {"Tell you of services": [SECOND]})],
)
def test_a_purpose_gets_its_use_and_may_be_an_earlier_one_in_other_words(
    same: str, said: dict[str, Any], draft: PolicyVersion, officer: Client
) -> None:
    uses = {"purpose_1_use": "service", "purpose_2_use": "marketing"}
    told = typed(officer, draft, "edit-prospect", **WORDED, **uses, purpose_2_same=same)
    shown = contents(officer.post(url(draft, "edit-prospect"), told, follow=True))
    rule = fresh(draft).rule("prospect")
    assert (rule.uses, rule.rewords) == (["service", "marketing"], said)
    assert rule.purposes["sv"][1] == "Berätta om tjänster"
    assert ("The same purpose in other words: Tell you of services" in shown) == bool(said)
    assert "Tell you of services (tell people about our services)" in shown
    again = typed(officer, fresh(draft), "edit-prospect")
    assert (again["purpose_2_use"], again["purpose_2_same"]) == ("marketing", same)


@pytest.mark.promise("L13")
@pytest.mark.parametrize(
    ("told", "field", "why"),
    [
        ({"purpose_1_use": "service"}, "purpose_1_use", "or of none"),
        ({"purpose_2_sv": ""}, "purpose_1_en", "in every language"),
        ({"purpose_3_sv": "Nytt"}, "purpose_1_en", "in every language"),
    ],
)
def test_half_a_purpose_is_refused_at_its_field(
    told: dict[str, Any], field: str, why: str, draft: PolicyVersion, officer: Client
) -> None:
    answer = officer.post(url(draft, "edit-prospect"), typed(officer, draft, "edit-prospect") | told)
    assert why in str(answer.context["form"].errors[field])
    assert fresh(draft).digest == draft.digest


@pytest.mark.promise("L13")
def test_a_purpose_in_other_words_stands_for_the_same(policy: PolicyVersion, officer: Client) -> None:
    lengthen(uses=["service", "marketing"])
    draft = drafting.start(at=NOON, by="user:1")
    told = typed(officer, draft, "edit-prospect", **WORDED, purpose_2_same=SECOND)
    answer = officer.post(url(draft, "edit-prospect"), told | {"purpose_2_use": "sharing"})
    assert "stands for the same as before" in str(answer.context["form"].errors["purpose_1_same"])
    assert fresh(draft).digest == draft.digest
