"""Staff give a person another address, and the old one hears of it: somebody else may have had it changed (P17)."""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.base.languages import spoken
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Letter, Text
from contacts.models import Contact, PolicyVersion
from contacts.outbox import outbox
from contacts.people import change_email


@transaction.atomic
def change(contact_id: int, email: str, *, proven: bool, at: dt.datetime, by: str) -> None:
    """Do what `change_email.change` does, and owe a letter to the address that was on file, unless mail to it bounces.

    It names no other address, and nothing about the person. Raises what `change_email.change` raises.
    """
    was = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    change_email.change(contact_id, email, proven=proven, at=at, by=by)
    policy = PolicyVersion.objects.in_force()
    if was is None or policy is None or not was.email or was.bounced_on:
        return
    if not Contact.objects.filter(pk=contact_id, email=was.email).exists():
        language = spoken(was.language)
        with translation.override(language):
            packed = written.pack(_letter(policy, at), language)
        outbox.enqueue_written(packed, address=was.email, at=at)


def _letter(policy: PolicyVersion, at: dt.datetime) -> Letter:
    told = {
        "company": policy.controller["name"],
        "contact": policy.controller["privacy_contact"],
        "day": date_format(day_of(at, policy.zone), "DATE_FORMAT"),
    }
    text = _(
        "The address under which %(company)s keeps details about a person was changed on %(day)s, from this one to"
        " another.\n\nIf you know of it, you need not do anything. If you do not, or if it is wrong, write to us at"
        " %(contact)s."
    )
    why = _("You get this mail because your address was on file with %(company)s until %(day)s.")
    return Letter(_("Your address was changed"), [Text(text % told)], why % told)
