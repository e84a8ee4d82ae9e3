"""A letter that decides nothing: the officer begins with a template, or with nothing but the number."""

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter


class Template(TextChoices):
    """What a letter begins with. Its text may be changed before it is sent."""

    EMPTY = "empty", gettext_lazy("Only the opening")
    RECEIVED = "received", gettext_lazy("We have received your request")
    WORKING = "working", gettext_lazy("We are working on it")
    THANKS = "thanks", gettext_lazy("Thank you for your reply")


@letter
def free(case: Case) -> Draft:
    """Facts: `template` (a Template)."""
    subject, text = _written(Template(case.facts["template"]), case)
    return case.draft(subject, text, closing=case.questions())


def _written(template: Template, case: Case) -> tuple[str, str]:
    until = {"day": day(case.request.safe_on)}
    return {
        Template.EMPTY: (_("About your request"), ""),
        Template.RECEIVED: (
            _("We have received your request"),
            _("Thank you for writing to us. We will answer by %(day)s.") % until,
        ),
        Template.WORKING: (
            _("We are working on your request"),
            _("We have not forgotten you: we are working on your request. We will answer by %(day)s.") % until,
        ),
        Template.THANKS: (
            _("Thank you for your reply"),
            _("We have received your reply, and are continuing with your request."),
        ),
    }[template]


@letter
def fee(case: Case) -> Draft:
    """Facts: `fee` (an amount with its currency) and `reasons`, in the officer's words."""
    asked = _("We will do what you asked once you have paid %(fee)s. It covers what the answer costs us.")
    return case.draft(
        _("We ask for a fee"),
        _(
            "Our answers are normally free. We may charge a fee for an excessive request (Article 12(5) GDPR). This"
            " is why we do so:"
        ),
        case.facts["reasons"],
        asked % {"fee": case.facts["fee"]},
        _("Write to us if you want to pay, to narrow your request, or to withdraw it."),
        closing=case.remedy(),
    )
