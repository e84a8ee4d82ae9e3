"""A question that is asked many times is prepared once, and forgotten in the end."""

import pytest
from django.db import connection
from django.db.models import BigIntegerField
from psycopg2 import sql

from contacts.base.prepared import Given, prepared
from contacts.base.queries import composed
from contacts.models import Topic
from tests.support.factories import TopicFactory

pytestmark = pytest.mark.django_db

LARGER = sql.SQL("SELECT $1::int + %(more)s")


def known() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        (number,) = cursor.fetchone()
    return int(number)


def test_who_has_a_statement_prepared_again_gets_the_one_that_is_there() -> None:
    before = known()
    with prepared() as statements:
        first, again = (statements.statement(LARGER, {"more": 2}, given=1) for _ in range(2))
        other = statements.statement(LARGER, {"more": 40}, given=1)
        assert first == again != other
        assert known() == before + 2
        assert [statements.one(each, [2]) for each in (first, other)] == [(4,), (42,)]
        assert statements.one(statements.together(first, other), [2, 2]) == (42,)
    assert known() == before


def test_a_question_of_the_orm_takes_its_values_from_outside() -> None:
    topics = [TopicFactory.create() for _ in range(2)]
    with prepared() as statements:
        asked, values = composed(Topic.objects.filter(pk=Given(1, BigIntegerField())).values_list("slug"))
        statement = statements.statement(asked, values, given=1)
        assert [statements.one(statement, [topic.pk]) for topic in topics] == [(topic.slug,) for topic in topics]
        assert statements.one(statement, [0]) is None
