"""Whoever opens every link of every mail changes nothing: scanners do, and those whom a mail was passed on to (L15)."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse

import dsr.letters
from contacts.audiences import striking
from contacts.delivery import change_address_notified, mailing_trial
from contacts.models import Contact, Message, PolicyVersion
from contacts.outbox import outbox
from contacts.permission import objections
from contacts.signups import proof as proofs
from contacts.words.vocabulary import Channel, MailTemplate
from dsr.answers import answering
from dsr.clock import reminding
from dsr.decisions import handing_over
from dsr.intake import intake
from dsr.intake.intake import Stranger
from dsr.letters import answers, complaints, corrections, erasure, handovers, proof, question, refusals, restrictions
from dsr.letters import stopped as stops
from dsr.letters.common import Writer
from dsr.models import Handover
from dsr.words.vocabulary import Kind, RefusalGround
from retention import warning
from retention.models import PurgeRun
from tests.contacts.audiences.test_striking import listed
from tests.support import mailings
from tests.support.admin_pages import contents
from tests.support.deciding import BECAUSE, ada, asks, draft
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer
from tests.support.mailing import owed, send, stranger
from tests.support.requesting import OFFICER, STRANGE, asked_by, entered
from tests.support.sharing import RecipientFactory, notice, tell
from tests.support.visiting import visiting

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_noon"),
    pytest.mark.promise("L15"),
    pytest.mark.promise("P13"),
]

TODAY = NOON.date()
ROOT = Path(settings.BASE_DIR)
APPS = ("contacts", "dsr", "retention", "privacy_crm")
# What gives a mail its words in a module of its own, beside the templates and the letters about requests.
WRITING = re.compile(r"(?<!def )\b(EmailMessage|EmailMultiAlternatives|enqueue_written|send_mail|mail_\w+s)\(")
EVERYWHERE = {"privacy", "my_data", "unsubscribe", "preferences"}  # where the foot of each mail to a person leads
DESK, INBOX = "admin:contacts_audience_change", "admin:dsr_request_changelist"

type Make = Callable[[PolicyVersion], Any]


def from_template(template: MailTemplate, policy: PolicyVersion) -> None:
    owed(template, policy)


def pressed(policy: PolicyVersion) -> None:
    """The mail of somebody who has pressed its button already: its page hands the whitepaper out."""
    made = stranger(policy)
    outbox.enqueue(MailTemplate.CONFIRM, sign_up=made, at=NOON)
    send()
    proofs.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor")


def letters(policy: PolicyVersion) -> None:
    """Every letter about a request that has words alone."""
    request = asks(policy, Kind.OBJECTION)
    for write, facts in LETTERS.items():
        answering.send(request, draft(write, request, policy, **facts), at=NOON, by=OFFICER)


def certificate(policy: PolicyVersion) -> None:
    erased(wish(customer(policy), policy), policy)


def package(kind: Kind, policy: PolicyVersion, person: Contact | None = None) -> None:
    """The letter about a package that waits to be fetched."""
    request = asked_by(person or ada(policy, language="en"), policy, kind)
    write = handovers.portability_ready if kind == Kind.PORTABILITY else handovers.access_ready
    handing_over.hand_over(request.pk, draft(write, request, policy, until=TODAY), policy=policy, at=NOON, by=OFFICER)


def first_words(policy: PolicyVersion) -> None:
    intake.look(Stranger(STRANGE, "en"), partial(proof.letter, policy=policy), at=NOON)


def moved(policy: PolicyVersion) -> None:
    change_address_notified.change(
        ContactFactory.create().pk, "new@elsewhere.example", proven=True, at=NOON, by=OFFICER
    )


def tried(policy: PolicyVersion) -> None:
    mailing_trial.send(mailings.drafted(), "kim@nordvik.example", policy=policy, at=NOON, by=OFFICER)


def to_strike(policy: PolicyVersion) -> None:
    person, holder = ada(policy), User.objects.create_user("kim", "kim@nordvik.example")
    listed(person, holder=holder)
    told = {"public_id": person.public_id, "channels": [Channel.PHONE], "reason": "unsubscribe"}
    objections.record(str(person.address_hash), **told, day=TODAY, at=NOON, by="visitor")  # type: ignore[arg-type]
    striking.tell(at=NOON)


def to_be_told(_policy: PolicyVersion) -> None:
    notice(RecipientFactory.create())
    tell()


def due(policy: PolicyVersion) -> None:
    entered(policy)
    reminding.remind(TODAY + 40 * ONE_DAY, at=NOON, by="test")


def halted(policy: PolicyVersion) -> None:
    PurgeRun.objects.create(at=NOON, by="test", status="needs_approval", started_at=NOON)
    warning.warn(policy=policy, at=NOON)


TEMPLATES: dict[MailTemplate, set[str]] = {
    MailTemplate.CONFIRM: {"confirm"},
    MailTemplate.REGISTERED: {"place"},
    MailTemplate.REMINDER: {"place"},
    MailTemplate.MOVED: {"place"},
    MailTemplate.CANCELLED: set(),
    MailTemplate.INFORM: set(),
    MailTemplate.PARTING: {"keep"},
    MailTemplate.ANNOUNCE: {"whitepaper"},
    MailTemplate.MAILING: set(),
    MailTemplate.WRITTEN: set(),
}
LETTERS: dict[Writer, dict[str, Any]] = {
    answers.extended: {"until": TODAY, "reason": BECAUSE},
    answers.nothing_held: {},
    answers.unidentified: {"asked_on": TODAY},
    answers.taken_back: {},
    complaints.agreed: {"agreement": BECAUSE, "by": TODAY},
    complaints.done: {"agreement": BECAUSE, "done": "B."},
    corrections.corrected: {"values": {"city": "Umeå"}},
    handovers.enclosed: {},
    question.question: {},
    question.question_reminder: {"asked_on": TODAY, "closes_on": TODAY},
    refusals.refused: {"ground": RefusalGround.EXCESSIVE, "reasons": BECAUSE},
    refusals.refused_in_part: {"ground": RefusalGround.LEGAL_DUTY, "reasons": BECAUSE, "done": "A."},
    restrictions.restricted: {"reasons": BECAUSE},
    restrictions.to_be_lifted: {"on": TODAY, "reasons": BECAUSE},
    restrictions.upheld: {"left": True, "reasons": BECAUSE},
    restrictions.not_upheld: {"on": TODAY, "reasons": BECAUSE},
    stops.marketing_stopped: {"what": ["email"]},
    stops.consent_taken_back: {"what": ["email", "food"]},
}
BY_AN_ACT: dict[Writer, tuple[Make, set[str]]] = {
    erasure.erased: (certificate, {"my_data_certificate", "my_data_certificate_paper"}),
    handovers.access_ready: (partial(package, Kind.ACCESS), set()),
    handovers.portability_ready: (partial(package, Kind.PORTABILITY), set()),
}
MODULES: dict[str, tuple[Make, set[str]]] = {
    "contacts/audiences/striking.py": (to_strike, {DESK}),
    "contacts/delivery/change_address_notified.py": (moved, {"my_data", *EVERYWHERE}),
    "contacts/delivery/mailing_trial.py": (tried, EVERYWHERE),
    "contacts/disclosure/notice_letters.py": (to_be_told, {"notices"}),
    "dsr/answers/answering.py": (letters, EVERYWHERE),
    "dsr/clock/reminding.py": (due, {INBOX}),
    "dsr/intake/proving.py": (first_words, {"my_data_open", *EVERYWHERE}),
    "retention/warning.py": (halted, set()),  # it says what to do, without a link
}


def name(writer: Any) -> str:
    return f"{writer.__module__}.{writer.__name__}"


KINDS: dict[str, tuple[Make, set[str]]] = {
    **{f"template {one}": (partial(from_template, one), EVERYWHERE | to) for one, to in TEMPLATES.items()},
    "template confirm, pressed": (pressed, EVERYWHERE | {"confirm", "download"}),
    **{name(write): (make, EVERYWHERE | to) for write, (make, to) in BY_AN_ACT.items()},
    **MODULES,
}


@pytest.mark.parametrize("kind", KINDS)
def test_opening_every_link_of_a_mail_and_of_its_pages_changes_nothing(
    kind: str, policy: PolicyVersion, client: Client, officer: User
) -> None:
    make, leads = KINDS[kind]
    make(policy)
    pressed_there = set(buttons())
    send()
    sent = [links(each) for each in mail.outbox]
    assert sent
    assert not Message.objects.filter(sent_at=None).exists()
    assert all(sent) == bool(leads)
    found, before = set().union(*sent), contents()
    further = {link for link in set().union(*(opened(client, link) for link in found)) if page_of(link) in sealed()}
    for link in further - found:
        opened(client, link)
    assert contents() == before
    assert leads <= {page_of(link) for link in found | further}
    assert pressed_there <= found


@pytest.fixture
def officer(db: None) -> User:
    user = User.objects.create_user("officer", "officer@nordvik.example")
    user.groups.set([Group.objects.get(name="privacy officer")])
    return user


def opened(client: Client, link: str) -> set[str]:
    """Open a link as scanners do, and return where its page leads. Pages of staff ask for a log-in first."""
    answer, head = client.get(link), client.head(link)
    expected = HTTPStatus.FOUND if link.startswith("/admin/") else HTTPStatus.OK
    assert (link, answer.status_code, head.status_code) == (link, expected, expected)
    for file in (each for each in (answer, head) if each.streaming):
        b"".join(file.streaming_content)  # to its end, after which it is closed
    if "html" not in answer["Content-Type"]:
        return set()
    return {unescape(to) for to in re.findall(r'(?:href|action)="(/(?!static/)[^"#]+)', answer.content.decode())}


def links(sent: EmailMessage) -> set[str]:
    """Where a mail leads to on our site: in its headers, its text, its HTML and its calendar."""
    built = sent.message()
    texts = [part.get_content() for part in built.walk() if part.get_content_maintype() == "text"]
    said = unescape("\n".join([*map(str, built.values()), *texts]))
    return {path(link) for link in re.findall(rf"{settings.SITE_URL}[^\s\"<>]+", said)}


def buttons() -> Iterator[str]:
    """Where on our site the buttons of letters lead that wait to be sent."""
    for parts in Message.objects.filter(written__isnull=False).values_list("written__parts", flat=True):
        found = [part["url"] for part in parts if part["kind"] == "button"]
        yield from (path(link) for link in found if link.startswith(settings.SITE_URL))


def path(link: str) -> str:
    return link.removeprefix(settings.SITE_URL)


def page_of(link: str) -> str:
    return resolve(link.partition("?")[0]).view_name


def test_opening_a_package_that_a_letter_tells_of_fetches_nothing(policy: PolicyVersion) -> None:
    person = ada(policy, language="en")
    package(Kind.ACCESS, policy, person)
    visitor = visiting(person)
    before, handover = contents(), Handover.objects.get()
    for open_it in (visitor.get, visitor.head, Client().get, Client().head):
        open_it(reverse("my_data_package", args=[handover.public_id]))
    assert contents() == before


# What there is


def test_every_template_and_every_letter_is_among_them() -> None:
    assert set(TEMPLATES) == set(MailTemplate)
    assert {*LETTERS, *BY_AN_ACT} == set(writers())


def test_every_module_that_gives_a_mail_its_words_is_among_them() -> None:
    assert set(MODULES) == set(modules())


def test_every_page_that_a_sealed_link_opens_is_reached_from_one_of_them() -> None:
    assert sealed() <= {to for _make, leads in KINDS.values() for to in leads}


def writers() -> Iterator[Writer]:
    """Each letter about a request: `common.letter` has made it speak the reader's language."""
    for each in pkgutil.iter_modules(dsr.letters.__path__):
        module = importlib.import_module(f"dsr.letters.{each.name}")
        own = [one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__]
        yield from (one for one in own if hasattr(one, "__wrapped__"))


def modules() -> Iterator[str]:
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            if WRITING.search(file.read_text()):
                yield str(file.relative_to(ROOT))


@cache
def sealed() -> set[str]:
    """The pages whose address has a sealed token in it."""
    flat = [one for each in get_resolver().url_patterns for one in getattr(each, "url_patterns", [each])]
    named = [one for one in flat if isinstance(one, URLPattern) and one.name]
    return {str(one.name) for one in named if "token" in getattr(one.pattern, "converters", {})}
