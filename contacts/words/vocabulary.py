"""The closed lists of words that the records, the policy and the commands share."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Scenario(TextChoices):
    CUSTOMER = "customer", _("customer")
    PARTNER = "partner", _("partner")
    WHITEPAPER = "whitepaper", _("whitepaper")
    WEBINAR = "webinar", _("webinar")
    EVENT = "event", _("event")
    PROSPECT = "prospect", _("prospect")


class Clock(TextChoices):
    """What starts the period after which a basis lapses."""

    AGREEMENT_END = "agreement_end", _("end of the organisation's last agreement")
    LAST_ACTIVITY = "last_activity", _("last activity")
    COLLECTION = "collection", _("day of collection")


class Use(TextChoices):
    """What we do with people's details: each purpose of the policy stands for one of these (Art. 5(1)(b) GDPR)."""

    SERVICE = "service", _("deliver, support and administer")
    MARKETING = "marketing", _("tell people about our services")
    SHARING = "sharing", _("give details to others for purposes of their own")
    OTHER = "other", _("something that is done outside this system")


class LegalBasis(TextChoices):
    CONTRACT = (
        "contract_and_legitimate_interest",
        _("contract with the organisation, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)"),
    )
    ATTENDANCE = (
        "attendance_and_legitimate_interest",
        _("needed to attend, and our legitimate interest (Art. 6(1)(b) and (f) GDPR)"),
    )
    INTEREST = "legitimate_interest", _("our legitimate interest (Art. 6(1)(f) GDPR)")


# Each of them, whatever it rests on besides: contacts of an organisation are no party to its contract.
RESTS_ON_INTEREST = tuple(LegalBasis)


class Processing(TextChoices):
    """What is done with people's data, as far as it is looked at by itself (Art. 30 and 35 GDPR)."""

    CUSTOMER = Scenario.CUSTOMER.value, _("customers")
    PARTNER = Scenario.PARTNER.value, _("partners")
    WHITEPAPER = Scenario.WHITEPAPER.value, _("readers of whitepapers")
    WEBINAR = Scenario.WEBINAR.value, _("guests of webinars")
    EVENT = Scenario.EVENT.value, _("guests of events, with their dietary needs")
    PROSPECT = Scenario.PROSPECT.value, _("prospects")
    REQUESTS = "requests", _("requests about people's rights")
    EVIDENCE = "evidence", _("sealed evidence of answers")
    BREACHES = "breaches", _("the register of breaches")
    REMEMBERED = "remembered", _("objections and deletions that are remembered")
    TRAIL = "trail", _("audit trail and the record of looks")
    STAFF = "staff", _("accounts of staff")
    MAIL = "mail", _("mail that was sent")
    BACKUPS = "backups", _("backups and the journal")


class SourceKind(TextChoices):
    PERSON = "person", _("the person")
    ORGANISATION = "organisation", _("the person's organisation")
    PUBLIC = "public", _("a public source")
    THIRD_PARTY = "third_party", _("somebody else")
    UNKNOWN = "unknown", _("not known")


class LegalForm(TextChoices):
    """What an organisation is in the eyes of the law, as far as a country's rules for marketing ask."""

    COMPANY = "company", _("company")
    LLP = "llp", _("limited liability partnership (LLP)")
    SCOTTISH_PARTNERSHIP = "scottish_partnership", _("Scottish partnership")
    PUBLIC_BODY = "public_body", _("public body")
    SOLE_TRADER = "sole_trader", _("sole trader")
    PARTNERSHIP = "partnership", _("other partnership")


class AddressTrust(TextChoices):
    """Whether an address is known to be its person's (L15)."""

    DOUBTED = "doubted", _("doubted")
    UNPROVEN = "unproven", _("not proven")
    PROVEN = "proven", _("proven")


class TrustReason(TextChoices):
    """Why an address is trusted, or not; REASONS_OF says which state each stands for."""

    CHANGED = "changed", _("a change that nobody made sure of")
    DENIED = "denied", _("its reader says that it is the wrong one")
    CONTESTED = "contested", _("the address before it says that the change is wrong")
    BOUNCED = "bounced", _("mail to it came back")
    COMPLAINED = "complained", _("our mail there was reported as spam")
    LIST = "list", _("came in a list")
    STAFF = "staff", _("entered by staff")
    DOOR = "door", _("typed by a guest at the door")
    ANSWERED = "answered", _("somebody reads it, and it is not known who")
    MERGED = "merged", _("two records were merged")
    NOT_KNOWN = "not_known", _("it is not known how it came in")
    FORM_BUTTON = "form_button", _("a form, confirmed by the button in our mail")
    MY_DATA = "my_data", _("“My data”, opened by the button in our mail")
    STAFF_SURE = "staff_sure", _("staff made sure")
    PHONED = "phoned", _("confirmed on a phone number on file")
    MET = "met", _("confirmed in person")
    LETTER = "letter", _("confirmed by a signed letter")
    ORGANISATION = "organisation", _("confirmed by the organisation")
    OFFICER = "officer", _("the privacy officer established whose it is")


