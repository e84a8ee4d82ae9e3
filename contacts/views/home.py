"""What the company has to give: its whitepapers, and the events that are coming."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.models import Event, Whitepaper
from contacts.views import spoken
from contacts.views.frame import Visit, framed


@require_safe
@framed
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List what visitors may ask for now."""
    at, language = timezone.now(), visit.language
    coming = Event.objects.filter(signup_open=True, cancelled_at__isnull=True, over_at__gt=at)
    context = {
        "whitepapers": [spoken.of_whitepaper(whitepaper, language) for whitepaper in Whitepaper.objects.published(at)],
        "events": [spoken.of_event(event, language) for event in _with_places(coming)],
    }
    title = _("Guides and events")
    found = visit.about("home", title=title, description=_("From our own work, free for you to read and to attend."))
    return visit.show("contacts/home.html", context | found)


def _with_places(events: QuerySet[Event]) -> QuerySet[Event]:
    """Say of each event whether it is `full`."""
    taken = Count("registrations", filter=Q(registrations__cancelled_at__isnull=True))
    return events.annotate(full=Q(capacity__lte=taken)).order_by("starts_at", "pk")
