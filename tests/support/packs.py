"""An authority pack, opened."""

import csv
import datetime as dt
import io
import zipfile

from contacts.models import PolicyVersion
from privacy_crm.authority import pack
from privacy_crm.authority.tables import as_of
from tests.support.factories import NOON

TODAY = NOON.date()


class Opened:
    """The files of a pack."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            self.files = {name: file.read(name) for name in file.namelist()}

    def index(self, language: str = "en") -> str:
        return self.files[f"index.{language}.html"].decode()

    def rows(self, key: str, language: str = "en") -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files[f"{language}/{key}.csv"].decode())))

    def text(self) -> str:
        """All that can be read in it, apart from the paper."""
        return "\n".join(content.decode() for name, content in self.files.items() if not name.endswith(".pdf"))


def opened(policy: PolicyVersion, day: dt.date = TODAY, at: dt.datetime = NOON) -> Opened:
    return Opened(pack.made(as_of(day, policy=policy, at=at)))