class AgreementKind(TextChoices):
    CUSTOMER = "customer", _("customer")
    PARTNER = "partner", _("partner")


class AgreementState(TextChoices):
    NONE = "none", _("no agreement on record")
    OPEN = "open", _("agreement in force")
    ENDED = "ended", _("all agreements ended")


class ActivityKind(TextChoices):
    """What the person did. What we did, and using a right, never is one."""

    DOWNLOAD = "download", _("download")
    REGISTRATION = "registration", _("registration")
    ATTENDANCE = "attendance", _("attendance")
    REPLY = "reply", _("reply")
    CALL = "call", _("call")
    MEETING = "meeting", _("meeting")


class EventKind(TextChoices):
    WEBINAR = "webinar", _("webinar")
    PHYSICAL = "physical", _("physical event")


class Channel(TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", pgettext_lazy("channel", "phone")
    POST = "post", _("post")


class PermissionState(TextChoices):
    OBJECTED = "objected", _("objected")
    CONSENTED = "consented", _("consented")


class ConsentState(TextChoices):
    """What one record of the ledger of consents says (L14)."""

    GIVEN = "given", _("consent given")
    REFUSED = "refused", _("objected")
    WITHDRAWN = "withdrawn", _("consent withdrawn")
    EXPIRED = "expired", _("consent expired")


class ConsentMethod(TextChoices):
    """How a record of the ledger came about."""

    DOUBLE_OPT_IN = "double_opt_in", _("ticked a box, then confirmed by e-mail")
    ONLINE = "online", _("on our website or by the link in a mail")
    STAFF = "staff", _("told our staff")
    PROVIDER = "provider", _("reported by the mail provider")
    IMPORT = "import", _("in an imported list")
    ADDRESS = "address", _("said earlier under the same address")
    NOT_KNOWN = "not_known", _("not known")


class MarketingGround(TextChoices):
    """What marketing on a channel rests on in a country (P11)."""

    CONSENT = "consent", _("consent")
    INTEREST = "legitimate_interest", _("legitimate interest")
    CORPORATE = "corporate", _("legitimate interest at companies and public bodies, otherwise consent")


class SignUpKind(TextChoices):
    """What a visitor asks for."""

    WHITEPAPER = "whitepaper", _("a whitepaper")
    EVENT = "event", _("a place at an event")
    REGISTER = "register", _("registration as customer or partner")
    CONSENT = "consent", _("consent to marketing")


class MailPurpose(TextChoices):
    """Service messages are what the person asked for; only marketing asks whether it may."""

    SERVICE = "service", _("service")
    INFORMATION = "information", _("information that the law asks for")
    IMPORTANT = "important", _("important message")
    MARKETING = "marketing", _("marketing")


class MailTemplate(TextChoices):
    CONFIRM = "confirm", _("please confirm your address")
    REGISTERED = "registered", _("your place at the event")
    REMINDER = "reminder", _("reminder of the event")
    MOVED = "moved", _("the event has changed")
    CANCELLED = "cancelled", _("the event is cancelled")
    GIVEN_UP = "given_up", _("your place is cancelled")
    INFORM = "inform", _("where we have your details from")
    LONGER = "longer", _("we would keep your details for longer")
    PARTING = "parting", _("we delete your details after your objection")
    ANNOUNCE = "announce", _("news about a topic")
    MAILING = "mailing", _("a mailing")
    WRITTEN = "written", _("a letter written for one occasion")
    BREACH = "breach", _("a breach of your data")


class TellingWay(TextChoices):
    """How somebody was told of a later version of the policy (L13)."""

    FORM = "form", _("a form that they confirmed")
    MAIL = "mail", _("a mail of ours")
    LETTER = "letter", _("a letter by post")


class RecipientKind(TextChoices):
    """What somebody outside does with the data that we give them (P15)."""

    PROCESSOR = "processor", _("processor")
    RESELLER = "reseller", _("reseller partner")
    GROUP = "group", _("company of our group")


class Safeguard(TextChoices):
    """What protects data outside the EEA (Art. 45 to 47 GDPR, P16)."""

    ADEQUACY = "adequacy", _("adequacy decision")
    CLAUSES = "clauses", _("standard contractual clauses")
    BINDING_RULES = "binding_rules", _("binding corporate rules")
    CODE = "code", _("approved code of conduct")


class ToldBy(TextChoices):
    MAIL = "mail", _("e-mail")
    WEBHOOK = "webhook", _("signed webhook")


class ReachedBy(TextChoices):
    """How another system of the company hears what a request asks of it (L18)."""

    MAIL = "mail", _("a task to its owner, by e-mail")
    WEBHOOK = "webhook", _("signed webhook")
    API = "api", _("its server fetches tasks by API")


class DisclosureKind(TextChoices):
    EXPORT = "export", _("export")
    MAILING = "mailing", _("mailing")
    SHARE = "share", _("share with a partner")


class NoticeKind(TextChoices):
    """What a recipient is told of somebody whose data it was given (Art. 19 and 21 GDPR, L4)."""

    ERASED = "erased", _("erased")
    OBJECTED = "objected", _("objected")
    RECTIFIED = "rectified", _("corrected")
    RESTRICTED = "restricted", _("restricted")
    LIFTED = "restriction_lifted", _("restriction lifted")


class StrikeKind(TextChoices):
    """Why somebody is to be struck from a list that left as a file (P12)."""

    ERASED = "erased", _("erased")
    OBJECTED = "objected", _("objected")
    MERGED = "merged", _("on file under another number")


class AudienceEnd(TextChoices):
    """What became of a list that left as a file."""

    USED = "used", _("used, and deleted")
    DESTROYED = "destroyed", _("deleted without being used")


class FileFormat(TextChoices):
    """How a list leaves as a file."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class MailingKind(TextChoices):
    """An important message (a change of terms, P3) is no marketing; customers and partners alone get one."""

    MARKETING = "marketing", _("marketing")
    IMPORTANT = "important", _("important message")


class MailingState(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waits for approval")
    SCHEDULED = "scheduled", _("scheduled")
    SENDING = "sending", _("being sent")
    PAUSED = "paused", _("paused")
    SENT = "sent", _("sent")
    STOPPED = "stopped", _("stopped")


class UploadState(TextChoices):
    OPENING = "opening", _("being opened")
    UPLOADED = "uploaded", _("uploaded")
    PREVIEWING = "previewing", _("being looked through")
    PREVIEWED = "previewed", _("waits for your yes")
    IMPORTING = "importing", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("failed")
    REMOVING = "removing", _("being removed again")
    REMOVED = "removed", _("removed again")


class Likeness(TextChoices):
    """Why two records may be one person."""

    ADDRESS = "address", _("their addresses lead to one mailbox")
    NAME = "name", _("a like name in the same organisation")
    CHOSEN = "chosen", _("somebody named both")


# The scenarios whose own collection was an activity of the person.
ACTIVITY_SCENARIOS = (Scenario.WHITEPAPER, Scenario.WEBINAR, Scenario.EVENT)
AGREEMENT_SCENARIOS = (Scenario.CUSTOMER, Scenario.PARTNER)

# What the product does by itself, and holds back from people who were not told of it.
HELD_BACK = (Use.SERVICE, Use.MARKETING, Use.SHARING)

# Who gets details for purposes of their own: a processor has none (Art. 28 GDPR).
OWN_PURPOSES = (RecipientKind.RESELLER, RecipientKind.GROUP)

# Each reason stands for one state.
REASONS_OF = {
    AddressTrust.DOUBTED: (
        *(TrustReason.CHANGED, TrustReason.DENIED, TrustReason.CONTESTED),
        *(TrustReason.BOUNCED, TrustReason.COMPLAINED),
    ),
    AddressTrust.UNPROVEN: (
        *(TrustReason.LIST, TrustReason.STAFF, TrustReason.DOOR),
        *(TrustReason.ANSWERED, TrustReason.MERGED, TrustReason.NOT_KNOWN),
    ),
    AddressTrust.PROVEN: (
        *(TrustReason.FORM_BUTTON, TrustReason.MY_DATA, TrustReason.STAFF_SURE, TrustReason.PHONED),
        *(TrustReason.MET, TrustReason.LETTER, TrustReason.ORGANISATION, TrustReason.OFFICER),
    ),
}

# Doubts that mail raises, which say nothing of what else is on the record.
DOUBTS_OF_MAIL = (TrustReason.BOUNCED, TrustReason.COMPLAINED)

# By what staff know that an address is somebody's.
EVIDENCE = (TrustReason.PHONED, TrustReason.MET, TrustReason.LETTER, TrustReason.ORGANISATION)

# What staff can say: where details come from is unknown only in lists that do not tell.
NAMED_SOURCES = tuple(kind for kind in SourceKind if kind != SourceKind.UNKNOWN)

# What the rules for e-mail of Great Britain call corporate subscribers (PECR, regulation 2).
CORPORATE_FORMS = (LegalForm.COMPANY, LegalForm.LLP, LegalForm.SCOTTISH_PARTNERSHIP, LegalForm.PUBLIC_BODY)

# What is held for marketing alone, once it is delivered or over: it goes when the person objects to all of it (P12).
MARKETING_SCENARIOS = (Scenario.PROSPECT, *ACTIVITY_SCENARIOS)

# Which scenario a registration for such an event is a basis of.
SCENARIO_OF_EVENT = {EventKind.WEBINAR: Scenario.WEBINAR, EventKind.PHYSICAL: Scenario.EVENT}

# What each kind of activity is kept for; with none of these scenarios left, it goes.
SCENARIOS_OF_ACTIVITY = {
    ActivityKind.DOWNLOAD: (Scenario.WHITEPAPER,),
    ActivityKind.REGISTRATION: (Scenario.WEBINAR, Scenario.EVENT),
    ActivityKind.ATTENDANCE: (Scenario.WEBINAR, Scenario.EVENT),
    ActivityKind.REPLY: tuple(Scenario),
    ActivityKind.CALL: tuple(Scenario),
    ActivityKind.MEETING: tuple(Scenario),
}
