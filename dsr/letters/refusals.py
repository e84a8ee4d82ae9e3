"""Refusals, whole and in part: the ground, the reasons, and where the person can turn (Art. 12(4) GDPR, L3, P23)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.answers.answering import Draft
from dsr.letters.common import Case, letter
from dsr.words.vocabulary import RefusalGround


@letter
def refused(case: Case) -> Draft:
    """Facts: `ground` (a RefusalGround), `reasons` in the officer's words; what becomes of a restriction."""
    return case.draft(
        _("We cannot do what you asked"),
        _("We have looked into it, and we cannot do what you asked."),
        GROUNDS[RefusalGround(case.facts["ground"])],
        case.facts["reasons"],
        case.restriction(),
        closing=case.remedy(),
    )


@letter
def refused_in_part(case: Case) -> Draft:
    """Facts: `done` (what was done) and `reasons` in the officer's words, `ground`; as above."""
    return case.draft(
        _("We can do part of what you asked"),
        case.facts["done"],
        _("We cannot do the rest."),
        GROUNDS[RefusalGround(case.facts["ground"])],
        case.facts["reasons"],
        case.restriction(),
        closing=case.remedy(),
    )


GROUNDS = {
    RefusalGround.LEGAL_DUTY: gettext_lazy("A law requires us to keep your details (Article 17(3)(b) GDPR)."),
    RefusalGround.LEGAL_CLAIMS: gettext_lazy("Your details are needed for legal claims (Article 17(3)(e) GDPR)."),
    RefusalGround.COMPELLING: gettext_lazy(
        "We have compelling legitimate grounds that weigh more than your interests (Article 21(1) GDPR)."
    ),
    RefusalGround.CORRECT: gettext_lazy("As far as we can tell, your details are correct (Article 16 GDPR)."),
    RefusalGround.NOT_COVERED: gettext_lazy("The right that you named does not cover this."),
    RefusalGround.OTHERS_RIGHTS: gettext_lazy(
        "It would harm the rights of other people (Articles 15(4) and 20(4) GDPR)."
    ),
    RefusalGround.EXCESSIVE: gettext_lazy("The request is manifestly unfounded or excessive (Article 12(5) GDPR)."),
    RefusalGround.NOT_IDENTIFIED: gettext_lazy("We cannot confirm your identity (Articles 11 and 12(2) GDPR)."),
}
