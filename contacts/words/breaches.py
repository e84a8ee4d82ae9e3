"""The vocabulary of personal data breaches (Art. 33 and 34 GDPR)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BreachState(TextChoices):
    """How far we are with the authority."""

    OPEN = "open", _("not reported yet")
    REPORTED = "reported", _("reported")
    UNREPORTED = "unreported", _("not to be reported")
    CLOSED = "closed", _("closed")


class BreachKind(TextChoices):
    """What was breached (Art. 4(12) GDPR)."""

    CONFIDENTIALITY = "confidentiality", _("confidentiality: somebody saw or received data without being allowed to")
    INTEGRITY = "integrity", _("integrity: data was changed without being allowed to")
    AVAILABILITY = "availability", _("availability: data was lost or could not be reached")


class Severity(TextChoices):
    """How serious the consequences are for the people, as the authority's form asks."""

    NEGLIGIBLE = "negligible", _("negligible")
    LIMITED = "limited", _("limited")
    SIGNIFICANT = "significant", _("significant")
    SEVERE = "severe", _("severe")


class Risk(TextChoices):
    """What follows from it: nothing, a report (Art. 33(1)), or letters as well (Art. 34(1))."""

    UNLIKELY = "unlikely", _("a risk is unlikely")
    LIKELY = "likely", _("there is a risk")
    HIGH = "high", _("there is a high risk")


class ReportWay(TextChoices):
    ESERVICE = "eservice", _("the authority's e-service")
    MAIL = "mail", _("e-mail")
    POST = "post", _("post")
    PHONE = "phone", _("phone")


class LetterFate(TextChoices):
    """What became of somebody's letter; why it did not reach them, where it did not."""

    TOLD = "told", _("got a letter")
    UNREACHABLE = "unreachable", _("no e-mail address")
    BOUNCING = "bouncing", _("mail to the address bounces")
    UNCONFIRMED = "unconfirmed", _("the address may not be theirs")
    REFUSED = "refused", _("refused by the mail server")
    GAVE_UP = "gave_up", _("not accepted after many attempts")
    SKIPPED = "skipped", _("not sent, since the address changed or was doubted meanwhile")


# Where reporting stands, and facts may still change.
STANDING = (BreachState.OPEN, BreachState.REPORTED, BreachState.UNREPORTED)
