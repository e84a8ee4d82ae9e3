"""What a guest is told of their event: that they have a place, and whatever happens to it. Never what they eat (P8)."""

from django.utils.translation import gettext as _

from contacts.base.fields import one_line
from contacts.delivery.letters.event_words import when
from contacts.delivery.letters.parts import Button, Facts, Heading, Letter, Occasion, Part, Text
from contacts.events import calendars
from contacts.models import Event
from contacts.outbox import links
from contacts.signups.sign_ups import Wish, closed
from contacts.words.vocabulary import SCENARIO_OF_EVENT, EventKind


def registered(occasion: Occasion) -> Letter:
    return _letter(occasion, _("Your place at %(title)s"), _("You have a place at “%(title)s”."), _standing(occasion))


def reminder(occasion: Occasion) -> Letter:
    return _letter(
        occasion, _("Reminder: %(title)s"), _("“%(title)s” begins soon, and you have a place."), _standing(occasion)
    )


def moved(occasion: Occasion) -> Letter:
    text = _("“%(title)s” has changed. You still have a place, and this is how it stands now.")
    return _letter(occasion, _("Changed: %(title)s"), text, _standing(occasion))


def cancelled(occasion: Occasion) -> Letter:
    text = _("“%(title)s” is cancelled. It was to take place on %(when)s.")
    return _letter(
        occasion,
        _("Cancelled: %(title)s"),
        text,
        [Text(_("The attached file takes it out of your calendar."))],
    )


def given_up(occasion: Occasion) -> Letter:
    """Tell the guest, since the link that gave up their place stands in mails that can be passed on."""
    event = occasion.event
    about = {"title": one_line(event.title), "when": when(event)}
    text = _("Your place at “%(title)s” is cancelled. It takes place on %(when)s.")
    food = _("If you told us about dietary needs, we have deleted them.")
    return Letter(
        _("Your place is cancelled: %(title)s") % about,
        [Text(text % about), *([Text(food)] if Wish.of_event(event).asks_food else []), *_coming_back(event, occasion)],
        _("You get this mail because you had a place at this event."),
        SCENARIO_OF_EVENT[EventKind(event.kind)],
    )


def _coming_back(event: Event, occasion: Occasion) -> list[Part]:
    if closed(event, occasion.at):
        return [Text(_("Was it not you? Write to us, and we will see whether there is a place left."))]
    again = _("Was it not you, or would you like to come after all? Sign up again while there are places left.")
    return [Text(again), Button(_("Sign up again"), links.page("event", event.slug))]


def _letter(occasion: Occasion, subject: str, text: str, parts: list[Part]) -> Letter:
    event = occasion.event
    about = {"title": one_line(event.title), "when": when(event)}
    return Letter(
        subject % about,
        [Text(text % about), *parts],
        _("You get this mail because you have a place at this event."),
        SCENARIO_OF_EVENT[EventKind(event.kind)],
        calendar=calendars.of_event(event, policy=occasion.policy, at=occasion.at),
        calendar_method=calendars.method_of(event),
    )


def _standing(occasion: Occasion) -> list[Part]:
    """When and where, the calendar file, and how to give the place up."""
    event, where = occasion.event, calendars.where(occasion.event)
    joins = event.kind == EventKind.WEBINAR and bool(event.link)
    facts = [(_("When"), when(event)), *([(_("Where"), where)] if where and not joins else [])]
    joining: list[Part] = [Button(_("Join the webinar"), where)] if joins else []
    return [Facts(facts), *joining, Text(_("The attached file puts it into your calendar.")), *_giving_up(occasion)]


def _giving_up(occasion: Occasion) -> list[Part]:
    place = occasion.message.registration
    if place is None:
        return []
    return [
        Heading(_("If you cannot come")),
        Text(_("Leave your place to somebody else: the page behind this link has a button for it.")),
        Button(_("Give up your place"), links.page("place", links.place(place))),
        *_about_food(occasion),
    ]


def _about_food(occasion: Occasion) -> list[Part]:
    """Say to every guest alike, whatever they told, how a consent is taken back."""
    if not Wish.of_event(occasion.event).asks_food:
        return []
    return [Text(_("Did you tell us about dietary needs? On the same page you can delete them and keep your place."))]
