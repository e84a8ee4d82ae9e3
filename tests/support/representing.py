"""Somebody acts for the person of a request: a lawyer with a power of attorney, unless something else is said."""

import datetime as dt
from typing import Any

from contacts.models import Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN
from dsr.intake import representing
from dsr.intake.representing import Acting, Proof
from dsr.letters import representatives
from dsr.models import Representative, Request
from dsr.words.vocabulary import Authority, Kind, RepresentativeKind
from tests.support.factories import NOON
from tests.support.requesting import OFFICER

TODAY = NOON.date()
LAWYER = "Lena Lagman"
ADDRESS = "lena@lagman.example"
PROOF: dict[str, Any] = {"kind": Authority.POWER, "issued_by": "Ada Berg", "issued_on": TODAY, "seen_on": TODAY}


def acts_for(request: Request, policy: PolicyVersion, at: dt.datetime = NOON, **said: Any) -> Representative:
    proof = {name: said.pop(name) for name in [*PROOF, "ends_on", "file"] if name in said and name != "kind"}
    kind = said.pop("proof", Authority.POWER)
    told = {"kind": RepresentativeKind.LAWYER, "name": LAWYER, "scope": [Kind(request.kind)], "email": ADDRESS, **said}
    shown = Proof(**{**PROOF, **proof, "kind": kind})
    return representing.enter(request.pk, Acting(**told), shown, policy=policy, at=at, by=OFFICER)


def told(request: Request, policy: PolicyVersion, at: dt.datetime = NOON, *, sent: bool = True) -> None:
    """Write to the person, and have the mail server take the letter."""
    acting = Representative.objects.standing().get(request=request)
    letter = representatives.acting(request, policy, "en", {"acting": acting})
    representing.tell(request.pk, letter, at=at, by=OFFICER)
    if sent:
        Message.objects.filter(once__startswith=f"request:{request.pk}:").update(sent_at=at, **FORGOTTEN)
