"""A whitepaper or an event, told to those who may get news about its topics."""

from django.utils.translation import gettext as _

from contacts.base.fields import one_line
from contacts.delivery.letters.event_words import when
from contacts.delivery.letters.parts import Button, Facts, Letter, Occasion, Part, Text, said_in
from contacts.models import Event, Topic, Whitepaper
from contacts.outbox import links
from contacts.words.vocabulary import SCENARIO_OF_EVENT, EventKind, Scenario


def announce(occasion: Occasion) -> Letter:
    """Say what there is, and where. Its way out is about the topic, where it has just one."""
    about = occasion.message.whitepaper or occasion.event
    topics = list(about.topics.all())
    return Letter(
        one_line(about.title),
        [Text(one_line(about.title)), *_summary(about, occasion), *_parts(about)],
        why(topics, occasion),
        _scenario(about),
        to_list=topics[0].slug if len(topics) == 1 else links.EVERYTHING,
    )


def _summary(about: Whitepaper | Event, occasion: Occasion) -> list[Part]:
    text = said_in(about.summary, occasion.language)
    return [Text(text)] if text else []


def _parts(about: Whitepaper | Event) -> list[Part]:
    if isinstance(about, Event):
        return [Facts([(_("When"), when(about))]), Button(_("Read more and sign up"), links.page("event", about.slug))]
    return [Button(_("Get the guide"), links.page("whitepaper", about.slug))]


def why(topics: list[Topic], occasion: Occasion) -> str:
    """Say why somebody gets news about topics."""
    if not topics:
        return _("You get this mail because %(company)s sends you news.") % {"company": occasion.company}
    named = ", ".join(topic.named(occasion.language) for topic in topics)
    text = _("You get this mail because %(company)s sends you news about: %(topics)s.")
    return text % {"company": occasion.company, "topics": named}


def _scenario(about: Whitepaper | Event) -> str:
    return SCENARIO_OF_EVENT[EventKind(about.kind)] if isinstance(about, Event) else Scenario.WHITEPAPER
