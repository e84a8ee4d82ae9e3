"""The person hears that somebody acts for them, in what, and until when they can object (L17)."""

from django.conf import settings
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsr.answers.answering import Draft
from dsr.letters.common import Case, day, letter
from dsr.models import Representative
from dsr.words.vocabulary import Authority, Kind, RepresentativeKind


@letter
def acting(case: Case) -> Draft:
    """Facts: `acting`, the Representative. It goes to the person alone, and so begins otherwise than the others."""
    told: Representative = case.facts["acting"]
    why = _("You get this letter because somebody acts for you in request %(number)s to %(company)s.")
    company = case.policy.controller["name"]
    return Draft(
        _("Somebody acts for you (%s)") % case.request.number,
        "\n\n".join([_asked(case, told), _shown(told), _what_comes(), _how_to_object(case)]),
        why % {"number": case.request.number, "company": company},
        case.language,
        closing=case.questions(),
        to_person=True,
    )


def _asked(case: Case, told: Representative) -> str:
    text = _(
        "%(name)s says that they act for you (%(as)s). On your behalf they ask for: %(kind)s. We received the request"
        " on %(day)s. Its number is %(number)s."
    )
    return text % {
        "name": told.name,
        "as": RepresentativeKind(told.kind).label,
        "kind": _FOR_YOU[Kind(case.request.kind)],
        "day": day(case.request.received_on),
        "number": case.request.number,
    }


def _shown(told: Representative) -> str:
    proof = {"proof": Authority(told.proof).label, "by": told.issued_by, "day": day(told.issued_on)}
    shown = _("They showed us this proof: %(proof)s, issued by %(by)s on %(day)s.") % proof
    kinds = get_text_list([str(_FOR_YOU[Kind(kind)]) for kind in told.scope], _("and"))
    scope = _("It covers: %s.") % kinds
    until = _("It ends on %s.") % day(told.ends_on) if told.ends_on else ""
    return capfirst(" ".join(part for part in (shown, scope, until) if part))


def _what_comes() -> str:
    days = settings.REPRESENTATIVE_DAYS
    text = ngettext(
        "Our answer will go to them, not to you. Before that, you have %d day to object. It counts from the day on"
        " which this letter left us.",
        "Our answer will go to them, not to you. Before that, you have %d days to object. They count from the day on"
        " which this letter left us.",
        days,
    )
    return text % days


def _how_to_object(case: Case) -> str:
    text = _(
        "If they have no right to act for you, write to us at %(contact)s. We will then send them nothing more, and"
        " our answer will go to you. If you agree, tell us, and our answer need not wait."
    )
    return text % {"contact": case.policy.controller["privacy_contact"]}


_FOR_YOU = {
    Kind.ACCESS: gettext_lazy("access to your details"),
    Kind.RECTIFICATION: gettext_lazy("correction of your details"),
    Kind.ERASURE: gettext_lazy("deletion of your details"),
    Kind.RESTRICTION: gettext_lazy("restriction of your details"),
    Kind.PORTABILITY: gettext_lazy("a download of your data"),
    Kind.MARKETING_OBJECTION: gettext_lazy("an end to marketing"),
    Kind.OBJECTION: gettext_lazy("an end to other use of your details"),
    Kind.WITHDRAWAL: gettext_lazy("withdrawal of your consent"),
    Kind.COMPLAINT: gettext_lazy("an answer to a complaint"),
    Kind.LEAVER: gettext_lazy("deletion of your details, since you have left your organisation"),
}
