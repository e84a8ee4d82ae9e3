"""Work that is owed and asked for: what makes it, at what it can be held up, and what is found once it was done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass

import redis

from tests.processes import test_mailings, test_sending, test_upload
from tests.processes.faults import test_killed
from tests.support.mail_sink import Sink
from tests.support.processes import PATIENCE, Site
from tests.support.scripts import schedule_mailing
from tests.support.sharing import Server

# What a member of staff has done with a list by then.
A_LIST = """
import datetime as dt
from django.utils import timezone
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.uploads import importing, removing
from tests.support import uploading
from tests.support.factories import ContactFactory
now, policy = timezone.now(), PolicyVersion.objects.in_force()
fair = uploading.Origin(Scenario.PROSPECT, "Fair", SourceKind.PUBLIC, now.date() - dt.timedelta(days=3))
ContactFactory.create(email="p0@fjordkraft.example")
people = uploading.people(50)
"""
SENT = A_LIST + "uploading.send(uploading.as_xlsx(people), now)\n"
MATCHED = A_LIST + "upload = uploading.receive(uploading.as_csv(people), now)\nuploading.match(upload, fair, now)\n"
LOOKED_THROUGH = MATCHED + "importing.look_through(upload.pk, policy=policy, at=now, by='user:1', now=timezone.now)\n"
CONFIRMED = LOOKED_THROUGH + "importing.start(upload, at=now, by='user:1')\n"
UNWANTED = LOOKED_THROUGH + "uploading.bring_in(upload, policy, now)\nremoving.start(upload, at=now, by='user:1')\n"

A_MAILING = schedule_mailing(test_mailings.PEOPLE, 300)
BEGUN = f"{A_MAILING}\nfrom privacy_crm import mailings\nmailings.tick(policy=policy, at=timezone.now())\n"
ANNOUNCED = """
from django.utils import timezone
from contacts.events import announcing
from contacts.models import PolicyVersion
from tests.support.factories import TopicFactory, WhitepaperFactory
from tests.support.mailing import reader
now, policy = timezone.now(), PolicyVersion.objects.in_force()
paper = WhitepaperFactory.create()
paper.topics.add(TopicFactory.create())
for number in range(3):
    reader(policy, paper, email=f"person{number}@fjordkraft.example")
assert announcing.announce(whitepaper=paper, at=now, by="user:1", policy=policy).owed == 3
"""
LETTERS = """
from django.utils import timezone
from tests.support.factories import ContactFactory
from tests.support.mailing import written_letter
for number in range(3):
    written_letter(ContactFactory.create(email=f"person{number}@fjordkraft.example"), at=timezone.now())
"""
ACCOUNTS = """
from django.contrib.auth.models import User
from django.utils import timezone
from privacy_crm.access import telling
for number in range(3):
    user = User.objects.create_user(f"person{number}", f"person{number}@fjordkraft.example", "a long secret")
    telling.changed("account.password_changed", user.pk, at=timezone.now(), by=f"user:{user.pk}")
"""
ALIKE = """
from tests.support.factories import ContactFactory
for address in ("aino@fjordkraft.example", "aino+news@fjordkraft.example"):
    ContactFactory.create(email=address)
"""
OF_THE_LIST = "from contacts.models import Upload; from {} import {}; {}.delay(Upload.objects.get().pk, 'user:1')"
COUNT = "from privacy_crm.tasks import count_figure; count_figure.delay('leaving')"
MAKE = "from privacy_crm.tasks import make_authority_pack; make_authority_pack.delay('2026-11-30')"
A_DRAFT = """
from django.utils import timezone
from contacts.policy import drafting
drafting.start(at=timezone.now(), by="user:1")
"""
OF_THE_DRAFT = """
from contacts.models import PolicyVersion
from retention.tasks import count_policy_effect
count_policy_effect.delay(PolicyVersion.objects.get(published_at=None).pk)
"""


@dataclass(frozen=True)
class World:
    """The product, and the servers of others that it talks to."""

    site: Site
    sink: Sink
    recipient: Server


# Yields what waits until somebody stands still.
type Standing = Callable[[World], AbstractContextManager[Callable[[], object]]]


@dataclass(frozen=True)
class Work:
    """`owe` is written to the shell, and `ask` as often as somebody asks; `wanted` is found however often that was."""

    task: str
    owe: str
    standing: Standing
    found: Callable[[World], object]
    wanted: object
    ask: str = ""  # where the task is told more than that it is to begin


def at_rows(table: str, condition: str = "TRUE") -> Standing:
    """Somebody else holds rows that the work needs."""

    @contextmanager
    def standing(world: World) -> Iterator[Callable[[], object]]:
        with world.site.locked(table, condition) as holder:
            yield lambda: world.site.await_standstill(holder)

    return standing


def at_table(name: str) -> Standing:
    """What only reads waits for a table."""

    @contextmanager
    def standing(world: World) -> Iterator[Callable[[], object]]:
        with closing(world.site.connect()) as connected, connected.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT pg_backend_pid()")
            holder = cursor.fetchone()[0]
            yield lambda: world.site.await_standstill(holder)

    return standing


@contextmanager
def at_a_mail(world: World) -> Iterator[Callable[[], object]]:
    """The mail server takes its time over the second one."""
    with world.sink.holding(2, PATIENCE) as held:
        yield lambda: held.wait(PATIENCE)


@contextmanager
def at_a_post(world: World) -> Iterator[Callable[[], object]]:
    """A recipient's web server takes its time over its answer."""
    has_come, over = threading.Event(), threading.Event()

    def hold() -> tuple[int, dict[str, str], bytes]:
        has_come.set()
        over.wait(PATIENCE)
        return 202, {}, b""

    world.recipient.answer = hold
    try:
        yield lambda: has_come.wait(PATIENCE)
    finally:
        over.set()


