"""A storage that speaks S3, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from django.test import override_settings
from moto.server import ThreadedMotoServer

from privacy_crm import media

KEY, SECRET, BUCKET = "key", "secret", "crm"


@contextmanager
def object_storage() -> Iterator[str]:
    """Serve an empty bucket. Yields the MEDIA_URL that leads to it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        boto3.client(
            "s3", endpoint_url=f"http://{host}:{port}", aws_access_key_id=KEY, aws_secret_access_key=SECRET
        ).create_bucket(Bucket=BUCKET)
        yield f"s3://{KEY}:{SECRET}@{host}:{port}/{BUCKET}?tls=0&region=us-east-1"
    finally:
        server.stop()


@contextmanager
def kept_there(url: str) -> Iterator[None]:
    """Have the product keep its files behind this MEDIA_URL."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": media.storage(url), "staticfiles": static}):
        yield
