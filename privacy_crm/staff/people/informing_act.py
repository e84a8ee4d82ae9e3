"""The officer's lists of people who have not been told: whom no mail could tell where we have their details from, with
the letter that does (Art. 14), and who gave them and may have seen no notice (Art. 13, L5).
"""

import datetime as dt
from contextlib import suppress

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import UnderPolicyForm
from contacts.admin.shared.filters import Choice, ChoiceFilter
from contacts.information import informing
from contacts.information.informing import InformingError
from contacts.models import Contact
from contacts.people import restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.words.numbers import grouped
from contacts.words.vocabulary import SourceKind
from privacy_crm.figures import asking

PERMISSION = "contacts.inform_by_letter"
_PARAMETER, _LETTER = "inform", "letter"
_NOTICE, _UNSHOWN = "notice", "unshown"


class LetterForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that there is nothing to tell.")
    refusals = (ContactGoneError, InformingError)
    explanation = gettext_lazy(
        "Once a letter has told the person where we have their details from, what we use them for and how to object. "
        "From then on they may get marketing, where nothing else speaks against it."
    )

    on = fields.day(gettext_lazy("When was the letter sent?"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        with restriction_guard.changing(self.record.pk, at=at):
            informing.told_by_letter(self.record.pk, on=told["on"], policy=told["policy"], at=at, by=by)
        return _("{name} was told by letter on %s.") % date_format(told["on"])


class UnreachedFilter(ChoiceFilter):
    title = gettext_lazy("where we have their details from")
    parameter_name = _PARAMETER
    offered = (
        Choice(
            _LETTER,
            gettext_lazy("to be told by letter"),
            lambda people: informing.unreached(people, day=timezone.localdate()),
        ),
    )


class UnshownFilter(ChoiceFilter):
    title = gettext_lazy("our notice")
    parameter_name = _NOTICE
    offered = (Choice(_UNSHOWN, gettext_lazy("Art. 13 not shown"), informing.unshown),)


def is_untold(contact: Contact) -> bool:
    """Tell whether somebody's data did not come from them and they have not been told so."""
    return any(basis.informed_on is None and basis.source_kind != SourceKind.PERSON for basis in contact.bases.all())


def tasks(request: HttpRequest) -> list[dict[str, str]]:
    """Return what waits for whoever writes the letters, as a sentence that leads to it."""
    return [*_by_letter(), *_unshown(), *_longer()] if request.user.has_perm(PERMISSION) else []


def _by_letter() -> list[dict[str, str]]:
    number = informing.unreached(Contact.objects.whole(), day=timezone.localdate()).count()
    text = ngettext(
        "%d person has to be told by letter where we have their details from",
        "%d people have to be told by letter where we have their details from",
        number,
    )
    link = f"{reverse('admin:contacts_contact_changelist')}?{_PARAMETER}={_LETTER}"
    return [{"text": text % number, "link": link}] if number else []


def _unshown() -> list[dict[str, str]]:
    """Say how many were shown no notice, once a worker has counted them: that asks everybody."""
    with suppress(asking.AwayError):
        known = asking.known("unshown", at=timezone.now())
        return _said(known[0]) if known else []
    return []


def _longer() -> list[dict[str, str]]:
    """Say how many a letter has to tell of a longer period, once a worker has counted them (L13)."""
    with suppress(asking.AwayError):
        known = asking.known("by_post", at=timezone.now())
        return _to_be_told_longer(known[0]) if known else []
    return []


def _to_be_told_longer(number: int) -> list[dict[str, str]]:
    text = ngettext(
        "%s person has to be told of a longer period by post",
        "%s people have to be told of a longer period by post",
        number,
    )
    link = reverse("admin:contacts_policynotice_changelist")
    return [{"text": text % grouped(number), "link": link}] if number else []


def _said(number: int) -> list[dict[str, str]]:
    text = ngettext(
        "Art. 13 not shown: %s person gave us their details, and no notice to them is on record",
        "Art. 13 not shown: %s people gave us their details, and no notice to them is on record",
        number,
    )
    link = f"{reverse('admin:contacts_contact_changelist')}?{_NOTICE}={_UNSHOWN}"
    return [{"text": text % grouped(number), "link": link}] if number else []
