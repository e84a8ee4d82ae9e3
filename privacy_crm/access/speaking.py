"""Which language a member of staff has chosen for their account."""

from collections.abc import Collection

from privacy_crm.models import StaffLanguage


def chosen(addresses: Collection[str]) -> dict[str, str]:
    """Return the languages chosen by the open accounts with these addresses (`STAFF_LANGUAGES`)."""
    found = StaffLanguage.objects.filter(user__email__in=addresses, user__is_active=True)
    return dict(found.order_by("user").values_list("user__email", "language"))
