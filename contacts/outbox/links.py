"""Links that mails carry: sealed, so that nobody can make one up, and telling nothing but a random number or a hash.

`confirm` says which record it is about and ends with it. `place` says whose place at which event, and follows them into
the record that theirs was merged into. `download` ends OPEN_DAYS after the proof, whenever it is shown. `stop` has
no end, works after the person has been deleted, and hangs on the suppression keys, each of which opens it. `told` and
`told_of` open the notices that a recipient has to act on. `replaced` says which record an address was taken off, and
when, so that whoever asks about it need not. `asked` answers the mail that asks whose a doubted address is, and `keep`
the one that says that its reader is about to be deleted. `certificate` opens that of a deletion, which names nobody, as
long as it is kept. `package` leads to a package that is ready, whose person proves their address first. `task` leads
the owner of another system to what a request asks of it: the owner of that number, by the link of that number.
"""

import datetime as dt
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import translation

from contacts.models import Contact, Message, Recipient, RecipientNotice, Registration, SignUp
from contacts.words import keys
from contacts.words.addresses import hashes, keyed_hash

OPEN_DAYS = 7
EVERYTHING = "all"  # the list of those who may be written to about anything

_STOP = re.compile(
    r"(?:(?P<person>[0-9a-f]{32})|-(?P<sign_up>[0-9a-f]{32})?)\.(?P<hash>[0-9a-f]{64,72})"
    r"(?:-(?P<mailbox>[0-9a-f]{64,72}))?\.(?P<list>[A-Za-z0-9_-]+)"
)

_PLACE = re.compile(r"(?P<person>[0-9a-f]{32})\.(?P<event>[0-9]{1,18})")


class InvalidLinkError(ValueError):
    """Nobody sealed this link, or it has ended."""


_TASK = re.compile(r"(?P<task>[0-9a-f]{32})(?:\.(?P<owner>[0-9]{1,9})\.(?P<number>[0-9]{1,9}))?")
_TOLD = re.compile(r"(?P<recipient>[0-9a-f]{32})\.(?P<until>[0-9]{1,18})|-(?P<notice>[0-9a-f]{32})")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Told:
    """Which notices a link is about: all that a recipient had been sent at a moment, or a single one."""

    recipient: uuid.UUID | None = None
    until: dt.datetime = _EPOCH
    notice: uuid.UUID | None = None


@dataclass(frozen=True)
class Task:
    """What a request asks of a system: for which of its owners, counted from one, and which of its links this is."""

    public_id: uuid.UUID
    owner: int = 1
    number: int = 1


@dataclass(frozen=True)
class Stop:
    """Whose mail a `stop` link came in, and which list it was sent to.

    `sign_up` is what the mail asked to confirm, where nobody had proven the address. `mailbox_hash` is empty where the
    address has no tag.
    """

    public_id: uuid.UUID | None
    address_hash: str
    list: str
    sign_up: uuid.UUID | None = None
    mailbox_hash: str = ""


@dataclass(frozen=True)
class Replaced:
    """Which record had an address until a day; `address_hash` is the keyed hash of that address."""

    public_id: uuid.UUID
    day: dt.date
    address_hash: str


def page(name: str, *arguments: str) -> str:
    """Return the address of a public page, which opens it in the language that is active, whatever the browser's is."""
    return f"{absolute(reverse(name, args=arguments))}?lang={translation.get_language()}"


def absolute(path: str) -> str:
    """Return the address of a page as a mail has to name it."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def host() -> str:
    """Return the site's own name, which makes identifiers unique in the world."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def confirm(sign_up: SignUp) -> str:
    return _signer("confirm").sign(sign_up.public_id.hex)


def read_confirm(token: str) -> uuid.UUID:
    """Return the public_id of the sign-up. Raises InvalidLinkError."""
    return _uuid(_open(_signer("confirm"), token))


def place(registration: Registration) -> str:
    return _signer("place").sign(f"{registration.contact.public_id.hex}.{registration.event_id}")


def read_place(token: str) -> tuple[uuid.UUID, int]:
    """Return whose place it is, and the key of the event. Raises InvalidLinkError."""
    said = _PLACE.fullmatch(_open(_signer("place"), token))
    if said is None:
        raise InvalidLinkError
    return uuid.UUID(said["person"]), int(said["event"])


def download(sign_up: SignUp) -> str:
    return _signer("download").sign(sign_up.public_id.hex)


def read_download(token: str) -> uuid.UUID:
    """Return the public_id of the sign-up that a download belongs to. Raises InvalidLinkError."""
    return _uuid(_open(_signer("download"), token))


def is_open(sign_up: SignUp, at: dt.datetime) -> bool:
    """Tell whether the page of a proven sign-up still does something: hands out its whitepaper, takes an answer."""
    return sign_up.confirmed_at is not None and at <= sign_up.confirmed_at + dt.timedelta(days=OPEN_DAYS)


def stop(contact: Contact, to_list: str = EVERYTHING) -> str:
    """Seal the way out that a mail to this contact carries; `to_list` is a topic's slug or EVERYTHING."""
    return _lasting(keys.first()).sign(f"{contact.public_id.hex}.{_hashed(str(contact.email))}.{to_list}")


