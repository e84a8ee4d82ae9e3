"""The short note of a scenario, as a website shows it by the button (P14), and the language that it speaks."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from contacts.api import problems
from contacts.api.answers import ShownNote
from contacts.models import PolicyVersion
from contacts.policy import policies, policy_words
from contacts.signups.forms import food_wording, wording
from contacts.words.vocabulary import Channel, Scenario


def policy() -> PolicyVersion:
    """Return the policy in force; without one nobody may be asked for anything."""
    current = policies.current()
    if current is None:
        raise problems.not_now()
    return current


def speak(asked: str | None, shown: PolicyVersion) -> str:
    """Activate the language to answer in, and return it: the one asked for, Accept-Language, else the company's own."""
    offered = policy_words.languages(shown)
    wanted = asked or translation.get_language() or ""
    language = wanted if wanted in offered else offered[0]
    translation.activate(language)
    return language


def note(scenario: str, shown: PolicyVersion, language: str) -> ShownNote:
    """Return the note with the wording of each box, in the language that is active."""
    said = policy_words.promise(shown.rule(scenario), language)
    return ShownNote(
        scenario=Scenario(scenario),
        policy_version=shown.number,
        language=said.language,
        note=said.note,
        policy_page=f"{page('privacy', language)}#{said.anchor}",
        wordings=_wordings(scenario, shown),
    )


def page(name: str, language: str, slug: str = "") -> str:
    """Return the address of one of our own pages in a language."""
    path = reverse(name, kwargs={"slug": slug} if slug else None)
    return f"{settings.SITE_URL.rstrip('/')}{path}?lang={language}"


def _wordings(scenario: str, shown: PolicyVersion) -> dict[str, str]:
    words = {f"consent_{channel}": wording(channel, shown) for channel in (Channel.EMAIL, Channel.PHONE)}
    return words | ({"food_consent": food_wording()} if scenario == Scenario.EVENT else {})
