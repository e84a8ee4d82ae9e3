import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from contacts.models import FoodPreference, Message, PolicyVersion, SignUp
from contacts.policy import policies
from contacts.signups.forms import food_wording
from contacts.words.vocabulary import Scenario
from privacy_crm import settings as product
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, EventFactory, RegistrationFactory, WhitepaperFactory
from tests.support.odd_addresses import ODD
from tests.support.visitors import filled, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "unhurried")]

URL = "/whitepapers/calm-backups/"


@pytest.fixture
def unhurried(settings: Any) -> None:
    """An hour that is never used up."""
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000


@pytest.fixture(autouse=True)
def whitepaper() -> Any:
    return WhitepaperFactory.create(slug="calm-backups")


@pytest.fixture
def nothing_stored() -> Iterator[None]:
    """Whatever a test does changes no row of any table."""
    before = contents()
    yield
    assert contents() == before


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_start_lists_published_whitepapers_and_coming_open_events(policy: PolicyVersion, client: Client) -> None:
    WhitepaperFactory.create(title="A draft", published_at=None)
    WhitepaperFactory.create(title="Of old", withdrawn_at=NOON - ONE_DAY)
    coming = visitors.event(title="Open day")
    EventFactory.create(title="Closed day")
    EventFactory.create(title="Past day", signup_open=True, starts_at=NOON - 2 * ONE_DAY)
    EventFactory.create(title="Cancelled day", signup_open=True, cancelled_at=NOON)
    shown = words(client.get("/"))
    assert 'href="/whitepapers/calm-backups/"' in shown
    assert f'href="/events/{coming.slug}/"' in shown
    assert not re.findall("A draft|Of old|Closed day|Past day|Cancelled day", shown)


def test_an_empty_start_says_whom_to_write_to(policy: PolicyVersion, whitepaper: Any, client: Client) -> None:
    whitepaper.delete()
    assert "Nothing new at the moment" in words(client.get("/"))


def test_the_start_says_which_event_is_full(policy: PolicyVersion, client: Client) -> None:
    RegistrationFactory.create(event=visitors.event(capacity=1))
    visitors.event(capacity=1)
    assert words(client.get("/")).count(">Full<") == 1


@pytest.mark.parametrize("url", ["/", URL, "/register/", "/register/?as=partner", "/check-your-inbox/"])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_public_page_sets_no_cookie_and_speaks_the_visitors_language(
    policy: PolicyVersion, client: Client, url: str, language: str
) -> None:
    answer = client.get(url, headers={"accept-language": language})
    assert answer.status_code == 200
    assert not answer.cookies
    assert f'<html lang="{language}">' in words(answer)


@pytest.mark.promise("P2")
def test_the_fields_are_those_that_the_policy_names_and_no_more(policy: PolicyVersion, client: Client) -> None:
    asked = {"first_name", "last_name", "email", "phone", "company"}
    asked |= {"job_title", "address", "postal_code", "city", "country"}
    others = {"consent_email", "consent_phone", "policy", "lang", "website", "altcha"}
    for url in (URL, f"/events/{visitors.event('webinar').slug}/", "/register/?as=customer"):
        form = words(client.get(url)).partition("</head>")[2]
        assert set(re.findall(r'name="([a-z_]+)"', form)) - others == asked


@pytest.mark.promise("P8")
def test_food_is_asked_for_at_physical_events_alone_behind_its_own_unticked_box(
    policy: PolicyVersion, client: Client
) -> None:
    shown = words(client.get(f"/events/{visitors.event().slug}/"))
    assert 'name="food"' in shown
    assert food_wording() in shown
    assert "checked" not in shown
    for url in (URL, f"/events/{visitors.event('webinar').slug}/", "/register/?as=partner"):
        assert "food" not in words(client.get(url))


