import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from contacts.policy import policies
from tests.support.admin_pages import contents

LATER = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)  # the 24th in Stockholm

pytestmark = pytest.mark.promise("P24")


@pytest.fixture
def second(policy: PolicyVersion, policy_source: dict[str, Any]) -> PolicyVersion:
    """Another version in force: webinars are kept for a shorter time, and the company has moved."""
    policy_source["rule"][3]["months"] = 12
    policy_source["controller"]["address"] = "Sjögatan 9, Stockholm"
    version, _ = policies.publish_source(policy_source, at=LATER, by="test")
    return version


@pytest.fixture
def drafted(second: PolicyVersion, policy_source: dict[str, Any]) -> PolicyVersion:
    """A third version that nobody is bound by yet."""
    policy_source["rule"][3]["months"] = 9
    return policies.draft(policy_source)


def read(client: Client, url: str) -> str:
    answer = client.get(url, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_earlier_version_says_when_it_was_in_force_and_which_is_the_latest(
    second: PolicyVersion, client: Client
) -> None:
    shown = read(client, "/privacy/1/")
    assert "This is version 1, in force from 1 January 2020 to 24 November 2026." in shown
    assert '<a href="/privacy/">Read version 2, the latest</a>' in shown
    assert '<a href="/privacy/1/2/">What has changed since</a>' in shown
    assert '<meta name="robots" content="noindex">' in shown


def test_an_earlier_version_says_so_in_swedish(second: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/1/?lang=sv")
    assert "Det här är version 1, som gällde från 1 januari 2020 till 24 november 2026." in shown
    assert '<a href="/privacy/?lang=sv">Läs version 2, den senaste</a>' in shown


def test_an_earlier_version_says_what_it_said(second: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/1/")
    assert "12 months" not in shown
    assert "<dd>Norrskensgränd 4, 111 99 Stockholm, Sweden</dd>" in shown
    assert "12 months after your last activity" in read(client, "/privacy/")


def test_the_footer_of_an_earlier_version_names_the_company_as_it_is_now(second: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/1/")
    assert "Sjögatan 9, Stockholm" in shown[shown.index("<footer") :]


def test_the_latest_version_has_an_address_that_stays(second: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/2/")
    assert "This is version 2, the latest, in force since 24 November 2026." in shown
    assert "noindex" not in shown
    assert '<link rel="canonical" href="/privacy/">' in shown


def test_the_policy_lists_all_its_versions_with_their_dates(second: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/")
    versions = shown[shown.index('id="versions"') :]
    assert "in force since 24 November 2026" in versions
    assert '<a href="/privacy/1/">Version 1</a>' in versions
    assert "in force from 1 January 2020 to 24 November 2026" in versions
    assert '<a href="/privacy/1/2/">What changed since version 1</a>' in versions


def test_a_company_with_one_version_has_no_earlier_one_to_lead_to(policy: PolicyVersion, client: Client) -> None:
    shown = read(client, "/privacy/")
    assert "Earlier versions" not in shown
    assert "What changed since" not in shown


def test_a_draft_is_nowhere_to_be_seen(drafted: PolicyVersion, client: Client) -> None:
    assert drafted.number == 3
    assert [client.get(url).status_code for url in ("/privacy/3/", "/privacy/1/3/", "/privacy/2/3/")] == [404] * 3
    for url in ("/privacy/", "/privacy/2/"):
        assert "/privacy/3/" not in read(client, url)
        assert "9 months" not in read(client, url)


@pytest.mark.parametrize("path", ["0/", "7/", f"{10**30}/", "-1/", "x/", "2/1/", "1/1/", "1/7/", "0/1/"])
def test_what_was_never_published_is_answered_with_404_in_the_companys_frame(
    second: PolicyVersion, client: Client, path: str
) -> None:
    answer = client.get(f"/privacy/{path}")
    assert answer.status_code == 404


def test_a_page_that_is_not_found_speaks_the_visitors_language_and_names_the_company(
    policy: PolicyVersion, client: Client
) -> None:
    answer = client.get("/privacy/7/?lang=sv")
    assert (answer.status_code, answer["Content-Language"]) == (404, "sv")
    assert "Här finns inget" in answer.content.decode()
    assert policy.controller["privacy_contact"] in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Kept for 12 months (was 18)", "Post: Sjögatan 9, Stockholm (was: Norrskensgränd 4, "]),
        ("sv", ["Sparas i 12 månader (tidigare 18)", "Post: Sjögatan 9, Stockholm (tidigare: Norrskensgränd 4, "]),
    ],
)
def test_what_changed_is_said_in_the_visitors_language(
    second: PolicyVersion, client: Client, language: str, told: list[str]
) -> None:
    shown = read(client, f"/privacy/1/2/?lang={language}")
    assert [sentence for sentence in told if sentence not in shown] == []
    assert '<meta name="robots" content="noindex">' in shown


def test_changed_words_are_told_apart_by_more_than_colour(
    policy: PolicyVersion, policy_source: dict[str, Any], client: Client
) -> None:
    text = policy_source["texts"]["complaints"]
    text["en"] = text["en"].replace("answers within one month", "answers within two weeks")
    policies.publish_source(policy_source, at=LATER, by="test")
    shown = read(client, "/privacy/1/2/")
    assert '<del><span class="unseen" lang="en">Removed: </span>one month,' in shown
    assert '<ins><span class="unseen" lang="en">Added: </span>two weeks,' in shown


def test_a_changed_text_cannot_bring_markup(
    policy: PolicyVersion, policy_source: dict[str, Any], client: Client
) -> None:
    policy_source["texts"]["security"]["en"] = "<script>alert(1)</script>"
    policies.publish_source(policy_source, at=LATER, by="test")
    assert "&lt;script&gt;" in read(client, "/privacy/1/2/")
    assert "<script>" not in read(client, "/privacy/1/2/")


def test_versions_that_say_the_same_have_nothing_to_compare(
    policy: PolicyVersion, policy_source: dict[str, Any], client: Client
) -> None:
    policies.publish(policies.draft(policy_source), at=LATER, by="test")
    assert "Nothing: both versions say the same." in read(client, "/privacy/1/2/")


@pytest.mark.parametrize("url", ["/privacy/", "/privacy/1/", "/privacy/1/2/", "/privacy/7/"])
def test_reading_sets_no_cookie_and_changes_nothing(second: PolicyVersion, client: Client, url: str) -> None:
    before = contents()
    answer = client.get(f"{url}?lang=sv")
    assert not answer.cookies
    assert "Accept-Language" in answer["Vary"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert contents() == before
    assert client.post(url).status_code == 405


def test_a_long_history_costs_no_more_queries(
    policy: PolicyVersion, policy_source: dict[str, Any], client: Client, django_assert_num_queries: Any
) -> None:
    for months in range(1, 6):
        policy_source["rule"][0]["months"] = months
        policies.publish_source(policy_source, at=LATER, by="test")
    with django_assert_num_queries(6):
        read(client, "/privacy/")


def test_the_officer_finds_the_way_to_the_public_page_and_drafts_have_none(
    drafted: PolicyVersion, log_in: Callable[[str], Client]
) -> None:
    client, address = log_in("privacy officer"), "/admin/contacts/policyversion/{}/change/"
    earlier = PolicyVersion.objects.get(number=1)
    assert '<a href="/privacy/1/">Read it as visitors do</a>' in read(client, address.format(earlier.pk))
    assert "Read it as visitors do" not in read(client, address.format(drafted.pk))
