"""What pages and API say of something that is not to be had, or not any more."""

from http import HTTPStatus

from django.utils.translation import gettext as _


def words(code: str) -> dict[str, str]:
    """Return heading and text for the code of a SignUpRefusedError."""
    return {
        "full": {
            "heading": _("All places are taken"),
            "text": _("If somebody gives up their place, you can sign up here again."),
        },
        "past": {"heading": _("This event is over"), "text": _("Look at what is coming up instead.")},
        "closed": {
            "heading": _("Sign-up is closed"),
            "text": _("Write to us if you have a question about this event."),
        },
        "cancelled": {
            "heading": _("This event is cancelled"),
            "text": _("It will not take place. Look at what is coming up instead."),
        },
        "withdrawn": {
            "heading": _("This guide is no longer available"),
            "text": _("We have taken it off our website. Look at the others instead."),
        },
    }[code]


def status(code: str) -> HTTPStatus:
    """Return 410 for what is gone for good, and 409 for what is not to be had now."""
    return HTTPStatus.GONE if code in {"cancelled", "withdrawn"} else HTTPStatus.CONFLICT
