"""Who asked for something: on "My data" and in their copy, people find their own requests, and nobody else's (L20)."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from dsr.models import Entry, Request
from dsr.records import timeline
from dsr.words.vocabulary import Kind, Outcome, State, Step


def asked_by(address_hashes: Collection[str], contact_ids: Collection[int]) -> Q:
    """Tell of requests whether somebody made them: those about their records, and those from their address.

    A closed one about them counts where it is known that they asked, be it by a letter or a call that the officer
    entered for them. Where they are held, a closed one from their address and about nobody does not: it may be from
    whoever had the address before, and is deleted by now.
    """
    about, closed = Q(pk__in=Request.objects.of_people(list(contact_ids)).values("pk")), Q(state=State.CLOSED)
    own = _own(contact_ids)
    from_address = Q(address_hash__in=address_hashes) & (~closed if contact_ids else Q(passed_on_by="") | own)
    return (about & (~closed | own)) | from_address


def evidence_of(address_hashes: Collection[str], contact_ids: Collection[int]) -> Q:
    """Tell of sealed evidence whether it is of somebody's own requests.

    It says itself who asked, as long as they are held and this was known. Where it does not, and nobody is held under
    an address, it is of whoever had it. Where somebody is, what the request no longer leads to may be of whoever had
    the address before, and is not shown.
    """
    theirs = Q(address_hash__in=address_hashes, contact=None)
    if not contact_ids:
        return theirs
    asked = Request.objects.filter(asked_by(address_hashes, contact_ids))
    return Q(contact__in=contact_ids) | (theirs & Q(request__in=asked.values("pk")))


def is_own(request: Request, contact_id: int) -> bool:
    """Tell whether it is known that somebody asked, whom a request is about."""
    return Request.objects.filter(_own([contact_id]), pk=request.pk).exists()


def _own(contact_ids: Collection[int]) -> Q:
    """Tell of requests whether those asked whom they are about, by their proof or by what the officer knows.

    Where staff passed on that somebody has left, the officer knows whom it is about, and not that it is their word; it
    is once a request of their own was answered with it.
    """
    proven = Entry.objects.filter(step=Step.PROVEN)
    joined = proven.filter(request__outcome=Outcome.DUPLICATE, request__subjects__contact__in=contact_ids)
    known = timeline.made_sure(Request.objects.filter(pk=OuterRef("pk")).exclude(outcome=Outcome.UNIDENTIFIED))
    return (
        Q(Exists(proven.filter(request=OuterRef("pk"))))
        | Q(Exists(joined.filter(request__kind=OuterRef("kind"))))
        | Q(Exists(known.exclude(~Q(passed_on_by=""), kind=Kind.LEAVER)))
    )
