"""The evidence of a review in words: who may what, unused accounts, drills, keys and contradictions (P18)."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import acts
from privacy_crm.access.account_words import ROLES
from retention.admin import telling
from retention.models import StatementCheck

type Section = tuple[str, list[str]]  # a heading, and a line for each fact

_MAY: dict[str, Any] = {
    "contacts.view_contact": gettext_lazy("see people"),
    "contacts.export_audience": gettext_lazy("export lists of people"),
    "contacts.import_contacts": gettext_lazy("import lists of people"),
    "contacts.merge_contacts": gettext_lazy("merge two records"),
    "contacts.add_disclosure": gettext_lazy("give data to recipients"),
    "contacts.see_restricted": gettext_lazy("see people with restricted data"),
    "contacts.publish_policy": gettext_lazy("publish the policy"),
    "contacts.approve_mailing": gettext_lazy("approve important messages"),
    "dsr.handle_request": gettext_lazy("answer requests"),
    "dsr.erase_contact": gettext_lazy("delete people on request"),
    "retention.add_hold": gettext_lazy("place holds"),
    "retention.approve_purge": gettext_lazy("approve nightly deletions"),
    "auth.change_user": gettext_lazy("change accounts"),
    "privacy_crm.confirm_role": gettext_lazy("confirm roles"),
    "contacts.view_auditevent": gettext_lazy("read the audit trail"),
}


def sections(evidence: dict[str, Any]) -> list[Section]:
    """Return what was on record at the moment of a review, in the language that is active."""
    names = _names(evidence)
    return [
        (_("Who has which role"), _roles(evidence, names)),
        (_("What each role may do"), _may(evidence)),
        (_("Accounts unused for 90 days"), _unused(evidence, names)),
        (_("Last restore drill"), [_drill(evidence["restore_drill"])]),
        (_("Last key rotation"), [_rotation(evidence["key_rotation"])]),
        (_("Contradictions in the records"), [_statements(evidence["statements"])]),
    ]


def _names(evidence: dict[str, Any]) -> dict[int, str]:
    """Return the log-in names of the accounts, as they are called today: evidence keeps their numbers alone."""
    numbers = {number for accounts in evidence["roles"].values() for number in accounts}
    numbers |= {*evidence["everything"], *(each["account"] for each in evidence["unused"])}
    found = acts.who(f"user:{number}" for number in numbers)
    return {number: found[f"user:{number}"] for number in numbers}


def _roles(evidence: dict[str, Any], names: dict[int, str]) -> list[str]:
    told = [f"{_role(role)}: {_listed(accounts, names)}" for role, accounts in evidence["roles"].items()]
    return [*told, _("may do everything: %s") % _listed(evidence["everything"], names)]


def _listed(accounts: list[int], names: dict[int, str]) -> str:
    return ", ".join(names[number] for number in accounts) or _("nobody")


def _role(name: str) -> str:
    return capfirst(str(ROLES.get(name, name)))


def _may(evidence: dict[str, Any]) -> list[str]:
    return [
        f"{capfirst(str(_MAY.get(permission, permission)))}: {', '.join(map(_role, roles)) or _('no role')}"
        for permission, roles in evidence["may"].items()
    ]


def _unused(evidence: dict[str, Any], names: dict[int, str]) -> list[str]:
    told = []
    for each in evidence["unused"]:
        last = each["last_login"] and _day(each["last_login"])
        text = _("%(account)s: last log-in on %(day)s") if last else _("%(account)s: never logged in")
        told.append(text % {"account": names[each["account"]], "day": last})
    return told or [_("None: every open account was used.")]


def _drill(drill: dict[str, Any] | None) -> str:
    if drill is None:
        return _("Not known: no drill is on record. An officer or administrator records it under Maintenance.")
    text = _("%(day)s: it worked. %(note)s") if drill["worked"] else _("%(day)s: it failed. %(note)s")
    return text % {"day": _on(drill), "note": drill["note"]}


def _rotation(rotation: dict[str, Any] | None) -> str:
    if rotation is None:
        return _("Not known: no change of a key is on record. The command that rehashes addresses records it.")
    return _("%(day)s: the key of coded addresses, now %(note)s") % {"day": _on(rotation), "note": rotation["note"]}


def _statements(check: dict[str, Any] | None) -> str:
    if check is None:
        return _("Not known: no search has ended yet. It comes each night.")
    day = _day(check["at"])
    if check["failure"]:
        return _("The search of %s failed.") % day
    number = sum(check["found"].values())
    text = ngettext("%(number)s was found on %(day)s.", "%(number)s were found on %(day)s.", number)
    told = text % {"number": number, "day": day}
    return " ".join([told, *_found(check)])


def _found(check: dict[str, Any]) -> list[str]:
    return [f"{number} × {text}" for number, text in telling.found(StatementCheck(found=check["found"]))]


def _on(done: dict[str, Any]) -> str:
    return date_format(dt.date.fromisoformat(done["on"]), "DATE_FORMAT")


def _day(moment: str) -> str:
    return date_format(localtime(dt.datetime.fromisoformat(moment)), "DATE_FORMAT")
