"""What each field of this app holds: whether it is personal, why it is held, whether its person gets it, how it goes.

A test walks all models of all installed apps and fails on a field that no app's table names, and so does
`manage.py data_map --check`. What goes after so many months or days names the setting that says how many.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """The answer for one field. `why` and `goes` are empty for a field that says nothing about a person."""

    personal: bool
    why: str = ""
    exported: bool = False
    goes: str = ""  # %(AUDIT_MONTHS)s stands for that setting


type Table = dict[str, Field]

WITH_PERSON = "with the person, by the database's cascade"
WITH_PLACE = "with the registration, and straight after the event"
A_DAY = "a day after the upload, or with the person, by the database's cascade"
UNPROVEN = "after 30 days, or with the person, by the database's cascade"
UNANSWERED = "once it is answered, after 30 days, or with the person, by the database's cascade"
ONCE_SENT = "once the mail server has accepted it, at the latest after 14 days"
ONCE_FREE = "with the next sender, as soon as nobody else holds the message"
LAST_DAY = "after its last day, or when the person comes back by an act of their own"
ITS_MONTHS = "%(AUDIT_MONTHS)s months after the end of its month, with the whole month"
ONCE_CONFIRMED = "once the holder of the list has said what became of it, or with the person, by the database's cascade"
A_YEAR = "with the person, %(MESSAGE_MONTHS)s months after it was sent or ended, or once nothing depends on it any more"
WITH_LIST = "with the list, %(REQUEST_MONTHS)s months after it was confirmed; it names nobody"
WITH_SEGMENT = "with its segment of the journal, some days after the last backup without it has expired"
ONCE_SEEN = "with the person, or %(AUDIT_MONTHS)s months after staff looked at them"
ONCE_DONE = "%(REQUEST_MONTHS)s months after the recipient acknowledged it; it names nobody"


def about(why: str, *, exported: bool = True, goes: str = WITH_PERSON) -> Field:
    return Field(personal=True, why=why, exported=exported, goes=goes)


NOTHING = Field(personal=False)
STAYS = "with the row; accounts are closed and stay"
_STAFF = about("which member of staff it is", exported=False, goes=STAYS)
KEY = about("ties the row to its person", exported=False)


def _table(fields: str, field: Field) -> Table:
    return dict.fromkeys(fields.split(), field)


MODELS: dict[str, Table] = {
    "contacts.Organisation": _table(
        "id name country reference legal_form entered_on agreement_state agreements_ended_on may_be_vacant", NOTHING
    ),
    "contacts.Agreement": _table("id organisation kind reference started_on ended_on", NOTHING),
    "contacts.PolicyVersion": {
        **_table("id number published_at proposed_at announced_at holds_from", NOTHING),
        **_table("summary controller time_zone texts digest", NOTHING),
        "proposed_by": _STAFF,
    },
    "contacts.InterestAssessment": {
        **_table("id title interest necessity balance safeguards summary decided_on review_on", NOTHING),
        "decided_by": _STAFF,
    },
    "contacts.AssessedPurpose": _table("id assessment scenario purpose", NOTHING),
    "contacts.ImpactAssessment": {
        **_table("id processing needed text decided_on review_on", NOTHING),
        "decided_by": _STAFF,
    },
    "contacts.ScenarioRule": _table(
        "id version scenario clock months legal_basis categories title purposes uses rewords note text recipients"
        " transfers",
        NOTHING,
    ),
    "contacts.Contact": {
        **_table("id", about("the record's key", exported=False)),
        **_table("public_id", about("names the person in addresses of pages and in the audit, without a name")),
        **_table("email first_name last_name job_title", about("to know and to reach the person (P2)")),
        **_table("phone address postal_code city country", about("to reach the person on the other channels (P2)")),
        **_table("language", about("to write in the person's language")),
        **_table(
            "address_hash mailbox_hash",
            about("finds an objection to marketing made under the address or its mailbox (P12)", exported=False),
        ),
        **_table(
            "address_trust address_trust_reason address_trust_since",
            about("whether the address is known to be the person's, and why, so that nobody else opens their details"),
        ),
        **_table("bounced_on", about("whether the address is known to reach the person")),
        **_table("left_on", about("when we heard that the person left their organisation (P4)")),
        **_table("frozen_through restricted_through", about("how long a freeze or a restriction stands (Art. 18)")),
        **_table("company organisation", about("whom the person works for (P2)")),
        **_table("last_activity_on", about("the clock of whitepaper, webinar and event runs from it")),
        **_table("corrected", about("what was put right on the person's word, so that no import undoes it (Art. 16)")),
        **_table("minimised_on", about("the day on which the person was reduced to what a duty names (P5)")),
    },
    "contacts.Bounce": {
        **_table("id contact", KEY),
        **_table("at reply", about("when and by what words mail to the address came back")),
        **_table(
            "address_trust address_trust_reason address_trust_since",
            about("how far the address was trusted before, for the case that it was a mistake", exported=False),
        ),
    },
    "contacts.BounceUndoing": {**_table("id reply since until reason number at", NOTHING), **_table("by", _STAFF)},
    "contacts.MailStandstill": _table("id reply domains began_at try_at ended_at told_at told_end_at", NOTHING),
    "contacts.Basis": {
        **_table("id contact", KEY),
        **_table("scenario legal_basis", about("why the person is held (P1)")),
        **_table("policy_shown policy_shown_on", about("what we promised, where and when we showed it (P1)")),
        **_table("collected_on source source_kind", about("when and where the data came from (P1)")),
        **_table("informed_on", about("when a person was told whose data came from elsewhere (L5)")),
        **_table("clock_from", about("the day from which the period is counted")),
    },
    "contacts.PolicyTelling": {
        **_table("id basis", KEY),
        **_table("version way told_on bounced_on", about("how and when we told the person of a later policy (L13)")),
        **_table("before before_on mail", about("what binds again if the mail comes back", exported=False)),
    },
    "contacts.PolicyNotice": {**_table("id version started_at", NOTHING), **_table("started_by", _STAFF)},
    "contacts.Activity": {
        **_table("id contact", KEY),
        **_table("kind occurred_at reference", about("what the person did; it keeps the scenarios that run on it")),
    },
    "contacts.Topic": _table("id slug name sentence", NOTHING),
    "contacts.Interest": {
        **_table("id contact", KEY),
        **_table("topic wanted since", about("what the person is interested in, so as to send no other news (P11)")),
    },
    "contacts.Whitepaper": _table("id slug title summary file published_at withdrawn_at topics", NOTHING),
    "contacts.Look": _table("id main band logo logo_size picture picture_size links", NOTHING),
    "contacts.JobRun": _table("id task succeeded_at failed_at error", NOTHING),
    "contacts.CountryRule": _table("id country channel existing_customers ground valid_from source note", NOTHING),
    "contacts.ApiKey": _table(
        "id name digest forms system posts_an_hour created_at ends_at used_at revoked_at", NOTHING
    ),
    "contacts.Event": _table(
        "id slug title kind starts_at ends_at time_zone place summary link capacity signup_open was_open"
        " revision topics cancelled_at over_at asked asks_food",
        NOTHING,
    ),
    "contacts.SignUp": {
        **_table("contact", KEY),
        **_table("id public_id", about("ties the row to its person", exported=False, goes=UNPROVEN)),
        **_table("kind scenario whitepaper event", about("what was asked for (P6, P7)", goes=UNPROVEN)),
        **_table(
            "email first_name last_name phone company job_title address postal_code city country language",
            about("what was typed, until the address is proven (P2)", goes=UNPROVEN),
        ),
        **_table("policy_version consents", about("what was shown and ticked (P1, P11)", goes=UNPROVEN)),
        **_table("source created_at arrived_at confirmed_at", about("how and when it came in (P1)", goes=UNPROVEN)),
    },
    "contacts.ProposedDetail": {
        **_table("id contact sign_up", KEY),
        **_table("detail typed", about("what was typed and differs from what is on file (L15)", goes=UNANSWERED)),
        **_table("source proposed_at", about("how and when that came in (P1)", goes=UNANSWERED)),
    },
    "contacts.Message": {
        **_table("id contact sign_up registration once public_id", KEY),
        **_table(
            "template purpose event whitepaper mailing breach_letter",
            about("what was written to the person (P6, P7, L5)", goes=A_YEAR),
        ),
        **_table("address written", about("a letter written for one occasion, and whom it goes to", goes=ONCE_SENT)),
        **_table("forget_at", about("when those words are forgotten at the latest", exported=False, goes=ONCE_SENT)),
        **_table("created_at sent_at ended_at end reason reply", about("when it was sent, or why not", goes=A_YEAR)),
        **_table("digest", about("proof of the mail that asked for a consent (L14)")),
        **_table("not_before claimed_until attempts refused_at", about("when it is tried again", exported=False)),
    },
    "contacts.LeftMail": _table(
        "id message_id left_at digest bases",
        about("that a mail has left, so that nobody sends it again", exported=False, goes=ONCE_FREE),
    ),
    "contacts.Registration": {
        **_table("id contact", KEY),
        **_table("event registered_at cancelled_at attended_at", about("the person's place at an event (P7)")),
        **_table("active_before", about("to take a check-in back and leave the period as it was")),
    },
    "contacts.FoodPreference": {
        **_table("id registration sign_up", about("ties the row to its guest", exported=False, goes=WITH_PLACE)),
        **_table("preference", about("to feed the guest; Art. 9 GDPR, with consent (P8)", goes=WITH_PLACE)),
        **_table("consented_at", about("proof of that consent (P8)", goes=WITH_PLACE)),
    },
    "contacts.ChannelPermission": {
        **_table("id contact", KEY),
        **_table("channel state given_on wording source", about("the person's own word on a channel, as proof (P12)")),
    },
    "contacts.ConsentRecord": {
        **_table("id contact", KEY),
        **_table("public_id", about("names the record, without a name")),
        **_table(
            "controller purpose channel state said_on method source wording language policy_version withdraw_at",
            about("what the person gave, refused and withdrew, as proof (Art. 7 GDPR, L14)"),
        ),
        **_table("ticked_at recorded_at message_id message_digest", about("proof that it was given twice (L14)")),
    },
    "contacts.Suppression": {
        **_table("id", NOTHING),
        **_table(
            "address_hash mailbox_hash channel reason since",
            about("so as not to write again to who objected: a keyed hash (P12)", goes="never: the objection lasts"),
        ),
    },
    "contacts.Tombstone": {
        **_table("id", NOTHING),
        **_table(
            "address_hash mailbox_hash erased_on ends_on",
            about("so that nobody who was erased at their request is brought back: keyed hashes (L12)", goes=LAST_DAY),
        ),
        **_table("residue", about("finds what a duty keeps of them", exported=False, goes=LAST_DAY)),
    },
    "contacts.Recipient": _table(
        "id public_id name kind service agreement_reference agreement_from agreement_until purposes country safeguard"
        " safeguard_reference contact_email told_by webhook_url sends_our_mail standing untold_because copy_days"
        " reminded_of",
        NOTHING,
    ),
    "contacts.System": _table(
        "id public_id name holds scenarios owner_email owner_number reached_by webhook_url days recipient ended_on",
        NOTHING,
    ),
    "contacts.RecipientDocument": {
        **_table("id recipient kind title file sha256 added_at", NOTHING),
        **_table("added_by", _STAFF),
    },
    "contacts.SubProcessor": _table("id recipient name service country safeguard since ended_on", NOTHING),
    "contacts.TransferAssessment": {
        **_table("id recipient assessed_on allowed conclusion review_on", NOTHING),
        **_table("by", _STAFF),
    },
    "contacts.ProcessingSnapshot": _table("id made_at reason policy_version quarter said", NOTHING),
    "contacts.Maintenance": {**_table("id kind done_on worked note at", NOTHING), **_table("by", _STAFF)},
    "contacts.Disclosure": {
        **_table("id contact batch", KEY),
        **_table("recipient at kind purpose", about("who was given the person's data, and what for (P15)")),
    },
    "contacts.RecipientNotice": {
        **_table("id public_id", NOTHING),
        **_table(
            "recipient reference kind details created_at sent_at acknowledged_at",
            about("to tell a recipient of an erasure or a change (L4), by a random number alone", goes=ONCE_DONE),
        ),
        **_table("not_before claimed_until attempts chased_at reason acknowledged_by", NOTHING),
    },
    "contacts.Segment": {
        **_table("id name shared filters created_at", NOTHING),
        **_table("owner", _STAFF),
    },
    "contacts.ListLayout": {**_table("id columns", NOTHING), **_table("user", _STAFF)},
    "contacts.Audience": {
        **_table(
            "id public_id segment channel purpose recipient batch file_format reason people left_out made_at"
            " valid_through confirmed_at end",
            NOTHING,
        ),
        **_table("holder", _STAFF),
    },
    "contacts.ListedPerson": {
        "contact": KEY,
        **_table(
            "id audience", about("to strike them from a list that left (P12)", exported=False, goes=ONCE_CONFIRMED)
        ),
    },
    "contacts.Strike": {
        **_table("id audience", NOTHING),
        **_table(
            "reference kind created_at",
            about("to strike them from a list that left as a file (P12), by a random number", goes=WITH_LIST),
        ),
        **_table("told_at struck_at", NOTHING),
        **_table("struck_by", _STAFF),
    },
    "contacts.Mailing": {
        **_table(
            "id public_id name kind segment topics subject body button button_url rate state scheduled_for started_at"
            " ended_at people left_out sent withheld bounced objected signed_up approved_at",
            NOTHING,
        ),
        **_table("made_by approved_by", _STAFF),
        "authors": about("who may not approve it, as they wrote it", exported=False, goes="once it is sent or stopped"),
    },
    "contacts.Addressee": _table("id mailing contact", KEY),
    "contacts.Upload": {
        **_table(
            "id public_id uploaded_at file_format encoding delimiter scenario source source_kind collected_on mode"
            " state checked step share beat_at preview result rejects failure done_at forget_at",
            NOTHING,
        ),
        **_table("uploaded_by asked_by", _STAFF),
        **_table(
            "file header mapping",
            about("people on their way in, as the file has them", exported=False, goes="a day after the upload"),
        ),
    },
    "contacts.UploadedPerson": {
        **_table("contact", KEY),
        **_table("id upload", about("takes an import back within a day", exported=False, goes=A_DAY)),
    },
    "contacts.UploadedDifference": {
        **_table("id contact upload", KEY),
        **_table("detail old new reason", about("where a list differs from what is on file (L15)", goes=A_DAY)),
    },
    "contacts.DuplicatePair": {
        **_table("id one other", KEY),
        **_table("why found_on seen_in", about("two records that may be one person", exported=False)),
        **_table("dismissed_at dismissed_by", about("that somebody said they are two", exported=False)),
    },
    "contacts.DuplicateSearch": {
        **_table("id began_at parts done found only", NOTHING),
        **_table("by", _STAFF),
    },
    "contacts.MergedAddress": {
        **_table("id contact", KEY),
        **_table(
            "address_hash mailbox_hash",
            about("finds an objection under an address given up (P12)", exported=False),
        ),
    },
    "contacts.MergedNumber": {
        **_table("id contact", KEY),
        "public_id": about("finds the person behind a link from before two records were merged", exported=False),
    },
    "contacts.EarlierHash": {
        **_table("id contact", KEY),
        **_table(
            "address_hash mailbox_hash",
            about("finds an objection made by a link from before the key of hashes was changed (P12)", exported=False),
        ),
    },
    "contacts.JournalNumber": _table("id last", NOTHING),
    "contacts.JournalLine": {
        **_table("id number shipped_at warned_at", NOTHING),
        **_table(
            "at act",
            about("so that no backup that is restored undoes it (L11)", goes=WITH_SEGMENT),
        ),
        **_table(
            "public_ids hashes details",
            about("finds whom it is about, by random numbers and keyed hashes", exported=False, goes=WITH_SEGMENT),
        ),
    },
    "contacts.Restoration": {
        **_table(
            "id found_at database_number journal_number messages_through replayed_at mails_settled_at mails_dropped"
            " first_night_at",
            NOTHING,
        ),
        **_table("mails_settled_by", _STAFF),
    },
    "contacts.LookAgain": {
        **_table("id contact", KEY),
        **_table(
            "why done_at seen_at",
            about("what a backup that was restored does not know of them", exported=False, goes=ONCE_SEEN),
        ),
        **_table("seen_by", _STAFF),
    },
    "contacts.Breach": _table(
        "id title happened kinds began_at ended_at aware_at processor processor_told_at groups categories data"
        " consequences severity risk measures contact_point untold_because state unreported_because learnt closed_at"
        " warned changed",
        NOTHING,
    ),
    "contacts.AffectedGroup": {
        **_table("id breach asked people scenarios categories found_at", NOTHING),
        **_table("by", _STAFF),
    },
    "contacts.AffectedPerson": {
        **_table("id contact", KEY),
        **_table("breach told_at fate", about("which breach affected the person, and when they were told (L10)")),
    },
    "contacts.LetterCount": _table("id breach fate number", NOTHING),
    "contacts.BreachReport": {
        **_table("id breach number said language way reference late_because sent_at recorded_at", NOTHING),
        **_table("by", _STAFF),
    },
    "contacts.BreachLetter": {
        **_table("id breach texts contact_point approved_at", NOTHING),
        **_table("approved_by", _STAFF),
    },
    "contacts.BreachNotice": {
        **_table("id breach texts from_on until_on published_at", NOTHING),
        **_table("published_by", _STAFF),
    },
    "contacts.NoticeWithdrawal": {**_table("id notice at why", NOTHING), **_table("by", _STAFF)},
    "contacts.Review": _table("id title question every_months next_on ended_on", NOTHING),
    "contacts.ReviewOutcome": {
        **_table("id review done_on outcome", NOTHING),
        **_table("evidence", about("which accounts had which role, by their numbers", exported=False, goes=STAYS)),
        **_table("by", _STAFF),
    },
    "contacts.AuditSeal": _table("id number at entries ids marks digest chain latest", NOTHING),
    "contacts.AuditStamp": _table("id seal at answer", NOTHING),
    "contacts.AuditEvent": {
        **_table("id", NOTHING),
        **_table(
            "at by code rule", about("what was done and when; the person is not told the name of who", goes=ITS_MONTHS)
        ),
        **_table("public_id", about("proof of what was done, by a random number alone", goes=ITS_MONTHS)),
    },
}