@pytest.mark.promise("P14")
def test_the_note_of_the_scenario_stands_by_the_button_with_a_link_to_its_part_of_the_policy(
    policy: PolicyVersion, client: Client
) -> None:
    pages = {
        Scenario.WHITEPAPER: URL,
        Scenario.WEBINAR: f"/events/{visitors.event('webinar').slug}/",
        Scenario.EVENT: f"/events/{visitors.event().slug}/",
        Scenario.CUSTOMER: "/register/?as=customer",
        Scenario.PARTNER: "/register/?as=partner",
    }
    for scenario, url in pages.items():
        shown = words(client.get(url))
        note = policy.rule(scenario).note["en"].replace("{period}", f"{policy.rule(scenario).months} months")
        assert note.replace("'", "&#x27;") in shown
        assert f'href="/privacy/#{scenario}"' in shown
        assert f'name="policy" value="{policy.number}"' in shown
        assert f"</a> (version {policy.number})</p>" in shown


@pytest.mark.promise("P1")
def test_a_post_is_written_down_with_the_version_that_was_shown(policy: PolicyVersion, client: Client) -> None:
    answer = send(client, URL, filled(policy))
    made = SignUp.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/check-your-inbox/?lang=en")
    assert (made.policy_version, made.source, made.email) == (policy, "form", visitors.AINO["email"])
    assert Message.objects.get().sign_up == made
    assert not answer.cookies


def test_the_boxes_are_stored_with_the_words_that_stood_beside_them(policy: PolicyVersion, client: Client) -> None:
    send(client, URL, filled(policy, consent_email="on", lang="sv"))
    made = SignUp.objects.get()
    assert made.consents == {
        "email": "Ja, Nordvik Software AB får mejla mig nyheter om närliggande tjänster."
        " Jag kan säga stopp när som helst."
    }
    assert made.language == "sv"


@pytest.mark.promise("P8")
def test_food_waits_with_its_own_consent(policy: PolicyVersion, client: Client) -> None:
    event = visitors.event()
    send(client, f"/events/{event.slug}/", filled(policy, food="no nuts", food_consent="on"))
    waiting = FoodPreference.objects.get()
    assert (waiting.preference, waiting.sign_up, waiting.consented_at) == ("no nuts", SignUp.objects.get(), NOON)


def test_a_registration_is_for_a_customer_or_a_partner(policy: PolicyVersion, client: Client) -> None:
    send(client, "/register/?as=partner", filled(policy))
    assert SignUp.objects.get().scenario == "partner"
    assert send(client, "/register/", filled(policy)).status_code == 404


def test_a_slug_may_have_any_letters(policy: PolicyVersion, client: Client) -> None:
    assert client.get(f"/events/{visitors.event(slug='höstdagen').slug}/").status_code == 200


def test_a_post_takes_at_most_eight_statements(policy: PolicyVersion, client: Client) -> None:
    event, typed = visitors.event(capacity=9), filled(policy, food="no nuts", food_consent="on", consent_email="on")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert send(client, f"/events/{event.slug}/", typed).status_code == 302
    assert len(statements(queries)) <= 8


