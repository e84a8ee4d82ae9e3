"""What another system says is taken once; words and files hang on the person, and go to them."""

import io
import zipfile

import pytest

from contacts.models import PolicyVersion
from dsr.decisions import handing_over
from dsr.models import Enclosure, SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import enclosing, reporting
from dsr.systems.reporting import Said
from dsr.words.vocabulary import Kind, TaskAnswer
from tests.support.asking_systems import SystemFactory, answer, task_of
from tests.support.deciding import asks
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, close, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L18")]


def test_an_answer_is_taken_once(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ERASURE)
    task = answer(request, system, TaskAnswer.DONE)
    assert (task.answer, task.answered_at, task.answered_by) == ("done", NOON, f"system:{system.pk}")
    assert steps(request)[-1] == "system_answered"
    before = whole(request)
    with pytest.raises(RequestError):
        reporting.report(task.pk, Said(TaskAnswer.NOTHING), at=NOON, by=OFFICER)
    assert whole(request) == before


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.ACCESS, Said(TaskAnswer.DONE)),
        (Kind.ERASURE, Said(TaskAnswer.KEPT)),
        (Kind.ACCESS, Said(TaskAnswer.NOTHING, files=[("a.csv", b"x")])),
        (Kind.ACCESS, Said(TaskAnswer.DONE, files=[("a.csv", b"x" * reporting.MOST_BYTES), ("b.csv", b"x")])),
        (Kind.ACCESS, Said(TaskAnswer.DONE, files=[("a.csv", b"x")] * 11)),
        (Kind.ACCESS, Said(TaskAnswer.DONE, files=[("a.csv", b"x"), ("run.exe", b"MZ")])),
    ],
)
def test_an_answer_that_leaves_something_out_is_not_taken(policy: PolicyVersion, kind: Kind, said: Said) -> None:
    system = SystemFactory.create()
    request = asks(policy, kind)
    task, before = task_of(request, system), whole(request)
    with pytest.raises(RequestError):
        reporting.report(task.pk, said, at=NOON, by=OFFICER)
    assert whole(request) == before


@pytest.mark.promise("P20")
def test_what_systems_send_goes_into_the_package_under_their_names(policy: PolicyVersion) -> None:
    billing, support = SystemFactory.create(name="Billing / EU"), SystemFactory.create(name="Support")
    request = asks(policy, Kind.ACCESS)
    files = [("../../invoices.csv", b"1"), ("invoices.csv", b"2")]
    answer(request, billing, TaskAnswer.DONE, files=files)
    answer(request, support, TaskAnswer.DONE, words="One ticket, on 3 May 2026.")
    made = handing_over.take_out(request.pk, language="en", policy=policy, at=NOON, by=OFFICER)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.startswith(enclosing.FOLDER)}
        note = archive.read("README.txt").decode()
    assert found == {
        "other-systems/Support/answer.txt": "One ticket, on 3 May 2026.".encode("utf-8-sig"),
        "other-systems/Billing _ EU/invoices.csv": b"1",
        "other-systems/Billing _ EU/2-invoices.csv": b"2",
    }
    assert "other-systems/" in note


@pytest.mark.promise("P21")
def test_files_and_words_go_with_the_person(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ACCESS)
    answer(request, system, TaskAnswer.DONE, words="A ticket.", files=[("a.csv", b"x")])
    request.subjects.get().contact.delete()
    assert not Enclosure.objects.exists()
    assert not request.papers.filter(kind="system").exists()
    assert SystemTask.objects.get().answer == "done"


def test_what_comes_after_the_person_has_gone_is_not_kept(policy: PolicyVersion) -> None:
    system = SystemFactory.create()
    request = asks(policy, Kind.ERASURE)
    close(request, policy)
    request.subjects.get().contact.delete()
    answer(request, system, TaskAnswer.KEPT, words="Invoices, by the Bookkeeping Act.", files=[("a.csv", b"x")])
    assert not Enclosure.objects.exists()
    assert not request.papers.filter(kind="system").exists()
