"""The world that the matrix is walked in: one record of each kind, and whatever not all may read marked by a word."""

import copy
import datetime as dt
import re
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client
from django.urls import reverse

from contacts.disclosure import webhook_client
from contacts.models import (
    AuditEvent,
    Contact,
    Event,
    FoodPreference,
    PolicyVersion,
    Registration,
    SignUp,
    Upload,
    UploadedDifference,
    Whitepaper,
)
from contacts.outbox import links
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.addresses import hashes
from dsr.models import Handover, Paper, Request
from dsr.systems import owner_links
from privacy_crm.access import telling
from privacy_crm.models import AccountLink
from privacy_crm.uploads import storing
from retention.models import Hold
from tests.support import admin_pages, listing, mailing, merging, visiting, visitors
from tests.support.factories import DOUBTED, NOON, ContactFactory, RegistrationFactory, SignUpFactory, hold, place
from tests.support.sharing import gave

TODAY = NOON.date()

# What gives a kind of detail away, in lower case: names and addresses that the factories make up, and words of ours.
_WORDS = {
    "name": ("lindqv", "odotus", "@fjordkraft.example"),
    "stored-only": ("qqstored",),
    "reduced": ("qqreduced",),
    "phone": ("qqphone",),
    "postal-address": ("qqroad", "qqpostcode", "qqcity"),
    "food": ("qqfood",),
    "request": ("qqwords", "what do you hold", "somebody@elsewhere"),
    "hold": ("qqlegal",),
    "own-segment": ("qqsegment",),
    "reason-of-list": ("qqreason",),
    "uploaded": ("qqrow",),
    "webinar-link": ("qqlink",),
    "unpublished": ("qqdraft",),
    "who-acted": ("qqcolleague",),
}


class Browser(Client):
    """Takes in what is answered: Django's own client also copies the context of each of a page's many templates."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))
        self.cookies.update(answer.cookies)
        return answer

    def beside(self) -> "Browser":
        """Return another browser that has the same cookies, and will keep its own."""
        other = Browser()
        other.handler, other.cookies = self.handler, copy.deepcopy(self.cookies)
        return other


class World:
    """Records by the first part of their pages' names, and what marks each kind of detail."""

    def __init__(self, policy: PolicyVersion) -> None:
        self.policy = policy
        self.records = admin_pages.world(policy)
        self.hidden = _hidden(self.records, policy)
        self.asked = self.records["dsr_request_package"].public_id
        self.visitor = self.records["dsr_request_package"].subjects.get().contact
        self.addresses = _public(self.records, policy) | _visited(self.records, self.visitor)
        secrets = _secrets(self.records)
        _mark_people()
        _mark_others(self.records)
        hashes = Contact.objects.exclude(address_hash=None).values_list("address_hash", flat=True)
        self.marks = {**_WORDS, "address-hash": tuple(hashes), "secret": tuple(map(str.lower, secrets))}
        self.marks["request-number"] = tuple(request.number for request in Request.objects.all())

    def url(self, route: str, name: str) -> str:
        """Return an address of this world that has this route."""
        if route in self.addresses:
            return self.addresses[route]
        if name.startswith("admin:"):
            return admin_pages.address(name.removeprefix("admin:"), self.records)
        if "…" not in route:
            return f"/{route.lstrip('/')}"
        if name:
            return reverse(name, args=[1] * route.count("…"))
        return re.sub("…", "nowhere", f"/{route}")

    def page(self, name: str, record: Any) -> str:
        """Return the address of a page of the admin, of this record."""
        return admin_pages.address(name, {**self.records, name: record})

    def client_of(self, role: str) -> Browser:
        """Return the browser of somebody of a role, of whoever has opened "My data", or of nobody.

        The last thing that was done is to a request, whoever came before: a page has the newest entries alone.
        """
        AuditEvent.objects.create(at=NOON, by="test", code="request.asked", public_id=self.asked)
        client = Browser()
        if role == "visitor":
            client.cookies = visiting.visiting(self.visitor.email).cookies
        elif role != "nobody":
            user = User.objects.create(username=f"matrix-{role.replace(' ', '-')}", is_staff=True)
            user.groups.set([Group.objects.get(name=role)])
            client.force_login(user)
        return client

    def read(self, text: str) -> set[str]:
        """Return the kinds of details that a text gives away."""
        text = text.lower()
        return {name for name, words in self.marks.items() if any(word in text for word in words)}


