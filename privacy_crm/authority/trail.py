"""Whether the audit trail still says what was sealed (L20), as found while the pack is made: numbers, and no entry."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from contacts.models import AuditSeal
from privacy_crm.authority.tables import AsOf, Table
from retention.audit import verifying

ENTRIES = 200_000  # so many are read at most: a trail of years takes longer than anybody waits
MOST = 10  # faults that are counted


def tables(as_of: AsOf) -> Iterator[Table]:
    yield Table(
        "audit-verification",
        _("Verification of the audit trail"),
        [_("Verified"), _("Seals on record"), _("From seal"), _("To seal"), _("Entries read"), _("Faults")],
        [as_of.once("trail", lambda: _verified(as_of))],
        (
            _("It was verified when this pack was made, whatever the day. Entries since the last seal are not read."),
            _("The latest seals are verified, for up to %s entries. The command verify_audit reads all.")
            % number_format(ENTRIES, force_grouping=True),
            _("Up to ten faults are counted. The company’s own pages and mails name the entries."),
        ),
    )


def _verified(as_of: AsOf) -> list[str]:
    seals = AuditSeal.objects.order_by("number")
    last = seals.last()
    after = _after()
    at = as_of.made_at
    found = verifying.faults(verifying.Kept(), whole_from=verifying.whole_from(at), at=at, after=after)
    faults = len(list(islice(found, MOST)))
    read = seals.filter(number__gt=after).aggregate(read=Sum("entries", default=0))["read"]
    span = [str(after + 1), str(last.number)] if last else ["", ""]
    return [as_of.wall(at), str(seals.count()), *span, str(read), str(faults)]


def _after() -> int:
    """Return the seal behind which no more than ENTRIES were sealed."""
    read = 0
    for number, entries in AuditSeal.objects.order_by("-number").values_list("number", "entries").iterator():
        read += entries
        if read > ENTRIES:
            return int(number)
    return 0
