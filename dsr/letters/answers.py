"""Short answers: more time, nothing held, nobody identified, taken back."""

from django.utils.translation import gettext as _

from dsr.answers.answering import Draft
from dsr.letters import other_systems
from dsr.letters.common import Case, day, letter
from dsr.systems import standing


@letter
def extended(case: Case) -> Draft:
    """Facts: `until` (a date), `reason` in the officer's words (Art. 12(3) GDPR, L1)."""
    text = _("We need more time for it, and will answer you by %(day)s at the latest. This is why:")
    return case.draft(
        _("We need more time for your request"),
        text % {"day": day(case.facts["until"])},
        case.facts["reason"],
        _("The law allows us two months more where a request is complex (Article 12(3) GDPR)."),
        closing=case.questions(),
    )


@letter
def nothing_held(case: Case) -> Draft:
    """Facts: `suppressed`, whether the address is kept in coded form so that no marketing goes there; `stone`, the
    Tombstone where it is kept so that nobody brings the person back.
    """
    stone = case.facts.get("stone")
    deleted = _(
        "On %(day)s we deleted your details at your request. Until %(last)s we keep a coded form of your e-mail"
        " address, so that nobody here enters you again. It says nothing else about you."
    )
    coded = _(
        "The one thing that we keep is a coded form of your e-mail address, since you have objected to marketing. It"
        " reminds us not to write to you, and says nothing else about you."
    )
    return case.draft(
        _("We hold nothing about you"),
        _nothing(case),
        deleted % {"day": day(stone.erased_on), "last": day(stone.ends_on)} if stone else "",
        coded if case.facts.get("suppressed") else "",
        _("With this we have closed your request."),
        closing=other_systems.with_answers(case, case.questions()),
    )


def _nothing(case: Case) -> str:
    """Say that nothing is held, or nothing in this register, where another system holds something or is still asked."""
    asked = standing.of(case.request)
    if asked.done or not asked.is_everything:
        return _(
            "We have looked for you under the address and the name that you gave us, and our customer register holds no"
            " details about you."
        )
    return _(
        "We have looked for you under the address and the name that you gave us, and we hold no details about you."
    )


@letter
def unidentified(case: Case) -> Draft:
    """Facts: `asked_on` (a date), when we asked the question that was not answered.

    `on` (a date, or None) is the first day on which details that were only stored meanwhile may be used again (L6).
    """
    text = _("On %(day)s we asked you to confirm your identity, and have had no answer.")
    again = _("So far we have only stored your details. From %(day)s on we use them again, as before.")
    return case.draft(
        _("We have closed your request"),
        text % {"day": day(case.facts["asked_on"])},
        _("We give details to the person they are about and to nobody else. So we have closed your request."),
        again % {"day": day(on)} if (on := case.facts.get("on")) else "",
        _("You can ask us again at any time."),
        closing=case.remedy(),
    )


@letter
def taken_back(case: Case) -> Draft:
    """Facts: what becomes of the restriction that came with it, `on` or `still` (L6)."""
    return case.draft(
        _("We have closed your request"),
        _("You have told us that you take your request back, and we have closed it."),
        case.restriction(),
        _("You can ask us again at any time."),
        closing=case.questions(),
    )
