"""Whom a mailing reaches, and why others are left out: asked before it, when it starts, and at each mail (P3, P11).

Marketing asks `permission`. An important message asks for no permission, since it is none of marketing's: it goes to
customers and partners, whatever they said of our news, and never to the restricted. A freeze does not stop it: what we
owe a customer is owed while their request is open, too, and a mail changes nothing of what is frozen. Whoever has not
been told yet where we have their details from is told with it (L5, `informing.enqueue_before`).
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from contacts.base.days import day_of
from contacts.base.languages import spoken
from contacts.disclosure import disclosing
from contacts.models import Basis, Contact, Mailing, PolicyVersion, Recipient
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.policy import purposes
from contacts.words.vocabulary import AGREEMENT_SCENARIOS, AddressTrust, Channel, MailingKind, Use

# Beside the codes of permission.Refusal: neither customer nor partner, and never told of what such messages are for.
NOT_BOUND = "not_bound"
UNTOLD_OF_SERVICE = "untold_of_service"


@dataclass(frozen=True)
class Ahead:
    """How many people get a mailing, by language, and how many are left out, by reason."""

    languages: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return sum(self.languages.values())

    @property
    def asked(self) -> int:
        return self.people + sum(self.left_out.values())


def preview(mailing: Mailing, people: QuerySet[Contact], *, policy: PolicyVersion, at: dt.datetime) -> Ahead:
    """Return whom a mailing to these people would reach now. Raises DisclosureError as its start would."""
    day, provider = day_of(at, policy.zone), sender(Recipient.objects.all())
    if provider:
        disclosing.check(provider, day)
    asked = judged(mailing, people, provider=provider, day=day).order_by()
    languages, left_out = Counter[str](), Counter[str]()
    for code, language, number in asked.values_list("answer", "language").annotate(number=Count("pk")):
        if code:
            left_out[code] += number
        else:
            languages[spoken(language)] += number
    return Ahead(dict(languages.most_common()), dict(left_out.most_common()))


def sender(register: QuerySet[Recipient]) -> Recipient | None:
    """Return who of the register sends our mail, if that is somebody else than we: each mail is a disclosure (P15)."""
    return register.filter(sends_our_mail=True).first()


def judged(mailing: Mailing, people: QuerySet[Contact], *, provider: Recipient | None, day: dt.date) -> QuerySet[Any]:
    """Return these people with `answer`: why they are left out, empty where they are not."""
    asked, refusal = _asked(mailing, people, day)
    reasons = [When(~Q(**{refusal: ""}), then=F(refusal))]
    if provider:
        reasons.append(When(~disclosing.held_for(*_covered(mailing, provider)), then=Value(Refusal.NOT_COVERED.value)))
    answered: QuerySet[Any] = asked.annotate(answer=Case(*reasons, default=Value(""), output_field=CharField()))
    return answered


def refusal(mailing: Mailing, contact: Contact, day: dt.date) -> str:
    """Return why one person may not get this mailing on a day; empty where they may."""
    person = judged(mailing, Contact.objects.whole().filter(pk=contact.pk), provider=None, day=day)
    answer: str | None = person.values_list("answer", flat=True).first()
    return Refusal.NO_BASIS if answer is None else answer


def _covered(mailing: Mailing, provider: Recipient) -> list[str]:
    """Return what the agreement covers of what a mailing is for: important messages are for customers and partners."""
    important = mailing.kind == MailingKind.IMPORTANT
    return [each for each in provider.purposes if not important or each in AGREEMENT_SCENARIOS]


def _asked(mailing: Mailing, people: QuerySet[Contact], day: dt.date) -> tuple[QuerySet[Any], str]:
    if mailing.kind == MailingKind.IMPORTANT:
        return people.annotate(unreached=_unreached(day)), "unreached"
    topics = list(mailing.topics.values_list("pk", flat=True))
    return permission.judged(Channel.EMAIL, day=day, topics=topics, people=people), "refusal"


def _unreached(day: dt.date) -> Case:
    """Say of a contact why an important message does not reach them."""
    bound = Basis.objects.filter(contact=OuterRef("pk"), scenario__in=AGREEMENT_SCENARIOS)
    told = purposes.ground(Use.SERVICE)
    conditions = {
        Refusal.RESTRICTED: Q(restricted_through__gte=day),
        NOT_BOUND: ~Exists(bound),
        **({UNTOLD_OF_SERVICE: ~Exists(bound.filter(told))} if told else {}),
        Refusal.LEFT: Q(left_on__isnull=False),
        Refusal.UNREACHABLE: Q(email__isnull=True),
        Refusal.BOUNCING: Q(bounced_on__isnull=False),
        Refusal.UNCONFIRMED: Q(address_trust=AddressTrust.DOUBTED),
    }
    whens = [When(condition, then=Value(str(code))) for code, condition in conditions.items()]
    return Case(*whens, default=Value(""), output_field=CharField())
