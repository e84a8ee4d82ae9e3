"""The record of processing (Art. 30(1)(a) to (g) GDPR), composed from what rules, so that nothing is typed twice.

Purposes, categories and periods come from the policy, recipients and transfers from their register, measures from roles
and settings, and what the product itself needs from the apps' `personal_data.py`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion, ScenarioRule
from contacts.policy import policy_words
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock
from dsr.package import walking
from privacy_crm.registers import columns, measures, outside
from privacy_crm.registers.own import OF_PEOPLE, all_of

type Record = dict[str, Any]

VIEW_PEOPLE = "contacts.view_contact"


def compose(policy: PolicyVersion, *, at: dt.datetime) -> dict[str, Record]:
    """Return the record as it stands at `at`, in each language: plain data, which a snapshot keeps as it is."""
    return {language: _composed(policy, language, at) for language, _name in settings.LANGUAGES}


def _composed(policy: PolicyVersion, language: str, at: dt.datetime) -> Record:
    with translation.override(language):
        company = policy.controller
        day = day_of(at, policy.zone)
        return {
            "language": language,
            "title": _("Record of processing activities"),
            "company": company["name"],
            "company_address": company["address"],
            "day": day.isoformat(),
            "policy": policy.number,
            "controller": _controller(company),
            "processings": [
                *(_of_rule(rule, policy, language, day) for rule in policy.each_rule),
                *(columns.of_own(own, day) for own in all_of(walking.named())),
            ],
            "measures": measures.general(),
        }


def _controller(company: dict[str, Any]) -> list[list[str]]:
    """Art. 30(1)(a). What a policy may leave out is not known, rather than not there."""
    missing = measures.unknown(_("The privacy officer adds it to the policy, under the company's details."))
    authority = company["authority"]
    return [
        [_("Controller"), f"{company['name']}, {company['number']}"],
        [_("Address"), str(company["address"])],
        [_("Contact"), ", ".join(str(company[name]) for name in ("email", "phone") if company.get(name))],
        [_("Contact for privacy"), str(company["privacy_contact"])],
        [_("Data protection officer"), str(company.get("data_protection_officer") or missing)],
        [_("Representative"), str(company.get("representative") or missing)],
        [_("Joint controllers"), str(company.get("joint_controllers") or missing)],
        [_("Supervisory authority"), str(authority["name"])],
    ]


def _of_rule(rule: ScenarioRule, policy: PolicyVersion, language: str, day: dt.date) -> dict[str, Any]:
    promise = policy_words.promise(rule, language)
    given = outside.recipients(day, rule.scenario)
    return columns.processing(
        rule.scenario,
        promise.title,
        purposes=[*promise.purposes, _("Legal basis: %s") % promise.legal_basis],
        people=[_("people held as: %s") % promise.title],
        data=[*(_category(word) for word in rule.categories), _beside()],
        recipients=outside.told(given),
        transfers=outside.transfers(given, day),
        periods=_periods(rule),
        measures=[measures.readers({VIEW_PEOPLE})],
    )


def _category(word: str) -> str:
    label = str(Category(word).label)
    if word == Category.FOOD_PREFERENCES:
        return _("%s (Art. 9 GDPR, with explicit consent)") % label
    return label


def _beside() -> str:
    """Name what hangs on a person's record beside the categories of the policy."""
    return _("with their record: %s") % ", ".join(columns.names_of(sorted(OF_PEOPLE - {"contacts.Contact"})))


def _periods(rule: ScenarioRule) -> Iterable[str]:
    text = {
        Clock.AGREEMENT_END: _("%s after the last agreement of their organisation has ended"),
        Clock.LAST_ACTIVITY: _("%s after their last activity"),
        Clock.COLLECTION: _("%s after the day on which their details were collected"),
    }[Clock(rule.clock)]
    yield text % policy_words.period(rule.months)
    if rule.clock == Clock.AGREEMENT_END:
        months = rule.version.rule("prospect").months
        text = _("where no agreement is on record: %s after the day on which their details were collected")
        yield text % policy_words.period(months)
    yield capfirst(_("longer where a law or a claim asks for it, as each hold says"))
