"""Questions to who asks: who they are, with its reminder (Art. 12(6) GDPR, L2), and what they want (recital 63)."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter


@letter
def question(case: Case) -> Draft:
    """It asks for what we can compare with what we hold, and for no identity papers.

    Facts: `goes_on`, the day to answer by, where the question comes too late to pause the deadline; None else.
    """
    ends = _(
        "The deadline is paused until we hear from you. If we hear nothing within 30 days, we close your request. You"
        " can ask us again at any time."
    )
    if on := case.facts.get("goes_on"):
        ends = _("The deadline is not paused: we answer by %(day)s. Please reply before then.") % {"day": day(on)}
    return case.draft(
        _("We need to confirm your identity"),
        _("Before we answer, we have to be sure that it is you, so that nobody else gets or changes your details."),
        _(
            "Please answer this letter with what we can compare with our records: the name and the company under which"
            " we may know you, and an e-mail address or phone number that you have used with us."
        ),
        _("Please send us no copy of a passport or an identity card. We do not need it, and do not keep any."),
        ends,
        closing=case.questions(),
    )


@letter
def scope(case: Case) -> Draft:
    """Facts: `entries`, how many we hold; `answers_all`, the day from which we answer about all of it; None where the
    deadline is not paused.
    """
    much = _("We hold a lot about you: %(entries)d entries. You can help us to find what matters to you.")
    ends = _("You do not have to reply. We continue with your request and then answer about everything.")
    if on := case.facts.get("answers_all"):
        ends = _(
            "The deadline is paused until we hear from you. You do not have to reply. We will continue on %(day)s,"
            " and answer about everything."
        ) % {"day": day(on)}
    return case.draft(
        _("What would you like to know?"),
        much % {"entries": case.facts["entries"]},
        _("Is your request about a certain period, event or subject? Tell us which. If not, reply “everything”."),
        ends,
        closing=case.questions(),
    )


@letter
def question_reminder(case: Case) -> Draft:
    """Facts: `asked_on` and `closes_on` (dates)."""
    asked = _("On %(day)s we asked you to confirm your identity, and have had no answer yet.")
    ends = _(
        "The deadline is paused until you answer. If we hear nothing by %(day)s, we close your request. You can ask us"
        " again at any time."
    )
    return case.draft(
        _("We need your answer before we can go on"),
        asked % {"day": day(case.facts["asked_on"])},
        _("Please reply to this mail. Do not send a copy of an identity card: we do not need one."),
        ends % {"day": day(case.facts["closes_on"])},
        closing=case.questions(),
    )