def _hidden(records: dict[str, Any], policy: PolicyVersion) -> dict[str, list[Any]]:
    """Make what most staff may not even find, by the kind of record, amid what they may."""
    stored = ContactFactory.create(organisation=records["contacts_organisation"])
    hold(stored, "event", dt.date(2026, 5, 24), policy=policy)
    hold(stored, "prospect", dt.date(2026, 5, 24), policy=policy)
    place(stored, "freeze", "restriction")
    seats = [RegistrationFactory.create(contact=stored, event=records[kind]) for kind in _EVENTS]
    gave(records["contacts_recipient"], stored)
    wish = {"kind": "event", "scenario": "event", "event": records[_EVENTS[0]]}
    waiting = SignUpFactory.create(policy_version=policy, email=stored.email, **wish)
    reduced = ContactFactory.create(
        organisation=records["contacts_organisation"],
        first_name="Qqreduced",
        last_name="Qqreduced",
        minimised_on=TODAY,
        email=None,
        address_hash=None,
        mailbox_hash=None,
    )
    hold(reduced, "customer", dt.date(2020, 5, 24), policy=policy)
    own = listing.segment("Qqsegment", listing.holder("owner"), scenario="event")
    return {
        "contacts_contact": [stored, reduced],
        "contacts_registration": seats,
        "contacts_signup": [waiting],
        "contacts_duplicatepair": [merging.paired(*sorted((records["contacts_contact"], stored), key=lambda p: p.pk))],
        "contacts_segment": [own],
        "contacts_audience": [listing.made(listing.holder("owner"), segment=own, reason="Qqreason")],
    }


_EVENTS = ("contacts_event", "contacts_event_check-in")


def _public(records: dict[str, Any], policy: PolicyVersion) -> dict[str, str]:
    """Return the addresses whose parts only the world knows: what is published, and links that mails carry."""
    paper, event = records["contacts_whitepaper_announce"], records["contacts_event_announce"]
    person, seat = records["contacts_contact"], records["contacts_registration"]
    wanted, had = (
        visitors.asked(Wish.of_whitepaper(paper), policy, email=f"{who}@fjordkraft.example")
        for who in ("waiting100", "waiting101")
    )
    proof.confirm(had.public_id, consent=False, policy=policy, at=NOON, by="visitor")
    found = {
        "whitepapers/…/": ("whitepaper", [paper.slug]),
        "events/…/": ("event", [event.slug]),
        "embed/whitepapers/…/": ("embedded_whitepaper", [paper.slug]),
        "embed/events/…/": ("embedded_event", [event.slug]),
        "confirm/…/": ("confirm", [links.confirm(wanted)]),
        "download/…/": ("download", [links.download(had)]),
        "places/…/": ("place", [links.place(seat)]),
        "notices/…/": ("notices", [links.told_of(records["contacts_recipientnotice"])]),
        "unsubscribe/…/": ("unsubscribe", [links.stop(person)]),
        "address/…/": ("address", [links.asked(ContactFactory.create(**DOUBTED))]),
        "keep/…/": ("keep", [links.keep(mailing.parting(policy))]),
        "preferences/…/": ("preferences", [links.stop(person)]),
        "look/…": ("look_image", [records["contacts_look"].logo.name.removeprefix("look/")]),
        "privacy/…/": ("privacy_version", [policy.number]),
        "privacy/…/…/": ("privacy_changes", [policy.number - 1, policy.number]),
    }
    fixed = {
        "api/v1/whitepapers/…/sign-ups": f"/api/v1/whitepapers/{paper.slug}/sign-ups",
        "api/v1/events/…/sign-ups": f"/api/v1/events/{event.slug}/sign-ups",
        "api/v1/notes/…": "/api/v1/notes/customer",
        "admin/…/": "/admin/contacts/",
    }
    return {route: reverse(name, args=arguments) for route, (name, arguments) in found.items()} | fixed


