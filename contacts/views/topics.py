"""The topics that a person may be written to about, on the pages where they choose among them."""

from dataclasses import dataclass

from django.http import QueryDict

from contacts.models import Contact, Topic
from contacts.permission import interests


@dataclass(frozen=True)
class Line:
    """One topic, in the visitor's language, and whether they are written to about it."""

    pk: int
    name: str
    about: str
    on: bool


def of_person(contact: Contact, language: str) -> list[Line]:
    wanted = interests.wanted(contact)
    return [
        Line(topic.pk, topic.named(language), topic.described(language), topic.pk in wanted)
        for topic in Topic.objects.all()
    ]


def sent(said: QueryDict) -> tuple[set[int], set[int]]:
    """Return the topics that a form shows, and those that are ticked in it; what is none of ours is passed over."""
    known = {str(pk): pk for pk in Topic.objects.values_list("pk", flat=True)}
    shown, ticked = ({known[text] for text in said.getlist(name) if text in known} for name in ("shown", "topic"))
    return shown, ticked
