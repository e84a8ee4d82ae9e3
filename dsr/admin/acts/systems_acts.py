"""Other systems of a request: ask them, note what one has answered by phone or mail, or say that one need not (L18)."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.models import System
from contacts.outbox import wake_worker
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.systems import asking_words, opening, owner_links, reporting, undoing
from dsr.systems.reporting import File, Said
from dsr.words.vocabulary import TaskAnswer

_HANDLE = "dsr.handle_request"


class AskForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "Systems that may hold the person are asked automatically, once it is certain who asks. Choose others here, or"
        " the ones to ask about a person who is not on file."
    )

    systems = fields.choices(gettext_lazy("Which systems?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        known = opening.unasked(record, at=timezone.now(), all_of_them=True)
        self.fields["systems"].choices = [(str(each.pk), f"{each.name}: {each.holds}") for each in known]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        chosen = list(System.objects.filter(pk__in=self.cleaned_data["systems"]))
        opening.ask(self.record.pk, chosen, at=at, by=by)
        wake_worker.nudge()
        return _("The systems are being asked. Their answers will appear on this page.")


class OfTaskForm(ActForm):
    """An act about one of the systems that have not answered."""

    refusals = (RequestError,)

    task = fields.choice(gettext_lazy("Which system?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        still_open = record.system_tasks.open().select_related("system")
        self.fields["task"].choices = [(str(each.pk), each.system.name) for each in still_open]  # type: ignore[attr-defined]


class NoteForm(OfTaskForm):
    explanation = gettext_lazy("Use this if the owner of the system answered by phone, e-mail or letter.")

    answer = fields.one_of(gettext_lazy("What did they say?"), choices=())
    words = fields.long_text(
        gettext_lazy("Message to the person"),
        required=False,
        help_text=gettext_lazy("What it keeps and by which law, or what it holds. The person gets this."),
    )
    file = fields.file(gettext_lazy("File for the person"), accept="*/*", required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["answer"].choices = asking_words.answers(record)  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        files: list[File] = [(told["file"].name, told["file"].read())] if told["file"] else []
        said = Said(TaskAnswer(told["answer"]), told["words"], files)
        reporting.report(int(told["task"]), said, at=at, by=by)
        return _("The answer is on record.")


class CallOffForm(OfTaskForm):
    explanation = gettext_lazy("The system is told that it need not answer, and the letter does not name it.")

    why = fields.long_text(gettext_lazy("How do you know that it holds nothing about them?"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        opening.call_off(int(self.cleaned_data["task"]), self.cleaned_data["why"], at=at, by=by)
        return _("The system need not answer.")


class AgainForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "For an answer that was wrong, such as the file of somebody else. What the system said and sent is deleted."
    )
    submit = gettext_lazy("Delete the answer and ask again")

    task = fields.choice(gettext_lazy("Which system?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        answered = record.system_tasks.standing().filter(answered_at__isnull=False).select_related("system")
        self.fields["task"].choices = [(str(each.pk), each.system.name) for each in answered]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        opening.again(int(self.cleaned_data["task"]), at=at, by=by)
        wake_worker.nudge()
        return _("The system is asked again.")


class LinkForm(OfTaskForm):
    explanation = gettext_lazy(
        "Its owner gets a new link, and the old one ends at once. Use this where a link has ended or was passed on."
    )
    submit = gettext_lazy("Send a new link")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        owner_links.anew(int(self.cleaned_data["task"]), at=at, by=by)
        wake_worker.nudge()
        return _("A new link is on its way.")


class UndoForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "For what should not have been done, such as for the wrong person. The system is told to undo it, what it sent"
        " is deleted, and neither letter nor certificate counts it any more."
    )
    submit = gettext_lazy("Tell it to undo this")

    task = fields.choice(gettext_lazy("Which system?"), ())
    why = fields.long_text(gettext_lazy("Why is it to be undone?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        done = record.system_tasks.to_undo().select_related("system")
        self.fields["task"].choices = [(str(each.pk), each.system.name) for each in done]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        undoing.undo(int(self.cleaned_data["task"]), self.cleaned_data["why"], at=at, by=by)
        wake_worker.nudge()
        return _("The system is told to undo it.")


def _did_something(request: Request) -> bool:
    return request.system_tasks.to_undo().exists()


def _has_links(request: Request) -> bool:
    return request.system_tasks.open().filter(system__ended_on__isnull=True).exists()


def _may_be_asked(request: Request) -> bool:
    return request.is_standing and bool(opening.unasked(request, at=timezone.now(), all_of_them=True))


def _is_waited_for(request: Request) -> bool:
    return opening.are_awaited(request)


def _has_answers(request: Request) -> bool:
    return request.is_standing and request.system_tasks.standing().filter(answered_at__isnull=False).exists()


ACTS: tuple[Act, ...] = (
    Act("ask-systems", gettext_lazy("Ask other systems"), _HANDLE, AskForm, "hub", offered=_may_be_asked),
    Act("note-answer", gettext_lazy("Record an answer"), _HANDLE, NoteForm, "edit_note", offered=_is_waited_for),
    Act(
        "call-off",
        gettext_lazy("Excuse a system from answering"),
        _HANDLE,
        CallOffForm,
        "do_not_disturb_on",
        offered=_is_waited_for,
    ),
    Act("new-link", gettext_lazy("Send a new link"), _HANDLE, LinkForm, "link", offered=_has_links),
    Act("undo", gettext_lazy("Have it undone"), _HANDLE, UndoForm, "undo", offered=_did_something),
    Act("ask-again", gettext_lazy("Ask a system again"), _HANDLE, AgainForm, "replay", offered=_has_answers),
)
