"""A company's own look: two colours, a logo and a picture, set by the acts."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from PIL import Image

from contacts.look import look
from contacts.look.look import Link
from contacts.models import Look
from tests.support.factories import NOON

BY = "user:1"


def image(width: int = 40, height: int = 20, kind: str = "PNG", colour: str = "#7a1f5c") -> ContentFile[bytes]:
    """A file with a plain image."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return ContentFile(file.getvalue(), f"it.{kind.lower()}")


def worn() -> Look:
    """The look of a company that has chosen all of it."""
    look.paint("#7a1f5c", "#3b0f2c", at=NOON, by=BY)
    look.show_logo(image(), at=NOON, by=BY)
    look.show_picture(image(160, 90, colour="#3b0f2c"), at=NOON, by=BY)
    words = {"en": "Careers", "sv": "Jobba hos oss"}
    look.lead([Link("https://nordvik.example/careers", words)], at=NOON, by=BY)
    return look.current()
