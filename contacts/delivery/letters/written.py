"""A letter written for one occasion: its words wait in its message, in the reader's language, until it is sent."""

from dataclasses import asdict
from typing import Any

from contacts.delivery.letters.parts import Button, Facts, Heading, Letter, LetterError, Occasion, Part, Text

_KINDS: dict[str, type[Text | Heading | Button | Facts]] = {part.kind: part for part in (Text, Heading, Button, Facts)}


def pack(letter: Letter, language: str) -> dict[str, Any]:
    """Return a letter as its message keeps it."""
    parts = [{"kind": part.kind, **asdict(part)} for part in letter.parts]
    return {"language": language, "subject": letter.subject, "why": letter.why, "parts": parts}


def read(written: dict[str, Any]) -> Letter:
    """Return the letter that was packed."""
    return Letter(written["subject"], [_part(said) for said in written["parts"]], written["why"])


def unpack(occasion: Occasion) -> Letter:
    """Return the letter that a message carries. Raises LetterError where its words are forgotten."""
    if occasion.message.written is None:
        raise LetterError("The words of this letter are forgotten.")
    return read(occasion.message.written)


def _part(said: dict[str, Any]) -> Part:
    fields = {name: value for name, value in said.items() if name != "kind"}
    return _KINDS[said["kind"]](**fields)
