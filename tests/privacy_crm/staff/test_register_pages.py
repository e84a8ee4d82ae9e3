"""The pages of the registers: the record of processing, and the data map (L8)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import PolicyVersion
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY
from tests.support.registering import kept
from tests.support.sharing import RecipientFactory

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.promise("L8"), pytest.mark.usefixtures("at_noon")]

LIST = "/admin/contacts/processingsnapshot/"


def test_the_record_is_read_as_it_stands_and_nothing_is_kept_by_looking(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("auditor")
    before = contents()
    shown = client.get(f"{LIST}now/change/").content.decode()
    assert "As it stands now" in shown
    for title in ("Events", "Accounts of staff", "Access log of the servers", "Backups"):
        assert f"<h2>{title}</h2>" in shown
    assert contents() == before


def test_it_is_read_in_swedish(log_in: LogIn, policy: PolicyVersion) -> None:
    shown = log_in("auditor").get(f"{LIST}now/change/", {"language": "sv"}).content.decode()
    assert "<h2>Personalens konton</h2>" in shown
    assert "<h2>Ansvarig (a)</h2>" in shown


def test_one_that_was_kept_says_what_changed_since_the_one_before(log_in: LogIn, policy: PolicyVersion) -> None:
    kept(policy, NOON - 90 * ONE_DAY)
    RecipientFactory.create(name="Printer AB", purposes=["event"])
    later = kept(policy)
    client = log_in("privacy officer")
    shown = client.get(f"{LIST}{later.pk}/change/").content.decode()
    assert "As it stood on 24 November 2026. It never changes." in shown
    assert "<ins>Printer AB, Sweden (processor): Prints and posts letters</ins>" in shown
    listed = client.get(LIST).content.decode()
    assert "the quarter 2026-Q4" in listed
    assert "the first one" in listed


def test_the_list_costs_no_query_more_for_more_records(log_in: LogIn, policy: PolicyVersion) -> None:
    client, costs = log_in("auditor"), set()
    for number in range(2):
        for quarter in range(2):
            kept(policy, NOON + (180 * number + 92 * quarter) * ONE_DAY)
        with CaptureQueriesContext(connection) as asked:
            client.get(LIST)
        costs.add(len(asked))
    assert len(costs) == 1


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF-"), ("csv", b"")])
def test_it_is_downloaded_in_each_language(
    log_in: LogIn, policy: PolicyVersion, language: str, ending: str, begins: bytes
) -> None:
    snapshot = kept(policy)
    answer = log_in("auditor").get(f"{LIST}{snapshot.pk}/file/", {"language": language, "format": ending})
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert f"processing-2026-11-24-{language}.{ending}" in answer["Content-Disposition"]


@pytest.mark.parametrize("asked", [{"language": "fi"}, {"format": "exe"}])
def test_no_other_file_is_there(log_in: LogIn, policy: PolicyVersion, asked: dict[str, str]) -> None:
    assert log_in("auditor").get(f"{LIST}now/file/", asked).status_code == 404


def test_without_a_policy_there_is_no_record(log_in: LogIn) -> None:
    assert log_in("auditor").get(f"{LIST}now/change/").status_code == 404


def test_the_data_map_is_read_and_downloaded(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("auditor")
    shown = client.get("/admin/data-map/").content.decode()
    assert "<h2>People’s records</h2>" in shown
    assert "contacts.Contact" not in shown
    answer = client.get("/admin/data-map/file/")
    assert answer.content.startswith(b"table,field,title,")
    assert log_in("marketing").get("/admin/data-map/").status_code == 403
