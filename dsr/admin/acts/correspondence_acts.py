"""What the officer does beside deciding: write, keep what came in, note something, and say who works on it."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from dsr.admin.letters import LetterForm, in_force
from dsr.answers import correspondence
from dsr.answers.answering import Draft
from dsr.answers.correspondence import MEDIA_TYPES, Enclosed
from dsr.letters import free
from dsr.letters.free import Template
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Source, State

_HANDLE = "dsr.handle_request"


class WriteForm(LetterForm):
    explanation = gettext_lazy("For anything that decides nothing. The request stays open, and its deadline as it is.")
    submit = gettext_lazy("Send the letter")

    template = fields.one_of(
        gettext_lazy("What do you begin with?"), choices=Template.choices, initial=Template.EMPTY.value
    )

    def draft(self) -> Draft:
        return free.free(self.record, self.policy, self.language, {"template": self.cleaned_data["template"]})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        correspondence.write(self.record.pk, self.letter(), at=at, by=by)
        return _("The letter is on its way.")


class CameInForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "Keep what the person wrote, said or sent. If it answers our question, note that, too (“Record their answer”)."
    )
    submit = gettext_lazy("Add to the correspondence")

    on = fields.day(gettext_lazy("On which day did it come in?"))
    source = fields.choice(
        gettext_lazy("How did it come in?"),
        [(each.value, capfirst(each.label)) for each in (Source.EMAIL, Source.POST, Source.PHONE, Source.IN_PERSON)],
    )
    words = fields.long_text(
        gettext_lazy("In which words?"),
        required=False,
        help_text=gettext_lazy("As they wrote or said it. No numbers of passports or identity cards."),
    )
    file = fields.file(
        gettext_lazy("File"),
        accept=",".join(MEDIA_TYPES),
        required=False,
        help_text=gettext_lazy("A scan or the mail itself, up to 10 MB. Never a copy of an identity paper."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"on": company_day()}, **options)

    def clean_file(self) -> Any:
        """Look at kind and size before anything of it is read."""
        sent = self.cleaned_data["file"]
        if sent:
            try:
                correspondence.check(sent.name, sent.size)
            except RequestError as refusal:
                raise ValidationError(str(refusal)) from None
        return sent

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        sent = told["file"]
        enclosed = Enclosed(sent.name, sent.read()) if sent else None
        how = {"source": Source(told["source"]), "on": told["on"], "policy": in_force()}
        correspondence.came_in(self.record.pk, told["words"], enclosed=enclosed, **how, at=at, by=by)
        return _("It is part of the correspondence now.")


class NoteForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "For you and your colleagues. It is about the person, too: they get it if they request a copy of their data."
    )
    submit = gettext_lazy("Save the note")

    words = fields.long_text(gettext_lazy("Note"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        correspondence.note(self.record.pk, self.cleaned_data["words"], at=at, by=by)
        return _("The note is saved.")


class AssignForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy("It is shown in the list of requests. The others can still work on it.")
    submit = gettext_lazy("Assign the request")

    to = fields.choice(gettext_lazy("Who works on it?"), [], required=False)

    def __init__(self, record: Any = None, *, user: Any = None, **options: Any) -> None:
        super().__init__(record, user=user, **options)
        people = get_user_model().objects.with_perm(_HANDLE, include_superusers=False).order_by("username")
        to: Any = self.fields["to"]
        to.choices = [("", _("Nobody yet")), *((f"user:{each.pk}", each.get_username()) for each in people)]
        to.initial = record.worked_on_by or f"user:{user.pk}" if record and user else ""

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        correspondence.assign(self.record.pk, self.cleaned_data["to"], at=at, by=by)
        return _("It is noted who works on the request.")


def _stands(request: Request) -> bool:
    return request.is_standing


def _is_of_somebody(request: Request) -> bool:
    return request.is_standing or (request.state == State.CLOSED and request.subjects.exists())


ACTS: tuple[Act, ...] = (
    Act("write", gettext_lazy("Write a letter"), _HANDLE, WriteForm, "edit", offered=_is_of_somebody),
    Act("came-in", gettext_lazy("Add what came in"), _HANDLE, CameInForm, "attach_file", offered=_is_of_somebody),
    Act("note", gettext_lazy("Write an internal note"), _HANDLE, NoteForm, "sticky_note_2", offered=_is_of_somebody),
    Act("assign", gettext_lazy("Assign"), _HANDLE, AssignForm, "assignment_ind", offered=_stands),
)
