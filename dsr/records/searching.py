"""Find requests by what an officer types: a number, a name, a whole address, what was asked for, or how it stands."""

import re
from contextlib import suppress
from typing import Any

from django.db.models import Q

from contacts.base import searching
from contacts.models import Contact
from contacts.words.addresses import MalformedAddressError, every_hash, normalise
from dsr.models import Paper, Requests, Subject
from dsr.words.vocabulary import Kind, PaperKind, State

_NUMBER = re.compile(r"(\d{4})-0*(\d{1,9})")
_MOST_WORDS = 8


def found(requests: Requests, text: str) -> Requests:
    """Return those of the requests that the text finds, all where it is empty; each word has to fit."""
    text = text.strip()
    if number := _NUMBER.fullmatch(text):
        return requests.filter(received_on__year=int(number[1]), pk=int(number[2]))
    with suppress(MalformedAddressError):
        return requests.filter(_of_address(normalise(text)))
    for word in text.split()[:_MOST_WORDS]:
        requests = requests.filter(_of_word(word))
    return requests


def _of_address(address: str) -> Q:
    """Tell whether it was asked from an address, is about who has it, or has it in its papers."""
    said = Q(text=address) | Q(data__address=address) | Q(data__old_address=address)
    papers = Paper.objects.filter(said, kind__in=[PaperKind.ADDRESS, PaperKind.STATEMENT])
    people = Subject.objects.filter(contact__email=address)
    own = Q(address_hash__in=every_hash(address))
    return own | Q(pk__in=people.values("request")) | Q(pk__in=papers.values("request"))


def _of_word(word: str) -> Q:
    """Tell whether a word is in what was asked for or how it stands, as the page shows it, or in a name."""
    people = Subject.objects.filter(contact__in=searching.found(Contact.objects.all(), word).values("pk"))
    called = Paper.objects.filter(kind=PaperKind.STATEMENT, data__name__icontains=word)
    named = Q(pk__in=people.values("request")) | Q(pk__in=called.values("request"))
    return named | Q(kind__in=_shown(word, Kind.choices)) | Q(state__in=_shown(word, State.choices))


def _shown(word: str, choices: Any) -> list[str]:
    return [code for code, label in choices if word.casefold() in str(label).casefold()]
