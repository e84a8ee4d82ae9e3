"""What stands beside the database: the broker, the cache, and the storage of files."""

import uuid
from collections.abc import Iterator

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from contacts.base.background import app
from privacy_crm.preflight.results import Result, ok, wrong

_PATIENCE = 5  # seconds


def broker() -> Iterator[Result]:
    """Open a connection as a task that is sent does. Raises OperationalError of the broker's where there is none."""
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=_PATIENCE)
    yield ok("Broker", "takes tasks")


def remembered() -> Iterator[Result]:
    """Write, read and delete a number, as the limits of the public forms do."""
    key, value = f"preflight.{uuid.uuid4().hex}", uuid.uuid4().hex
    cache.set(key, value, timeout=60)
    read = cache.get(key)
    cache.delete(key)
    yield (
        ok("Cache", "writes and reads")
        if read == value
        else wrong("Cache", "does not give back what it was given", "Look at REDIS_URL: nothing else may use it.")
    )


def storage() -> Iterator[Result]:
    """Write, read and delete a file, where whitepapers and lists are kept."""
    content = uuid.uuid4().bytes
    name = default_storage.save(f"preflight-{uuid.uuid4().hex}", ContentFile(content))
    with default_storage.open(name) as file:
        read = file.read()
    default_storage.delete(name)
    if read != content or default_storage.exists(name):
        yield wrong("Storage", "a file was not read or not deleted as it should be", "Look at MEDIA_URL or MEDIA_DIR.")
    else:
        yield ok("Storage", "a file was written, read and deleted")
