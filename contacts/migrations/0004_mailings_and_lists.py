import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("contacts", "0009_written_messages"),
        ("contacts", "0015_workplace"),
        ("contacts", "0017_letters_that_never_left"),
    ]

    dependencies = [
        ("auth", "__first__"),
        ("contacts", "0003_events_and_sign_ups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("shared", models.BooleanField(default=False)),
                ("filters", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="segment_name_once",
                        violation_error_message="You have a segment of this name already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ListLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("columns", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(), default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "segment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.segment",
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("phone", "phone"), ("post", "post")])),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                        ]
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.recipient",
                    ),
                ),
                ("batch", models.UUIDField(null=True)),
                ("file_format", models.CharField()),
                ("reason", models.CharField(blank=True, help_text="Why so many are needed.")),
                ("people", models.PositiveIntegerField()),
                ("left_out", models.JSONField(default=dict)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("valid_through", models.DateField(help_text="The last day on which it may be used.")),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True, choices=[("used", "used, and deleted"), ("destroyed", "deleted without being used")]
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "permissions": [("export_audience", "Can export people for a channel")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("end", "")),
                            models.Q(("confirmed_at__isnull", False), models.Q(("end", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="audience_confirmed_says_how",
                        violation_error_message="A list is confirmed together with what became of it.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(help_text="What staff call it; nobody outside sees it.")),
                ("kind", models.CharField(choices=[("marketing", "marketing"), ("important", "important message")])),
                (
                    "segment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.segment",
                    ),
                ),
                ("subject", models.JSONField(default=dict)),
                ("body", models.JSONField(default=dict)),
                ("button", models.JSONField(blank=True, default=dict, help_text="Language → what the button says.")),
                ("button_url", models.URLField(blank=True, max_length=2000)),
                ("rate", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "waits for approval"),
                            ("scheduled", "scheduled"),
                            ("sending", "being sent"),
                            ("paused", "paused"),
                            ("sent", "sent"),
                            ("stopped", "stopped"),
                        ],
                        default="draft",
                    ),
                ),
                ("made_by", models.CharField()),
                ("approved_by", models.CharField(blank=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("scheduled_for", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("people", models.PositiveIntegerField(default=0, help_text="Addressees when it started.")),
                (
                    "left_out",
                    models.JSONField(default=dict, help_text="Why others were left out then: a code, and how many."),
                ),
                ("sent", models.PositiveIntegerField(default=0)),
                (
                    "withheld",
                    models.PositiveIntegerField(
                        default=0, help_text="Who could not be written to any more in their turn."
                    ),
                ),
                ("bounced", models.PositiveIntegerField(default=0)),
                ("objected", models.PositiveIntegerField(default=0)),
                ("signed_up", models.PositiveIntegerField(default=0)),
                ("topics", models.ManyToManyField(blank=True, related_name="+", to="contacts.topic")),
            ],
            options={
                "ordering": ["-pk"],
                "permissions": [("approve_mailing", "Can approve an important message")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["marketing", "important"])), name="mailing_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "submitted", "scheduled", "sending", "paused", "sent", "stopped"])
                        ),
                        name="mailing_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by", "")),
                            models.Q(models.Q(("approved_by", ""), _negated=True), ("approved_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mailing_approved_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "important"), _negated=True),
                            models.Q(("state__in", ["scheduled", "sending", "paused", "sent"]), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="mailing_important_is_approved",
                        violation_error_message="An important message leaves once the privacy officer has approved it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "scheduled"), _negated=True),
                            ("scheduled_for__isnull", False),
                            _connector="OR",
                        ),
                        name="mailing_scheduled_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["sent", "stopped"]), ("ended_at__isnull", True), _connector="XOR"
                        ),
                        name="mailing_ended_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Addressee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mailing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="waiting",
                        to="contacts.mailing",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("mailing", "contact"), name="addressee_once")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "template",
                    models.CharField(
                        choices=[
                            ("confirm", "please confirm your address"),
                            ("registered", "your place at the event"),
                            ("reminder", "reminder of the event"),
                            ("moved", "the event has changed"),
                            ("cancelled", "the event is cancelled"),
                            ("inform", "where we have your details from"),
                            ("announce", "news about a topic"),
                            ("mailing", "a mailing"),
                            ("written", "a letter written for one occasion"),
                        ]
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("service", "service"),
                            ("information", "information that the law asks for"),
                            ("important", "important message"),
                            ("marketing", "marketing"),
                        ]
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="messages",
                        to="contacts.contact",
                    ),
                ),
                (
                    "sign_up",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="messages",
                        to="contacts.signup",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="messages",
                        to="contacts.registration",
                    ),
                ),
                ("address", models.CharField(blank=True)),
                ("written", models.JSONField(help_text="Subject, language, reason and parts of a letter.", null=True)),
                ("forget_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.event",
                    ),
                ),
                (
                    "whitepaper",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.whitepaper",
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="messages",
                        to="contacts.mailing",
                    ),
                ),
                ("once", models.CharField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("skipped", "not sent: the person may not be written to, or what it was about is over"),
                            ("refused", "refused by the mail server for good"),
                            ("gave_up", "not accepted after many attempts"),
                            (
                                "broken_off",
                                "was being sent when the sender died: perhaps it arrived, so it is not sent again",
                            ),
                        ],
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="A code: the class of the error, or why it was skipped."),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True), ("sent_at__isnull", True)),
                        fields=["not_before"],
                        name="message_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("forget_at__isnull", False)), fields=["forget_at"], name="message_to_forget"
                    ),
                    models.Index(
                        condition=models.Q(("template", "written"), models.Q(("end", ""), _negated=True)),
                        fields=["once"],
                        name="message_never_left",
                    ),
                    models.Index(
                        condition=models.Q(("mailing__isnull", False)),
                        fields=["mailing", "sent_at"],
                        name="message_of_mailing",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact__isnull", False),
                            ("sign_up__isnull", False),
                            models.Q(("address", ""), _negated=True),
                            ("sent_at__isnull", False),
                            ("ended_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_goes_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address", ""), ("written__isnull", True)),
                            models.Q(
                                ("ended_at__isnull", True), ("forget_at__isnull", False), ("sent_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="message_words_go_once_it_is_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent_at__isnull", True), ("ended_at__isnull", True), _connector="OR"),
                        name="message_sent_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", ""), ("ended_at__isnull", True)),
                            models.Q(("ended_at__isnull", False), models.Q(("end", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="message_ended_says_how",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("once", ""), _negated=True),
                        fields=("contact", "template", "once"),
                        name="message_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("uploaded_at", models.DateTimeField()),
                ("file", models.FileField(blank=True, max_length=300, upload_to="uploads/")),
                ("file_format", models.CharField()),
                ("encoding", models.CharField(blank=True)),
                ("delimiter", models.CharField(blank=True)),
                ("header", models.JSONField(default=list)),
                (
                    "mapping",
                    models.JSONField(default=dict, help_text="Our field → the place of its column in the file."),
                ),
                (
                    "scenario",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer", "customer"),
                            ("partner", "partner"),
                            ("whitepaper", "whitepaper"),
                            ("webinar", "webinar"),
                            ("event", "event"),
                            ("prospect", "prospect"),
                        ],
                    ),
                ),
                ("source", models.CharField(blank=True)),
                (
                    "source_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "the person"),
                            ("organisation", "the person's organisation"),
                            ("public", "a public source"),
                            ("third_party", "somebody else"),
                        ],
                    ),
                ),
                ("collected_on", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "uploaded"),
                            ("previewing", "being looked through"),
                            ("previewed", "waits for your yes"),
                            ("importing", "being imported"),
                            ("done", "imported"),
                            ("failed", "failed"),
                            ("removing", "being removed again"),
                            ("removed", "removed again"),
                        ],
                        default="uploaded",
                    ),
                ),
                ("step", models.CharField(blank=True)),
                ("share", models.FloatField(default=0, help_text="How much of the step is done, from 0 to 1.")),
                ("beat_at", models.DateTimeField(help_text="When its worker was last heard of.", null=True)),
                ("preview", models.JSONField(default=dict, help_text="How many would be new, changed, and so on.")),
                ("result", models.JSONField(default=dict)),
                ("rejects", models.JSONField(default=list)),
                (
                    "failure",
                    models.CharField(blank=True, help_text="Why it could not be read or written, without a value."),
                ),
                ("done_at", models.DateTimeField(null=True)),
                ("forget_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("forget_at__isnull", False)), fields=["forget_at"], name="upload_to_forget"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "uploaded",
                                    "previewing",
                                    "previewed",
                                    "importing",
                                    "done",
                                    "failed",
                                    "removing",
                                    "removed",
                                ],
                            )
                        ),
                        name="upload_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", ""), ("header", [])), ("forget_at__isnull", False), _connector="OR"
                        ),
                        name="upload_is_forgotten",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadedPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="people",
                        to="contacts.upload",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DB_CASCADE, related_name="+", to="contacts.contact"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("upload", "contact"), name="uploaded_once")],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField()),
                ("question", models.TextField(help_text="What is looked at.")),
                ("every_months", models.PositiveSmallIntegerField()),
                ("next_on", models.DateField()),
                ("ended_on", models.DateField(help_text="From then on it comes round no more.", null=True)),
            ],
            options={
                "ordering": ["next_on", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("every_months__gte", 1)), name="review_comes_round")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="outcomes", to="contacts.review"
                    ),
                ),
                ("done_on", models.DateField()),
                ("outcome", models.TextField()),
                ("by", models.CharField()),
            ],
            options={
                "ordering": ["-done_on", "-pk"],
            },
        ),
    ]
