"""What stands outside: the journal, the keys of sealed evidence, and who watches over the nights."""

import socket
import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

from contacts.journal import numbers, stores
from contacts.journal.stores import JournalError, Store
from privacy_crm.preflight.results import Result, ok, unknown, wrong
from retention.audit import stamps

_PATIENCE = 10  # seconds
_PORTS = {"http": 80, "https": 443}


def journal() -> Iterator[Result]:
    """Read the journal's end, and write, read and delete a text beside its segments."""
    store = stores.configured()
    try:
        numbers.in_journal()
        written = _is_written(store)
    except JournalError as error:
        yield wrong("Journal", str(error), "Look at JOURNAL_URL: a restore would bring back who was erased.")
        return
    if not written:
        yield wrong("Journal", "a text was not read as it was written", "Look at JOURNAL_URL.")
    elif near := _near(store):
        yield unknown("Journal", f"was written and read, but {near}", "Keep it on another disk or in S3 (JOURNAL_URL).")
    else:
        yield ok("Journal", "a text was written, read and deleted")


def evidence_keys() -> Iterator[Result]:
    """Write, read and delete a text beside the keys of sealed evidence: without a place for them none is answered."""
    remedy = "Look at EVIDENCE_KEYS_URL: no request can be closed."
    try:
        written = _is_written(stores.of(settings.EVIDENCE_KEYS_URL))
    except JournalError as error:
        yield wrong("Keys of evidence", str(error), remedy)
        return
    said = "a text was written, read and deleted"
    yield ok("Keys of evidence", said) if written else wrong("Keys of evidence", "a text was read otherwise", remedy)


def watcher() -> Iterator[Result]:
    """Open a connection to the watcher, and ask nothing: it is called once a night has finished, and never before."""
    if not settings.HEARTBEAT_URL:
        remedy = "Set it, so that somebody outside notices when nothing runs any more."
        yield unknown("Watcher", "HEARTBEAT_URL is not set", remedy)
        return
    url = urlsplit(settings.HEARTBEAT_URL)
    if url.scheme not in _PORTS or not url.hostname:
        yield wrong("Watcher", "HEARTBEAT_URL is no address of the web", "Set it to https://…")
        return
    try:
        _connect(url.hostname, url.port or _PORTS[url.scheme], secure=url.scheme == "https")
    except OSError as error:
        yield wrong("Watcher", f"no connection ({type(error).__name__})", "Look at HEARTBEAT_URL.")
    else:
        yield ok("Watcher", "can be reached")


def stamps_checked() -> Iterator[Result]:
    """Read the certificates that time stamps have to lead to, where an authority stamps seals."""
    if not settings.TIMESTAMP_URL:
        return
    remedy = "Set it to the certificates of the authority, or of its issuer (TIMESTAMP_ROOTS_FILE)."
    try:
        number = len(stamps.roots())
    except ValueError:
        yield wrong("Time stamps", "TIMESTAMP_ROOTS has no certificates that can be read: none is taken", remedy)
        return
    if number:
        yield ok("Time stamps", f"signatures are checked against {number} certificates")
    else:
        yield unknown("Time stamps", "signatures are not checked: TIMESTAMP_ROOTS is not set", remedy)


def _is_written(store: Store) -> bool:
    text, name = uuid.uuid4().bytes, f"preflight-{uuid.uuid4().hex}"
    store.write(name, text)
    try:
        return store.read(name) == text
    finally:
        store.remove(name)


def _near(store: Store) -> str:
    """Say what the journal would be lost with; nothing where that is not known."""
    if store.url == (settings.VAR_DIR / "journal").as_uri():
        return "JOURNAL_URL is not set: it goes with this machine, and others have their own"
    if not isinstance(store, stores.Directory) or not isinstance(default_storage, FileSystemStorage):
        return ""
    media = Path(default_storage.location)
    shared = media.exists() and media.stat().st_dev == store.path.stat().st_dev
    return "it is on the same disk as the media" if shared else ""


def _connect(host: str, port: int, *, secure: bool) -> None:
    with socket.create_connection((host, port), timeout=_PATIENCE) as line:
        if secure:
            ssl.create_default_context().wrap_socket(line, server_hostname=host).close()
