"""The mails about accounts: in the owner's language, with no secret, sent until a server takes them, then gone."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.core import mail

from contacts.models import AuditEvent
from privacy_crm.access import account_words, details, granting, inviting, resetting, telling
from privacy_crm.access.details import Details
from privacy_crm.mail import mailer
from privacy_crm.models import AccountMail, StaffLanguage
from tests.support.accounts import by, colleague, told
from tests.support.factories import NOON, ONE_DAY
from tests.support.factoring import entered, with_app
from tests.support.provider import AWAY, provider

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db]

OFFICER = "privacy officer"
NOBODY_LISTENS = "smtp://127.0.0.1:1"


def away(settings: LazySettings) -> None:
    settings.MAILERS = {"default": mailer(NOBODY_LISTENS, Path("/nowhere"))}


def test_the_owner_reads_what_happened_when_and_what_to_do_in_their_language() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    StaffLanguage.objects.create(user=kim, language="sv")
    granting.give(kim.pk, "sales", at=NOON, by=by(chief))
    told()
    (letter,) = mail.outbox
    text = str(letter.body)
    assert letter.subject == "Du har fått en ny roll"
    assert "Ditt konto har fått rollen ”försäljning”" in text
    assert "24 november 2026 13:00 (tid i Stockholm)" in text
    assert f"{settings.SITE_URL}/account/not-you/" in text
    assert "”sales”" not in text
    assert letter.extra_headers == {"Auto-Submitted": "auto-generated"}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("code", sorted(account_words.CHANGES))
def test_each_change_has_words_for_its_owner_and_for_the_officers(code: str, language: str) -> None:
    officer, kim = colleague(OFFICER), colleague("administrator")
    for reader in (officer, kim):
        StaffLanguage.objects.create(user=reader, language=language)
    telling.changed(code, kim.pk, at=NOON, by="operator", role="administrator")
    assert [reader for reader, _subject in told()] == sorted([officer.email, kim.email])
    for letter in mail.outbox:
        assert ("Hello" in str(letter.body)) == (language == "en")
        assert "%(" not in f"{letter.subject}{letter.body}"
        assert letter.subject.count(kim.username) <= 1
        assert (kim.username in str(letter.body).partition(",")[2]) == (letter.to == [officer.email])


def test_the_owner_hears_of_another_language_for_their_mails() -> None:
    """*Found*: nobody did, and what an intruder does is then read by an owner who does not know the language."""
    chief, kim = colleague("administrator"), colleague("sales")
    details.change(kim.pk, Details("", "", kim.email, "sv"), at=NOON, by=by(chief))
    assert told() == [(kim.email, "Språket i våra mejl till dig har ändrats")]


def test_no_mail_but_the_invitation_opens_anything(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = True
    chief, kim = colleague("administrator"), colleague(OFFICER)
    secret = with_app(kim)
    inviting.send_link(kim.pk, at=NOON, by=by(chief))
    resetting.reset(kim.pk, at=NOON, by=by(chief))
    told()
    opening = [str(each.body) for each in mail.outbox if "/account/set-up/" in str(each.body)]
    assert len(opening) == 1
    assert secret not in str([each.body for each in mail.outbox])
    assert [event.code for event in AuditEvent.objects.order_by("pk")] == ["account.link_sent", "account.factors_reset"]


def test_officers_hear_of_what_somebody_else_does_to_an_officer_and_not_of_what_is_their_own() -> None:
    chief, one, other, kim = colleague("administrator"), colleague(OFFICER), colleague(OFFICER), colleague("sales")
    resetting.end_logins(one.pk, at=NOON, by=by(chief))
    assert [reader for reader, _subject in told()] == sorted([one.email, other.email])
    details.change_own(one.pk, Details("O", "", one.email, "en"), at=NOON)
    assert [reader for reader, _subject in told()] == [one.email]
    resetting.end_logins(kim.pk, at=NOON, by=by(chief))
    assert [reader for reader, _subject in told()] == [kim.email]


def test_an_own_change_on_allauths_pages_is_told(settings: LazySettings) -> None:
    settings.SECOND_FACTOR = True
    kim = colleague("sales")
    assert entered(kim).post("/account/app/remove/").status_code == 302
    assert told(NOON + 3650 * ONE_DAY) == [(kim.email, "The app with codes was removed")]


def test_a_mail_that_no_server_takes_is_tried_again_and_at_last_given_up(settings: LazySettings) -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    granting.give(kim.pk, "sales", at=NOON, by=by(chief))
    usual = settings.MAILERS
    away(settings)
    assert telling.send_due(at=NOON) == 0
    assert telling.send_due(at=NOON) == 0
    waits = AccountMail.objects.get()
    assert (waits.attempts, waits.not_before) == (1, NOON + dt.timedelta(minutes=1))
    settings.MAILERS = usual
    assert told(NOON) == []
    assert len(told(NOON + dt.timedelta(minutes=1))) == 1
    assert not AccountMail.objects.exists()
    granting.take(kim.pk, "sales", at=NOON, by=by(chief))
    away(settings)
    for attempt in range(telling.MOST_ATTEMPTS):
        assert AccountMail.objects.exists()
        telling.send_due(at=NOON + attempt * dt.timedelta(hours=1))
    assert not AccountMail.objects.exists()


@pytest.mark.promise("P9")
def test_a_clock_that_is_far_ahead_gives_no_mail_up(settings: LazySettings) -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    granting.give(kim.pk, "sales", at=NOON, by=by(chief))
    away(settings)
    telling.send_due(at=NOON + 230 * ONE_DAY)
    assert AccountMail.objects.exists()


def test_what_there_is_no_time_for_leaves_with_the_next_tick() -> None:
    chief, kim, eva = colleague("administrator"), colleague("marketing"), colleague("marketing")
    for each in (kim, eva):
        granting.give(each.pk, "sales", at=NOON, by=by(chief))
    time = iter([False, True])
    assert telling.send_due(at=NOON, is_over=lambda: next(time)) == 1
    assert AccountMail.objects.count() == 1
    assert [reader for reader, _subject in told()] == [eva.email]


def test_a_mail_whose_address_a_provider_refuses_stands_in_no_other_mails_way(settings: LazySettings) -> None:
    """Found: the task failed, no attempt was counted, and the mail was never given up."""
    chief, kim, eva = colleague("administrator"), colleague("marketing"), colleague("marketing")
    settings.MAILERS = provider(**{kim.email.partition("@")[0]: "rejected"})
    for each in (kim, eva):
        granting.give(each.pk, "sales", at=NOON, by=by(chief))
    assert [reader for reader, _subject in told()] == [eva.email]
    waits = AccountMail.objects.get()
    assert (waits.attempts, waits.not_before) == (1, NOON + dt.timedelta(minutes=1))
    for attempt in range(1, telling.MOST_ATTEMPTS):
        assert told(NOON + attempt * dt.timedelta(hours=1)) == []
    assert not AccountMail.objects.exists()


def test_a_provider_that_is_away_is_asked_once_a_call(settings: LazySettings) -> None:
    """Found: an error without a status of HTTP left the task failed."""
    chief, kim, eva = colleague("administrator"), colleague("marketing"), colleague("marketing")
    settings.MAILERS = provider(**{kim.email.partition("@")[0]: AWAY})
    for each in (kim, eva):
        granting.give(each.pk, "sales", at=NOON, by=by(chief))
    assert told() == []
    assert [mail.attempts for mail in AccountMail.objects.order_by("pk")] == [1, 0]


def test_an_invitation_that_was_replaced_before_it_left_does_not_leave() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    for _ in range(2):
        inviting.send_link(kim.pk, at=NOON, by=by(chief))
    told()
    assert sum("/account/set-up/" in str(each.body) for each in mail.outbox) == 1


def test_what_is_rolled_back_is_neither_on_record_nor_told() -> None:
    chief, kim = colleague("administrator"), colleague("marketing")
    with pytest.raises(granting.AccountRefusedError):
        granting.take(kim.pk, "sales", at=NOON, by=by(chief))
    assert (AuditEvent.objects.count(), told()) == (0, [])