def statements(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without values, and without the test's own savepoints."""
    asked = [re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", query["sql"]) for query in queries]
    return [sql for sql in asked if not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", sql)]


REFUSED = {
    "email": "aino@",
    "phone": "0" * 51,
    "first_name": "Aino\r\nBcc: everybody@fjordkraft.example",
    "last_name": "Lind\0qvist",
    "company": "x" * 201,
    "job_title": "\u202eCEO",
    "address": "Storgatan 1\u2028Stockholm",
    "country": "Sweden",
    "city": "\x1b[31mOslo",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_field_is_named_on_top_and_beside_it_and_what_was_typed_is_kept(
    policy: PolicyVersion, client: Client, name: str, nothing_stored: None
) -> None:
    answer = send(client, URL, filled(policy, **{name: REFUSED[name]}))
    shown = words(answer)
    problem = re.search(rf'<a href="#id_{name}">([^<]+)</a>', shown)
    assert answer.status_code == 422
    assert problem
    assert f'id="id_{name}_error"> <span class="unseen">Error:</span> {problem[1]}</p>'.replace("> <", "><") in shown
    assert re.search(rf'<(input|select)[^>]*aria-describedby="id_{name}_error"', shown)
    assert re.search(r'<div class="error-summary" role="alert" tabindex="-1" autofocus', shown)
    assert "<title>Error: " in shown
    kept = {"email": "Lindqvist"}.get(name, "aino@fjordkraft.example")
    assert f'value="{kept}"' in shown


@pytest.mark.parametrize(
    "address",
    [
        "",
        "aino",
        "aino@fjordkraft",
        "aino@fjordkraft.example\nBcc: all@fjordkraft.example",
        "aino@fjordkraft.example,bo@fjordkraft.example",
        "аino@fjordkraft.example",  # a Cyrillic letter before the @
        "aino@fjordkrаft.example",  # and after it
        "aino@аррӏе.example" + "x" * 250,
        "<aino@fjordkraft.example>",
    ],
)
def test_what_is_no_address_or_looks_like_another_is_refused(
    policy: PolicyVersion, client: Client, address: str, nothing_stored: None
) -> None:
    answer = send(client, URL, filled(policy, email=address))
    assert (answer.status_code, "#id_email" in words(answer)) == (422, True)


def test_names_are_text_and_inert_everywhere(policy: PolicyVersion, client: Client) -> None:
    name = "<script>alert(1)</script>{{ 7|add:7 }}{% now 'Y' %}"
    assert "&lt;script&gt;alert(1)" in words(send(client, URL, filled(policy, first_name=name, email="")))
    send(client, URL, filled(policy, first_name=name))
    assert SignUp.objects.get().first_name == name


def test_food_without_its_consent_is_refused(policy: PolicyVersion, client: Client) -> None:
    url, before = f"/events/{visitors.event().slug}/", contents()
    answer = send(client, url, filled(policy, food="no nuts"))
    assert answer.status_code == 422
    assert "#id_food_consent" in words(answer)
    assert contents() == before


def test_a_newer_policy_is_shown_before_anything_is_taken(
    policy: PolicyVersion, policy_source: dict[str, Any], client: Client
) -> None:
    typed = filled(policy)
    policy_source["rule"][2]["note"]["en"] = "We use this for something else from now on, {period}."
    newer, _ = policies.publish_source(policy_source, at=NOON, by="test")
    before = contents()
    answer = send(client, URL, typed)
    assert answer.status_code == 409
    assert "Our privacy policy has changed" in words(answer)
    assert "We use this for something else from now on" in words(answer)
    assert f'name="policy" value="{newer.number}"' in words(answer)
    assert contents() == before


@pytest.mark.parametrize("number", ["", "next", "-1", "9" * 400])
def test_a_version_that_nobody_showed_is_refused(
    policy: PolicyVersion, client: Client, number: str, nothing_stored: None
) -> None:
    assert send(client, URL, filled(policy) | {"policy": number}).status_code in {409, 422}


@pytest.mark.parametrize("answer", [None, "", "x", "eyJhIjoxfQ==", "W10=", "9" * 5000])
def test_without_a_solved_challenge_nothing_is_taken(
    policy: PolicyVersion, client: Client, answer: str | None, nothing_stored: None
) -> None:
    refused = send(client, URL, filled(policy, altcha=answer))
    assert refused.status_code == 422
    assert 'href="#check"' in words(refused)


def test_a_challenge_counts_once(policy: PolicyVersion, client: Client) -> None:
    typed = filled(policy)
    assert send(client, URL, typed).status_code == 302
    before = contents()
    again = send(client, URL, typed | {"email": "bo@fjordkraft.example"})
    assert again.status_code == 422
    assert "was used up or too old" in words(again)
    assert contents() == before


def test_a_challenge_is_not_used_up_by_a_form_that_is_wrong(policy: PolicyVersion, client: Client) -> None:
    typed = filled(policy)
    send(client, URL, typed | {"email": ""})
    assert send(client, URL, typed).status_code == 302


def test_a_challenge_that_was_solved_for_one_post_does_not_count_for_another(
    policy: PolicyVersion, client: Client
) -> None:
    typed = filled(policy)
    send(client, URL, typed)
    before = contents()
    answer = send(client, URL, typed | {"email": "bo@fjordkraft.example"})
    assert answer.status_code == 422
    assert "was used up or too old" in words(answer)
    assert 'value="bo@fjordkraft.example"' in words(answer)
    assert contents() == before


def test_a_challenge_of_somebody_elses_making_does_not_count(
    policy: PolicyVersion, client: Client, settings: Any, nothing_stored: None
) -> None:
    ours, settings.ALTCHA_HMAC_SECRET = settings.ALTCHA_HMAC_SECRET, "made up"
    typed = filled(policy)
    settings.ALTCHA_HMAC_SECRET = ours
    assert send(client, URL, typed).status_code == 422


def test_a_program_that_fills_in_every_field_gets_the_ordinary_answer(
    policy: PolicyVersion, client: Client, nothing_stored: None
) -> None:
    answer = send(client, URL, filled(policy, website="https://spam.example"))
    assert (answer.status_code, answer["Location"]) == (302, "/check-your-inbox/?lang=en")


def test_the_field_for_programs_is_out_of_peoples_way(policy: PolicyVersion, client: Client) -> None:
    shown = words(client.get(URL))
    assert '<div class="trap" aria-hidden="true">' in shown
    assert 'name="website" tabindex="-1" autocomplete="off"' in shown


def test_ten_megabytes_are_refused_before_they_are_read(
    policy: PolicyVersion, client: Client, nothing_stored: None
) -> None:
    answer = send(client, URL, filled(policy, company="x" * 10_000_000))
    assert answer.status_code == 413
    assert "too long" in words(answer)


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_another_kind_of_body_is_refused(
    policy: PolicyVersion, client: Client, kind: str, nothing_stored: None
) -> None:
    assert client.post(URL, b"email=aino@fjordkraft.example", content_type=kind).status_code == 415


def test_a_post_from_another_site_without_a_cookie_is_taken(policy: PolicyVersion) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = send(strict, URL, filled(policy), headers={"origin": "https://www.nordvik.example"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"signup_open": False, "was_open": True}, 409, "Sign-up is closed"),
        ({"starts_at": NOON - 3 * ONE_DAY}, 409, "This event is over"),
        ({"cancelled_at": NOON - ONE_DAY}, 410, "This event is cancelled"),
        ({"capacity": 0}, 409, "All places are taken"),
    ],
)
def test_an_event_that_is_not_to_be_had_says_so_in_the_place_of_the_form(
    policy: PolicyVersion, client: Client, fields: dict[str, Any], status: int, said: str
) -> None:
    event = EventFactory.create(**{"signup_open": True} | fields)
    shown = client.get(f"/events/{event.slug}/")
    before = contents()
    answer = send(client, f"/events/{event.slug}/", filled(policy))
    assert (shown.status_code, answer.status_code) == (200, status)
    for page in (shown, answer):
        assert f"<title>{said}: " in words(page)
        assert f">{said}</h2>" in words(page)
        assert "<form" not in words(page)
    assert contents() == before


@pytest.mark.parametrize("fields", [{}, {"cancelled_at": NOON - ONE_DAY}, {"starts_at": NOON - 3 * ONE_DAY}])
def test_an_event_that_nobody_could_ever_sign_up_for_is_not_found(
    policy: PolicyVersion, client: Client, fields: dict[str, Any]
) -> None:
    EventFactory.create(slug="dinner", title="A quiet dinner", **fields)
    before = contents()
    for url in ("/events/dinner/", "/embed/events/dinner/"):
        for answer in (client.get(url), send(client, url, filled(policy))):
            assert (answer.status_code, "quiet dinner" in words(answer)) == (404, False)
    assert contents() == before


def test_a_withdrawn_whitepaper_is_gone(policy: PolicyVersion, client: Client) -> None:
    WhitepaperFactory.create(slug="old", withdrawn_at=NOON - ONE_DAY)
    before = contents()
    assert client.get("/whitepapers/old/").status_code == 410
    assert send(client, "/whitepapers/old/", filled(policy)).status_code == 410
    assert contents() == before


def test_a_whitepaper_that_was_never_published_is_not_there(policy: PolicyVersion, client: Client) -> None:
    WhitepaperFactory.create(slug="draft", published_at=None)
    assert client.get("/whitepapers/draft/").status_code == 404


def test_page_status_and_statements_are_the_same_whoever_the_address_is(policy: PolicyVersion, client: Client) -> None:
    answers = []
    for person in visitors.kinds_of_people(policy):
        typed = filled(policy, email=person)
        with CaptureQueriesContext(connection) as queries:
            taken = send(client, URL, typed)
        page = client.get(taken["Location"])
        answers.append((taken.status_code, taken["Location"], taken.content, page.content, statements(queries)))
    assert len(answers) == 7
    assert all(answer == answers[0] for answer in answers)


def unheard_of_network() -> str:
    """A household or office from which nobody has posted within the hour, in an earlier run of the tests either."""
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"


def test_a_network_that_sends_too_much_waits(policy: PolicyVersion, client: Client, settings: Any) -> None:
    settings.POSTS_AN_HOUR = 2
    network, another = unheard_of_network(), unheard_of_network()
    for host in ("1", "2"):
        assert send(client, URL, filled(policy), REMOTE_ADDR=f"{network}::{host}").status_code == 302
    before = contents()
    answer = send(client, URL, filled(policy), REMOTE_ADDR=f"{network}::3")
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3600
    assert "too many attempts" in words(answer)
    assert contents() == before
    assert send(client, URL, filled(policy), REMOTE_ADDR=f"{another}::3").status_code == 302


def test_an_address_that_was_sent_too_much_waits_whoever_asks(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    settings.MAILS_AN_HOUR = 1
    address = f"{uuid.uuid4().hex}@fjordkraft.example"
    assert send(client, URL, filled(policy, email=address)).status_code == 302
    before = contents()
    assert send(client, URL, filled(policy, email=address.upper())).status_code == 429
    assert contents() == before


@pytest.mark.promise("L16")
@pytest.mark.parametrize("typed", ODD)
def test_what_is_no_plain_address_is_refused(
    typed: str, policy: PolicyVersion, client: Client, nothing_stored: None
) -> None:
    assert send(client, URL, filled(policy, email=typed)).status_code == 422


@pytest.mark.promise("L16")
def test_however_one_mailbox_is_spelled_it_gets_the_mails_of_one(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    settings.MAILS_AN_HOUR = 2
    name = uuid.uuid4().hex
    spellings = [name, f"{name}+news", f"{name.upper()}+a", f"{name}+b+c", *(f"{name}+{number}" for number in range(5))]
    sent = [send(client, URL, filled(policy, email=f"{each}@fjordkraft.example")).status_code for each in spellings]
    assert sent == [302, 302] + [429] * (len(spellings) - 2)
    assert SignUp.objects.count() == 2


@pytest.mark.promise("L16")
def test_the_mailbox_of_a_whole_company_is_not_flooded_by_names_that_are_made_up(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    settings.MAILS_AN_HOUR = 1
    company = f"{uuid.uuid4().hex}.example"
    sent = [send(client, URL, filled(policy, email=f"{number}@{company}")).status_code for number in range(11)]
    assert sent == [302] * 10 + [429]
    others = [send(client, URL, filled(policy, email=f"{uuid.uuid4().hex}@gmail.com")).status_code for _ in range(11)]
    assert others == [302] * 11


def test_only_our_own_proxy_is_believed_about_who_sends(policy: PolicyVersion, client: Client, settings: Any) -> None:
    settings.POSTS_AN_HOUR, settings.PROXY_HOPS = 1, 1
    mine, made_up = f"{unheard_of_network()}::1", f"{unheard_of_network()}::1"
    for status in (302, 429):
        answer = send(client, URL, filled(policy), headers={"x-forwarded-for": f"{made_up}, {mine}"})
        assert answer.status_code == status
        made_up = "198.51.100.9"


def test_no_key_of_a_limit_names_anybody(policy: PolicyVersion, client: Client, settings: Any) -> None:
    send(client, URL, filled(policy), REMOTE_ADDR="203.0.113.77")
    valkey = redis.Redis.from_url(settings.REDIS_URL)
    keys = [key.decode() for key in valkey.keys("*limits*")]
    assert keys
    assert not [key for key in keys if "203.0.113" in key or "aino" in key]
    assert all(0 < valkey.ttl(key) <= 3600 for key in keys)


def test_while_valkey_is_away_nothing_is_taken_and_the_page_says_so(
    policy: PolicyVersion, client: Client, settings: Any, nothing_stored: None
) -> None:
    typed = filled(policy)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = send(client, URL, typed)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "We cannot take this right now" in words(answer)
    assert 'value="aino@fjordkraft.example"' in words(answer)


def test_the_challenge_is_ours_and_is_not_kept_on_the_way(policy: PolicyVersion, client: Client) -> None:
    answer = client.get("/altcha/challenge/")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert not answer.cookies


def test_nothing_measures_how_visitors_move(policy: PolicyVersion, client: Client) -> None:
    assert "&quot;humanInteractionSignature&quot;: false" in words(client.get(URL))


def test_without_javascript_the_page_says_whom_to_write_to(policy: PolicyVersion, client: Client) -> None:
    told = re.search(r"<noscript>(.*?)</noscript>", words(client.get(URL)))
    assert told
    assert f"mailto:{policy.controller['email']}" in told[1]


def test_only_a_page_with_a_form_may_make_a_worker(policy: PolicyVersion, client: Client) -> None:
    assert "worker-src blob:" in client.get(URL)["Content-Security-Policy"]
    assert "worker-src" not in client.get("/privacy/")["Content-Security-Policy"]
    assert "worker-src" not in client.get("/")["Content-Security-Policy"]


def test_every_word_of_the_pages_is_translated(settings: Any) -> None:
    names = "home register sign_up error_summary field box sign_up_form sent confirm confirmed place message"
    texts = [(settings.BASE_DIR / f"templates/contacts/{name}.html").read_text("utf-8") for name in names.split()]
    said = set(re.findall(r'{% translate "([^"]+)" %}', " ".join(texts)))
    assert len(said) > 60
    with translation.override("sv"):
        assert [word for word in sorted(said) if translation.gettext(word) == word] == []


EMBEDDED = ["/embed/whitepapers/calm-backups/", "/embed/register/", "/embed/check-your-inbox/"]


@pytest.mark.parametrize("url", EMBEDDED)
def test_the_companys_websites_alone_may_frame_the_forms(
    policy: PolicyVersion, client: Client, settings: Any, url: str
) -> None:
    settings.EMBED_ORIGINS = ["https://www.nordvik.example"]
    framed, own = client.get(url), client.get(url.removeprefix("/embed"))
    assert "frame-ancestors https://www.nordvik.example;" in framed["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors 'none'" in own["Content-Security-Policy"]
    assert own["X-Frame-Options"] == "DENY"
    assert "site-header" not in words(framed)
    assert "site-footer" not in words(framed)


def test_what_is_refused_in_a_frame_has_no_frame_of_its_own_and_leads_out_of_it(
    policy: PolicyVersion, client: Client, settings: Any
) -> None:
    settings.EMBED_ORIGINS = ["https://www.nordvik.example"]
    unknown = client.get("/embed/events/no-such-event/")
    long = send(client, "/embed/register/", {"first_name": "A" * 70_000})
    assert (unknown.status_code, long.status_code) == (404, 413)
    for answer in (unknown, long):
        assert "X-Frame-Options" not in answer
        assert "site-header" not in words(answer)
        assert "site-footer" not in words(answer)
        assert 'embedded.js" defer data-origins="https://www.nordvik.example"' in words(answer)
        assert '<a href="/" target="_blank">' in words(answer)


@pytest.mark.parametrize("url", EMBEDDED)
def test_without_a_list_of_websites_nobody_may(policy: PolicyVersion, client: Client, url: str) -> None:
    answer = client.get(url)
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_a_post_in_a_frame_stays_in_the_frame(policy: PolicyVersion, client: Client) -> None:
    answer = send(client, "/embed/whitepapers/calm-backups/", filled(policy))
    assert answer["Location"] == "/embed/check-your-inbox/?lang=en"
    assert SignUp.objects.get().source == "embed"


def test_the_settings_of_the_challenge_are_sound(policy: PolicyVersion, settings: Any) -> None:
    settings.ALTCHA_CHALLENGE = product.ALTCHA_CHALLENGE
    call_command("check", tags=["altcha"], fail_level="WARNING")
