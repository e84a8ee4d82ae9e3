from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CharField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Least

from contacts.models import Contact, Message
from contacts.models.outbox import MessageEnd
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import MailTemplate
from dsr.words import constraints
from dsr.words.vocabulary import (
    SCOPE,
    STANDING,
    ErasureGround,
    Kind,
    Outcome,
    PaperKind,
    RefusalGround,
    Source,
    State,
    Step,
)

FINDINGS = "findings"  # what a timeline says where what the search found after a deletion is settled
UNDELIVERED = "undelivered"  # what it says where somebody has seen to a letter that never left


def lost_letters() -> models.QuerySet[Any, Any]:
    """Return the letters about requests that were not sent for good, with the key of the request as their `number`."""
    unreached = Q(end=MessageEnd.SKIPPED, reason__in=[Refusal.BOUNCING, Refusal.UNREACHABLE])
    lost = Q(end__in=[MessageEnd.REFUSED, MessageEnd.GAVE_UP]) | unreached
    number = Func(F("once"), Value(":"), Value(2), function="split_part", output_field=CharField())
    written = Message.objects.filter(lost, template=MailTemplate.WRITTEN, once__startswith="request:")
    return written.annotate(number=number)


class Requests(models.QuerySet["Request"]):
    def standing(self) -> Requests:
        """Those that somebody has to do something about."""
        return self.filter(state__in=STANDING)

    def of_people(self, contact_ids: list[int]) -> Requests:
        return self.filter(pk__in=Subject.objects.filter(contact__in=contact_ids).values("request"))

    def by_due(self) -> Requests:
        """What is due next first, be it the answer or what was promised; what waits for the person comes last."""
        return self.order_by(F("paused_since").asc(nulls_first=True), Least("safe_on", "agreed_by"), "pk")

    def overdue(self, day: dt.date) -> Requests:
        """Those whose day has passed while the clock ran. A question that was asked too late does not undo it."""
        return self.standing().filter(safe_on__lt=Coalesce("paused_since", Value(day)))

    def due_soon(self, day: dt.date, span: dt.timedelta) -> Requests:
        return self.standing().filter(paused_since__isnull=True, safe_on__range=(day, day + span))

    def promised(self, day: dt.date, span: dt.timedelta) -> Requests:
        """Those of which something was promised by a day that is past or comes within a span."""
        return self.standing().filter(agreed_by__lte=day + span)

    def passed_on(self) -> Requests:
        return self.exclude(passed_on_by="")

    def unproven_too_long(self, day: dt.date, days: int) -> Requests:
        return self.filter(state=State.UNPROVEN, received_on__lte=day - dt.timedelta(days=days))

    def with_findings(self) -> Requests:
        """Those after whose deletion the search of the database found something that nobody has settled."""
        searched = Certificate.objects.filter(scan__has_key="found")
        alarming = searched.exclude(scan__found={}).values("request")
        settled = Entry.objects.filter(step=Step.DONE, rule=FINDINGS).values("request")
        return self.filter(pk__in=alarming).exclude(pk__in=settled)

    def with_undelivered(self) -> Requests:
        """Those of which a letter never left, and nobody has written again or seen to it since."""
        written_again = Q(step=Step.LETTER, at__gt=OuterRef("ended_at"))
        settled = Q(rule=UNDELIVERED, at__gte=OuterRef("ended_at"))
        seen_to = Entry.objects.filter(written_again | settled, request=OuterRef(OuterRef("pk")))
        lost = lost_letters().filter(~Exists(seen_to), number=Cast(OuterRef("pk"), CharField()))
        return self.filter(Exists(lost))

    def asked_for_scope(self) -> Requests:
        """Those whose clock waits for an answer to what they are about."""
        last = Entry.objects.filter(request=OuterRef("pk"), step=Step.ASKED).order_by("-pk").values("rule")[:1]
        return self.filter(state=State.ASKED).alias(asked=Subquery(last)).filter(asked=SCOPE)

    def duplicates_of(self, request: Request) -> Requests:
        """Other standing requests of the same kind by the same person."""
        people = request.subjects.values("contact")
        same = Subject.objects.filter(contact__in=people).values("request")
        return self.standing().filter(kind=request.kind, pk__in=same).exclude(pk=request.pk)


