"""Every job that runs by itself or is asked for: its queue, how often, and what becomes of it when it is late.

Each queue has a worker of its own (ADR 0050): what takes long in one holds nothing up in another. A job is a tick. It
finds in the database what is owed, does it once however many do it side by side, and leaves the rest to the next tick.
So none is lost with its message, and a message that nobody has taken by the next tick is worth nothing.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

type Schedule = crontab | dt.timedelta

# A job that talks to servers of others is ended after this: longer than one of them may take over one mail.
LONGEST = dt.timedelta(minutes=10)


class Queue(StrEnum):
    NIGHT = "night"  # what must go goes in time
    PEOPLE = "people"  # somebody waits for it
    BULK = "bulk"  # what takes long, or goes to many


@dataclass(frozen=True)
class Job:
    """`does` and `late` are read in docs/jobs.md, `does` on the page "System" as well.

    A job without a schedule is asked for.
    """

    task: str
    queue: Queue
    does: Any
    schedule: Schedule | None = None
    longest: dt.timedelta | None = None
    late: str = "The next tick does what has become due since."


JOBS = {
    "food": Job(
        "contacts.tasks.sweep_food_preferences",
        Queue.NIGHT,
        _("deletes dietary needs within 15 minutes after their event (P8)"),
        crontab(minute="*/5"),
        late="The next tick deletes them; the nightly deletion does it as well.",
    ),
    "policy": Job(
        "contacts.tasks.bring_policy_into_force",
        Queue.NIGHT,
        _("puts a published version of the policy in force on its day, at midnight in the company's time zone (P24)"),
        crontab(),
        late="The version before it holds until the next tick. The nightly deletion looks for itself before it begins.",
    ),
    "purge": Job(
        "retention.tasks.nightly",
        Queue.NIGHT,
        _("the nightly deletion, at 02:30 in the company's time zone; runs that were approved"),
        crontab(minute="*/10"),
        late="A night that was missed is caught up by the next tick, and officers hear of it. A long one goes on then.",
    ),
    "letters": Job(
        "contacts.tasks.forget_letters",
        Queue.NIGHT,
        _("forgets the words of letters that no mail server has taken for 14 days"),
        crontab(minute=40),
    ),
    "mail_files": Job(
        "contacts.tasks.sweep_mail_files",
        Queue.NIGHT,
        _("deletes mails that development wrote into files, after 24 hours"),
        crontab(minute=50),
    ),
    "uploads": Job(
        "privacy_crm.tasks.sweep_uploads",
        Queue.BULK,
        _("deletes uploaded lists after a day, and gives back what a worker left when it died"),
        crontab(),
        longest=LONGEST,
    ),
    "proposed_details": Job(
        "contacts.tasks.sweep_proposed_details",
        Queue.NIGHT,
        _("deletes what others said of a person's details, after 30 days without the person's word"),
        crontab(minute=20),
    ),
    "sign_ups": Job(
        "contacts.tasks.sweep_sign_ups",
        Queue.NIGHT,
        _("deletes sign-ups that nobody has proven for 30 days"),
        crontab(minute=20),
    ),
    "tombstones": Job(
        "contacts.tasks.sweep_tombstones",
        Queue.NIGHT,
        _("ends what keeps somebody from being brought back who was erased, on its last day (L12)"),
        crontab(hour=2, minute=40),
    ),
    "unproven": Job(
        "dsr.tasks.sweep_unproven",
        Queue.NIGHT,
        _("deletes requests that nobody has proven for 30 days, and the addresses of links that have ended"),
        crontab(minute=25),
    ),
    "requests": Job(
        "dsr.tasks.forget_requests",
        Queue.NIGHT,
        _("deletes closed requests after 24 months, and keeps counts"),
        crontab(hour=3, minute=45),
    ),
    "sought": Job(
        "dsr.tasks.forget_sought",
        Queue.NIGHT,
        _("forgets which people other systems were to delete, 30 days after the deletion"),
        crontab(hour=3, minute=55),
    ),
    "evidence": Job(
        "dsr.tasks.end_evidence",
        Queue.NIGHT,
        _("deletes sealed evidence that has ended, and its key first"),
        crontab(hour=3, minute=47),
    ),
    "told": Job(
        "dsr.tasks.forget_notices",
        Queue.NIGHT,
        _("deletes notices 24 months after their recipient acknowledged them"),
        crontab(hour=3, minute=50),
    ),
    "audiences": Job(
        "dsr.tasks.forget_audiences",
        Queue.NIGHT,
        _("deletes exported lists 24 months after their holders said what became of them"),
        crontab(hour=3, minute=55),
    ),
    "trail": Job(
        "retention.tasks.shorten_trail",
        Queue.NIGHT,
        _("makes the months of the audit trail to come, and deletes whole months and ledgers after 24 months (P17)"),
        crontab(hour="3-5", minute=25),
        late="The next tick does it. Without it, entries are kept in the part for the rest.",
    ),
    "seals": Job(
        "retention.tasks.seal_trail",
        Queue.BULK,
        _("seals the entries of the audit trail, and mails the seals to officers once a day (L20)"),
        crontab(minute=50),
        LONGEST,
        late="The next tick seals what has come since.",
    ),
    "messages": Job(
        "dsr.tasks.forget_messages",
        Queue.NIGHT,
        _("deletes after 12 months what is known of mails that were sent"),
        crontab(hour=3, minute=15),
    ),
    "sessions": Job(
        "privacy_crm.tasks.sweep_sessions",
        Queue.NIGHT,
        _("deletes log-ins that have ended, and after 24 months links and roles that were asked for"),
        crontab(minute=35),
    ),
    "mail": Job(
        "contacts.tasks.send_messages",
        Queue.PEOPLE,
        _("sends what somebody asked for or we owe to one person: confirmations, letters, information"),
        crontab(),
        LONGEST,
        late="An act that owes a mail asks for it at once; this tick finds what nobody heard of, and what failed.",
    ),
    "notices": Job(
        "contacts.tasks.tell_recipients",
        Queue.PEOPLE,
        _("tells recipients of erasures, objections and corrections, until they say that it is done (L4)"),
        crontab(minute="*/5"),
        LONGEST,
        late="Notices wait in the database and leave with the next tick.",
    ),
    "systems": Job(
        "dsr.tasks.ask_systems",
        Queue.PEOPLE,
        _("asks other systems about the people of requests, and reminds their owners (L18)"),
        crontab(minute="*/5"),
        LONGEST,
        late="Tasks wait in the database and leave with the next tick.",
    ),
    "strikes": Job(
        "contacts.tasks.tell_of_strikes",
        Queue.PEOPLE,
        _("tells the holders of exported lists which people to remove (P12)"),
        crontab(minute=40),
        LONGEST,
        late="The next tick does it.",
    ),
    "agreements": Job(
        "contacts.tasks.remind_of_agreements",
        Queue.PEOPLE,
        _("reminds officers once of an agreement with a recipient that ends within 60 days"),
        crontab(minute=45),
        LONGEST,
        late="The next tick does it; the officer's home page says the same.",
    ),
    "reminders": Job(
        "contacts.tasks.owe_reminders",
        Queue.PEOPLE,
        _("owes guests a reminder on the day before their event"),
        crontab(minute="*/10"),
        late="The next tick does it; once the event has begun, nobody is reminded.",
    ),
    "information": Job(
        "contacts.tasks.owe_information",
        Queue.PEOPLE,
        _("at six in the company's time zone, owes people the letter that says where their details came from (L5)"),
        crontab(minute=0),
        late="The next morning's tick does it; from the twentieth day on, whatever the number.",
    ),
    "longer": Job(
        "retention.tasks.owe_notices",
        Queue.PEOPLE,
        _("at six in the company's time zone, tells people of a longer period by mail, once an officer says so (L13)"),
        crontab(minute=5),
        late="The next morning's tick does it; until then the shorter period applies to them.",
    ),
    "due": Job(
        "dsr.tasks.remind_officers",
        Queue.PEOPLE,
        _("from eight o'clock in the company's time zone, tells officers once a day which answers are due (L1)"),
        crontab(minute=0),
        LONGEST,
        late="The next tick of the same day does it.",
    ),
    "breaches": Job(
        "contacts.tasks.remind_of_breaches",
        Queue.PEOPLE,
        _("tells officers when 48, 24 and 6 of the 72 hours of a breach are left, and when they are over (L10)"),
        crontab(minute="*/10"),
        LONGEST,
        late="The next tick tells them how many hours are left by then.",
    ),
    "questions": Job(
        "dsr.tasks.follow_up_questions",
        Queue.PEOPLE,
        _("reminds people of our question after 14 days, and closes their request after 30 (L2)"),
        crontab(minute=15),
    ),
    "answered": Job(
        "dsr.tasks.release_answered",
        Queue.PEOPLE,
        _("ends the freeze of people who were answered, once their letter has left"),
        crontab(minute=15),
        late="They stay frozen until the next tick.",
    ),
    "restrictions": Job(
        "dsr.tasks.lift_restrictions",
        Queue.PEOPLE,
        _("ends restrictions on the day that the person was told, once the letter has left (L6)"),
        crontab(minute=10),
        late="They stay restricted until the next tick.",
    ),
    "representatives": Job(
        "dsr.tasks.end_representatives",
        Queue.PEOPLE,
        _("ends who acts for somebody once their proof has ended (L17)"),
        crontab(minute=5),
        late="Nothing is handed over to them meanwhile.",
    ),
    # In another queue than the night: who watches must not stand still with what is watched.
    "mail_faults": Job(
        "contacts.tasks.tell_of_standstills",
        Queue.PEOPLE,
        _("tells officers and administrators that the mail server is at fault, and that it is well again"),
        crontab(),
        LONGEST,
        late="They read it on their home page.",
    ),
    "journal": Job(
        "contacts.tasks.ship_journal",
        Queue.PEOPLE,
        _("writes to the journal outside the database what a restore must not undo (L11)"),
        crontab(),
        LONGEST,
        late="Certificates are not final before. After ten minutes somebody hears of it.",
    ),
    "journal_ends": Job(
        "contacts.tasks.expire_journal",
        Queue.BULK,
        _("deletes what of the journal no backup needs any more"),
        crontab(hour=4, minute=50),
        LONGEST,
    ),
    "search": Job(
        "dsr.tasks.search_after_deletion",
        Queue.PEOPLE,
        _("searches the whole database for people who were deleted on request, for the certificate (P21)"),
        crontab(),
        late="The certificate says that the search is under way.",
    ),
    "staff": Job(
        "privacy_crm.tasks.tell_staff",
        Queue.PEOPLE,
        _("sends invitations, and tells staff what was done to their account"),
        crontab(),
        LONGEST,
        late="The mails leave with the next tick.",
    ),
    "heartbeat": Job(
        "privacy_crm.tasks.give_heartbeat",
        Queue.PEOPLE,
        _("calls the watcher outside once a nightly deletion has finished"),
        crontab(minute="2-59/10"),
        LONGEST,
        late="The watcher alarms, which is what it is for.",
    ),
    "watch": Job(
        "retention.tasks.warn_officers",
        Queue.PEOPLE,
        _("tells officers of a nightly deletion that waits, failed, was broken off or did not happen"),
        crontab(minute="5-59/10"),
        LONGEST,
        late="The next tick does it.",
    ),
    # Asked once a minute, it would find what left some seconds after the last time, and wait for another minute.
    "mailings": Job(
        "privacy_crm.tasks.run_mailings",
        Queue.BULK,
        _("begins mailings at their time, and owes as many mails as the rate of each allows"),
        dt.timedelta(seconds=10),
        late="The mailing goes on with the next tick, no faster than its rate.",
    ),
    "mails_to_many": Job(
        "contacts.tasks.send_mailings",
        Queue.BULK,
        _("sends mailings and announcements; each worker of this queue is one sender"),
        crontab(),
        LONGEST,
        late="Mails wait in the outbox and leave with the next tick.",
    ),
    "duplicates": Job(
        "privacy_crm.tasks.find_duplicates",
        Queue.BULK,
        _("looks for records that may be one person; staff decide"),
        crontab(hour=4, minute=5),
        late="Staff see the pairs of the day before; they can ask for a search.",
    ),
    "duplicates_on": Job(
        "privacy_crm.tasks.go_on_with_duplicates",
        Queue.BULK,
        _("goes on with a search for duplicates that took longer than one task works"),
        crontab(minute="*/10"),
        late="A search asks for its next part by itself; this tick finds one that nobody heard of.",
    ),
    "registers": Job(
        "privacy_crm.tasks.keep_registers",
        Queue.BULK,
        _("keeps the record of processing as it stands when a policy is published, and each quarter (L8)"),
        crontab(minute="8-59/10"),
        late="The next tick keeps it as it stands by then.",
    ),
    "figures": Job(
        "privacy_crm.tasks.count_figures",
        Queue.BULK,
        _("counts the figures of the home pages for which everybody has to be read"),
        crontab(hour=4, minute=20),
        late="Pages show the last figures with their day.",
    ),
    "statements": Job(
        "retention.tasks.check_statements",
        Queue.BULK,
        _("searches the records for what contradicts what they say elsewhere (L20)"),
        crontab(hour=4, minute=35),
        late="The next night's tick does it.",
    ),
    "figure": Job(
        "privacy_crm.tasks.count_figure",
        Queue.BULK,
        _("counts one figure of the home pages, when a page has shown an old one"),
        late="The page shows the last figure with its day, or that it is being counted.",
    ),
    "authority_pack": Job(
        "privacy_crm.tasks.make_authority_pack",
        Queue.BULK,
        _("makes the authority pack, when the officer has asked for one"),
        late="The page shows that it waits. After ten minutes it can be asked for again.",
    ),
    "policy_effect": Job(
        "retention.tasks.count_policy_effect",
        Queue.BULK,
        _("counts what a draft of the policy would do, when it was changed (P24)"),
        late="The draft's page says that it is being counted; nobody can publish it before. It can be asked for again.",
    ),
    "open": Job(
        "privacy_crm.tasks.open_upload",
        Queue.BULK,
        _("opens an uploaded workbook"),
        late="The page shows that it waits. After five minutes it is asked for again.",
    ),
    "look_through": Job(
        "privacy_crm.tasks.look_through_upload",
        Queue.BULK,
        _("reads an uploaded list for its preview"),
        late="The page shows that it waits. Where a worker died with it, it is given back within minutes. A part that"
        " nobody heard of is asked for again after five.",
    ),
    "import": Job(
        "privacy_crm.tasks.import_upload",
        Queue.BULK,
        _("imports an uploaded list"),
        late="As above; nothing is written by halves.",
    ),
    "remove": Job(
        "privacy_crm.tasks.remove_uploaded",
        Queue.BULK,
        _("takes an import back"),
        late="As above; it can be started again.",
    ),
}
