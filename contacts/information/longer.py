"""What a mail about a longer period, or a new purpose, is to say, and the record that it has said so (L13, Art. 13(3)).

All of somebody's bases that the version changes to their cost stand in one mail, so that nobody gets a second one about
it. It leaves while that version is in force, and not where another way has told them by then.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from contacts.models import Basis, Contact, Message, PolicyVersion, ScenarioRule
from contacts.people import tellings
from contacts.policy import policy_words, promised, purposes
from contacts.policy.promised import Span
from contacts.words.vocabulary import Clock, MailTemplate, TellingWay

_ONCE = "policy:"


@dataclass(frozen=True)
class Change:
    """One basis, with the rule that the person was promised and the one in force."""

    basis: Basis
    old: ScenarioRule
    new: ScenarioRule

    @property
    def is_longer(self) -> bool:
        (clock, months, unverified), now = (promised.key(rule, rule.version) for rule in (self.old, self.new))
        if clock != now[0]:
            return True
        return now[2] > unverified if self.basis.is_unverified else now[1] > months

    @property
    def before(self) -> str:
        """The period that the person was promised, in the language that is active."""
        return self._kept(self.old)

    @property
    def after(self) -> str:
        """The period in force."""
        return self._kept(self.new)

    def _kept(self, rule: ScenarioRule) -> str:
        if rule.clock == Clock.AGREEMENT_END and self.basis.is_unverified:
            return policy_words.kept_unverified(rule.version)
        return policy_words.kept(rule)

    @property
    def is_to_be_told(self) -> bool:
        return self.is_longer or bool(purposes.new(self.old, self.new, "en"))


def once(policy: PolicyVersion) -> str:
    """Return the name under which each person is owed one mail about a version."""
    return f"{_ONCE}{policy.number}"


def changes(contact: Contact, policy: PolicyVersion) -> list[Change]:
    """Return what somebody was promised otherwise, and has not been told of yet."""
    spans = promised.spans()
    found = (_change(basis, policy, spans) for basis in contact.bases.order_by("pk"))
    return [change for change in found if change and change.is_to_be_told]


def _change(basis: Basis, policy: PolicyVersion, spans: list[Span]) -> Change | None:
    version = promised.version_of(basis, spans)
    return Change(basis, version.rule(basis.scenario), policy.rule(basis.scenario)) if version else None


def to_tell(message: Message, policy: PolicyVersion) -> list[int]:
    """Return the keys of the bases that a mail is to name, at the moment of writing it; none for other messages."""
    if message.template != MailTemplate.LONGER or message.contact is None:
        return []
    return [change.basis.pk for change in changes(message.contact, policy)]


def told(message: Message, bases: Collection[int], *, day: dt.date) -> None:
    """Note that the mail which names these bases has left. Call it in the transaction that marks it as sent."""
    version = PolicyVersion.objects.get(number=int(message.once.removeprefix(_ONCE)))
    tellings.record(bases, version, TellingWay.MAIL, on=day, mail=message.public_id)
