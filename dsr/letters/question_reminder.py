"""Our question about who asks is unanswered: said once more, with the day on which the request is closed without it."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter


@letter
def question_reminder(case: Case) -> Draft:
    """Facts: `asked_on` and `closes_on` (dates)."""
    asked = _(
        "On %(day)s we asked you for something that tells us that it is you who asks, and have had no answer yet."
    )
    ends = _(
        "Our time to answer waits for you, and runs on from the day on which you do. If we hear nothing by %(day)s, we"
        " close your request. You can ask us again at any time."
    )
    return case.draft(
        _("We need your answer before we can go on"),
        asked % {"day": day(case.facts["asked_on"])},
        _("Please reply to this mail. Do not send a copy of an identity card: we do not need one."),
        ends % {"day": day(case.facts["closes_on"])},
        closing=case.questions(),
    )
