import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils.translation import gettext as _

from contacts.base import staff_mails
from privacy_crm.models import StaffLanguage


@pytest.mark.django_db
def test_each_reads_a_mail_in_the_language_of_their_account_and_else_in_that_of_the_site() -> None:
    speak = {"kim@nordvik.example": "sv", "ada@nordvik.example": "sv", "bo@nordvik.example": "en"}
    for address, language in speak.items():
        user = User.objects.create(username=address, email=address)
        StaffLanguage.objects.create(user=user, language=language)
    readers = [*speak, "new@nordvik.example"]
    staff_mails.send(staff_mails.written(readers, lambda: (_("Mail leaves again"), _("Its page: %(page)s"))))
    assert {tuple(sent.to): (sent.subject, sent.body) for sent in mail.outbox} == {
        ("kim@nordvik.example", "ada@nordvik.example"): ("Mejl skickas igen", "Körningens sida: %(page)s"),
        ("bo@nordvik.example", "new@nordvik.example"): ("Mail leaves again", "Its page: %(page)s"),
    }


@pytest.mark.django_db
def test_an_account_that_is_closed_has_no_say() -> None:
    user = User.objects.create(username="kim", email="kim@nordvik.example", is_active=False)
    StaffLanguage.objects.create(user=user, language="sv")
    assert staff_mails.languages(["kim@nordvik.example"]) == {"kim@nordvik.example": "en"}