def stop_of_stranger(email: str, sign_up: SignUp | None = None) -> str:
    """Seal the way out of a mail to an address that nobody has proven; `sign_up` is what the mail asks to confirm."""
    asked = sign_up.public_id.hex if sign_up else ""
    return _lasting(keys.first()).sign(f"-{asked}.{_hashed(email)}.{EVERYTHING}")


def read_stop(token: str) -> Stop:
    """Return whom a `stop` link is about, whether or not they are still held. Raises InvalidLinkError."""
    opened, key = _open_lasting(token)
    said = _STOP.fullmatch(opened)
    if said is None:
        raise InvalidLinkError
    person, sign_up = (uuid.UUID(text) if text else None for text in (said["person"], said["sign_up"]))
    mailbox = keys.named(said["mailbox"], key) if said["mailbox"] else ""
    return Stop(person, keys.named(said["hash"], key), said["list"], sign_up, mailbox)


def replaced(record: Contact, address: str, day: dt.date) -> str:
    """Seal which record had the address that a letter goes to, until a day."""
    return _signer("replaced").sign(f"{record.public_id.hex}.{day.isoformat()}.{keyed_hash(address)}")


def read_replaced(token: str) -> Replaced:
    """Return which record an address was taken off, and when. Raises InvalidLinkError."""
    person, day, address_hash = _open(_signer("replaced"), token).split(".")
    return Replaced(uuid.UUID(person), dt.date.fromisoformat(day), _named(address_hash))


def asked(contact: Contact) -> str:
    """Seal the answer to the question whose a doubted address is."""
    return _signer("asked").sign(f"{contact.public_id.hex}.{contact.address_hash}")


def read_asked(token: str) -> tuple[uuid.UUID, str]:
    """Return the public_id of the record, and the keyed hash of the address. Raises InvalidLinkError."""
    person, address_hash = _open(_signer("asked"), token).split(".")
    return uuid.UUID(person), _named(address_hash)


def keep(message: Message) -> str:
    """Seal the answer to a mail that says that its reader is about to be deleted."""
    return _signer("keep").sign(message.public_id.hex)


def read_keep(token: str) -> uuid.UUID:
    """Return the public_id of the mail that is answered. Raises InvalidLinkError."""
    return _uuid(_open(_signer("keep"), token))


def certificate(request: uuid.UUID) -> str:
    """Seal the public_id of the request that a deletion answered."""
    return _signer("certificate").sign(request.hex)


def read_certificate(token: str) -> uuid.UUID:
    """Return the public_id of the request. Raises InvalidLinkError."""
    return _uuid(_open(_signer("certificate"), token))


def package(request: uuid.UUID) -> str:
    """Seal the public_id of the request that a package answers."""
    return _signer("package").sign(request.hex)


def read_package(token: str) -> uuid.UUID:
    """Return the public_id of the request. Raises InvalidLinkError."""
    return _uuid(_open(_signer("package"), token))


def task(said: Task) -> str:
    """Seal which task of another system it is, and whose link."""
    return _signer("task").sign(f"{said.public_id.hex}.{said.owner}.{said.number}")


def read_task(token: str) -> Task:
    """Return what a `task` link says; one without numbers is from before there were any. Raises InvalidLinkError."""
    said = _TASK.fullmatch(_open(_signer("task"), token))
    if said is None:
        raise InvalidLinkError
    return Task(uuid.UUID(said["task"]), int(said["owner"] or 1), int(said["number"] or 1))


def told(recipient: Recipient, until: dt.datetime) -> str:
    """Seal the way to all notices that a recipient has been sent by a moment."""
    return _signer("told").sign(f"{recipient.public_id.hex}.{(until - _EPOCH) // _MICROSECOND}")


def told_of(notice: RecipientNotice) -> str:
    """Seal the way to a single notice, which a webhook carries."""
    return _signer("told").sign(f"-{notice.public_id.hex}")


def read_told(token: str) -> Told:
    """Return what a `told` link is about. Raises InvalidLinkError."""
    said = _TOLD.fullmatch(_open(_signer("told"), token))
    if said is None:
        raise InvalidLinkError
    if said["notice"]:
        return Told(notice=uuid.UUID(said["notice"]))
    return Told(uuid.UUID(said["recipient"]), _EPOCH + int(said["until"]) * _MICROSECOND)


def _hashed(email: str) -> str:
    address_hash, mailbox_hash = hashes(email).values()
    return address_hash if mailbox_hash == address_hash else f"{address_hash}-{mailbox_hash}"


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"contacts.{purpose}")


def _lasting(key: str) -> Signer:
    return Signer(key=key, fallback_keys=[], salt="contacts.stop")


def _open_lasting(token: str) -> tuple[str, str]:
    """Return what a link says that has no end, and the key that it is sealed under."""
    for key in keys.known():
        with suppress(InvalidLinkError):
            return _open(_lasting(key), token), key
    raise InvalidLinkError


def _named(address_hash: str) -> str:
    """Return the hash with the name of its key: without one, it is from when there was one key, the last of ours."""
    return keys.named(address_hash, keys.known()[-1])


def _open(signer: Signer, token: str) -> str:
    try:
        return signer.unsign(token)
    except BadSignature:
        raise InvalidLinkError from None


def _uuid(text: str) -> uuid.UUID:
    return uuid.UUID(text)
