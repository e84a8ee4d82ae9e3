"""Timelines and papers know who acts for the person; nobody waits while their rows are checked."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dsr", "0044_representatives")]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_step',
        ),
        migrations.RemoveConstraint(
            model_name='paper',
            name='paper_kind',
        ),
        migrations.AlterField(
            model_name='entry',
            name='step',
            field=models.CharField(choices=[('received', 'received'), ('passed_on', 'passed on by staff'), ('proven', 'address confirmed by the person'), ('identified', 'person found on file'), ('assigned', 'taken on'), ('came_in', 'letter or mail from the person added'), ('noted', 'internal note'), ('asked', 'question asked; the clock waits'), ('reminded', 'reminded of the question'), ('answered', 'question answered; the clock runs on'), ('resumed', 'no answer; the clock runs on'), ('extended', 'two months more'), ('warned', 'officers reminded of the date'), ('corrected', 'details corrected'), ('restricted', 'details restricted'), ('lifted', 'restriction lifted'), ('weighed', 'interests weighed'), ('objected', 'marketing stopped'), ('withdrawn', 'consent withdrawn'), ('agreed', 'agreed with the person'), ('done', 'what was agreed is done'), ('erased', 'deleted'), ('reduced', 'reduced to what the law makes us keep'), ('handed_over', 'package made ready'), ('fetched', 'package fetched'), ('represented', 'somebody acts for the person'), ('system_asked', 'other system asked'), ('system_answered', 'other system answered'), ('system_called_off', 'other system need not answer'), ('letter', 'letter to the person'), ('fee', 'fee asked for'), ('refused', 'refused'), ('closed', 'closed')]),
        ),
        migrations.AlterField(
            model_name='paper',
            name='kind',
            field=models.CharField(choices=[('statement', 'what was asked'), ('identity', 'how we know who asks'), ('address', 'where the answers go'), ('question', 'what we asked the person'), ('correction', 'old and new details'), ('balance', 'how the interests were weighed'), ('reason', 'reason'), ('agreement', 'what was agreed'), ('letter', 'letter as it was sent'), ('system', 'what another system said'), ('incoming', 'what came from the person'), ('note', 'internal note'), ('authority', 'power of attorney'), ('notice', 'letter that somebody acts for the person')]),
        ),
        AddConstraintNotValid(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['received', 'passed_on', 'proven', 'identified', 'assigned', 'came_in', 'noted', 'asked', 'reminded', 'answered', 'resumed', 'extended', 'warned', 'corrected', 'restricted', 'lifted', 'weighed', 'objected', 'withdrawn', 'agreed', 'done', 'erased', 'reduced', 'handed_over', 'fetched', 'represented', 'system_asked', 'system_answered', 'system_called_off', 'letter', 'fee', 'refused', 'closed'])), name='entry_step'),
        ),
        ValidateConstraint(model_name='entry', name='entry_step'),
        AddConstraintNotValid(
            model_name='paper',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['statement', 'identity', 'address', 'question', 'correction', 'balance', 'reason', 'agreement', 'letter', 'system', 'incoming', 'note', 'authority', 'notice'])), name='paper_kind'),
        ),
        ValidateConstraint(model_name='paper', name='paper_kind'),
    ]