class Request(models.Model):
    """What somebody asks of us, and how it stands: codes and dates alone, and a keyed hash of the address.

    Everything in words hangs on the person (`Paper`) and goes with them, so that a request whose person is deleted, by
    whatever path, keeps only what may be kept. `safe_on` and `legal_on` are derived by `dsr.deadlines`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(choices=Kind)
    state = models.CharField(choices=State)
    outcome = models.CharField(choices=Outcome, blank=True)
    ground = models.CharField(choices=ErasureGround, blank=True)
    refusal = models.CharField(choices=RefusalGround, blank=True)
    source = models.CharField(choices=Source)
    received_on = models.DateField()
    safe_on = models.DateField(help_text="The day to work to.")
    legal_on = models.DateField(help_text="The last day by law: rolled over weekends and public holidays.")
    paused_since = models.DateField(null=True, help_text="The clock waits for the person since that day.")
    paused_days = models.PositiveIntegerField(default=0)
    extended_on = models.DateField(null=True, help_text="The day on which two months were added.")
    extended_late = models.BooleanField(default=False, help_text="Entered after the first month had ended.")
    reminded_on = models.DateField(null=True, help_text="When the person was reminded of our question.")
    warned_on = models.DateField(null=True, help_text="When officers were last reminded of the date.")
    agreed_by = models.DateField(null=True, help_text="The day by which something was promised to the person.")
    closed_on = models.DateField(null=True)
    address_hash = models.CharField(max_length=72, blank=True)
    passed_on_by = models.CharField(blank=True, help_text="user:ID of the member of staff who passed it on.")
    worked_on_by = models.CharField(blank=True, db_default="", help_text="user:ID of who has taken it on.")

    objects = Requests.as_manager()

    class Meta:
        permissions = [
            ("handle_request", "Can answer requests"),
            ("erase_contact", "Can delete a person on request"),
            ("pass_on_request", "Can pass a request on to the privacy officer"),
        ]
        constraints = constraints.OF_REQUEST
        indexes = [
            models.Index(fields=["safe_on"], condition=~Q(state=State.CLOSED), name="request_due"),
            models.Index(fields=["closed_on"], condition=Q(state=State.CLOSED), name="request_closed"),
        ]

    def __str__(self) -> str:
        return f"Request {self.number}"

    @property
    def number(self) -> str:
        """What people and the officer call it by."""
        return f"{self.received_on.year}-{self.pk:04d}"

    @property
    def is_standing(self) -> bool:
        return self.state in STANDING


class Subject(models.Model):
    """One of the records that a request is about: a person may be on file more than once."""

    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="subjects", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="requests")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "contact"], name="subject_once")]

    def __str__(self) -> str:
        return f"Subject {self.pk}"


class Paper(models.Model):
    """What is kept in words about a request. It hangs on the first record of the person, and goes with it.

    As long as nobody knows whom it is about, it hangs on none, and goes when the request is closed or given up.
    """

    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="papers")
    contact = models.ForeignKey(Contact, models.DB_CASCADE, null=True, related_name="papers")
    kind = models.CharField(choices=PaperKind)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind")]

    def __str__(self) -> str:
        return f"Paper {self.kind} {self.pk}"


class Attachment(models.Model):
    """A file that came with a letter or mail, or a power of attorney: it hangs on that paper, and goes with it.

    It is kept in the database, so that no deletion and no restore can leave it behind.
    """

    paper = models.ForeignKey(Paper, models.DB_CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text="Bytes.")
    content = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Attachment {self.pk}"


class Entry(models.Model):
    """A line of a request's timeline: who did what, and when, in codes."""

    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="entries")
    at = models.DateTimeField()
    by = models.CharField()
    step = models.CharField(choices=Step)
    rule = models.CharField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(step__in=Step.values), name="entry_step")]

    def __str__(self) -> str:
        return f"Entry {self.step} {self.pk}"


class Certificate(models.Model):
    """What was deleted for a request, table by table: numbers and dates, and no personal data."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="certificates")
    ground = models.CharField(choices=ErasureGround)
    erased_at = models.DateTimeField()
    deleted = models.JSONField(help_text="Table → rows deleted.")
    told = models.JSONField(default=list, help_text="Names of the recipients who were told to delete the details, too.")
    untold = models.JSONField(default=list, help_text="Who has a copy and cannot act on a notice: name, why, gone_on.")
    references = ArrayField(models.UUIDField(), default=list, help_text="The numbers by which recipients were told.")
    kept = models.JSONField(help_text="What a duty keeps: reason, legal reference, categories, last day.")
    letter_until = models.DateField(null=True, help_text="The last day on which the letter may wait, with the address.")
    remembered_until = models.DateField(null=True, help_text="The last day on which nobody may bring the person back.")
    suppressed = models.BooleanField(null=True, help_text="Whether an objection stays, in coded form.")
    backups_until = models.DateField(help_text="The day on which the last backup with the person expires.")
    scan = models.JSONField(help_text="Tables and columns searched afterwards, and hits; empty until that is done.")

    def __str__(self) -> str:
        return f"Certificate {self.pk}"


class PendingSearch(models.Model):
    """What a worker is to search the database for after a deletion: what names the person, until that is done."""

    certificate = models.OneToOneField(Certificate, models.DB_CASCADE, related_name="pending_search")
    asked_at = models.DateTimeField()
    sought = models.JSONField(help_text="Kind of text → the texts: addresses, names, numbers and coded addresses.")
    apart_from = models.JSONField(help_text="Table → keys of rows that may stand: the letter to the person.")
    residue = ArrayField(models.UUIDField(), help_text="The numbers under which a duty has us keep a part.")
    attempts = models.PositiveIntegerField(default=0, db_default=0, help_text="How often it failed.")

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="pending_search_asked")]

    def __str__(self) -> str:
        return f"Search for certificate {self.certificate_id}"
