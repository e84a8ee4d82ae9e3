"""The JSON API: a second door to the same form, for the company's servers and websites."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.api import problems
from contacts.api.problems import ProblemError
from contacts.models import ApiKey, AuditEvent, FoodPreference, Message, PolicyVersion, SignUp, Suppression, Whitepaper
from contacts.policy import policies
from contacts.signups import keys
from contacts.signups.keys import Terms
from contacts.words.addresses import hashes
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    RegistrationFactory,
    TopicFactory,
    WhitepaperFactory,
)
from tests.support.odd_addresses import ODD
from tests.support.visitors import AINO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

WEBSITE = "https://www.nordvik.example"


@dataclass
class Caller:
    """Whoever calls the API, with the headers that they send."""

    headers: dict[str, str]
    policy: PolicyVersion

    def post(self, path: str, body: Any = None, **typed: Any) -> Any:
        """Post what Aino types into a form, changed by `typed`, or `body` as it is."""
        whole = {"policy_version": self.policy.number} | AINO | typed if body is None else body
        sent = whole if isinstance(whole, str | bytes) else json.dumps(whole)
        as_json = {"Content-Type": "application/json"}  # of an empty body, too
        strict = Client(enforce_csrf_checks=True)  # no caller has a token
        return strict.generic("POST", f"/api/v1/{path}", sent, headers=as_json | self.headers)


@pytest.fixture(autouse=True)
def far_from_the_limits(settings: LazySettings) -> None:
    """Let no test stand in another's way: the limits count through all of them."""
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000


@pytest.fixture
def key(db: None) -> str:
    return keys.issue("website", at=NOON, by="test")[1]


@pytest.fixture
def server(key: str, policy: PolicyVersion) -> Caller:
    return Caller({"Authorization": f"Bearer {key}"}, policy)


@pytest.fixture
def browser_on(policy: PolicyVersion, settings: LazySettings) -> Any:
    """A visitor's browser on a website; the company has allowed its own."""
    settings.EMBED_ORIGINS = settings.CORS_ALLOWED_ORIGINS = [WEBSITE]
    return lambda website: Caller({"Origin": website}, policy)


@pytest.fixture
def whitepaper(db: None) -> Whitepaper:
    return WhitepaperFactory.create(slug="calm-backups")


PATH = "whitepapers/calm-backups/sign-ups"


# What is taken


def test_a_server_signs_somebody_up_in_the_name_of_its_key(server: Caller, whitepaper: Whitepaper) -> None:
    assert server.post(PATH).status_code == 202
    made = SignUp.objects.get()
    assert (made.email, made.whitepaper, made.policy_version) == (AINO["email"], whitepaper, server.policy)
    assert made.source == "api:website"
    assert AuditEvent.objects.get(code="sign_up.received").by == f"api:{ApiKey.objects.get().pk}"
    assert Message.objects.get().sign_up == made


def test_a_browser_on_the_companys_website_signs_its_visitor_up(browser_on: Any, whitepaper: Whitepaper) -> None:
    assert browser_on(WEBSITE).post(PATH, altcha=visitors.solved()).status_code == 202
    assert SignUp.objects.get().source == "api"
    assert AuditEvent.objects.get(code="sign_up.received").by == "visitor"


def test_each_scenario_has_its_path(server: Caller) -> None:
    webinar, day = visitors.event("webinar"), visitors.event("physical")
    for event in (webinar, day):
        assert server.post(f"events/{event.slug}/sign-ups").status_code == 202
    for scenario in ("customer", "partner"):
        assert server.post("registrations", scenario=scenario).status_code == 202
    assert list(SignUp.objects.order_by("pk").values_list("scenario", "event")) == [
        ("webinar", webinar.pk),
        ("event", day.pk),
        ("customer", None),
        ("partner", None),
    ]


@pytest.mark.promise("P11")
def test_a_consent_is_stored_in_the_words_that_the_note_gave(server: Caller, whitepaper: Whitepaper) -> None:
    note = Client().get("/api/v1/notes/whitepaper?language=sv").json()
    server.post(PATH, consent_email=True, language="sv")
    made = SignUp.objects.get()
    assert (made.consents, made.language) == ({"email": note["wordings"]["consent_email"]}, "sv")


