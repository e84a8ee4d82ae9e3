"""A list that updates: each difference is seen before it is written, and what has changed since is left alone."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from contacts.models import AuditEvent, Basis, Contact, PolicyVersion, UploadedDifference
from contacts.people import correcting, erasure
from contacts.permission import country_rules
from privacy_crm.staff.uploads import upload_page
from privacy_crm.uploads import importing
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, agree, hold
from tests.support.import_files import everything
from tests.support.updating import CHANGES, HEADER, LISTED, NEWCOMER, held, says, shown, written
from tests.support.uploading import COLLECTED, FAIR, VAINO, bring_in, match, review

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L15")]

TODAY = NOON.date()


def people() -> dict[Any, Any]:
    """All that is on record, but for uploads and what they keep."""
    return {key: row for key, row in everything().items() if not key[0].startswith("contacts_upload")}


def test_each_difference_is_shown_and_nothing_is_written(policy: PolicyVersion) -> None:
    held(policy)
    before = people()
    upload = review([LISTED, NEWCOMER], policy, HEADER)
    assert shown(upload) == CHANGES | {"country": ("SE", "NO", "country")}
    assert (upload.preview["differences"], upload.preview["stays"]) == (4, {"country": 1})
    left = {key: row for key, row in people().items() if key[0] != "contacts_auditevent"}
    assert left == {key: row for key, row in before.items() if key[0] != "contacts_auditevent"}


def test_what_was_shown_is_what_is_written_and_kept_for_the_undo(policy: PolicyVersion) -> None:
    ada = held(policy)
    before = says(ada)
    upload = bring_in(review([LISTED, NEWCOMER], policy, HEADER), policy)
    assert says(ada) == before | {detail: new for detail, (_old, new, _reason) in CHANGES.items()}
    assert shown(upload) == CHANGES
    assert {key: upload.result[key] for key in ("differences", "stays", "since")} == {
        "differences": 4,
        "stays": {"country": 1},
        "since": 0,
    }
    assert Contact.objects.filter(email=VAINO, country="FI").exists()
    [event] = AuditEvent.objects.filter(code="contact.updated")
    assert (event.public_id, event.rule, event.by) == (ada.public_id, f"upload:{upload.pk}", "test")


def test_to_fill_blanks_stays_the_default_and_shows_no_differences(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    match(upload)
    assert (upload.mode, shown(upload)) == ("fill", {})
    importing.look_through(upload.pk, policy=policy, at=NOON, by="test", now=lambda: NOON)
    upload.refresh_from_db()
    bring_in(upload, policy)
    assert (says(ada)["first_name"], says(ada)["phone"], says(ada)["organisation"]) == ("Ada", "+47 1", "Fjordkraft AB")
    assert not UploadedDifference.objects.exists()


def test_a_list_replaces_no_reason_why_somebody_is_held(policy: PolicyVersion) -> None:
    held(policy)
    before = list(Basis.objects.values())
    upload = bring_in(
        review([LISTED], policy, HEADER, replace(FAIR, source="Fair", collected_on=dt.date(2026, 1, 1))), policy
    )
    assert upload.result["differences"] == 4
    assert list(Basis.objects.values()) == before


# What stays, and why


def test_what_was_put_right_on_the_persons_word_stays_blanks_among_it(policy: PolicyVersion) -> None:
    ada = held(policy, corrected=["first_name", "phone", "company", "city"])
    before = says(ada)
    upload = review([LISTED], policy, HEADER)
    reasons = {detail: reason for detail, (_old, _new, reason) in shown(upload).items()}
    assert reasons == dict.fromkeys(["first_name", "phone", "organisation", "city"], "corrected") | {
        "country": "country"
    }
    bring_in(upload, policy)
    assert says(ada) == before


def test_whoever_has_a_request_open_is_not_changed(policy: PolicyVersion) -> None:
    ada = held(policy, frozen_through=TODAY)
    before = says(ada)
    upload = review([LISTED], policy, HEADER)
    assert {reason for _old, _new, reason in shown(upload).values()} == {"frozen"}
    bring_in(upload, policy)
    assert says(ada) == before


def test_whoever_an_agreement_holds_moves_nowhere(policy: PolicyVersion) -> None:
    employer = OrganisationFactory.create(name="Fjordkraft AB")
    agree(employer, None)
    ada = held(policy, "customer", organisation=employer)
    upload = review([LISTED], policy, HEADER)
    assert (shown(upload)["organisation"][2], shown(upload)["country"][2]) == ("agreement", "agreement")
    bring_in(upload, policy)
    assert (says(ada)["organisation"], says(ada)["country"], says(ada)["city"]) == ("Fjordkraft AB", "SE", "Oslo")


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("country", "moves"), [("GB", False), ("SE", True)])
def test_nobody_is_moved_to_an_organisation_that_would_open_a_channel(
    country: str, moves: bool, policy: PolicyVersion
) -> None:
    country_rules.adopt(at=NOON, by="test")
    OrganisationFactory.create(name="Havglimt AS", legal_form="company")
    ada = held(policy, country=country)
    upload = review([LISTED], policy, HEADER)
    assert shown(upload)["organisation"] == ("Fjordkraft AB", "Havglimt AS", "" if moves else "opens")
    bring_in(upload, policy)
    assert says(ada)["organisation"] == ("Havglimt AS" if moves else "Fjordkraft AB")
    assert upload.result["since"] == 0


def test_a_move_that_allows_no_more_is_made(policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Havglimt AS", legal_form="llp")
    ada = held(policy, organisation=OrganisationFactory.create(name="Fjordkraft AB", legal_form="company"))
    bring_in(review([LISTED], policy, HEADER), policy)
    assert says(ada)["organisation"] == "Havglimt AS"


@pytest.mark.parametrize("country", ["", "Köln"])
def test_a_country_that_is_missing_is_filled_in(country: str, policy: PolicyVersion) -> None:
    ada = held(policy, country=country)
    bring_in(review([LISTED], policy, HEADER), policy)
    assert says(ada)["country"] == "NO"


def test_whose_details_are_only_stored_is_neither_shown_nor_changed(policy: PolicyVersion) -> None:
    ada = held(policy, restricted_through=TODAY)
    before = says(ada)
    upload = review([LISTED, [LISTED[0], "", "", "", "NO", "", ""]], policy, HEADER)
    assert shown(upload) == {}
    bring_in(upload, policy)
    assert says(ada) == before


# Between the preview and the button


def test_what_was_put_right_since_the_preview_stays_and_is_reported(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    correcting.correct(ada.pk, {"city": "Luleå"}, at=NOON, by="user:1")
    bring_in(upload, policy)
    assert (says(ada)["city"], says(ada)["first_name"]) == ("Luleå", "Aino")
    assert written(upload) == {"first_name", "organisation", "phone"}
    assert (upload.result["differences"], upload.result["since"]) == (3, 1)
    said = "1 difference was not written: the record has changed since the preview, or is gone."
    assert said in upload_page.sentences(upload, upload.result)


def test_a_value_that_nobody_was_shown_is_not_replaced(policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    Contact.objects.filter(pk=ada.pk).update(city="Kiruna", phone="+46 1")
    bring_in(upload, policy)
    assert (says(ada)["city"], says(ada)["phone"]) == ("Kiruna", "+46 1")
    assert (upload.result["differences"], upload.result["since"]) == (2, 2)
    assert upload.result["stays"] == {"country": 1, "since": 2}


def test_a_field_that_did_not_differ_when_it_was_shown_stays(policy: PolicyVersion) -> None:
    ada = held(policy, city="Oslo")
    upload = review([LISTED], policy, HEADER)
    Contact.objects.filter(pk=ada.pk).update(city="Kiruna")
    bring_in(upload, policy)
    assert (says(ada)["city"], upload.result["since"]) == ("Kiruna", 1)


def test_whoever_was_entered_since_the_preview_is_not_changed(policy: PolicyVersion) -> None:
    upload = review([LISTED], policy, HEADER)
    ada = held(policy)
    before = says(ada)
    bring_in(upload, policy)
    assert (says(ada), upload.result["since"]) == (before, 4)


@pytest.mark.parametrize("stands", ["frozen_through", "restricted_through"])
def test_whoever_asked_something_since_the_preview_is_not_changed(stands: str, policy: PolicyVersion) -> None:
    ada = held(policy)
    upload = review([LISTED], policy, HEADER)
    Contact.objects.filter(pk=ada.pk).update(**{stands: TODAY})
    before = says(ada)
    bring_in(upload, policy)
    assert (says(ada), upload.result["differences"], upload.result["since"]) == (before, 0, 4)


def test_of_whoever_was_erased_since_the_preview_nothing_is_kept(policy: PolicyVersion) -> None:
    ada = held(policy)
    other = ContactFactory.create(email=VAINO, first_name="V.", country="SE")
    hold(other, "prospect", COLLECTED, policy=policy)
    upload = review([LISTED, NEWCOMER], policy, HEADER)
    erasure.delete({ada.pk: ada.public_id}, at=NOON, by="test", rule="test")
    assert shown(upload) == {"first_name": ("V.", "Väinö", ""), "country": ("SE", "FI", "country")}
    bring_in(upload, policy)
    assert (upload.result["differences"], upload.result["since"]) == (1, 4)


def test_of_two_lists_the_second_writes_only_what_was_shown_of_the_record_as_it_is(policy: PolicyVersion) -> None:
    ada = held(policy)
    first, second = (review([row], policy, HEADER) for row in (LISTED, [*LISTED[:5], "Bergen", "+47 1"]))
    bring_in(first, policy)
    bring_in(second, policy)
    assert says(ada)["city"] == "Oslo"
    assert (second.result["differences"], second.result["since"]) == (0, 4)
