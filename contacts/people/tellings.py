"""What showed people a later version of the policy: on record with the way and the day, since it binds from then (L13).

A mail that comes back has told nobody. Its row stays and says so, and what they had been shown before binds again.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import connection
from psycopg2 import sql

from contacts.models import Basis, Contact, Message, PolicyTelling, PolicyVersion
from contacts.words.vocabulary import TellingWay


def record(
    bases: Collection[int], version: PolicyVersion, way: TellingWay, *, on: dt.date, mail: uuid.UUID | None = None
) -> int:
    """Note that these bases' people were shown a version on a day, and return of how many that is news.

    What they were shown later stands. Call it in the transaction of what showed it, with the people locked or before
    anything of theirs.
    """
    people = Basis.objects.filter(pk__in=list(bases)).values("contact")
    list(Contact.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    found = Basis.objects.filter(pk__in=list(bases)).exclude(policy_shown_on__gt=on)
    news = [each for each in found.order_by("pk") if each.policy_shown_id != version.pk or way != TellingWay.FORM]
    PolicyTelling.objects.bulk_create(
        PolicyTelling(
            basis=basis,
            version=version,
            way=way,
            told_on=on,
            mail=mail,
            before_id=basis.policy_shown_id,
            before_on=basis.policy_shown_on,
        )
        for basis in news
    )
    found.update(policy_shown=version, policy_shown_on=on)
    return len(news)


def came_back(contact_id: int, mail: uuid.UUID, *, day: dt.date) -> bool:
    """Note that a mail has told its person nothing, as far as it told anything; return whether it had.

    Call it with the person locked. Once the address works again, the same may be owed once more.
    """
    told = PolicyTelling.objects.filter(basis__contact=contact_id, mail=mail, bounced_on__isnull=True)
    if not (keys := list(told.values_list("pk", flat=True))):
        return False
    told.update(bounced_on=day)
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN_BEFORE, {"tellings": keys})
    Message.objects.filter(public_id=mail, contact=contact_id).update(once="")
    return True


# Of what they were shown otherwise, the last: what another mail that came back had said is none of it.
_SHOWN_BEFORE = sql.SQL("""
    UPDATE contacts_basis basis SET policy_shown_id = shown.version_id, policy_shown_on = shown.told_on
    FROM contacts_policytelling undone
    LEFT JOIN LATERAL (
        SELECT version_id, told_on FROM (
            SELECT version_id, told_on FROM contacts_policytelling told
            WHERE told.basis_id = undone.basis_id AND told.bounced_on IS NULL
            UNION ALL
            SELECT before_id, before_on FROM contacts_policytelling earlier
            WHERE earlier.basis_id = undone.basis_id AND earlier.before_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM contacts_policytelling bounced
                WHERE bounced.basis_id = earlier.basis_id AND bounced.bounced_on IS NOT NULL
                    AND bounced.version_id = earlier.before_id AND bounced.told_on = earlier.before_on)
        ) each ORDER BY told_on DESC, version_id DESC LIMIT 1
    ) shown ON TRUE
    WHERE undone.id = ANY(%(tellings)s) AND basis.id = undone.basis_id
        AND basis.policy_shown_id = undone.version_id AND basis.policy_shown_on = undone.told_on""")
