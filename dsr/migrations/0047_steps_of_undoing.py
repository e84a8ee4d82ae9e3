"""A task that was answered can be called off: it is to be undone. Nobody waits while rows are checked."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dsr", "0046_links_and_undoing")]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_step',
        ),
        migrations.RemoveConstraint(
            model_name='systemtask',
            name='system_task_answered_or_called_off',
        ),
        migrations.RemoveConstraint(
            model_name='systemtask',
            name='system_task_seeks_until_a_day',
        ),
        migrations.AlterField(
            model_name='entry',
            name='step',
            field=models.CharField(choices=[('received', 'received'), ('passed_on', 'passed on by staff'), ('proven', 'address confirmed by the person'), ('identified', 'person found on file'), ('assigned', 'taken on'), ('came_in', 'letter or mail from the person added'), ('noted', 'internal note'), ('asked', 'question asked; the clock waits'), ('reminded', 'reminded of the question'), ('answered', 'question answered; the clock runs on'), ('resumed', 'no answer; the clock runs on'), ('extended', 'two months more'), ('warned', 'officers reminded of the date'), ('corrected', 'details corrected'), ('restricted', 'details restricted'), ('lifted', 'restriction lifted'), ('weighed', 'interests weighed'), ('objected', 'marketing stopped'), ('withdrawn', 'consent withdrawn'), ('agreed', 'agreed with the person'), ('done', 'what was agreed is done'), ('erased', 'deleted'), ('reduced', 'reduced to what the law makes us keep'), ('handed_over', 'package made ready'), ('fetched', 'package fetched'), ('represented', 'somebody acts for the person'), ('system_asked', 'other system asked'), ('system_answered', 'other system answered'), ('system_called_off', 'other system need not answer'), ('system_undone', 'other system is to undo it'), ('letter', 'letter to the person'), ('fee', 'fee asked for'), ('refused', 'refused'), ('closed', 'closed')]),
        ),
        AddConstraintNotValid(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['received', 'passed_on', 'proven', 'identified', 'assigned', 'came_in', 'noted', 'asked', 'reminded', 'answered', 'resumed', 'extended', 'warned', 'corrected', 'restricted', 'lifted', 'weighed', 'objected', 'withdrawn', 'agreed', 'done', 'erased', 'reduced', 'handed_over', 'fetched', 'represented', 'system_asked', 'system_answered', 'system_called_off', 'system_undone', 'letter', 'fee', 'refused', 'closed'])), name='entry_step'),
        ),
        ValidateConstraint(model_name='entry', name='entry_step'),
        AddConstraintNotValid(
            model_name='systemtask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sought', {}), ('sought_until__isnull', True)), models.Q(models.Q(('sought', {}), _negated=True), ('sought_until__isnull', False), models.Q(('answered_at__isnull', True), ('called_off_at__isnull', False), _connector='OR')), _connector='OR'), name='system_task_seeks_until_a_day'),
        ),
        ValidateConstraint(model_name='systemtask', name='system_task_seeks_until_a_day'),
    ]
