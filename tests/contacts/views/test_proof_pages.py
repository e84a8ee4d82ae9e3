"""The pages that our mails open: nothing happens on a GET, each link says in words when it has ended."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from contacts.events import places
from contacts.models import (
    AuditEvent,
    ChannelPermission,
    Contact,
    Event,
    FoodPreference,
    PolicyVersion,
    Registration,
    SignUp,
)
from contacts.outbox import links
from contacts.signups import proof, sign_ups
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import SignUpKind
from tests.support import visitors
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, UNPROVEN, ContactFactory, WhitepaperFactory, register
from tests.support.visitors import asked, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

BOXES = {"email": "Yes, you may e-mail me.", "phone": "Ja, ni får ringa mig."}


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def read(answer: Any) -> bytes:
    """What was downloaded, to its end, after which the file is closed."""
    return b"".join(answer.streaming_content)


def page_of(made: SignUp) -> str:
    return f"/confirm/{links.confirm(made)}/"


def proven(wish: Wish, policy: PolicyVersion) -> SignUp:
    made = asked(wish, policy)
    return proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor").sign_up


def wish(kind: str) -> Wish:
    return {
        SignUpKind.WHITEPAPER: lambda: Wish.of_whitepaper(WhitepaperFactory.create(slug="calm-backups")),
        SignUpKind.EVENT: lambda: Wish.of_event(visitors.event()),
        SignUpKind.REGISTER: lambda: Wish.of_register("customer"),
        SignUpKind.CONSENT: Wish.of_consent,
    }[SignUpKind(kind)]()


@pytest.mark.promise("P13")
@pytest.mark.parametrize("kind", SignUpKind.values)
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_page_changes_nothing(policy: PolicyVersion, client: Client, kind: str, method: str) -> None:
    made = asked(wish(kind), policy, consents=BOXES if kind == "consent" else {})
    before = contents()
    answer = getattr(client, method)(page_of(made))
    assert answer.status_code == 200
    assert contents() == before
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("whitepaper", "Here is your guide"),
        ("event", "You have a place"),
        ("register", "Until then your registration counts as unverified"),
    ],
)
def test_the_button_proves_the_address_and_the_page_shows_what_came_of_it(
    policy: PolicyVersion, client: Client, kind: str, said: str
) -> None:
    made = asked(wish(kind), policy)
    answer = send(client, page_of(made), {"lang": "en"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page_of(made)}?lang=en")
    assert Contact.objects.get().email == visitors.AINO["email"]
    assert said in words(client.get(answer["Location"]))


def test_the_button_works_without_a_cookie_or_a_token(policy: PolicyVersion) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, page_of(asked(wish("register"), policy)), {}).status_code == 302
    assert Contact.objects.exists()


def test_the_boxes_are_shown_as_they_were_with_a_yes_and_a_no(policy: PolicyVersion, client: Client) -> None:
    shown = words(client.get(page_of(asked(wish("register"), policy, consents=BOXES, language="sv"))))
    assert '<ul lang="sv">' in shown
    for wording in BOXES.values():
        assert f"<li>{wording}</li>" in shown
    assert "Confirm, and yes to the news" in shown
    assert "Confirm without the news" in shown


@pytest.mark.promise("P11")
@pytest.mark.parametrize(("news", "given"), [("yes", 2), ("no", 0), ("", 0)])
def test_only_the_button_that_says_so_gives_the_consents(
    policy: PolicyVersion, client: Client, news: str, given: int
) -> None:
    send(client, page_of(asked(wish("register"), policy, consents=BOXES)), {"news": news})
    assert ChannelPermission.objects.filter(state="consented").count() == given


def test_a_button_pressed_again_does_nothing_more(policy: PolicyVersion, client: Client) -> None:
    made = asked(wish("event"), policy)
    send(client, page_of(made), {})
    before = contents()
    assert send(client, page_of(made), {}).status_code == 302
    assert contents() == before


@pytest.mark.parametrize("path", ["confirm", "download", "places"])
@pytest.mark.parametrize("token", ["x", "x:y", "0" * 32 + ":x", "a" * 3000])
def test_a_made_up_link_is_answered_in_words(policy: PolicyVersion, client: Client, path: str, token: str) -> None:
    before = contents()
    assert client.get(f"/{path}/{token}/").status_code == 404
    assert "This link does not work" in words(client.get(f"/{path}/{token}/"))
    assert send(client, f"/{path}/{token}/", {}).status_code in {404, 405}
    assert contents() == before


def test_a_link_for_one_thing_does_not_open_another(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    assert client.get(f"/download/{links.confirm(made)}/").status_code == 404
    assert client.get(f"/confirm/{links.download(made)}/").status_code == 404


def test_a_link_ends_with_its_sign_up(policy: PolicyVersion, client: Client) -> None:
    made = asked(wish("whitepaper"), policy)
    sign_ups.sweep(NOON + 30 * ONE_DAY)
    for answer in (client.get(page_of(made)), send(client, page_of(made), {})):
        assert answer.status_code == 410
        assert "This link has expired" in words(answer)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"cancelled_at": NOON}, 410, "This event is cancelled"),
        ({"capacity": 0}, 409, "All places are taken"),
    ],
)
def test_what_is_not_to_be_had_any_more_is_told(
    policy: PolicyVersion, client: Client, change: dict[str, Any], status: int, said: str
) -> None:
    made = asked(wish("event"), policy)
    Event.objects.update(**change)
    before = contents()
    answer = send(client, page_of(made), {})
    assert (answer.status_code, said in words(answer)) == (status, True)
    assert contents() == before


def test_a_page_about_what_is_gone_for_good_has_no_button(policy: PolicyVersion, client: Client) -> None:
    made = asked(wish("event"), policy)
    Event.objects.update(cancelled_at=NOON)
    answer = client.get(page_of(made))
    assert (answer.status_code, "<button" in words(answer)) == (410, False)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"cancelled_at": NOON}, 410, "This event is cancelled"),
        ({"starts_at": NOON - 3 * ONE_DAY}, 409, "This event is over"),
    ],
)
def test_a_place_that_was_confirmed_is_shown_no_longer_than_there_is_an_event(
    policy: PolicyVersion, client: Client, change: dict[str, Any], status: int, said: str
) -> None:
    made = proven(wish("event"), policy)
    Event.objects.update(**change)
    answer = client.get(page_of(made))
    assert (answer.status_code, said in words(answer), "You have a place" in words(answer)) == (status, True, False)


@pytest.mark.parametrize("is_open", [True, False])
def test_who_gave_up_a_place_is_asked_to_sign_up_again_only_while_one_can(
    policy: PolicyVersion, client: Client, is_open: bool
) -> None:
    made = proven(wish("event"), policy)
    places.give_up(Registration.objects.get().pk, at=NOON, by="visitor")
    Event.objects.update(signup_open=is_open)
    shown = words(client.get(page_of(made)))
    assert ("You gave up your place" in shown, "Sign up again" in shown) == (True, is_open)


@pytest.mark.promise("P6")
def test_the_whitepaper_is_handed_out_as_a_file_under_its_own_name(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    link = re.search(r'href="(/download/[^"]+)"', words(client.get(page_of(made))))
    assert link
    answer = client.get(link[1])
    assert read(answer) == b"%PDF-1.7 a whitepaper"
    assert answer["Content-Disposition"] == 'attachment; filename="calm-backups.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_download_changes_nothing(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    before = contents()
    read(client.get(f"/download/{links.download(made)}/"))
    assert contents() == before


def test_a_download_ends_after_seven_days(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    url = f"/download/{links.download(made)}/"
    with time_machine.travel(NOON + 7 * ONE_DAY, tick=False):
        assert read(client.get(url))
    with time_machine.travel(NOON + 7.01 * ONE_DAY, tick=False):
        answer = client.get(url)
    assert (answer.status_code, "This link has expired" in words(answer)) == (410, True)


@pytest.mark.promise("L15")
def test_an_old_page_makes_no_new_download(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    with time_machine.travel(NOON + 7 * ONE_DAY, tick=False):
        (fresh,) = re.findall(r'href="(/download/[^"]+)"', words(client.get(page_of(made))))
    with time_machine.travel(NOON + 29 * ONE_DAY, tick=False):
        shown = words(client.get(page_of(made)))
        assert client.get(fresh).status_code == 410
    assert "/download/" not in shown
    assert ("Your download has ended" in shown, 'href="/whitepapers/calm-backups/' in shown) == (True, True)


def test_a_withdrawn_whitepaper_is_handed_out_no_more(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    type(made.whitepaper).objects.update(withdrawn_at=NOON)
    for url in (f"/download/{links.download(made)}/", page_of(made)):
        answer = client.get(url)
        assert (answer.status_code, "no longer available" in words(answer)) == (410, True)


def test_a_download_is_for_those_whose_address_is_proven(policy: PolicyVersion, client: Client) -> None:
    made = asked(wish("whitepaper"), policy)
    assert client.get(f"/download/{links.download(made)}/").status_code == 404


def test_a_download_ends_with_its_person(policy: PolicyVersion, client: Client) -> None:
    made = proven(wish("whitepaper"), policy)
    Contact.objects.all().delete()
    assert client.get(f"/download/{links.download(made)}/").status_code == 410


@pytest.fixture
def place(policy: PolicyVersion) -> Registration:
    return register(visitors.on_file(policy), visitors.event(), NOON, policy=policy, food="no nuts")


@pytest.mark.promise("P8")
def test_a_place_is_given_up_by_a_post_and_the_food_is_forgotten_at_once(client: Client, place: Registration) -> None:
    url, before = f"/places/{links.place(place)}/", contents()
    assert "Give up my place" in words(client.get(url))
    assert contents() == before
    answer = send(client, url, {"lang": "en"})
    assert answer.status_code == 302
    assert not FoodPreference.objects.exists()
    assert Registration.objects.get().cancelled_at == NOON
    assert "If you told us about dietary needs, we have deleted them." in words(client.get(answer["Location"]))


@pytest.mark.promise("P8")
def test_food_is_taken_back_alone_and_the_place_stays(
    client: Client, place: Registration, policy: PolicyVersion
) -> None:
    told = register(ContactFactory.create(), place.event, NOON, policy=policy, food="vegan")
    url, active = f"/places/{links.place(place)}/", Contact.objects.get(pk=place.contact_id).last_activity_on
    assert "You can delete your dietary needs and keep your place" in words(client.get(url))
    assert "no nuts" not in words(client.get(url))
    answer = send(client, url, {"lang": "en", "do": "food"})
    assert (answer.status_code, answer["Location"]) == (302, f"{url}?lang=en")
    assert [left.registration for left in FoodPreference.objects.all()] == [told]
    place.refresh_from_db()
    assert (place.cancelled_at, place.contact.last_activity_on) == (None, active)
    shown = words(client.get(answer["Location"]))
    assert "You have a place" in shown
    assert "We hold nothing about dietary needs" in shown


@pytest.mark.promise("P8")
def test_food_that_was_taken_back_is_taken_back_once_and_is_on_record_by_numbers(
    client: Client, place: Registration
) -> None:
    for _ in range(2):
        assert send(client, f"/places/{links.place(place)}/", {"do": "food"}).status_code == 302
    heard = AuditEvent.objects.get(code="consent.withdrawn")
    assert (heard.public_id, heard.rule, heard.by) == (place.contact.public_id, "food", "visitor")


def test_a_webinar_says_nothing_about_food(client: Client, policy: PolicyVersion) -> None:
    place = register(visitors.on_file(policy), visitors.event("webinar"), NOON, policy=policy)
    assert "We hold nothing about dietary needs" not in words(client.get(f"/places/{links.place(place)}/"))


def test_a_place_is_given_up_once(client: Client, place: Registration) -> None:
    url = f"/places/{links.place(place)}/"
    send(client, url, {})
    before = contents()
    answer = send(client, url, {})
    assert (answer.status_code, "You gave up your place" in words(answer)) == (409, True)
    assert contents() == before


def test_a_place_at_an_event_that_is_over_is_not_given_up(client: Client, place: Registration) -> None:
    Event.objects.update(starts_at=NOON - 3 * ONE_DAY)
    before = contents()
    answer = send(client, f"/places/{links.place(place)}/", {})
    assert (answer.status_code, "This event is over" in words(answer)) == (409, True)
    assert contents() == before


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "your place cannot be given up any more"), ("sv", "kan din plats inte längre avbokas")],
)
def test_a_guest_who_is_in_keeps_their_place_and_is_told_so(
    language: str, said: str, client: Client, place: Registration
) -> None:
    Registration.objects.update(attended_at=NOON)
    url, before = f"/places/{links.place(place)}/?lang={language}", contents()
    shown, answer = client.get(url), send(client, url, {"lang": language})
    assert (shown.status_code, answer.status_code) == (200, 409)
    for page in (shown, answer):
        assert said in words(page)
        assert words(page).count("<button") == words(page).count('name="do" value="food"') == 1
    assert contents() == before


def test_a_guest_who_comes_in_while_they_look_at_the_page_keeps_their_place(
    client: Client, place: Registration, policy: PolicyVersion
) -> None:
    url = f"/places/{links.place(place)}/"
    assert "Give up my place" in words(client.get(url))
    Registration.objects.update(attended_at=NOON)
    send(client, url, {})
    place.refresh_from_db()
    assert (place.cancelled_at, place.attended_at) == (None, NOON)


@pytest.mark.parametrize("change", [{"cancelled_at": NOON}, {"starts_at": NOON - 3 * ONE_DAY}, {}])
def test_where_there_is_no_place_left_the_page_leads_to_what_else_there_is(
    client: Client, place: Registration, change: dict[str, Any]
) -> None:
    url = f"/places/{links.place(place)}/?lang=sv"
    if change:
        Event.objects.update(**change)
    else:
        send(client, url, {})
    assert '<a href="/?lang=sv">Se våra guider och evenemang</a>' in words(client.get(url))


def test_a_place_ends_with_its_person(client: Client, place: Registration) -> None:
    Contact.objects.all().delete()
    assert client.get(f"/places/{links.place(place)}/").status_code == 410


def typed_page(policy: PolicyVersion, **held: Any) -> tuple[SignUp, Contact]:
    """Aino's page, on which she is asked about what differs from what is on file."""
    person = ContactFactory.create(email=visitors.AINO["email"], **held)
    return asked(wish("register"), policy, phone="+44 20 1", country="GB"), person


