"""The copy of everything held about a person (Art. 15 GDPR, P20), and the part that they may take along (Art. 20, L7).

    write(contact_ids, policy=…, language="sv", at=…)            → ZIP with PDF, HTML, JSON, CSV
    write_portable(contact_ids, policy=…, language="sv", at=…)   → ZIP with JSON, CSV
    html(contact_ids, policy=…, language="sv", at=…)             → the page alone, for the officer's preview

Several records may be of one person; `address` adds what waits or is kept under an address, also where nobody is held
under it. `beside` are files that came in for a request, from other systems. All of
them make the files in memory from what the database says at that moment, store nothing, and write
nothing down: whoever calls them does that. Each raises MalformedAddressError where `address` is none.
"""

import datetime as dt
from collections.abc import Collection

from django.utils import translation
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion
from dsr.package import document, files, gathering, packing, pages, people, portability, zipping


def write(
    contact_ids: Collection[int] = (),
    *,
    address: str = "",
    beside: Collection[zipping.File] = (),
    policy: PolicyVersion,
    language: str,
    at: dt.datetime,
) -> bytes:
    """Return everything held about a person and what Art. 15 has them told, as a ZIP.

    PDF and HTML are for people, in `language` (a code of LANGUAGES); JSON and CSV for machines.
    """
    with translation.override(language):
        made = document.compose(people.find(contact_ids, address), policy=policy, language=language, at=at)
        return packing.packed(made, beside)


def write_portable(
    contact_ids: Collection[int] = (),
    *,
    address: str = "",
    beside: Collection[zipping.File] = (),
    policy: PolicyVersion,
    language: str,
    at: dt.datetime,
) -> bytes:
    """Return what a person provided and may take along, as a ZIP; `portability` says what that is."""
    who = people.find(contact_ids, address)
    local = at.astimezone(policy.zone)
    with translation.override(language):
        sections = gathering.gather(who, zone=policy.zone, only=portability.parts(who, policy))
        title = _("The data you gave %s") % policy.controller["name"]
        head = files.head(language, local.isoformat(), "portable-package/1")
        parts = [
            zipping.portable_note(title, beside),
            ("data.json", files.encoded(head | {"held": files.held(sections)})),
            *files.tables(sections),
            *beside,
        ]
    return zipping.zipped(parts, at=local)


def html(
    contact_ids: Collection[int] = (), *, address: str = "", policy: PolicyVersion, language: str, at: dt.datetime
) -> str:
    """Return the page of the access package, as the person will read it."""
    with translation.override(language):
        made = document.compose(people.find(contact_ids, address), policy=policy, language=language, at=at)
        return pages.html(document.spoken(made))
