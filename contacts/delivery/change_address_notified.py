"""Staff give a person another address, or merge two records, and the address that goes hears of it (L15, P17).

Somebody else may have had it changed. What the mail leads to asks the privacy officer: the new address is doubted until
then, and nothing is undone by itself.
"""

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.base.languages import spoken
from contacts.delivery import address_question
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Button, Letter, Text
from contacts.models import Contact, PolicyVersion
from contacts.outbox import links, outbox
from contacts.people import change_email
from contacts.words.vocabulary import AddressTrust, TrustReason


@transaction.atomic
def change(
    contact_id: int, email: str, *, evidence: TrustReason | None, reached: bool = True, at: dt.datetime, by: str
) -> None:
    """Do what `change_email.change` does, tell the address that was on file, and ask the new one where it is doubted.

    `reached` is False where the person said that they read no mail there any more. Raises what `change_email.change`
    raises.
    """
    was = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    change_email.change(contact_id, email, evidence=evidence, at=at, by=by)
    if was and reached and not Contact.objects.filter(pk=contact_id, email=was.email).exists():
        tell(was, was, at=at)
    if was and not evidence:
        address_question.send(contact_id, at=at)


def tell(was: Contact, record: Contact, *, at: dt.datetime) -> None:
    """Owe a letter to the address that `was` had until now, of the `record` that goes on without it.

    It names no other address, and nothing about the person. Where mail bounces, or nobody knows whose the address was,
    there is nobody to tell. Call it inside the transaction of the change.
    """
    policy = PolicyVersion.objects.in_force()
    if policy is None or not was.email or was.bounced_on or was.address_trust == AddressTrust.DOUBTED:
        return
    day, language = day_of(at, policy.zone), spoken(was.language)
    with translation.override(language):
        packed = written.pack(_letter(links.replaced(record, was.email, day), policy, day), language)
    outbox.enqueue_written(packed, address=was.email, at=at)


def _letter(about: str, policy: PolicyVersion, day: dt.date) -> Letter:
    told = {"company": policy.controller["name"], "day": date_format(day, "DATE_FORMAT")}
    text = _(
        "The address under which %(company)s keeps details about a person was replaced on %(day)s: this one by another."
        "\n\nIf you know of it, you need not do anything. If you do not, or if it is wrong, ask our privacy officer to"
        " look into it. Until then, the address that we have now gets no mail and opens nothing. Nothing else changes."
    )
    ask = Button(_("Ask the privacy officer"), f"{links.page('my_data')}&about={about}")
    why = _("You get this mail because your address was on file with %(company)s until %(day)s.")
    return Letter(_("Your address was replaced"), [Text(text % told), ask], why % told)
