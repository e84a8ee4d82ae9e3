"""Write what was typed about a person: blanks are filled, and what differs waits for the person's word (L15).

Whoever types an address need not be its owner. So nothing that is on file gives way to what they type; it is kept
beside the record as proposed, until the person says yes or no, or staff do on their word. After 30 days it goes.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit, held
from contacts.models import Contact, ProposedDetail, SignUp
from contacts.people import correcting, left_organisation
from contacts.people.activities import ContactGoneError
from contacts.people.correcting import Change
from contacts.words.details import FIELDS_OF, Detail, outcome

type Values = Mapping[str, str]  # field → what was typed
type Answers = Mapping[Detail, bool]  # whether the person says that it is right


@dataclass(frozen=True)
class Compared:
    """What was typed, beside what is on file: blanks that it fills, and by detail what differs."""

    blanks: dict[str, str]
    differing: dict[Detail, dict[str, str]]


@dataclass(frozen=True)
class _Came:
    """The door that something came through, and the sign-up that it came with, if any."""

    source: str
    sign_up: SignUp | None = None


def typed(made: SignUp) -> dict[str, str]:
    """Return what somebody typed who signed up, by field."""
    return {name: getattr(made, name) for names in FIELDS_OF.values() for name in names}


def compare(person: Contact, values: Values) -> Compared:
    """Tell what of this is new, and what differs. What was left empty says nothing.

    Where one field of a detail differs, all that was typed of it does: no new street stands beside the old town. So a
    part fills its blank only where nothing else of the detail is on file, or something that was typed with it.
    """
    blanks: dict[str, str] = {}
    differing: dict[Detail, dict[str, str]] = {}
    for detail, names in FIELDS_OF.items():
        said = {name: value for name in names if (value := values.get(name, "").strip())}
        new = {name: value for name, value in said.items() if not _held(person, name)}
        known = [name for name in said if name not in new]
        beside = known or not said or not any(_held(person, name) for name in names)
        if beside and all(agrees(person, name, said[name]) for name in known):
            blanks |= new
        else:
            differing[detail] = said
    return Compared(blanks, differing)


def agrees(person: Contact, name: str, value: str) -> bool:
    """Tell whether a field says what was typed, however it is spelled."""
    return _spelled(name, value) in {_spelled(name, held) for held in _held(person, name)}


def becomes(person: Contact, detail: Detail, said: Values) -> dict[str, str]:
    """Return what each field of a detail becomes by a yes to what was said of it."""
    return outcome(detail, said, {name: getattr(person, name) for name in FIELDS_OF[detail]})


def write(person: Contact, sign_up: SignUp, *, frozen: bool, at: dt.datetime, by: str) -> None:
    """Fill what is blank, in the row and in `person`, which the caller has locked, and propose what differs.

    `frozen` says that what is on file stays as it is, while a request or a claim is open: then all is proposed.
    """
    found, came = compare(person, typed(sign_up)), _Came(sign_up.source, sign_up)
    if frozen:
        _propose(person, _by_detail(found.blanks) | found.differing, came, at, by)
        return
    for name, value in found.blanks.items():
        setattr(person, name, value)
    person.save(update_fields=list(found.blanks))
    _propose(person, found.differing, came, at, by)


def propose(person: Contact, values: Values, *, source: str, at: dt.datetime, by: str) -> None:
    """Have values that came through another door wait for the person's word. The caller has locked them."""
    _propose(person, _by_detail(values), _Came(source), at, by)


@transaction.atomic
def settle(
    contact_id: int, answers: Answers, *, sign_up: SignUp | None = None, grounds: str = "own", at: dt.datetime, by: str
) -> list[Change]:
    """Take the person's word on what is proposed, and return what that changed: a yes puts it right, a no ends it.

    With `sign_up`, only on what came with that. `grounds` says how staff heard it, without a name. What has no answer
    waits on. Whoever names an employer has one again. Raises ContactGoneError where the person is no longer held, or
    was reduced to what a duty names.
    """
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise ContactGoneError(_("This person is no longer held."))
    asked = ProposedDetail.objects.filter(contact=contact_id, detail__in=list(answers))
    proposed = list(asked.filter(sign_up=sign_up) if sign_up else asked)
    right = {Detail(each.detail): each.typed for each in proposed if answers[Detail(each.detail)]}
    values = {name: value for detail, said in right.items() for name, value in becomes(person, detail, said).items()}
    changes = correcting.correct(contact_id, values, at=at, by=by)
    if "company" in values:
        left_organisation.take_back(contact_id, at=at, by=by)
    _end(contact_id, proposed, grounds, at, by)
    return changes


def sweep(at: dt.datetime) -> int:
    """Delete what nobody has answered for 30 days, and return how many details those were."""
    return held.delete(ProposedDetail.objects.overdue(at))


def _held(person: Contact, name: str) -> list[str]:
    """Return what is on file for a field; of a company, the name that was typed and the one it was matched to."""
    known = [getattr(person, name)]
    if name == "company" and person.organisation:
        known.append(person.organisation.name)
    return [value for value in known if value]


def _spelled(name: str, value: str) -> str:
    """Return a value without what people spell differently and mean the same by."""
    if name == "phone" and (digits := "".join(filter(str.isdecimal, value))):
        return digits
    return correcting.spelled(value)


def _by_detail(values: Values) -> dict[Detail, dict[str, str]]:
    found = {detail: {name: values[name] for name in names if name in values} for detail, names in FIELDS_OF.items()}
    return {detail: said for detail, said in found.items() if said}


def _propose(person: Contact, said: Mapping[Detail, dict[str, str]], came: _Came, at: dt.datetime, by: str) -> None:
    for detail, values in said.items():
        known = {"typed": values, "source": came.source, "sign_up": came.sign_up, "proposed_at": at}
        ProposedDetail.objects.update_or_create(contact=person, detail=detail, defaults=known)
        audit.record("detail.proposed", at=at, by=by, public_id=person.public_id, rule=detail)


def _end(contact_id: int, proposed: list[ProposedDetail], grounds: str, at: dt.datetime, by: str) -> None:
    ProposedDetail.objects.filter(pk__in=[each.pk for each in proposed]).delete()
    public_id = Contact.objects.values_list("public_id", flat=True).get(pk=contact_id)
    for each in proposed:
        audit.record("detail.answered", at=at, by=by, public_id=public_id, rule=f"{each.detail}:{grounds}")
