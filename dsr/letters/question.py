"""The question to somebody of whom we cannot tell who asks (Art. 12(6) GDPR, L2)."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters.common import Case, letter


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
