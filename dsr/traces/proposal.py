"""What a deletion would do, said before it is done: what goes, what the law has us keep, and what stands in its way."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Basis, Contact, Organisation
from contacts.outbox import notices
from contacts.people import erasure, suppressions, tombstones
from contacts.words.addresses import every_hash, keyed_hash
from contacts.words.categories import Category
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, AgreementState
from dsr.models import Entry, Paper, Request
from dsr.records import timeline
from dsr.traces import counting, unlinked_data
from dsr.traces.counting import Rows
from dsr.words.vocabulary import Kind, PaperKind, Step
from retention.models import Hold, HoldKind, HoldReason


@dataclass(frozen=True)
class Duty:
    """What a law has us keep of a person: codes of categories, and the duty's last day, empty where none is set."""

    reason: str
    legal_reference: str
    categories: tuple[str, ...]
    until: dt.date | None


@dataclass(frozen=True)
class Proposal:
    """`deletes` and `reduces` are keys of contacts, those reduced by the categories that stay of them.

    `rows` counts what goes by table; `addresses` are all that are known to be the person's, and nobody else's.
    `recipients` are the names of those who had their details, and are told; `copies` are with those who cannot act on
    that: by name, why not, and after how many days what was deleted has gone there. `agreements` are the names of
    organisations whose customer or partner contact they are, while an agreement is in force: they are needed for it.
    `remembered_until` is the last day on which nobody may bring them back (L12); None where they have not asked for it.
    """

    deletes: tuple[int, ...]
    reduces: dict[frozenset[str], tuple[int, ...]]
    duties: tuple[Duty, ...]
    rows: Rows
    addresses: frozenset[str]
    obstacles: tuple[str, ...]
    suppressed: bool
    recipients: tuple[str, ...]
    copies: tuple[tuple[str, str, int], ...]
    agreements: tuple[str, ...]
    remembered_until: dt.date | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing of the person stays."""
        return not self.reduces

    @property
    def mark(self) -> str:
        """A mark of what stays and who is told: who agreed to it is asked again where it has changed."""
        stays = sorted((sorted(keeps), sorted(ids)) for keeps, ids in self.reduces.items())
        duties = sorted([*duty.categories, duty.reason, duty.legal_reference, str(duty.until)] for duty in self.duties)
        said = json.dumps([sorted(self.deletes), stays, duties, self.recipients])
        return hashlib.sha256(said.encode()).hexdigest()


def of(request: Request, day: dt.date) -> Proposal:
    """Return what deleting the people of a request on `day` would do, as things stand."""
    people = Contact.objects.filter(requests__request=request).order_by("pk")
    ids = list(people.values_list("pk", flat=True))
    addresses = frozenset(address for address in people.values_list("email", flat=True) if address)
    addresses |= _established(ids)
    groups = Hold.objects.standing(day).by_keeps(ids)
    deletes = groups.pop(frozenset(), [])
    had = list(notices.holders(ids, at=timezone.now()))
    return Proposal(
        deletes=tuple(deletes),
        reduces={keeps: tuple(kept) for keeps, kept in groups.items()},
        duties=tuple(_duties(ids, day)),
        rows=counting.count(
            [*_roots(deletes, [pk for kept in groups.values() for pk in kept]), *unlinked_data.of(addresses)]
        ),
        addresses=addresses,
        obstacles=tuple(_obstacles(request, ids, addresses, day)),
        suppressed=suppressions.of_people(*people).exists(),
        recipients=tuple(each.name for each in had if not each.untold_because),
        copies=tuple((each.name, each.untold_because, each.copy_days or 0) for each in had if each.untold_because),
        agreements=tuple(_agreements(ids, day)),
        remembered_until=None if timeline.is_hearsay(request) else tombstones.last_day(day),
    )


def categories(codes: Collection[str]) -> str:
    """Return categories of data in words, in the language that is active: "name and company"."""
    return listed([str(Category(code).label) for code in sorted(codes, key=list(Category.values).index)])


def listed(words: Sequence[str]) -> str:
    """Return words as one, in the language that is active: "name, phone and company"."""
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]} if words[1:] else words[0]


def law(reason: str, legal_reference: str) -> str:
    """Return the law that has us keep something, as it is called on file, or else by its kind."""
    return legal_reference or str(HoldReason(reason).label)


def until(day: dt.date | None) -> str:
    return _("until %s") % date_format(day, "DATE_FORMAT") if day else _("until that duty ends")


def _established(ids: list[int]) -> frozenset[str]:
    """Return the addresses that are not on file, and that these people have shown to be theirs.

    They proved one themselves, or the officer has established it. What was read off a mail or a letter proves nothing,
    and an address that somebody else is on file under is theirs.
    """
    papers = Paper.objects.filter(contact__in=ids)
    spoken = papers.filter(kind=PaperKind.ADDRESS).values_list("text", flat=True)
    proven = Entry.objects.filter(step=Step.PROVEN).values("request")
    said = papers.filter(kind=PaperKind.STATEMENT, request__in=proven).values_list("data__address", flat=True)
    found = {keyed_hash(address): address for address in (*spoken, *said) if address}
    others = Contact.objects.exclude(pk__in=ids).filter(address_hash__in=list(found))
    taken = set(others.values_list("address_hash", flat=True))
    return frozenset(address for hashed, address in found.items() if hashed not in taken)


def _roots(deletes: Collection[int], reduces: Collection[int]) -> list[QuerySet[Any, Any]]:
    gone = Contact.objects.filter(pk__in=list(deletes))
    traces: list[QuerySet[Any, Any]] = [
        model._base_manager.filter(**{f"{column}__in": list(reduces)}) for model, column in erasure.traces() if reduces
    ]
    keys = [str(pk) for pk in (*deletes, *reduces)]
    logged = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Contact), object_id__in=keys)
    return [gone, *traces, logged]


def _agreements(ids: list[int], day: dt.date) -> list[str]:
    open_ones = Q(agreement_state=AgreementState.OPEN) | Q(agreements_ended_on__gt=day)
    theirs = Basis.objects.filter(contact__in=ids, scenario__in=AGREEMENT_SCENARIOS).values("contact__organisation")
    found = Organisation.objects.filter(open_ones, pk__in=theirs)
    return list(found.order_by("name").values_list("name", flat=True))


def _duties(ids: list[int], day: dt.date) -> list[Duty]:
    standing = Hold.objects.standing(day).filter(contact__in=ids, kind=HoldKind.DUTY).order_by("pk")
    return list(
        dict.fromkeys(
            Duty(hold.reason, hold.legal_reference, tuple(sorted(hold.keeps)), hold.until) for hold in standing
        )
    )


def _obstacles(request: Request, ids: list[int], addresses: Collection[str], day: dt.date) -> list[str]:
    """Return what has to be settled first, each as a sentence that says how."""
    if not ids:
        return [_("Say first whom the request is about.")]
    found = []
    if request.kind == Kind.OBJECTION and not request.ground:
        found.append(_("The interests are still to be weighed: follow the objection first."))
    others = Request.objects.standing().exclude(pk=request.pk).order_by("pk")
    proven = Entry.objects.filter(step=Step.PROVEN).values("request")
    hashes = [each for address in addresses for each in every_hash(address)]
    theirs = others.of_people(ids) | others.filter(address_hash__in=hashes, pk__in=proven)
    if numbers := ", ".join(other.number for other in theirs):
        found.append(_("Other requests of this person are open: %s. Answer or close them first.") % numbers)
    claims = Hold.objects.standing(day).filter(contact__in=ids, reason=HoldReason.LEGAL_CLAIM)
    for claim in claims.order_by("until"):
        lasts = until(claim.until) if claim.until else _("with no end set")
        found.append(
            _("A legal claim stands in the way, %s: nothing may be deleted. Refuse the request, or wait.") % lasts
        )
    return found
