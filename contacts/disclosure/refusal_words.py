"""Why people's data may not be given away, in numbers and without names: of one person, and of several."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from contacts.words.vocabulary import Scenario

# Of one person, where this is the reason that counts.
_ALONE = {
    "objected": gettext_lazy(
        "Nothing was given. They objected to marketing, so their details are not shared with a reseller."
    ),
    "left": gettext_lazy(
        "Nothing was given. They left their organisation, so their details are not shared with a reseller."
    ),
}
_ONE = {
    "gone": gettext_lazy("no longer held"),
    "reduced": gettext_lazy("reduced to what the law makes us keep"),
    "restricted": gettext_lazy("restricted"),
    "frozen": gettext_lazy("frozen by a request or a claim"),
    "elsewhere": gettext_lazy("not held as %(purpose)s"),
    "untold": gettext_lazy("not informed yet of where we have their details from"),
    "unshared": gettext_lazy("not told of a purpose for which we share their details"),
}
_SEVERAL: dict[str, Any] = {
    "gone": ngettext_lazy("%(number)s no longer held", "%(number)s no longer held", "number"),
    "reduced": ngettext_lazy(
        "%(number)s reduced to what the law makes us keep", "%(number)s reduced to what the law makes us keep", "number"
    ),
    "restricted": ngettext_lazy("%(number)s restricted", "%(number)s restricted", "number"),
    "frozen": ngettext_lazy(
        "%(number)s frozen by a request or a claim", "%(number)s frozen by a request or a claim", "number"
    ),
    "elsewhere": ngettext_lazy("%(number)s not held as %(purpose)s", "%(number)s not held as %(purpose)s", "number"),
    "untold": ngettext_lazy(
        "%(number)s not informed yet of where we have their details from",
        "%(number)s not informed yet of where we have their details from",
        "number",
    ),
    "unshared": ngettext_lazy(
        "%(number)s not told of a purpose for which we share their details",
        "%(number)s not told of a purpose for which we share their details",
        "number",
    ),
    "objected": ngettext_lazy(
        "%(number)s objected to marketing, so their details are not shared with a reseller",
        "%(number)s objected to marketing, so their details are not shared with a reseller",
        "number",
    ),
    "left": ngettext_lazy(
        "%(number)s left their organisation, so their details are not shared with a reseller",
        "%(number)s left their organisation, so their details are not shared with a reseller",
        "number",
    ),
}


def refusal(asked: int, wrong: Mapping[str, int], purpose: Scenario) -> str:
    """Return why nothing was given of so many people; `wrong` has how many of them each reason is true of."""
    if asked > 1:
        facts = {why: {"number": number, "purpose": purpose.label} for why, number in wrong.items()}
        told = ", ".join(str(_SEVERAL[why] % facts[why]) for why in wrong)
        return _("Nothing was given. Of %(asked)s people asked for: %(told)s.") % {"asked": asked, "told": told}
    if alone := next((said for why, said in _ALONE.items() if why in wrong), None):
        return str(alone)
    told = ", ".join(_ONE[why] % {"purpose": purpose.label} for why in wrong)
    return _("Nothing was given: the person is %(told)s.") % {"told": told}
