"""What the demo company has assessed (L19), and a draft of its next policy that keeps prospects half as long (P24)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from contacts.base.days import add_months, day_of
from contacts.models import ImpactAssessment, InterestAssessment, PolicyVersion
from contacts.policy import assessments, drafting
from contacts.policy.assessments import Purpose
from contacts.policy.drafting import Source
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, Processing, Scenario
from retention.forecasts import policy_effects

BY = "demo"

_AGREEMENT: dict[str, Any] = {
    "title": "Looking after agreements",
    "interest": "To serve the organisations that buy from us or sell for us, through the people who act for them.",
    "necessity": "An organisation has no mailbox of its own that answers. We need the work details of its contacts.",
    "balance": "The people expect it: their employer named them, and the details are those of their work.",
    "safeguards": "Work details alone. They go 36 months after the last agreement has ended.",
    "summary": {
        "en": "We need a person to talk to at your organisation. You expect that, and we keep your work details alone.",
        "sv": "Vi behöver någon att tala med hos er. Det är väntat, och vi sparar bara dina uppgifter i arbetet.",
    },
}
_ASKED: dict[str, Any] = {
    "title": "Delivering what was asked for",
    "interest": "To send the guide, the link or the invitation that the person asked us for.",
    "necessity": "It cannot be sent without an address. All other details are optional.",
    "balance": "They asked for it themselves and can take it back at any time.",
    "safeguards": "The address is proven first. Dietary needs rest on consent and go right after the event.",
    "summary": {
        "en": "You asked us for it, and we cannot send it without your address.",
        "sv": "Du bad oss om det, och utan din adress kan vi inte skicka det.",
    },
}
_NEWS: dict[str, Any] = {
    "title": "Telling people about our services",
    "interest": "To tell people in a professional role about services that may suit their organisation.",
    "necessity": "We write to those who showed an interest or whose role concerns it, and to nobody else.",
    "balance": "News can annoy. It concerns their work, comes seldom, and stops for good at one click.",
    "safeguards": "Consent where the law asks for it, a link to unsubscribe in every mail, short periods.",
    "summary": {
        "en": "We may tell you about services that concern your work. One click stops it, and we weigh this each year.",
        "sv": "Vi får berätta om tjänster som rör ditt arbete. Ett klick stoppar det, och vi prövar det varje år.",
    },
}
_NO_RISK = "Work details of few kinds, no special categories, no profiling and no decisions about people."
_RISKS = {
    Processing.EVENT: "Dietary needs may say something of health or belief. They rest on consent, concern few people at"
    " a time, and go right after the event. So there is no high risk.",
    Processing.TRAIL: "It watches staff and not visitors, is read by the officer and the auditor alone, and ends after"
    " 24 months.",
}
_PROSPECTS = (
    "Many people who have not asked us for anything, from sources of others. Risks: they do not know of it, and cannot"
    " say no. Measures: each is told within a month, one click stops it, and all goes after 18 months without a word"
    " from them. What remains is no high risk, so the authority was not consulted."
)


def decide(policy: PolicyVersion, at: dt.datetime) -> None:
    """Put the assessments on record: all of them current, and one to be reviewed soon."""
    news = _last(policy)
    purposes = [each for each in assessments.of_policy(policy) if each not in news]
    _assess(_AGREEMENT, [each for each in purposes if each.scenario in AGREEMENT_SCENARIOS], 100, policy, at)
    _assess(_ASKED, [each for each in purposes if each.scenario not in AGREEMENT_SCENARIOS], 100, policy, at)
    _assess(_NEWS, news, 350, policy, at)
    for processing in Processing:
        _impact(processing, policy, at)


def draft(policy: PolicyVersion, at: dt.datetime) -> None:
    """Leave a draft that keeps prospects half as long, with the numbers of what it does."""
    begun = drafting.start(at=at, by=BY)
    halved = drafting.revise(begun, _halved(Scenario.PROSPECT), seen=begun.digest, at=at, by=BY)
    policy_effects.keep(halved.pk, at=at)


def _last(policy: PolicyVersion) -> list[Purpose]:
    """Return what is news: of each scenario its last purpose, and all of those of prospects."""
    found = {each.scenario: each for each in assessments.of_policy(policy)}
    of_prospects = [each for each in assessments.of_policy(policy) if each.scenario == Scenario.PROSPECT]
    return list(dict.fromkeys([*found.values(), *of_prospects]))


def _assess(said: dict[str, Any], covered: list[Purpose], days: int, policy: PolicyVersion, at: dt.datetime) -> None:
    then = at - dt.timedelta(days=days)
    made = InterestAssessment(**said, **_days(policy, then))
    assessments.assess(made, covered, at=then, by=BY)


def _impact(processing: Processing, policy: PolicyVersion, at: dt.datetime) -> None:
    then = at - dt.timedelta(days=100)
    needed = processing == Processing.PROSPECT
    text = _PROSPECTS if needed else _RISKS.get(processing, _NO_RISK)
    made = ImpactAssessment(processing=processing, needed=needed, text=text, **_days(policy, then))
    assessments.assess_impact(made, at=then, by=BY)


def _days(policy: PolicyVersion, then: dt.datetime) -> dict[str, dt.date]:
    decided_on = day_of(then, policy.zone)
    return {"decided_on": decided_on, "review_on": add_months(decided_on, 12)}


def _halved(scenario: str) -> Callable[[Source], Source]:
    def change(source: Source) -> Source:
        for rule in source["rule"]:
            if rule["scenario"] == scenario:
                rule["months"] //= 2
        return source

    return change
