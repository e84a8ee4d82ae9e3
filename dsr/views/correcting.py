"""People put right what we have of their name, role and phone: done at once (Art. 16 GDPR, P19)."""

from http import HTTPStatus

from django.http import HttpResponse

from contacts.models import Contact
from contacts.people.activities import ContactGoneError
from dsr.intake import own_words
from dsr.intake.asking import AskedBeforeError
from dsr.records.transitions import RequestError
from dsr.views import page, visits
from dsr.views.forms import CorrectForm
from dsr.views.visits import BY, Door, visit_view
from dsr.words.vocabulary import Kind


@visit_view
def correct(door: Door) -> HttpResponse:
    """Show what is on file, and take what is right instead."""
    if door.contact is None:
        return page.show(door, status=HTTPStatus.GONE)
    if door.visit.request.method != "POST":
        return door.show("my_data/correct.html", {"form": CorrectForm.of(door.contact)})
    form = CorrectForm.of(door.contact, door.visit.request.POST)
    if not form.is_valid():
        return door.show("my_data/correct.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _put_right(door, door.contact, form)


def _put_right(door: Door, contact: Contact, form: CorrectForm) -> HttpResponse:
    try:
        request = own_words.correct(contact, form.values(), policy=door.visit.policy, at=door.at, by=BY)
    except AskedBeforeError as refusal:
        return page.show(door, before=refusal.request, status=HTTPStatus.CONFLICT)
    except (ContactGoneError, RequestError):
        return visits.end(visits.ended(door.visit))
    if request is None:
        return visits.to(door.visit, "my_data_mine", done="same")
    return visits.to(door.visit, "my_data_mine", done="corrected" if request.closed_on else Kind.RECTIFICATION.value)
