"""Reviews with what the records said (P18), restore drills and changed keys (Art. 32 GDPR), sealed evidence."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.models import Maintenance, Review, ReviewOutcome
from dsr.models import Evidence
from dsr.words.vocabulary import EvidenceKind
from privacy_crm.access.account_words import ROLES
from privacy_crm.authority.tables import AsOf, Table, unknown, yes


def tables(as_of: AsOf) -> Iterator[Table]:
    yield Table(
        "reviews",
        _("Reviews"),
        [_("Review"), _("What"), _("Every how many months"), _("Next on"), _("Ended on"), _("Outcomes on record")],
        list(_reviews(as_of)),
    )
    yield Table(
        "review-outcomes",
        _("Outcomes of reviews, and what the records said"),
        [_("Review"), _("Done on"), *_evidence_names()],
        [_outcome(each) for each in _outcomes(as_of).order_by("-done_on", "-pk")],
        (_("What was found and decided is free text, and left out. Accounts are counted."),),
    )
    yield Table(
        "maintenance",
        _("Restore drills and changed keys"),
        [_("Kind"), _("Done on"), _("It worked")],
        [[str(each.get_kind_display()), each.done_on.isoformat(), yes(each.worked)] for each in _maintenance(as_of)],
    )
    yield Table(
        "sealed-evidence",
        _("Sealed evidence"),
        [_("Kind"), _("Deleted on"), _("Number of files")],
        list(_sealed(as_of)),
        (_("Files past their last day are deleted and not counted."),),
    )


def _reviews(as_of: AsOf) -> Iterator[list[str]]:
    done = dict(_outcomes(as_of).values_list("review").annotate(number=Count("pk")))
    for each in Review.objects.order_by("pk"):
        if as_of.is_past and each.pk not in done:
            continue  # since when it is on record is not known
        following = unknown() if as_of.is_past else each.next_on.isoformat()
        following = "" if as_of.on(each.ended_on) else following
        what = [str(each.pk), as_of.said(each.title), str(each.every_months)]
        yield [*what, following, as_of.on(each.ended_on), str(done.get(each.pk, 0))]


def _outcomes(as_of: AsOf) -> Any:
    return ReviewOutcome.objects.filter(done_on__lte=as_of.day)


def _evidence_names() -> list[str]:
    return [
        *(_("Accounts by role"), _("Accounts that may do everything"), _("Accounts unused for 90 days")),
        *(_("Last restore drill"), _("Contradictions in the records")),
    ]


def _outcome(each: ReviewOutcome) -> list[str]:
    told = _evidence(each.evidence) if each.evidence else [unknown()] * len(_evidence_names())
    return [str(each.review_id), each.done_on.isoformat(), *told]


def _evidence(said: dict[str, Any]) -> list[str]:
    by_role = ", ".join(f"{capfirst(str(ROLES.get(role, role)))}: {len(who)}" for role, who in said["roles"].items())
    drill, found = said["restore_drill"], said["statements"]
    worked = drill and f"{drill['on']}: {_('it worked') if drill['worked'] else _('it failed')}"
    counted = found and not found["failure"] and str(sum(found["found"].values()))
    return [by_role, str(len(said["everything"])), str(len(said["unused"])), worked or unknown(), counted or unknown()]


def _maintenance(as_of: AsOf) -> Any:
    return Maintenance.objects.filter(at__lte=as_of.at, done_on__lte=as_of.day)


def _sealed(as_of: AsOf) -> Iterator[list[str]]:
    sealed = Evidence.objects.filter(sealed_at__lte=as_of.at, ends_on__gt=as_of.day)
    for kind, ends_on, number in (
        sealed.values_list("kind", "ends_on").annotate(number=Count("pk")).order_by("ends_on", "kind")
    ):
        yield [str(EvidenceKind(kind).label), ends_on.isoformat(), str(number)]