@pytest.mark.promise("L15")
def test_the_page_shows_all_that_was_typed_and_asks_about_what_differs(policy: PolicyVersion, client: Client) -> None:
    made, _ = typed_page(policy, phone="+46 70 2", country="", first_name="Aino", last_name="Lindqvist")
    said = words(client.get(page_of(made)))
    for line in ("<dt>Phone</dt><dd>+44 20 1</dd>", "<dt>Country</dt><dd>United Kingdom</dd>", "Aino Lindqvist"):
        assert line in said
    assert "Your phone number becomes +44 20 1" in said
    assert "Your country becomes" not in said
    assert "+46 70 2" not in said  # whoever holds the mail reads nothing that is on file


@pytest.mark.promise("L15")
@pytest.mark.parametrize(("answer", "phone"), [("yes", "+44 20 1"), ("no", "+46 70 2"), ("", "+46 70 2")])
@pytest.mark.parametrize("later", [False, True], ids=["with the button", "afterwards"])
def test_a_detail_changes_by_a_yes_alone(
    policy: PolicyVersion, client: Client, answer: str, phone: str, later: bool
) -> None:
    made, person = typed_page(policy, phone="+46 70 2")
    said = {"right-phone": answer}
    send(client, page_of(made), {} if later else said)
    if later:
        assert "Your phone number becomes +44 20 1" in words(client.get(page_of(made)))
        send(client, page_of(made), said)
    person.refresh_from_db()
    assert person.phone == phone
    assert ("Your phone number becomes" in words(client.get(page_of(made)))) == (not answer)


