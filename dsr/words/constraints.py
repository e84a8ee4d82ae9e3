"""What the database itself refuses of a request's row: each state says what belongs to it, in a named constraint."""

from django.db import models
from django.db.models import F, Q

from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround, Source, State

_WAITING = [State.UNPROVEN, State.ASKED]
_REFUSING = (Outcome.PARTLY_REFUSED, Outcome.REFUSED, Outcome.UNIDENTIFIED)
_WITHOUT_REFUSAL = ["", *(outcome for outcome in Outcome.values if outcome not in _REFUSING)]

OF_REQUEST: list[models.BaseConstraint] = [
    models.CheckConstraint(condition=Q(kind__in=Kind.values), name="request_kind"),
    models.CheckConstraint(condition=Q(state__in=State.values), name="request_state"),
    models.CheckConstraint(condition=Q(source__in=Source.values), name="request_source"),
    models.CheckConstraint(
        condition=(Q(state=State.CLOSED, closed_on__isnull=False) & ~Q(outcome=""))
        | (~Q(state=State.CLOSED) & Q(closed_on__isnull=True, outcome="")),
        name="request_closed_says_how_and_when",
        violation_error_message="A closed request has a day and an outcome, and no other has either.",
    ),
    models.CheckConstraint(condition=Q(outcome="") | Q(outcome__in=Outcome.values), name="request_outcome"),
    models.CheckConstraint(
        condition=Q(state__in=_WAITING, paused_since__isnull=False)
        | (~Q(state__in=_WAITING) & Q(paused_since__isnull=True)),
        name="request_waits_while_the_person_is_to_act",
        violation_error_message="The clock waits for a proof or an answer, and for nothing else.",
    ),
    models.CheckConstraint(
        condition=Q(received_on__lte=F("safe_on"), safe_on__lte=F("legal_on")),
        name="request_safe_before_legal",
        violation_error_message="The safe date lies between the day of receipt and the legal date.",
    ),
    models.CheckConstraint(
        condition=Q(extended_late=False) | Q(extended_on__isnull=False),
        name="request_extended_before_late",
        violation_error_message="Only what was extended can have been extended late.",
    ),
    models.CheckConstraint(
        condition=Q(refusal="", outcome__in=_WITHOUT_REFUSAL)
        | Q(refusal__in=RefusalGround.values, outcome__in=_REFUSING),
        name="request_refusal_has_a_ground",
        violation_error_message="Whatever is refused has a ground, and nothing else has one.",
    ),
    models.CheckConstraint(condition=Q(ground="") | Q(ground__in=ErasureGround.values), name="request_ground"),
    models.CheckConstraint(
        condition=Q(ground="") | Q(kind__in=[Kind.ERASURE, Kind.LEAVER, Kind.OBJECTION, Kind.WITHDRAWAL]),
        name="request_ground_of_a_deletion",
    ),
]
