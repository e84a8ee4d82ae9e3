"""What the columns of our lists are called that show a field as it is, without a name of its own for it.

Django would read the field's name aloud, in English. It is said here, and not with each field, since a migration would
follow from that.
"""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _

_NAMES: dict[str, Any] = {
    "asked_at": _("asked at"),
    "channel": _("channel"),
    "decided_on": _("decided on"),
    "ends_at": _("ends at"),
    "event": _("event"),
    "kind": _("kind"),
    "legal_reference": _("legal reference"),
    "name": _("name"),
    "note": _("note"),
    "number": _("number"),
    "organisation": _("organisation"),
    "place": _("place"),
    "published_at": _("published at"),
    "reason": _("reason"),
    "recipient": _("recipient"),
    "review_on": _("review on"),
    "role": _("role"),
    "slug": _("short name"),
    "source": _("source"),
    "started_at": _("started at"),
    "started_on": _("started on"),
    "time_zone": _("time zone"),
    "title": _("title"),
    "valid_from": _("valid from"),
    "valid_through": _("valid through"),
}
_OURS = ("contacts", "dsr", "retention", "privacy_crm")


def give() -> None:
    """Give them to the fields of our tables, and to Django's own groups, which are our roles."""
    ours = [model for app in _OURS for model in apps.get_app_config(app).get_models()]
    for model in [*ours, apps.get_model("auth.Group")]:
        for field in model._meta.fields:
            if field.name in _NAMES and field.verbose_name in (field.name.replace("_", " "), "name"):
                field.verbose_name = _NAMES[field.name]