@pytest.mark.promise("L15")
@pytest.mark.parametrize("later", [False, True], ids=["with the button", "afterwards"])
def test_what_a_yes_brings_is_what_the_page_showed(policy: PolicyVersion, client: Client, later: bool) -> None:
    """The typed address whole, without the old town; and the whole name where half of it was typed."""
    held = {"first_name": "Aino", "last_name": "Berg", "address": "Storgatan 1", "postal_code": "111 57"}
    person = ContactFactory.create(email=visitors.AINO["email"], **held, city="Stockholm")
    typed = {"first_name": "Bo", "last_name": "", "address": "1 Fleet Street", "postal_code": "", "city": ""}
    made = asked(wish("register"), policy, **typed)
    if later:
        send(client, page_of(made), {})
    shown = words(client.get(page_of(made)))
    assert "Your name becomes Bo Berg" in shown
    assert "Your postal address becomes 1 Fleet Street<" in shown
    send(client, page_of(made), {"right-name": "yes", "right-address": "yes"})
    person.refresh_from_db()
    assert person.display_name == "Bo Berg"
    assert (person.address, person.postal_code, person.city) == ("1 Fleet Street", "", "")


CANNOT = "Your consent to calls cannot be recorded: we hold details under this address already"
COULD_NOT = "Your consent to calls could not be recorded: we hold details under this address already"


