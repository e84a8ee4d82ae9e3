"""What staff hear about a person: an objection to marketing, and that they have left their organisation."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm, UnderPolicyForm
from contacts.admin.shared.base import company_day, today
from contacts.models import Contact, PolicyVersion
from contacts.people import left_organisation, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.people.left_organisation import LeavingError
from contacts.words.vocabulary import Channel, Scenario
from dsr.admin.acts.intake_acts import SOURCES
from dsr.intake import third_party_report
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Source
from privacy_crm.staff.people.contact_acts import is_whole, may_change_whole
from retention.forecasts import explain, words
from retention.holds.holds import HoldError
from retention.lapses.objections import Consequence, object_to_marketing

HEARD = [
    ("", "–"),
    ("told us by phone", gettext_lazy("by phone")),
    ("told us by e-mail", gettext_lazy("by e-mail")),
    ("told us by letter", gettext_lazy("by letter")),
    ("told us in person", gettext_lazy("in person")),
]


class ObjectionForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that nobody can say what follows from this.")
    explanation = gettext_lazy(
        "No marketing goes out on these channels from now on, and nobody but the person can change that. After an"
        " objection to all channels, a person held for marketing alone is deleted: a prospect at once, others once"
        " they have what they asked for. This cannot be undone."
    )

    submit = gettext_lazy("Record the objection")

    channels = fields.choices(gettext_lazy("What do they object to?"), Channel.choices, initial=list(Channel.values))
    heard = fields.choice(gettext_lazy("How did you hear it?"), HEARD)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told, person = self.cleaned_data, self.record
        held_as = [str(Scenario(basis.scenario).label) for basis in person.bases.order_by("pk")]
        channels = [Channel(name) for name in told["channels"]]
        done = object_to_marketing(
            person.address_hash,
            public_id=person.public_id,
            channels=channels,
            reason=told["heard"],
            policy=told["policy"],
            at=at,
            by=by,
        )
        return _parted(done, held_as) or self._stays(channels)

    def _stays(self, channels: list[Channel]) -> str:
        person = Contact.objects.whole().filter(pk=self.record.pk).first()
        if person is None:
            return _("This person is no longer held. A coded form of the address keeps the objection.")
        named = get_text_list([str(channel.label) for channel in channels], _("or"))
        stopped = _("{name} gets no more marketing by %s.") % named
        policy: PolicyVersion = self.cleaned_data["policy"]
        day = today(policy)
        explanation = explain.of_one(person, policy=policy, day=day)
        if not explain.leaves_by_objection(explanation, person, policy):
            return stopped
        return f"{stopped} {words.until('{name}', explanation, day, by_objection=True)}"


def _parted(done: Consequence, held_as: list[str]) -> str:
    """Return what an objection led to at once, without the name of somebody who is gone; empty where they stay."""
    coded = _("We keep a coded form of the address to remember the objection.")
    if done.deleted:
        reasons = get_text_list(held_as, _("and"))
        return _("This person was held as %s alone and has been deleted.") % reasons + f" {coded}"
    if done.reduced:
        return _("This person has been reduced to what the law requires.") + f" {coded}"
    return ""


class LeavingForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that no request can be answered.")
    refusals = (LeavingError, ContactGoneError, HoldError, RequestError)
    explanation = gettext_lazy(
        "No marketing goes to them any more. The privacy officer is asked whether they are deleted earlier than others"
        " of their organisation; until then nothing about them is deleted."
    )

    on = fields.day(gettext_lazy("When did you hear it?"))
    source = fields.choice(gettext_lazy("How did you hear it?"), SOURCES)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"on": company_day()}, **options)

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > company_day():
            raise ValidationError(_("You cannot have heard it in the future."))
        return on

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        with restriction_guard.changing(self.record.pk, at=at):
            came = {"source": Source(told["source"]), "policy": told["policy"]}
            third_party_report.heard(self.record.pk, on=told["on"], **came, at=at, by=by)
        return _(
            "{name} has left the organisation and gets no more marketing. It was passed on to the privacy officer."
        )


class NotLeftForm(ActForm):
    refusals = (LeavingError, ContactGoneError)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.explanation = _(
            "Once this is taken back, they may get marketing again, where nothing else speaks against it: an objection "
            "stays. News that was held back meanwhile is not sent afterwards. What the privacy officer was asked stays "
            "with the officer. We heard on %s that they have left."
        ) % words.full(self.record.left_on)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            if not left_organisation.take_back(self.record.pk, at=at, by=by):
                raise LeavingError(_("It is not noted any more that they have left."))
        return _("{name} has not left the organisation, and may get marketing where nothing else speaks against it.")


OBJECTION = Act(
    "objection-heard",
    gettext_lazy("Record objection"),
    "contacts.add_channelpermission",
    ObjectionForm,
    "do_not_disturb_on",
    grave=True,
    offered=is_whole,
)

LEAVING = (
    Act(
        "has-left",
        gettext_lazy("Has left the organisation"),
        "contacts.change_basis",
        LeavingForm,
        "person_off",
        offered=lambda contact: may_change_whole(contact) and contact.left_on is None,
    ),
    Act(
        "has-not-left",
        gettext_lazy("Take back: has left"),
        "contacts.change_basis",
        NotLeftForm,
        "undo",
        offered=lambda contact: may_change_whole(contact) and contact.left_on is not None,
    ),
)
