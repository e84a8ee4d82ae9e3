"""What must be true of the settings: looked at when the product starts, not at the first request."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from contacts.base.working_days import holidays_of

OF_REQUESTS = "requests"

FEWEST_MONTHS = 12  # the figures of the last twelve months are made of the requests themselves


@register(OF_REQUESTS)
def holidays_are_known(**_options: Any) -> list[CheckMessage]:
    """Find a place whose public holidays nobody has collected: no answer could be given a legal date."""
    try:
        holidays_of(settings.HOLIDAYS_COUNTRY)
    except NotImplementedError:
        return [
            Error(
                f"HOLIDAYS_COUNTRY is {settings.HOLIDAYS_COUNTRY!r}, whose public holidays are not known.",
                hint="Set it to the ISO code of a country, such as SE, or of a part of one, such as GB-ENG.",
                id="dsr.E001",
            )
        ]
    return []


@register(OF_REQUESTS)
def eves_are_known(**_options: Any) -> list[CheckMessage]:
    """Find eves that are to count in a country of which nobody has collected any."""
    if not settings.EVES_ARE_HOLIDAYS or holidays_are_known():
        return []
    try:
        holidays_of(settings.HOLIDAYS_COUNTRY, eves=True)
    except NotImplementedError:
        return [
            Error(
                f"EVES_ARE_HOLIDAYS is on, and no eves are known of {settings.HOLIDAYS_COUNTRY!r}.",
                hint="Switch it off. It is for Sweden, whose courts treat three eves as Sundays.",
                id="dsr.E003",
            )
        ]
    return []


@register(OF_REQUESTS)
def requests_are_kept_a_year(**_options: Any) -> list[CheckMessage]:
    if settings.REQUEST_MONTHS >= FEWEST_MONTHS:
        return []
    return [
        Error(
            f"REQUEST_MONTHS is {settings.REQUEST_MONTHS}: closed requests would be gone before a year is over.",
            hint=f"Set it to {FEWEST_MONTHS} or more. The officer's home page counts the last twelve months.",
            id="dsr.E002",
        )
    ]