@pytest.mark.promise("L14")
@pytest.mark.promise("L20")
@pytest.mark.parametrize("kind", ["whitepaper", "consent"])
def test_the_page_says_which_consents_count_where_the_record_may_be_somebody_elses(
    policy: PolicyVersion, client: Client, kind: str
) -> None:
    """Bo's record came from a list; under its address somebody signs up who is called Aino."""
    bo = ContactFactory.create(email=visitors.AINO["email"], first_name="Bo", last_name="Ek", **UNPROVEN)
    made = asked(wish(kind), policy, first_name="Aino", last_name="Lindqvist", consents=BOXES)
    before = words(client.get(page_of(made)))
    assert CANNOT in before
    assert BOXES["email"] in before
    assert BOXES["phone"] not in before  # nothing is promised that does not count
    send(client, page_of(made), {"news": "yes"})
    assert set(bo.permissions.values_list("channel", flat=True)) == {"email"}
    after = words(client.get(page_of(made)))
    assert "Your consent to news by e-mail is recorded." in after
    assert COULD_NOT in after
    assert "We do as you said." not in after


@pytest.mark.promise("L14")
def test_where_nothing_of_it_counts_nobody_is_asked_to_say_yes(policy: PolicyVersion, client: Client) -> None:
    ContactFactory.create(email=visitors.AINO["email"], first_name="Bo", last_name="Ek", **UNPROVEN)
    made = asked(wish("whitepaper"), policy, first_name="Aino", consents={"phone": BOXES["phone"]})
    before = words(client.get(page_of(made)))
    assert CANNOT in before
    assert 'name="news"' not in before
    send(client, page_of(made), {})
    after = words(client.get(page_of(made)))
    assert "Here is your guide" in after
    assert "is recorded" not in after


