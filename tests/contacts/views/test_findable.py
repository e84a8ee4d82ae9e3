"""What search engines and messengers are told of the public pages, and which pages they are told of."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from django.test import Client

from contacts.models import PolicyVersion
from tests.support.factories import NOON, EventFactory, WhitepaperFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
SOON = NOON + dt.timedelta(days=9)


def event(**fields: Any) -> Any:
    told = {
        "slug": "cloud-day",
        "title": "Cloud </script> Day",
        "summary": {"en": "A day on clouds.", "sv": "Om moln."},
    }
    return EventFactory.create(**{**told, "starts_at": SOON, "signup_open": True, "was_open": True, **fields})


def head(page: str) -> str:
    return page.partition("</head>")[0]


def test_a_page_names_its_address_in_each_language_and_what_a_link_to_it_shows(
    policy: PolicyVersion, client: Client
) -> None:
    event()
    told = head(client.get("/events/cloud-day/", {"lang": "sv"}).content.decode())
    address = "http://localhost:8000/events/cloud-day/"
    assert f'<link rel="canonical" href="{address}?lang=sv">' in told
    assert f'<link rel="alternate" hreflang="en" href="{address}?lang=en">' in told
    assert f'<link rel="alternate" hreflang="x-default" href="{address}">' in told
    assert '<meta name="description" content="Om moln.">' in told
    assert '<meta property="og:description" content="Om moln.">' in told


def test_an_event_is_told_to_machines_and_no_title_ends_the_script(policy: PolicyVersion, client: Client) -> None:
    event()
    page = client.get("/events/cloud-day/").content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    told = json.loads(found[1])
    assert (told["@type"], told["name"]) == ("Event", "Cloud </script> Day")
    assert told["startDate"] == SOON.isoformat()


def test_the_map_lists_what_visitors_find_and_nothing_else(policy: PolicyVersion, client: Client) -> None:
    event()
    event(slug="over", title="Over", starts_at=NOON - dt.timedelta(days=9))
    event(slug="hidden", title="Hidden", signup_open=False, was_open=False)
    WhitepaperFactory.create(slug="calm", published_at=NOON)
    WhitepaperFactory.create(slug="draft", published_at=None)
    places = [each.text or "" for each in fromstring(client.get("/sitemap.xml").content).iter(ADDRESS)]
    paths = [place.removeprefix("http://localhost:8000") for place in places]
    assert paths == ["/", "/privacy/", "/register/", "/whitepapers/calm/", "/events/cloud-day/"]
    assert {client.get(path).status_code for path in paths} == {200}


def test_robots_are_told_where_the_map_is_and_what_is_for_people_alone(client: Client) -> None:
    told = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://localhost:8000/sitemap.xml" in told
    assert "Disallow: /my-data/" in told


def test_a_page_in_another_site_is_not_to_be_found(policy: PolicyVersion, client: Client) -> None:
    event()
    assert "canonical" not in client.get("/embed/events/cloud-day/").content.decode()
