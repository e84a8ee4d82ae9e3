"""Visitors of "My data": they send the form, follow the link of their mail, press the button, and look around."""

import re
from typing import Any

from django.test import Client

from contacts.models import Contact, PolicyVersion
from dsr.intake import proving
from dsr.models import Proof, Request
from dsr.views import wishes
from dsr.words.vocabulary import Kind
from tests.support import requesting
from tests.support.factories import NOON
from tests.support.visitors import send, solved

START, MINE, CORRECT = "/my-data/", "/my-data/mine/", "/my-data/mine/correct/"
ADDRESS = "aino@fjordkraft.example"


def filled(**typed: Any) -> dict[str, Any]:
    """The form as Aino fills it in, with the challenge solved. A field set to None is left out."""
    whole = {"kind": Kind.ACCESS, "email": ADDRESS, "lang": "en", "altcha": solved()} | typed
    return {name: value for name, value in whole.items() if value is not None}


def ask(client: Client, **typed: Any) -> Any:
    return send(client, START, filled(**typed))


def path_of(proof: Proof) -> str:
    """Where the mail leads."""
    return f"/my-data/{proving.token_of(proof)}/"


def begun(address: str) -> Proof:
    """A link that asks for nothing but the page."""
    return proving.begin(address, "en", request=None, at=NOON)


def posted(policy: PolicyVersion, address: str, kind: Kind = Kind.ACCESS, **said: Any) -> Proof:
    """A link that waits for the proof of a request."""
    return requesting.posted(policy, address, kind, **said).proofs.get()


def visiting(who: Contact | str) -> Client:
    """A browser in which somebody has opened "My data"."""
    client = Client(enforce_csrf_checks=True)
    address = who if isinstance(who, str) else who.email or ""
    answer = send(client, path_of(begun(address)), {"lang": "en", "do": wishes.LOOK})
    assert answer.status_code == 303
    return client


def seal(client: Client) -> str:
    """What the forms of an open visit carry."""
    found = re.search(r'name="seal" value="([^"]+)"', client.get(MINE).content.decode())
    assert found
    return found[1]


def press(client: Client, url: str = MINE, **said: Any) -> Any:
    """Press a button on "My data", with the seal of the form."""
    return send(client, url, {"seal": seal(client), "lang": "en"} | said)


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def only_request() -> Request:
    return Request.objects.get()