def _visited(records: dict[str, Any], visitor: Contact) -> dict[str, str]:
    """Return the addresses of "My data": of a link not opened yet, a package that is ready, and a certificate."""
    request = records["dsr_request_package"]
    lasts = {"created_at": NOON, "expires_at": NOON + dt.timedelta(days=1)}
    certificate = links.certificate(records["dsr_request_certificate"].public_id)
    ready = Handover.objects.create(request=request, contact=visitor, portable=False, **lasts)
    return {
        "my-data/…/": visiting.path_of(visiting.begun(visitor.email)),
        "my-data/mine/package/…/": reverse("my_data_package", args=[ready.public_id]),
        "systems/…/": reverse("system_task", args=[_task(records)]),
        "my-data/ready/…/": reverse("my_data_ready", args=[links.package(request.public_id)]),
        "my-data/certificate/…/": reverse("my_data_certificate", args=[certificate]),
        "account/set-up/…/": reverse("account_set_up", args=[_invited()]),
        "my-data/certificate/…/paper/": reverse("my_data_certificate_paper", args=[certificate]),
    }


def _task(records: dict[str, Any]) -> str:
    """Return what a link carries by which the owner of another system answers."""
    return owner_links.token(records["dsr_request_new-link"].system_tasks.get())


def _invited() -> str:
    """Return what a link carries by which a member of staff chooses a password."""
    user, ends_at = User.objects.create(username="invited"), NOON + dt.timedelta(days=7)
    link = AccountLink.objects.create(user=user, kind="invitation", made_at=NOON, ends_at=ends_at)
    return telling.sealed.sign(link.public_id.hex)


def _secrets(records: dict[str, Any]) -> list[str]:
    """Return what is for nobody's eyes: what proves that a server, a member of staff or a recipient is who they are."""
    factor = records["auth_user_reset-factors"].authenticator_set.get()
    factor.data = {"secret": "Qqseed", "seed": "Qqseed"}
    factor.save()
    User.objects.filter(username="somebody").update(password="Qqpassword")
    return [
        "Qqseed",
        "Qqpassword",
        records["contacts_apikey"].digest,
        webhook_client.secret(records["contacts_recipient"]),
        webhook_client.secret(records["contacts_system"]),
    ]


def _mark_people() -> None:
    """Give everybody a phone and an address; those who are only stored a name and an e-mail address of their own."""
    reachable = {"phone": "Qqphone", "address": "Qqroad 1", "postal_code": "Qqpostcode", "city": "Qqcity"}
    Contact.objects.whole().update(**reachable)
    SignUp.objects.update(**reachable)
    named = {"first_name": "Qqstored", "last_name": "Qqstored", "job_title": "Qqstored", "company": "Qqstored AB"}
    for person in Contact.objects.restricted(TODAY):
        email = f"qqstored{person.pk}@fjordkraft.example"
        SignUp.objects.filter(email=person.email).update(email=email, **_of(SignUp, named))
        Contact.objects.filter(pk=person.pk).update(email=email, **hashes(email), **named)


def _of(model: type[models.Model], values: dict[str, str]) -> dict[str, str]:
    known = {field.name for field in model._meta.fields}
    return {name: value for name, value in values.items() if name in known}


def _mark_others(records: dict[str, Any]) -> None:
    for seat in Registration.objects.filter(food_preference=None):
        FoodPreference.objects.create(registration=seat, preference="Qqfood", consented_at=NOON)
    for made in SignUp.objects.exclude(event=None).filter(food_preference=None):
        FoodPreference.objects.create(sign_up=made, preference="Qqfood", consented_at=NOON)
    Paper.objects.exclude(text="").update(text="Qqwords")
    Hold.objects.filter(pk=records["retention_hold"].pk).update(legal_reference="Qqlegal")
    Event.objects.update(link="https://meet.example/qqlink")
    Whitepaper.objects.filter(published_at=None).update(title="Qqdraft")
    for upload in Upload.objects.all():
        upload.file.save("people.csv", ContentFile(b"E-mail,First name\nqqrow@elsewhere.example,Qqrow\n"))
        storing.put(storing.files(str(upload.file))[-1], ContentFile(b'[["qqrow@elsewhere.example", "Qqrow"]]'))
    UploadedDifference.objects.filter(detail="phone").update(new="Qqphone")
    colleague = User.objects.create(username="qqcolleague")
    records["contacts_auditevent"] = AuditEvent.objects.create(
        at=NOON, by=f"user:{colleague.pk}", code="contact.viewed", public_id=records["contacts_contact"].public_id
    )
