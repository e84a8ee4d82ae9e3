"""The journal says that somebody acts for a person no more; nobody waits while its lines are checked."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0087_owners_of_systems")]

    operations = [
        migrations.RemoveConstraint("journalline", "journal_act"),
        migrations.AlterField(
            model_name='journalline',
            name='act',
            field=models.CharField(choices=[('deleted', 'deleted'), ('reduced', 'reduced to what the law requires'), ('forgotten', 'what waited under an address was deleted'), ('kept_out', 'nobody brings the address back'), ('answered', 'a request for deletion was answered'), ('objected', 'objected to marketing, or withdrew a consent'), ('reopened', 'said themselves that a channel is open again'), ('basis_ended', 'objected to a use that rested on our interest, and it ended'), ('frozen', 'frozen or restricted'), ('released', 'a freeze or a restriction ended'), ('topic_stopped', 'unsubscribed from topics'), ('topic_reopened', 'subscribed to topics again'), ('place_given_up', 'gave up a place at an event'), ('place_taken', 'took a place again that they had given up'), ('food', 'took back what they had said about their food'), ('look', "changed by the person's word"), ('account_closed', 'an account was closed'), ('key_revoked', 'an API key was revoked'), ('acting_ended', 'somebody acts for a person no more'), ('audit_sealed', 'entries of the audit trail were sealed')]),
        ),
        AddConstraintNotValid("journalline", models.CheckConstraint(condition=Q(act__in=['deleted', 'reduced', 'forgotten', 'kept_out', 'answered', 'objected', 'reopened', 'basis_ended', 'frozen', 'released', 'topic_stopped', 'topic_reopened', 'place_given_up', 'place_taken', 'food', 'look', 'account_closed', 'key_revoked', 'acting_ended', 'audit_sealed']), name="journal_act")),
        ValidateConstraint("journalline", "journal_act"),
    ]
