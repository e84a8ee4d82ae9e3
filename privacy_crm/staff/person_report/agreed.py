"""What the person agreed to, refused and withdrew: the ledger of consents, and the objections that stand (L14)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from contacts.models import AuditEvent, ChannelPermission, ConsentRecord, FoodPreference, Interest, Suppression
from contacts.people import suppressions
from contacts.words.vocabulary import PermissionState
from privacy_crm.staff.people import source_words
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Grid, Part, grid, or_unknown


def part(about: About) -> Part:
    grids = [*_ledger(about), *_objections(about), *_topics(about)]
    texts = list(_food(about))
    if about.contacts and not grids:
        texts.append(_("They neither objected nor consented to marketing."))
    if not about.contacts:
        texts.append(_("What was agreed goes with the record of the person. Objections stay, as a coded address."))
    return Part(_("What the person agreed to, refused and withdrew"), texts, grids)


def _ledger(about: About) -> list[Grid]:
    headings = [_("On"), _("Channel"), _("Said"), _("How"), _("Wording shown")]
    found = ConsentRecord.objects.filter(contact__in=about.contacts).select_related("policy_version").order_by("-pk")
    return grid(_("Consents and objections, one by one"), headings, (_record(each, about) for each in found))


def _record(each: ConsentRecord, about: About) -> list[str]:
    how = [str(each.get_method_display()), source_words.told(each.source)]
    said = [each.get_channel_display(), each.get_state_display(), "; ".join(filter(None, how))]
    return [_when(each, about), *said, _wording(each)]


def _when(each: ConsentRecord, about: About) -> str:
    """Return the day on which it was said; of a double opt-in, both of its times."""
    if each.ticked_at and each.recorded_at:
        both = {"ticked": about.moment(each.ticked_at), "confirmed": about.moment(each.recorded_at)}
        return _("ticked on %(ticked)s, confirmed on %(confirmed)s") % both
    if each.said_on:
        return on(each.said_on)
    return _("not known; noted on %s") % about.moment(each.recorded_at) if each.recorded_at else or_unknown(None)


def _wording(each: ConsentRecord) -> str:
    if not each.wording:
        return or_unknown(None)
    version = _("version %s") % each.policy_version.number if each.policy_version else ""
    return f"“{each.wording}” ({', '.join(filter(None, [each.language, version]))})".replace(" ()", "")


def _objections(about: About) -> list[Grid]:
    """Return since when each channel is closed: by the record, and by the address, which outlives it."""
    standing = ChannelPermission.objects.filter(contact__in=about.contacts, state=PermissionState.OBJECTED)
    under = Suppression.objects.filter(suppressions.under(about.person.mailboxes))
    rows = [[each.get_channel_display(), on(each.given_on), source_words.told(each.source)] for each in standing]
    rows += [
        [each.get_channel_display(), on(each.since), _("under this address, as a coded address")]
        for each in under.order_by("channel", "since").distinct("channel")
    ]
    told = [[channel, since, or_unknown(how)] for channel, since, how in rows]
    return grid(_("Objections to marketing that stand"), [_("Channel"), _("Since"), _("How")], told)


def _topics(about: About) -> list[Grid]:
    refused = Interest.objects.filter(contact__in=about.contacts, wanted=False).select_related("topic")
    rows = ([each.topic.named(about.language), on(each.since)] for each in refused.order_by("-since", "pk"))
    return grid(_("Topics that the person wants no mail on"), [_("Topic"), _("Since")], rows)


def _food(about: About) -> Iterator[str]:
    """Say on which days consent to dietary needs was given and withdrawn, and not what they are (P8)."""
    given = FoodPreference.objects.filter(registration__contact__in=about.contacts).order_by("consented_at")
    for at in given.values_list("consented_at", flat=True):
        yield _("Explicit consent to hold dietary needs was given on %s.") % about.moment(at)
    withdrawn = AuditEvent.objects.filter(code="consent.withdrawn", rule="food", public_id__in=about.references)
    for at in withdrawn.order_by("at").values_list("at", flat=True):
        yield _("Consent to hold dietary needs was withdrawn on %s.") % about.moment(at)
