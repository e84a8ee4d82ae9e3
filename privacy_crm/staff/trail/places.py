"""On which page it was, or what it was about: what the rule of an entry says, in words."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The pages that show somebody, by the name that the trail has them by.
PAGES: dict[str, Any] = {
    "attachment": _("what came in with a request"),
    "auditevent": _("the audit trail"),
    "contact": _("the page of the contact"),
    "correct": _("the form that corrects details, of a request"),
    "correct-details": _("the form that corrects details"),
    "duplicatepair": _("the page of possible duplicates"),
    "find-person": _("the search for the person of a request"),
    "hold": _("the page of a hold"),
    "letter": _("a letter"),
    "looked": _("the list of people to check after a restore"),
    "mailing": _("the page of a mailing"),
    "merge": _("the form that merges two records"),
    "package": _("the package of a request"),
    "policynotice": _("the page of letters about a longer period"),
    "registration": _("the page of a place at an event"),
    "request": _("the page of a request"),
    "restoration": _("the page of a restore"),
    "settle-typed": _("the form about typed details"),
    "share": _("the form that gives details to a recipient"),
    "signup": _("the page of a sign-up"),
    "take-off": _("the form that takes a person off a request"),
    "upload": _("the differences of an uploaded list"),
}

LISTS: dict[str, Any] = {
    "contact": _("the list of contacts"),
    "duplicatepair": _("the list of possible duplicates"),
    "policyversion": _("the people affected by a draft of the policy"),
    "purgerun": _("the people in a nightly deletion that waits"),
    "registration": _("the list of places at events"),
    "request": _("the list of requests"),
    "signup": _("the list of sign-ups"),
}

# Records that a rule names by number: what they are, and the field with their name, where they have one.
RECORDS: dict[str, tuple[str, str, Any]] = {
    "agreement": ("contacts.Agreement", "", _("agreement %s")),
    "api_key": ("contacts.ApiKey", "name", _("key %s")),
    "assessment": ("contacts.InterestAssessment", "", _("assessment %s")),
    "audience": ("contacts.Audience", "", _("exported list %s")),
    "breach": ("contacts.Breach", "", _("breach %s")),
    "country_rule": ("contacts.CountryRule", "country", _("marketing rule of %s")),
    "customer": ("contacts.Agreement", "", _("customer agreement %s")),
    "document": ("contacts.RecipientDocument", "", _("document %s")),
    "draft": ("contacts.PolicyVersion", "", _("draft %s")),
    "event": ("contacts.Event", "title", _("event %s")),
    "evidence": ("dsr.Evidence", "", _("evidence %s")),
    "impact": ("contacts.ImpactAssessment", "", _("impact assessment %s")),
    "mailing": ("contacts.Mailing", "name", _("mailing %s")),
    "maintenance": ("contacts.Maintenance", "", _("maintenance %s")),
    "organisation": ("contacts.Organisation", "name", _("organisation %s")),
    "pair": ("contacts.DuplicatePair", "", _("possible duplicates %s")),
    "partner": ("contacts.Agreement", "", _("partner agreement %s")),
    "recipient": ("contacts.Recipient", "name", _("recipient %s")),
    "restoration": ("contacts.Restoration", "", _("restore %s")),
    "review": ("contacts.Review", "title", _("review %s")),
    "run": ("retention.PurgeRun", "", _("nightly deletion %s")),
    "segment": ("contacts.Segment", "name", _("segment %s")),
    "snapshot": ("contacts.ProcessingSnapshot", "", _("record of processing %s")),
    "sub_processor": ("contacts.SubProcessor", "", _("sub-processor %s")),
    "system": ("contacts.System", "name", _("system %s")),
    "topic": ("contacts.Topic", "", _("topic %s")),
    "upload": ("contacts.Upload", "", _("list %s")),
    "user": ("auth.User", "username", _("account %s")),
    "version": ("contacts.PolicyVersion", "", _("version %s")),
    "whitepaper": ("contacts.Whitepaper", "title", _("whitepaper %s")),
}

COUNTS: dict[str, Any] = {
    "day": _("as of %s"),
    "entries": _("entries: %s"),
    "found": _("people found: %s"),
    "on_check": _("for our own check %s"),
    "on_claim": _("for the legal claim %s"),
    "on_complaint": _("for the complaint %s"),
    "on_question": _("for the authority’s question %s"),
    "pairs": _("pairs found: %s"),
    "rules": _("rules: %s"),
}


def told(rules: Iterable[str], user: Any) -> dict[str, str]:
    """Return for each rule its words, empty where it says no more than what was done. A query for each kind of record.

    A record's name is for who may see the record; anybody else gets its number.
    """
    wanted = {rule: rule.split(" ")[0].split(":") for rule in rules if rule}
    names = {
        kind: _names(kind, wanted.values(), user) for kind in {parts[0] for parts in wanted.values()} & set(RECORDS)
    }
    return {rule: _words(parts, names) for rule, parts in wanted.items()} | {"": ""}


def _names(kind: str, wanted: Iterable[list[str]], user: Any) -> dict[str, str]:
    label, field, _phrase = RECORDS[kind]
    keys = [parts[1] for parts in wanted if parts[0] == kind and len(parts) > 1 and parts[1].isdecimal()]
    model: type[Model] = apps.get_model(label)
    seen = model is User or user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    if not (field and keys and seen):
        return {}
    return {str(pk): str(name) for pk, name in model._base_manager.filter(pk__in=keys).values_list("pk", field)}


def _words(parts: list[str], names: dict[str, dict[str, str]]) -> str:
    kind, rest = parts[0], parts[1] if len(parts) > 1 else ""
    if kind in ("page", "list"):
        known = (PAGES if kind == "page" else LISTS).get(rest)
        return str(known) if known else gettext("another page")
    if kind in RECORDS and rest.isdecimal():
        return str(RECORDS[kind][2]) % names.get(kind, {}).get(rest, rest)
    return str(COUNTS[kind]) % rest if kind in COUNTS else ""
