"""Lists that leave as files, against whoever writes into a form, and whoever deletes what they are made of."""

import csv
from functools import partial
from typing import Any

import pytest

from contacts.audiences.exporting import ExportError
from contacts.models import Audience, AuditEvent, Disclosure, PolicyVersion, Segment
from contacts.people import segments
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, meanwhile, uncommitted
from tests.support import listing
from tests.support.factories import NOON
from tests.support.listing import free_country

__all__ = ["free_country", "meanwhile"]

FORMULA = '=HYPERLINK("https://evil.example")'
SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")


@pytest.mark.django_db
@pytest.mark.promise("P15")
@pytest.mark.parametrize("between", [";", ";;", ';"', "\t", "\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.usefixtures("free_country")
def test_no_cell_begins_a_formula_however_a_spreadsheet_divides_the_lines(
    separator: str, between: str, policy: PolicyVersion
) -> None:
    listing.prospect(policy, company=f"Fjordkraft{between}{FORMULA}", first_name=f"Aino{between}@x", last_name="Ek;1")
    text = listing.content(listing.export(policy)).decode()
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for line in csv.reader(text.splitlines(), delimiter=separator, quoting=quoting):
            assert not [cell for cell in line if cell.strip('"').startswith(SIGNS)]
    assert "Ek;1" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("free_country")
def test_a_list_of_a_segment_that_is_gone_is_not_made(policy: PolicyVersion) -> None:
    listing.prospect(policy)
    gone = listing.segment(scenario="prospect")
    Segment.objects.all().delete()
    AuditEvent.objects.all().delete()
    with pytest.raises(ExportError):
        listing.export(policy, held=listing.custody(segment=gone))
    assert not Audience.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Disclosure.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("free_country")
def test_a_segment_that_is_deleted_while_a_list_is_made_of_it_waits_and_the_list_names_none(
    policy: PolicyVersion, meanwhile: Any
) -> None:
    listing.prospect(policy)
    segment = listing.segment(scenario="prospect")
    with uncommitted(partial(listing.export, policy, held=listing.custody(segment=segment)), meanwhile):
        deleted = meanwhile(partial(segments.delete, segment, at=NOON, by="test"))
        await_waiting(1)
    deleted.result(PATIENCE)
    assert Audience.objects.get().segment is None
    assert not Segment.objects.exists()
