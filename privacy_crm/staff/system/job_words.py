"""What each job does, to be translated: the sentences of `privacy_crm.jobs`, which a test holds them to."""

from typing import Any

from django.utils.translation import gettext_lazy as _

DOES: dict[str, Any] = {
    "contacts.tasks.sweep_food_preferences": _("deletes dietary needs within 15 minutes after their event (P8)"),
    "retention.tasks.nightly": _("the nightly deletion, at 02:30 in the company's time zone; runs that were approved"),
    "contacts.tasks.forget_letters": _("forgets the words of letters that no mail server has taken for 14 days"),
    "contacts.tasks.sweep_mail_files": _("deletes mails that development wrote into files, after 24 hours"),
    "privacy_crm.tasks.sweep_uploads": _(
        "deletes uploaded lists after a day, and gives back what a worker left when it died"
    ),
    "contacts.tasks.sweep_proposed_details": _(
        "deletes what others said of a person's details, after 30 days without the person's word"
    ),
    "contacts.tasks.sweep_sign_ups": _("deletes sign-ups that nobody has proven for 30 days"),
    "contacts.tasks.sweep_tombstones": _(
        "ends what keeps somebody from being brought back who was erased, on its last day (L12)"
    ),
    "dsr.tasks.sweep_unproven": _(
        "deletes requests that nobody has proven for 30 days, and the addresses of links that have ended"
    ),
    "dsr.tasks.forget_requests": _("deletes closed requests after 24 months, and keeps counts"),
    "dsr.tasks.forget_notices": _("deletes notices 24 months after their recipient acknowledged them"),
    "dsr.tasks.forget_audiences": _("deletes exported lists 24 months after their holders said what became of them"),
    "retention.tasks.shorten_trail": _("deletes entries of the audit trail and of the ledgers after 24 months (P17)"),
    "dsr.tasks.forget_messages": _("deletes after 12 months what is known of mails that were sent"),
    "privacy_crm.tasks.sweep_sessions": _(
        "deletes log-ins that have ended, and after 24 months links and roles that were asked for"
    ),
    "contacts.tasks.send_messages": _(
        "sends what somebody asked for or we owe to one person: confirmations, letters, information"
    ),
    "contacts.tasks.tell_recipients": _(
        "tells recipients of erasures, objections and corrections, until they say that it is done (L4)"
    ),
    "contacts.tasks.tell_of_strikes": _("tells the holders of exported lists which people to remove (P12)"),
    "contacts.tasks.owe_reminders": _("owes guests a reminder on the day before their event"),
    "contacts.tasks.owe_information": _(
        "at six in the company's time zone, owes people the letter that says where their details came from (L5)"
    ),
    "dsr.tasks.remind_officers": _(
        "from eight o'clock in the company's time zone, tells officers once a day which answers are due (L1)"
    ),
    "dsr.tasks.follow_up_questions": _(
        "reminds people of our question after 14 days, and closes their request after 30 (L2)"
    ),
    "dsr.tasks.release_answered": _("ends the freeze of people who were answered, once their letter has left"),
    "dsr.tasks.lift_restrictions": _(
        "ends restrictions on the day that the person was told, once the letter has left (L6)"
    ),
    "contacts.tasks.tell_of_standstills": _(
        "tells officers and administrators that the mail server is at fault, and that it is well again"
    ),
    "contacts.tasks.ship_journal": _("writes to the journal outside the database what a restore must not undo (L11)"),
    "contacts.tasks.expire_journal": _("deletes what of the journal no backup needs any more"),
    "dsr.tasks.search_after_deletion": _(
        "searches the whole database for whoever was deleted on request, for the certificate (P21)"
    ),
    "privacy_crm.tasks.tell_staff": _("sends invitations, and tells staff what was done to their account"),
    "privacy_crm.tasks.give_heartbeat": _("calls the watcher outside once a nightly deletion has finished"),
    "retention.tasks.warn_officers": _(
        "tells officers of a nightly deletion that waits, failed, was broken off or did not happen"
    ),
    "privacy_crm.tasks.run_mailings": _(
        "begins mailings at their time, and owes as many mails as the rate of each allows"
    ),
    "contacts.tasks.send_mailings": _("sends mailings and announcements; each worker of this queue is one sender"),
    "privacy_crm.tasks.find_duplicates": _("looks for records that may be one person; staff decide"),
    "privacy_crm.tasks.count_figures": _("counts the figures of the home pages for which everybody has to be read"),
    "retention.tasks.check_statements": _("searches the records for what contradicts what they say elsewhere (L20)"),
    "privacy_crm.tasks.count_figure": _("counts one figure of the home pages, when a page has shown an old one"),
    "privacy_crm.tasks.open_upload": _("opens an uploaded workbook"),
    "privacy_crm.tasks.look_through_upload": _("reads an uploaded list for its preview"),
    "privacy_crm.tasks.import_upload": _("imports an uploaded list"),
    "privacy_crm.tasks.remove_uploaded": _("takes an import back"),
}
