from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from contacts.models import Contact, System
from contacts.words.vocabulary import ReachedBy
from dsr.models.requests import Request, Subject
from dsr.words.vocabulary import Kind, State, TaskAnswer

# How long after a deletion an open task still says whom to delete: as long as a recipient has to confirm one.
SOUGHT = dt.timedelta(days=30)
MISTAKEN = "mistaken"  # who called it off, where it was about the wrong person
REMIND_BEFORE = dt.timedelta(days=3)


class SystemTasks(models.QuerySet["SystemTask"]):
    def standing(self) -> SystemTasks:
        """Those that were not called off, answered or not."""
        return self.filter(called_off_at__isnull=True)

    def open(self) -> SystemTasks:
        return self.standing().filter(answered_at__isnull=True)

    def to_undo(self) -> SystemTasks:
        """Those whose system said that it did something, and was not told to undo it."""
        return self.standing().filter(answer__in=[TaskAnswer.DONE, TaskAnswer.KEPT])

    def overdue(self, day: dt.date) -> SystemTasks:
        """Those without an answer on a day after theirs."""
        return self.open().filter(due_on__lt=day)

    def to_send(self, at: dt.datetime, day: dt.date) -> SystemTasks:
        """Those of which a system is to hear now, and that nobody is sending: asked, reminded, or asked no more.

        A system that fetches its tasks by itself is reminded alone. It is reminded before its day and once after it.
        Where its owner is another by now, that one is asked. Out of use, it is asked for nothing.
        """
        still_open = Q(called_off_at__isnull=True, answered_at__isnull=True, system__ended_on__isnull=True)
        fetches = Q(system__reached_by=ReachedBy.API)
        heard = Q(told_at__isnull=False) | fetches
        over = (heard | Q(answered_at__isnull=False)) & Q(called_off_at__isnull=False, called_off_told_at__isnull=True)
        owed = Q(told_at__isnull=True) | ~Q(owner_number=F("system__owner_number"))
        near = Q(due_on__lte=day + REMIND_BEFORE, reminded_on__isnull=True, opened_at__lt=at - REMIND_BEFORE)
        late = Q(due_on__lt=day) & (Q(reminded_on__isnull=True) | Q(reminded_on__lte=F("due_on")))
        asked = still_open & (owed & ~fetches | heard & (near | late))
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        return self.filter(asked | over | Q(pk__in=self.lifted(day).values("pk")), free, not_before__lte=at)

    def to_fetch(self, day: dt.date) -> SystemTasks:
        """Those that a server finds by itself: to be done, or to be undone, as long as they say about whom."""
        undone = Q(answered_at__isnull=False) | Q(called_off_by=MISTAKEN)
        over = Q(called_off_at__isnull=False, sought_until__gte=day)
        return self.filter(Q(called_off_at__isnull=True, answered_at__isnull=True) | over & undone)

    def lifted(self, day: dt.date) -> SystemTasks:
        """Those whose system only stores what it may use again by now, and has not heard of it (Art. 18(3) GDPR)."""
        restricts = Q(request__kind__in=[Kind.RESTRICTION, Kind.OBJECTION], request__state=State.CLOSED)
        still = Subject.objects.filter(request=OuterRef("request"), contact__restricted_through__gte=day)
        people = Subject.objects.filter(request=OuterRef("request"))
        stored = self.standing().filter(restricts, answer=TaskAnswer.DONE, lifted_told_at__isnull=True)
        return stored.filter(Exists(people), ~Exists(still))


class SystemTask(models.Model):
    """What a request asks of another system that may hold its person, by which day, and what the system said (L18).

    What has answered and was called off since is to be undone. It names nobody: whom it is about is read from the
    request, as long as they are on file. `sought` says it for what is still open when they are deleted here, until the
    system has answered, and for what it is to undo, at the latest until `sought_until`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="system_tasks")
    system = models.ForeignKey(System, models.DO_NOTHING, related_name="tasks")
    opened_at = models.DateTimeField()
    due_on = models.DateField(help_text="The day by which the system is to have answered.")
    not_before = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="That failed since it was last sent.")
    reason = models.CharField(blank=True, help_text="A code: why the last attempt failed.")
    told_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)
    answer = models.CharField(choices=TaskAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(blank=True, help_text="system:ID, or user:ID of the officer who noted it.")
    called_off_at = models.DateTimeField(null=True)
    called_off_by = models.CharField(blank=True, help_text="user:ID, or what ended it: the request, or a mistake.")
    called_off_told_at = models.DateTimeField(null=True)
    owner_number = models.PositiveIntegerField(
        default=1, db_default=1, help_text="Which owner was told last; 0: a new link is owed."
    )
    link_number = models.PositiveIntegerField(default=1, db_default=1, help_text="Which link opens its page.")
    link_until = models.DateField(null=True, help_text="Its last day, where it was sent later than at first.")
    lifted_told_at = models.DateTimeField(null=True, help_text="When it heard that it may use the details again.")
    sought = models.JSONField(default=dict, help_text="Whom it is about, once the request does not say it.")
    sought_until = models.DateField(null=True)

    objects = SystemTasks.as_manager()

    class Meta:
        ordering = ["system__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "system"], condition=Q(called_off_at__isnull=True), name="system_task_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="", answered_by="")
                | (Q(answered_at__isnull=False, answer__in=TaskAnswer.values) & ~Q(answered_by="")),
                name="system_task_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(sought={}, sought_until__isnull=True)
                | (
                    ~Q(sought={})
                    & Q(sought_until__isnull=False)
                    & (Q(answered_at__isnull=True) | Q(called_off_at__isnull=False))
                ),
                name="system_task_seeks_until_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(told_at__isnull=True), name="system_task_to_send"),
            models.Index(fields=["due_on"], condition=Q(answered_at__isnull=True), name="system_task_due"),
        ]

    def __str__(self) -> str:
        return f"SystemTask {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.called_off_at is None

    @property
    def is_to_undo(self) -> bool:
        """Tell whether its system is to undo what it did: it had answered, or may have acted about the wrong person."""
        return self.called_off_at is not None and (self.answered_at is not None or self.called_off_by == MISTAKEN)


class Enclosure(models.Model):
    """A file that came in for a request: what another system holds. It hangs on the person, and goes with them.

    It lies in the database, so that nothing but the database has to forget it (ADR 0002).
    """

    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="enclosures")
    contact = models.ForeignKey(Contact, models.DB_CASCADE, null=True, related_name="enclosures")
    task = models.ForeignKey(SystemTask, models.DB_CASCADE, related_name="files")
    name = models.CharField()
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Enclosure {self.pk}"