@pytest.mark.promise("P8")
def test_food_is_stored_with_its_own_consent(server: Caller) -> None:
    event = visitors.event()
    server.post(f"events/{event.slug}/sign-ups", food="No hazelnuts", food_consent=True)
    assert FoodPreference.objects.get().sign_up == SignUp.objects.get()


def test_the_answer_is_the_same_whether_an_address_is_on_file_or_not(server: Caller, whitepaper: Whitepaper) -> None:
    known, restricted, objected = (f"{word}@fjordkraft.example" for word in ("known", "restricted", "objected"))
    ContactFactory.create(email=known)
    ContactFactory.create(email=restricted, restricted_through=(NOON + ONE_DAY).date())
    Suppression.objects.create(**hashes(objected), channel="email", since=NOON.date())
    server.post(PATH)  # reads the policy, once in a process
    told = []
    for address in ("nobody@fjordkraft.example", known, restricted, objected):
        with CaptureQueriesContext(connection) as queries:
            answer = server.post(PATH, email=address)
        statements = [query["sql"].split(" ")[0] for query in queries]
        told.append((answer.status_code, answer.content, dict(answer.headers), statements))
    assert told == [told[0]] * 4
    assert told[0][0] == 202


@pytest.mark.parametrize("path", ["whitepapers", "events"])
def test_a_post_costs_at_most_eight_statements(path: str, server: Caller, whitepaper: Whitepaper) -> None:
    event = visitors.event(capacity=50)
    slug, typed = {
        "whitepapers": (whitepaper.slug, {}),
        "events": (event.slug, {"food": "No hazelnuts", "food_consent": True}),
    }[path]
    server.post(f"{path}/{slug}/sign-ups", **typed)  # reads the policy, once in a process
    with CaptureQueriesContext(connection) as queries:
        server.post(f"{path}/{slug}/sign-ups", **typed)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 8
    assert SignUp.objects.count() == 2


# What is refused: the status, the problem, and nothing stored


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem in JSON; return it."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    return problem


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("", 400, "malformed"),
        ("{", 400, "malformed"),
        (b"\xff\xfe\x00", 400, "malformed"),
        ("[" * 60_000, 400, "malformed"),
        ("9" * 60_000, 400, "malformed"),
        ("[]", 422, "invalid"),
        ("null", 422, "invalid"),
        ('{"policy_version": 1, "email": "\\ud800@fjordkraft.example"}', 422, "invalid"),
        ('{"\\ud800": 1}', 422, "invalid"),
        ("x" * 10_000_000, 413, "too_long"),
    ],
    ids=range(10),
)
def test_what_is_no_body_of_ours_is_refused(
    body: str | bytes, status: int, code: str, server: Caller, whitepaper: Whitepaper
) -> None:
    before = contents()
    refused(server.post(PATH, body), status, code)
    assert contents() == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_refused(kind: str, server: Caller, whitepaper: Whitepaper) -> None:
    body = json.dumps(AINO | {"policy_version": server.policy.number})
    refused(Client().generic("POST", f"/api/v1/{PATH}", body, kind, headers=server.headers), 415, "not_json")
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "word"),
    [
        ({"email": "aino"}, "email", "Enter an e-mail address such as aino@example.com."),
        ({"email": "aino@fjordkraft.example\nBcc: x@y.example"}, "email", "Write this on one line, without special"),
        ({"first_name": "Ai\x00no"}, "first_name", "Write this on one line, without special"),
        ({"last_name": "x" * 201}, "last_name", "Shorten this to 200 characters; it has 201."),
        ({"country": "XX"}, "country", "Choose a country from the list."),
        ({"phone": 46}, "phone", "Write this as text."),
        ({"consent_email": "yes"}, "consent_email", "Write true or false."),
        ({"policy_version": "1"}, "policy_version", "Write a whole number."),
        ({"language": "fi"}, "language", "Name one of these languages: en, sv."),
        ({"born": "1980-01-01"}, "born", "We do not ask for this. Leave it out."),
        ({"food": "No hazelnuts"}, "food", "We do not ask for this. Leave it out."),
    ],
)
def test_what_is_typed_wrong_is_named_by_its_field(
    typed: dict[str, Any], field: str, word: str, server: Caller, whitepaper: Whitepaper
) -> None:
    before = contents()
    problem = refused(server.post(PATH, **typed), 422, "invalid")
    assert list(problem["errors"]) == [field]
    assert problem["errors"][field][0].startswith(word)
    assert contents() == before


