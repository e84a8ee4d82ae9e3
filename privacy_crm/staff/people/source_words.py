"""How staff read where something came from, or how it was heard: the records hold codes of the doors.

What is no code was written by somebody in their own words, as in an import, and is shown as it is.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_DOORS: dict[str, Any] = {
    "form": gettext_lazy("on the sign-up form"),
    "embed": gettext_lazy("on the sign-up form, embedded in another website"),
    "api": gettext_lazy("on the form of another website"),
    "check-in": gettext_lazy("at the door of an event"),
    "preferences": gettext_lazy("on the preference page"),
    "stopped on the preference page": gettext_lazy("on the preference page"),
    "unsubscribed on our page": gettext_lazy("on the page to unsubscribe"),
    "unsubscribed by one click": gettext_lazy("with the unsubscribe button of their mail program"),
    "withdrawn on My data": gettext_lazy("on “My data”"),
    "objected on My data": gettext_lazy("on “My data”"),
    "asked to be deleted": gettext_lazy("with their request to be deleted"),
    "objected to other use": gettext_lazy("with their objection to other use"),
    "complaint": gettext_lazy("they reported a mail as spam"),
}
_KEY = "api:"  # what a server with a key sent; the name of the key follows


def told(source: str) -> str:
    """Return a source in words."""
    if source.startswith(_KEY):
        return _("by the program “%s”") % source.removeprefix(_KEY)
    return str(_DOORS.get(source, source))
