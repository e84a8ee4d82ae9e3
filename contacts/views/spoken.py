"""What a page says of a whitepaper or an event, in the visitor's language."""

from typing import Any

from django.utils.translation import gettext as _

from contacts.delivery.letters.event_words import when
from contacts.models import Event, Whitepaper
from contacts.policy.policy_words import FALLBACK
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import EventKind, Scenario


def of_wish(wish: Wish, language: str) -> dict[str, Any]:
    """Return `kicker`, `title`, `summary` and what else there is to say of what somebody asks for."""
    if wish.whitepaper:
        return of_whitepaper(wish.whitepaper, language)
    if wish.event:
        return of_event(wish.event, language)
    return of_registration(wish.scenario) if wish.scenario else of_consent()


def of_whitepaper(whitepaper: Whitepaper, language: str) -> dict[str, Any]:
    return {
        "kicker": _("Free guide"),
        "title": whitepaper.title,
        "whitepaper": whitepaper,
        **_summary(whitepaper.summary, language),
    }


def of_event(event: Event, language: str) -> dict[str, Any]:
    return {
        "kicker": _("Webinar") if event.kind == EventKind.WEBINAR else _("Event"),
        "title": event.title,
        "event": event,
        "physical": event.kind == EventKind.PHYSICAL,
        "when": when(event),
        **_summary(event.summary, language),
    }


def of_registration(scenario: str) -> dict[str, Any]:
    partner = scenario == Scenario.PARTNER
    return {
        "kicker": _("Registration"),
        "title": _("Register as a partner") if partner else _("Register as a customer"),
        "summary": _("You reach our support, and hear of changes that concern you."),
        "summary_language": "",
    }


def of_consent() -> dict[str, Any]:
    return {"kicker": _("News"), "title": _("Our news, if you want it"), "summary": "", "summary_language": ""}


def _summary(texts: dict[str, str], language: str) -> dict[str, str]:
    said = language if texts.get(language) else FALLBACK
    return {"summary": texts.get(said, ""), "summary_language": "" if said == language else said}
