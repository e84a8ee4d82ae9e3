"""What the person was shown: versions of the policy with day and way, and where their details come from."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from contacts.models import AuditEvent, Basis, PolicyTelling
from contacts.policy import policy_words
from contacts.words.vocabulary import SourceKind, TellingWay
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Part, grid, unknown


def part(about: About) -> Part:
    texts = [] if about.contacts else [_("Not known: this goes with the record of the person.")]
    return Part(_("What the person was shown"), texts, [*_versions(about), *_sources(about)])


def _versions(about: About) -> list[Grid]:
    headings = [_("Held as"), _("Version of the policy"), _("On"), _("How")]
    return grid(_("Privacy policy"), headings, (row for basis in about.bases for row in _of(basis)))


def _of(basis: Basis) -> Iterator[list[str]]:
    """Yield each version that a basis was shown, the last first; where there is none, which one was in force."""
    held_as = basis.get_scenario_display()
    told = list(basis.tellings.select_related("version", "before").order_by("-told_on", "-pk"))
    for each in told:
        yield [held_as, str(each.version.number), on(each.told_on), _way(each)]
    first = (told[-1].before, told[-1].before_on) if told else (basis.policy_shown, basis.policy_shown_on)
    if first[0] and first[1]:
        yield [held_as, str(first[0].number), on(first[1]), _("a form or a mail of ours")]
    elif not told:
        yield [held_as, policy_words.shown(None, basis.policy_then), "–", "–"]  # type: ignore[attr-defined]


def _way(telling: PolicyTelling) -> str:
    way = str(TellingWay(telling.way).label)
    if telling.bounced_on is None:
        return way
    return _("%(way)s, which came back on %(day)s and told nobody") % {"way": way, "day": on(telling.bounced_on)}


def _sources(about: About) -> list[Grid]:
    """Return what people were told whose details did not come from them (Art. 14 GDPR, L5)."""
    headings = [_("Held as"), _("Came from"), _("Told on"), _("How")]
    others = [basis for basis in about.bases if basis.source_kind != SourceKind.PERSON]
    return grid(_("Where the details come from (Art. 14 GDPR)"), headings, (_source(basis, about) for basis in others))


def _source(basis: Basis, about: About) -> list[str]:
    told = [str(basis.get_scenario_display()), str(SourceKind(basis.source_kind).label)]
    if basis.informed_on is None:
        return [*told, _("nothing on record"), "–"]
    return [*told, on(basis.informed_on), _informed(basis, about)]


def _informed(basis: Basis, about: About) -> str:
    """Return how, from what was written down when it happened."""
    if basis.informed_on and basis.tellings.filter(told_on=basis.informed_on, way=TellingWay.MAIL).exists():
        return str(TellingWay.MAIL.label)
    noted = AuditEvent.objects.filter(code="contact.informed", public_id__in=about.person.public_ids, rule="letter")
    return str(TellingWay.LETTER.label) if noted.exists() else unknown()
