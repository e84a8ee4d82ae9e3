"""Note that somebody whose address is proven came to an event: it is something they did, and can be taken back."""

import datetime as dt

from django.db.models import Value
from django.db.models.functions import Coalesce

from contacts.models import PolicyVersion, Registration
from contacts.people import activities
from contacts.words.vocabulary import ActivityKind


def note(
    place: Registration, since: dt.datetime, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> dt.datetime | None:
    """Have a guest be in since a moment, and return since when they are: whoever was in before stays so.

    None where the place has been given up. Call it under the lock on the person.
    """
    places = Registration.objects.filter(pk=place.pk, cancelled_at=None)
    before = Coalesce(Value(activities.untold(place.contact_id, policy=policy)), "active_before")
    if places.filter(attended_at=None).update(attended_at=since, active_before=before):
        slug = place.event.slug
        activities.record(place.contact_id, ActivityKind.ATTENDANCE, since, slug, policy=policy, at=at, by=by)
        return since
    return places.values_list("attended_at", flat=True).first()
