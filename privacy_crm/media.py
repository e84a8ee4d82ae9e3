"""Where whitepapers and uploaded lists are kept: a folder, or a storage for objects by `s3://KEY:SECRET@host/bucket`."""

import uuid
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# Beyond it, a file on its way to or from the storage waits on the disk, without a name.
_IN_MEMORY = 10 * 1024 * 1024  # bytes
_KNOWN = {"region", "tls"}

type Storage = dict[str, Any]


class RefusedError(Exception):
    """Nothing can be written; the message names the setting, and says why in a word."""


class AwayError(Exception):
    """Nobody answers: whether something can be written is not known."""


def storage(url: str) -> Storage:
    """Return an entry of Django's STORAGES: the folder where no URL is given, else what speaks S3 at its host.

    Without a host it is Amazon's, and without a key what boto3 finds, such as the role of the machine. `?region=` names
    where it stands, `?tls=0` speaks http, on a network of one's own. Raises ValueError where the URL is none of these.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    bucket, options = parts.path.strip("/"), dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not bucket or "/" in bucket:
        raise ValueError("MEDIA_URL must be s3://KEY:SECRET@host/bucket, or unset for a folder")
    if options.keys() - _KNOWN:
        raise ValueError(f"MEDIA_URL knows {' and '.join(sorted(_KNOWN))} behind its question mark, and nothing else")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": _endpoint(parts, secure=options.get("tls") != "0"),
            "region_name": options.get("region"),
            "file_overwrite": False,
            "default_acl": None,  # nobody but us
            "max_memory_size": _IN_MEMORY,
            "client_config": _patience(addressing="path" if parts.hostname else None),
        },
    }


def try_out(storage: Any) -> None:
    """Write and delete a file in a folder, or in what speaks S3. Raises RefusedError and AwayError."""
    if hasattr(storage, "bucket_name"):
        _try_bucket(storage)
    else:
        _try_folder(Path(storage.location))


def _try_folder(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=root) as file:
            file.write(b"writable")
    except OSError as error:
        raise RefusedError(f"MEDIA_DIR: nothing can be written in {root} ({error.strerror}).") from error


def _try_bucket(storage: Any) -> None:
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004, PLC0415

    try:
        file = storage.bucket.Object(f"try-{uuid.uuid4().hex}")
        file.put(Body=b"writable")
        file.delete()
    except (ConnectionError, HTTPClientError) as error:
        raise AwayError(f"MEDIA_URL: the storage does not answer ({type(error).__name__}).") from error
    except ClientError as error:
        why = f"({error.response['Error']['Code']})"
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise AwayError(f"MEDIA_URL: the storage is out of order {why}.") from error
        raise RefusedError(f"MEDIA_URL: nothing can be written and deleted there {why}.") from error
    except BotoCoreError as error:  # no credentials, no region
        raise RefusedError(f"MEDIA_URL: nothing can be written there ({type(error).__name__}).") from error


def _patience(addressing: str | None) -> Any:
    """Give up within seconds: pages, jobs and figures that wait for a storage which is silent would stand still."""
    from botocore.config import Config  # noqa: PLC0415 - for those who have such a storage

    more = {"s3": {"addressing_style": addressing}} if addressing else {}
    return Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2}, **more)


def _endpoint(parts: SplitResult, *, secure: bool) -> str | None:
    if not parts.hostname:
        return None
    port = f":{parts.port}" if parts.port else ""
    return f"{'https' if secure else 'http'}://{parts.hostname}{port}"