@pytest.mark.promise("L20")
@pytest.mark.parametrize(("news", "recorded"), [("yes", True), ("no", False)])
def test_the_page_says_that_a_consent_is_recorded_where_it_is(
    policy: PolicyVersion, client: Client, news: str, recorded: bool
) -> None:
    made = asked(wish("whitepaper"), policy, consents=BOXES)
    assert "cannot be recorded" not in words(client.get(page_of(made)))
    send(client, page_of(made), {"news": news})
    after = words(client.get(page_of(made)))
    assert ("Your consent to news by e-mail and calls is recorded." in after) == recorded
    assert "could not be recorded" not in after
    made.refresh_from_db()
    assert made.consents == {}


@pytest.mark.promise("L15")
def test_an_old_page_takes_no_answer(policy: PolicyVersion, client: Client) -> None:
    made, person = typed_page(policy, phone="+46 70 2")
    send(client, page_of(made), {})
    with time_machine.travel(NOON + links.OPEN_DAYS * ONE_DAY + ONE_DAY, tick=False):
        assert "becomes" not in words(client.get(page_of(made)))
        send(client, page_of(made), {"right-phone": "yes"})
    person.refresh_from_db()
    assert person.phone == "+46 70 2"


@pytest.mark.promise("L15")
def test_nobody_is_asked_while_a_request_of_theirs_is_open(policy: PolicyVersion, client: Client) -> None:
    made, person = typed_page(policy, phone="+46 70 2", frozen_through=NOON.date())
    assert "becomes" not in words(client.get(page_of(made)))
    send(client, page_of(made), {"right-phone": "yes"})
    assert "becomes" not in words(client.get(page_of(made)))
    send(client, page_of(made), {"right-phone": "yes"})
    person.refresh_from_db()
    assert person.phone == "+46 70 2"
    assert person.proposed.filter(detail="phone").exists()
