"""The page of a contact: who, until when, why, and what can be done. Nothing is edited by hand."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.admin.shared.acts import Act, ActForm, by
from contacts.admin.shared.people import name_of
from contacts.base import audit
from contacts.models import Contact
from privacy_crm.staff.people import contact_page, page_acts, readmitting_act
from privacy_crm.staff.people.contact_list import ContactList
from privacy_crm.staff.people.pairing_act import PairForm


class ContactAdmin(ContactList):
    """The page of a person, below the list: nothing on it is edited by hand."""

    page_template = "staff/contact.html"
    adding = readmitting_act.ADDING
    acts = page_acts.ACTS

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Contact | None:
        """Find a person by the random id that our addresses carry; by key as well, which Django's own tools use."""
        key = "pk" if object_id.isdecimal() else "public_id"
        try:
            people = self.get_queryset(request).select_related("organisation").filter(**{key: object_id})
            found: Contact | None = people.first()
        except (ValidationError, ValueError):
            return None
        return found

    def _add(self, request: HttpRequest) -> HttpResponse:
        """Record whom the form has shown, as for any search that finds somebody."""
        answer = super()._add(request)
        form = getattr(answer, "context_data", {}).get("form")
        if form is not None and form.is_bound and form.holder:
            audit.record_each("contact.found", [form.holder.public_id], at=timezone.now(), by=by(request), rule="")
        return answer

    def key_of(self, record: Any) -> str:
        return str(record.public_id)

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        """Lead to the list where there is no person, or they have gone, or are not for everyone's eyes any more."""
        if record is None:
            return self.url_of()
        if isinstance(form, PairForm):
            return form.leads_to
        same = {name: getattr(record, name) for name in ("minimised_on", "restricted_through")}
        here = Contact.objects.filter(pk=record.pk, **same).exists()
        return super().after(act, record, form) if here else self.url_of()

    def title_of(self, record: Any) -> str:
        return name_of(record)

    def shows(self, record: Any) -> list[uuid.UUID]:
        return [record.public_id]

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        shown = contact_page.fill(record, request.user, everything=request.GET.get("timeline") == "all")
        return {**shown, "messages": _told(request, name_of(record))}


def _told(request: HttpRequest, name: str) -> list[Any]:
    """Put the person's name into the messages only now: they waited in a cookie without it."""
    told = list(messages.get_messages(request))
    for message in told:
        message.message = str(message.message).replace("{name}", name)
    return told


def register() -> None:
    admin.site.register(Contact, ContactAdmin)
