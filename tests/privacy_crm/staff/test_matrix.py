"""Every address of the site, asked in every role and by nobody: who finds and reads what is in matrix.txt."""

import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import transaction
from django.test import override_settings
from django.urls import get_resolver

from contacts.models import Contact, CountryRule
from contacts.policy import policies
from contacts.words.vocabulary import Channel, FileFormat
from tests.databases import LONG_AGO, POLICY
from tests.support import listing, matrix, visitors
from tests.support.admin_pages import LOOKS, contents
from tests.support.factories import NOON
from tests.support.matrix_walk import Walk, Walker
from tests.support.matrix_world import World

type Walks = Callable[[str], Walk]

# The timeout: in some orders one test has to wait for the walks of all.
pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.promise("P17"), pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all: it ends with the module, and so do the site's mail provider and its day."""
    source = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    provider = {"ROOT_URLCONF": "tests.support.webhook_urls", "ANYMAIL": {"WEBHOOK_SECRET": "provider:secret"}}
    site = override_settings(**provider, POSTS_AN_HOUR=10_000, DEBUG_PROPAGATE_EXCEPTIONS=True)
    with django_db_blocker.unblock(), site, time_machine.travel(NOON, tick=False), transaction.atomic():
        policies.publish_source(source, at=LONG_AGO, by="test")
        yield World(visitors.publish_newer(source))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walks(world: World) -> Walks:
    """What a role finds: each walks once, whichever test asks first."""
    return cache(lambda role: Walker(world, role).go())


LOOKS_FOR_PAIRS = "admin/contacts/duplicatepair/add/"  # has the search done now that each night does: about nobody yet
ANSWERED = {"200", "302", "405", "422"}
free_country = listing.free_country
every_role = pytest.mark.parametrize("role", matrix.ROLES.values())


def test_every_address_is_in_the_matrix_and_no_line_is_of_none(world: World) -> None:
    routes = [route for route, _name in matrix.routes(get_resolver().url_patterns)]
    assert len(routes) > 300
    listed = matrix.answers()
    assert [route for route in routes if not any(matrix.line_of(route, each) for each in matrix.METHODS)] == []
    assert [form for _method, form in listed if not any(matrix.fits(form, route) for route in routes)] == []


@every_role
def test_a_role_finds_exactly_what_the_matrix_says(role: str, walks: Walks) -> None:
    found = walks(role).answers
    assert found == {route: (matrix.line_of(route) or {}).get(role) for route in found}


@every_role
def test_no_page_shows_a_role_what_it_may_not_read(role: str, walks: Walks) -> None:
    assert {place: url for place, url in walks(role).given.items() if not _granted(role, *place)} == {}


@every_role
def test_no_get_changes_anything_but_that_it_is_noted_who_looked(role: str, walks: Walks) -> None:
    walk = walks(role)
    assert walk.changed <= {"contacts_auditevent"}
    assert walk.noted <= LOOKS


@every_role
def test_whoever_sees_how_somebody_is_reached_is_noted(role: str, walks: Walks) -> None:
    assert walks(role).unnoted == set()


@every_role
def test_whoever_is_refused_a_page_is_refused_what_it_sends_and_nothing_changes(role: str, walks: Walks) -> None:
    walk = walks(role)
    assert walk.changed_by_posts == set()
    lines = {route: matrix.line_of(route, "POST") for route in walk.posts}
    expected = {route: {line[role]} if line else matrix.REFUSALS for route, line in lines.items()}
    assert {route: said for route, said in walk.posts.items() if said not in expected[route]} == {}


@every_role
def test_a_form_without_a_word_is_shown_again_or_carried_out_on_record_and_never_fails(role: str, walks: Walks) -> None:
    walk = walks(role)
    assert {route: said for route, said in walk.acts.items() if said not in ANSWERED} == {}
    assert walk.untold <= {LOOKS_FOR_PAIRS}


def test_what_the_matrix_grants_is_made_use_of(walks: Walks, world: World) -> None:
    given = {(*place, role) for role in matrix.ROLES.values() for place in walks(role).given}
    used = {
        (grant, place, role)
        for grant in matrix.grants()
        for place in grant.places
        for role in grant.roles
        if any(mark == grant.mark and who == role and matrix.fits(place, route) for mark, route, who in given)
    }
    granted = {(grant, place, role) for grant in matrix.grants() for place in grant.places for role in grant.roles}
    assert {(grant.mark, place, role) for grant, place, role in granted - used} == set()
    assert {grant.mark for grant in matrix.grants()} == set(world.marks)


@every_role
def test_what_a_role_may_not_find_is_not_there_at_any_address(role: str, world: World) -> None:
    client, found = world.client_of(role), {}
    before = contents()
    for kind, url in hidden(world, role):
        for answer in (client.get(url), client.post(url)):
            if matrix.said(answer) not in matrix.REFUSALS:
                found[url] = kind, answer.status_code
    assert found == {}
    assert contents() == before


@pytest.mark.parametrize("file_format", FileFormat.values)
@pytest.mark.parametrize("channel", Channel.values)
@pytest.mark.parametrize("role", ["marketing", "sales", "privacy officer"])
def test_a_list_that_leaves_has_what_its_channel_needs_and_nobody_who_is_hidden(
    role: str, channel: str, file_format: str, world: World, free_country: list[CountryRule]
) -> None:
    Contact.objects.update(country="GB")
    asked = {"channel": channel, "purpose": "prospect", "file_format": file_format}
    answer = world.client_of(role).post("/admin/contacts/audience/add/", query_params=asked)
    file = answer.getvalue()
    rows = listing.from_csv(file) if file_format == FileFormat.CSV else listing.from_xlsx(file)
    assert rows
    needed = {Channel.EMAIL: set(), Channel.PHONE: {"phone"}, Channel.POST: {"postal-address"}}
    assert world.read(str(rows)) == {"name"} | needed[Channel(channel)]


def _granted(role: str, mark: str, route: str) -> bool:
    return any(grant.covers(mark, role, route) for grant in matrix.grants())


def hidden(world: World, role: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of all records that this role may not find, with their kind."""
    for route, name in matrix.routes(admin.site.urls[0], space="admin/"):
        kind = "_".join(name.removeprefix("admin/").split("_")[:2])
        if kind in world.hidden and "…" in route and role not in matrix.findable()[kind]:
            yield from ((kind, world.page(name.removeprefix("admin/"), record)) for record in world.hidden[kind])
