"""Versions of the policy, what each promised, and what changed from one to the next (P24)."""

from collections.abc import Iterator
from itertools import pairwise

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from contacts.base.differences import Mark, Piece
from contacts.models import PolicyVersion
from contacts.policy import policy_changes, policy_words
from contacts.policy.policy_changes import Change
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis
from privacy_crm.authority.tables import AsOf, Table, words

_SIGNS = {Mark.SAME: "{}", Mark.REMOVED: "[-{}-]", Mark.ADDED: "[+{}+]"}
_OF_COMPANY = "contact"  # where a version says how the company is reached


def tables(as_of: AsOf) -> Iterator[Table]:
    found = list(PolicyVersion.objects.published().filter(published_at__lte=as_of.at).prefetch_related("rules"))
    yield Table(
        "policy-versions",
        _("Versions of the privacy policy"),
        [_("Version"), _("Published"), _("SHA-256 of its source")],
        [[str(each.number), as_of.moment(each.published_at), each.digest] for each in found],
    )
    yield Table("policy-rules", _("What each version promised"), _rule_names(), list(_rules(found)))
    yield Table(
        "policy-changes",
        _("What changed from version to version"),
        [_("Version"), _("Before"), _("Part"), _("Change"), _("Words")],
        [row for new, old in pairwise(found) for row in _changes(old, new)],
        (
            _("The words are the published ones. [-…-] was removed, [+…+] was added."),
            _("How the company is reached is left out, since it may name somebody: the policy itself says it."),
        ),
    )


def _rule_names() -> list[str]:
    return [_("Version"), _("Held as"), _("Months"), _("Counted from"), _("Legal basis"), _("Categories of data")]


def _rules(versions: list[PolicyVersion]) -> Iterator[list[str]]:
    for version in versions:
        for rule in version.each_rule:
            title = policy_words.promise(rule, _language()).title
            basis, clock = LegalBasis(rule.legal_basis).label, Clock(rule.clock).label
            categories = words(Category, rule.categories)
            yield [str(version.number), title, str(rule.months), str(clock), str(basis), categories]


def _changes(old: PolicyVersion, new: PolicyVersion) -> Iterator[list[str]]:
    for chapter in policy_changes.between(old, new, _language()):
        for change in chapter.changes:
            told = _told(change) if chapter.anchor != _OF_COMPANY else [_("changed"), ""]
            yield [str(new.number), str(old.number), chapter.title, *told]


def _told(change: Change) -> list[str]:
    return [change.sentence, "\n".join(_marked(pieces) for pieces in change.paragraphs)]


def _marked(pieces: tuple[Piece, ...]) -> str:
    return " ".join(_SIGNS[piece.mark].format(piece.text) for piece in pieces)


def _language() -> str:
    return get_language() or policy_words.FALLBACK
