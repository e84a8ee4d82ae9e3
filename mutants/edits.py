"""One change of a source text, and what it makes of it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Edit:
    """Put `text` between two offsets; `what` says so in a few words."""

    start: int
    end: int
    text: str
    what: str

    def moved(self, by: int) -> "Edit":
        return replace(self, start=self.start + by, end=self.end + by)

    def of(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]
