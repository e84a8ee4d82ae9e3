"""Somebody acts for the person: the officer enters who, by which proof, tells the person, and notes what they say."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from dsr.admin.letters import LetterForm, in_force
from dsr.answers import correspondence, representation
from dsr.answers.answering import Draft
from dsr.answers.correspondence import MEDIA_TYPES, Enclosed
from dsr.intake import representing
from dsr.intake.representing import Acting, Proof
from dsr.letters import representatives
from dsr.models import Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Authority, Kind, RepresentativeEnd, RepresentativeKind

_HANDLE = "dsr.handle_request"


class EnterForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "From now on, the answers to this request go to the representative. The person's record is not changed. The"
        " person is told before anything is handed over."
    )
    submit = gettext_lazy("Enter the representative")

    name = fields.text(gettext_lazy("Name of the representative"))
    kind = fields.choice(
        gettext_lazy("As what?"), [("", "–"), *((each.value, capfirst(each.label)) for each in RepresentativeKind)]
    )
    email = fields.text(gettext_lazy("Their e-mail address"), required=False)
    post = fields.long_text(
        gettext_lazy("Their postal address"),
        required=False,
        help_text=gettext_lazy("For answers on paper. A package always goes to them by post."),
    )
    proof = fields.choice(
        gettext_lazy("Which proof did you see?"),
        [("", "–"), *((each.value, capfirst(each.label)) for each in Authority)],
    )
    issued_by = fields.text(gettext_lazy("Who issued it?"))
    issued_on = fields.day(gettext_lazy("On which day was it issued?"))
    seen_on = fields.day(gettext_lazy("On which day did you see it?"))
    scope = fields.choices(
        gettext_lazy("What may they ask for?"), [(each.value, capfirst(each.label)) for each in Kind]
    )
    ends_on = fields.day(gettext_lazy("Until which day is it valid?"), required=False)
    file = fields.file(
        gettext_lazy("Power of attorney"),
        accept=",".join(MEDIA_TYPES),
        required=False,
        help_text=gettext_lazy("A scan, up to 10 MB. Never a copy of an identity paper or of another proof."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {"seen_on": company_day(), "scope": [record.kind] if record else []}
        super().__init__(record, initial=initial, **options)

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
        representing.enter(self.record.pk, self._acting(), self._proof(), policy=in_force(), at=at, by=by)
        return _("The representative is on record. Next, tell the person.")

    def _acting(self) -> Acting:
        told = self.cleaned_data
        scope = [Kind(kind) for kind in told["scope"]]
        return Acting(RepresentativeKind(told["kind"]), told["name"], scope, told["email"], told["post"])

    def _proof(self) -> Proof:
        told = self.cleaned_data
        sent = told["file"]
        days = {name: told[name] for name in ("issued_on", "seen_on", "ends_on")}
        file = Enclosed(sent.name, sent.read()) if sent else None
        return Proof(Authority(told["proof"]), told["issued_by"], file=file, **days)


class TellForm(LetterForm):
    explanation = gettext_lazy(
        "This letter goes to the person, at the address on file. The answer to the request waits until they have had"
        " time to object."
    )
    submit = gettext_lazy("Send the letter")
    to_person = True

    def draft(self) -> Draft:
        acting = representation.of(self.record)
        if acting is None:
            raise RequestError(_("Nobody acts for the person."))
        return representatives.acting(self.record, self.policy, self.language, {"acting": acting})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        representing.tell(self.record.pk, self.letter(), at=at, by=by)
        return _("The letter to the person is on its way.")


class UntoldForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "For a child or somebody under guardianship who has no address of their own, and where no address is known."
        " Otherwise tell the person."
    )
    submit = gettext_lazy("Save the reason")

    why = fields.long_text(gettext_lazy("Why can the person not be told?"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        representing.could_not_tell(self.record.pk, self.cleaned_data["why"], at=at, by=by)
        return _("The reason is saved. The answer can go.")


class AgreedForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy("The answer can then go before the time to object is over.")
    submit = gettext_lazy("Record that they agree")

    on = fields.day(gettext_lazy("On which day did the person agree?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"on": company_day()}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        representing.agreed(self.record.pk, self.cleaned_data["on"], policy=in_force(), at=at, by=by)
        return _("Noted: the person agrees.")


class EndForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy("From now on the answers go to the person again.")
    submit = gettext_lazy("End it")

    why = fields.choice(
        gettext_lazy("Why does it end?"),
        [
            ("", "–"),
            (RepresentativeEnd.OBJECTED.value, gettext_lazy("The person objected")),
            (RepresentativeEnd.ENDED.value, gettext_lazy("They no longer act for the person")),
        ],
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        representing.end(self.record.pk, RepresentativeEnd(self.cleaned_data["why"]), at=at, by=by)
        return _("Nobody acts for the person any more. Answers go to the person.")


def _may_be_acted_for(request: Request) -> bool:
    return request.is_standing and request.subjects.exists() and representation.of(request) is None


def _is_acted_for(request: Request) -> bool:
    return representation.of(request) is not None


def _waits(request: Request) -> bool:
    acting = representation.of(request)
    return acting is not None and not acting.untold and not acting.agreed_on


def _is_unknown(request: Request) -> bool:
    acting = representation.of(request)
    return acting is not None and not acting.untold and not representation.is_told(acting)


ACTS: tuple[Act, ...] = (
    Act(
        "represented",
        gettext_lazy("Enter a representative"),
        _HANDLE,
        EnterForm,
        "supervisor_account",
        offered=_may_be_acted_for,
    ),
    Act(
        "tell-represented",
        gettext_lazy("Tell the person about the representative"),
        _HANDLE,
        TellForm,
        "forward_to_inbox",
        offered=_waits,
    ),
    Act(
        "not-told",
        gettext_lazy("Record why the person cannot be told"),
        _HANDLE,
        UntoldForm,
        "speaker_notes_off",
        offered=_is_unknown,
    ),
    Act("agreed-to", gettext_lazy("Record that the person agrees"), _HANDLE, AgreedForm, "thumb_up", offered=_waits),
    Act(
        "end-represented",
        gettext_lazy("End the representation"),
        _HANDLE,
        EndForm,
        "person_off",
        offered=_is_acted_for,
    ),
)