def test_the_words_are_those_of_the_form(server: Caller, settings: LazySettings) -> None:
    event = visitors.event()
    typed = {"email": "aino", "first_name": " ", "last_name": "x" * 201, "food": "No hazelnuts", "country": "XX"}
    page = visitors.send(Client(), f"/events/{event.slug}/", visitors.filled(server.policy, **typed))
    shape = server.post(f"events/{event.slug}/sign-ups", **typed).json()["errors"]
    meaning = server.post(f"events/{event.slug}/sign-ups", **typed | {"first_name": "A", "last_name": "L"})
    said = shape | meaning.json()["errors"]
    assert {name: [str(word) for word in words] for name, words in page.context["form"].errors.items()} == said


def test_a_visitor_is_refused_in_their_own_language(server: Caller, whitepaper: Whitepaper) -> None:
    answer = server.post(PATH, email="aino", language="sv")
    assert answer.json()["errors"]["email"] == ["Skriv en e-postadress som aino@example.com."]
    assert answer.headers["Content-Language"] == "sv"


def test_an_outdated_note_is_refused_with_the_current_one(
    server: Caller, whitepaper: Whitepaper, policy_source: dict[str, Any]
) -> None:
    for rule in policy_source["rule"]:
        rule["months"] = 3
    latest, _ = policies.publish_source(policy_source, at=NOON, by="test")
    before = contents()
    problem = refused(server.post(PATH, language="sv"), 409, "outdated_policy")
    assert problem["note"] == Client().get("/api/v1/notes/whitepaper?language=sv").json()
    assert problem["note"]["policy_version"] == latest.number
    assert "3 månader" in problem["note"]["note"]
    assert contents() == before
    assert server.post(PATH, policy_version=latest.number).status_code == 202


@pytest.mark.promise("P8")
def test_a_webinar_takes_no_food(server: Caller) -> None:
    event = visitors.event("webinar")
    problem = refused(
        server.post(f"events/{event.slug}/sign-ups", food="No hazelnuts", food_consent=True), 422, "invalid"
    )
    assert list(problem["errors"]) == ["food"]
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 404, "unknown"),
        ({"was_open": True}, 409, "closed"),
        ({"signup_open": True, "starts_at": NOON - 2 * ONE_DAY}, 409, "past"),
        ({"signup_open": True, "capacity": 1}, 409, "full"),
        ({"signup_open": True, "cancelled_at": NOON}, 410, "cancelled"),
    ],
)
def test_an_event_that_takes_nobody_says_why(fields: dict[str, Any], status: int, code: str, server: Caller) -> None:
    event = RegistrationFactory.create(event=EventFactory.create(slug="cloud-day", **fields)).event
    before = contents()
    refused(server.post(f"events/{event.slug}/sign-ups"), status, code)
    assert contents() == before


def test_a_withdrawn_whitepaper_is_gone_and_an_unpublished_one_unknown(server: Caller) -> None:
    WhitepaperFactory.create(slug="old", withdrawn_at=NOON - ONE_DAY)
    WhitepaperFactory.create(slug="draft", published_at=None)
    WhitepaperFactory.create(slug="tomorrow", published_at=NOON + ONE_DAY)
    refused(server.post("whitepapers/old/sign-ups"), 410, "withdrawn")
    for slug in ("draft", "tomorrow", "none", "%00", "a%2Fb", "%F0%9F"):
        refused(server.post(f"whitepapers/{slug}/sign-ups"), 404, "unknown")
    assert not SignUp.objects.exists()


