"""A week without any worker or beat, and two beats: what is owed is done, all of it, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink
from tests.support.processes import PATIENCE, Site, end
from tests.support.sharing import Server

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.environment |= {"WEBHOOKS_MAY_BE_LOCAL": "on"}
    yield installed
    installed.end_all()


@pytest.fixture
def sink(site: Site) -> Iterator[Sink]:
    sink = site.mail_server()
    with sink.open():
        yield sink


@pytest.mark.parametrize("beats", [1, 2])
def test_after_a_week_without_a_worker_the_first_round_does_all_that_is_owed_and_the_next_nothing(
    beats: int, site: Site, sink: Sink, tmp_path: Path
) -> None:
    recipient = Server()
    with recipient.open() as port:
        late.owe(site, port)
        for each in ("first", "next"):
            place = tmp_path / each
            place.mkdir()
            with late.beats(site, beats, place):
                pass
            with site.worker() as worker:
                eventually(lambda: late.done(site) and len(late.to(sink, "reader")) == late.READERS, within=PATIENCE)
                assert end(worker) == 0
            assert_all_is_done_once(site, sink, recipient)
    assert late.come_to_an_end(site) == set(late.TASKS)


def assert_all_is_done_once(site: Site, sink: Sink, recipient: Server) -> None:
    assert late.failures(site) == []
    assert site.statuses() == ["finished"]
    assert (site.people(), site.counted()) == (late.READERS + 1, late.DUE)
    assert site.number("SELECT count(*) FROM contacts_auditevent WHERE code = 'contact.deleted'") == late.DUE
    assert site.number("SELECT count(*) FROM contacts_foodpreference") == 0
    assert late.to(sink, "typed") == [f"typed{number}@fjordkraft.example" for number in range(late.SIGN_UPS)]
    assert late.to(sink, "reader") == [f"reader{number}@fjordkraft.example" for number in range(late.READERS)]
    assert len({headers["webhook-id"] for headers, _ in recipient.received}) == len(recipient.received) == late.NOTICES
    assert late.to(sink, "officer") == ["officer@nordvik.example"]  # the seals of the trail, once a day
