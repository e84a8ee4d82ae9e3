"""What a backup is made of, and what it takes no notice of: how long a dump takes, and which clock is wrong."""

import pytest
from django.db import connection

from contacts.base.limits import limits
from privacy_crm.backups import making

pytestmark = pytest.mark.promise("L11")


@pytest.mark.django_db(transaction=True)
def test_the_moment_is_held_for_as_long_as_a_dump_takes() -> None:
    with limits(idle="1s"), making._snapshot(), connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("0",)
