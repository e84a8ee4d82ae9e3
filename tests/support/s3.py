"""A server that speaks S3, on this machine alone."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer

from contacts.journal import stores

BUCKET = "outside"  # not that of object_storage: what one server of moto has, the next in this process has as well


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Have a bucket, by the keys and the endpoint that the environment names, and yield its URL."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    stores.s3_client.cache_clear()
    stores.s3_client().create_bucket(Bucket=BUCKET)
    yield f"s3://{BUCKET}"
    server.stop()
    stores.s3_client.cache_clear()
