"""The report on one person, made for a complaint."""

from contacts.models import Contact, PolicyVersion
from privacy_crm.staff.person_report import about, report
from privacy_crm.staff.person_report.about import About
from privacy_crm.staff.person_report.parts import Part
from privacy_crm.staff.person_report.report import Purpose, Report
from tests.support.factories import NOON

WHY, SHOWN, AGREED, RECEIVED, DELETED, ASKED = range(6)


def of(contact: Contact, policy: PolicyVersion, language: str = "en") -> Report:
    return _made(about.held(contact, policy=policy, language=language, at=NOON))


def under(address: str, policy: PolicyVersion, language: str = "en") -> Report:
    return _made(about.under(address, policy=policy, language=language, at=NOON))


def _made(whom: About) -> Report:
    return report.make(whom, Purpose.COMPLAINT, "IMY-2026-7", at=NOON, by="user:1")


def rows(part: Part, title: str) -> list[list[str]]:
    """The rows of one table of a part; none where it is not there."""
    return next((grid.rows for grid in part.grids if grid.title == title), [])
