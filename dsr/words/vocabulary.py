"""The closed lists of words for what people ask of us, how it stands, and how it ends."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What somebody asks for, and the article of the GDPR that gives them the right."""

    ACCESS = "access", _("access to their details")  # Art. 15
    RECTIFICATION = "rectification", _("correction")  # Art. 16
    ERASURE = "erasure", _("deletion")  # Art. 17
    RESTRICTION = "restriction", _("restriction")  # Art. 18
    PORTABILITY = "portability", _("their details to take along")  # Art. 20
    MARKETING_OBJECTION = "marketing_objection", _("objection to marketing")  # Art. 21(2)
    OBJECTION = "objection", _("objection to other use")  # Art. 21(1)
    WITHDRAWAL = "withdrawal", _("withdrawal of a consent")  # Art. 7(3)
    COMPLAINT = "complaint", _("complaint")  # Art. 77, and P23
    LEAVER = "leaver", _("has left the organisation")  # P4


class State(TextChoices):
    UNPROVEN = "unproven", _("not confirmed")
    NEW = "new", _("to be looked at")
    OPEN = "open", _("being answered")
    ASKED = "asked", _("waits for the person's answer")
    CLOSED = "closed", _("closed")


class Outcome(TextChoices):
    FULFILLED = "fulfilled", _("done as asked")
    ANSWERED = "answered", _("answered")  # a complaint
    PARTLY_REFUSED = "partly_refused", _("done in part, refused in part")
    REFUSED = "refused", _("refused")
    NOTHING_HELD = "nothing_held", _("nothing held")
    UNIDENTIFIED = "unidentified", _("closed, since we could not tell who asked")
    DUPLICATE = "duplicate", _("answered with another request")
    WITHDRAWN = "withdrawn", _("withdrawn by the person")
    MISTAKEN = "mistaken", _("closed, since it was a mistake")


class Source(TextChoices):
    """How a request came in."""

    FORM = "form", _("the form on our website")
    MY_DATA = "my_data", _("the page “My data”")
    EMAIL = "email", _("e-mail")
    POST = "post", _("letter")
    PHONE = "phone", _("phone")
    IN_PERSON = "in_person", _("in person")


class ErasureGround(TextChoices):
    """Why we delete: Art. 17(1) GDPR, and our own promise to those who have left (P4)."""

    NOT_NEEDED = "not_needed", _("no longer needed (Art. 17(1)(a))")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("consent withdrawn (Art. 17(1)(b))")
    OBJECTED = "objected", _("objected, and nothing weighs more (Art. 17(1)(c))")
    UNLAWFUL = "unlawful", _("should not have been held (Art. 17(1)(d))")
    LEGAL_DUTY = "legal_duty", _("a law has us delete (Art. 17(1)(e))")
    CHILD = "child", _("collected from a child (Art. 17(1)(f))")
    LEFT = "left", _("has left the organisation (our own promise)")


class RefusalGround(TextChoices):
    """Why we do not do what was asked, or not all of it."""

    LEGAL_DUTY = "legal_duty", _("a law has us keep it (Art. 17(3)(b))")
    LEGAL_CLAIMS = "legal_claims", _("needed for legal claims (Art. 17(3)(e))")
    COMPELLING = "compelling", _("compelling grounds of ours weigh more (Art. 21(1))")
    CORRECT = "correct", _("the details are correct (Art. 16)")
    NOT_COVERED = "not_covered", _("the right does not cover it")
    OTHERS_RIGHTS = "others_rights", _("it would harm others (Art. 15(4))")
    EXCESSIVE = "excessive", _("unfounded or excessive (Art. 12(5))")
    NOT_IDENTIFIED = "not_identified", _("we cannot tell who asks (Art. 12(2))")


class RestrictionGround(TextChoices):
    """Why details are only stored: Art. 18(1) GDPR."""

    ACCURACY = "a", _("the person says that they are wrong, and we verify it (Art. 18(1)(a))")
    UNLAWFUL = "b", _("we should not have used them, and the person wants no deletion (Art. 18(1)(b))")
    CLAIMS = "c", _("we need them no more, and the person needs them for a legal claim (Art. 18(1)(c))")
    WEIGHING = "d", _("an objection is being weighed (Art. 18(1)(d))")