def test_an_address_that_is_none_of_the_apis_is_refused_in_its_own_way(server: Caller) -> None:
    for mistyped in ("registrations/", "whitepaper/calm-backups/sign-ups", "sign-ups"):
        refused(server.post(mistyped), 404, "unknown")


@pytest.mark.parametrize("sent", ["Bearer crm_made_up", "Bearer ", "Bearer", "Basic eDp5", "crm_made_up", "Bearer é"])
def test_a_key_that_opens_nothing_is_refused(sent: str, policy: PolicyVersion, whitepaper: Whitepaper) -> None:
    before = contents()
    answer = Caller({"Authorization": sent}, policy).post(PATH)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert contents() == before


def test_a_revoked_key_is_refused_at_once(server: Caller, whitepaper: Whitepaper) -> None:
    assert server.post(PATH).status_code == 202
    keys.revoke(ApiKey.objects.get(), at=NOON, by="test")
    refused(server.post(PATH), 401, "unknown_key")
    assert SignUp.objects.count() == 1


def test_a_key_is_not_outdone_by_an_origin(browser_on: Any, whitepaper: Whitepaper) -> None:
    caller = browser_on(WEBSITE)
    caller.headers["Authorization"] = "Bearer crm_made_up"
    refused(caller.post(PATH, altcha=visitors.solved()), 401, "unknown_key")


