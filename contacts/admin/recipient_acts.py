"""What may be done to an entry of the register of recipients, and to a notice, a button each."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.disclosure import acknowledging, recipients
from contacts.disclosure.recipients import Particulars, RecipientError, Terms
from contacts.models import RecipientNotice
from contacts.words.vocabulary import RecipientKind, Safeguard, Scenario, ToldBy

PURPOSES = [(each.value, capfirst(each.label)) for each in Scenario]


class ParticularsForm(ActForm):
    refusals = (RecipientError,)

    name = fields.text(gettext_lazy("Name"))
    kind = fields.one_of(
        gettext_lazy("What is its role?"),
        choices=[(each.value, capfirst(each.label)) for each in RecipientKind],
        help_text=gettext_lazy(
            "A processor works for us, on our instructions. A reseller partner uses the data for its own offers."
            " Companies of our group are named as such."
        ),
    )
    service = fields.text(gettext_lazy("What does it do with the data?"))
    country = fields.choice(gettext_lazy("Country"), ())
    safeguard = fields.choice(
        gettext_lazy("Safeguard"),
        [("", gettext_lazy("None: it is inside the EEA")), *((each.value, capfirst(each.label)) for each in Safeguard)],
        required=False,
        help_text=gettext_lazy("Outside the EEA, nothing is given without one (Art. 44 GDPR)."),
    )
    safeguard_reference = fields.text(
        gettext_lazy("Where the safeguard is found"),
        required=False,
        help_text=gettext_lazy("Such as the number of the decision, or the annex of the agreement."),
    )
    contact_email = fields.text(
        gettext_lazy("E-mail address of its contact point"),
        help_text=gettext_lazy("The organisation's, not a person's: notices are sent there."),
    )
    told_by = fields.one_of(
        gettext_lazy("How does it hear from us?"),
        choices=[(each.value, capfirst(each.label)) for each in ToldBy],
        initial=ToldBy.MAIL,
    )
    webhook_url = fields.text(
        gettext_lazy("Address of its webhook"),
        required=False,
        help_text=gettext_lazy("For webhooks alone; it begins with https and leads to a public address."),
    )
    sends_our_mail = fields.tick(
        gettext_lazy("Our mailings go out through it"),
        required=False,
        help_text=gettext_lazy(
            "One recipient at most. It then counts as having everybody's data, and each mailing is put on record as"
            " given to it, too. Tick this for nobody if your own mail server sends them."
        ),
    )

    standing = fields.tick(
        gettext_lazy("It has everybody's data, as long as its agreement lasts"),
        required=False,
        help_text=gettext_lazy("Such as a host or a mail provider. Of any other, each disclosure is put on record."),
    )
    untold_because = fields.text(
        gettext_lazy("Why is it not told of erasures and changes?"),
        required=False,
        help_text=gettext_lazy("Leave it empty where it can find one person's data, and act on it."),
    )
    copy_days = fields.number(
        gettext_lazy("After how many days does it delete its copies?"), required=False, min_value=0
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["country"].choices = [("", ""), *countries]  # type: ignore[attr-defined]

    def told(self) -> Particulars:
        return Particulars(**self.cleaned_data)


class AddForm(ParticularsForm):
    explanation = gettext_lazy("Nothing may be given to it before its agreement is on record, too.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = recipients.add(self.told(), at=at, by=by)
        return _("The recipient is on record. Now add the agreement.")


class ChangeForm(ParticularsForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in self.base_fields}
        super().__init__(record, initial=initial, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        recipients.change(self.record.pk, self.told(), at=at, by=by)
        return _("The recipient is changed.")


class AgreeForm(ActForm):
    refusals = (RecipientError,)
    explanation = gettext_lazy("It takes the place of an earlier agreement.")

    reference = fields.text(gettext_lazy("Number of the agreement"))
    begins_on = fields.day(gettext_lazy("Begins on"))
    ends_on = fields.day(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave empty while no end is known.")
    )
    purposes = fields.choices(gettext_lazy("Which people's data may it get? People held as"), PURPOSES)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        recipients.agree(self.record.pk, Terms(**self.cleaned_data), at=at, by=by)
        return _("The agreement is on record.")


class EndForm(ActForm):
    refusals = (RecipientError,)
    explanation = gettext_lazy("Nothing is given after that day. Notices about what it was given still reach it.")

    ends_on = fields.day(gettext_lazy("Last day of the agreement"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        recipients.end_agreement(self.record.pk, self.cleaned_data["ends_on"], at=at, by=by)
        return _("The agreement ends on %s.") % date_format(self.cleaned_data["ends_on"])


class SecretForm(ActForm):
    refusals = (RecipientError,)
    explanation = gettext_lazy(
        "Its server needs the secret to make sure that a webhook is ours. That you looked at it is noted."
    )
    result_template = "staff/webhook_secret.html"

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.secret = recipients.reveal_secret(self.record, at=at, by=by)
        return str(_("The secret of %s") % self.record.name)


class HeardForm(ActForm):
    explanation = gettext_lazy(
        "Use this if the recipient told you by phone or letter that it is done. It then gets no more reminders."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        acknowledging.acknowledge(RecipientNotice.objects.filter(pk=self.record.pk), at=at, by=by)
        return _("Noted: the recipient has done it.")
