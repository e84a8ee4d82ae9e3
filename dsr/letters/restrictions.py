"""Details are only stored, or will be used again; what came of an objection (Art. 18 and 21(1) GDPR, L6, P22)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.answers.answering import Draft
from dsr.letters import other_systems
from dsr.letters.common import Case, day, letter
from dsr.letters.refusals import GROUNDS
from dsr.words.vocabulary import RefusalGround


@letter
def restricted(case: Case) -> Draft:
    """Facts: `reasons` in the officer's words, which may be empty."""
    return case.draft(
        _("We only store your details"),
        _("From now on we only store your details, and do nothing else with them (Article 18 GDPR)."),
        case.facts.get("reasons", ""),
        _("We are telling everyone who got your details from us. Ask us if you want to know who they are."),
        _("We write to you before this changes."),
        closing=other_systems.with_answers(case, case.questions()),
    )


@letter
def to_be_lifted(case: Case) -> Draft:
    """Facts: `on` (a date), the first day on which the details may be used again; `reasons`."""
    text = _("So far we have only stored your details. From %(day)s on we use them again, as before.")
    return case.draft(
        _("We will use your details again"),
        text % {"day": day(case.facts["on"])},
        case.facts["reasons"],
        closing=case.remedy(),
    )


@letter
def upheld(case: Case) -> Draft:
    """Facts: `left`, whether details stay for a reason that does not rest on our interest; `reasons`.

    Where something stays: `on` (a date), when it may be used again, or `still`, who needs the restriction (L6).
    """
    return case.draft(
        _("We have accepted your objection"),
        _("We have weighed your interests against ours and accepted your objection (Article 21(1) GDPR)."),
        case.facts["reasons"],
        _("We no longer use your details in our own interest."),
        _stays(case) if case.facts["left"] else _("We delete your details, and confirm it to you once it is done."),
        closing=other_systems.with_answers(case, case.questions()),
    )


def _stays(case: Case) -> str:
    stays = _("What we hold for another reason, such as an agreement with your organisation, stays for that alone.")
    if on := case.facts.get("on"):
        again = _("So far we have only stored it. From %(day)s on we use it again.") % {"day": day(on)}
        return f"{stays} {again}"
    return "\n\n".join(filter(None, [stays, case.restriction()]))


@letter
def not_upheld(case: Case) -> Draft:
    """Facts: `ground` (one of OVERRIDING; compelling grounds where none is named), `reasons` in words.

    `on` (a date), when the details may be used again, or `still`, who needs the restriction (L6).
    """
    text = _("Until then we only store your details. From %(day)s on we use them again, as before.")
    on = case.facts.get("on")
    return case.draft(
        _("We have not accepted your objection"),
        _("We have weighed your interests against ours and have not accepted your objection."),
        OVERRIDING[RefusalGround(case.facts.get("ground") or RefusalGround.COMPELLING)],
        case.facts["reasons"],
        text % {"day": day(on)} if on else case.restriction(),
        closing=case.remedy(),
    )


# What may weigh more than an objection.
OVERRIDING = {
    RefusalGround.COMPELLING: GROUNDS[RefusalGround.COMPELLING],
    RefusalGround.LEGAL_CLAIMS: gettext_lazy("Your details are needed for legal claims (Article 21(1) GDPR)."),
}
