"""The access package of one person with a thousand rows, among few people and among many."""

from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks import load
from benchmarks.measure import seconds
from contacts.models import PolicyVersion
from dsr.package import document, gathering, packing, people

ROWS = 1_000
PERSON = 1  # the first who is loaded

# What hangs on people beside what `load` gives them; somebody has looked at each once.
_ALL = (
    """INSERT INTO contacts_message (public_id, template, purpose, contact_id, once, created_at, not_before, attempts,
           sent_at, "end", reason, address)
       SELECT gen_random_uuid(), 'announce', 'marketing', n, '', now(), now(), 0, now(), '', '', ''
       FROM generate_series(%(first)s, %(last)s) n""",
    """INSERT INTO contacts_auditevent (at, by, code, public_id, rule)
       SELECT now(), 'user:1', 'contact.viewed', public_id, '' FROM contacts_contact
       WHERE id BETWEEN %(first)s AND %(last)s""",
    """INSERT INTO contacts_suppression (address_hash, mailbox_hash, channel, reason, since)
       SELECT hashed, hashed, 'email', 'objection', DATE '2026-06-01'
       FROM generate_series(%(first)s, %(last)s, 10) n,
            concat(repeat('0', 8), encode(sha256(('gone' || n)::bytea), 'hex')) hashed""",
    """INSERT INTO contacts_signup (public_id, kind, scenario, policy_version_id, email, first_name, last_name, phone,
           company, job_title, address, postal_code, city, country, language, consents, source, created_at)
       SELECT gen_random_uuid(), 'register', 'customer', %(policy)s, 'waiting' || n || '@bench.example', '', '', '',
           '', '', '', '', '', '', 'sv', '{}', 'form', now() FROM generate_series(%(first)s, %(last)s, 10) n""",
)

_ONE = (
    """INSERT INTO contacts_activity (contact_id, kind, occurred_at, reference)
       SELECT %(person)s, 'call', TIMESTAMPTZ '2026-01-01' + n * INTERVAL '1 hour', 'Call ' || n
       FROM generate_series(1, %(rows)s) n""",
    """INSERT INTO contacts_message (public_id, template, purpose, contact_id, once, created_at, not_before, attempts,
           sent_at, "end", reason, address)
       SELECT gen_random_uuid(), 'announce', 'marketing', %(person)s, '', now(), now(), 0, now(), '', '', ''
       FROM generate_series(1, %(rows)s) n""",
    """INSERT INTO contacts_auditevent (at, by, code, public_id, rule)
       SELECT now(), 'user:1', 'contact.viewed', contact.public_id, ''
       FROM contacts_contact contact, generate_series(1, %(rows)s) n WHERE contact.id = %(person)s""",
)


def among(first: int, last: int, policy: PolicyVersion) -> None:
    """Add the people numbered `first` to `last`, with messages, audit rows, suppressions and sign-ups that wait."""
    for begin in range(first, last + 1, 100_000):
        end = min(begin + 99_999, last)
        load.people(begin, end, policy)
        _run(_ALL, {"first": begin, "last": end, "policy": policy.pk})


def busy_person() -> None:
    """Give one person about a thousand rows more: calls, messages, and looks at their record."""
    _run(_ONE, {"person": PERSON, "rows": ROWS // len(_ONE)})


def timed(policy: PolicyVersion, rounds: int) -> dict[str, float]:
    """Return the seconds of what is read, and of the whole package, after one that is not counted.

    The shortest of each: it cannot be taken in turn with the small table, and whatever else the machine does only adds.
    """
    packing.packed(_composed(policy))
    read = min(seconds(lambda: _read(policy)) for _ in range(rounds))
    whole = min(seconds(lambda: packing.packed(_composed(policy))) for _ in range(rounds))
    return {"read_s": read, "whole_s": whole}


def rows(found: dict[str, float], small: int, large: int) -> list[tuple[str, str, str, str]]:
    """Return the lines of the table: what, measured, ratio, aim."""
    few, many = found["package_small_read_s"], found["package_large_read_s"]
    return [
        (f"what is held about one of {small:,}, read", f"{few * 1000:.1f} ms", "1.00", ""),
        (f"what is held about one of {large:,}, read", f"{many * 1000:.1f} ms", f"{many / few:.2f}", "≤ 1.50"),
        (f"their package: PDF, HTML, JSON, CSV ({found['package_rows']:,.0f} rows)",
         f"{found['package_large_whole_s']:.2f} s", "", "< 1 s"),
    ]  # fmt: skip


def size() -> int:
    """Return how many rows are held about the person."""
    policy = PolicyVersion.objects.in_force()
    assert policy  # noqa: S101
    return sum(section.total for section in _read(policy))


def _read(policy: PolicyVersion) -> list[gathering.Section]:
    return gathering.gather(people.find([PERSON]), zone=policy.zone)


def _composed(policy: PolicyVersion) -> document.Document:
    return document.compose(people.find([PERSON]), policy=policy, language="en", at=timezone.now())


def _run(statements: tuple[str, ...], values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
