"""A complaint: what was agreed, by when, and that it is done; or our answer (P23)."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter


@letter
def agreed(case: Case) -> Draft:
    """Facts: `agreement` in the officer's words, `by` (a date)."""
    text = _("We do this by %(day)s at the latest, and write to you once it is done.")
    return case.draft(
        _("What we have agreed on"),
        _("Thank you for telling us. This is what we have agreed on with you:"),
        case.facts["agreement"],
        text % {"day": day(case.facts["by"])},
        closing=case.remedy(),
    )


@letter
def done(case: Case) -> Draft:
    """Facts: `agreement` (what had been agreed on) and `done` (what was done), in the officer's words."""
    return case.draft(
        _("What we agreed on is done"),
        _("This is what we had agreed on with you:"),
        case.facts["agreement"],
        _("It is done."),
        case.facts["done"],
        closing=case.remedy(),
    )


@letter
def answered(case: Case) -> Draft:
    """Facts: `answer`, in the officer's words."""
    return case.draft(
        _("Our answer to your complaint"),
        _("Thank you for telling us. We have looked into it. This is our answer:"),
        case.facts["answer"],
        closing=case.remedy(),
    )