class Step(TextChoices):
    """What the timeline of a request is made of."""

    RECEIVED = "received", _("received")
    PASSED_ON = "passed_on", _("passed on by staff")
    PROVEN = "proven", _("address confirmed by the person")
    IDENTIFIED = "identified", _("person found on file")
    ASSIGNED = "assigned", _("taken on")
    CAME_IN = "came_in", _("letter or mail from the person added")
    NOTED = "noted", _("internal note")
    ASKED = "asked", _("question asked; the clock waits")
    REMINDED = "reminded", _("reminded of the question")
    ANSWERED = "answered", _("question answered; the clock runs on")
    RESUMED = "resumed", _("no answer; the clock runs on")
    EXTENDED = "extended", _("two months more")
    WARNED = "warned", _("officers reminded of the date")
    CORRECTED = "corrected", _("details corrected")
    RESTRICTED = "restricted", _("details restricted")
    LIFTED = "lifted", _("restriction lifted")
    WEIGHED = "weighed", _("interests weighed")
    OBJECTED = "objected", _("marketing stopped")
    WITHDRAWN = "withdrawn", _("consent withdrawn")
    AGREED = "agreed", _("agreed with the person")
    DONE = "done", _("what was agreed is done")
    ERASED = "erased", _("deleted")
    REDUCED = "reduced", _("reduced to what the law makes us keep")
    HANDED_OVER = "handed_over", _("package made ready")
    FETCHED = "fetched", _("package fetched")
    REPRESENTED = "represented", _("somebody acts for the person")
    SYSTEM_ASKED = "system_asked", _("other system asked")
    SYSTEM_ANSWERED = "system_answered", _("other system answered")
    SYSTEM_CALLED_OFF = "system_called_off", _("other system need not answer")
    SYSTEM_UNDONE = "system_undone", _("other system is to undo it")
    LETTER = "letter", _("letter to the person")
    FEE = "fee", _("fee asked for")
    REFUSED = "refused", _("refused")
    CLOSED = "closed", _("closed")


class PaperKind(TextChoices):
    """What is kept in words about a request, as long as its person is held."""

    STATEMENT = "statement", _("what was asked")
    IDENTITY = "identity", _("how we know who asks")
    ADDRESS = "address", _("where the answers go")
    QUESTION = "question", _("what we asked the person")
    CORRECTION = "correction", _("old and new details")
    BALANCE = "balance", _("how the interests were weighed")
    REASON = "reason", _("reason")
    AGREEMENT = "agreement", _("what was agreed")
    LETTER = "letter", _("letter as it was sent")
    SYSTEM = "system", _("what another system said")
    INCOMING = "incoming", _("what came from the person")
    NOTE = "note", _("internal note")
    AUTHORITY = "authority", _("power of attorney")
    NOTICE = "notice", _("letter that somebody acts for the person")


class RepresentativeKind(TextChoices):
    """Who acts for somebody else (L17)."""

    LAWYER = "lawyer", _("lawyer")
    PARENT = "parent", _("parent")
    GUARDIAN = "guardian", _("guardian")
    COLLEAGUE = "colleague", _("colleague with authority")


class Authority(TextChoices):
    """The proof that somebody may act for somebody else. Only the first is kept as a file."""

    POWER = "power", _("power of attorney")
    COURT = "court", _("court order")
    BIRTH = "birth", _("birth certificate")
    MANDATE = "mandate", _("the employer's authorisation")


class RepresentativeEnd(TextChoices):
    """Why somebody no longer acts for the person."""

    OBJECTED = "objected", _("the person objected")
    ENDED = "ended", _("ended by us")
    LAPSED = "lapsed", _("the proof has ended")


class TaskAnswer(TextChoices):
    """What another system says to what it was asked for a request (L18)."""

    DONE = "done", _("done")
    NOTHING = "nothing", _("holds nothing")
    KEPT = "kept", _("keeps it, or a part")


class EvidenceKind(TextChoices):
    """What a sealed file proves."""

    ANSWER = "answer", _("the request and its answer")
    PACKAGE = "package", _("the package that was handed over")


# What is written to the person, as opposed to about the request.
LETTERS = (PaperKind.LETTER, PaperKind.QUESTION, PaperKind.NOTICE)

# What is carried out the moment the address is proven, and needs nobody's decision.
AT_ONCE = (Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL)

# What an entry of the timeline says where a question turns out to have gone to somebody else: the clock runs on.
ASKED_NOBODY = "asked_nobody"

# What it says of a question that pauses nothing: it was put too late, or asks for the scope of what is not much.
LATE = "late"
SCOPE = "scope"
SCOPE_ON = "scope_on"
UNPAUSED = (LATE, SCOPE_ON)

# The states in which somebody has to do something.
STANDING = (State.NEW, State.OPEN, State.ASKED)
