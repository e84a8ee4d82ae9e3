"""What is no part of somebody's record and stays when that is gone: on which ground, and for how long (L12).

The certificate of a deletion and the answer to a request for a copy say it in these words. So does the policy's page of
the audit trail.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Remain:
    """`period` may have a place for a number, of months mostly, which `months` names by its setting.

    `held` is what may outlast it while the person is on file.
    """

    ground: Any
    period: Any
    months: str = ""
    held: Any = ""

    def until(self) -> str:
        """Return how long it stays, in the language that is active."""
        return self.period % getattr(settings, self.months) if self.months else str(self.period)

    def told(self) -> str:
        """Return period and ground in one line, for somebody who may be on file."""
        return _("%(until)s; %(ground)s") % {"until": capfirst(self.until()) + str(self.held), "ground": self.ground}


OBJECTION = Remain(
    gettext_lazy("the objection to marketing (Article 21(3) GDPR)"),
    gettext_lazy("until consent to marketing is given again"),
)
TOMBSTONE = Remain(
    gettext_lazy("our interest in keeping to the deletion (Article 6(1)(f) GDPR)"),
    gettext_lazy("%s months after the deletion"),
    "TOMBSTONE_MONTHS",
)
REQUEST = Remain(
    gettext_lazy("proof that it was answered (Article 5(2) GDPR)"),
    gettext_lazy("%s months after the answer, without your name"),
    "REQUEST_MONTHS",
)
EVIDENCE = Remain(
    gettext_lazy("our defence against claims, which lapse by then (Article 17(3)(e) GDPR)"),
    gettext_lazy("%s months after the answer, sealed"),
    "EVIDENCE_MONTHS",
)
TRAIL = Remain(
    gettext_lazy("proof of what was done (Article 5(2) GDPR)"),
    gettext_lazy("%s months after each entry"),
    "AUDIT_MONTHS",
    held=gettext_lazy(", or for as long as your record depends on the entry"),
)
JOURNAL = Remain(
    gettext_lazy("our duty to keep to the deletion (Article 17(1) GDPR)"),
    gettext_lazy("until three days after the last older backup is gone, which is kept for %s days"),
    "BACKUP_DAYS",
)

# Of somebody on file; it goes with them.
MAILS = Remain(
    gettext_lazy("so that nobody gets a mail twice, and to answer questions about it"),
    gettext_lazy("%s months after each mail"),
    "MESSAGE_MONTHS",
    held=gettext_lazy(", or with the request or the news that it is about"),
)

REMAINS = {
    "contacts.Suppression": OBJECTION,
    "contacts.Tombstone": TOMBSTONE,
    "dsr.Request": REQUEST,
    "dsr.Evidence": EVIDENCE,
    "contacts.AuditEvent": TRAIL,
    "contacts.JournalLine": JOURNAL,
}
