"""In whatever order a person and the officer act, and however much time passes, a request is where a plain model says.

What the model does not allow is refused, with nothing changed. `tests.support.examples` says how many stories it plays.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contacts.models import PolicyVersion
from dsr.clock import reminding, unanswered
from dsr.decisions import extending
from dsr.intake import identity, intake
from dsr.intake.proving import ProofError
from dsr.models import Request
from dsr.records import deadlines
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Outcome
from retention.models import Hold
from tests.support.factories import ContactFactory, is_held, run
from tests.support.mailing import send
from tests.support.requesting import KNOWN, OFFICER, QUESTION, asked_by, close, entered, posted, press, question, whole
from tests.support.stories import STORIES
from tests.support.walking import by_walking, walk_months

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L1"), pytest.mark.promise("L2")]

ONE_DAY = dt.timedelta(days=1)
BEGIN = dt.date(2026, 1, 28)
STANDING = {"new", "open", "asked"}


@dataclass
class Model:
    """A request in plain Python."""

    state: str
    received: dt.date
    reachable: bool  # by mail
    people: int = 0
    paused_since: dt.date | None = None
    waited: int = 0
    extended: bool = False
    reminded: bool = False
    warned: dt.date | None = None
    closed_on: dt.date | None = None
    outcome: str = ""

    @property
    def safe(self) -> dt.date:
        return by_walking(self.received, 3 if self.extended else 1, self.waited).safe_on

    def run_on(self, day: dt.date) -> None:
        if self.paused_since:
            self.waited += (day - self.paused_since).days
            self.paused_since = None

    def close(self, outcome: str, day: dt.date) -> None:
        self.run_on(day)
        self.state, self.outcome, self.closed_on = "closed", outcome, day

    def heard_of(self, day: dt.date) -> bool:
        """Whether officers are told on a day: each threshold that has passed since they last heard counts once."""
        left = (self.safe - day).days
        last = self.warned or dt.date.min
        if self.state not in {"new", "open"} or last >= day:
            return False
        return left < 0 or any(left <= days and last < self.safe - days * ONE_DAY for days in (14, 7, 3, 1))


class Play(RuleBasedStateMachine):
    policy: PolicyVersion

    @initialize(way=st.sampled_from(["form", "form of a stranger", "my data", "post"]))
    def begin(self, way: str) -> None:
        self.story = transaction.savepoint_create()
        self.today = BEGIN
        self.person = ContactFactory.create()
        if way == "post":
            self.request = entered(self.policy, received_on=BEGIN - 5 * ONE_DAY, at=self.now)
            self.model = Model("new", BEGIN - 5 * ONE_DAY, reachable=False)
        elif way == "my data":
            self.request = asked_by(self.person, self.policy, at=self.now)
            self.model = Model("open", BEGIN, reachable=True, people=1)
        else:
            said = {"name": "Aino", "old_address": "aino@before.example"} if way == "form of a stranger" else {}
            self.request = posted(self.policy, self.person.email, at=self.now, **said)
            self.model = Model("unproven", BEGIN, reachable=True, paused_since=BEGIN)
        self.by_stranger = way == "form of a stranger"

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.story)

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(11), dt.UTC)

    def attempt(self, act: Callable[[], Any], *, legal: bool) -> bool:
        """Have something done; where it may not be, it is refused and every row stays as it was."""
        if legal:
            act()
            return True
        before = whole(self.request)
        with pytest.raises((RequestError, ProofError)), transaction.atomic():
            act()
        assert whole(self.request) == before
        return False

    @rule()
    def the_button_is_pressed(self) -> None:
        links = self.request.proofs.all()
        if not links:
            return
        in_time = self.now < links[0].expires_at
        legal = self.model.state == "unproven" and in_time
        if self.attempt(lambda: press(self.request, self.policy, at=self.now), legal=legal):
            self.model.run_on(self.today)
            self.model.state, self.model.people = ("new", 0) if self.by_stranger else ("open", 1)

    @rule(another=st.booleans())
    def the_officer_finds_them(self, another: bool) -> None:
        people = [self.person, *([ContactFactory.create()] if another else [])]
        legal = self.model.state in STANDING
        if self.attempt(
            lambda: identity.identify(self.request.pk, people, KNOWN, at=self.now, by=OFFICER), legal=legal
        ):
            self.model.state = "open" if self.model.state == "new" else self.model.state
            self.model.people = self.request.subjects.count()
            self.model.reachable = True

    @rule()
    def the_officer_says_where_answers_go(self) -> None:
        legal = self.model.state in STANDING
        address = "new@elsewhere.example"
        if self.attempt(
            lambda: identity.answer_to(self.request.pk, address, KNOWN, at=self.now, by=OFFICER), legal=legal
        ):
            self.model.reachable = True

    @rule()
    def the_officer_asks_back(self) -> None:
        legal = self.model.state in {"new", "open"} and self.model.reachable
        if self.attempt(lambda: question(self.request, self.policy, at=self.now), legal=legal):
            self.model.state, self.model.paused_since, self.model.reminded = "asked", self.today, False

    @rule(ago=st.integers(-1, 40))
    def they_answer(self, ago: int) -> None:
        on = self.today - ago * ONE_DAY
        since = self.model.paused_since
        legal = self.model.state == "asked" and since is not None and since <= on <= self.today
        if self.attempt(
            lambda: identity.answered(self.request.pk, on=on, policy=self.policy, at=self.now, by=OFFICER), legal=legal
        ):
            self.model.run_on(on)
            self.model.state = "open" if self.model.people else "new"

    @rule()
    def two_months_are_added(self) -> None:
        ends = walk_months(self.model.received, 1) + self.model.waited * ONE_DAY
        runs = self.model.state in {"new", "open"}
        legal = runs and self.model.reachable and not self.model.extended and self.today <= ends
        if self.attempt(
            lambda: extending.extend(
                self.request.pk, "many tables", QUESTION, policy=self.policy, at=self.now, by=OFFICER
            ),
            legal=legal,
        ):
            self.model.extended = True

    @rule(outcome=st.sampled_from(["fulfilled", "withdrawn", "nothing_held"]))
    def it_is_closed(self, outcome: str) -> None:
        def act() -> None:
            with transaction.atomic():
                close(self.request, self.policy, Outcome(outcome), at=self.now)

        if self.attempt(act, legal=self.model.state in STANDING):
            self.model.close(outcome, self.today)

    @rule(days=st.sampled_from([0, 1, 1, 3, 7, 14, 16, 30]))
    def time_passes(self, days: int) -> None:
        """What waits is sent, and the daily work is done on the last of these days."""
        send(self.now)
        self.today += days * ONE_DAY
        self._questions_are_followed_up()
        self._officers_are_reminded()
        if self.model.state == "unproven" and self.today >= self.model.received + 30 * ONE_DAY:
            assert intake.sweep(policy=self.policy, at=self.now) == 1
            self.model.state = "gone"
        else:
            assert intake.sweep(policy=self.policy, at=self.now) == 0

    def _questions_are_followed_up(self) -> None:
        since = self.model.paused_since
        waits = (self.today - since).days if since and self.model.state == "asked" else 0
        done = unanswered.follow_up(policy=self.policy, at=self.now, by="test")
        if waits > 30:
            assert done == 1
            self.model.close("unidentified", self.today)
        elif waits >= 14 and not self.model.reminded:
            assert done == 1
            self.model.reminded = True
        else:
            assert done == 0

    def _officers_are_reminded(self) -> None:
        told = self.model.heard_of(self.today)
        assert reminding.remind(self.today, at=self.now, by="test") == int(told)
        self.model.warned = self.today if told else self.model.warned

    @rule()
    def the_night_comes(self) -> None:
        """Whoever a request stands about is there in the morning."""
        run(self.today, self.policy, approve=True)
        if self.model.state in STANDING and self.model.people:
            assert is_held(self.person)

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        found = Request.objects.filter(pk=self.request.pk).first()
        assert (found is None) == (self.model.state == "gone")
        if found is None:
            return
        model = self.model
        assert (found.state, found.outcome, found.closed_on) == (model.state, model.outcome, model.closed_on)
        assert (found.paused_since, found.paused_days) == (model.paused_since, model.waited)
        due = by_walking(model.received, 3 if model.extended else 1, model.waited)
        assert (found.safe_on, found.legal_on) == (due.safe_on, due.legal_on)
        assert deadlines.unpaused(found) == by_walking(model.received, 3 if model.extended else 1, 0)

    @invariant()
    def people_are_frozen_as_long_as_it_stands(self) -> None:
        open_ended = Hold.objects.filter(contact__requests__request=self.request.pk, until__isnull=True).count()
        assert open_ended == (self.model.people if self.model.state in STANDING else 0)


def test_in_any_story_a_request_stands_where_the_model_says(policy: PolicyVersion) -> None:
    class Story(Play):
        pass

    officer = get_user_model().objects.create_user("officer", email="officer@nordvik.example")
    officer.groups.add(Group.objects.get(name="privacy officer"))
    Story.policy = policy
    run_state_machine_as_test(Story, settings=STORIES)  # type: ignore[no-untyped-call]
