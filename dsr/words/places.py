"""What the tables of the database are called where people read what was found or deleted in them, in the third person.

`dsr.package.naming` has the words for a package, which speaks to the person. Scripts get the tables' own names.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

NAMES: dict[str, Any] = {
    "contacts_contact": _("people’s records"),
    "contacts_basis": _("reasons for holding them"),
    "contacts_activity": _("activities"),
    "contacts_channelpermission": _("consents and objections"),
    "contacts_consentrecord": _("records of consents"),
    "contacts_interest": _("topics of interest"),
    "contacts_registration": _("places at events"),
    "contacts_foodpreference": _("dietary needs"),
    "contacts_signup": _("forms sent in"),
    "contacts_proposeddetail": _("typed details that nobody had answered"),
    "contacts_message": _("messages"),
    "contacts_bounce": _("notes that mail came back"),
    "contacts_bounceundoing": _("undone bounces"),
    "contacts_mailstandstill": _("times when the mail server was at fault"),
    "contacts_disclosure": _("disclosures to recipients"),
    "contacts_recipientnotice": _("notices to recipients"),
    "contacts_recipient": _("recipients"),
    "contacts_system": _("other systems"),
    "contacts_addressee": _("places in a mailing’s queue"),
    "contacts_mailing": _("mailings"),
    "contacts_uploadedperson": _("notes of the list they came in with"),
    "contacts_uploadeddifference": _("differences between a list and their record"),
    "contacts_upload": _("uploaded lists"),
    "contacts_duplicatepair": _("notes that two records are alike"),
    "contacts_mergedaddress": _("addresses of merged records"),
    "contacts_mergednumber": _("numbers of merged records"),
    "contacts_earlierhash": _("earlier codes of addresses"),
    "contacts_affectedperson": _("notes that a breach affected them"),
    "contacts_policytelling": _("notes of what they were told of the privacy policy"),
    "contacts_breach": _("breaches"),
    "contacts_breachreport": _("reports of breaches"),
    "contacts_review": _("reviews"),
    "contacts_reviewoutcome": _("outcomes of reviews"),
    "contacts_suppression": _("the list of objections"),
    "contacts_tombstone": _("the list of people who were deleted"),
    "contacts_listedperson": _("places on exported lists"),
    "contacts_strike": _("removals from exported lists"),
    "contacts_audience": _("exported lists"),
    "contacts_segment": _("segments"),
    "contacts_organisation": _("organisations"),
    "contacts_agreement": _("agreements"),
    "contacts_event": _("events"),
    "contacts_whitepaper": _("guides"),
    "contacts_policyversion": _("versions of the privacy policy"),
    "contacts_lookagain": _("notes to look at them again after a restore"),
    "contacts_journalline": _("the journal that no backup undoes"),
    "contacts_auditevent": _("the record of who looked at and changed what"),
    "retention_hold": _("holds"),
    "retention_purgecandidate": _("places on the list of a nightly deletion"),
    "dsr_request": _("requests"),
    "dsr_attachment": _("files that came with letters"),
    "dsr_representative": _("who acts for people"),
    "dsr_evidence": _("sealed evidence"),
    "dsr_subject": _("links between person and request"),
    "dsr_paper": _("words and letters about requests"),
    "dsr_proof": _("links that prove an address"),
    "dsr_handover": _("copies made ready"),
    "dsr_systemtask": _("tasks of other systems"),
    "dsr_enclosure": _("files from other systems"),
    "dsr_entry": _("entries in timelines of requests"),
    "dsr_certificate": _("certificates of deletion"),
    "dsr_pendingsearch": _("searches after a deletion"),
    "auth_user": _("staff accounts"),
    "privacy_crm_accountmail": _("mails to staff"),
    "django_admin_log": _("entries in the staff log"),
}
_ELSEWHERE = _("other records")

# Of requests, those alone are deleted with a person that nobody had confirmed.
_DELETED = {**NAMES, "dsr_request": _("requests not confirmed")}


def deleted(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what was deleted, or will be, with the number of entries: most of it first."""
    return [(capfirst(name), number) for name, number in _named(rows, _DELETED)]


def found(rows: Mapping[str, int]) -> str:
    """Return where something was found as one line: "the list of objections (3 entries), messages (1 entry)"."""
    return ", ".join(
        ngettext("%(place)s (%(number)s entry)", "%(place)s (%(number)s entries)", number)
        % {"place": name, "number": grouped(number)}
        for name, number in _named(rows, NAMES)
    )


def grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def _named(rows: Mapping[str, int], names: Mapping[str, Any]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for table, number in rows.items():
        counted[str(names.get(table, _ELSEWHERE))] += number
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))
