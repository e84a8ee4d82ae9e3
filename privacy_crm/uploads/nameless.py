"""What a browser sends waits in a file without a name: it is gone with the process, also where that is killed.

How much is kept is bounded while it arrives, before anybody knows who sends it: the token against forged posts is read
out of the same body.
"""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from contacts.signups import whitepapers


class NamelessFileUploadHandler(FileUploadHandler):
    """Takes files in. Django's own leaves a list of people behind where a process dies in the middle of it.

    Of the file with which a request goes beyond what any door takes, nothing is kept: it is empty, and of a size that
    each door refuses in its own words. The rest is read all the same, since a browser that still sends hears no answer.
    """

    file: UploadedFile[bytes] | None = None
    taken = 0  # bytes of all files of the request

    def new_file(self, *told: Any, **more: Any) -> None:
        super().new_file(*told, **more)
        unnamed = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the request
        self.file = UploadedFile(unnamed, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.file and self.taken <= most():
            self.file.write(raw_data)
        elif self.file:
            self.file.truncate(0)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self.file:
            self.file.seek(0)
            self.file.size = file_size if self.taken <= most() else self.taken
        return self.file

    def upload_interrupted(self) -> None:
        if self.file:
            self.file.close()


def most() -> int:
    """Return how many bytes are kept of one request: what the door takes that takes the most."""
    return max(int(settings.UPLOAD_MEGABYTES) * 1024 * 1024, whitepapers.MOST_BYTES)
