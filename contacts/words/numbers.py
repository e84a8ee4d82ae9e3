"""How a number is written: 32,769 in English, 32 769 in Swedish."""

from django.utils.formats import number_format


def grouped(number: int) -> str:
    """Return a number with separators, as readers of the active language write it."""
    return number_format(number, force_grouping=True)
