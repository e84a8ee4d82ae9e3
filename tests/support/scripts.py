"""What processes of the product are given to do, in the shell."""

_SCHEDULE = """
from django.utils import timezone
from contacts.mailings import drafts, schedule
from contacts.words.addresses import hashes
from contacts.models import Basis, ChannelPermission, Contact, PolicyVersion
from contacts.words.vocabulary import MailingKind
at, policy = timezone.now(), PolicyVersion.objects.in_force()
for number in range(%(people)d):
    address = f"person{number}@fjordkraft.example"
    person = Contact.objects.create(email=address, **hashes(address))
    held = {"scenario": "prospect", "legal_basis": "legitimate_interest", "source_kind": "person"}
    Basis.objects.create(contact=person, collected_on=at.date(), clock_from=at.date(), **held)
    ChannelPermission.objects.create(contact=person, channel="email", state="consented", given_on=at.date())
both = {"en": "News", "sv": "Nytt"}
draft = drafts.Draft("News", MailingKind.MARKETING, both, both, %(rate)d)
mailing = drafts.draft(draft, at=at, by="user:1")
schedule.schedule(mailing, at, policy=policy, at=at, by="user:1")
"""


def schedule_mailing(people: int, rate: int) -> str:
    """A marketing mailing whose time has come, and so many people who may get it."""
    return _SCHEDULE % {"people": people, "rate": rate}
