"""What a list is made of, and what is said when it leaves: the two forms of the page that makes one."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.recipient_acts import PURPOSES
from contacts.admin.recipients import country_of
from contacts.admin.shared import fields
from contacts.audiences.audience import Wanted
from contacts.models import Contact, PolicyVersion, Recipient, Segment
from contacts.words.vocabulary import Channel, FileFormat, Scenario
from privacy_crm import segments


class WantedForm(forms.Form):
    """The list that somebody wants. It is sent by GET, since nothing happens: its answer shows who would be in it."""

    segment = fields.choice(
        gettext_lazy("Whom do you want to reach?"),
        (),
        required=False,
        help_text=gettext_lazy("Whoever reads of this list sees what the segment is called and what it asks for."),
    )
    channel = fields.one_of(
        gettext_lazy("How?"), choices=[(each.value, capfirst(each.label)) for each in Channel], initial=Channel.EMAIL
    )
    purpose = fields.choice(
        gettext_lazy("What are they held as?"),
        PURPOSES,
        help_text=gettext_lazy("People are used for what we hold them for, and for nothing else."),
    )
    topics = fields.topics(
        gettext_lazy("What is it about?"),
        required=False,
        help_text=gettext_lazy(
            "Those who are held for a whitepaper, a webinar or an event alone get what they showed an interest in."
        ),
    )
    recipient = fields.choice(gettext_lazy("Who gets the list?"), (), required=False)
    file_format = fields.one_of(gettext_lazy("As which file?"), choices=FileFormat.choices, initial=FileFormat.CSV)

    def __init__(self, user: Any, day: dt.date, **options: Any) -> None:
        super().__init__(**options)
        self.segments = {str(each.pk): each for each in Segment.objects.visible_to(user.pk)}
        self.recipients = {str(each.pk): each for each in Recipient.objects.usable(day)}
        named = [(number, each.name) for number, each in self.segments.items()]
        self.fields["segment"].choices = [("", _("Everyone we hold")), *named]  # type: ignore[attr-defined]
        outside = [(number, f"{each.name} ({country_of(each)})") for number, each in self.recipients.items()]
        nobody = ("", _("Nobody outside: it stays in the company"))
        self.fields["recipient"].choices = [nobody, *outside]  # type: ignore[attr-defined]

    @property
    def segment_chosen(self) -> Segment | None:
        return self.segments.get(self.cleaned_data["segment"])

    def wanted(self, policy: PolicyVersion, day: dt.date) -> Wanted:
        """Return the list that was asked for; call it once the form is valid."""
        told = self.cleaned_data
        return Wanted(
            channel=Channel(told["channel"]),
            purpose=Scenario(told["purpose"]),
            recipient=self.recipients.get(told["recipient"]),
            topics=list(told["topics"]),
            people=_people(self.segment_chosen, policy, day),
            file_format=FileFormat(told["file_format"]),
        )


def _people(segment: Segment | None, policy: PolicyVersion, day: dt.date) -> QuerySet[Contact] | None:
    return segments.people(segment.filters, policy=policy, day=day) if segment else None


class ReasonForm(forms.Form):
    """What is said of a list when it leaves. It is sent by POST, and the file is the answer."""

    reason = fields.long_text(
        gettext_lazy("Why do you need so many?"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The privacy officer reads it. No names of people."),
    )
