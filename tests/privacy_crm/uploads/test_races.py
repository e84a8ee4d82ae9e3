"""Two who press the button, two workers, two imports: one of each goes through, and nothing is done twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, connections

from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm.crm_import import locking
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import importing, moving, working
from tests.support.embedded_users import eventually
from tests.support.factories import NOON
from tests.support.uploading import AINO, as_csv, look_through, receive

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [[AINO, "Aino", "Lindqvist", "Fjordkraft AB", "SE"]]


def test_a_second_yes_and_a_second_worker_import_nothing_twice(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv(ROWS)), policy)
    importing.start(upload, at=NOON, by="test")
    with pytest.raises(moving.MovedError):
        importing.start(upload, at=NOON, by="test")
    for _ in range(2):
        importing.bring_in(upload.pk, policy=policy, at=NOON, by="test", now=lambda: NOON)
    assert AuditEvent.objects.filter(code="import.done").count() == 1


def test_an_import_that_somebody_took_back_meanwhile_writes_nothing(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv(ROWS)), policy)
    importing.start(upload, at=NOON, by="test")
    before = Contact.objects.count()

    def meanwhile() -> dt.datetime:
        with other.cursor() as cursor:
            cursor.execute("UPDATE contacts_upload SET state = 'previewed'")
        return NOON

    with closing(connection.copy()) as other:
        importing.bring_in(upload.pk, policy=policy, at=NOON, by="test", now=meanwhile)
    assert Contact.objects.count() == before
    upload.refresh_from_db()
    assert upload.state == "previewed"


def test_an_import_waits_for_another_one_and_says_so(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv(ROWS)), policy)
    importing.start(upload, at=NOON, by="test")

    def work() -> None:
        try:
            importing.bring_in(upload.pk, policy=policy, at=NOON, by="test", now=lambda: NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads, closing(connection.copy()) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [locking._LOCK])
        waiting = threads.submit(work)
        eventually(locking.is_awaited)
        upload.refresh_from_db()
        assert upload_page.progress(upload)["words"] == "Waiting until another import is done"
        assert working.under_way() == {upload.pk}
        other.close()
        waiting.result()
    upload.refresh_from_db()
    assert upload.state == "done"
