"""One mail of each kind that the product sends, and the pages of ours that it leads to, by name."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import Group, User

from contacts.audiences import striking
from contacts.base import audit
from contacts.base.two_clocks import Clocks
from contacts.breaches import reminding as breach_reminding
from contacts.delivery import address_question, change_address_notified, mailing_trial
from contacts.disclosure import expiry
from contacts.journal import warning as journal_warning
from contacts.journal import writing
from contacts.models import Contact, JournalLine, MailStandstill, PolicyVersion
from contacts.outbox import outbox, standstill_told
from contacts.people import change_email
from contacts.permission import objections
from contacts.signups import proof as proofs
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Channel, MailTemplate, TrustReason
from dsr.answers import answering
from dsr.clock import reminding
from dsr.decisions import handing_over
from dsr.intake import intake
from dsr.intake.intake import Stranger
from dsr.letters import (
    answers,
    complaints,
    corrections,
    erasure,
    free,
    handovers,
    proof,
    question,
    refusals,
    representatives,
    restrictions,
)
from dsr.letters import stopped as stops
from dsr.letters.common import Writer
from dsr.systems import telling as telling_systems
from dsr.words.vocabulary import Kind, RefusalGround
from privacy_crm.access import inviting, telling
from privacy_crm.preflight import mail as preflight_mail
from retention.audit import seal_mails, seals
from retention.models import PurgeRun
from retention.watch import clock_watch, warning
from tests.contacts.audiences.test_striking import listed
from tests.support import mailings, representing
from tests.support.asking_systems import SystemFactory
from tests.support.breaching import BreachFactory
from tests.support.deciding import BECAUSE, ada, asks, draft
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer
from tests.support.mailing import owed, send, stranger
from tests.support.requesting import OFFICER, STRANGE, asked_by, entered
from tests.support.sharing import RecipientFactory, notice, tell

TODAY = NOON.date()
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


def breach_runs(_policy: PolicyVersion) -> None:
    officer()
    BreachFactory.create(aware_at=NOON - 3 * ONE_DAY)
    breach_reminding.tick(at=NOON)


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
        ContactFactory.create().pk, "new@elsewhere.example", evidence=TrustReason.MET, at=NOON, by=OFFICER
    )


def doubted(_policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    change_email.change(person.pk, "new@elsewhere.example", evidence=None, at=NOON, by=OFFICER)
    address_question.send(person.pk, at=NOON)


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


def agreement_ends(policy: PolicyVersion) -> None:
    officer()
    RecipientFactory.create(agreement_until=TODAY + ONE_DAY)
    expiry.remind(policy=policy, at=NOON)


def system_asked(policy: PolicyVersion) -> None:
    SystemFactory.create()
    asks(policy, Kind.ACCESS)
    telling_systems.send_due(at=NOON, now=lambda: NOON)


def seals_set(policy: PolicyVersion) -> None:
    officer()
    audit.record("contact.viewed", at=NOON - ONE_DAY, by=OFFICER)
    seals.seal(policy=policy, at=NOON, is_over=lambda: False)
    seal_mails.tell(policy=policy, at=NOON)


def represented(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    representing.acts_for(request, policy)
    representing.told(request, policy, sent=False)


def officer() -> None:
    User.objects.create_user("officer", "officer@nordvik.example").groups.set(
        [Group.objects.get(name="privacy officer")]
    )


def due(policy: PolicyVersion) -> None:
    officer()
    entered(policy)
    reminding.remind(TODAY + 40 * ONE_DAY, at=NOON, by="test")


def halted(policy: PolicyVersion) -> None:
    officer()
    PurgeRun.objects.create(at=NOON, by="test", status="needs_approval", started_at=NOON)
    warning.warn(policy=policy, at=NOON)


def clocks_apart(_policy: PolicyVersion) -> None:
    officer()
    clock_watch.note(Clocks(NOON + ONE_DAY, NOON))
    clock_watch.warn(NOON)


def mail_refused(policy: PolicyVersion) -> None:
    officer()
    MailStandstill.objects.create(reply="550 relaying denied", domains=5, began_at=NOON, try_at=NOON)
    standstill_told.tell(policy=policy, at=NOON)


def journal_waits(policy: PolicyVersion) -> None:
    officer()
    writing.write(JournalAct.KEY_REVOKED, at=NOON - ONE_DAY, key="digest")
    JournalLine.objects.update(number=1)
    journal_warning.warn(policy=policy, at=NOON)


def of_the_operator(_policy: PolicyVersion) -> None:
    """What `manage.py preflight --mail` sends."""
    assert list(preflight_mail.send("operator@nordvik.example"))


def of_accounts(_policy: PolicyVersion) -> None:
    """An invitation, and what its reader and the officers hear of the account."""
    officer()
    chief = User.objects.create_user("chief", "chief@nordvik.example")
    invited = inviting.Invited("eva", "eva@nordvik.example", "sv")
    inviting.invite(invited, "administrator", at=NOON, by=f"user:{chief.pk}")
    telling.send_due(at=NOON)


TEMPLATES: dict[MailTemplate, set[str]] = {
    MailTemplate.CONFIRM: {"confirm"},
    MailTemplate.REGISTERED: {"place"},
    MailTemplate.REMINDER: {"place"},
    MailTemplate.MOVED: {"place"},
    MailTemplate.CANCELLED: set(),
    MailTemplate.GIVEN_UP: {"event"},
    MailTemplate.INFORM: set(),
    MailTemplate.LONGER: {"preferences"},
    MailTemplate.PARTING: {"keep"},
    MailTemplate.ANNOUNCE: {"whitepaper"},
    MailTemplate.MAILING: set(),
    MailTemplate.WRITTEN: set(),
    MailTemplate.BREACH: set(),
}
LETTERS: dict[Writer, dict[str, Any]] = {
    answers.extended: {"until": TODAY, "reason": BECAUSE},
    answers.nothing_held: {},
    answers.unidentified: {"asked_on": TODAY},
    answers.taken_back: {},
    complaints.agreed: {"agreement": BECAUSE, "by": TODAY},
    complaints.answered: {"answer": BECAUSE},
    complaints.done: {"agreement": BECAUSE, "done": "B."},
    corrections.corrected: {"values": {"city": "Umeå"}},
    free.fee: {"fee": "250 kr", "reasons": BECAUSE},
    free.free: {"template": "working"},
    handovers.enclosed: {},
    question.question: {},
    question.scope: {"entries": 600, "answers_all": TODAY},
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
    representatives.acting: (represented, set()),
    erasure.erased: (certificate, {"my_data_certificate", "my_data_certificate_paper"}),
    handovers.access_ready: (partial(package, Kind.ACCESS), {"my_data_ready"}),
    handovers.portability_ready: (partial(package, Kind.PORTABILITY), {"my_data_ready"}),
}
MODULES: dict[str, tuple[Make, set[str]]] = {
    "contacts/audiences/striking.py": (to_strike, {DESK}),
    "contacts/breaches/reminding.py": (breach_runs, {"admin:contacts_breach_change"}),
    "contacts/disclosure/expiry.py": (agreement_ends, {"admin:contacts_recipient_change"}),
    "contacts/journal/warning.py": (journal_waits, set()),
    "contacts/outbox/standstill_told.py": (mail_refused, {"admin:contacts_mailstandstill_change"}),
    "contacts/delivery/address_question.py": (doubted, {"address", *EVERYWHERE}),
    "contacts/delivery/change_address_notified.py": (moved, {"my_data", *EVERYWHERE}),
    "contacts/delivery/mailing_trial.py": (tried, EVERYWHERE),
    "contacts/disclosure/notice_letters.py": (to_be_told, {"notices"}),
    "dsr/answers/answering.py": (letters, EVERYWHERE),
    "dsr/clock/reminding.py": (due, {INBOX}),
    "dsr/intake/proving.py": (first_words, {"my_data_open", *EVERYWHERE}),
    "dsr/systems/owner_letters.py": (system_asked, {"system_task"}),
    "retention/audit/seal_mails.py": (seals_set, set()),
    "retention/watch/clock_watch.py": (clocks_apart, set()),
    "privacy_crm/preflight/mail.py": (of_the_operator, set()),
    "privacy_crm/access/telling.py": (of_accounts, {"account_set_up", "account_not_you"}),
    "retention/watch/warning.py": (halted, {"admin:retention_purgerun_change"}),
}


def name(writer: Any) -> str:
    return f"{writer.__module__}.{writer.__name__}"


KINDS: dict[str, tuple[Make, set[str]]] = {
    **{f"template {one}": (partial(from_template, one), EVERYWHERE | to) for one, to in TEMPLATES.items()},
    "template confirm, pressed": (pressed, EVERYWHERE | {"confirm", "download"}),
    **{name(write): (make, EVERYWHERE | to) for write, (make, to) in BY_AN_ACT.items()},
    **MODULES,
}
