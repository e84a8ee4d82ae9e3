from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from contacts.models.people import Contact
from contacts.words.differences import ListField, ListMode, Stays
from contacts.words.vocabulary import Scenario, SourceKind, UploadState


class Uploads(models.QuerySet["Upload"]):
    def forgettable(self, at: dt.datetime) -> Uploads:
        """Those whose day is over: file, columns and who came in go."""
        return self.filter(forget_at__lte=at)


class Upload(models.Model):
    """A file of people that staff send to be imported, and how far it has come (P1).

    It holds the file's columns and what each is taken for, then numbers. `rejects` name line, column and reason, never
    a value. At `forget_at` the file, its header, the list of whom it created and its differences are gone; the numbers
    stay.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    uploaded_at = models.DateTimeField()
    file = models.FileField(upload_to="uploads/", max_length=300, blank=True)
    file_format = models.CharField()
    encoding = models.CharField(blank=True)
    delimiter = models.CharField(blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict, help_text="Our field → the place of its column in the file.")
    scenario = models.CharField(choices=Scenario, blank=True)
    source = models.CharField(blank=True)
    source_kind = models.CharField(choices=SourceKind, blank=True)
    collected_on = models.DateField(null=True)
    mode = models.CharField(choices=ListMode, default=ListMode.FILL, help_text="What becomes of people held already.")
    state = models.CharField(choices=UploadState, default=UploadState.UPLOADED)
    checked = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="The parts of its rows that are checked, and wait beside the file.",
    )
    asked_by = models.CharField(blank=True, db_default="", help_text="Who asked for the work that goes on.")
    step = models.CharField(blank=True)
    share = models.FloatField(default=0, help_text="How much of the step is done, from 0 to 1.")
    beat_at = models.DateTimeField(null=True, help_text="When its worker was last heard of.")
    preview = models.JSONField(default=dict, help_text="How many would be new, changed, and so on.")
    result = models.JSONField(default=dict)
    rejects = models.JSONField(default=list)
    failure = models.CharField(blank=True, help_text="Why it could not be read or written, without a value.")
    done_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)

    objects = Uploads.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state"),
            models.CheckConstraint(condition=Q(mode__in=ListMode.values), name="upload_mode"),
            models.CheckConstraint(
                condition=Q(file="", header=[]) | Q(forget_at__isnull=False), name="upload_is_forgotten"
            ),
        ]
        indexes = [
            models.Index(fields=["forget_at"], condition=Q(forget_at__isnull=False), name="upload_to_forget"),
        ]

    def __str__(self) -> str:
        return f"Upload {self.public_id}"


class UploadedPerson(models.Model):
    """Whom an upload created, for the day on which that can be taken back."""

    upload = models.ForeignKey(Upload, models.DO_NOTHING, related_name="people", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "contact"], name="uploaded_once")]

    def __str__(self) -> str:
        return f"Uploaded person {self.pk}"


class UploadedDifference(models.Model):
    """Where an update by a list and a person's record say different things, field by field (L15).

    Before the import it is what staff are shown, with the `reason` why the record stays where it does; after it, what
    was written, so that the old value can be put back. Gone after a day.
    """

    upload = models.ForeignKey(Upload, models.DO_NOTHING, related_name="differences", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    detail = models.CharField(choices=ListField)
    old = models.CharField(blank=True, help_text="What is on file; of an organisation, its name.")
    new = models.CharField(help_text="What the list says.")
    reason = models.CharField(choices=Stays, blank=True, help_text="Why the record stays; empty where it changes.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "contact", "detail"], name="uploaded_difference_once"),
            models.CheckConstraint(condition=Q(detail__in=ListField.values), name="uploaded_difference_detail"),
            models.CheckConstraint(condition=Q(reason__in=["", *Stays.values]), name="uploaded_difference_reason"),
        ]

    def __str__(self) -> str:
        return f"Uploaded difference {self.pk}"
