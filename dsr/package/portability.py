"""What a person may take along in a form that other systems read (Art. 20 GDPR, L7).

The rule: what the person provided, where it rests on a contract, on what was needed to attend, or on a consent.

- The details of a person, in the categories that the policy names for customer, partner, webinar or event, where one of
  these bases came from the person; and, for a consent to marketing, what reaches them on that channel.
- Places at events, registrations that were noted, and what was asked for by forms of these kinds.
- Consents, and the food preferences that were given with one.

Not in it: what rests on our legitimate interest (whitepapers, prospects, interests), what came from somebody else, what
we derived or noted ourselves, objections. All of that is in the access package.
"""

from collections.abc import Iterable

from django.db.models import Q

from contacts.models import Basis, ChannelPermission, PolicyVersion
from contacts.words.categories import FIELDS, Category
from contacts.words.vocabulary import ActivityKind, Channel, PermissionState, Scenario, SignUpKind, SourceKind
from dsr.package.gathering import Narrow
from dsr.package.people import Person

# Contract, and "needed to attend" (Art. 6(1)(b)).
CONTRACTUAL = (Scenario.CUSTOMER, Scenario.PARTNER, Scenario.WEBINAR, Scenario.EVENT)
ATTENDING = (Scenario.WEBINAR, Scenario.EVENT)

_REACHING = {
    Channel.EMAIL: (Category.NAME, Category.EMAIL),
    Channel.PHONE: (Category.NAME, Category.PHONE),
    Channel.POST: (Category.NAME, Category.POSTAL_ADDRESS, Category.CITY, Category.COUNTRY),
}
_TYPED = "email first_name last_name phone company job_title address postal_code city country language"
_ASKED = Q(kind=SignUpKind.REGISTER) | Q(kind=SignUpKind.EVENT) | Q(kind=SignUpKind.CONSENT)


def parts(who: Person, policy: PolicyVersion) -> dict[str, Narrow]:
    """Return which part of which table a person may take along. One query for bases, one for consents."""
    scenarios = _provided(who)
    details = _details(scenarios, _consented(who), policy)
    attends = bool(set(scenarios) & set(ATTENDING))
    return {
        **({"contacts.Contact": Narrow(details, Q())} if details else {}),
        **(_places() if attends else {}),
        "contacts.ChannelPermission": Narrow(
            ("channel", "given_on", "wording", "source"), Q(state=PermissionState.CONSENTED)
        ),
        "contacts.FoodPreference": Narrow(("preference", "consented_at"), Q()),
        "contacts.SignUp": Narrow(("kind", "event", *_TYPED.split(), "consents", "created_at"), _ASKED),
    }


def _places() -> dict[str, Narrow]:
    registered = Q(kind=ActivityKind.REGISTRATION)
    return {
        "contacts.Registration": Narrow(("event", "registered_at", "cancelled_at"), Q()),
        "contacts.Activity": Narrow(("kind", "occurred_at", "reference"), registered),
    }


def _provided(who: Person) -> list[Scenario]:
    bases = Basis.objects.filter(contact__in=who.contact_ids, scenario__in=CONTRACTUAL, source_kind=SourceKind.PERSON)
    return [Scenario(name) for name in bases.values_list("scenario", flat=True)]


def _consented(who: Person) -> list[Channel]:
    given = ChannelPermission.objects.filter(contact__in=who.contact_ids, state=PermissionState.CONSENTED)
    return [Channel(name) for name in given.values_list("channel", flat=True)]


def _details(scenarios: Iterable[Scenario], channels: Iterable[Channel], policy: PolicyVersion) -> tuple[str, ...]:
    """Return the fields of a contact in these categories; the language that they chose goes along."""
    wanted = {Category(word) for scenario in scenarios for word in policy.rule(scenario).categories}
    wanted |= {category for channel in channels for category in _REACHING[channel]}
    fields = [name for category, names in FIELDS.items() if category in wanted for name in names]
    given = [name for name in fields if name not in {"address_hash", "mailbox_hash"}]
    return (*given, "language") if given else ()
