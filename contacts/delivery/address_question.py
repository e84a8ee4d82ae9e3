"""Ask a doubted address whose it is: the one mail that it gets, which says of nobody that they are on file (L15).

A yes lets the mail in that the law allows. It opens nothing: its reader may be who had the address put on a record.
"""

import datetime as dt

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.base.languages import spoken
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Button, Letter, Text
from contacts.models import Contact, PolicyVersion
from contacts.outbox import links, outbox
from contacts.words.vocabulary import AddressTrust


def send(contact_id: int, *, at: dt.datetime) -> None:
    """Owe the question to the address of a contact, if it is doubted. Call it inside the transaction of the change."""
    policy = PolicyVersion.objects.in_force()
    person = Contact.objects.filter(pk=contact_id, address_trust=AddressTrust.DOUBTED).first()
    if policy is None or person is None or not person.email:
        return
    language = spoken(person.language)
    with translation.override(language):
        packed = written.pack(_letter(person, policy, day_of(at, policy.zone)), language)
    outbox.enqueue_written(packed, address=person.email, at=at)


def _letter(person: Contact, policy: PolicyVersion, day: dt.date) -> Letter:
    told = {"company": policy.controller["name"], "day": date_format(day, "DATE_FORMAT")}
    text = _(
        "On %(day)s the staff of %(company)s noted this address for somebody who is in touch with us. We do not know"
        " whether it is right, so we send nothing else here until you tell us."
    )
    answer = Button(_("Answer"), links.page("address", links.asked(person)))
    why = _("You get this mail because your address was noted at %(company)s on %(day)s.")
    return Letter(_("Is this your address?"), [Text(text % told), answer], why % told)