def the_list(world: World) -> object:
    return test_upload.state(world.site), world.site.people()


def mails(world: World) -> object:
    return sorted(world.sink.recipients)


def notices(world: World) -> object:
    unsent = "SELECT count(*) FROM contacts_recipientnotice WHERE sent_at IS NULL"
    return len(world.recipient.received), world.site.number(unsent)


def rows(sql: str) -> Callable[[World], object]:
    return lambda world: world.site.rows(sql)


def remembered(kind: str) -> Callable[[World], object]:
    """How many of a kind Valkey holds."""

    def found(world: World) -> object:
        with redis.Redis.from_url(world.site.urls.redis) as valkey:
            return sum(b"asked" not in key for key in valkey.scan_iter(f"*{kind}*"))

    return found


def of_a_list(name: str, owe: str, standing: Standing, *wanted: object) -> Work:
    module = "privacy_crm.tasks"
    return Work(f"{module}.{name}", owe, standing, the_list, wanted, OF_THE_LIST.format(module, name, name))


SEND, SEND_TO_MANY = "contacts.tasks.send_messages", "contacts.tasks.send_mailings"
PERSONS, READERS = test_sending.addresses(3), sorted(test_sending.addresses(test_mailings.PEOPLE))
SEARCHED = "SELECT scan->'found', (SELECT count(*) FROM dsr_pendingsearch) FROM dsr_certificate"
PACK, EFFECT = "privacy_crm.tasks.make_authority_pack", "retention.tasks.count_policy_effect"
EFFECTS = "SELECT count(*) FROM retention_policyeffect"
PAIRS = "SELECT count(*) FROM contacts_duplicatepair"

WORKS = {
    "a workbook": of_a_list("open_upload", SENT, at_rows("contacts_upload"), "uploaded", 1),
    "a preview": of_a_list("look_through_upload", MATCHED, at_rows("contacts_upload"), "previewed", 1),
    "an import": of_a_list("import_upload", CONFIRMED, at_rows("contacts_contact"), "done", 50),
    "an undo": of_a_list("remove_uploaded", UNWANTED, at_rows("contacts_contact"), "removed", 1),
    "a search after a deletion": Work(
        test_killed.SEARCH, test_killed.DELETE, at_rows("dsr_certificate"), rows(SEARCHED), [({}, 0)]
    ),
    "a notice": Work(test_killed.TELL, test_killed.NOTICE, at_a_post, notices, (1, 0)),
    "a mailing that begins": Work(test_mailings.RUN, A_MAILING, at_rows("contacts_mailing"), mails, READERS),
    "a mailing": Work(SEND_TO_MANY, BEGUN, at_a_mail, mails, READERS),
    "an announcement": Work(SEND_TO_MANY, ANNOUNCED, at_a_mail, mails, PERSONS),
    "confirmations": Work(SEND, test_sending.OWE % 3, at_a_mail, mails, PERSONS),
    "letters": Work(SEND, LETTERS, at_a_mail, mails, PERSONS),
    "mails to staff": Work("privacy_crm.tasks.tell_staff", ACCOUNTS, at_a_mail, mails, PERSONS),
    "duplicates": Work("privacy_crm.tasks.find_duplicates", ALIKE, at_rows("contacts_contact"), rows(PAIRS), [(1,)]),
    "a figure": Work("privacy_crm.tasks.count_figure", "", at_table("contacts_basis"), remembered("figure:"), 1, COUNT),
    "a pack": Work(PACK, "", at_table("contacts_breach"), remembered("authority-pack"), 1, MAKE),
    "a preview of a draft": Work(EFFECT, A_DRAFT, at_table("contacts_basis"), rows(EFFECTS), [(1,)], OF_THE_DRAFT),
}
