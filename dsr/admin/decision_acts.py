"""What the officer decides about a request once it is clear whom it is about."""

from contacts.admin.acts import Act
from dsr.admin import agreeing_acts, correcting_act, restricting_acts, stopping_act, weighing_acts

ACTS: tuple[Act, ...] = (
    *correcting_act.ACTS,
    *restricting_acts.ACTS,
    *weighing_acts.ACTS,
    *agreeing_acts.ACTS,
    *stopping_act.ACTS,
)
