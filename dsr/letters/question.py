"""The question to somebody whose identity is in doubt, and its reminder (Art. 12(6) GDPR, L2)."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter


@letter
def question(case: Case) -> Draft:
    """No facts. It asks for what we can compare with what we hold, and for no identity papers."""
    return case.draft(
        _("We need to know who asks"),
        _("Before we answer, we have to be sure that it is you, so that nobody else gets or changes your details."),
        _(
            "Please answer this letter with what we can compare with our records: the name and the company under which"
            " we may know you, and an e-mail address or phone number that you have used with us."
        ),
        _("Please send us no copy of a passport or an identity card. We do not need it, and do not keep any."),
        _(
            "Until we hear from you, the time that we have to answer stands still. If we hear nothing within 30 days,"
            " we close your request. You can ask us again at any time."
        ),
        closing=case.questions(),
    )


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
