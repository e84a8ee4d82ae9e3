"""Why we hold the person: each basis with its clock, what keeps them beyond, and since when they are restricted."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from contacts.models import Contact, SignUp
from contacts.models.sign_ups import UNPROVEN_DAYS
from contacts.words.vocabulary import Clock, LegalBasis, Scenario, SourceKind
from privacy_crm.staff.people import source_words
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Name, Part, grid
from retention.forecasts import explain, words
from retention.models import Hold, HoldReason


def part(about: About) -> Part:
    texts = [*_held(about), *_waiting(about)]
    return Part(_("Why we hold the person"), texts, [*_bases(about), *_holds(about)])


def _held(about: About) -> Iterator[str]:
    if not about.contacts:
        yield _("We hold nobody under this address.")
    for contact in about.contacts:
        explained = explain.of_one(contact, policy=about.policy, day=about.day)
        yield from words.sentences(explained, contact, about.policy, about.day)
        yield from _closed(contact, about)


def _closed(contact: Contact, about: About) -> Iterator[str]:
    """Say who no longer sees the person, and since when."""
    if contact.minimised_on:
        text = _("On %s the record was reduced to what the law makes us keep. Only the privacy officer sees it.")
        yield text % on(contact.minimised_on)
    if contact.restricted_through and contact.restricted_through >= about.day:
        since = contact.holds.standing(about.day).filter(reason=HoldReason.RESTRICTION).first()
        if since:
            text = _("The details have only been stored, and not used, since %s (Art. 18 GDPR).")
            yield text % about.moment(since.placed_at)


def _waiting(about: About) -> Iterator[str]:
    """Say what somebody typed under the address that nobody has confirmed: it may be anybody's."""
    waiting = SignUp.objects.waiting().filter(contact=None, email__in=about.person.addresses)
    for at in waiting.order_by("created_at").values_list("created_at", flat=True):
        text = _("A form with this address came in on %(day)s. Nobody has confirmed it; it goes after %(days)d days.")
        yield text % {"day": about.moment(at), "days": UNPROVEN_DAYS}


def _bases(about: About) -> list[Grid]:
    headings = [_("Held as"), _("Legal basis"), _("Collected"), _("Came from"), _("Clock runs from"), _("Lapses on")]
    return grid(_("Reasons"), headings, (row for contact in about.contacts for row in _of(contact, about)))


def _of(contact: Contact, about: About) -> Iterator[list[str]]:
    bases = {each.scenario: each for each in about.bases if each.contact_id == contact.pk}
    explained = explain.of_one(contact, policy=about.policy, day=about.day)
    for reason in explained.bases:
        basis = bases[reason.scenario]
        anchor = f"{on(reason.anchor)}: {Clock(reason.clock).label}" if reason.anchor else _("an agreement is in force")
        yield [
            *(str(Scenario(reason.scenario).label), str(LegalBasis(reason.legal_basis).label), on(basis.collected_on)),
            source_words.told(basis.source) or str(SourceKind(basis.source_kind).label),
            *(anchor, on(reason.lapses_on) if reason.lapses_on else _("no day set")),
        ]


def _holds(about: About) -> list[Grid]:
    headings = [_("Reason"), _("Kind"), _("Legal reference"), _("Placed"), _("Last day"), _("State")]
    found = Hold.objects.filter(contact__in=about.contacts).order_by("-placed_at", "-pk")
    return grid(_("Holds"), headings, (_hold(each, about) for each in found))


def _hold(each: Hold, about: About) -> list[str]:
    stands = each.until is None or each.until >= about.day
    return [
        *(each.get_reason_display(), each.get_kind_display(), Name(each.legal_reference or "–")),
        *(about.moment(each.placed_at), on(each.until) if each.until else _("no end set")),
        _("stands") if stands else _("has ended"),
    ]