@pytest.mark.parametrize(
    "website", ["https://evil.example", "http://www.nordvik.example", f"{WEBSITE}.evil.example", f"{WEBSITE}/", "null"]
)
def test_another_website_may_not_post(website: str, browser_on: Any, whitepaper: Whitepaper) -> None:
    answer = browser_on(website).post(PATH, altcha=visitors.solved())
    refused(answer, 403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in answer.headers or website == f"{WEBSITE}/"
    assert not SignUp.objects.exists()


def test_whoever_says_neither_key_nor_website_is_refused(policy: PolicyVersion, whitepaper: Whitepaper) -> None:
    refused(Caller({}, policy).post(PATH), 401, "no_key")
    assert not SignUp.objects.exists()


def test_a_browser_must_have_solved_a_challenge_that_counts_once(browser_on: Any, whitepaper: Whitepaper) -> None:
    browser, answer = browser_on(WEBSITE), visitors.solved()
    for payload in ("", "made up", "e30=", answer[:-8]):
        assert list(refused(browser.post(PATH, altcha=payload), 422, "invalid")["errors"]) == ["altcha"]
    assert not SignUp.objects.exists()
    assert browser.post(PATH, altcha=answer).status_code == 202
    assert list(refused(browser.post(PATH, altcha=answer), 422, "invalid")["errors"]) == ["altcha"]
    assert SignUp.objects.count() == 1


def test_a_challenge_is_not_used_up_by_what_is_refused_otherwise(browser_on: Any, whitepaper: Whitepaper) -> None:
    browser, answer = browser_on(WEBSITE), visitors.solved()
    refused(browser.post(PATH, email="aino", altcha=answer), 422, "invalid")
    assert browser.post(PATH, altcha=answer).status_code == 202


def test_too_many_mails_to_one_address_are_refused(
    server: Caller, whitepaper: Whitepaper, settings: LazySettings
) -> None:
    settings.MAILS_AN_HOUR, address = 1, f"{uuid.uuid4()}@fjordkraft.example"
    assert server.post(PATH, email=address).status_code == 202
    answer = server.post(PATH, email=address)
    refused(answer, 429, "too_many")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert SignUp.objects.count() == 1


@pytest.mark.promise("L16")
@pytest.mark.parametrize("typed", ODD)
def test_what_is_no_plain_address_is_refused(server: Caller, whitepaper: Whitepaper, typed: str) -> None:
    refused(server.post(PATH, email=typed), 422, "invalid")
    assert not SignUp.objects.exists()


def test_too_many_posts_from_one_network_are_refused_but_a_server_speaks_for_many(
    browser_on: Any, server: Caller, whitepaper: Whitepaper, settings: LazySettings
) -> None:
    settings.POSTS_AN_HOUR = 0
    refused(browser_on(WEBSITE).post(PATH, altcha=visitors.solved()), 429, "too_many")
    assert server.post(PATH).status_code == 202


@pytest.mark.promise("P17")
def test_a_key_opens_its_forms_alone_and_stores_nothing_at_another(
    policy: PolicyVersion, whitepaper: Whitepaper
) -> None:
    _, key = keys.issue("tickets", Terms(forms=["event"]), at=NOON, by="test")
    refused(Caller({"Authorization": f"Bearer {key}"}, policy).post(PATH), 403, "form_not_allowed")
    assert not SignUp.objects.exists()


@pytest.mark.promise("P17")
def test_a_key_posts_as_often_as_it_may(policy: PolicyVersion, whitepaper: Whitepaper) -> None:
    _, key = keys.issue("slow shop", Terms(posts_an_hour=1), at=NOON, by="test")
    caller = Caller({"Authorization": f"Bearer {key}"}, policy)
    assert caller.post(PATH).status_code == 202
    answer = caller.post(PATH)
    refused(answer, 429, "too_many")
    assert int(answer.headers["Retry-After"]) <= 3600
    assert SignUp.objects.count() == 1
    assert ApiKey.objects.get().used_at == NOON


@pytest.mark.promise("P17")
def test_a_key_that_has_ended_is_refused(policy: PolicyVersion, whitepaper: Whitepaper) -> None:
    _, key = keys.issue("old", Terms(lasts=ONE_DAY), at=NOON - 2 * ONE_DAY, by="test")
    refused(Caller({"Authorization": f"Bearer {key}"}, policy).post(PATH), 401, "unknown_key")
    assert not SignUp.objects.exists()


def test_without_valkey_nothing_is_taken(server: Caller, whitepaper: Whitepaper, settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = server.post(PATH)
    refused(answer, 503, "not_now")
    assert answer.headers["Retry-After"] == "60"
    assert not SignUp.objects.exists()


def test_without_a_policy_nothing_is_asked_for(db: None, whitepaper: Whitepaper) -> None:
    _, key = keys.issue("shop", at=NOON, by="test")
    unready = Caller({"Authorization": f"Bearer {key}"}, PolicyVersion(number=1))
    refused(unready.post(PATH), 503, "not_now")
    for path in ("whitepapers", "events", "notes/event"):
        refused(Client().get(f"/api/v1/{path}"), 503, "not_now")
    assert not SignUp.objects.exists()


# What anybody may read


def test_what_is_listed_can_be_asked_for_now(policy: PolicyVersion, whitepaper: Whitepaper) -> None:
    WhitepaperFactory.create(withdrawn_at=NOON)
    WhitepaperFactory.create(published_at=None)
    visitors.event(slug="coming")
    EventFactory.create(signup_open=False)
    visitors.event(starts_at=NOON - 2 * ONE_DAY)
    visitors.event(cancelled_at=NOON)
    assert [found["slug"] for found in Client().get("/api/v1/whitepapers").json()] == ["calm-backups"]
    assert [found["slug"] for found in Client().get("/api/v1/events").json()] == ["coming"]


def test_an_event_says_how_many_places_are_left_and_never_where_a_webinar_takes_place(policy: PolicyVersion) -> None:
    event = visitors.event("webinar", capacity=2, link="https://meet.example/secret")
    RegistrationFactory.create(event=event)
    RegistrationFactory.create(event=event, cancelled_at=NOON)
    listed = Client().get("/api/v1/events")
    assert (listed.json()[0]["places_left"], listed.json()[0]["full"]) == (1, False)
    assert b"secret" not in listed.content
    RegistrationFactory.create(event=event)
    listed = Client().get("/api/v1/events")
    assert (listed.json()[0]["places_left"], listed.json()[0]["full"]) == (0, True)


def test_lists_are_in_the_language_asked_for_at_a_cost_that_does_not_grow(policy: PolicyVersion) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            listed = Client().get(f"/api/v1/{path}?language=sv").json()
        assert {found["topics"][0]["name"] for found in listed} == {"Moln"}
        return len(queries)

    def add() -> None:
        WhitepaperFactory.create().topics.add(TopicFactory.create())
        visitors.event().topics.add(TopicFactory.create())

    add()
    cost("events")  # reads the policy, once in a process
    once = [cost(path) for path in ("whitepapers", "events")]
    for _ in range(5):
        add()
    assert [cost(path) for path in ("whitepapers", "events")] == once


@pytest.mark.promise("P14")
@pytest.mark.parametrize("scenario", ["customer", "partner", "whitepaper", "webinar", "event"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_note_is_the_one_that_our_own_form_shows(scenario: str, language: str, policy: PolicyVersion) -> None:
    note = Client().get(f"/api/v1/notes/{scenario}?language={language}").json()
    page = {
        "customer": "/register/?as=customer&",
        "partner": "/register/?as=partner&",
        "whitepaper": f"/whitepapers/{WhitepaperFactory.create().slug}/?",
        "webinar": f"/events/{visitors.event('webinar').slug}/?",
        "event": f"/events/{visitors.event('physical').slug}/?",
    }[scenario]
    shown = Client().get(f"{page}lang={language}")
    assert note["note"] == shown.context["note"].note
    assert note["policy_page"].endswith(f"/privacy/?lang={language}#{scenario}")
    assert ("food_consent" in note["wordings"]) == (scenario == "event")
    form = shown.context["form"]
    assert note["wordings"] == {name: str(form.fields[name].label) for name in note["wordings"]}


def test_a_prospect_has_no_form_and_so_no_note(policy: PolicyVersion) -> None:
    refused(Client().get("/api/v1/notes/prospect"), 404, "unknown")


def test_each_challenge_is_fresh_and_kept_by_nobody(browser_on: Any) -> None:
    first, second = (Client().get("/api/v1/challenge") for _ in range(2))
    assert first.json() != second.json()
    assert first.headers["Cache-Control"] == "no-store"


def test_the_description_is_served_and_names_no_other_company(policy: PolicyVersion) -> None:
    described = Client().get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert len(described["paths"]) == 7


# Other websites


def test_an_allowed_website_reads_answers_and_refusals_and_no_other_does(browser_on: Any) -> None:
    for path in ("whitepapers", "notes/event", "notes/prospect", "challenge"):
        allowed = Client().get(f"/api/v1/{path}", headers={"Origin": WEBSITE})
        assert allowed.headers["Access-Control-Allow-Origin"] == WEBSITE
        assert "Access-Control-Allow-Credentials" not in allowed.headers
        assert "origin" in allowed.headers["Vary"]
        other = Client().get(f"/api/v1/{path}", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers


def test_a_browser_may_ask_beforehand_and_no_key_crosses(browser_on: Any) -> None:
    asking = {"Origin": WEBSITE, "Access-Control-Request-Method": "POST"}
    answer = Client().options(f"/api/v1/{PATH}", headers=asking)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"


def test_the_pages_are_open_to_no_other_website(browser_on: Any) -> None:
    for path in ("/", "/privacy/", "/register/", "/admin/login/", "/api/openapi.json"):
        assert "Access-Control-Allow-Origin" not in Client().get(path, headers={"Origin": WEBSITE}).headers


def test_the_api_sets_no_cookie_and_asks_for_none(server: Caller, browser_on: Any, whitepaper: Whitepaper) -> None:
    for answer in (
        server.post(PATH),
        server.post(PATH, email="aino"),
        browser_on(WEBSITE).post(PATH, altcha=visitors.solved()),
        Client().get("/api/v1/whitepapers"),
        Client().get("/api/v1/challenge"),
    ):
        assert not answer.cookies


REFUSALS = [
    lambda: problems.invalid({}),
    lambda: problems.outdated({}),
    lambda: problems.too_many(1),
    problems.not_now,
    *(partial(problems.not_to_be_had, code) for code in ("full", "past", "closed", "cancelled", "withdrawn")),
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_that_a_visitor_may_read_speaks_swedish(refusal: Callable[[], ProblemError]) -> None:
    english = refusal().body
    with translation.override("sv"):
        swedish = refusal().body
    assert english["title"] != swedish["title"]
    assert english["detail"] != swedish["detail"]
