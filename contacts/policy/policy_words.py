"""What a policy says, in one language: its texts, with the periods filled in from the rules that the nightly run uses.

Page, notes and admin read the policy through here, so that none can name another period than the one kept (P24).
"""

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import InterestAssessment, PolicyVersion, ScenarioRule
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis, Scenario, Use

FALLBACK = "en"  # every policy has its texts in English

# The sections of a policy that stand around its six rules, in the order in which people read them.
BEFORE = ("introduction",)
FIRST = ("meaning",)
AFTER = (
    *("rights", "complaints", "beside", "sharing", "transfers", "security", "changes"),
    *("cookies", "third_party_sites", "applicants"),
)
SECTIONS = BEFORE + FIRST + AFTER


@dataclass(frozen=True)
class Promise:
    """One rule as its readers see it: `anchor` is its place on the page, `kept` its period and clock in a sentence.

    `marked` has each purpose with what it stands for, as far as that is said. `consents` says what rests on the
    reader's consent alone. `unverified` is the period for whose organisation no
    agreement is on record, and empty where no agreement is asked for; the note by the form says so, too.
    """

    anchor: str
    title: str
    purposes: list[str]
    marked: list[tuple[str, str]]
    categories: list[str]
    legal_basis: str
    consents: list[str]
    period: str
    kept: str
    unverified: str
    note: str
    text: str
    recipients: list[str]
    transfers: str
    language: str


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    text: str
    language: str


def languages(policy: PolicyVersion) -> list[str]:
    """Return the languages that the policy is published in, the company's first one first."""
    return list(policy.controller.get("languages") or [FALLBACK])


def shown(number: int | None, then: int | None, on: dt.date | None = None) -> str:
    """Return which version of the policy somebody was shown, and on which day; where that is not known, the version
    `then` in force, when their details were collected.
    """
    if number is not None and on is not None:
        return _("version %(number)s, on %(day)s") % {"number": number, "day": date_format(on, "DATE_FORMAT")}
    if number is not None:
        return _("version %s") % number
    if then is not None:
        return _("not known; version %s was in force when the details were collected") % then
    return _("not known; no version was in force when the details were collected")


def promises(policy: PolicyVersion, language: str) -> list[Promise]:
    """Return the six rules in the policy's own order."""
    return [promise(rule, language) for rule in policy.each_rule]


def promise(rule: ScenarioRule, language: str) -> Promise:
    """Return one rule in words. Call it with the language active: the frame of the sentences follows that."""
    spoken = language if language in rule.text else FALLBACK
    length = period(rule.months)
    unverified = _unverified(rule, spoken)
    note = _in(rule.note, spoken).replace("{period}", length)
    return Promise(
        anchor=rule.scenario,
        title=_in(rule.title, spoken),
        purposes=_in(rule.purposes, spoken),
        marked=list(zip_longest(_in(rule.purposes, spoken), [str(Use(use).label) for use in rule.uses], fillvalue="")),
        categories=[str(Category(word).label) for word in rule.categories],
        legal_basis=str(LegalBasis(rule.legal_basis).label),
        consents=_consents(rule),
        period=length,
        kept=kept(rule),
        unverified=unverified,
        note=f"{note} {unverified}".strip(),
        text=_in(rule.text, spoken).replace("{period}", length),
        recipients=_in(rule.recipients, spoken) or [],
        transfers=_in(rule.transfers, spoken) or "",
        language=spoken,
    )


def _consents(rule: ScenarioRule) -> list[str]:
    food = [_("dietary needs: your explicit consent (Art. 9(2)(a) GDPR)")]
    news = _("news, where the law of your country asks for it: your consent (Art. 6(1)(a) GDPR)")
    return [news, *(food if Category.FOOD_PREFERENCES in rule.categories else [])]


def _unverified(rule: ScenarioRule, language: str) -> str:
    """Return what holds for a customer or partner whose contract nothing proves, as the nightly run has it."""
    if rule.clock != Clock.AGREEMENT_END:
        return ""
    with translation.override(language):
        text = _(
            "Until we have found an agreement with your organisation, we keep your details for %s after the day on"
            " which we collected them."
        )
        return text % period(rule.version.rule(Scenario.PROSPECT).months)


def sections(policy: PolicyVersion, language: str, names: tuple[str, ...]) -> list[Section]:
    """Return those of the named sections that the policy has."""
    found = [(name, policy.texts[name]) for name in names if name in policy.texts]
    return [_section(name, texts, language) for name, texts in found]


def summary(policy: PolicyVersion, language: str) -> str:
    """Return what a version changed, in short; empty for one that was published from a file."""
    return _in(policy.summary, language) or ""


@dataclass(frozen=True)
class Assessed:
    """Why our interest outweighs that of the people held under a scenario, in short."""

    anchor: str
    text: str
    decided_on: dt.date
    language: str


def assessed(standing: dict[str, list[InterestAssessment]], language: str) -> list[Assessed]:
    """Return the summaries of the assessments that the scenarios rest on."""
    return [
        Assessed(
            scenario, _in(each.summary, language), each.decided_on, language if language in each.summary else FALLBACK
        )
        for scenario, found in standing.items()
        for each in found
    ]


def period(months: int) -> str:
    """Return a number of calendar months in words."""
    return ngettext("%d month", "%d months", months) % months


def kept(rule: ScenarioRule) -> str:
    """Return how long the people held under a rule are kept: "18 months after your last activity"."""
    text = {
        Clock.AGREEMENT_END: _("%s after your organisation's last agreement has ended"),
        Clock.LAST_ACTIVITY: _("%s after your last activity"),
        Clock.COLLECTION: _("%s after the day on which we collected your details"),
    }[Clock(rule.clock)]
    return text % period(rule.months)


def kept_unverified(version: PolicyVersion) -> str:
    """Return the same for a customer or partner whose contract nothing proves."""
    return _("%s after the day on which we collected your details") % period(version.rule(Scenario.PROSPECT).months)


def _section(name: str, texts: dict[str, str], language: str) -> Section:
    spoken = language if language in texts else FALLBACK
    return Section(anchor(name), heading(name), _in(texts, spoken), spoken)


def anchor(section: str) -> str:
    return section.replace("_", "-")


def heading(section: str) -> str:
    return {
        "introduction": _("About this policy"),
        "meaning": _("What the words mean"),
        "rights": _("What you can decide"),
        "complaints": _("If you are unhappy with us"),
        "beside": _("What else we process"),
        "changes": _("When this policy changes"),
        "sharing": _("Who else gets your details"),
        "transfers": _("Outside the EU and the EEA"),
        "security": _("How we protect your details"),
        "cookies": _("Cookies, and our services"),
        "third_party_sites": _("Sites that others run"),
        "applicants": _("If you apply for a job"),
    }[section]


def _in(texts: dict[str, Any], language: str) -> Any:
    return texts.get(language) or texts.get(FALLBACK)
