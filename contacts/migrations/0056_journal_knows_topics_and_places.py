"""The journal knows topics that were stopped and places that were given up; nobody waits while its lines are checked."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0051_job_runs")]

    operations = [
        migrations.RemoveConstraint("journalline", "journal_act"),
        migrations.RemoveConstraint("lookagain", "look_again_why"),
        migrations.AlterField(
            model_name='journalline',
            name='act',
            field=models.CharField(choices=[('deleted', 'deleted'), ('reduced', 'reduced to what the law requires'), ('forgotten', 'what waited under an address was deleted'), ('kept_out', 'nobody brings the address back'), ('answered', 'a request for deletion was answered'), ('objected', 'objected to marketing, or withdrew a consent'), ('reopened', 'said themselves that a channel is open again'), ('basis_ended', 'objected to a use that rested on our interest, and it ended'), ('frozen', 'frozen or restricted'), ('released', 'a freeze or a restriction ended'), ('topic_stopped', 'unsubscribed from topics'), ('topic_reopened', 'subscribed to topics again'), ('place_given_up', 'gave up a place at an event'), ('place_taken', 'took a place again that they had given up'), ('food', 'took back what they had said about their food'), ('look', "changed by the person's word"), ('account_closed', 'an account was closed'), ('key_revoked', 'an API key was revoked')]),
        ),
        migrations.AlterField(
            model_name='lookagain',
            name='why',
            field=models.CharField(choices=[('corrected', 'details were corrected'), ('address', 'the e-mail address was changed'), ('contested', 'the owner of the earlier e-mail address says that the new one is wrong'), ('left', 'the person left the organisation'), ('reduced', 'reduced to what a law requires, and no such duty is on record here'), ('topic', 'unsubscribed from a topic that is not on record here'), ('objected', 'objected to a use of their data, and nothing else on record here says why we hold them'), ('frozen', 'a freeze was placed, for a request or a claim that is not on record here')]),
        ),
        AddConstraintNotValid("journalline", models.CheckConstraint(condition=Q(act__in=['deleted', 'reduced', 'forgotten', 'kept_out', 'answered', 'objected', 'reopened', 'basis_ended', 'frozen', 'released', 'topic_stopped', 'topic_reopened', 'place_given_up', 'place_taken', 'food', 'look', 'account_closed', 'key_revoked']), name="journal_act")),
        AddConstraintNotValid("lookagain", models.CheckConstraint(condition=Q(why__in=['corrected', 'address', 'contested', 'left', 'reduced', 'topic', 'objected', 'frozen']), name="look_again_why")),
        ValidateConstraint("journalline", "journal_act"),
        ValidateConstraint("lookagain", "look_again_why"),
    ]
