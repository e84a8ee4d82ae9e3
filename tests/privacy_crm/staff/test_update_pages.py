"""An update by a list, as staff meet it: each difference on the page with the button, what became of it, the undo."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion, Upload, UploadedDifference
from privacy_crm import tasks
from privacy_crm.staff.uploads import upload_differences
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.updating import HEADER, LISTED, NEWCOMER, held, says
from tests.support.uploading import COLLECTED, as_csv, bring_in, receive, review
from tests.support.working_at_once import at_once

type LogIn = Callable[[str], Client]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("at_noon"),
    pytest.mark.promise("L15"),
]

LIST = "/admin/contacts/upload/"
COLUMNS = ("email", "first_name", "last_name", "organisation", "country", "city", "phone")
TOLD = {"scenario": "prospect", "source": "Spring fair", "source_kind": "public", "collected_on": "2026-11-20"}
CHOSEN = {f"column_{place}": name for place, name in enumerate(COLUMNS)} | TOLD


@pytest.fixture(autouse=True)
def working_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch, tasks.look_through_upload, tasks.import_upload, tasks.remove_uploaded)


def page(upload: Upload, act: str = "change") -> str:
    return f"{LIST}{upload.public_id}/{act}/"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def crowd(number: int, policy: PolicyVersion) -> list[list[str]]:
    """Rows that name another town for so many people."""
    people = ContactFactory.create_batch(number, city="Umeå")
    for person in people:
        hold(person, "prospect", COLLECTED, policy=policy)
    return [[str(person.email), "", "", "", "", f"Town {place}", ""] for place, person in enumerate(people)]


def test_an_update_goes_all_the_way_from_its_differences_to_the_undo(log_in: LogIn, policy: PolicyVersion) -> None:
    ada, client = held(policy), log_in("marketing")
    before, upload = says(ada), receive(as_csv([LISTED, NEWCOMER], HEADER))
    assert "Update details: the list replaces what is on file." in text(client.get(page(upload, "match")))
    looked = text(client.post(page(upload, "match"), CHOSEN | {"mode": "update"}, follow=True))
    stays = "1 detail differs and stays as it is: a list never changes a country."
    for said in ("1 new person would come in and 4 details on file would change", stays, "(5)"):
        assert said in looked
    assert "Import 1 person and change 4 details" in looked
    assert f'<a href="/admin/contacts/contact/{ada.public_id}/change/">Ada Byron</a>' in looked
    for value in ("Fjordkraft AB", "Havglimt AS", "Umeå", "Oslo", "+47 1", "Sweden", "Norway", "Will be filled in"):
        assert value in looked
    assert says(ada) == before
    done = text(client.post(page(upload, "import"), follow=True))
    assert "1 new person came in on 24 November 2026 and 4 details on file were changed" in done
    assert "this import can be undone" in done
    assert says(ada)["city"] == "Oslo"
    asked = text(client.get(page(upload, "remove")))
    assert "4 details get their old values back, unless they have changed since." in asked
    gone = text(client.post(page(upload, "remove"), follow=True))
    assert "4 old details were put back and 1 person was removed again" in gone
    assert says(ada) == before


@pytest.mark.parametrize("chosen", [{}, {"mode": ""}, {"mode": "fill"}])
def test_blanks_are_filled_unless_an_update_is_asked_for(
    chosen: dict[str, str], log_in: LogIn, policy: PolicyVersion
) -> None:
    held(policy)
    upload, client = receive(as_csv([LISTED], HEADER)), log_in("marketing")
    looked = text(client.post(page(upload, "match"), CHOSEN | chosen, follow=True))
    assert "Their record stays: only blanks are filled in." in looked
    assert "Differences, field by field" not in looked
    assert not UploadedDifference.objects.exists()


def pick(client: Client, upload: Upload, **told: Any) -> str:
    return text(client.post(page(upload, "choose"), told, follow=True))


def test_each_difference_can_be_left_out_beside_it_and_put_back(log_in: LogIn, policy: PolicyVersion) -> None:
    ada, client = held(policy), log_in("marketing")
    before, upload = says(ada), review([LISTED], policy, HEADER)
    city, country = (UploadedDifference.objects.get(detail=detail).pk for detail in ("city", "country"))
    looked = text(client.get(page(upload)))
    assert f'name="one" value="{city}"' in looked
    assert f'name="one" value="{country}"' not in looked
    assert 'aria-label="Keep: City, Ada Byron"' in looked
    kept = pick(client, upload, one=city, word="keep", page=1)
    for said in ("1 detail will stay as it is.", "Stays: left out of this update", "Change 3 details"):
        assert said in kept
    assert 'aria-label="Change: City, Ada Byron"' in kept
    assert "1 detail will change." in pick(client, upload, one=city, word="change")
    assert "3 details will stay as they are." not in pick(client, upload, one=city, word="keep")
    assert says(ada) == before
    client.post(page(upload, "import"), follow=True)
    assert says(ada) == before | {"first_name": "Aino", "organisation": "Havglimt AS", "phone": "+47 1"}


def test_many_are_chosen_at_once_by_field_or_all(log_in: LogIn, policy: PolicyVersion) -> None:
    upload, client = review([*crowd(3, policy), NEWCOMER], policy, HEADER), log_in("marketing")
    assert "Which details?" in text(client.get(page(upload, "choose")))
    assert "3 details will stay as they are." in pick(client, upload, word="keep", detail="city")
    assert "are as you want them already" in pick(client, upload, word="keep", detail="city")
    assert "3 details will change." in pick(client, upload, word="change")
    assert "1 new person would come in</p>" in pick(client, upload, word="keep")
    assert "Choose what changes" in text(client.get(page(upload)))


@pytest.mark.parametrize("told", [{}, {"word": "no"}, {"word": "keep", "detail": "email"}, {"word": "keep", "one": 0}])
def test_no_other_choice_is_taken(told: dict[str, Any], log_in: LogIn, policy: PolicyVersion) -> None:
    held(policy)
    upload, client = review([LISTED], policy, HEADER), log_in("marketing")
    before = contents(looks=False)
    assert client.post(page(upload, "choose"), told).status_code == 200
    assert contents(looks=False) == before


@pytest.mark.parametrize("role", ["sales", "events"])
def test_who_may_not_import_chooses_nothing(role: str, log_in: LogIn, policy: PolicyVersion) -> None:
    held(policy)
    upload, client = review([LISTED], policy, HEADER), log_in(role)
    before = contents(looks=False)
    assert client.post(page(upload, "choose"), {"word": "keep"}).status_code in {403, 404}
    assert contents(looks=False) == before


def test_once_the_list_is_in_nothing_can_be_chosen(log_in: LogIn, policy: PolicyVersion) -> None:
    held(policy)
    upload, client = bring_in(review([LISTED], policy, HEADER), policy), log_in("marketing")
    before = contents(looks=False)
    assert "This is not possible any more." in pick(client, upload, word="keep")
    assert contents(looks=False) == before
    assert "Keep: City" not in text(client.get(page(upload)))


def test_no_other_mode_is_taken(log_in: LogIn, policy: PolicyVersion) -> None:
    upload = receive(as_csv([LISTED], HEADER))
    log_in("marketing").post(page(upload, "match"), CHOSEN | {"mode": "skip"})
    upload.refresh_from_db()
    assert (upload.state, upload.mode) == ("uploaded", "fill")


@pytest.mark.promise("P17")
def test_each_page_shows_its_part_with_the_total_and_is_a_look_at_whom_it_shows(
    log_in: LogIn, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_differences, "_ON_A_PAGE", 2)
    upload, client = review(crowd(5, policy), policy, HEADER), log_in("marketing")
    for number, towns in {"1": {0, 1}, "2": {2, 3}, "3": {4}, "9": set(), "x": {0, 1}, "-1": {0, 1}}.items():
        AuditEvent.objects.all().delete()
        shown = text(client.get(page(upload), {"page": number}))
        assert {place for place in range(5) if f"Town {place}" in shown} == towns
        assert "(5)" in shown
        seen = AuditEvent.objects.filter(code="contact.viewed", rule="page:upload")
        assert seen.count() == len(towns)


def test_whose_details_are_only_stored_by_now_is_for_the_officer(log_in: LogIn, policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    Contact.objects.filter(pk=ada.pk).update(restricted_through=NOON.date())
    assert "Ada Byron" not in text(log_in("marketing").get(page(upload)))
    assert "Ada Byron" in text(log_in("privacy officer").get(page(upload)))


def test_a_look_at_the_differences_changes_nothing(log_in: LogIn, policy: PolicyVersion) -> None:
    held(policy)
    upload, client = review([LISTED], policy, HEADER), log_in("marketing")
    before = contents(looks=False)
    for act in ("change", "match", "import", "discard"):
        assert client.get(page(upload, act)).status_code == 200
    assert contents(looks=False) == before


def test_what_was_not_put_back_is_counted_on_the_page(log_in: LogIn, policy: PolicyVersion) -> None:
    ada = held(policy)
    upload, client = bring_in(review([LISTED], policy, HEADER), policy), log_in("marketing")
    Contact.objects.filter(pk=ada.pk).update(city="Kiruna")
    gone = text(client.post(page(upload, "remove"), follow=True))
    assert "3 old details were put back" in gone
    assert "1 detail was not put back: it has changed since, is protected, or the person is gone." in gone
    assert "removed again" not in gone.split("pc-outcome")[1].split("</p>")[0]


def test_a_page_of_many_differences_costs_no_more_queries_than_one_of_few(
    log_in: LogIn, policy: PolicyVersion, django_assert_max_num_queries: Any
) -> None:
    upload, client = review(crowd(40, policy), policy, HEADER), log_in("marketing")
    client.get(page(upload))
    with django_assert_max_num_queries(12):
        assert "Town 39" in text(client.get(page(upload)))
