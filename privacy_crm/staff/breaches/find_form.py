"""Who is affected: everybody, those held as something, a segment, or those whose data a recipient was given."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.base.days import day_of
from contacts.breaches import affected
from contacts.breaches.register import BreachError
from contacts.models import Contact, Recipient, Segment
from contacts.words.vocabulary import Scenario
from privacy_crm import segments
from privacy_crm.staff.breaches.breach_forms import BreachForm
from privacy_crm.staff.breaches.breach_words import number

_EVERYBODY = "everybody"

type Question = tuple[str, QuerySet[Contact]]  # in words, and whom it finds


class FindForm(BreachForm):
    explanation = gettext_lazy(
        "The people found now are noted by number and counted. The nightly deletion goes on: deleted people leave the"
        " list, and the counts stay."
    )

    among = fields.choice(
        gettext_lazy("Who is affected?"),
        (),
        help_text=gettext_lazy(
            "For others, save a segment in the list of contacts first. You can find more people later: nobody is"
            " counted twice."
        ),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.segments = {f"segment:{each.pk}": each for each in Segment.objects.visible_to(self.user.pk)}
        self.recipients = {f"recipient:{each.pk}": each for each in Recipient.objects.order_by("name")}
        self.fields["among"].choices = [  # type: ignore[attr-defined]
            (_EVERYBODY, _("Everyone we hold")),
            (_("Held as"), [(f"scenario:{code}", capfirst(str(label))) for code, label in Scenario.choices]),
            (_("Segments"), [(key, each.name) for key, each in self.segments.items()]),
            (_("Given to a recipient"), [(key, each.name) for key, each in self.recipients.items()]),
        ]

    def question(self, at: dt.datetime) -> Question:
        """Return what was asked for. Call it once the form is valid."""
        among = self.cleaned_data["among"]
        if segment := self.segments.get(among):
            return _of_segment(segment, self, at)
        if recipient := self.recipients.get(among):
            return _("given to %s") % recipient.name, affected.given_to(recipient)
        if among == _EVERYBODY:
            return _("everyone we hold"), Contact.objects.all()
        scenario = Scenario(among.removeprefix("scenario:"))
        return _("held as %s") % scenario.label, Contact.objects.filter(bases__scenario=scenario)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        words, people = self.question(at)
        group = affected.add(self.record, people, asked=words, at=at, by=by)
        if group is None:
            raise BreachError(_("This breach is closed."))
        text = ngettext("%s more person is noted as affected.", "%s more people are noted as affected.", group.people)
        return text % number(group.people)


def _of_segment(segment: Segment, form: FindForm, at: dt.datetime) -> Question:
    day = day_of(at, form.policy.zone)
    return segments.named(segment), segments.people(segment.filters, policy=form.policy, day=day)
