"""Stand still while the mail server is at fault: what is owed waits, and one mail after a while tries if it is well.

A refusal blames an address as long as it is about that address alone. The same reply to DOMAINS companies in WINDOW,
while fewer mails were taken than refused so, is the server's (ADR 0052). So is an error by which no mail could be
handed over at all, once none has left for a minute. All of it is read from what is on record, so that every sender goes
by the same, in whichever process it runs.

Where the reply blames the addresses, they may as well be dead indeed: then what people await goes on, all but what was
refused so itself (ADR 0052).
"""

import datetime as dt
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from contacts.models import MailStandstill, Message
from contacts.outbox.mail_replies import blames_the_address as _blames

log = structlog.get_logger(__name__)

# One company's server can refuse us for good, and a list of one event can name three that have closed. Five companies
# that say the same, in the same words, within an hour and while most mail is refused, were never seen to be right.
DOMAINS = 5
# As long waits a refusal before it is believed (`sending`): the second one blames, unless others were refused alike by
# then. An hour, since at night and at a small company few mails leave in a minute.
WINDOW = dt.timedelta(hours=1)
# One refused mail in five minutes is no burden to a server, and nobody waits longer once it is well.
PAUSE = dt.timedelta(minutes=5)
# A server that was restarted is back within a minute; nothing was refused, so that nothing speaks against asking.
PAUSE_WHEN_AWAY = dt.timedelta(minutes=1)


def current() -> MailStandstill | None:
    """Return the standstill that is going on."""
    return MailStandstill.objects.open().first()


def spares_awaited(stands: MailStandstill) -> bool:
    """Tell whether what people await goes on meanwhile."""
    return _blames(stands.reply)


def blaming() -> list[str]:
    """Return the replies by which an address was blamed of what is owed still."""
    return [reply for reply in _held().values_list("reply", flat=True).distinct() if _blames(reply)]


def take_trial(stands: MailStandstill, at: dt.datetime) -> bool:
    """Take the right to send the next mail as a trial, if it is time; one sender alone has it."""
    turn = MailStandstill.objects.open().filter(pk=stands.pk, try_at__lte=at)
    return bool(turn.update(try_at=at + (PAUSE if stands.domains else PAUSE_WHEN_AWAY)))


def refused(reply: str, at: dt.datetime) -> MailStandstill | None:
    """Return by what this mail is held now that its refusal is on record: by what stood before, or begins with it."""
    stands = current()
    if stands and (_blames(reply) or not spares_awaited(stands)):
        return stands
    times = _alike(reply, at)
    if len(times) < DOMAINS or _taken_since(min(times)) >= DOMAINS:
        return None
    _begin(stands, reply, len(times), PAUSE, at)
    return current()


def away(code: str, at: dt.datetime) -> None:
    """Take it that the server could not be used. One sender of several may be turned away while others go on."""
    stands = current()
    if (stands is None or spares_awaited(stands)) and not Message.objects.filter(
        sent_at__gt=at - PAUSE_WHEN_AWAY
    ).exists():
        _begin(stands, code, 0, PAUSE_WHEN_AWAY, at)


def end_if_sent(message_id: int, at: dt.datetime) -> bool:
    """Go on if the mail that was the trial has left, and return whether it has.

    What was refused meanwhile counts for nothing: each is tried as if for the first time.
    """
    if not Message.objects.filter(pk=message_id, sent_at__isnull=False).exists():
        return False
    with transaction.atomic():
        if MailStandstill.objects.open().update(ended_at=at):
            _held().update(refused_at=None)
            log.warning("mail.goes_on")
    return True


def end_if_disproved(stands: MailStandstill, at: dt.datetime) -> bool:
    """Go on if what people await was taken while addresses were blamed: then it was never the server's fault.

    What was refused stays so on record, and is believed if it is said again after a while.
    """
    if not spares_awaited(stands) or _taken_since(stands.began_at) < DOMAINS:
        return False
    with transaction.atomic():
        if MailStandstill.objects.open().filter(pk=stands.pk, reply=stands.reply).update(ended_at=at):
            _held().filter(reply__in=blaming()).update(not_before=at + WINDOW)
            log.warning("mail.goes_on")
    return True


def _begin(stands: MailStandstill | None, reply: str, domains: int, pause: dt.timedelta, at: dt.datetime) -> None:
    """Put it on record. One that holds all mail takes the place of one that `stands` and spares what people await."""
    found = {"reply": reply, "domains": domains, "try_at": at + pause}
    try:
        with transaction.atomic():
            if stands:
                MailStandstill.objects.open().filter(pk=stands.pk).update(**found)
            else:
                MailStandstill.objects.create(began_at=at, **found)
            _held().filter(reply=reply).update(not_before=at)
    except IntegrityError:  # another sender was faster
        return
    log.warning("mail.stands_still", code=reply)


def _held() -> "QuerySet[Message]":
    """What was refused and is owed still."""
    return Message.objects.filter(Q(sent_at__isnull=True, ended_at__isnull=True), refused_at__isnull=False)


_LATEST = """
    SELECT max(refused_at) FROM (
        SELECT message.refused_at,
            split_part(COALESCE(NULLIF(message.address, ''), contact.email, sign_up.email), '@', 2) AS domain
        FROM contacts_message message
        LEFT JOIN contacts_contact contact ON contact.id = message.contact_id
        LEFT JOIN contacts_signup sign_up ON sign_up.id = message.sign_up_id
        WHERE message.refused_at > %(after)s AND message.refused_at <= %(at)s AND message.reply = %(reply)s
    ) refused
    WHERE domain <> '' GROUP BY domain ORDER BY max(refused_at) DESC LIMIT %(domains)s"""


def _alike(reply: str, at: dt.datetime) -> list[dt.datetime]:
    """Return when the last DOMAINS domains, or as many as there are, were refused by this reply."""
    values: dict[str, Any] = {"reply": reply, "after": at - WINDOW, "at": at, "domains": DOMAINS}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, values)
        return [moment for (moment,) in cursor.fetchall()]


def _taken_since(moment: dt.datetime) -> int:
    """Return how many mails have left since, DOMAINS at most."""
    return len(Message.objects.filter(sent_at__gte=moment).values_list("pk")[:DOMAINS])
