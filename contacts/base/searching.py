"""Find people by what is typed: an id or a whole address finds one person, words find whoever has all of them.

Words are looked for in name, address and company, and in the name of the person's organisation. What is typed may be
somebody's name: it is asked and forgotten.
"""

import uuid
from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Upper

from contacts.models import Contact, Organisation
from contacts.models.people import SEARCHED
from contacts.words.addresses import MalformedAddressError, normalise

# What the trigram indexes find by. A shorter word is looked for as a whole: "Li" would be in every second name.
_SHORTEST_PART = 3
_MOST_WORDS = 8


def found(people: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Return those of the people whom the text finds: everybody where it is empty, nobody where it says nothing."""
    text = text.strip()
    if not text:
        return people
    with suppress(ValueError):
        return people.filter(public_id=uuid.UUID(text))
    with suppress(MalformedAddressError):
        return people.filter(email=normalise(text))
    words = [word for word in text.split() if any(map(str.isalnum, word))][:_MOST_WORDS]
    return people.filter(pk__in=_having(words)) if words else people.none()


def _having(words: list[str]) -> QuerySet[Any, Any]:
    """Return the keys of people with all the words: their own, or some of them their organisation's, before or after.

    Each way is a query with its indexes; one condition for all of them would have none. Their union is answered before
    anything is sorted, so that a rare word never leads the planner along all people by key.
    """
    ways = [_either(words[:cut], words[cut:]) for cut in range(len(words) + 1)]
    ways += [_either(words[cut:], words[:cut]) for cut in range(1, len(words))]
    return ways[0].union(*ways[1:])


def _either(own: list[str], of_organisation: list[str]) -> QuerySet[Any, Any]:
    people = Contact.objects.alias(text=SEARCHED).filter(*(_in("text", word) for word in own))
    if of_organisation:
        named = Organisation.objects.alias(text=Upper("name")).filter(*(_in("text", word) for word in of_organisation))
        people = people.filter(organisation__in=named)
    return people.values("pk")


def _in(text: str, word: str) -> Q:
    """Say that a text in capitals has a word: as a part of it, or by itself where it is short."""
    if len(word) >= _SHORTEST_PART:
        return Q(**{f"{text}__contains": Upper(Value(word))})
    return (
        Q(**{text: Upper(Value(word))})
        | Q(**{f"{text}__startswith": Upper(Value(f"{word} "))})
        | Q(**{f"{text}__contains": Upper(Value(f" {word} "))})
        | Q(**{f"{text}__endswith": Upper(Value(f" {word}"))})
    )
