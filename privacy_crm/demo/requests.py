"""What people of the demo asked for lately: the officer's inbox shows a request in each state, some of them late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from dsr.answers import answering, correspondence
from dsr.answers.correspondence import Enclosed
from dsr.decisions import agreeing, ending
from dsr.intake import identity, intake, representing
from dsr.intake.intake import Asked
from dsr.intake.representing import Acting, Proof
from dsr.letters import representatives
from dsr.letters.complaints import answered
from dsr.letters.question import question
from dsr.models import Request
from dsr.words.vocabulary import Authority, Kind, RepresentativeKind, Source


@dataclass(frozen=True)
class Wish:
    """What somebody asked for, how many days ago, and how it came in."""

    kind: Kind
    words: str
    days_ago: int
    source: Source


LATE = Wish(Kind.ACCESS, "Please tell me everything that you have on file about me.", 34, Source.POST)
SOON = Wish(Kind.ERASURE, "Good morning, I would like you to delete my details. Many thanks.", 27, Source.EMAIL)
FRESH = Wish(Kind.RECTIFICATION, "I have married: my last name is not what you write on your mails.", 3, Source.PHONE)
ASKED = Wish(Kind.ACCESS, "What do you know about me? I met you at some fair, I think.", 12, Source.EMAIL)
STRANGER = Wish(Kind.ERASURE, "Stop it. Delete my address.", 6, Source.EMAIL)
TAKEN_BACK = Wish(Kind.PORTABILITY, "I would like my data as a file.", 20, Source.EMAIL)
CROSS = Wish(Kind.COMPLAINT, "You wrote to me twice in one week. That is too often.", 15, Source.EMAIL)
PASSED_ON = Wish(Kind.ERASURE, "Called, was cross about a mail, wants to be forgotten at once.", 1, Source.PHONE)
ACTED_FOR = Wish(Kind.ACCESS, "I act for my client. Please send me what you hold.", 9, Source.POST)
LEFT = Wish(Kind.LEAVER, "", 2, Source.EMAIL)


def come_in(policy: PolicyVersion, at: dt.datetime) -> int:
    """Have some of those who are held ask for something in the days before `at`, and return how many requests it is."""
    desk = _Desk(policy, at)
    free = Contact.objects.whole().filter(frozen_through__isnull=True, language="en")
    late, soon, fresh, passed_on, left, asked, taken_back, cross, client = free.order_by("pk")[:52:6]
    for person, wish in ((late, LATE), (soon, SOON), (fresh, FRESH)):
        request = desk.enter(wish)
        desk.find(request, person, wish)
        if wish is SOON:
            desk.work_on(request, wish)
    desk.pass_on(PASSED_ON, passed_on, "sales")
    desk.pass_on(LEFT, left, "marketing")
    desk.enter(STRANGER, name="R. Holm", address="r.holm@nowhere.example", language="en")
    desk.ask(desk.enter(ASKED, name=asked.first_name, address=asked.email or ""), ASKED)
    desk.answer(desk.enter(CROSS), cross)
    desk.take_back(desk.enter(TAKEN_BACK), taken_back)
    desk.represent(desk.enter(ACTED_FOR), client)
    return Request.objects.count()


class _Desk:
    """What the staff of the demo do with what comes in, on the day on which it comes in."""

    def __init__(self, policy: PolicyVersion, at: dt.datetime) -> None:
        self.policy, self.at = policy, at

    def enter(self, wish: Wish, **data: str) -> Request:
        at, asked = self.then(wish), Asked(wish.kind, wish.words, data)
        day = day_of(at, self.policy.zone)
        by = _by("privacy-officer")
        return intake.enter(asked, source=wish.source, received_on=day, policy=self.policy, at=at, by=by)

    def pass_on(self, wish: Wish, person: Contact, who: str) -> None:
        at, asked = self.then(wish), Asked(wish.kind, wish.words)
        day = day_of(at, self.policy.zone)
        intake.pass_on(asked, person, source=wish.source, received_on=day, policy=self.policy, at=at, by=_by(who))

    def find(self, request: Request, person: Contact, wish: Wish) -> None:
        how = "Wrote from the address on file." if wish.source == Source.EMAIL else "Called back on the number on file."
        at = self.then(wish) + dt.timedelta(hours=1)
        identity.identify(request.pk, [person], how, at=at, by=_by("privacy-officer"))

    def work_on(self, request: Request, wish: Wish) -> None:
        """Take it on, note a call, and keep what the person sent later."""
        at, by = self.then(wish) + dt.timedelta(days=3), _by("privacy-officer")
        on, words = day_of(at, self.policy.zone), "About the address I had before: see the mail."
        mail = Enclosed("mail.txt", b"My old address is not in use any more. Please delete that, too.\n")
        correspondence.assign(request.pk, by, at=at, by=by)
        correspondence.came_in(
            request.pk, words, source=Source.EMAIL, on=on, enclosed=mail, policy=self.policy, at=at, by=by
        )
        correspondence.note(request.pk, "Sales has closed the last offer. Nothing is left to invoice.", at=at, by=by)

    def ask(self, request: Request, wish: Wish) -> None:
        letter = question(request, self.policy, answering.language(request), {})
        at = self.then(wish) + dt.timedelta(days=2)
        identity.ask(request.pk, letter, policy=self.policy, at=at, by=_by("privacy-officer"))

    def answer(self, request: Request, person: Contact) -> None:
        """Answer a complaint: what proves it is sealed from then on."""
        self.find(request, person, CROSS)
        told = {"answer": "We are sorry. From now on we write once a month at most."}
        letter = answered(request, self.policy, answering.language(request), told)
        at = self.then(CROSS) + dt.timedelta(days=2)
        agreeing.answer(request.pk, letter, policy=self.policy, at=at, by=_by("privacy-officer"))

    def represent(self, request: Request, person: Contact) -> None:
        """A lawyer acts for somebody, who is told of it."""
        self.find(request, person, ACTED_FOR)
        at, by = self.then(ACTED_FOR) + dt.timedelta(hours=2), _by("privacy-officer")
        day = day_of(at, self.policy.zone)
        name = f"{person.first_name} {person.last_name}".strip()
        file = Enclosed("power-of-attorney.txt", f"{name} gives power of attorney to L. Lagman.\n".encode())
        shown = Proof(Authority.POWER, name, issued_on=day - dt.timedelta(days=5), seen_on=day, file=file)
        post = "Lagman Law\nHamngatan 1\n111 47 Stockholm"
        who = Acting(RepresentativeKind.LAWYER, "L. Lagman", [Kind.ACCESS], "l.lagman@lagman.example", post)
        acting = representing.enter(request.pk, who, shown, policy=self.policy, at=at, by=by)
        letter = representatives.acting(request, self.policy, answering.language(request), {"acting": acting})
        representing.tell(request.pk, letter, at=at, by=by)

    def take_back(self, request: Request, person: Contact) -> None:
        self.find(request, person, TAKEN_BACK)
        on = day_of(self.at, self.policy.zone)
        how, by = "Wrote so from the address on file.", _by("privacy-officer")
        ending.taken_back(request.pk, how, on=on, policy=self.policy, at=self.at, by=by)

    def then(self, wish: Wish) -> dt.datetime:
        return self.at - dt.timedelta(days=wish.days_ago)


def _by(name: str) -> str:
    """Return the actor of a log-in name of the demo's, as the audit trail has it."""
    return f"user:{get_user_model().objects.values_list('pk', flat=True).get(username=name)}"
