"""What cells of other programs say, in the words of the import's contract."""

_TONGUES = {"swedish": "sv", "svenska": "sv", "schwedisch": "sv", "english": "en", "engelska": "en", "englisch": "en"}
# Whatever else stands in a column of those who said no is a no: to miss one would be worse than to heed one too many.
_NOT_A_NO = frozenset({"", "0", "false", "no", "n", "nej", "nein", "ei", "falskt", "falsch", "f", "none", "null", "-"})


def language(text: str) -> str:
    """Return the code of a language: `sv` for sv-SE or Swedish; empty where it is none."""
    said = text.strip().casefold()
    code = _TONGUES.get(said, said.replace("_", "-").partition("-")[0])
    return code if len(code) == 2 else ""


def divide(name: str) -> tuple[str, str]:
    """Return first and last name of a full one: by the comma in “Lindqvist, Aino”, else by the last space."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _space, last = name.strip().rpartition(" ")
    return (first.strip(), last) if first else (last, "")


def says_no(text: str) -> bool:
    """Tell whether a cell of a column of objections holds one."""
    return text.strip().casefold() not in _NOT_A_NO
