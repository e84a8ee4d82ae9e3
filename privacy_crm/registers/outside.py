"""Recipients and transfers of a processing (Art. 30(1)(d) and (e) GDPR), read from the register of recipients."""

import datetime as dt
from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_countries import countries

from contacts.models import Recipient, SubProcessor
from contacts.words.vocabulary import Safeguard
from privacy_crm.registers.measures import unknown


def recipients(day: dt.date, purpose: str) -> list[Recipient]:
    """Return who may get the data of people held for a purpose on a day."""
    found = Recipient.objects.agreed(day).filter(purposes__contains=[purpose])
    return list(found.prefetch_related("sub_processors", "transfer_assessments"))


def standing(day: dt.date) -> list[Recipient]:
    """Return who has everybody's data on a day, such as a host: what the product itself keeps lies there, too."""
    found = Recipient.objects.agreed(day).filter(standing=True)
    return list(found.prefetch_related("sub_processors", "transfer_assessments"))


def told(given: list[Recipient]) -> list[str]:
    """Return who the recipients are, in a line each."""
    if not given:
        return [unknown(_("No recipient is on record. The privacy officer adds one under Recipients."))]
    return [f"{each.name}, {country(each.country)} ({each.get_kind_display()}): {each.service}" for each in given]


def transfers(given: list[Recipient], day: dt.date) -> list[str]:
    """Return what leaves the EEA, to whom, and what protects it."""
    if not given:
        return [unknown(_("It follows from the recipients."))]
    found = [line for each in given for line in _transfers(each, day)]
    return found or [_("None: every recipient on record is inside the EEA.")]


def country(code: str) -> str:
    return str(countries.name(code) or code)


def _transfers(recipient: Recipient, day: dt.date) -> Iterator[str]:
    if recipient.is_outside_the_eea:
        yield ", ".join([recipient.name, country(recipient.country), _safeguard(recipient), _assessed(recipient)])
    for each in recipient.sub_processors.all():
        if each.is_outside_the_eea and (each.ended_on is None or each.ended_on >= day):
            yield _abroad(each, recipient)


def _abroad(sub_processor: SubProcessor, recipient: Recipient) -> str:
    return _("%(name)s, %(country)s, sub-processor of %(recipient)s, %(safeguard)s") % {
        "name": sub_processor.name,
        "country": country(sub_processor.country),
        "recipient": recipient.name,
        "safeguard": sub_processor.get_safeguard_display(),
    }


def _safeguard(recipient: Recipient) -> str:
    if not recipient.safeguard:
        return unknown(_("The privacy officer adds the safeguard under Recipients."))
    return f"{recipient.get_safeguard_display()}, {recipient.safeguard_reference}".rstrip(", ")


def _assessed(recipient: Recipient) -> str:
    latest = next(iter(recipient.transfer_assessments.all()), None)
    if latest is not None:
        return _("transfer assessed on %s") % date_format(latest.assessed_on, "DATE_FORMAT")
    if recipient.safeguard == Safeguard.ADEQUACY:
        return _("no assessment needed")
    return _("transfer assessment: %s") % unknown(_("The privacy officer adds it under Recipients."))
