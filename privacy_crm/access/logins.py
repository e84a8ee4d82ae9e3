"""Log-ins: how long each lasts, which ones an account has, and ending them (ADR 0059)."""

import datetime as dt
import ipaddress
import re

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from contacts.models import Event
from contacts.signups import limits
from privacy_crm.models import OpenLogin

LASTS = dt.timedelta(hours=12)
UNUSED = dt.timedelta(minutes=60)
_A_MINUTE = dt.timedelta(minutes=1)
_BEGAN = "logged_in_at"  # in the session, which a new key does not make younger


def noted(request: HttpRequest, user: User, *, at: dt.datetime) -> OpenLogin:
    """Return the log-in that a request belongs to, which the first one writes down."""
    key = request.session.session_key
    found = OpenLogin.objects.filter(pk=key, user=user.pk).select_related("door").first()
    if found:
        return found
    OpenLogin.objects.filter(pk=key).delete()
    began = dt.datetime.fromtimestamp(request.session.setdefault(_BEGAN, at.timestamp()), dt.UTC)
    where = {"network": network_of(request), "browser": browser_of(request)}
    login, _made = OpenLogin.objects.get_or_create(
        session_id=key, defaults={"user_id": user.pk, "began_at": min(began, at), "used_at": at, **where}
    )
    return login


def begin(request: HttpRequest, user: User, *, at: dt.datetime) -> None:
    """Write a log-in down as it begins, so that nothing which ends all of an account's misses it."""
    request.session[_BEGAN] = at.timestamp()
    if request.session.session_key is None:
        request.session.save()
    noted(request, user, at=at)


def is_over(login: OpenLogin, at: dt.datetime) -> bool:
    return at >= login.began_at + LASTS or at >= login.used_at + UNUSED


def is_at_door(login: OpenLogin, at: dt.datetime) -> bool:
    """Tell whether it checks guests in at an event that is neither over nor cancelled: those pages stay open to it.

    An event whose end is moved keeps no old log-in: the end that counts is that of the day when its door was opened.
    """
    door, until = login.door, login.door_until
    if door is None or until is None or door.cancelled_at:
        return False
    ends: dt.datetime = min(door.over_at, until)
    return ends > at


def use(login: OpenLogin, *, at: dt.datetime) -> None:
    """Note that a log-in is used, once a minute at most."""
    if at > login.used_at + _A_MINUTE:
        OpenLogin.objects.filter(pk=login.pk, used_at__lt=at).update(used_at=at)


def stand_at_door(login: OpenLogin, event: Event) -> None:
    OpenLogin.objects.filter(pk=login.pk).update(door=event, door_until=event.over_at)


def of(user_id: int, *, at: dt.datetime) -> QuerySet[OpenLogin]:
    """Return the log-ins of an account that still open something, the last used first."""
    return OpenLogin.objects.filter(_open(at), user=user_id).select_related("door").order_by("-used_at", "-began_at")


def handle(login: OpenLogin) -> str:
    """Name a log-in on a page: its own key would open it."""
    return limits.hidden(login.pk, "log-in")[:16]


def end(user_id: int, named: str, *, but: str) -> bool:
    """End one log-in of an account, by its handle; never the one with this key."""
    found = [login.pk for login in OpenLogin.objects.filter(user=user_id).exclude(pk=but) if handle(login) == named]
    return bool(_end(OpenLogin.objects.filter(pk__in=found)))


def end_all(user_id: int, *, but: str = "") -> int:
    """End every log-in of an account, but for the one with this key, and return how many they were."""
    return _end(OpenLogin.objects.filter(user=user_id).exclude(pk=but))


def sweep(at: dt.datetime) -> int:
    """End what is over for everybody."""
    return _end(OpenLogin.objects.exclude(_open(at)))


def _open(at: dt.datetime) -> Q:
    event = Event.objects.filter(pk=OuterRef("door"), over_at__gt=at, cancelled_at=None)
    return Q(Exists(event), door_until__gt=at) | Q(began_at__gt=at - LASTS, used_at__gt=at - UNUSED)


def _end(found: QuerySet[OpenLogin]) -> int:
    """Delete the sessions; what is noted of them goes with them in the database."""
    return Session.objects.filter(pk__in=list(found.values_list("pk", flat=True))).delete()[0]


def network_of(request: HttpRequest) -> str:
    """Return roughly where a request came from: a network of 256 addresses, or of a provider's customer for IPv6."""
    try:
        network = ipaddress.ip_network(limits.network_of(request), strict=False)
    except ValueError:
        return ""
    wide = network.supernet(new_prefix=24 if network.version == 4 else 48)
    return str(wide.network_address) if network.version == 6 else f"{str(wide.network_address).rpartition('.')[0]}.x"


# In this order: each of the first also names those after it.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_of(request: HttpRequest) -> str:
    """Return the browser and the system in two words; what else the browser says of itself is not kept."""
    told = request.META.get("HTTP_USER_AGENT", "")
    found = [next((name for word, name in known if re.search(word, told)), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))
