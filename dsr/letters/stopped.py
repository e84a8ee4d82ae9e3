"""Marketing has stopped, by an objection or with a consent: from now on, without anybody's deciding (P12, L14)."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from contacts.words.vocabulary import Channel
from dsr.answers.answering import Draft
from dsr.letters.common import Case, letter


@letter
def marketing_stopped(case: Case) -> Draft:
    """Facts: `what`, the names of channels."""
    return case.draft(_("We send you no more marketing"), _no_more(case), _remembered(), closing=case.questions())


@letter
def consent_taken_back(case: Case) -> Draft:
    """Facts: `what`, the names of channels, or "food"."""
    text = _("Your consent is withdrawn, from now on: %(consents)s.")
    food = [_("dietary needs")] if "food" in case.facts["what"] else []
    named = get_text_list([*_channels(case), *food], _("and"))
    stopped = [_no_more(case), _remembered()] if _channels(case) else []
    return case.draft(_("Your consent is withdrawn"), text % {"consents": named}, *stopped, closing=case.questions())


def _no_more(case: Case) -> str:
    text = _("From now on we send you no marketing by %(channels)s.")
    return text % {"channels": get_text_list(_channels(case), _("and"))}


def _remembered() -> str:
    return _("We keep a coded form of your address to remember this, also if we delete everything else about you.")


def _channels(case: Case) -> list[str]:
    return [str(Channel(name).label) for name in case.facts["what"] if name in Channel.values]
