"""Details were corrected or completed: which, and what they say now (Art. 16 and 19 GDPR)."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dsr.answers.answering import Draft
from dsr.letters import other_systems
from dsr.letters.common import Case, letter

# The details of a person that may be corrected, by what they are called.
CALLED = {
    "first_name": gettext_lazy("first name"),
    "last_name": gettext_lazy("last name"),
    "email": gettext_lazy("e-mail"),
    "job_title": gettext_lazy("professional role"),
    "phone": pgettext_lazy("field", "phone"),
    "address": gettext_lazy("postal address"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
    "country": gettext_lazy("country"),
    "company": gettext_lazy("company"),
    "language": gettext_lazy("language"),
}


@letter
def corrected(case: Case) -> Draft:
    """Facts: `values`, field → new value or empty where it was removed; `refused`, what is not corrected and why."""
    lines = [f"{capfirst(CALLED[name])}: {value or _('removed')}" for name, value in case.facts["values"].items()]
    return case.draft(
        _("We have corrected your details"),
        _("We have corrected what we hold about you. This is what it says now:"),
        "\n".join(lines),
        _(
            "We are telling everyone who got your details from us about the correction. Ask us if you want to know who"
            " they are."
        ),
        case.facts.get("refused", ""),
        closing=other_systems.with_answers(case, case.remedy() if case.facts.get("refused") else case.questions()),
    )
